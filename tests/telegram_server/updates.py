"""Updates that wait for the bot: it polls for them, or a webhook is called."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Collection
from itertools import islice

from tests.telegram_server.errors import Refused
from tests.telegram_server.model import Json
from tests.telegram_server.webhook import Webhook

# Telegram leaves these out unless they are asked for.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 900_000_000


class Updates:
    """All updates so far, and those that are not confirmed.

    Attributes:
        log: Every update with its id, oldest first.
        pending: Bodies of those that the bot has not confirmed.
        given: How often each was handed out by polling.
        webhook: Where they are pushed to, if anywhere.

    """

    def __init__(self) -> None:
        self.log: dict[int, Json] = {}
        self.pending: OrderedDict[int, str] = OrderedDict()
        self.given: dict[int, int] = {}
        self.webhook: Webhook | None = None
        self._allowed: frozenset[str] = frozenset()
        self._poll: asyncio.Future[None] | None = None

    def allow(self, kinds: Collection[str]) -> None:
        """Say what is asked for from now on; nothing named means all but those on request."""
        self._allowed = frozenset(kinds)

    @property
    def allowed(self) -> frozenset[str]:
        """The kinds that were asked for by name."""
        return self._allowed

    def put(self, kind: str, content: Json) -> int | None:
        """Let something have happened; gives its id, None where nobody asked for its kind."""
        if kind not in self._allowed if self._allowed else kind in ON_REQUEST:
            return None
        return self.put_raw({kind: content})

    def put_raw(self, fields: Json) -> int:
        """Put an update of any shape; its id is added unless it brings one."""
        update: Json = {"update_id": FIRST_ID + len(self.log), **fields}
        update_id = int(update["update_id"])
        body = json.dumps(update)
        self.log[update_id] = json.loads(body)
        self._offer(update_id, body)
        return update_id

    def repeat(self, update_id: int) -> None:
        """Give an update once more, as if it had never been confirmed."""
        self._offer(update_id, json.dumps(self.log[update_id]))
        self.pending = OrderedDict(sorted(self.pending.items()))

    def _offer(self, update_id: int, body: str) -> None:
        self.pending[update_id] = body
        if self.webhook:
            self.webhook.take(update_id, _lane(self.log[update_id]), body)
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[str]:
        """Confirm what is below the offset and give the next, waiting for it if need be.

        Raises:
            Refused: 409: a webhook is set, or another poll came meanwhile.

        """
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._confirm(offset)
        if not self.pending and timeout_s > 0:
            await self._wait(timeout_s)
        chosen = list(islice(self.pending.items(), limit))
        for update_id, _ in chosen:
            self.given[update_id] = self.given.get(update_id, 0) + 1
        return [body for _, body in chosen]

    def end_poll(self, why: str) -> None:
        """End the poll that waits, if one does, with a conflict."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refused(409, f"Conflict: terminated by {why}"))

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Push from now on, also what waits; None ends that."""
        previous, self.webhook = self.webhook, webhook
        if previous:
            await previous.close()
        if webhook:
            self.end_poll("setWebhook request")
            for update_id, body in self.pending.items():
                webhook.take(update_id, _lane(self.log[update_id]), body)

    def _confirm(self, offset: int) -> None:
        while self.pending and offset > 0 and next(iter(self.pending)) < offset:
            self.pending.popitem(last=False)
        while offset < 0 and len(self.pending) > -offset:
            self.pending.popitem(last=False)

    async def _wait(self, timeout_s: float) -> None:
        self.end_poll("other getUpdates request; make sure that only one bot instance is running")
        poll = self._poll = asyncio.get_running_loop().create_future()
        end = time.monotonic() + timeout_s
        await asyncio.wait([poll], timeout=max(0.0, end - time.monotonic()))
        if self._poll is poll:
            self._poll = None
        if poll.done():
            poll.result()


def _lane(update: Json) -> int:
    """The chat of an update: what is of one chat is pushed one by one."""
    for content in update.values():
        if isinstance(content, dict):
            chat = content.get("chat") or content.get("message", {}).get("chat") or {}
            return int(chat.get("id", 0))
    return 0
