"""The small web server: health, metrics, and where Telegram may push updates."""
