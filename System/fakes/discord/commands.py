"""What an application command may look like (application commands reference)."""

from __future__ import annotations

import unicodedata
from typing import Any

from fakes.discord.form import Form
from fakes.discord.refusal import Refusal

CHAT_INPUT, ON_USER, ON_MESSAGE = 1, 2, 3
MAXIMUM = {CHAT_INPUT: 100, ON_USER: 15, ON_MESSAGE: 15}
MAXIMUM_CREATES_A_DAY = 200
MAXIMUM_SIZE = 8000
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
WITH_CHOICES = (STRING, INTEGER, NUMBER)
KEYS = (
    "id",
    "application_id",
    "guild_id",
    "version",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "default_permission",
    "nsfw",
    "integration_types",
    "contexts",
    "handler",
)
OPTION_KEYS = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
    "file_types",
)


def read_command(form: Form) -> dict[str, Any]:
    """A command as asked for; complaints stay in the form."""
    form.only(*KEYS)
    kind = form.choice("type", (CHAT_INPUT, ON_USER, ON_MESSAGE)) or CHAT_INPUT
    name = form.string("name", 1, 32, required=True)
    if kind == CHAT_INPUT:
        _check_name(form, name)
        form.string("description", 1, 100, required=True)
        _read_options(form)
    elif form.has("description") and form.value["description"]:
        form.fail("description", "APPLICATION_COMMAND_DESCRIPTION_INVALID", "Context menu commands have no description")
    if _size(form.value) > MAXIMUM_SIZE:
        form.fail(None, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAXIMUM_SIZE})")
    return {"options": [], "description": ""} | form.value | {"type": kind}


def check_names(parent: Form, commands: list[dict[str, Any]]) -> None:
    """Within a scope a name is unique for its type."""
    seen: set[tuple[Any, Any]] = set()
    for n, command in enumerate(commands):
        key = (command["type"], command.get("name"))
        if key in seen:
            where = parent.nested(command, str(n))
            where.fail("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add(key)


def check_count(commands: list[dict[str, Any]]) -> None:
    for kind, most in MAXIMUM.items():
        if sum(command["type"] == kind for command in commands) > most:
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({most}).")


def _read_options(form: Form, depth: int = 0) -> None:
    options = form.forms("options", most=25)
    names, optional_seen = set(), False
    for option in options:
        option.only(*OPTION_KEYS)
        kind = option.choice("type", tuple(range(1, 12)), required=True)
        name = option.string("name", 1, 32, required=True)
        _check_name(option, name)
        option.string("description", 1, 100, required=True)
        if name in names:
            option.fail("name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        names.add(name)
        required = option.boolean("required")
        if required and optional_seen:
            message = "Required options must be placed before non-required options"
            form.fail("options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not required
        _read_kind(option, kind, depth)
    kinds = {option.value.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in options}
    if len(kinds) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.fail("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _read_kind(option: Form, kind: Any, depth: int) -> None:
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        if depth > (0 if kind == SUB_COMMAND_GROUP else 1):
            option.fail("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply")
        _read_options(option, depth + 1)
    if kind in WITH_CHOICES:
        read_choices(option, kind)
        if option.boolean("autocomplete") and option.value.get("choices"):
            message = "Choices and autocomplete are mutually exclusive"
            option.fail("autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_INVALID", message)
    elif option.value.get("choices") or option.boolean("autocomplete"):
        option.fail("choices", "APPLICATION_COMMAND_OPTION_CHOICES_INVALID", "This option type has no choices")
    option.integer("min_length", 0, 6000)
    option.integer("max_length", 1, 6000)


def read_choices(form: Form, kind: Any) -> list[dict[str, Any]]:
    """The choices of an option, or those an autocomplete answers."""
    choices = form.forms("choices", most=25)
    for choice in choices:
        choice.string("name", 1, 100, required=True)
        if kind == STRING:
            choice.string("value", 1, 100, required=True)
        elif not isinstance(choice.value.get("value"), (int, float)):
            choice.fail("value", "NUMBER_TYPE_COERCE", f'Value "{choice.value.get("value")}" is not a number.')
    return [choice.value for choice in choices]


def _check_name(form: Form, name: str | None) -> None:
    """`^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$`, in lower case where there is one."""
    if name is not None and (name != name.lower() or not all(_is_name_character(c) for c in name)):
        form.fail("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _is_name_character(c: str) -> bool:
    script = "\u0900" <= c <= "\u097f" or "\u0e00" <= c <= "\u0e7f"
    return c in "-_'" or unicodedata.category(c)[0] in "LN" or script


def _size(value: Any) -> int:
    """Characters of all names, descriptions and values."""
    if isinstance(value, list):
        return sum(map(_size, value))
    if not isinstance(value, dict):
        return 0
    own = sum(len(str(value.get(key) or "")) for key in ("name", "description", "value"))
    return own + _size(value.get("options")) + _size(value.get("choices"))
