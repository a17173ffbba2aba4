"""Every setting of the application, once: its name, its default, its unit, what it is for.

Values come from the environment, else from a `.env` file in the working directory; a secret may
instead stand in a file named by ``NAME_FILE``. `.env.example` repeats this page; a test holds the
two together. Knows nothing of what the settings are used for.
"""

import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from platformdirs import user_data_path
from pydantic import (
    AnyHttpUrl,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import ConfigurationError
from bot.secret_files import NO_HOME, SecretFiles

SECRETS = ("TELEGRAM_TOKEN", "REDIS_URL", "REDIS_PASSWORD", "WEBHOOK_SECRET")
OWN_PATHS: Final = frozenset({"/live", "/ready", "/metrics"})
_TOKEN: Final = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_NOT_SET: Final = (
    "TELEGRAM_TOKEN is not set: open https://t.me/BotFather, send it /newbot, and put the token "
    "that it gives you into .env as TELEGRAM_TOKEN=…; `memnn-bot chat` talks here and needs none"
)
_REDIS_SCHEMES = ("redis://", "rediss://", "unix://", "redis+cluster://", "rediss+cluster://")

Ids = Annotated[frozenset[int], NoDecode]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Access(StrEnum):
    """Who may talk to the bot."""

    OPEN = "open"
    LIST = "list"
    PAIRING = "pairing"


class Settings(BaseSettings):
    """The settings of one process; use `load` to get them with errors that people can read."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    data_dir: Path = Field(
        user_data_path("memnn-bot", appauthor=False),
        description="Directory of the bot's own files. Default: the user's data directory.",
    )
    memory_key_file: Path | None = Field(
        None,
        description="File of the master key that opens the memories; made at the first start. "
        "Without it nothing can be read: keep a copy, apart from the data. "
        "Default: memory.key in DATA_DIR.",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="Redis or Valkey server: redis://, rediss:// or unix:// and its address; "
        "redis+cluster:// or rediss+cluster:// and some nodes of a cluster, HOST:PORT,HOST:PORT. "
        "Default: a private server of the bot's own, its files in DATA_DIR.",
    )
    redis_password: SecretStr | None = Field(
        None, description="Password of that server, where it asks for one."
    )
    hot_memory_mb: int = Field(
        64, gt=0, description="Megabytes of memories that the process keeps ready for answers."
    )
    rebucket_every_h: float = Field(
        24.0, ge=0, description="Hours from one refit of the word buckets to the next; 0: never."
    )
    artifact: Path | None = Field(
        None,
        description="Directory of a trained model, or the one file of a network of the papers. "
        "Default: the one that is shipped.",
    )
    telegram_token: SecretStr | None = Field(
        None, description="Token of the Telegram bot, from @BotFather. The terminal needs none."
    )
    telegram_api_url: AnyHttpUrl = Field(
        AnyHttpUrl("https://api.telegram.org"),
        description="Address of the Bot API server, for those who run their own.",
    )
    admin_ids: Ids = Field(
        frozenset(), description="Telegram ids of the administrators, separated by commas."
    )
    allowed_ids: Ids = Field(
        frozenset(),
        description="Telegram ids of people and groups who may talk to the bot where ACCESS is "
        "list or pairing, separated by commas.",
    )
    access: Access = Field(
        Access.OPEN, description="Who may talk to the bot: open, list or pairing."
    )
    inspect_notice: bool = Field(
        default=False,
        description="true: a user is told at once when an administrator reads their memories; "
        "they stand in /history in any case.",
    )
    webhook_url: AnyHttpUrl | None = Field(
        None,
        description="Public https address for Telegram's webhook; its path is where the web "
        "server takes updates. Default: polling.",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="What Telegram sends with each webhook call, so that others cannot: 1 to 256 "
        "of A-Z a-z 0-9 _ -. Default: one made of the token.",
    )
    sends_per_s: int = Field(
        30,
        ge=1,
        description="Messages a second that Telegram takes from one bot. A Bot API server of your "
        "own or paid broadcasts take more.",
    )
    chat_sends_per_s: int = Field(
        1, ge=1, description="Messages a second that Telegram takes for one chat."
    )
    group_sends_per_min: int = Field(
        20, ge=1, description="Messages a minute that Telegram takes for one group."
    )
    web_host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    web_port: int = Field(8080, ge=1, le=65535, description="Port that the web server listens on.")
    log_level: LogLevel = Field(
        "WARNING", description="DEBUG, INFO, WARNING, ERROR or CRITICAL. Logs go to stderr."
    )

    @property
    def key_file(self) -> Path:
        """The file of the master key."""
        return self.memory_key_file or self.data_dir / "memory.key"

    @property
    def token(self) -> str:
        """The token of the Telegram bot.

        Raises:
            ConfigurationError: There is none.
        """
        if self.telegram_token is None:
            raise ConfigurationError(_NOT_SET)
        return self.telegram_token.get_secret_value()

    @property
    def bot_id(self) -> int:
        """The Telegram id of the bot, with which its token begins; raises like `token`."""
        return int(self.token.partition(":")[0])

    @property
    def webhook_path(self) -> str:
        """Where the web server takes updates."""
        return (self.webhook_url and self.webhook_url.path) or "/"

    @field_validator("data_dir", "memory_key_file", "artifact", mode="after")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        try:
            return value.expanduser().absolute() if value else None
        except RuntimeError:
            raise ValueError(NO_HOME) from None

    @field_validator("admin_ids", "allowed_ids", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("redis_url", mode="after")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(_REDIS_SCHEMES):
            raise ValueError(f"should begin with {', '.join(_REDIS_SCHEMES)}")
        return value

    @field_validator("telegram_token", mode="after")
    @classmethod
    def _whole_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError(
                "should be digits, a colon, and letters, as @BotFather gave it; copy it whole"
            )
        return value

    @field_validator("webhook_secret", mode="after")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("should be 1 to 256 of A-Z a-z 0-9 _ -, or absent")
        return value

    @field_validator("webhook_url", mode="after")
    @classmethod
    def _reachable(cls, value: AnyHttpUrl | None) -> AnyHttpUrl | None:
        if value and value.scheme != "https" and not is_loopback(value.host or ""):
            raise ValueError("should begin with https://, which Telegram demands")
        if value and value.path in OWN_PATHS:
            raise ValueError(f"its path should not be one of {', '.join(sorted(OWN_PATHS))}")
        return value

    @model_validator(mode="after")
    def _no_token_in_an_address(self) -> Self:
        secret = self.telegram_token and self.telegram_token.get_secret_value().partition(":")[2]
        if secret and secret in str(self.webhook_url or ""):
            raise ValueError("WEBHOOK_URL holds the token, and addresses get logged; take another")
        return self

    @model_validator(mode="after")
    def _list_has_members(self) -> Self:
        if self.access is Access.LIST and not self.allowed_ids | self.admin_ids:
            raise ValueError(
                "ACCESS is list, and ALLOWED_IDS names nobody; add ids or change ACCESS"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 -- NAME_FILE instead
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the files that ``NAME_FILE`` names after the environment and before `.env`."""
        files = SecretFiles(settings_cls, SECRETS, env_settings, dotenv_settings)
        return init_settings, files, env_settings, dotenv_settings


def load(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process.

    Args:
        env_file: Where to look for what the environment does not set; None: nowhere.

    Raises:
        ConfigurationError: A value is wrong; the message has one line for each such setting and
            never the value of a secret.
    """
    options: dict[str, Any] = {"_env_file": env_file}
    try:
        return Settings(**options)
    except ValidationError as error:
        lines = sorted(_line(problem) for problem in error.errors(include_url=False))
    except UnicodeDecodeError:
        lines = [f"{env_file}: is not UTF-8 text; save it as UTF-8"]
    raise ConfigurationError("\n".join(lines))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _line(problem: ErrorDetails) -> str:
    what = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return what
    name = str(problem["loc"][0]).upper()
    hidden = name in SECRETS or name.endswith("_URL")  # an address may carry a password
    given = "" if hidden else _given(problem["input"])
    return f"{name}{given}: {what[0].lower()}{what[1:]}; correct it in the environment or in .env"


def _given(value: object) -> str:
    return f"={value}" if isinstance(value, str | int | float) else ""
