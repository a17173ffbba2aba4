"""Whether the memory is away for a while: then an update is not given up, but waits for it."""

import re
from typing import Final

from bot import words
from bot.replies import Reply
from bot.telegram import texts
from memnn.errors import StoreError, StoreFullError, StoreReadOnlyError, StoreUnavailableError

_KINDS: Final = (StoreUnavailableError, StoreReadOnlyError, StoreFullError)
# A server that answers with one of these goes on doing so, and one update must not stop its chat.
_STAYING: Final = re.compile(r"\((OOM|NOPERM)\)")


def is_away(error: BaseException) -> bool:
    """Whether what failed will work by itself, once the memory is back."""
    return isinstance(error, _KINDS) and not _STAYING.search(str(error))


def plainly(error: StoreError) -> str:
    """What a chat is told of an error: where the memory is, is nothing for it."""
    return texts.MEMORY_FULL if "(OOM)" in str(error) else words.MEMORY_DOWN


def was_away(reply: Reply) -> bool:
    """Whether a reply says that the memory was away."""
    return reply.trouble is not None and is_away(reply.trouble)
