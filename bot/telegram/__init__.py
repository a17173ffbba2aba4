"""Telegram: updates in, replies out; what they mean is decided in `bot.conversation`."""
