"""The job that keeps the buckets of large scopes well made, while the bot goes on answering."""

from bot.rebucket.drift import Drift
from bot.rebucket.job import Progress, rebucket
from bot.rebucket.pace import FAST, GENTLY, Pace
from bot.rebucket.worker import Worker

__all__ = ["FAST", "GENTLY", "Drift", "Pace", "Progress", "Worker", "rebucket"]
