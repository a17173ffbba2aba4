"""The memory is away, full, or closed to the bot: nothing is lost, and nobody reads an address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import words
from bot.conversation import Conversation
from bot.runtime import Runtime
from bot.server import EmbeddedServer
from bot.store import RedisStore
from bot.telegram import texts
from bot.telegram.serve import serve
from memnn.generalization import Generalization
from memnn.model import Model
from memnn.network import Network
from tests.bot.telegram.admin_world import ADA as MEMBER
from tests.bot.telegram.admin_world import Scene, scene
from tests.bot.telegram.served import ADA, served, settings_for, telegram
from tests.servers import WHEEL, Backend, kill_server, plain_server
from tests.telegram_server import Post, TelegramServer

CODE = "my bike lock code is 8206"
WORK = "Anouk got hired at Decathlon"
SLOW_S = 20.0


@pytest.fixture(name="server")
async def _server() -> AsyncIterator[TelegramServer]:
    async with telegram() as server:
        server.user(ADA, first_name="Ada")
        yield server


@asynccontextmanager
async def filled(directory: Path, model: Model) -> AsyncIterator[Scene]:
    """A bot over a server that the test may fill or close, without a file."""
    with plain_server(directory) as url:
        async with (
            RedisStore.open(
                url, key_file=directory / "key", featuriser=Generalization(model)
            ) as store,
            scene(store, model) as world,
        ):
            yield world


async def taken_in(server: TelegramServer) -> None:
    """Wait until all that was said is kept, and Telegram was told so."""
    await server.wait_for(lambda: not server.world.updates.pending, SLOW_S)


async def signed(server: TelegramServer, *posts: Post) -> None:
    """Wait for the sign on all of some messages."""
    await server.wait_for(lambda: all(post.reactions for post in posts), SLOW_S)


async def answer(server: TelegramServer, text: str) -> str:
    """Say something, and wait for what the bot writes back."""
    post = server.say(ADA, text)
    sent = await server.wait_for(lambda: server.sent(ADA, after=post.message_id), SLOW_S)
    return sent[0].text


async def test_what_waits_outlives_an_outage(
    server: TelegramServer, place: Backend, tiny: Model
) -> None:
    """Messages and edits that were taken in before it are handled after it, in order, each once."""
    assert place.server
    async with served(server, place, tiny):
        first = server.say(ADA, "/remember locker 0 is red")
        await signed(server, first)
        server.fault("setMessageReaction", delay_s=1.0)
        posts = [server.say(ADA, f"/remember locker {number} is red") for number in (1, 2, 3)]
        server.edit(ADA, first.message_id, "/remember locker 0 is blue")
        await signed(server, posts[0])
        await taken_in(server)
        kill_server(place.server)
        line = await server.wait_for(lambda: server.sent(ADA), SLOW_S)
        assert [post.text for post in line] == [texts.HELD]
        await asyncio.sleep(1.5)
        assert not posts[1].reactions
        await place.server.ensure()
        await signed(server, *posts)
        page = await answer(server, "/memories")
        assert [word in page for word in ("4 memories", "0 is blue", "0 is red")] == [1, 1, 0]
        places = [page.index(f"locker {number}") for number in (3, 2, 1, 0)]
        assert places == sorted(places)
        assert len(server.sent(ADA)) == 2  # the line above, and the page


async def test_a_stop_does_not_wait_for_the_memory(
    server: TelegramServer, place: Backend, tiny: Model
) -> None:
    """What is held then is handled by the next process, though Telegram does not send it again."""
    assert place.server
    async with served(server, place, tiny) as bot:
        server.fault("setMessageReaction", delay_s=1.0)
        posts = [server.say(ADA, f"/remember locker {number} is red") for number in range(3)]
        await signed(server, posts[0])
        await taken_in(server)
        kill_server(place.server)
        await server.wait_for(lambda: server.sent(ADA), SLOW_S)
        await bot.end()
    await place.server.ensure()
    async with served(server, place, tiny):
        await signed(server, *posts)
        assert (await answer(server, "/memories")).startswith("3 memories")


async def test_the_memory_goes_while_a_message_is_at_work(
    server: TelegramServer, backend: Backend, tiny: Model, tmp_path: Path
) -> None:
    """A chat is still found, its memories are not: the message waits, and is answered once."""
    assert backend.server
    features = Generalization(tiny)
    async with (
        EmbeddedServer(tmp_path / "data", wheel=WHEEL) as there,
        RedisStore.open(there.url, key_file=tmp_path / "key", featuriser=features) as memory,
        RedisStore.open(
            backend.server.url, key_file=backend.key_file, featuriser=features
        ) as chats,
    ):
        runtime = Runtime(Conversation(Network(tiny, memory)), chats, tiny, first_start=False)
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(settings_for(server), runtime, stop=stop))
        kill_server(there)
        told = server.say(ADA, "/remember locker 1 is red")
        (line,) = await server.wait_for(lambda: server.sent(ADA), SLOW_S)
        assert line.text == texts.HELD
        await asyncio.sleep(1.0)
        await there.ensure()
        await signed(server, told)
        assert server.sent(ADA) == [line]
        stop.set()
        await serving


async def test_a_full_memory_says_so_and_lets_forget(tmp_path: Path, model: Model) -> None:
    """What is told finds no room and is told so; /forget is taken in and works all the same."""
    async with filled(tmp_path, model) as world:
        told = await world.tell(MEMBER, CODE)
        await world.store._connection.command("CONFIG", "SET", "maxmemory", 1)
        line = await world.answer(MEMBER, WORK)
        assert line.text == texts.MEMORY_FULL
        world.server.user(MEMBER, first_name="Adele")  # which finds no room either
        gone = await world.answer(MEMBER, "/forget 1")
        assert gone.text.endswith(words.FORGOTTEN)
        await world.server.wait_for(lambda: not told.reactions)
        await world.store._connection.command("CONFIG", "SET", "maxmemory", 0)
        await world.tell(MEMBER, WORK)


async def test_nobody_reads_where_the_memory_is(tmp_path: Path, model: Model) -> None:
    """Its address is the operator's; a group hears nothing of what was only overheard."""
    async with filled(tmp_path, model) as world:
        await world.tell(MEMBER, CODE)
        group = world.server.group("Family", [MEMBER], bot="administrator")
        hello = await world.next(group, 0)
        ledger = f"~mn:{{bot={world.bot_id}}}:*"
        rights = ("resetkeys", ledger, "~mn:scopes")
        await world.store._connection.command("ACL", "SETUSER", "default", *rights)
        for text in (WORK, f"/remember {WORK}", "what is the code of my bike lock?"):
            assert (await world.answer(MEMBER, text)).text == words.MEMORY_DOWN
        world.server.say(group, WORK)
        line = await world.answer(group, f"@memo_bot {WORK}")
        assert line.text == words.MEMORY_DOWN
        assert world.server.sent(group, after=hello.message_id) == [line]
