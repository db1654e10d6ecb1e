"""Channels themselves, and the typing indicator."""

from __future__ import annotations

from fakes.discord.call import Call
from fakes.discord.channel import FORUM
from fakes.discord.refusal import Refusal
from fakes.discord.router import NO_CONTENT, Reply, route

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


@route("GET", "/channels/{channel}")
def get(call: Call) -> Reply:
    return 200, call.channel().wire()


@route("PATCH", "/channels/{channel}")
def modify(call: Call) -> Reply:
    """A thread's name, archive and lock; a channel's name and topic."""
    channel = call.channel("MANAGE_CHANNELS")
    form = call.form()
    name = form.string("name", 1, 100)
    topic = form.string("topic", most=4096 if channel.type == FORUM else 1024)
    slow = form.integer("rate_limit_per_user", 0, 21600)
    minutes = form.choice("auto_archive_duration", ARCHIVE_MINUTES)
    form.check()
    if channel.is_thread and channel.archived and form.value.get("archived") is not False:
        raise Refusal(400, 50083)
    if channel.is_thread and "archived" in form.value:
        channel.archived, channel.archived_at = form.boolean("archived"), call.world.clock.now()
    channel.locked = form.boolean("locked") if "locked" in form.value else channel.locked
    channel.name, channel.topic = name or channel.name, topic if "topic" in form.value else channel.topic
    channel.slow_seconds = channel.slow_seconds if slow is None else slow
    channel.archive_minutes = minutes or channel.archive_minutes
    call.world.update_channel(channel)
    return 200, channel.wire()


@route("DELETE", "/channels/{channel}")
def delete(call: Call) -> Reply:
    channel = call.channel("MANAGE_CHANNELS")
    call.world.remove_channel(channel)
    return 200, channel.wire()


@route("POST", "/channels/{channel}/typing", bucket="typing")
def typing(call: Call) -> Reply:
    channel = call.channel("SEND_MESSAGES")
    if channel.type == FORUM:
        raise Refusal(400, 50008)
    call.world.typing(channel, call.world.bot)
    return NO_CONTENT
