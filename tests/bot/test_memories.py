"""What can be taken back, where several processes share one memory."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.replies import Undone
from memnn.model import Model
from memnn.network import Network
from memnn.records import Message
from tests.servers import Backend, embedded, opened

TIME = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    """A server of the test's own."""
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")


async def tell(conversation: Conversation, *told: str) -> None:
    """Have some statements remembered."""
    for text in told:
        await conversation.keep("s", Message(text, text, TIME))


async def texts(conversation: Conversation) -> list[str]:
    """What is remembered, oldest first."""
    return [memory.text for memory in (await conversation.memories("s")).memories[::-1]]


async def test_what_another_process_forgot_for_good_stays_forgotten(
    place: Backend, tiny: Model
) -> None:
    """An undo brings nothing back of what was forgotten for good since, here or elsewhere."""
    async with opened(place) as one, opened(place) as two:
        here, there = Conversation(Network(tiny, one)), Conversation(Network(tiny, two))
        for again in ((), ("the door is blue",)):
            await tell(here, "the lamp is red", "the key is green")
            await here.forget("s", [2])
            await here.forget_said("s", "the lamp is red")
            assert await there.forget_all("s") == 0
            await tell(there, *again)

            assert await here.undo("s", forgotten=2) == Undone()
            assert await here.undo("s") == Undone()
            assert await texts(there) == list(again)
            await there.forget_all("s")
            await here.forget_all("s")


async def test_what_another_process_did_meanwhile_stops_no_undo(
    place: Backend, tiny: Model
) -> None:
    """An undo brings back what is still only forgotten, however much happened since."""
    async with opened(place) as one, opened(place) as two:
        here, there = Conversation(Network(tiny, one)), Conversation(Network(tiny, two))
        await tell(here, "the lamp is red", "the key is green", "the door is blue")
        gone = await here.forget("s", [1, 2])
        for _ in range(60):
            await there.forget("s", [3])
            await there.undo("s")

        assert (await here.undo("s")).restored == gone
        assert await texts(there) == ["the lamp is red", "the key is green", "the door is blue"]
