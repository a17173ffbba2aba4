"""The webhook: where Telegram is told to push updates, and with which secret."""

import hmac
from functools import partial
from typing import Final

from bot.settings import Settings
from bot.telegram.application import Bot
from bot.telegram.intake import KINDS
from bot.telegram.reaching import insist

_CALLS_AT_ONCE: Final = 40


def secret_of(settings: Settings) -> str:
    """What Telegram is to send with each call: that of the settings, or one made of the token.

    Every process of the bot must know the same one, whichever told Telegram last.

    Raises:
        ConfigurationError: There is no token.
    """
    given = settings.webhook_secret
    if given:
        return given.get_secret_value()
    return hmac.digest(settings.token.encode(), b"webhook secret", "sha256").hex()


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
