"""Methods by which the bot gets its updates."""

import ipaddress
import json
import re
from urllib.parse import urlsplit

from tests.telegram_server.call import Call
from tests.telegram_server.errors import bad
from tests.telegram_server.model import Json
from tests.telegram_server.webhook import Webhook
from tests.telegram_server.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
MOST_UPDATES = 100
MOST_CALLS = 40
LONGEST_POLL_S = 50.0


async def get_updates(world: World, call: Call) -> list[Json]:
    """What happened since; waits for it if need be."""
    _allow(world, call)
    limit = min(max(call.integer("limit", MOST_UPDATES), 1), MOST_UPDATES)
    wait_s = min(call.number("timeout"), LONGEST_POLL_S)
    bodies = await world.updates.poll(call.integer("offset"), limit, wait_s)
    return [json.loads(body) for body in bodies]


async def set_webhook(world: World, call: Call) -> bool:
    """Push updates from now on; an empty URL ends that."""
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return await delete_webhook(world, call)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _loopback(parts.hostname):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    _allow(world, call)
    _drop(world, call)
    most = call.integer("max_connections", MOST_CALLS)

    def taken(update_id: int) -> None:
        world.updates.pending.pop(update_id, None)
        world.change()

    await world.updates.set_webhook(Webhook(url, secret, most, taken))
    return True


async def delete_webhook(world: World, call: Call) -> bool:
    """Push no more."""
    await world.updates.set_webhook(None)
    _drop(world, call)
    return True


async def get_webhook_info(world: World, _: Call) -> Json:
    """Where updates are pushed to, how many wait, and what went wrong last."""
    webhook = world.updates.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    if webhook:
        info["max_connections"] = webhook.most
    if webhook and webhook.last_error:
        info["last_error_date"], info["last_error_message"] = webhook.last_error
    return info


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _allow(world: World, call: Call) -> None:
    kinds = call.nested("allowed_updates")
    if kinds is not None:  # otherwise the previous setting stays
        world.updates.allow(kinds)


def _drop(world: World, call: Call) -> None:
    if call.flag("drop_pending_updates"):
        world.updates.pending.clear()


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
