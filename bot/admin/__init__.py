"""The operator's view: what an administrator may see, as values, lines, tables and a picture."""

from bot.admin.admin import Admin
from bot.admin.inspect import Inspection, Leaf, Row
from bot.admin.stats import Stats
from bot.admin.subjects import Subject

__all__ = ["Admin", "Inspection", "Leaf", "Row", "Stats", "Subject"]
