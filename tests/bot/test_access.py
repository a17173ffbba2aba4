"""Who may talk, under each ACCESS, over a real store."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from bot.access import Access
from bot.settings import Settings
from bot.store import Guests, RedisStore
from memnn.errors import StoreError
from tests.servers import Backend, embedded, opened, plain_server

ADMIN, NAMED, STRANGER, GROUP = 1, 2, 3, -100_4
_bots = count(6_000_000)


@pytest.fixture(name="backend", scope="module")
def _backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    directory = tmp_path_factory.mktemp("access")
    with embedded(directory / "data") as server:
        yield Backend("redis", server, directory / "key")


@pytest.fixture(name="store")
async def _store(backend: Backend) -> AsyncIterator[RedisStore]:
    async with opened(backend) as store:
        yield store


@pytest.fixture(name="guests")
def _guests(store: RedisStore) -> Guests:
    return store.ledger(next(_bots)).guests


def settings(access: str) -> Settings:
    """With one administrator and one further id."""
    values = {"access": access, "admin_ids": str(ADMIN), "allowed_ids": str(NAMED)}
    return Settings.model_validate(values)


async def may(access: Access, user: int | None, chat: int | None = None) -> bool:
    """Whether somebody may talk, in private where no chat is given."""
    return await access.may_talk(user, chat if chat is not None else user or 0)


async def test_open_is_for_everybody(guests: Guests) -> None:
    """Nobody is turned away, and nobody needs a code."""
    access = Access(settings("open"), guests)
    assert await may(access, STRANGER)
    assert await may(access, None, GROUP)
    assert await access.code(STRANGER) is None


async def test_a_list_is_the_list(guests: Guests) -> None:
    """Under `list` those may talk whom the settings name, and the administrators; nobody else."""
    access = Access(settings("list"), guests)
    await guests.allow(STRANGER)  # from a time when the bot paired
    assert await may(access, ADMIN)
    assert await may(access, NAMED)
    assert not await may(access, STRANGER)
    assert not await may(access, None, GROUP)
    assert await access.code(STRANGER) is None


async def test_a_group_on_the_list_may_talk_whole(guests: Guests) -> None:
    """Where a group's id is on the list, everybody in it may talk there, and only there."""
    values = {"access": "list", "allowed_ids": f"{GROUP}"}
    access = Access(Settings.model_validate(values), guests)
    assert await may(access, STRANGER, GROUP)
    assert await may(access, None, GROUP)
    assert not await may(access, STRANGER)
    assert not await may(access, STRANGER, GROUP - 1)


async def test_a_person_on_the_list_may_talk_in_any_group(guests: Guests) -> None:
    """A person's right goes with the person."""
    assert await may(Access(settings("list"), guests), NAMED, GROUP)


async def test_pairing_takes_a_code(guests: Guests) -> None:
    """A stranger gets a code; once it was approved the stranger may talk, at once and after."""
    access = Access(settings("pairing"), guests)
    assert not await may(access, STRANGER)
    code = await access.code(STRANGER)
    assert code is not None
    assert code == await access.code(STRANGER)
    assert await access.redeem("WRONGCDE") is None
    assert not await may(access, STRANGER)
    assert await access.redeem(code) == STRANGER
    assert await may(access, STRANGER)
    assert await access.redeem(code) is None
    assert await may(Access(settings("pairing"), guests), STRANGER)  # after a restart


async def test_pairing_takes_ids_and_gives_up_on_them(guests: Guests) -> None:
    """Administrators let people and groups in by id, and out again."""
    access = Access(settings("pairing"), guests)
    await access.allow(STRANGER)
    await access.allow(GROUP)
    assert await access.let_in() == {STRANGER, GROUP}
    assert await may(access, STRANGER)
    assert await may(access, 99, GROUP)
    assert await access.disallow(STRANGER)
    assert not await access.disallow(STRANGER)
    assert not await may(access, STRANGER)
    assert await may(access, STRANGER, GROUP)


async def test_what_one_worker_allows_every_worker_knows(guests: Guests) -> None:
    """Whoever is let in, or let in no more, at one worker is so at the others at once."""
    ann, ben = (Access(settings("pairing"), guests) for _ in range(2))
    assert not await may(ben, 77)
    await ann.allow(77)
    assert await may(ben, 77)
    await ann.disallow(77)
    assert not await may(ben, 77)


async def test_a_repeat_whose_first_reply_was_lost_says_the_same(guests: Guests) -> None:
    """Whoever was let in as far as this process knew was let in."""
    access = Access(settings("pairing"), guests)
    await access.allow(STRANGER)
    assert await may(access, STRANGER)
    await guests.disallow(STRANGER)  # the first try, of which nothing was heard
    assert await access.disallow(STRANGER)
    assert not await may(access, STRANGER)


async def test_who_stands_in_the_settings_is_never_out(guests: Guests) -> None:
    """Administrators and ALLOWED_IDS need no code, and disallowing them changes nothing."""
    access = Access(settings("pairing"), guests)
    for some_id in (ADMIN, NAMED):
        await access.disallow(some_id)
        assert access.is_named(some_id)
        assert await may(access, some_id)
    assert not access.is_named(STRANGER)


async def test_administrators_are_those_of_the_settings(guests: Guests) -> None:
    """Neither the list nor a code makes an administrator, and nobody in particular is none."""
    access = Access(settings("pairing"), guests)
    await access.allow(STRANGER)
    assert access.is_admin(ADMIN)
    assert not any(map(access.is_admin, (NAMED, STRANGER, None, 0)))


async def test_a_dead_store_lets_nobody_in(backend: Backend, tmp_path: Path) -> None:
    """Where the list cannot be read, asking fails; whom the settings name may talk all the same."""
    with ExitStack() as server:
        url = server.enter_context(plain_server(tmp_path))
        async with opened(backend, url=url) as store:
            access = Access(settings("pairing"), store.ledger(1).guests)
            server.close()
            with pytest.raises(StoreError):
                await may(access, STRANGER)
            assert await may(access, NAMED)
            assert await may(access, ADMIN)


async def test_what_failed_is_read_anew(backend: Backend, tmp_path: Path) -> None:
    """After a change that failed, the rights are those that the server has."""
    with plain_server(tmp_path) as url:
        async with opened(backend, url=url) as store:
            guests = store.ledger(1).guests
            access = Access(settings("pairing"), guests)
            await access.allow(STRANGER)
            assert await may(access, STRANGER)
            await store._connection.command("CONFIG", "SET", "min-replicas-to-write", "1")
            with pytest.raises(StoreError):
                await access.disallow(STRANGER)
            assert await may(access, STRANGER)
            await store._connection.command("CONFIG", "SET", "min-replicas-to-write", "0")
            assert await access.disallow(STRANGER)
            assert not await may(access, STRANGER)
