"""The composition root: the only place that knows which concrete parts a process is made of.

Everything is opened in order and closed in reverse; nothing happens at import. Importing it imports
torch, which takes a second: the command line does so only when a command needs it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import torch

from bot.address import open_address
from bot.conversation import Conversation
from bot.heap import give_back, share_heap
from bot.settings import Settings
from bot.store import RedisStore
from memnn import artifact
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.paper import artifact as paper
from memnn.paper.parts import StoryParts
from memnn.parts import Parts
from memnn.served import parts_of

if TYPE_CHECKING:
    from memnn.store import Store

_BYTES_PER_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Runtime:
    """A conversation that is ready, with what an edge may want to tell about it.

    Attributes:
        conversation: Ready to take messages.
        store: Where its memories are, and what a bot keeps beside them.
        model: What it answers with.
        first_start: The key file was made just now: there were no data.
    """

    conversation: Conversation
    store: RedisStore
    model: Model | Parts
    first_start: bool


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """The conversation over the server that the settings name, or over the bot's own.

    Raises:
        ArtifactError: The model cannot be loaded.
        StoreError: The server cannot be reached, or the key file does not fit.
    """
    model = await load_model(settings)
    async with open_store(settings, model) as store:
        yield Runtime(Conversation(Network(model, store)), store, model, store.key_created)


@asynccontextmanager
async def open_apart(settings: Settings, *, in_process: bool) -> AsyncIterator[Conversation]:
    """A conversation apart from anyone's memories, for a replay.

    Args:
        settings: Names the model and, where it names one, the server.
        in_process: Keep the memories in this process; else on the server, or on one of its own in
            a temporary directory.

    Raises:
        ArtifactError: The model cannot be loaded.
        StoreError: The server cannot be reached, or the key file does not fit.
    """
    model = await load_model(settings)
    async with AsyncExitStack() as stack:
        store: Store = InMemoryStore()
        if not in_process:
            if settings.redis_url is None:
                directory = Path(stack.enter_context(TemporaryDirectory(prefix="memnn-")))
                apart = {"data_dir": directory, "memory_key_file": None}
                settings = settings.model_copy(update=apart)
            store = await stack.enter_async_context(open_store(settings, model))
        yield Conversation(Network(model, store))


async def load_model(settings: Settings) -> Model | Parts:
    """The model that the settings name: a folder, or the one file of a network of the papers.

    Raises:
        ArtifactError: It is missing, damaged, or of another version.
    """
    share_heap()
    torch.set_num_threads(1)  # for each question: with more, two at once are in each other's way
    named = settings.artifact
    if named is not None and named.suffix == paper.SUFFIX:
        return StoryParts(await asyncio.to_thread(paper.load, named))
    model = await asyncio.to_thread(artifact.load, named)
    give_back()  # what reading it took: some 45 MB
    return model


@asynccontextmanager
async def open_store(settings: Settings, model: Model | Parts) -> AsyncIterator[RedisStore]:
    """The store on the server that the settings name, or on the bot's own.

    Raises:
        StoreError: The server cannot be reached, or the key file does not fit.
    """
    async with (
        open_address(settings) as address,
        RedisStore.open(
            address.url,
            password=address.password,
            key_file=settings.key_file,
            featuriser=parts_of(model),
            hot_bytes=settings.hot_memory_mb * _BYTES_PER_MB,
            revive=address.revive,
        ) as store,
    ):
        yield store
