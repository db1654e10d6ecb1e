"""What exists on the platform: people, guilds, channels and messages, and how each looks on the wire."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from fakes.clock import iso
from fakes.discord.snowflake import created_at

TEXT, DM, VOICE, CATEGORY, ANNOUNCEMENT = 0, 1, 2, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 10, 11, 12, 15
THREADS = (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)

DEFAULT, PINNED, REPLY, COMMAND, THREAD_STARTER = 0, 6, 19, 20, 21
EPHEMERAL, LOADING, VOICE_MESSAGE, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 13, 1 << 15

EVERYTHING = "2251799813685247"  # every permission bit: what is missing is said per channel, in `lacks`


@dataclass(eq=False)
class User:
    id: int
    name: str
    is_bot: bool = False
    refuses_dms: bool = False

    def wire(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "username": self.name.lower().replace(" ", "_"),
            "global_name": None if self.is_bot else self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    id: int
    name: str

    def wire(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": EVERYTHING,
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: User
    members: dict[int, User] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    member_roles: dict[int, list[int]] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    def member(self, user: User, with_user: bool = True) -> dict[str, Any]:
        member: dict[str, Any] = {
            "nick": None,
            "avatar": None,
            "roles": [str(role) for role in self.member_roles.get(user.id, [])],
            "joined_at": iso(created_at(self.id)),
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "premium_since": None,
            "communication_disabled_until": None,
        }
        return member | ({"user": user.wire()} if with_user else {})

    def wire(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(self.owner.id),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "roles": [role.wire() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "mfa_level": 0,
            "application_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "public_updates_channel_id": None,
            "nsfw_level": 0,
            "premium_progress_bar_enabled": False,
            "safety_alerts_channel_id": None,
        }

    def created(self, members: list[User]) -> dict[str, Any]:
        """As in GUILD_CREATE, with what a guild has beyond its settings."""
        return self.wire() | {
            "joined_at": iso(created_at(self.id)),
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "voice_states": [],
            "members": [self.member(user) for user in members],
            "channels": [c.wire() for c in self.channels.values() if c.type not in THREADS],
            "threads": [c.wire() for c in self.channels.values() if c.type in THREADS and not c.archived],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass(eq=False)
class Channel:
    """`lacks` names the permissions the bot has not been given here, as in `{"SEND_MESSAGES"}`; `typed_at` is when the
    bot said that it is typing."""

    id: int
    type: int
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: User | None = None
    owner: User | None = None
    topic: str | None = None
    lacks: set[str] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    pins: dict[int, float] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    archive_minutes: int = 4320
    archived_at: float = 0.0
    slow_seconds: int = 0
    tags: dict[int, str] = field(default_factory=dict)
    applied_tags: list[int] = field(default_factory=list)
    typed_at: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def last_message_id(self) -> str | None:
        return str(next(reversed(self.messages))) if self.messages else None

    def denies(self, permission: str) -> bool:
        """A thread inherits the rights of the channel it is in."""
        return permission in self.lacks or (self.parent is not None and permission in self.parent.lacks)

    def wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"id": str(self.id), "type": self.type, "flags": 0}
        if self.type == DM:
            recipients = [self.recipient.wire()] if self.recipient else []
            return wire | {"last_message_id": self.last_message_id, "recipients": recipients}
        wire |= {
            "guild_id": str(self.guild.id) if self.guild else None,
            "name": self.name,
            "parent_id": str(self.parent.id) if self.parent else None,
            "last_message_id": self.last_message_id,
            "rate_limit_per_user": self.slow_seconds,
        }
        return wire | (self._thread() if self.is_thread else self._place())

    def _place(self) -> dict[str, Any]:
        place: dict[str, Any] = {"position": 0, "permission_overwrites": [], "topic": self.topic, "nsfw": False}
        if self.type == FORUM:
            tag = {"moderated": False, "emoji_id": None, "emoji_name": None}
            place["available_tags"] = [{"id": str(i), "name": name} | tag for i, name in self.tags.items()]
            place |= {"default_reaction_emoji": None, "default_sort_order": None, "default_forum_layout": 0}
        return place

    def _thread(self) -> dict[str, Any]:
        return {
            "owner_id": str(self.owner.id) if self.owner else None,
            "message_count": len(self.messages),
            "member_count": 1,
            "total_message_sent": len(self.messages) + len(self.gone),
            "applied_tags": [str(tag) for tag in self.applied_tags],
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": self.archive_minutes,
                "archive_timestamp": iso(self.archived_at or created_at(self.id)),
                "locked": self.locked,
                "create_timestamp": iso(created_at(self.id)),
            },
        }


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    content: str = ""
    type: int = DEFAULT
    flags: int = 0
    nonce: Any = None
    edited_at: float | None = None
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    reference: dict[str, Any] | None = None
    replied_to: Message | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    poll: dict[str, Any] | None = None
    votes: dict[int, list[User]] = field(default_factory=dict)
    thread: Channel | None = None
    interaction: dict[str, Any] | None = None
    application_id: int | None = None
    webhook_id: int | None = None
    deleted: bool = False

    @property
    def text(self) -> str:
        """Everything in it that can be read: content, embeds and text components."""
        parts = [self.content]
        parts += [str(embed.get(key) or "") for embed in self.embeds for key in ("title", "description")]
        parts += [str(part["content"]) for part in flat(self.components) if part.get("content")]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """Everything in the message that can be clicked, in reading order."""
        return [part for part in flat(self.components) if part.get("custom_id")]

    def wire(self, viewer: User, with_reply: bool = True) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.wire(),
            "content": self.content,
            "timestamp": iso(created_at(self.id)),
            "edited_timestamp": iso(self.edited_at) if self.edited_at else None,
            "tts": False,
            "mention_everyone": self.mention_everyone,
            "mentions": [user.wire() for user in self.mentions],
            "mention_roles": [str(role) for role in self.mention_roles],
            "attachments": self.attachments,
            "embeds": self.embeds,
            "components": self.components,
            "pinned": self.id in self.channel.pins,
            "type": self.type,
            "flags": self.flags,
        }
        if self.reactions:
            wire["reactions"] = [self._reaction(emoji, users, viewer) for emoji, users in self.reactions.items()]
        if self.nonce is not None:
            wire["nonce"] = self.nonce
        if self.poll:
            wire["poll"] = self.poll | {"results": self._results(viewer)}
        if self.reference:
            wire["message_reference"] = self.reference
        if self.type == REPLY and with_reply:
            target = None if self.replied_to is None or self.replied_to.deleted else self.replied_to
            wire["referenced_message"] = target.wire(viewer, with_reply=False) if target else None
        if self.thread:
            wire["thread"] = self.thread.wire()
        if self.interaction:
            wire["interaction_metadata"] = self.interaction
        if self.application_id:
            wire["application_id"] = str(self.application_id)
        if self.webhook_id:
            wire["webhook_id"] = str(self.webhook_id)
        return wire

    def mentions_user(self, user: User) -> bool:
        return user in self.mentions

    def _reaction(self, emoji: str, users: list[User], viewer: User) -> dict[str, Any]:
        return {
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "me": viewer in users,
            "me_burst": False,
            "emoji": emoji_wire(emoji),
            "burst_colors": [],
        }

    def _results(self, viewer: User) -> dict[str, Any]:
        counts = [
            {"id": answer, "count": len(users), "me_voted": viewer in users} for answer, users in self.votes.items()
        ]
        return {"is_finalized": False, "answer_counts": counts}


def emoji_wire(emoji: str) -> dict[str, Any]:
    """`name:id` is a custom emoji, anything else is Unicode."""
    name, colon, number = emoji.rpartition(":")
    return {"id": number, "name": name} if colon and number.isdecimal() else {"id": None, "name": emoji}


def flat(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components and all that is in them."""
    found: list[dict[str, Any]] = []
    for component in components:
        found.append(component)
        found += flat(component.get("components", []))
        found += flat([component[key] for key in ("accessory", "component") if component.get(key)])
    return found
