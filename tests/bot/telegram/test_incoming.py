"""What is read from a message: its text, its time, who said it, and whether it is to the bot."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Message, User

from bot.store import Chat
from bot.telegram.incoming import (
    addressed,
    from_a_bot,
    incoming,
    mentions,
    name_of,
    number_of,
    replied_to,
    wants_forgetting,
    without_mention,
)

ME = User(4242, "Memo", is_bot=True, username="memo_bot")
ADA: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "Ada", "last_name": "L"}
BOT: dict[str, Any] = {"id": 4242, "is_bot": True, "first_name": "Memo", "username": "memo_bot"}
LONG = "x" * 90
CUT = "A da " + "x" * 59
SEEN = datetime(2026, 3, 1, tzinfo=UTC)
ALONE = Chat(7, first_seen=SEEN)
GROUP = Chat(-1005, group=True, first_seen=SEEN)
MOVED = Chat(-1005, group=True, home=-9, first_seen=SEEN)


def message(chat: Chat, text: str = "hi", /, **fields: object) -> Message:
    """A message as Telegram sends it."""
    kind = "supergroup" if chat.group else "private"
    data = {"message_id": 5, "date": 1_700_000_000, "from": ADA, "text": text, **fields}
    data["chat"] = {"id": chat.id, "type": kind, "title": "Family"}
    return Message.de_json(data, None)


def reply(author: dict[str, Any]) -> dict[str, object]:
    """Fields of a reply to somebody's message."""
    replied = {"message_id": 4, "date": 1, "chat": {"id": 1, "type": "group"}, "from": author}
    return {"reply_to_message": replied}


def by_name(length: int, user: dict[str, Any]) -> dict[str, object]:
    """Fields of a text that begins with the name of somebody without an @name."""
    entity = {"type": "text_mention", "offset": 0, "length": length, "user": user}
    return {"entities": [entity]}


def mention(at: int, length: int = 9) -> list[dict[str, object]]:
    """The entity of an @name."""
    return [{"type": "mention", "offset": at, "length": length}]


def user_origin(user: dict[str, object]) -> dict[str, object]:
    """A forward from somebody who shows the account."""
    return {"type": "user", "date": 1_600_000_000, "sender_user": user}


CHANNEL = {"id": -100, "type": "channel", "title": "News"}


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        (user_origin({"id": 9, "is_bot": False, "first_name": "Tom"}), "Tom"),
        (user_origin(ADA), ""),
        ({"type": "hidden_user", "date": 1, "sender_user_name": "Zoë"}, "Zoë"),
        ({"type": "chat", "date": 1, "sender_chat": CHANNEL | {"type": "group"}}, "News"),
        ({"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}, "News"),
        (
            {"type": "channel", "date": 1, "chat": CHANNEL, "message_id": 3}
            | {"author_signature": "Eve"},
            "Eve",
        ),
    ],
    ids=["somebody", "oneself", "hidden", "group", "channel", "signed"],
)
def test_a_forwarded_message_is_its_authors(origin: dict[str, object], name: str) -> None:
    """Said by whoever wrote it, when that was; what the owner wrote is the owner's."""
    said = incoming(message(ALONE, forward_origin=origin), ALONE, ME).said
    assert said.speaker == name
    assert said.time == datetime.fromtimestamp(int(str(origin["date"])), UTC)


@pytest.mark.parametrize(
    ("chat", "fields", "name"),
    [
        (ALONE, {}, ""),
        (GROUP, {}, "Ada L"),
        (GROUP, {"sender_chat": {"id": -1005, "type": "supergroup", "title": "Family"}}, "Family"),
        (GROUP, {"from": None}, ""),
        (GROUP, {"from": ADA | {"first_name": "A\u202e\nda", "last_name": LONG}}, CUT),
        (GROUP, {"forward_origin": user_origin(ADA)}, "Ada L"),
    ],
    ids=["alone", "member", "hidden administrator", "nobody", "odd name", "own forward"],
)  # fmt: skip
def test_speakers_have_names_in_groups(chat: Chat, fields: dict[str, object], name: str) -> None:
    """In private the owner needs none; a name stays on one line, and short."""
    assert incoming(message(chat, **fields), chat, ME).said.speaker == name


@pytest.mark.parametrize(
    ("text", "fields", "to_me"),
    [
        ("hi", {}, False),
        ("@memo_bot hi", {"entities": mention(0)}, True),
        ("hi @MEMO_bot", {"entities": mention(3)}, True),
        ("@memo_bots", {"entities": mention(0, 10)}, False),
        ("@memo_bot hi", {}, False),  # within code, Telegram marks no mention
        ("Memo, hi", by_name(4, BOT), True),
        ("Ada, hi", by_name(3, ADA), False),
        ("hi", reply(BOT), True),
        ("hi", reply(ADA), False),
    ],
)
def test_in_a_group_one_speaks_to_the_bot(
    text: str, fields: dict[str, object], *, to_me: bool
) -> None:
    """By its name or by a reply to it; in private everything is to it."""
    assert incoming(message(GROUP, text, **fields), GROUP, ME).addressed is to_me
    assert incoming(message(ALONE, text, **fields), ALONE, ME).addressed


def test_a_caption_is_read_like_a_text() -> None:
    """With its mention; a picture without one mentions nobody."""
    named = message(GROUP, "", caption="@memo_bot our dog", caption_entities=mention(0))
    taken = incoming(named, GROUP, ME)
    assert (taken.said.text, taken.addressed) == ("our dog", True)
    assert not mentions(message(GROUP, ""), ME)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("@memo_bot, where is it?", "where is it?"),
        ("where is it, @Memo_Bot?", "where is it, ?"),
        ("@memo_bot", ""),
        ("@memo_bot's key is red", "'s key is red"),
        ("@memo_bots are many", "@memo_bots are many"),
        ("write to ada@memo_bot.org", "write to ada@memo_bot.org"),
        ("@memo_bot.", "."),
    ],
)
def test_the_name_of_the_bot_is_nothing_to_remember(text: str, left: str) -> None:
    """It goes with its comma; what only looks like it stays."""
    assert without_mention(text, ME) == left


def test_a_topic_is_no_reply() -> None:
    """What is written in a topic comes as a reply to the topic's first message."""
    start = {"message_id": 3, "date": 1, "chat": {"id": -1005, "type": "supergroup"}, "from": BOT}
    topic = start | {"forum_topic_created": {"name": "Trips", "icon_color": 1}}
    assert replied_to(message(GROUP, reply_to_message=topic)) is None
    assert not addressed(message(GROUP, reply_to_message=topic), GROUP, ME)
    assert replied_to(message(GROUP, reply_to_message=start))
    assert not wants_forgetting(message(ALONE, "forget", reply_to_message=topic), ALONE, ME)


@pytest.mark.parametrize(
    "text",
    ["forget", "Forget this.", "please forget that!", "delete it", "remove this one please"],
)
def test_forget_as_a_reply(text: str) -> None:
    """In private to any message; in a group to the bot's, or with its name: people say it too."""
    assert wants_forgetting(message(ALONE, text, **reply(ADA)), ALONE, ME)
    assert not wants_forgetting(message(ALONE, text), ALONE, ME)
    assert not wants_forgetting(message(GROUP, text, **reply(ADA)), GROUP, ME)
    assert wants_forgetting(message(GROUP, text, **reply(BOT)), GROUP, ME)
    named = message(GROUP, f"@memo_bot {text}", entities=mention(0), **reply(ADA))
    assert wants_forgetting(named, GROUP, ME)


@pytest.mark.parametrize(
    "text", ["forget me not", "don't forget", "I forgot", "forget the milk", ""]
)
def test_other_replies_tell(text: str) -> None:
    """A reply that says more than to forget is a message like others."""
    assert not wants_forgetting(message(ALONE, text, **reply(ADA)), ALONE, ME)


@given(st.integers(1, 10**12), st.sampled_from([ALONE, GROUP, MOVED]), st.integers(0, 3))
def test_names_lead_back_to_messages(number: int, chat: Chat, again: int) -> None:
    """A memory's message is found again, also where it was remembered anew."""
    assert number_of(chat, name_of(chat, number) + "+" * again) == number


def test_messages_of_another_chat_are_not_mistaken() -> None:
    """Those of the group that this one was have the same numbers as others of this one."""
    assert number_of(MOVED, "5") is None
    assert number_of(MOVED, "-9/5") is None
    assert number_of(GROUP, "-1005/5") is None


@given(st.text(max_size=30))
def test_any_name_is_a_number_or_none(name: str) -> None:
    """Imports bring names of any shape."""
    for chat in (ALONE, MOVED):
        number = number_of(chat, name)
        assert number is None or 0 <= number < 10**16


def test_bots_are_known() -> None:
    """Another bot is one; an administrator who hides behind the group's name is none."""
    assert from_a_bot(message(GROUP, **{"from": BOT}))
    hidden = {"id": -1005, "type": "supergroup", "title": "Family"}
    assert not from_a_bot(message(GROUP, **{"from": BOT, "sender_chat": hidden}))
    assert not from_a_bot(message(GROUP))
