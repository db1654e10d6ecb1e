"""Events on their way to the gateway's sessions, and the intents that let them through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakes.discord.channel import Channel
from fakes.discord.guild import Guild, User
from fakes.discord.message import Message

GUILDS, MEMBERS, PRESENCES, CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
PRIVILEGED = {MEMBERS: "GUILD_MEMBERS", PRESENCES: "GUILD_PRESENCES", CONTENT: "MESSAGE_CONTENT"}
KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))

MESSAGES, REACTIONS, TYPING, POLLS = "messages", "reactions", "typing", "polls"
IN_GUILD = {MESSAGES: 1 << 9, REACTIONS: 1 << 10, TYPING: 1 << 11, POLLS: 1 << 24}
IN_DM = {MESSAGES: 1 << 12, REACTIONS: 1 << 13, TYPING: 1 << 14, POLLS: 1 << 25}
MESSAGE_EVENTS = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


@dataclass(frozen=True)
class Event:
    """`kind` names the pair of intents for guilds and direct messages; without it, `GUILDS` in a guild, else none."""

    name: str
    data: dict[str, Any]
    guild: Guild | None = None
    kind: str | None = None
    message: Message | None = None
    unconditional: bool = False

    @property
    def intent(self) -> int:
        """The bit that must be set, or 0."""
        if self.unconditional:
            return 0
        if self.kind:
            return (IN_GUILD if self.guild else IN_DM)[self.kind]
        return GUILDS if self.guild else 0

    def seen_with(self, intents: int, bot: User) -> dict[str, Any]:
        """The data as a session with these intents gets it."""
        if self.message is None or self.name not in MESSAGE_EVENTS or intents & CONTENT:
            return self.data
        return without_content(self.data, self.message, bot)


def without_content(data: dict[str, Any], message: Message, bot: User) -> dict[str, Any]:
    """Empties what a person wrote, unless it was in a direct message, mentions the bot, or is the bot's own."""
    if message.channel.guild is None or message.author is bot or message.mentions_user(bot):
        return data
    stripped = data | {"content": "", "embeds": [], "attachments": [], "components": []}
    stripped.pop("poll", None)
    reply = message.replied_to
    if reply is not None and stripped.get("referenced_message"):
        stripped["referenced_message"] = without_content(stripped["referenced_message"], reply, bot)
    return stripped


def place(channel: Channel) -> dict[str, str]:
    """`channel_id`, and `guild_id` where there is one."""
    where = {"channel_id": str(channel.id)}
    return where | ({"guild_id": str(channel.guild.id)} if channel.guild else {})
