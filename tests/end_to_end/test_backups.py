"""`backup` and `restore` as processes: what they say, and what they refuse."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from bot.scopes import TERMINAL
from bot.server import EmbeddedServer
from bot.store import RedisStore
from tests.end_to_end.conftest import ROOT, TIMEOUT_S, Run
from tests.servers import WHEEL
from tests.worlds import TextFeaturiser, plan


async def tell(data_dir: Path, *statements: str) -> None:
    """Remember statements as the terminal does, without its process."""
    async with (
        EmbeddedServer(data_dir, wheel=WHEEL) as server,
        RedisStore.open(
            server.url, key_file=data_dir / "memory.key", featuriser=TextFeaturiser()
        ) as store,
    ):
        for statement in statements:
            await store.add(TERMINAL, plan(statement, statement))


@pytest.fixture(name="backup")
def _backup(run: Run, tmp_path: Path) -> Path:
    """A backup of two memories; the key lies beside it."""
    asyncio.run(tell(tmp_path / "data", "I have a dog called Rex.", "Clara lives in Oslo."))
    done = run("backup", str(tmp_path / "backup"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"1 chat with 2 memories written to {tmp_path / 'backup'}\n" in done.stdout
    assert f"key in {tmp_path / 'data' / 'memory.key'}: keep a copy" in done.stdout
    shutil.copy2(tmp_path / "data" / "memory.key", tmp_path / "key")
    return tmp_path / "backup"


def test_memories_move_to_another_machine(run: Run, backup: Path, tmp_path: Path) -> None:
    """With the key file and a backup a new installation has the memories of the old one."""
    new = {"DATA_DIR": str(tmp_path / "new"), "MEMORY_KEY_FILE": str(tmp_path / "key")}

    done = run("restore", str(backup), **new)

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "1 chat with 2 memories put back\n",
        "",
    )
    assert "Rex" in run("chat", said="/memories\n", **new).stdout


def test_a_full_store_needs_a_word(run: Run, backup: Path, tmp_path: Path) -> None:
    """Memories are not replaced unless that is asked for; how many there are is said."""
    asyncio.run(tell(tmp_path / "data", "Clara moved to Rome."))
    refused = run("restore", str(backup))
    assert refused.returncode == 2
    assert "holds 1 chat with 3 memories" in refused.stderr
    assert refused.stderr.count("\n") == 1

    assert run("restore", str(backup), "--replace").returncode == 0
    assert "Rome" not in run("chat", said="/memories\n").stdout


def test_a_running_bot_is_left_alone(
    run: Run, backup: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """While somebody talks to the bot a backup may be made, and nothing is restored."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        env=environment,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        chat.stdin.write("/remember My bike is red.\n")
        chat.stdin.flush()
        while "noted" not in chat.stdout.readline():
            pass

        refused = run("restore", str(backup), "--replace")
        made = run("backup", str(tmp_path / "second"))
        chat.communicate()

    assert refused.returncode == 2
    assert "in use by 1 other process of memnn-bot: stop the bot" in refused.stderr
    assert "3 memories written" in made.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backup", "backup"), "backup: is there already"),
        (("restore", "none"), "none: cannot be read: No such file"),
        (("restore", "key"), "key: is no backup of memnn-bot"),
    ],
    ids=["taken", "missing", "no backup"],
)
def test_mistakes_are_one_line(
    run: Run, backup: Path, arguments: tuple[str, str], said: str
) -> None:
    """What cannot be done is said in one line, with exit code 2."""
    done = run(*arguments)

    assert backup.exists()
    assert done.returncode == 2
    assert done.stderr.startswith("memnn-bot: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_lost_key_is_said(run: Run, backup: Path, tmp_path: Path) -> None:
    """Without the key file a restore changes nothing, and makes no new key."""
    new = {"DATA_DIR": str(tmp_path / "new")}

    done = run("restore", str(backup), **new)

    assert done.returncode == 2
    assert "memory.key is missing" in done.stderr
    assert "MEMORY_KEY_FILE" in done.stderr
    assert not (tmp_path / "new" / "memory.key").exists()


def test_a_bot_with_a_token_writes_it_down(run: Run, backup: Path, tmp_path: Path) -> None:
    """With a token the bot's audit log is kept, which makes the store one of the bot's."""
    done = run("backup", str(tmp_path / "second"), TELEGRAM_TOKEN=f"42:{'A' * 35}")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "second").stat().st_size > backup.stat().st_size


def test_a_terminal_shows_a_bar(backup: Path, environment: dict[str, str], tmp_path: Path) -> None:
    """On a terminal the way is shown."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "bot", "restore", str(backup), "--replace"],
        env=environment,
        cwd=str(tmp_path),
        timeout=TIMEOUT_S,
        encoding="utf-8",
        dimensions=(24, 100),
    )
    child.expect("restore .*100%")
    child.expect("2 memories put back")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_backups_come_without_torch() -> None:
    """A backup needs no model, so it does not wait for one."""
    code = "import bot.backups, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
