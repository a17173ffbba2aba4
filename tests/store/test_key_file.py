"""The master key's file: never lost, never replaced, never shared."""

import os
import shutil
import stat
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.store import RedisStore, read_key_file
from bot.store.key_file import create_key_file
from memnn.errors import StoreKeyError
from tests.servers import plain_server
from tests.worlds import TextFeaturiser, plan

ROOT = Path(__file__).parents[2]
CREATE = """
import sys
from pathlib import Path
from bot.store.key_file import create_key_file, read_key_file
sys.stdin.readline()
create_key_file(Path(sys.argv[1]))
print(read_key_file(Path(sys.argv[1])).check)
"""
READ = """
import os, sys
from pathlib import Path
from bot.store import read_key_file
from memnn.errors import StoreKeyError
if sys.argv[2:] and os.getuid() == 0:
    os.seteuid(int(sys.argv[2]))
try:
    read_key_file(Path(sys.argv[1]))
except StoreKeyError as error:
    print(error)
else:
    print("taken")
"""
OPEN = """
import asyncio, sys
from pathlib import Path
from bot.store import RedisStore
async def main(url, key):
    async with RedisStore.open(url, key_file=Path(key), featuriser=None) as store:
        print("made" if store.key_created else "taken")
asyncio.run(main(*sys.argv[1:]))
"""


def open_store(url: str, key_file: Path) -> AbstractAsyncContextManager[RedisStore]:
    """A store with a key file."""
    return RedisStore.open(url, key_file=key_file, featuriser=TextFeaturiser())


def with_mounts(script: str, *command: str) -> str:
    """What a program of Python prints that sees some mounts of its own, as in a container."""
    unshare = ["unshare", "--mount", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount files for one process")
    script += ' && exec "$@"'
    words = [*unshare, "sh", "-c", script, "sh", sys.executable, "-c", *command]
    return subprocess.check_output(words, cwd=ROOT, text=True)


def test_new_file_is_private_and_whole(tmp_path: Path) -> None:
    """A new key file is one line that its owner alone can read; it is not made twice."""
    path = tmp_path / "deep" / "key"

    assert create_key_file(path)
    before = path.read_text()
    assert not create_key_file(path)

    assert path.read_text() == before
    assert before.startswith("memnn-bot-key-1:")
    assert before.count("\n") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["key"]


def test_creators_at_once_get_one_key(tmp_path: Path) -> None:
    """Processes that make the key file at once all end with the same key."""
    path = tmp_path / "key"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]

    checks = {process.communicate("go\n")[0] for process in processes}

    assert checks == {read_key_file(path).check + "\n"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hunter2",
        b"memnn-bot-key-1:",
        b"memnn-bot-key-1:AAAA",
        b"\xff\xfe",
        b"memnn-bot-key-2:" + b"A" * 43 + b"=",
        b"memnn-bot-key-1:" + b"A" * 42 + b"!=",
    ],
    ids=range(8),
)
def test_malformed_files(tmp_path: Path, content: bytes) -> None:
    """What is no key is refused by the file's name, and its content is not told."""
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(StoreKeyError, match=str(path)) as caught:
        read_key_file(path)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_files_that_others_read(tmp_path: Path, mode: int) -> None:
    """A key that others may read is refused, with the command that mends it."""
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(mode)

    with pytest.raises(StoreKeyError, match="chmod 600"):
        read_key_file(path)


@pytest.mark.parametrize(
    ("mount", "place", "told"),
    [
        ("mount --bind {key} {key} && mount -o remount,bind,ro {key}", "{key}", "taken"),
        ("mount --bind {key} {key}", "{key}", "chmod 600"),
        (
            "mount -t tmpfs none /run && mkdir /run/secrets && cp {key} /run/secrets/key",
            "/run/secrets/key",
            "taken",
        ),
    ],
    ids=["read-only", "writable", "where secrets lie"],
)
def test_secrets_of_containers(tmp_path: Path, mount: str, place: str, told: str) -> None:
    """A key that all may read is taken where it is mounted read-only or lies in /run/secrets."""
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(0o444)

    answer = with_mounts(mount.format(key=path), READ, place.format(key=path))

    assert told in answer


def test_key_in_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """A key that was handed in opens an empty server, also where nothing can be written beside."""
    place = tmp_path / "secrets"
    create_key_file(place / "key")
    mounts = f"mount --bind {place} {place} && mount -o remount,bind,ro {place}"
    with plain_server(tmp_path) as url:
        answer = with_mounts(mounts, OPEN, url, str(place / "key"))

    assert answer == "taken\n"


def test_keys_of_someone_else(tmp_path: Path) -> None:
    """A key that this user may not read is refused by the user's number: the one to give it to."""
    user = os.getuid() or 65534
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(0)

    answer = subprocess.check_output(
        [sys.executable, "-c", READ, str(path), str(user)], cwd=ROOT, text=True
    )

    assert f"by user {user}" in answer


def test_directories_are_no_keys(tmp_path: Path) -> None:
    """A directory in the file's place is refused."""
    (tmp_path / "key").mkdir(mode=0o700)

    with pytest.raises(StoreKeyError, match="key"):
        read_key_file(tmp_path / "key")


async def test_first_start_makes_the_key(tmp_path: Path) -> None:
    """Where the server holds nothing the key is made, once, and told to the caller."""
    key = tmp_path / "key"
    with plain_server(tmp_path) as url:
        async with open_store(url, key) as store:
            assert store.key_created
            await store.add("a", plan("m", "one"))
        async with open_store(url, key) as store:
            assert not store.key_created
            assert [m.text for m in (await store.page("a")).memories] == ["one"]


async def test_key_from_elsewhere_is_used(tmp_path: Path) -> None:
    """A key file that is there before the first start is taken as it is."""
    key = tmp_path / "key"
    create_key_file(key)
    before = key.read_text()
    with plain_server(tmp_path) as url:
        async with open_store(url, key) as store:
            assert not store.key_created

    assert key.read_text() == before


async def test_missing_key_with_data(tmp_path: Path) -> None:
    """Where data exist no new key is ever made: the error names the file and what to do."""
    key = tmp_path / "key"
    with plain_server(tmp_path) as url:
        async with open_store(url, key) as store:
            await store.add("a", plan("m", "one"))
        kept = key.rename(tmp_path / "kept")
        with pytest.raises(StoreKeyError, match="MEMORY_KEY_FILE") as caught:
            async with open_store(url, key):
                pass
        assert str(key) in str(caught.value)
        assert not key.exists()

        kept.rename(key)
        async with open_store(url, key) as store:
            assert (await store.page("a")).total == 1


async def test_wrong_key_with_data(tmp_path: Path) -> None:
    """Another key than that of the data is refused before anything is written with it."""
    create_key_file(tmp_path / "other")
    with plain_server(tmp_path) as url:
        async with open_store(url, tmp_path / "key") as store:
            await store.add("a", plan("m", "one"))
        with pytest.raises(StoreKeyError, match="another key") as caught:
            async with open_store(url, tmp_path / "other"):
                pass

    assert str(tmp_path / "other") in str(caught.value)


async def test_lost_check_does_not_lose_the_key(tmp_path: Path) -> None:
    """Where scopes exist but the check is gone, a missing key file is still not replaced."""
    with plain_server(tmp_path) as url:
        async with open_store(url, tmp_path / "key") as store:
            await store.add("a", plan("m", "one"))
            await store._connection.command("DEL", "mn:key")
        (tmp_path / "key").unlink()
        with pytest.raises(StoreKeyError, match="missing"):
            async with open_store(url, tmp_path / "key"):
                pass

    assert not (tmp_path / "key").exists()
