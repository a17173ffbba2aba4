"""What `memnn-bot check` finds out about Telegram: whether the token is right, and whose it is."""

import asyncio
from typing import Final

from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.check import Finding
from bot.settings import Settings
from bot.telegram.application import make_bot
from bot.telegram.reaching import REFUSED, named

_TIMEOUT_S: Final = 10.0
_PART: Final = "telegram"


async def probe(settings: Settings) -> Finding:
    """Ask Telegram who the bot is, and how it is to be reached."""
    if settings.telegram_token is None:
        return Finding(_PART, well=True, detail="no TELEGRAM_TOKEN: talks in the terminal only")
    bot = make_bot(settings, None)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await bot.initialize()
            return _judged(settings, bot.username, await bot.get_webhook_info())
    except InvalidToken:
        return Finding(_PART, well=False, detail=REFUSED)
    except (TelegramError, TimeoutError) as error:
        what = named(error) if isinstance(error, TelegramError) else "no answer in time"
        where = settings.telegram_api_url.host
        mend = "look at the connection, a proxy, TELEGRAM_API_URL"
        return Finding(_PART, well=False, detail=f"{where} is not reached ({what}): {mend}")
    finally:
        await bot.shutdown()


def _judged(settings: Settings, name: str, told: WebhookInfo) -> Finding:
    waiting = f", {told.pending_update_count:,} updates wait" if told.pending_update_count else ""
    if settings.webhook_url is None:
        other = "; a webhook is set, which `memnn-bot run` takes away" if told.url else ""
        return Finding(_PART, well=True, detail=f"@{name}, polling{waiting}{other}")
    if told.url != str(settings.webhook_url):
        detail = f"@{name}, webhook, set when `memnn-bot run` starts{waiting}"
        return Finding(_PART, well=True, detail=detail)
    if told.last_error_message and told.pending_update_count:
        mend = "see that WEBHOOK_URL leads to WEB_HOST and WEB_PORT"
        fault = f"Telegram cannot deliver ({told.last_error_message}): {mend}"
        return Finding(_PART, well=False, detail=f"@{name}, webhook{waiting}; {fault}")
    return Finding(_PART, well=True, detail=f"@{name}, webhook{waiting}")
