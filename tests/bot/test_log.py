"""The log tells what happened, and quotes nobody."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot.log import Discreet, foreign

TOKEN = "1234567:AAEhBP0av28fDmVYlTSMnXI7kYX8gqZeT3s"  # noqa: S105 -- of no bot
SAID = "my secret diary"


@pytest.fixture(name="out")
def _out() -> Iterator[io.StringIO]:
    """What the process would log, at the finest level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(foreign)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def test_our_own_lines_are_logged_whole(out: io.StringIO) -> None:
    """What this project logs was written to be read."""
    logging.getLogger("bot.telegram.polling").info("waiting %d s", 3)
    assert out.getvalue() == "INFO bot.telegram.polling: waiting 3 s\n"


@pytest.mark.parametrize("name", ["httpx", "telegram.ext.ExtBot", "aiohttp.access", "asyncio"])
def test_libraries_are_heard_only_when_they_warn(name: str, out: io.StringIO) -> None:
    """Below a warning, libraries log addresses and payloads."""
    logging.getLogger(name).info("POST https://api.telegram.org/bot%s", TOKEN)
    logging.getLogger(name).debug("payload %s", SAID)
    assert not out.getvalue()


def test_a_library_s_warning_is_its_template(out: io.StringIO) -> None:
    """What a warning of a library would be filled in with may be an update."""
    logging.getLogger("telegram.Bot").critical("cannot parse %r", {"text": SAID})
    assert out.getvalue() == "CRITICAL telegram.Bot: cannot parse %r\n"


def test_a_lost_task_is_named_without_its_error_s_text(out: io.StringIO) -> None:
    """Asyncio puts the text of the error on the lines after the first."""
    lines = ("Task exception was never retrieved", f"exception=ValueError({SAID!r})")
    logging.getLogger("asyncio").error("\n".join(lines))
    assert out.getvalue() == "ERROR asyncio: Task exception was never retrieved\n"


def test_a_traceback_shows_places_and_kinds_only(out: io.StringIO) -> None:
    """Errors quote what they could not take, those that led to them too."""

    def parse() -> None:
        int(SAID)

    try:
        try:
            parse()
        except ValueError as error:
            raise RuntimeError(SAID) from error
    except RuntimeError:
        logging.getLogger("bot.x").exception("it failed")
    logged = out.getvalue()
    assert SAID not in logged
    assert "in parse" in logged
    assert logged.index("ValueError\n") < logged.index("RuntimeError\n")


def test_a_token_is_never_logged(out: io.StringIO) -> None:
    """Not even where our own line holds one."""
    logging.getLogger("bot.x").warning("asked https://api.telegram.org/bot%s/getMe", TOKEN)
    assert out.getvalue() == "WARNING bot.x: asked https://api.telegram.org/botTOKEN/getMe\n"
