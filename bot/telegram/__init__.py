"""Telegram: updates in, replies out; what they mean is decided in `bot.conversation`."""

import os

# python-telegram-bot is on its way from seconds as numbers to timedelta, warns of the numbers, and
# can be told only like this that we are ready.
os.environ.setdefault("PTB_TIMEDELTA", "true")
