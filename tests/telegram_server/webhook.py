"""Pushing updates to a webhook until it takes them."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try: the status that came back, 0 where nothing did."""

    update_id: int
    status: int
    at: float


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed to; of one chat one by one, of several at once.

    Attributes:
        url: The address.
        secret: What the header X-Telegram-Bot-Api-Secret-Token brings.
        most: Calls at once.
        taken: Told the id of each update that was taken.
        deliveries: All tries.
        last_error: The last failure: when (Unix seconds), and what.

    """

    url: str
    secret: str
    most: int
    taken: Callable[[int], None]
    deliveries: list[Delivery] = field(default_factory=list)
    last_error: tuple[int, str] | None = None
    _lanes: dict[int, deque[tuple[int, str]]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _free: asyncio.Semaphore = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.most)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S))

    def take(self, update_id: int, lane: int, body: str) -> None:
        """Push an update once those before it in its lane are taken."""
        if lane in self._lanes:
            self._lanes[lane].append((update_id, body))
            return
        self._lanes[lane] = deque([(update_id, body)])
        task = asyncio.create_task(self._drain(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Push no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    async def _drain(self, lane: int) -> None:
        waiting = self._lanes[lane]
        while waiting:
            update_id, body = waiting[0]
            pause_s = FIRST_PAUSE_S
            while not await self._push(update_id, body):
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            waiting.popleft()
            self.taken(update_id)
        del self._lanes[lane]

    async def _push(self, update_id: int, body: str) -> bool:
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        status = 0
        async with self._free:
            try:
                async with self._session.post(self.url, data=body, headers=headers) as answer:
                    status = answer.status
                    await answer.read()
                wrong = "" if answer.ok else f"Wrong response from the webhook: {status}"
            except (aiohttp.ClientError, TimeoutError) as error:
                wrong = f"Connection failed: {type(error).__name__}"
        self.deliveries.append(Delivery(update_id, status, time.monotonic()))
        if wrong:
            self.last_error = (int(time.time()), wrong)
        return not wrong
