"""The webhook: where Telegram is told to push updates, and with which secret."""

import secrets
from functools import partial
from typing import Final

from bot.settings import Settings
from bot.telegram.application import Bot
from bot.telegram.intake import KINDS
from bot.telegram.reaching import insist

_CALLS_AT_ONCE: Final = 40


def secret_of(settings: Settings) -> str:
    """What Telegram is to send with each call: that of the settings, or a new one."""
    given = settings.webhook_secret
    return given.get_secret_value() if given else secrets.token_urlsafe(32)


async def set_webhook(bot: Bot, settings: Settings, secret: str) -> None:
    """Let Telegram push the updates that are there, and those to come.

    Raises:
        ConfigurationError: Telegram refuses the token or the address.
    """
    call = partial(
        bot.set_webhook,
        str(settings.webhook_url),
        secret_token=secret,
        allowed_updates=KINDS,
        max_connections=_CALLS_AT_ONCE,
    )
    await insist("push updates to WEBHOOK_URL", call)
