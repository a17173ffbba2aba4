"""The settings: defaults, secrets in files, errors that people can act on, and their page."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from bot.errors import ConfigurationError
from bot.settings import SECRETS, Access, Settings, load

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine, and no `.env`, reaches a test."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        for variant in (name.upper(), name, f"{name.upper()}_FILE"):
            monkeypatch.delenv(variant, raising=False)


def example() -> Iterator[str]:
    """The page of all settings, as `.env.example` should be."""
    yield "# Copy this to .env and set what you need; every line is a default."
    yield "# A secret may also stand in a file of its own: NAME_FILE=/path/to/it instead of NAME."
    for name, field in Settings.model_fields.items():
        default = field.default
        if default is None or name == "data_dir":
            default = ""
        elif isinstance(default, frozenset):
            default = ",".join(map(str, sorted(default)))
        elif isinstance(default, bool):
            default = str(default).lower()
        secret = " Secret." if name.upper() in SECRETS else ""
        yield ""
        yield from (f"# {line}" for line in wrap(f"{field.description}{secret}", 98))
        yield f"# {name.upper()}={default}"


def test_the_example_page_equals_the_settings() -> None:
    """`.env.example` names every setting with its description and default, and no other."""
    assert (ROOT / ".env.example").read_text() == "\n".join(example()) + "\n"


def test_the_example_page_loads_as_the_defaults(tmp_path: Path) -> None:
    """With every line of the page uncommented, the settings are what they are without it."""
    page = (ROOT / ".env.example").read_text()
    (tmp_path / "env").write_text(re.sub(r"^# (?=[A-Z_]+=)", "", page, flags=re.MULTILINE))
    assert load(tmp_path / "env") == load(None)


def test_every_field_is_described() -> None:
    """A setting without a description is not finished."""
    assert all(field.description for field in Settings.model_fields.values())


def test_the_key_lies_beside_the_data_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """DATA_DIR alone moves everything."""
    monkeypatch.setenv("DATA_DIR", "somewhere")
    assert load(None).key_file == Path.cwd() / "somewhere" / "memory.key"


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the environment sets, `.env` does not change."""
    (tmp_path / ".env").write_text("WEB_PORT=1000\nHOT_MEMORY_MB=7\n")
    monkeypatch.setenv("WEB_PORT", "2000")
    settings = load()
    assert (settings.web_port, settings.hot_memory_mb) == (2000, 7)


def test_ids_are_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of ids needs no brackets."""
    monkeypatch.setenv("ADMIN_IDS", " 12, 13 14,")
    assert load(None).admin_ids == {12, 13, 14}


@pytest.mark.parametrize("name", SECRETS)
def test_each_secret_can_stand_in_a_file(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """NAME_FILE gives a secret, without the line end."""
    value = {"TELEGRAM_TOKEN": "12:s3cret", "REDIS_URL": "redis://s3cret"}.get(name, "s3cret")
    (tmp_path / "secret").write_text(f"{value}\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    secret = getattr(load(None), name.lower())
    assert isinstance(secret, SecretStr)
    assert secret.get_secret_value() == value


def test_a_secret_file_can_be_named_in_the_env_file(tmp_path: Path) -> None:
    """NAME_FILE works from `.env` too."""
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / ".env").write_text(f"REDIS_PASSWORD_FILE={tmp_path / 'secret'}\n")
    assert load().redis_password == SecretStr("s3cret")


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings as text nor their errors hold a secret."""
    monkeypatch.setenv("TELEGRAM_TOKEN", "12:s3cret")
    assert "s3cret" not in repr(load(None))
    monkeypatch.setenv("REDIS_URL", "s3cret@host")
    monkeypatch.setenv("WEBHOOK_URL", "s3cret")
    with pytest.raises(ConfigurationError) as caught:
        load(None)
    assert "s3cret" not in str(caught.value)
    assert {line.split(":")[0] for line in str(caught.value).splitlines()} == {
        "REDIS_URL",
        "WEBHOOK_URL",
    }


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ADMIN_IDS", "1, bob", "ADMIN_IDS=bob: "),
        ("WEB_PORT", "0", "WEB_PORT=0: "),
        ("WEB_PORT", "http", "WEB_PORT=http: "),
        ("HOT_MEMORY_MB", "-1", "HOT_MEMORY_MB=-1: "),
        ("REBUCKET_EVERY_H", "-2", "REBUCKET_EVERY_H=-2: "),
        ("LOG_LEVEL", "loud", "LOG_LEVEL=LOUD: "),
        ("ACCESS", "all", "ACCESS=all: "),
        ("ACCESS", "list", "ACCESS is list, and ALLOWED_IDS names nobody"),
        ("REDIS_URL", "http://host", "REDIS_URL: should begin with redis://"),
        ("TELEGRAM_API_URL", "here", "TELEGRAM_API_URL: "),
        ("REDIS_PASSWORD_FILE", "/no/such/file", "REDIS_PASSWORD_FILE: /no/such/file cannot be"),
        ("REDIS_PASSWORD_FILE", "~nobody-here/x", "REDIS_PASSWORD_FILE: ~nobody-here/x begins"),
        ("DATA_DIR", "~nobody-here/x", "DATA_DIR=~nobody-here/x: begins with the home of a user"),
        ("MEMORY_KEY_FILE", "~nobody-here/x", "MEMORY_KEY_FILE=~nobody-here/x: begins with"),
        ("TELEGRAM_TOKEN", "s3cret", "TELEGRAM_TOKEN: should be digits, a colon, and letters"),
        ("WEBHOOK_URL", "http://example.org/hook", "WEBHOOK_URL: should begin with https://"),
        ("WEBHOOK_URL", "http://10.0.0.1/hook", "WEBHOOK_URL: should begin with https://"),
        ("WEBHOOK_URL", "https://example.org/ready", "WEBHOOK_URL: its path should not be one of"),
        ("WEBHOOK_SECRET", "two words", "WEBHOOK_SECRET: should be 1 to 256 of A-Z a-z 0-9 _ -"),
        ("WEBHOOK_SECRET", "x" * 257, "WEBHOOK_SECRET: should be 1 to 256 of A-Z a-z 0-9 _ -"),
        ("SENDS_PER_S", "0", "SENDS_PER_S=0: "),
        ("CHAT_SENDS_PER_S", "0.5", "CHAT_SENDS_PER_S=0.5: "),
        ("GROUP_SENDS_PER_MIN", "many", "GROUP_SENDS_PER_MIN=many: "),
        ("INSPECT_NOTICE", "perhaps", "INSPECT_NOTICE=perhaps: "),
    ],
)
def test_a_wrong_value_is_named(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error begins with the name of the setting and says what it should be."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        load(None)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several faults are several lines, so that one start is enough to see them."""
    monkeypatch.setenv("WEB_PORT", "0")
    monkeypatch.setenv("ACCESS", "all")
    with pytest.raises(ConfigurationError) as caught:
        load(None)
    assert len(str(caught.value).splitlines()) == 2


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NAME and NAME_FILE together leave open which one counts."""
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv("WEBHOOK_SECRET", "two")
    monkeypatch.setenv("WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(ConfigurationError, match="are both set"):
        load(None)


@pytest.mark.parametrize(("content", "says"), [(b"", "is empty"), (b"\xff\xfe", "is not UTF-8")])
def test_a_secret_file_must_hold_text(
    content: bytes, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file without a secret in it is an error that names the file."""
    (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "secret"))
    with pytest.raises(ConfigurationError, match=says):
        load(None)


def test_an_env_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    """A `.env` that is no UTF-8 text is said to be so."""
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff\n")
    with pytest.raises(ConfigurationError, match=r"\.env: is not UTF-8 text"):
        load()


def test_a_list_of_administrators_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACCESS=list is met by ADMIN_IDS alone."""
    monkeypatch.setenv("ACCESS", "list")
    monkeypatch.setenv("ADMIN_IDS", "5")
    assert load(None).access is Access.LIST


@pytest.mark.parametrize(
    "url",
    ["https://example.org/hook", "http://127.0.0.1:8443/a/b", "http://[::1]/c", "http://localhost"],
)
def test_a_webhook_is_public_and_safe_or_on_this_machine(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain http is for loopback alone; the path is where updates are taken."""
    monkeypatch.setenv("WEBHOOK_URL", url)
    assert load(None).webhook_path == (urlsplit(url).path or "/")


def test_a_webhook_does_not_hold_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses end up in logs of others, so the token may not be part of one."""
    monkeypatch.setenv("TELEGRAM_TOKEN", "12:s3cret")
    monkeypatch.setenv("WEBHOOK_URL", "https://example.org/12:s3cret")
    with pytest.raises(ConfigurationError, match="WEBHOOK_URL holds the token") as caught:
        load(None)
    assert "s3cret" not in str(caught.value)


def test_the_token_names_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number before the colon is the bot's id."""
    monkeypatch.setenv("TELEGRAM_TOKEN", "12345:s3cret_-A")
    assert load(None).bot_id == 12345


def test_a_missing_token_is_told_with_the_way_to_one() -> None:
    """Who starts the bot without a token is told where it comes from and where it goes."""
    with pytest.raises(ConfigurationError, match=r"@?BotFather.*TELEGRAM_TOKEN=") as caught:
        _ = load(None).token
    assert "memnn-bot chat" in str(caught.value)
