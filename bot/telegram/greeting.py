"""The first lines of `memnn-bot run`, on stderr: who the bot is, and how it is reached."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from bot import words
from bot.telegram.edge import Edge


async def greet(edge: Edge, left: int) -> None:
    """Say that the bot is there.

    Args:
        edge: The bot, once Telegram said who it is.
        left: How many updates the last process did not finish.

    Raises:
        StoreError: The chats cannot be counted.
    """
    for line in lines(edge, len(await edge.ledger.chats.all()), left):
        _print(line)


def take_leave() -> None:
    """Say that the bot was told to stop, since that may take a while."""
    _print(words.STOPPING)


def lines(edge: Edge, chats: int, left: int) -> Iterator[str]:
    """What is said."""
    settings, me = edge.settings, edge.bot.bot
    way = f"by webhook at {settings.webhook_url}" if settings.webhook_url else "by polling"
    yield f"@{me.username} is there, {way}: https://t.me/{me.username}"
    if chats:
        yield f"It knows {_many(chats, 'chat')}."
    if left:
        yield f"{_many(left, 'message')} that the last run left unfinished come first."
    yield f"Health and metrics are on http://{settings.web_host}:{settings.web_port}."
    if edge.runtime.first_start:
        yield f"The key is in {settings.key_file}. {words.FIRST_START}"


def _print(line: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text(f"  {line}", style="dim"))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
