"""The containers: held to what keeps memories safe, and the first start really run."""

import hashlib
import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from bot.store import RedisStore
from tests.end_to_end.telegram import free_port
from tests.servers import plain_server
from tests.worlds import TextFeaturiser

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
FIRST_START = ROOT / "deploy" / "first_start.py"


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_can_do_as_little_as_possible(name: str) -> None:
    """Read-only, no capabilities, no new privileges, bounded in memory, cores and logs."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["cpus"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in service


def test_nothing_is_published_and_redis_sees_only_the_bot() -> None:
    """No service has a port of the host; Redis is on a network that leads nowhere else."""
    assert not [name for name, service in SERVICES.items() if service.get("ports")]
    assert SERVICES["redis"]["networks"] == ["memory"]
    assert COMPOSE["networks"]["memory"]["internal"] is True
    assert set(SERVICES["bot"]["networks"]) == {"memory", "outside"}


def test_images_are_pinned() -> None:
    """Every image has a version, to the patch."""
    for service in SERVICES.values():
        assert re.search(r":\d+\.\d+\.\d+", service["image"]), service["image"]
    assert re.search(r"^ARG PYTHON=\d+\.\d+\.\d+-slim", DOCKERFILE, re.MULTILINE)


def test_the_bot_waits_for_a_healthy_server() -> None:
    """It starts once the secrets are there and Redis is well, and has time to finish."""
    waits = {name: how["condition"] for name, how in SERVICES["bot"]["depends_on"].items()}
    assert waits == {
        "first-start": "service_completed_successfully",
        "redis": "service_healthy",
    }
    assert SERVICES["bot"]["stop_grace_period"] == "35s"


def test_secrets_are_files_apart_from_the_memories() -> None:
    """Token and password come from files; the memory key lies in a volume that Redis has not."""
    environment = SERVICES["bot"]["environment"]
    assert environment["TELEGRAM_TOKEN"] == ""
    assert environment["TELEGRAM_TOKEN_FILE"].startswith("/secrets/")
    assert environment["REDIS_PASSWORD_FILE"].startswith("/secrets/")
    assert environment["MEMORY_KEY_FILE"].startswith("/key/")
    seen = {mount.split(":")[0] for mount in SERVICES["redis"]["volumes"]}
    assert seen.isdisjoint({"key", "secrets"})
    assert "acl:/acl:ro" in SERVICES["redis"]["volumes"]


def test_the_image_runs_as_nobody_in_particular() -> None:
    """A fixed user without rights, exec-form commands, no build tools in what runs."""
    final = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert re.search(r'^CMD \["memnn-bot", "run"\]$', final, re.MULTILINE)
    assert re.search(r'^HEALTHCHECK .*CMD \["python", ', final, re.MULTILINE)
    assert "/ready" in final
    assert "apt-get" not in final
    assert not DOCKERFILE.startswith("# syntax=")


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_where_the_bot_listens(status: int, code: int) -> None:
    """At the port and address of the settings; anything but a yes is a no."""
    (command,) = re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    _, *arguments = json.loads(command)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/ready" else 500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.2", 0), Answer) as server:
        Thread(target=server.handle_request, daemon=True).start()
        where = {"WEB_HOST": "127.0.0.2", "WEB_PORT": str(server.server_port)}
        done = subprocess.run(
            [sys.executable, *arguments], env={**os.environ, **where}, check=False, timeout=20
        )
    assert done.returncode == code
    place = {"WEB_HOST": "", "WEB_PORT": str(free_port())}
    refused = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **place},
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert refused.returncode == 1


def test_redis_keeps_what_it_acknowledged() -> None:
    """The server's file says so: every write on the disk, nothing evicted, users from a file."""
    lines = (ROOT / "deploy" / "redis.conf").read_text("utf-8").splitlines()
    assert {
        "appendonly yes",
        "appendfsync always",
        "maxmemory-policy noeviction",
        "aclfile /acl/users.acl",
    } <= set(lines)


def first_start(place: Path, token: str) -> "subprocess.CompletedProcess[str]":
    """Run the script with its two directories elsewhere."""
    code = (
        "import runpy, pathlib, sys; scope = runpy.run_path(sys.argv[1]);"
        "main = scope['main']; place = pathlib.Path(sys.argv[2]);"
        "main.__globals__.update(SECRETS=place, ACL=place / 'users.acl'); main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(FIRST_START), str(place)],
        env={**os.environ, "TELEGRAM_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_start_makes_secrets_once(tmp_path: Path) -> None:
    """The password is made up once; the token is that of the moment; only owners read them."""
    assert first_start(tmp_path, "1:one").returncode == 0
    password = (tmp_path / "redis_password").read_text()
    assert first_start(tmp_path, "1:two").returncode == 0
    assert (tmp_path / "redis_password").read_text() == password
    assert (tmp_path / "telegram_token").read_text() == "1:two"
    assert (tmp_path / "telegram_token").stat().st_mode & 0o777 == 0o400
    acl = (tmp_path / "users.acl").read_text()
    assert password not in acl
    assert hashlib.sha256(password.encode()).hexdigest() in acl


def test_without_a_token_the_first_start_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is written, and the line names the file and where a token comes from."""
    done = first_start(tmp_path, " ")
    assert done.returncode == 1
    assert ".env" in done.stderr
    assert "@BotFather" in done.stderr
    assert not list(tmp_path.iterdir())


async def test_the_bot_gets_along_with_the_rights_of_the_containers(tmp_path: Path) -> None:
    """A server with that very file lets the bot in by its password, and nobody else."""
    assert first_start(tmp_path, "1:one").returncode == 0
    with plain_server(tmp_path, "--aclfile", str(tmp_path / "users.acl")) as url:
        named = url.replace("unix://", "unix://memnn@")
        async with RedisStore.open(
            named,
            password=(tmp_path / "redis_password").read_text(),
            key_file=tmp_path / "key",
            featuriser=TextFeaturiser(),
        ) as store:
            await store.ping()
            assert await store.ledger(1).chats.all() == ()
            assert (await store.page("1:1")).total == 0
