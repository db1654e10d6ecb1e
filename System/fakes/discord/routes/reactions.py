"""Reactions."""

from __future__ import annotations

import re
import unicodedata

from fakes.discord.call import Call
from fakes.discord.refusal import Refusal
from fakes.discord.router import NO_CONTENT, Reply, route

ONE = "/channels/{channel}/messages/{message}/reactions/{emoji}"
BUCKET = "reactions.change"
CUSTOM = re.compile(r"\w{2,32}:\d+")
JOINERS = "\u200d\ufe0f\u20e3"


@route("PUT", ONE + "/@me", bucket=BUCKET)
def add(call: Call) -> Reply:
    message = call.message("READ_MESSAGE_HISTORY")
    emoji = _emoji(call)
    if emoji not in message.reactions and message.channel.denies("ADD_REACTIONS"):
        raise Refusal(403, 50013, fair=True)
    call.world.react(message, call.world.bot, emoji)
    return NO_CONTENT


@route("DELETE", ONE + "/@me", bucket=BUCKET)
def remove_own(call: Call) -> Reply:
    call.world.unreact(call.message(), call.world.bot, _emoji(call))
    return NO_CONTENT


@route("DELETE", ONE + "/{user}", bucket=BUCKET)
def remove_of(call: Call) -> Reply:
    call.world.unreact(call.message("MANAGE_MESSAGES"), call.user(), _emoji(call))
    return NO_CONTENT


@route("GET", ONE)
def list_users(call: Call) -> Reply:
    message = call.message()
    form = call.query_form()
    limit, after = form.integer("limit", 1, 100) or 25, form.snowflake("after") or 0
    form.check()
    users = sorted(message.reactions.get(_emoji(call), []), key=lambda user: user.id)
    return 200, [user.wire() for user in users if user.id > after][:limit]


@route("DELETE", ONE, bucket=BUCKET)
def remove_emoji(call: Call) -> Reply:
    message = call.message("MANAGE_MESSAGES")
    emoji = _emoji(call)
    for user in list(message.reactions.get(emoji, [])):
        call.world.unreact(message, user, emoji)
    return NO_CONTENT


@route("DELETE", "/channels/{channel}/messages/{message}/reactions", bucket=BUCKET)
def remove_all(call: Call) -> Reply:
    message = call.message("MANAGE_MESSAGES")
    for emoji, users in list(message.reactions.items()):
        for user in list(users):
            call.world.unreact(message, user, emoji)
    return NO_CONTENT


def _emoji(call: Call) -> str:
    """The emoji in the path: a Unicode one, or `name:id`."""
    emoji = call.params["emoji"]
    if not CUSTOM.fullmatch(emoji) and not is_emoji(emoji):
        raise Refusal(400, 10014)
    return emoji


def is_emoji(text: str) -> bool:
    """Whether a text is one Unicode emoji, as far as categories tell."""
    marks = [c for c in text if c not in JOINERS and not unicodedata.category(c).startswith("M")]
    keycap = text.endswith("\u20e3") and len(marks) == 1
    return bool(marks) and (keycap or all(unicodedata.category(c) in ("So", "Sk", "Cn", "Sm", "Po") for c in marks))
