"""What a server's user must be allowed: its own keys, and no command that endangers others."""

from pathlib import Path

import pytest

from bot.store import Address, Totals, restore_backup, write_backup
from bot.store.connection import connected
from memnn.errors import StoreError, StoreUnavailableError
from tests.servers import Backend, opened, plain_server
from tests.store.backups import at, content, fill, still

# As an ACL of the server spells it; for those who run one.
RIGHTS = ["~mn:*", "+@all", "-@admin", "-@dangerous", "+info", "+client|list"]


def url_of(user: str, url: str) -> str:
    """A server's address for one of its users."""
    return f"{url}?username={user}&password=x"


async def test_the_rights_suffice(place: Backend, tmp_path: Path) -> None:
    """With these rights a bot works, and a backup and a restore are made."""
    path = tmp_path / "backup"
    with plain_server(tmp_path, "--user", "bot", "on", ">x", *RIGHTS) as plain:
        url = url_of("bot", plain)
        async with opened(place, url=url) as store:
            await fill(store)
            await store.forget_all("")
            assert (await store.facts("42:5")).count == 1
        assert await write_backup(Address(url), place.key_file, path, still) == Totals(3, 3)
        await restore_backup(Address(url), place.key_file, path, still, replace=True)

        async with opened(place, url=plain) as store:
            assert len(await content(store)) > 20


async def test_no_other_keys(tmp_path: Path) -> None:
    """With these rights nothing of others is read, and nothing is stopped or wiped."""
    with plain_server(tmp_path, "--user", "bot", "on", ">x", *RIGHTS) as plain:
        async with connected(Address(url_of("bot", plain))) as connection:
            for words in (("GET", "other"), ("FLUSHALL",), ("KEYS", "*"), ("SHUTDOWN",)):
                with pytest.raises(StoreUnavailableError, match="extend the user's ACL"):
                    await connection.command(*words)


async def test_who_is_there_must_be_seen(place: Backend, tmp_path: Path) -> None:
    """Where a restore cannot tell whether a bot is running, it changes nothing."""
    path = tmp_path / "backup"
    async with opened(place) as store:
        await fill(store)
    await write_backup(at(place), place.key_file, path, still)
    with plain_server(tmp_path, "--user", "bot", "on", ">x", *RIGHTS[:-1]) as plain:
        with pytest.raises(StoreError, match="NOPERM"):
            await restore_backup(Address(url_of("bot", plain)), place.key_file, path, still)
        async with connected(Address(plain)) as connection:
            assert await connection.command("DBSIZE") == 0
