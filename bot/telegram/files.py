"""/export and /import: memories as documents, never on the disk of this machine."""

from pathlib import PurePath
from typing import Final

from telegram import Document

from bot import export as forms
from bot import words
from bot.phrases import many
from bot.telegram import render, texts
from bot.telegram.asked import Asked
from bot.telegram.replying import now, say
from memnn.errors import DataError

_MB: Final = 1 << 20
_LARGEST_MB: Final = 20  # what Telegram lets a bot fetch


async def export(asked: Asked) -> None:
    """Send all memories, to read and to import."""
    memories = await forms.collect(asked.desk.conversation, asked.scope)
    if not memories:
        await say(asked.message, texts.NO_EXPORT)
        return
    name = f"memories-{now():%Y-%m-%d}"
    for ending, content, caption in (
        ("md", forms.to_markdown(memories), texts.TO_READ.format(many=many(len(memories)))),
        ("jsonl", forms.to_json_lines(memories, asked.scope), texts.TO_IMPORT),
    ):
        await asked.message.reply_document(
            content.encode(), filename=f"{name}.{ending}", caption=caption
        )


def is_export(document: Document) -> bool:
    """Whether a document looks like one that an export gave, by its name."""
    return PurePath(document.file_name or "").suffix.lower() in forms.JSON_ENDINGS


async def import_(asked: Asked) -> None:
    """Take in the memories of a document that this replies to, or is the caption of."""
    if asked.chat.paused:
        await say(asked.message, render.text(words.PAUSED))
        return
    replied = asked.message.reply_to_message
    document = asked.message.document or (replied.document if replied else None)
    if document is None:
        await say(asked.message, texts.IMPORT_HOW)
        return
    if (document.file_size or 0) > _LARGEST_MB * _MB:
        await say(asked.message, texts.TOO_LARGE.format(limit=_LARGEST_MB))
        return
    content = bytes(await (await document.get_file()).download_as_bytearray())
    try:
        held = forms.read_bytes(content, document.file_name or "file")
    except DataError as error:
        await say(asked.message, render.text(str(error)))
        return
    count = await forms.take_in(asked.desk.conversation, asked.scope, held)
    await say(asked.message, texts.IMPORTED.format(count=f"{count:,}", all=many(len(held))))
