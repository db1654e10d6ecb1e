"""The menu of commands."""

from __future__ import annotations

import json
import re
from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.refusal import bad

MAXIMUM_COMMANDS = 100
MAXIMUM_NAME, MAXIMUM_DESCRIPTION = 32, 256
NAME = re.compile(r"[a-z0-9_]+")
SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
)


@method("setMyCommands")
def set_commands(call: Call) -> bool:
    key = _key(call)
    given = call.arguments.parsed("commands", "commands")
    if not isinstance(given, list):
        raise bad("expected an Array of BotCommand")
    commands = [_command(one) for one in given]
    if len(commands) > MAXIMUM_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    call.world.commands[key] = commands
    call.world.notify()
    return True


@method("getMyCommands")
def get_commands(call: Call) -> list[dict[str, str]]:
    return call.world.commands.get(_key(call), [])


@method("deleteMyCommands")
def delete_commands(call: Call) -> bool:
    call.world.commands.pop(_key(call), None)
    return True


def _key(call: Call) -> tuple[str, str]:
    scope = call.arguments.parsed("scope", "BotCommandScope")
    if scope is None:
        scope = {"type": "default"}
    if not isinstance(scope, dict):
        raise bad("can't parse BotCommandScope: BotCommandScope must be an Object")
    if scope.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    language = call.arguments.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return json.dumps(scope, sort_keys=True), language


def _command(one: Any) -> dict[str, str]:
    if not isinstance(one, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for key in ("command", "description"):
        if not isinstance(one.get(key), str):
            raise bad(f"can't parse BotCommand: Can't find field \"{key}\"")
    name, description = one["command"].strip().removeprefix("/"), one["description"].strip()
    if not name:
        raise bad("command must be non-empty")
    if len(name) > MAXIMUM_NAME:
        raise bad(f"command length must not exceed {MAXIMUM_NAME}")
    if not description:
        raise bad("command description must be non-empty")
    if len(description) > MAXIMUM_DESCRIPTION:
        raise bad(f"command description length must not exceed {MAXIMUM_DESCRIPTION}")
    if not NAME.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}
