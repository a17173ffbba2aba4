"""What the bot says wherever it is, in English: short, warm, plain.

Edges add layout, and words for what only they have (`bot.telegram.texts`, `bot.admin.words`). Holds
no logic but the choice of a friendly line.
"""

import re
from collections.abc import Sequence

EMPTY = "That was empty. Tell me something, or ask."
TOO_LONG = (
    "That message has {length:,} characters; one message may have {limit:,}. "
    "Nothing was stored: please send it in parts."
)
DONT_KNOW = "I don't know."
CLOSEST = "The closest that you told me:"
NOTHING_TO_LOOK_AT = "There was no memory to look at."
NOTHING_YET = "I don't know: you have told me nothing yet."
NOT_STORED = "{problem} Your message was not stored: please send it again then."
NOT_DONE = "{problem} Nothing was changed: please try again then."
TAKEN_BACK = "taken back, as if it was never said"
FORGOTTEN = "forgotten · /undo puts it back"
FORGOTTEN_MANY = "forgotten · /undo puts them back"
PUT_BACK = "put back"
MAYBE_ASKED = "was that a question? /question takes it as one"
MAYBE_TOLD = "should I remember that? /remember keeps it"
KNOWN_ONCE = "I was told to forget that message, so I do not store it again."
FORGOTTEN_TOO_OFTEN = "I was told to forget that message several times. Please write it anew."
EMPTIED = "That message says nothing any more, so I forgot what it said. /undo puts it back."
PAUSED = "I am paused and keep nothing. /resume lets me remember again."
NOTHING_TO_UNDO = "There is nothing to undo."
NOTHING_ANSWERED = "I have answered nothing since I started, so there is nothing to explain."
NOTHING_SAID = "There is no earlier message to take up. Write the text after the command."
NO_MEMORIES = "There are no memories yet. Tell me something."
NO_HISTORY = "Nothing was ever edited or forgotten here."
NO_SUCH_MEMORY = "There is no memory with that number. /memories lists them."

NO_SUCH_PAGE = "There is no page {number}: the last is page {last}."
NO_SUCH_COMMAND = "There is no {name}. {close}"
TAKES_NOTHING = "{name} takes nothing after it."
USAGE = "It goes like this: {usage}"
FORGET_SEVERAL = "Forget these {count} memories?"
FORGET_ALL = "Forget {many}? That is for good: /undo cannot bring them back."
FORGOT_ALL = "All forgotten. We start anew."
KEPT = "Nothing was forgotten."
EXPORTED = "{count} written to {path}"
HELP = "Tell me things, and I remember them. Ask, and I answer from what you told me."
TAGLINE = "remembers what you tell it, and answers from it"
FIRST_START = "Everything stays on this machine. Keep a copy of the key: without it, nothing opens."
WELCOME = "Tell me something, or ask. /help lists the rest."
WELCOME_BACK = "I remember {many}. Tell me more, or ask. /help lists the rest."
WAKING = "waking up"
BYE = "Bye. I keep it all."
MEMORY_DOWN = (
    "My memory does not answer right now; nothing was changed. Please try again in a moment."
)
STOPPING = "Stopping: what is at work is finished first. Once more ends it at once."
STUMBLED = "Something went wrong on my side, and this was not finished. Please try it once more."

_FRIENDLY: Sequence[tuple[str, str]] = (
    (r"\b(thank|thanks|thx|ty|cheers|merci|gracias|danke|obrigad\w|grazie)\b", "Any time."),
    (r"\b(good ?night|nighty?|sleep well|bonne nuit)\b", "Good night. I'll keep it all."),
    (r"\b(bye|goodbye|see (you|ya)|cya|later|ciao|adios)\b", "See you. I'll keep it all."),
    (r"\bgood morning\b", "Good morning!"),
    (r"\bgood (evening|afternoon)\b", "Hello to you!"),
    (r"\b(hi|hey|hello|yo|hola|salut|bonjour|hallo)\b", "Hello! Tell me something, or ask."),
    (r"\b(sorry|oops|my bad)\b", "No harm done."),
    (r"\b(ha(ha)+|lol|lmao|hehe\w*|rofl)\b", "😄"),
)
_FRIENDLY_ELSE = "🙂"


def friendly(text: str) -> str:
    """A short line in return for chitchat."""
    lowered = text.casefold()
    lines = (line for pattern, line in _FRIENDLY if re.search(pattern, lowered))
    return next(lines, _FRIENDLY_ELSE)
