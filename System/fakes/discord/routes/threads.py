"""Threads and forum posts."""

from __future__ import annotations

from fakes.clock import iso
from fakes.discord.call import Call
from fakes.discord.channel import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    FORUM,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    THREADS,
    Channel,
)
from fakes.discord.draft import read_post
from fakes.discord.form import Form
from fakes.discord.refusal import Refusal
from fakes.discord.router import NO_CONTENT, Reply, route
from fakes.discord.routes.channels import ARCHIVE_MINUTES

PUBLIC_OF = {TEXT: PUBLIC_THREAD, ANNOUNCEMENT: ANNOUNCEMENT_THREAD}


@route("POST", "/channels/{channel}/messages/{message}/threads", bucket="threads.create")
def start_from_message(call: Call) -> Reply:
    message = call.message("CREATE_PUBLIC_THREADS")
    name, minutes = _settings(call.form())
    if message.channel.type not in PUBLIC_OF:
        raise Refusal(400, 50024)
    if message.thread is not None:
        raise Refusal(400, 160004)
    kind = PUBLIC_OF[message.channel.type]
    thread = call.world.start_thread(message, name, call.world.bot, kind)
    thread.archive_minutes = minutes
    return 201, thread.wire()


@route("POST", "/channels/{channel}/threads", bucket="threads.create")
def start(call: Call) -> Reply:
    """In a forum this is a post, with its first message; elsewhere a thread that nothing precedes."""
    channel = call.channel()
    if channel.type == FORUM:
        return _post(call, channel)
    form = call.form()
    kind = form.choice("type", THREADS) or PRIVATE_THREAD
    name, minutes = _settings(form)
    if channel.type not in PUBLIC_OF:
        raise Refusal(400, 50024)
    if channel.denies("CREATE_PRIVATE_THREADS" if kind == PRIVATE_THREAD else "CREATE_PUBLIC_THREADS"):
        raise Refusal(403, 50013, fair=True)
    thread = call.world.add_thread(channel, name, call.world.bot, kind)
    thread.archive_minutes = minutes
    return 201, thread.wire()


def _post(call: Call, forum: Channel) -> Reply:
    world, form = call.world, call.form()
    form.only("name", "type", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message")
    first = form.form("message", required=True)
    tags = [int(tag) for tag in form.values("applied_tags", most=5)]
    if any(tag not in forum.tags for tag in tags):
        form.fail("applied_tags", "INVALID_TAG", "Unknown tag")
    name, minutes = _settings(form)
    assert first is not None, "the form has been checked"
    draft = read_post(first, call.uploads, world.clock.now())
    if forum.denies("SEND_MESSAGES"):
        raise Refusal(403, 50013, fair=True)
    if draft.uploads and forum.denies("ATTACH_FILES"):
        raise Refusal(403, 50013, fair=True)
    message = world.open_post(forum, name, world.bot, draft, call.delivery)
    thread = message.channel
    thread.archive_minutes, thread.applied_tags = minutes, tags
    return 201, thread.wire() | {"message": message.wire(world.bot)}


def _settings(form: Form) -> tuple[str, int]:
    name = form.string("name", 1, 100, required=True)
    minutes = form.choice("auto_archive_duration", ARCHIVE_MINUTES)
    form.integer("rate_limit_per_user", 0, 21600)
    form.check()
    return name or "", minutes or 4320


@route("PUT", "/channels/{channel}/thread-members/{user}")
@route("DELETE", "/channels/{channel}/thread-members/{user}")
def join_or_leave(call: Call) -> Reply:
    thread = call.channel()
    call.user()
    if not thread.is_thread:
        raise Refusal(400, 50024)
    if thread.archived:
        raise Refusal(400, 50083)
    return NO_CONTENT


@route("GET", "/channels/{channel}/threads/archived/public")
def archived(call: Call) -> Reply:
    channel = call.channel("READ_MESSAGE_HISTORY")
    assert channel.guild is not None, "threads are in guilds"
    form = call.query_form()
    limit = form.integer("limit", 2, 100) or 50
    form.check()
    before = call.query.get("before", "9999")
    found = [
        c
        for c in channel.guild.channels.values()
        if c.parent is channel and c.archived and c.type != PRIVATE_THREAD and iso(c.archived_at) < before
    ]
    found.sort(key=lambda thread: thread.archived_at, reverse=True)
    threads = [thread.wire() for thread in found[:limit]]
    return 200, {"threads": threads, "members": [], "has_more": len(found) > limit}


@route("GET", "/guilds/{guild}/threads/active")
def active(call: Call) -> Reply:
    """Of all channels that the bot may see, the newest first."""
    found = [c for c in call.guild().channels.values() if c.is_thread and not c.archived]
    found = sorted((c for c in found if not c.denies("VIEW_CHANNEL")), key=lambda thread: thread.id, reverse=True)
    return 200, {"threads": [thread.wire() for thread in found], "members": []}
