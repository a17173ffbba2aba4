"""What the tests of the operator's view share: a real store with a bot's chats in it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from bot.admin import Admin
from bot.scopes import chat_scope
from bot.settings import Settings
from bot.store import Chat, Ledger, RedisStore
from tests.servers import Backend, embedded, opened
from tests.worlds import TIME, plan

ADA, GROUP = 7, -100_8
PRIVATE = "the safe's code is 4471"
_bots = count(7_000_000)


def settings(bot_id: int) -> Settings:
    """Those of a bot."""
    return Settings.model_validate({"telegram_token": f"{bot_id}:token"})


async def fill(store: RedisStore, bot_id: int, number: int = 12) -> None:
    """A chat with some memories, the first of which is the secret; a group with two."""
    ledger = store.ledger(bot_id)
    await ledger.chats.put(Chat(ADA, "Ada Lovelace", "Ada_L", first_seen=TIME))
    await ledger.chats.put(Chat(GROUP, "Family", group=True, first_seen=TIME))
    for day in range(number):
        text = PRIVATE if day == 0 else f"tea number {day}"
        said = plan(f"{day}", text, time=TIME + timedelta(days=day))
        await store.add(chat_scope(bot_id, ADA), said)
    await store.add(chat_scope(bot_id, GROUP), plan("1", "one", "two", speaker="Bob"))


@pytest.fixture(name="backend", scope="session")
def _backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    directory = tmp_path_factory.mktemp("admin")
    with embedded(directory / "data") as server:
        yield Backend("redis", server, directory / "key")


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Iterator[Backend]:
    """A server of the test's own, which it may kill."""
    with embedded(tmp_path / "data") as server:
        yield Backend("redis", server, tmp_path / "key")


@pytest.fixture(name="store")
async def _store(backend: Backend) -> AsyncIterator[RedisStore]:
    async with opened(backend) as store:
        yield store


@pytest.fixture(name="bot_id")
def _bot_id() -> int:
    """A bot of the test's own."""
    return next(_bots)


@pytest.fixture(name="ledger")
async def _ledger(store: RedisStore, bot_id: int) -> Ledger:
    """What that bot keeps; its chats have memories."""
    await fill(store, bot_id)
    return store.ledger(bot_id)


@pytest.fixture(name="admin")
def _admin(store: RedisStore, ledger: Ledger, bot_id: int) -> Admin:
    return Admin(store, ledger, None, "cafe0001", settings(bot_id))
