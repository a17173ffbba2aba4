"""Every setting of the application, once: its name, its default, its unit, what it is for.

Values come from the environment, else from a `.env` file in the working directory; a secret may
instead stand in a file named by ``NAME_FILE``. `.env.example` repeats this page; a test holds the
two together. Knows nothing of what the settings are used for.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_data_path
from pydantic import (
    AnyHttpUrl,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import ConfigurationError

SECRETS = ("TELEGRAM_TOKEN", "REDIS_URL", "REDIS_PASSWORD", "WEBHOOK_SECRET")
_REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
_SUFFIX = "_FILE"

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
        description="Redis or Valkey server: redis://, rediss:// or unix:// and its address. "
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
        None, description="Directory of a trained model. Default: the one that is shipped."
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
        frozenset(), description="Telegram ids of who may talk to the bot where ACCESS is list."
    )
    access: Access = Field(
        Access.OPEN, description="Who may talk to the bot: open, list or pairing."
    )
    webhook_url: AnyHttpUrl | None = Field(
        None, description="Public https address for Telegram's webhook. Default: polling."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="What Telegram sends with each webhook call, so that others cannot."
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

    @field_validator("data_dir", "memory_key_file", "artifact", mode="after")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

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
        files = _SecretFiles(settings_cls, env_settings, dotenv_settings)
        return init_settings, files, env_settings, dotenv_settings


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads the secrets whose ``NAME_FILE`` is set, as container platforms hand them in."""

    def __init__(
        self, settings_cls: type[BaseSettings], *places: PydanticBaseSettingsSource
    ) -> None:
        super().__init__(settings_cls)
        self._values: dict[str, str | None] = {}
        for place in reversed(places):
            if isinstance(place, EnvSettingsSource):
                self._values.update(place.env_vars)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 -- the base class names it
        """The content of the field's file, without the line end; None where there is no file."""
        name = field_name.upper()
        path = self._values.get(f"{field_name}{_SUFFIX.lower()}")
        if name not in SECRETS or not path:
            return None, field_name, False
        if self._values.get(field_name):
            raise ConfigurationError(f"{name} and {name}{_SUFFIX} are both set; keep one of them")
        return _content(f"{name}{_SUFFIX}", Path(path).expanduser()), field_name, False

    def __call__(self) -> dict[str, Any]:
        """What the files give, by field."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


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


def _content(name: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: {path} is not UTF-8 text; write it anew") from None
    except OSError as error:
        raise ConfigurationError(
            f"{name}: {path} cannot be read ({error.strerror}); mend the path or the permissions"
        ) from error
    if not content:
        raise ConfigurationError(f"{name}: {path} is empty; put the value into it")
    return content


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
