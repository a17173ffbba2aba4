"""What `memnn-bot check` finds, part by part, and what it leaves as it was."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.check import Finding, check
from bot.scopes import TERMINAL
from bot.settings import Settings
from bot.store.connection import Connection
from bot.store.key_file import create_key_file
from memnn import artifact
from memnn.model import Model
from tests.servers import Backend, embedded, opened, plain_server
from tests.worlds import plan

ROOT = Path(__file__).parents[2]
STRANGER = 65534
CHECK = """
import asyncio, os, sys
from bot.check import check

async def main():
    async for finding in check():
        print(finding.part, finding.well, finding.detail)

if os.getuid() == 0:
    os.setgid(int(sys.argv[1]))
    os.setuid(int(sys.argv[1]))
asyncio.run(main())
"""


@pytest.fixture(name="small")
def _small(tiny: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a machine on which a small network is installed, and nothing else is set."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        for variant in (name.upper(), name, f"{name.upper()}_FILE"):
            monkeypatch.delenv(variant, raising=False)
    artifact.save(tiny, tmp_path / "artifact", {})
    monkeypatch.setenv("ARTIFACT", str(tmp_path / "artifact"))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path


async def findings() -> dict[str, Finding]:
    """What is found, by part."""
    return {finding.part: finding async for finding in check()}


async def held(url: str) -> list[str]:
    """The keys that a server holds."""
    connection = Connection(url, None)
    try:
        return await connection.names("*")
    finally:
        await connection.close()


def test_each_part_is_looked_at_by_itself(small: Path) -> None:
    """Where nothing may be looked into, each part says so: no finding stops those after it."""
    locked = small / "locked"
    locked.mkdir(mode=0)
    environment = {
        **os.environ,
        "ARTIFACT": "",
        "DATA_DIR": str(locked / "data"),
        "MEMORY_KEY_FILE": str(locked / "key"),
    }

    answer = subprocess.run(
        [sys.executable, "-c", CHECK, str(STRANGER)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )

    assert "Traceback" not in answer.stderr
    user = os.geteuid() or STRANGER
    found = [line.split(" ", 2) for line in answer.stdout.splitlines()]
    assert [line[:2] for line in found] == [
        ["settings", "True"],
        ["model", "True"],
        ["data", "False"],
        ["server", "False"],
        ["key", "False"],
    ]
    assert "cannot be written" in found[2][2]
    assert f"cannot be read by user {user}" in found[4][2]


async def test_looking_leaves_an_empty_server_empty(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that lies ready is not fixed to a server that holds nothing yet."""
    create_key_file(small / "data" / "memory.key")
    with plain_server(small, "--appendonly", "yes") as url:
        monkeypatch.setenv("REDIS_URL", url)
        found = await findings()

        assert found["memories"] == Finding("memories", well=True, detail="none yet")
        assert await held(url) == []


@pytest.fixture(name="place")
def _place(small: Path) -> Iterator[Backend]:
    """The server of that machine, which `check` joins."""
    with embedded(small / "data") as server:
        yield Backend("redis", server, small / "data" / "memory.key")


async def test_memories_are_counted(place: Backend) -> None:
    """What is there is counted, the terminal's and in all, and stays as it is."""
    assert place.server is not None
    async with opened(place) as store:
        await store.add(TERMINAL, plan("a", "one", "two"))
        await store.add("1:5", plan("a", "three"))
    before = await held(place.server.url)

    told = (await findings())["memories"]

    assert told.well
    assert told.detail == "2 from the terminal; 2 conversations in all"
    assert sorted(await held(place.server.url)) == sorted(before)


async def test_memories_without_their_key(place: Backend) -> None:
    """Where there are memories and no key file, that is a fault; no new key is made."""
    async with opened(place) as store:
        await store.add(TERMINAL, plan("a", "one"))
    place.key_file.unlink()

    told = (await findings())["memories"]

    assert not told.well
    assert "MEMORY_KEY_FILE" in told.detail
    assert not place.key_file.exists()


async def test_a_restore_that_was_cut_off(place: Backend) -> None:
    """A server that a restore left half filled is a fault, though it names no key yet."""
    assert place.server is not None
    create_key_file(place.key_file)
    connection = Connection(place.server.url, None)
    await connection.command("SET", "mn:restoring", "2026-03-02")
    await connection.close()

    told = (await findings())["memories"]

    assert not told.well
    assert "restore" in told.detail
