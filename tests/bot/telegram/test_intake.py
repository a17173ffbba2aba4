"""Taking in: nothing is lost, nothing is taken twice, what is no update holds up nothing."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.store import Ledger, RedisStore
from bot.telegram.holding import Holding
from bot.telegram.intake import Intake, chat_of, id_of
from bot.telegram.ordering import InOrder
from bot.telegram.receipts import Receipts
from memnn.errors import StoreError
from tests.servers import Backend, kill_server, opened
from tests.telegram_updates import said
from tests.worlds import TextFeaturiser

BOT = Bot("1:x")  # never called
_numbers = count(1)


class Edge:
    """An intake over a ledger; what comes out is put into a queue."""

    def __init__(self, ledger: Ledger) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.malformed: list[str] = []
        self.receipts = Receipts(ledger.inbox)
        self.held = Holding(ledger.inbox.lost)
        self.order = InOrder(self.queue, BOT, self.receipts.add, lambda *_: None, self.held)
        self.intake = Intake(ledger.inbox, ledger.turns, self.order, self.malformed.append)

    async def handle(self) -> list[int]:
        """Handle all that is to be handled; returns the ids in order."""
        handled: list[int] = []
        while not self.queue.empty():
            update = self.queue.get_nowait()
            assert isinstance(update, Update)
            await self.order.process_update(update, asyncio.sleep(0))
            handled.append(update.update_id)
        await self.receipts.flush()
        return handled


async def test_what_is_taken_in_is_handled_once(ledger: Ledger) -> None:
    """A redelivered update is passed over: at work, finished, and by the next process too."""
    edge = Edge(ledger)
    await edge.intake.take([said(1, 5), said(2, 5), said(3, 6)])
    await edge.intake.take([said(2, 5), said(4, 5)])
    assert sorted(await edge.handle()) == [1, 2, 3, 4]
    await edge.intake.take([said(1, 5), said(4, 5)])
    assert await edge.handle() == []


async def test_what_was_not_finished_is_taken_up(backend: Backend) -> None:
    """An update that a process took in and did not finish is handled by the next one, first."""
    bot_id = next(_numbers)
    async with opened(backend) as store:
        died = Edge(store.ledger(bot_id))
        await died.intake.take([said(1, 5), said(2, 5), said(3, 6)])
    async with opened(backend) as store:
        edge = Edge(store.ledger(bot_id))
        assert await edge.intake.resume() == 3
        await edge.intake.take([said(3, 6), said(4, 5)])
        handled = await edge.handle()
        assert sorted(handled) == [1, 2, 3, 4]
        assert [number for number in handled if number != 3] == [1, 2, 4]
        assert await Edge(store.ledger(bot_id)).intake.resume() == 0


async def test_a_store_that_is_down_takes_nothing_in(place: Backend) -> None:
    """Then the update is not confirmed, and is taken in when it comes again."""
    assert place.server
    async with unrevived(place) as store:
        edge = Edge(store.ledger(1))
        kill_server(place.server)
        with pytest.raises(StoreError):
            await edge.intake.take([said(1, 5)])
        assert len(edge.order) == 0
        await place.server.ensure()
        await edge.intake.take([said(1, 5)])
        assert await edge.handle() == [1]


async def test_receipts_survive_a_store_that_is_down(place: Backend) -> None:
    """What could not be noted as finished is noted later."""
    assert place.server
    async with unrevived(place) as store:
        inbox = store.ledger(1).inbox
        receipts = Receipts(inbox)
        await inbox.put({1: b"{}", 2: b"{}"})
        receipts.add(1)
        kill_server(place.server)
        with pytest.raises(StoreError):
            await receipts.flush()
        receipts.add(2)
        await place.server.ensure()
        await receipts.flush()
        assert await store.ledger(1).inbox.left() == {}


def unrevived(place: Backend) -> AbstractAsyncContextManager[RedisStore]:
    """A store whose server is nobody's to start again."""
    assert place.server
    return RedisStore.open(place.server.url, key_file=place.key_file, featuriser=TextFeaturiser())


async def test_receipts_are_passed_on_by_themselves(store: RedisStore) -> None:
    """Soon after an update is finished, the inbox knows."""
    bot_id = next(_numbers)
    edge = Edge(store.ledger(bot_id))
    await edge.intake.take([said(1, 5)])
    passing = asyncio.create_task(edge.receipts.run())
    update = edge.queue.get_nowait()
    await edge.order.process_update(update, asyncio.sleep(0))
    await asyncio.sleep(0.2)
    passing.cancel()
    assert await store.ledger(bot_id).inbox.left() == {}


@pytest.mark.parametrize(
    "update", [None, 7, "x", [], {}, {"update_id": "7"}, {"update_id": True}, {"update_id": -1}]
)
async def test_what_has_no_id_is_counted_and_left_out(update: object, ledger: Ledger) -> None:
    """Something that is no update does not keep the others from being taken in."""
    edge = Edge(ledger)
    await edge.intake.take([update, said(2, 5)])
    assert await edge.handle() == [2]
    assert edge.malformed == ["what came in is no update: it has no id"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_a_webhook_body_that_is_no_json_is_counted(body: bytes, ledger: Ledger) -> None:
    """It would be sent again for ever if it were refused."""
    edge = Edge(ledger)
    await edge.intake.take_body(body)
    assert edge.malformed == ["what came through the webhook is no JSON"]
    await edge.intake.take_body(json.dumps(said(1, 5)).encode())
    assert await edge.handle() == [1]


@pytest.mark.parametrize("kind", ["channel_post", "poll", "inline_query", "of_the_future"])
async def test_kinds_that_the_bot_does_not_take_are_passed_over(kind: str, ledger: Ledger) -> None:
    """They are neither kept nor counted as malformed."""
    edge = Edge(ledger)
    await edge.intake.take([{"update_id": 1, kind: {"id": 1}}])
    assert await edge.handle() == []
    assert not edge.malformed
    assert await ledger.inbox.put({1: b""}) == (1,)


async def test_nothing_is_taken_in_once_it_is_closed(ledger: Ledger) -> None:
    """What comes while the bot stops is for the next process."""
    edge = Edge(ledger)
    edge.intake.close()
    with pytest.raises(StoreError, match="is stopping"):
        await edge.intake.take([said(1, 5)])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["update_id", "message", "chat", "id", "callback_query", "x"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_anything_can_be_looked_at(update: Any) -> None:  # noqa: ANN401 -- that is the point
    """Whatever JSON comes, it has an id and a chat or it has not."""
    update_id = id_of(update)
    assert update_id is None or update["update_id"] == update_id
    if isinstance(update, dict):
        assert isinstance(chat_of(update), int)


def test_the_chat_of_each_kind_is_found() -> None:
    """Everything that concerns a chat waits in that chat's lane."""
    chat = {"chat": {"id": -7}}
    assert chat_of({"message": chat}) == -7
    assert chat_of({"edited_message": chat}) == -7
    assert chat_of({"my_chat_member": chat}) == -7
    assert chat_of({"callback_query": {"id": "1", "message": chat}}) == -7
    assert chat_of({"callback_query": {"id": "1"}}) == 0
