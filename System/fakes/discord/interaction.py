"""Something a person did that the bot must answer within three seconds: a command, a click, a form, a keystroke."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from fakes.discord.channel import Channel
from fakes.discord.guild import User
from fakes.discord.message import Message
from fakes.discord.refusal import Refusal

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
REPLY, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 4, 5, 6, 7, 8, 9
REPLY_SECONDS, TOKEN_SECONDS = 3.0, 900.0
ANSWERS = {
    COMMAND: (REPLY, DEFERRED, SHOW_MODAL),
    COMPONENT: (REPLY, DEFERRED, DEFERRED_UPDATE, UPDATE, SHOW_MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL: (REPLY, DEFERRED, DEFERRED_UPDATE, UPDATE),
}


@dataclass(eq=False)
class Interaction:
    """`answered_with` is the callback's type; `original` what it made or changed; `followups` all after that."""

    id: int
    kind: int
    user: User
    channel: Channel
    data: dict[str, Any]
    at: float
    message: Message | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    answered_with: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] | None = None

    def check_can_answer(self, now: float) -> None:
        if self.answered_with is not None:
            raise Refusal(400, 40060)
        if now > self.at + REPLY_SECONDS:
            raise Refusal(404, 10062)

    def check_token(self, now: float) -> None:
        if self.answered_with is None:
            raise Refusal(404, 10015)
        if now > self.at + TOKEN_SECONDS:
            raise Refusal(401, 50027)

    def failed(self, now: float) -> bool:
        """Whether the person reads "The application did not respond"."""
        return self.answered_with is None and now > self.at + REPLY_SECONDS

    def metadata(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.wire(),
            "authorizing_integration_owners": {"0": str(self.channel.guild.id if self.channel.guild else 0)},
        }

    def wire(self, application_id: int, bot: User) -> dict[str, Any]:
        """As INTERACTION_CREATE carries it."""
        wire: dict[str, Any] = {
            "id": str(self.id),
            "application_id": str(application_id),
            "type": self.kind,
            "data": self.data,
            "channel": self.channel.wire(),
            "channel_id": str(self.channel.id),
            "token": self.token,
            "version": 1,
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": self.metadata()["authorizing_integration_owners"],
            "context": 0 if self.channel.guild else 1,
            "attachment_size_limit": 10 * 1024 * 1024,
            "app_permissions": "2251799813685247",
        }
        if guild := self.channel.guild:
            wire |= {"guild_id": str(guild.id), "guild_locale": "en-US"}
            wire["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
            wire["member"] = guild.member(self.user) | {"permissions": "2251799813685247"}
        else:
            wire["user"] = self.user.wire()
        if self.message is not None:
            wire["message"] = self.message.wire(bot)
        return wire
