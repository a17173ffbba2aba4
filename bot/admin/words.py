"""What administrators are told, in one place. No logic."""

from typing import Final

REVEALED: Final = "Texts are shown: the audit log has this look, and so has the user's /history."
REBUCKETING: Final = (
    "Words are filed anew in the background, in chats that are large enough to need it; /stats "
    "shows how far. So far: {state}."
)
NO_MEMORIES: Final = "no memories"
NOBODY: Final = "Nobody of that id or @name has written to me. /inspect alone lists who has."
NOBODY_AT_ALL: Final = "Nobody has written to me yet."
HIDDEN: Final = "Whoever wrote that hides the account when forwarded. Take the id or @name."
USAGE: Final = (
    "/inspect ID, @name or terminal; or as a reply to a message, a forwarded one too; or alone, "
    "for all chats. --reveal after it shows texts: that is recorded, and the user sees it."
)
IN_PRIVATE: Final = "Others read along here. Ask me that in our private chat."
LOG_EMPTY: Final = "No older entries."

ALLOW: Final = "/allow CODE or /allow ID lets somebody in; the id of a group lets in all of it."
DISALLOW: Final = "/disallow ID lets somebody in no more."
LET_IN: Final = "Let in: {who}."
NOBODY_LET_IN: Final = "Nobody is let in yet, beside those in the settings."
OPEN_TO_ALL: Final = "ACCESS is open: everybody may talk to me, and there is nobody to let in."
LISTED_ONLY: Final = (
    "ACCESS is list: ALLOWED_IDS in the settings says who may talk to me. With ACCESS=pairing you "
    "could let people in from here."
)
NO_SUCH_CODE: Final = "That code is not valid: mistyped, used, or older than a day."
ALLOWED: Final = "{who} may talk to me now."
ALLOWED_TOLD: Final = "{who} may talk to me now, and knows it."
DISALLOWED: Final = "{who} may talk to me no more. What I remember there stays until it is deleted."
NOT_LET_IN: Final = "{who} was not let in."
NAMED: Final = "{who} stands in ALLOWED_IDS or ADMIN_IDS: only the settings can change that."
WELCOME: Final = "You are let in. Tell me something, or ask. /help lists the rest."
INSPECTED: Final = (
    "An administrator of this bot has just read memories of this chat. /history shows each such "
    "look."
)
NOT_INSPECTED: Final = "INSPECT_NOTICE is set, but they could not be told at once (Telegram)."
