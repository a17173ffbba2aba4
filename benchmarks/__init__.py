"""Measurements of the bot; each is `python -m benchmarks.NAME`."""
