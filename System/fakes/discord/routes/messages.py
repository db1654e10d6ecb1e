"""Messages: write, read, change, delete."""

from __future__ import annotations

from typing import Any

from fakes.discord.call import Call
from fakes.discord.channel import CATEGORY, FORUM, Channel
from fakes.discord.draft import Draft, read_draft, read_edit
from fakes.discord.events import CONTENT, without_content
from fakes.discord.form import Form
from fakes.discord.message import COMPONENTS_V2, DEFAULT, REPLY, VOICE_MESSAGE, Message
from fakes.discord.refusal import Refusal, invalid
from fakes.discord.router import NO_CONTENT, Reply, route

BULK_DAYS = 14


@route("POST", "/channels/{channel}/messages", bucket="messages.create")
def create(call: Call) -> Reply:
    world = call.world
    channel = call.channel()
    draft = read_draft(call.form(), call.uploads, world.clock.now())
    check_may_write(channel, draft)
    if any(word in draft.content for word in world.moderated):
        raise Refusal(400, 200_000, fair=True)
    message = world.post(channel, world.bot, draft, call.delivery)
    return 200, message.wire(world.bot)


def check_may_write(channel: Channel, draft: Draft) -> None:
    if channel.type == FORUM:
        raise Refusal(400, 40058)
    if channel.type == CATEGORY:
        raise Refusal(400, 50008)
    if channel.recipient is not None and channel.recipient.refuses_dms:
        raise Refusal(403, 50007, fair=True)
    if channel.is_thread and channel.locked and channel.archived:
        raise Refusal(400, 160005, fair=True)
    wanted = ["SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"]
    wanted += ["ATTACH_FILES"] if draft.uploads else []
    wanted += ["EMBED_LINKS"] if draft.embeds else []
    if any(channel.denies(permission) for permission in wanted):
        raise Refusal(403, 50013, fair=True)
    if draft.reference and channel.denies("READ_MESSAGE_HISTORY"):
        raise Refusal(400, 160002, fair=True)


@route("GET", "/channels/{channel}/messages", bucket="messages.list")
def list_messages(call: Call) -> Reply:
    """Newest first, whichever way they were asked for."""
    channel = call.channel()
    if channel.type in (CATEGORY, FORUM):
        raise Refusal(400, 50024)
    form = call.query_form()
    limit = form.integer("limit", 1, 100) or 50
    marks = {key: form.snowflake(key) for key in ("around", "before", "after") if form.has(key)}
    if len(marks) > 1:
        form.fail(None, "MESSAGE_PAGINATION_EXCLUSIVE", f"Only one of {sorted(marks)} may be passed at a time")
    form.check()
    messages = [] if channel.denies("READ_MESSAGE_HISTORY") else list(channel.messages.values())
    return 200, [visible(call, message) for message in reversed(_page(messages, marks, limit))]


def _page(messages: list[Message], marks: dict[str, int | None], limit: int) -> list[Message]:
    """Oldest first."""
    if after := marks.get("after"):
        return [m for m in messages if m.id > after][:limit]
    if before := marks.get("before"):
        return [m for m in messages if m.id < before][-limit:]
    if around := marks.get("around"):
        half = limit // 2
        older = [m for m in messages if m.id < around]
        rest = [m for m in messages if m.id >= around]
        return older[len(older) - min(half, len(older)) :] + rest[: limit - half]
    return messages[-limit:]


def visible(call: Call, message: Message) -> dict[str, Any]:
    """Without the content intent a read over REST is as empty as an event."""
    wire = message.wire(call.world.bot)
    return wire if call.world.enabled_intents & CONTENT else without_content(wire, message, call.world.bot)


@route("GET", "/channels/{channel}/messages/{message}", bucket="messages.get")
def get(call: Call) -> Reply:
    return 200, visible(call, call.message("READ_MESSAGE_HISTORY"))


@route("PATCH", "/channels/{channel}/messages/{message}", bucket="messages.edit")
def edit(call: Call) -> Reply:
    message = call.message()
    if message.author is not call.world.bot:
        raise Refusal(403, 50005)
    change(call, message)
    return 200, message.wire(call.world.bot)


def change(call: Call, message: Message) -> None:
    """What an edit of any kind does, in its checks as in its effect."""
    if message.type not in (DEFAULT, REPLY) and message.interaction is None:
        raise Refusal(403, 50021)
    if message.flags & VOICE_MESSAGE:
        raise Refusal(400, 50162, "Voice messages cannot be edited.")
    if message.poll:
        raise Refusal(400, 520003)
    kept = {int(attachment["id"]) for attachment in message.attachments}
    draft = read_edit(call.form(), call.uploads, kept, bool(message.flags & COMPONENTS_V2))
    if _would_be_empty(message, draft):
        raise Refusal(400, 50006)
    call.world.edit(message, draft, call.delivery)


def _would_be_empty(message: Message, draft: Draft) -> bool:
    parts = {"content": message.content, "embeds": message.embeds, "components": message.components}
    left = [getattr(draft, key) if key in draft.given else value for key, value in parts.items()]
    files = draft.kept if "attachments" in draft.given else message.attachments
    return not any(left) and not files and not draft.uploads


@route("DELETE", "/channels/{channel}/messages/{message}", bucket="messages.delete")
def delete(call: Call) -> Reply:
    message = call.message()
    channel = message.channel
    if message.author is not call.world.bot and (channel.guild is None or channel.denies("MANAGE_MESSAGES")):
        raise Refusal(403, 50013, fair=channel.guild is not None)
    call.world.delete(message)
    return NO_CONTENT


@route("POST", "/channels/{channel}/messages/bulk-delete")
def bulk_delete(call: Call) -> Reply:
    channel = call.channel("MANAGE_MESSAGES")
    form = call.form()
    ids = form.values("messages", most=100, least=2, required=True)
    form.check()
    if len(set(map(str, ids))) != len(ids):
        raise invalid("messages", "DUPLICATE_ITEMS", "Duplicate message ids")
    for message in [channel.messages[int(i)] for i in ids if int(i) in channel.messages]:
        call.world.delete(message)
    return NO_CONTENT


@route("POST", "/channels/{channel}/polls/{message}/expire")
def expire_poll(call: Call) -> Reply:
    message = call.message()
    if message.poll is None:
        raise Refusal(400, 520006)
    if message.author is not call.world.bot:
        raise Refusal(403, 50005)
    message.poll["expiry"] = call.world.clock.iso()
    return 200, message.wire(call.world.bot)


@route("GET", "/channels/{channel}/polls/{message}/answers/{answer}")
def voters(call: Call) -> Reply:
    message = call.message()
    if message.poll is None or call.number("answer") not in message.votes:
        raise Refusal(404, 10008)
    form: Form = call.query_form()
    limit = form.integer("limit", 1, 100) or 25
    form.check()
    return 200, {"users": [user.wire() for user in message.votes[call.number("answer")][:limit]]}
