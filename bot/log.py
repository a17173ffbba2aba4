"""Logging, set up once. What is logged never holds what a user wrote, nor a secret."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(level: str) -> None:
    """Send log lines of at least this level to stderr."""
    logging.basicConfig(level=level, format=_FORMAT)
