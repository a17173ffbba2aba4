"""What is wrong with this installation, and how to mend it: one finding a part.

Looks without changing anything, except that the bot's own server is started to see that it runs,
and that its directory is made for it. Never shows a secret.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bot.address import open_address
from bot.errors import ConfigurationError
from bot.scopes import TERMINAL
from bot.server import EmbeddedServer
from bot.settings import Settings, load
from bot.store import RedisStore, ServerFacts, names_a_key, read_key_file, server_facts
from memnn import artifact
from memnn.errors import ArtifactError, StoreError
from memnn.paper import artifact as paper

_MB = 1 << 20
_MIN_FREE_MB = 200  # the append-only file is rewritten beside itself


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation.

    Attributes:
        part: Its name.
        well: Whether it is as it should be.
        detail: What was found, and for a fault how to mend it.
    """

    part: str
    well: bool
    detail: str


Probe: TypeAlias = Callable[[Settings], Awaitable[Finding]]


async def check(*probes: Probe) -> AsyncIterator[Finding]:
    """Look at one part after the other, and then at those that others know about."""
    try:
        settings = load()
    except ConfigurationError as error:
        for line in str(error).splitlines():
            yield Finding("settings", well=False, detail=line)
        return
    yield Finding("settings", well=True, detail="read from the environment and .env")
    found = [_artifact(settings)]
    yield found[-1]
    async with AsyncExitStack() as stack:
        if settings.redis_url is None:
            found.append(_directory(settings.data_dir))
            yield found[-1]
        found.append(await _server(settings, stack))
        yield found[-1]
        found.append(_key(settings))
        yield found[-1]
        if all(finding.well for finding in found):
            yield await _memories(settings)
    for probe in probes:
        yield await probe(settings)


def _artifact(settings: Settings) -> Finding:
    path = settings.artifact or artifact.SHIPPED
    try:
        if path.suffix == paper.SUFFIX:
            paper.load(path)
            return Finding("model", well=True, detail=f"{path}, a network of the papers")
        manifest = artifact.describe(path)
        artifact.load(path)
    except ArtifactError as error:
        return Finding("model", well=False, detail=str(error))
    return Finding("model", well=True, detail=f"{path}, version {manifest['version']}")


def _directory(path: Path) -> Finding:
    # `Path.exists` raises where a directory above may not be looked into.
    there = next(p for p in (path, *path.parents) if os.access(p, os.F_OK))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        mend = "give yourself the right to write there, or set DATA_DIR"
        return Finding("data", well=False, detail=f"{there} cannot be written: {mend}")
    free_mb = shutil.disk_usage(there).free // _MB
    if free_mb < _MIN_FREE_MB:
        mend = f"free {_MIN_FREE_MB} MB, or set DATA_DIR to another disk"
        return Finding("data", well=False, detail=f"{path} has {free_mb:,} MB left: {mend}")
    made = "" if there == path else ", made at the first start"
    return Finding("data", well=True, detail=f"{path}{made}; {free_mb:,} MB free")


async def _server(settings: Settings, stack: AsyncExitStack) -> Finding:
    try:
        if settings.redis_url is None:
            server = await stack.enter_async_context(EmbeddedServer(settings.data_dir))
            return _judged(await server_facts(server.url), "its own")
        password = settings.redis_password
        facts = await server_facts(
            settings.redis_url.get_secret_value(),
            password.get_secret_value() if password else None,
        )
    except StoreError as error:
        return Finding("server", well=False, detail=str(error))
    return _judged(facts, "REDIS_URL")


def _judged(facts: ServerFacts, which: str) -> Finding:
    used = f"{facts.used_bytes / _MB:,.1f} MB used"
    if facts.max_bytes:
        used += f" of {facts.max_bytes / _MB:,.0f}"
    faults = {
        "takes no writes: connect to the primary, or look at its disk": facts.role != "master",
        f"maxmemory-policy is {facts.policy}, and memories could be evicted: "
        "set it to noeviction": facts.policy != "noeviction",
        "appendonly is off, and a crash would lose memories: set it to yes": not facts.appendonly,
    }
    wrong = "; ".join(fault for fault, holds in faults.items() if holds)
    detail = f"{which}, {facts.name}, {used}"
    return Finding("server", well=not wrong, detail=f"{detail}: {wrong}" if wrong else detail)


def _key(settings: Settings) -> Finding:
    path = settings.key_file
    try:
        read_key_file(path)
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return Finding("key", well=True, detail=f"{path}, made at the first start")
        return Finding("key", well=False, detail=str(error))
    return Finding("key", well=True, detail=f"{path}; keep a copy of it")


async def _memories(settings: Settings) -> Finding:
    try:
        async with AsyncExitStack() as stack:
            address = await stack.enter_async_context(open_address(settings))
            if not await names_a_key(address):
                return Finding("memories", well=True, detail="none yet")
            opened = RedisStore.open(
                address.url,
                password=address.password,
                key_file=settings.key_file,
                featuriser=None,  # nothing is asked
                revive=address.revive,
            )
            store = await stack.enter_async_context(opened)
            total = (await store.page(TERMINAL, limit=1)).total
            scopes = len(await store.scopes())
    except StoreError as error:
        return Finding("memories", well=False, detail=str(error))
    return Finding(
        "memories",
        well=True,
        detail=f"{total:,} from the terminal; {scopes:,} conversations in all",
    )
