"""Methods about the bot itself, its chats and files."""

import json
import re

from tests.telegram_server.call import Call
from tests.telegram_server.errors import bad
from tests.telegram_server.model import Chat, Json
from tests.telegram_server.world import World

MOST_COMMANDS = 100
MOST_DESCRIPTION = 256
MOST_DOWNLOAD_BYTES = 20_000_000
RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages",
    "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def get_me(world: World, _: Call) -> Json:
    """The bot."""
    return world.me | {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
    }


def get_chat(world: World, call: Call) -> Json:
    """A chat, with all that is known of it."""
    chat = world.find(call.text("chat_id"))
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        False,
    )
    limits = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return chat.about | limits | ({} if chat.reactions else {"available_reactions": []})


def get_chat_member(world: World, call: Call) -> Json:
    """What somebody is in a chat."""
    chat = world.reach(call)
    user_id = call.integer("user_id")
    if user_id != world.me["id"] and user_id not in world.users:
        raise bad("user not found")
    return member(world, user_id, status(world, chat, user_id))


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    """Who runs a group; other bots are left out."""
    chat = world.reach(call)
    if chat.kind == "private":
        raise bad("there are no administrators in the private chat")
    everybody = chat.members | {world.me["id"]: chat.bot}
    kinds = {"creator", "administrator"}
    return [member(world, user, kind) for user, kind in everybody.items() if kind in kinds]


def status(world: World, chat: Chat, user_id: int) -> str:
    """What somebody is in a chat; left where it never was in it."""
    return chat.bot if user_id == world.me["id"] else chat.members.get(user_id, "left")


def member(world: World, user_id: int, kind: str) -> Json:
    """A member as the API gives it."""
    found: Json = {"status": kind, "user": world.user(user_id)}
    if kind == "administrator":
        found |= dict.fromkeys(RIGHTS, True) | {"can_be_edited": False, "is_anonymous": False}
    if kind == "creator":
        found["is_anonymous"] = False
    if kind == "kicked":
        found["until_date"] = 0
    return found


def leave_chat(world: World, call: Call) -> bool:
    """Leave a group."""
    chat = world.reach(call)
    if chat.kind == "private":
        raise bad("chat member status can't be changed in private chats")
    chat.bot = "left"
    world.change()
    return True


def set_my_commands(world: World, call: Call) -> bool:
    """A menu for a scope and a language."""
    commands = call.nested("commands") or []
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= MOST_DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_menu(world, call)] = commands
    world.change()
    return True


def get_my_commands(world: World, call: Call) -> list[Json]:
    """The menu of a scope and a language, nothing where it has none of its own."""
    return world.commands.get(_menu(world, call), [])


def delete_my_commands(world: World, call: Call) -> bool:
    """Take a menu away."""
    world.commands.pop(_menu(world, call), None)
    world.change()
    return True


def _menu(world: World, call: Call) -> tuple[str, str]:
    scope = call.nested("scope") or {"type": "default"}
    if "chat_id" in scope:
        world.find(scope["chat_id"])
    return json.dumps(scope, sort_keys=True), call.text("language_code")


def set_profile(world: World, call: Call) -> bool:
    """A text about the bot, or its menu button."""
    world.profile[call.method.lower().removeprefix("setmy")] = dict(call.given)
    return True


def get_file(world: World, call: Call) -> Json:
    """Where a file is downloaded."""
    file = world.files.get(call.text("file_id"))
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > MOST_DOWNLOAD_BYTES:
        raise bad("file is too big")
    return file.about | {"file_path": file.path}


METHODS = {
    "getMe": get_me,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_profile,
    "setMyDescription": set_profile,
    "setMyShortDescription": set_profile,
    "setChatMenuButton": set_profile,
    "getFile": get_file,
}
