"""Guilds: their channels, members and roles, and search through their messages."""

from __future__ import annotations

from fakes.discord.call import Call
from fakes.discord.channel import ANNOUNCEMENT, CATEGORY, FORUM, TEXT, THREADS, VOICE
from fakes.discord.events import MEMBERS
from fakes.discord.message import Message
from fakes.discord.refusal import Refusal, unknown
from fakes.discord.router import NO_CONTENT, Reply, route
from fakes.discord.routes.messages import visible

SEARCH_KEYS = (
    "limit",
    "offset",
    "max_id",
    "min_id",
    "slop",
    "content",
    "channel_id",
    "author_type",
    "author_id",
    "mentions",
    "mention_everyone",
    "pinned",
    "has",
    "sort_by",
    "sort_order",
    "include_nsfw",
)


@route("GET", "/guilds/{guild}")
def get(call: Call) -> Reply:
    guild = call.guild()
    counts = {}
    if call.query.get("with_counts") in ("true", "True", "1"):
        counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
    return 200, guild.wire() | counts


@route("GET", "/guilds/{guild}/channels")
def channels(call: Call) -> Reply:
    return 200, [channel.wire() for channel in call.guild().channels.values() if channel.type not in THREADS]


@route("POST", "/guilds/{guild}/channels")
def create_channel(call: Call) -> Reply:
    guild, form = call.guild(), call.form()
    name = form.string("name", 1, 100, required=True)
    kind = form.choice("type", (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, FORUM)) or TEXT
    topic = form.string("topic", most=1024)
    form.check()
    channel = call.world.add_channel(guild, (name or "").lower().replace(" ", "-"), kind, topic)
    return 201, channel.wire()


@route("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
@route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
def give_or_take_role(call: Call) -> Reply:
    guild, user, role = call.guild(), call.user(), call.number("role")
    if role not in guild.roles or role == guild.id:
        raise unknown(10011)
    held = [one for one in guild.member_roles.get(user.id, []) if one != role]
    guild.member_roles[user.id] = [*held, role] if call.method == "PUT" else held
    return NO_CONTENT


@route("GET", "/guilds/{guild}/roles")
def roles(call: Call) -> Reply:
    return 200, [role.wire() for role in call.guild().roles.values()]


@route("GET", "/guilds/{guild}/emojis")
@route("GET", "/guilds/{guild}/stickers")
@route("GET", "/guilds/{guild}/scheduled-events")
def nothing_of_its_own(call: Call) -> Reply:
    call.guild()
    return 200, []


@route("GET", "/guilds/{guild}/members/{user}")
def member(call: Call) -> Reply:
    guild, user = call.guild(), call.user()
    if user.id not in guild.members:
        raise unknown(10007)
    return 200, guild.member(user)


@route("GET", "/guilds/{guild}/members")
def members(call: Call) -> Reply:
    """Only with the members switch of the portal on."""
    if not call.world.enabled_intents & MEMBERS:
        raise Refusal(403, 50001)
    guild, form = call.guild(), call.query_form()
    limit, after = form.integer("limit", 1, 1000) or 1, form.snowflake("after") or 0
    form.check()
    found = sorted(user for user in guild.members if user > after)[:limit]
    return 200, [guild.member(guild.members[user]) for user in found]


@route("GET", "/guilds/{guild}/members/search")
def search_members(call: Call) -> Reply:
    guild, form = call.guild(), call.query_form()
    start = form.string("query", 1, required=True)
    limit = form.integer("limit", 1, 1000) or 1
    form.check()
    names = lambda user: (user.name, user.shown or "")  # noqa: E731
    found = [
        user
        for user in guild.members.values()
        if any(name.lower().startswith((start or "").lower()) for name in names(user))
    ]
    return 200, [guild.member(user) for user in found[:limit]]


@route("GET", "/guilds/{guild}/messages/search")
def search(call: Call) -> Reply:
    """Every word of `content` must occur; newest first unless told otherwise."""
    guild, form = call.guild(), call.query_form()
    form.ignored = call.ignored
    form.only(*SEARCH_KEYS)
    limit = form.integer("limit", 1, 25) or 25
    offset = form.integer("offset", 0, 9975) or 0
    form.string("content", most=1024)
    form.choice("sort_by", ("timestamp", "relevance"))
    ascending = form.choice("sort_order", ("asc", "desc")) == "asc"
    form.check()
    if call.world.index_missing > 0:
        call.world.index_missing -= 1
        later = {"message": "Index not yet available. Try again later", "code": 110000, "retry_after": 0}
        return 202, later | {"documents_indexed": 0}
    found = [message for message in call.world.search_pool(guild) if _matches(call, message)]
    page = (found if ascending else found[::-1])[offset : offset + limit]
    hits = [[visible(call, message) | {"hit": True}] for message in page]
    for hit in hits:
        hit[0].pop("reactions", None)
    return 200, {"messages": hits, "total_results": len(found), "doing_deep_historical_index": False}


def _matches(call: Call, message: Message) -> bool:
    if message.channel.denies("READ_MESSAGE_HISTORY"):
        return False
    words = call.query.get("content", "").lower().split()
    author = {"user": not message.author.is_bot, "bot": message.author.is_bot, "webhook": bool(message.webhook_id)}
    wanted = call.query_lists
    has = {"file": bool(message.attachments), "embed": bool(message.embeds), "poll": bool(message.poll)}
    has["link"] = "http://" in message.content or "https://" in message.content
    has["image"] = any(str(a["content_type"]).startswith("image/") for a in message.attachments)
    return (
        all(word in message.content.lower() for word in words)
        and _among(str(message.channel.id), wanted.get("channel_id"))
        and _among(str(message.author.id), wanted.get("author_id"))
        and all(author.get(kind, False) for kind in wanted.get("author_type", []))
        and all(has.get(kind, False) for kind in wanted.get("has", []))
        and all(any(str(user.id) == one for user in message.mentions) for one in wanted.get("mentions", []))
        and message.id < int(call.query.get("max_id", 2**63))
        and message.id > int(call.query.get("min_id", 0))
        and call.query.get("pinned", "").lower() in ("", str(message.id in message.channel.pins).lower())
    )


def _among(value: str, wanted: list[str] | None) -> bool:
    return not wanted or value in wanted
