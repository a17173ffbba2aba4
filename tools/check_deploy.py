"""Check the containers: lint their files and, where a Docker engine is there, run them.

    python tools/check_deploy.py [--host-network]

Builds the image, starts everything apart from what may run already, waits until the bot is healthy,
talks to it through the test Bot API server, restarts the containers, asks for what was told before,
and takes all of it down again, volumes included. TORCH names another torch for the build.
--host-network is for engines without networks of their own. Standard library only.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
IMAGE = "memnn-bot:0.1.0"
PORT = 8091
CHAT = 7001
TOKEN = "7:check"  # noqa: S105 -- of the test server
HEALTHY_S = 180.0
ANSWER_S = 30.0


class CheckError(Exception):
    """Something is not as it should be; the message says what."""


def main(arguments: list[str]) -> None:
    """Lint, then run where that is possible.

    Raises:
        CheckError: Something is not as it should be.
    """
    lint()
    if not shutil.which("docker") or _quietly("docker", "info").returncode:
        print("no Docker engine answers: the containers were linted, not run")
        return
    _run("docker", "build", *_build_options(arguments), "--tag", IMAGE, str(ROOT))
    size = int(_output("docker", "image", "inspect", "--format", "{{.Size}}", IMAGE))
    print(f"image: {size / 1e9:.2f} GB")
    with _stack("--host-network" in arguments) as compose:
        _talk(compose)


def lint() -> None:
    """Run every linter that is installed.

    Raises:
        CheckError: One of them found a fault.
    """
    compose = str(ROOT / "deploy" / "compose.yaml")
    checks = {
        "hadolint": ("hadolint", str(ROOT / "Dockerfile")),
        "docker-compose": ("docker-compose", "-f", compose, "config", "--quiet"),
        "compose-lint": ("compose-lint", compose),
    }
    with _an_env_file():
        for tool, command in checks.items():
            found = shutil.which(tool) or shutil.which(tool, path=str(Path(sys.executable).parent))
            if found is None:
                print(f"{tool} is not installed: skipped")
                continue
            _run(found, *command[1:])
            print(f"{tool}: well")


@contextmanager
def _an_env_file() -> "Iterator[None]":
    """The `.env` that compose reads; a copy of the example where there is none."""
    path = ROOT / ".env"
    if path.exists():
        yield
        return
    shutil.copy(ROOT / ".env.example", path)
    try:
        yield
    finally:
        path.unlink()


def _build_options(arguments: list[str]) -> list[str]:
    options = ["--build-arg", f"TORCH={os.environ.get('TORCH', '')}"]
    return [*options, "--network", "host"] if "--host-network" in arguments else options


@contextmanager
def _stack(host_network: bool) -> "Iterator[Callable[..., str]]":  # noqa: FBT001 -- internal
    """The containers, running; gives a function that runs `docker compose` on them."""
    with TemporaryDirectory(prefix="memnn-check-") as name:
        place = Path(name)
        shutil.copytree(ROOT / "deploy", place / "deploy")
        (place / ".env").write_text(f"TELEGRAM_TOKEN={TOKEN}\n", encoding="utf-8")
        if host_network:
            _onto_the_host(place / "deploy" / "compose.yaml")
        extra = place / "deploy" / "check.json"  # JSON is YAML
        extra.write_text(json.dumps(_extra(host_network=host_network)), encoding="utf-8")
        files = ("-f", str(place / "deploy" / "compose.yaml"), "-f", str(extra))

        def compose(*words: str) -> str:
            return _output(*_compose(), "-p", "memnn-check", *files, *words)

        try:
            compose("up", "--detach", "--no-build")
            yield compose
        finally:
            compose("down", "--volumes", "--timeout", "40")


def _onto_the_host(compose: Path) -> None:
    """Put all services on the host's network: what an override could not take away is replaced."""
    text = compose.read_text(encoding="utf-8")
    for networks in ("[memory, outside]", "[memory]"):
        text = text.replace(f"networks: {networks}", "network_mode: host")
    compose.write_text(text, encoding="utf-8")


def _extra(*, host_network: bool) -> dict[str, Any]:
    """What the check adds to the compose file: a Bot API server, and the way to it."""
    telegram: dict[str, Any] = {
        "image": IMAGE,
        "command": [
            *("python", "-m", "tests.telegram_server"),
            *("--host", "0.0.0.0", "--port", str(PORT), "--token", TOKEN),  # noqa: S104
        ],
        "working_dir": "/src",
        "volumes": [f"{ROOT / 'tests'}:/src/tests:ro"],
        "networks": ["outside"],
        "ports": [f"127.0.0.1:{PORT}:{PORT}"],
        "healthcheck": {"disable": True},
    }
    bot: dict[str, Any] = {"environment": {"TELEGRAM_API_URL": f"http://telegram:{PORT}"}}
    services: dict[str, Any] = {"telegram": telegram, "bot": bot}
    if host_network:
        del telegram["ports"], telegram["networks"]
        telegram["network_mode"] = "host"
        bot["environment"] = {
            "TELEGRAM_API_URL": f"http://127.0.0.1:{PORT}",
            "REDIS_URL": "redis://memnn@127.0.0.1:6379/0",
        }
    return {"services": services}


def _talk(compose: Callable[..., str]) -> None:
    """Tell it something, restart everything, ask for it.

    Raises:
        CheckError: It does not become healthy, or does not answer.
    """
    _healthy(compose)
    _say("the spare key is under the blue flowerpot")
    _until(_acknowledged, ANSWER_S, "a statement is not acknowledged")
    compose("restart", "redis", "bot")
    _healthy(compose)
    _say("where is the spare key?")
    _until(lambda: "flowerpot" in _answers(), ANSWER_S, "the memory is not found after a restart")
    print("told, restarted, asked: the memory was there")


def _healthy(compose: Callable[..., str]) -> None:
    def healthy() -> bool:
        listed = compose("ps", "--format", "json", "bot")
        return '"Health":"healthy"' in listed.replace(" ", "")

    _until(healthy, HEALTHY_S, "the bot does not become healthy")


def _until(met: Callable[[], bool], limit_s: float, problem: str) -> None:
    end = time.monotonic() + limit_s
    while not met():
        if time.monotonic() > end:
            raise CheckError(f"{problem} (within {limit_s:.0f} s)")
        time.sleep(0.5)


def _say(text: str) -> None:
    body = json.dumps({"chat": CHAT, "text": text}).encode()
    _control("say", body)


def _transcript() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_control(f"transcript/{CHAT}"))
    return found


def _acknowledged() -> bool:
    return any(post["reactions"] for post in _transcript())


def _answers() -> str:
    return " ".join(post["text"] for post in _transcript() if post["from_bot"])


def _control(path: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/control/{path}",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 -- loopback
        content: bytes = response.read()
    return content


def _compose() -> tuple[str, ...]:
    plugin = not _quietly("docker", "compose", "version").returncode
    return ("docker", "compose") if plugin else ("docker-compose",)


def _run(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:  # noqa: S603 -- commands of this file
        raise CheckError(f"this command failed: {' '.join(command)}")


def _output(*command: str) -> str:
    done = _quietly(*command)
    if done.returncode:
        raise CheckError(f"this command failed: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def _quietly(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CheckError as error:
        sys.exit(f"check-deploy: {error}")
