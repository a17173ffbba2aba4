"""What the slash commands do, over a tiny network and a store in the process."""

from pathlib import Path

import pytest
from rich.console import Console

from bot.conversation import Conversation
from bot.terminal.commands import PAGE, Commands
from memnn.errors import DataError
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import Page
from tests.worlds import plan


class Asking:
    """The commands over one store, and what they asked; the answer is always no."""

    def __init__(self, tiny: Model, store: InMemoryStore) -> None:
        self.asked: list[str] = []
        self._commands = Commands(Conversation(Network(tiny, store)), "s", self._ask)

    async def says(self, line: str) -> list[str]:
        """The lines that a command shows."""
        console = Console(width=100, no_color=True, highlight=False)
        with console.capture() as captured:
            console.print(await self._commands.run(line))
        return [shown.strip() for shown in captured.get().splitlines()]

    async def _ask(self, question: str) -> bool:
        self.asked.append(question)
        return False


async def told(store: InMemoryStore, count: int) -> InMemoryStore:
    """A store that holds so many memories."""
    await store.add("s", plan("1", *(f"tea {number}" for number in range(count))))
    return store


async def test_a_home_that_is_none_is_named(tiny: Model) -> None:
    """A file in the home of a user that is not there cannot be written; the name is told."""
    commands = Asking(tiny, InMemoryStore())
    with pytest.raises(DataError, match=r"~nobody-here\.md: begins with the home of a user"):
        await commands.says("/export ~nobody-here.md")


async def test_control_characters_name_no_file(tiny: Model, tmp_path: Path) -> None:
    """A name is taken without the signs that no file can have or that would steer a terminal."""
    commands = Asking(tiny, await told(InMemoryStore(), 1))
    said = await commands.says(f"/export {tmp_path}/a\0\x1bb.md")
    assert "".join(said).endswith("/ab.md")


@pytest.mark.parametrize(
    ("line", "asked", "says"),
    [
        ("/forget 1-10", ["Forget these 3 memories?"], "Nothing was forgotten."),
        ("/forget 3-10", [], "✗ 3  tea 2"),
        ("/forget 2", [], "✗ 2  tea 1"),
        ("/forget 4-10", [], "! There is no memory with that number. /memories lists them."),
    ],
)
async def test_what_is_there_is_asked_for(
    line: str, asked: list[str], says: str, tiny: Model
) -> None:
    """Before several memories are forgotten there is a question, which counts those that exist."""
    commands = Asking(tiny, await told(InMemoryStore(), 3))
    assert (await commands.says(line))[0] == says
    assert commands.asked == asked


async def test_memories_come_page_by_page(tiny: Model) -> None:
    """Each page holds what the one before left over; beyond the last it is said which that is."""
    commands = Asking(tiny, await told(InMemoryStore(), 2 * PAGE + 1))
    pages = [await commands.says(f"/memories {number}") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [PAGE + 2, PAGE + 2, 2]
    assert pages[1][1].split()[:3] == [str(PAGE + 1), "tea", str(PAGE)]
    assert await commands.says("/memories 4") == ["! There is no page 4: the last is page 3."]


async def test_one_page_is_the_last(tiny: Model) -> None:
    """Where everything fits on a page, that is said in the singular."""
    commands = Asking(tiny, await told(InMemoryStore(), 1))
    assert await commands.says("/memories 2") == ["! There is no page 2: the last is page 1."]


class Shrinking(InMemoryStore):
    """A store whose memories another process forgets as soon as it was looked into."""

    async def page(self, scope: str, *, before: int | None = None, limit: int = 10) -> Page:
        """A page, after which all is gone."""
        page = await super().page(scope, before=before, limit=limit)
        await self.forget_all(scope)
        return page


async def test_memories_may_go_while_they_are_listed(tiny: Model) -> None:
    """What another process forgets meanwhile is missing, and nothing else happens."""
    commands = Asking(tiny, await told(Shrinking(), 3 * PAGE))
    assert await commands.says("/memories 3") == ["There are no memories yet. Tell me something."]
