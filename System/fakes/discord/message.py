"""Messages, and what is on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fakes.clock import iso
from fakes.discord.channel import Channel
from fakes.discord.guild import User
from fakes.discord.snowflake import created_at

DEFAULT, PINNED, REPLY, COMMAND = 0, 6, 19, 20
EPHEMERAL, LOADING, VOICE_MESSAGE, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 13, 1 << 15


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
