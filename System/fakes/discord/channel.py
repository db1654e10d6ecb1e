"""Channels of every kind, threads among them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.clock import iso
from fakes.discord.guild import Guild, User
from fakes.discord.snowflake import created_at

if TYPE_CHECKING:
    from fakes.discord.message import Message

TEXT, DM, VOICE, CATEGORY, ANNOUNCEMENT = 0, 1, 2, 4, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 10, 11, 12, 15
THREADS = (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)


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
