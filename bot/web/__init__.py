"""The small web server: health, metrics, and where Telegram may push updates."""

from bot.web.app import SECRET_HEADER, Health, Webhook, make_app, serve_web

__all__ = ["SECRET_HEADER", "Health", "Webhook", "make_app", "serve_web"]
