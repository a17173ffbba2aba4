"""What only Telegram needs to say, as HTML of our own; what every edge says is in `bot.words`."""

from typing import Final

START: Final = (
    "Hello! Tell me things as you would tell a friend, and I remember them. Ask me, and I answer "
    "from what you told me, with the very message that it rests on.\n\n"
    "Try: <i>my bike lock code is 8206</i>, and then: <i>what's the code of my bike lock?</i>\n\n"
    "What you tell me is kept encrypted where I run, and read by no language model. /privacy tells "
    "all of it, /help the rest."
)
HELP: Final = (
    "<b>Tell me things, ask me about them.</b>\n"
    "✍ on your message means: remembered. Edit it and I edit the memory; reply “forget” to it and "
    "I forget it. Forward me what others wrote, and I remember who said it. I read text, and what "
    "is written under pictures."
)
HELP_GROUP: Final = (
    "<b>In a group</b> I answer when you mention me, reply to me or use /ask, and I remember what "
    "is said here under the names of who said it. I see all messages only if an administrator "
    "makes me one too, or if my privacy mode is off (@BotFather, /setprivacy; then add me anew); "
    "else only those that are for me."
)
PAUSED_NOW: Final = "\n\nI am <b>paused</b>: nothing is remembered until /resume."
PRIVACY: Final = (
    "<b>What is kept.</b> The statements that you send, with their time, their message number "
    "and, in groups and for forwarded messages, the name of who said them. Old texts of messages "
    "that you edited. Your name and username, and your settings for me. When something was "
    "edited, forgotten or looked at. How many messages a day I got from everybody together.\n\n"
    "<b>What is not.</b> Questions and small talk. A message waits encrypted until it is dealt "
    "with, and then goes. The last answers, messages that I was not sure of, and what was "
    "forgotten last stay in working memory, for buttons, /why and /undo, never on a disk, and at "
    "most until I am restarted.\n\n"
    "<b>Where.</b> In a Redis or Valkey server of whoever runs me. Telegram carries your messages "
    "and mine; nobody else gets anything, and no language model reads it.\n\n"
    "<b>How.</b> Encrypted (AES-GCM) with a key for each chat, under a master key that lies apart "
    "from the data. Logs and statistics hold no text.\n\n"
    "<b>Who can read it.</b> You; in a group, its members. Administrators of this bot see names, "
    "numbers and times. They can read texts only on purpose; that is recorded first, and you see "
    "it in /history. Whoever has both the data and the master key could decrypt them.\n\n"
    "<b>How long.</b> Until you forget it: /forget for some of it; /forget_all for everything, "
    "with your name and the history, and it destroys the key of this chat first. What stays then "
    "is the number of this chat with its settings, and that administrators looked, if they did. "
    "Backups that were made before hold what they held.\n\n"
    "<b>Training.</b> Nothing that you write, correct or tap is used to train anything.\n\n"
    "<b>Yours.</b> /memories and /export show you everything, /pause stops remembering."
)
ADDED: Final = "Hello! I remember what is said here, and answer when you mention me."
SEES_LITTLE: Final = (
    " I see only what is for me, unless an administrator makes me one too, or whoever runs me "
    "turned my privacy mode off."
)
MORE: Final = " /help tells more."
TEXT_ONLY: Final = "I can read text, and what is written under pictures. This I cannot."
NOT_FOR_EVERYONE: Final = "I am not for everyone, so I keep nothing of this."
ASK_TO_COME_IN: Final = (
    "I do not know you yet, so I keep nothing of this. Whoever runs me can let you in with this "
    "code: <code>{code}</code>"
)
NOTED: Final = "Noted."
HELD: Final = (
    "My memory does not answer right now. I see to this as soon as it does; there is no need to "
    "send it again."
)
MEMORY_FULL: Final = (
    "My memory is full, so nothing of this was stored. What you /forget makes room; whoever runs "
    "me can give it more."
)
TOO_OLD: Final = "That button is too old."
ANSWER_GONE: Final = "I no longer know how I came to that. Ask me again."
NO_ANSWER: Final = (
    "That is no answer of mine that I still have in mind. /memories lists what I know."
)
KIND_GONE: Final = "That is too long ago for a button. Reply /ask or /remember to your message."
NOT_KEPT: Final = "A question, then: I keep nothing of it."
WHICH: Final = "Which one is right?"
CORRECTED: Final = "Thank you. I noted it in your /history; it is used for nothing else."
NONE_OF_THEM: Final = "Then I do not know it yet. Tell me, and I will."
NOT_REMEMBERED: Final = "I remember nothing of that message."
FOUND: Final = "<b>Closest first</b>"
NOTHING_FITS: Final = "I remember nothing like that."
FORGET_WHICH: Final = "Which of these shall I forget?"
FORGOT_ALL: Final = "Forgot {many}, {time} UTC. The key that opened them is destroyed."
ASKED_ANEW: Final = "There are more or fewer by now, so I ask once more."
ADMINISTRATORS_ONLY: Final = "Only an administrator of this group can do that."
PAUSED: Final = "Paused. I remember nothing until /resume; questions I still answer."
RESUMED: Final = "I remember again."
QUIET: Final = "Quiet from now on: I remember without a sign. /quiet again brings it back."
LOUD: Final = "I acknowledge what I remember again."
NO_EXPORT: Final = "There is nothing to export yet."
TO_READ: Final = "{many}, to read."
TO_IMPORT: Final = "The same, for /import."
IMPORT_HOW: Final = "To take memories in, reply /import to a .jsonl file that /export gave you."
IMPORTED: Final = "{count} new memories, from {all} in the file."
TOO_LARGE: Final = "That file is larger than {limit} MB, more than I can get from Telegram."
REPLY_OR_TEXT: Final = "Write it after the command, or reply with the command to a message."
