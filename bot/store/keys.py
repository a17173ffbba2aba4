"""Every key in Redis: its name, its type, its lifetime. No other module spells a key.

Keys of one scope share a hash tag, so that they live in one slot of a cluster and one script may
touch them all. None of them expires; all go with `forget_all`. A script is given all keys that it
touches, and they are always of one slot.

    key                     type    holds
    mn:{SCOPE}:head         hash    key   wrapped data key; which key it is also tells a forgotten
                                          scope from its successor of the same name
                                    ver   counts the changes of the scope: what a mirror compares
                                    next  next id to give
                                    count memories held
                                    gen   generation of the buckets that are read; 0: none
                                    bld   generation being built beside it; 0: none
                                    cur   ids below are filed in that one already
                                    top   ids from here on are filed by whoever writes them
                                    fence number of the job that builds it
                                    last  token of the last change: was a write whose reply was
                                          lost carried out?
                                    fmt   version of this layout
    mn:{SCOPE}:rec          hash    id → one memory, encrypted
    mn:{SCOPE}:msg          hash    keyed hash of a message id → packed ids of its memories, empty
                                    once all are forgotten: the message stays known
    mn:{SCOPE}:bkt:GEN      hash    numbers of a bucket and of a stretch of 8,192 ids → the bucket's
                                    packed ids in there; a scope that is always read as a whole has
                                    none
    mn:{SCOPE}:log          stream  ids "VER-N": what the change that made version VER did to older
                                    memories, looks and corrections (k kind, i memory id, t ms);
                                    read by /history and by mirrors
    mn:{SCOPE}:old          hash    id → texts before the newest 50 edits, encrypted; goes with the
                                    memory

What the bot keeps beside memories: keys of one bot share a tag too, one that no scope can have.

    mn:{bot=ID}:inbox       hash    update id → raw update, encrypted; gone once it is handled
    mn:{bot=ID}:seen        zset    update id → when it was handled (ms); the newest 10,000 of a day
    mn:{bot=ID}:held        hash    update id → worker that sees to it; gone once it is handled
    mn:{bot=ID}:workers     zset    worker → until when it lives unless it says more (ms); gone an
                                    hour after the last said so
    mn:{bot=ID}:turn:CHAT   hash    owner: worker that answers a chat; handed: the last update that
                                    another handed to it; gone an hour after the last update
    mn:{bot=ID}:posts       stream  worker: id of an update that was handed over to it; about the
                                    newest 10,000, gone after an hour without one
    mn:{bot=ID}:chats       hash    chat id → names and switches of a chat, encrypted
    mn:{bot=ID}:allowed     set     ids of the users who were let in
    mn:{bot=ID}:codes       zset    pairing code → when it ends (ms); gone a day after the last code
    mn:{bot=ID}:holders     hash    "c" code → user id, "u" user id → code, "r" code → token of the
                                    attempt that used it; goes with the codes
    mn:{bot=ID}:audit       stream  v: one look of an administrator, encrypted; at least the newest
                                    10,000
    mn:{bot=ID}:troubles    stream  v: an error in our own words, encrypted; the newest 200
    mn:{bot=ID}:day:DATE    hash    counts of a day (UTC), "last" token of the last addition; gone
                                    after 400 days

What the job keeps that builds the buckets: keys of one tag again.

    mn:{=buckets}:lock      hash    token of the job at work, until when (ms), fence its number
    mn:{=buckets}:state     string  what was built when, in JSON; no words
    mn:{=buckets}:book:GEN  string  the codebook of a generation, encrypted; goes when no scope is
                                    filed by it any more

    mn:key                  string  names the master key without telling it; lives as long as data
    mn:scopes               set     escaped names of the scopes that hold a head
    mn:restoring            string  there while a restore is at work, or was cut off: what is here
                                    is not whole
"""

from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

MASTER_KEY: Final = "mn:key"
SCOPES: Final = "mn:scopes"
RESTORING: Final = "mn:restoring"
SINGLE_KEYS: Final = frozenset({MASTER_KEY, SCOPES, RESTORING})
EVERY_KEY: Final = "mn:*"
LAYOUT_VERSION: Final = 2  # 1 filed every scope, by words alone: generation 1
UNFILED: Final = 0
WORDS_ALONE: Final = 1
JOB_LOCK: Final = "mn:{=buckets}:lock"
JOB_STATE: Final = "mn:{=buckets}:state"

_SCOPE_PARTS: Final = ("head", "rec", "msg", "log", "old")
_JOB_GROUP: Final = "mn:{=buckets}"
_JOB_PARTS: Final = ("lock", "state")
_LEDGER_PARTS: Final = (
    *("inbox", "seen", "held", "workers", "posts"),
    *("chats", "allowed", "codes", "holders", "audit", "troubles"),
)

# An empty tag {} is no tag: Redis would spread the keys. "%" alone is never the result of quoting.
_NO_NAME: Final = "%"


def escape(scope: str) -> str:
    """A scope's name as it stands in keys: braces, spaces and the like cannot break the tag."""
    return quote(scope, safe=":-_.@+", errors="surrogatepass") or _NO_NAME


def unescape(name: str) -> str:
    """The scope that `escape` was given."""
    return "" if name == _NO_NAME else unquote(name, errors="surrogatepass")


def ledger_key(bot_id: int, part: str) -> str:
    """The key of a part of a bot's ledger."""
    return f"mn:{{bot={bot_id}}}:{part}"  # "=" is never the result of quoting a scope


def turn_key(bot_id: int, chat: int) -> str:
    """The key that says which worker answers a chat."""
    return ledger_key(bot_id, f"turn:{chat}")


def group_of(key: str) -> str:
    """What the keys of one scope or ledger begin with; a key without a tag is its own group."""
    return key[: key.find("}") + 1] or key


def group_keys(group: str) -> frozenset[str]:
    """The keys that a group of keys may have at any time, days and generations aside."""
    if "{" not in group:
        return frozenset((group,))
    if group == _JOB_GROUP:
        parts: tuple[str, ...] = _JOB_PARTS
    else:
        parts = _LEDGER_PARTS if "{bot=" in group else _SCOPE_PARTS
    return frozenset(f"{group}:{part}" for part in parts)


def head_of(group: str) -> str:
    """The key of the head, where the group is a scope."""
    return f"{group}:head"


def bucket_keys(group: str, *generations: int) -> frozenset[str]:
    """The keys of the buckets of a scope, in these generations."""
    return frozenset(f"{group}:bkt:{generation}" for generation in generations if generation)


def listed_name(group: str) -> str | None:
    """What stands in the set of scopes for a group; None for one that is no scope."""
    name = group.removeprefix("mn:{").removesuffix("}")
    return None if name == group or name.startswith(("bot=", "=")) else name


def book_key(generation: int) -> str:
    """The key of a codebook."""
    return f"mn:{{=buckets}}:book:{generation}"


@lru_cache(maxsize=4096)
def scope_keys(scope: str, generation: int, building: int = 0) -> tuple[str, ...]:
    """Head, records, messages, buckets, log, old texts, buckets that are being built.

    All scripts expect this order.
    """
    tag = f"mn:{{{escape(scope)}}}"
    return (
        f"{tag}:head",
        f"{tag}:rec",
        f"{tag}:msg",
        f"{tag}:bkt:{generation}",
        f"{tag}:log",
        f"{tag}:old",
        f"{tag}:bkt:{building}",
    )
