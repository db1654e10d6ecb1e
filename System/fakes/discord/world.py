"""The platform's state and every way it changes; each change is an event for whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.clock import Clock, iso
from fakes.discord.channel import Channel
from fakes.discord.draft import Draft
from fakes.discord.events import CONTENT, MEMBERS, POLLS, PRESENCES, REACTIONS, TYPING, Event, place
from fakes.discord.guild import Guild, User
from fakes.discord.interaction import AUTOCOMPLETE, Interaction
from fakes.discord.message import PINNED, Message, emoji_wire
from fakes.discord.posts import Posts
from fakes.discord.refusal import Refusal
from fakes.ledger import Ledger

MAXIMUM_REACTIONS = 20
MAXIMUM_PINS = 250


class World(Posts):
    """Places, messages, and what happens to messages.

    `enabled_intents` are the privileged intents switched on in the portal; `index_missing` is how many searches are
    told to come back later; messages with one of the `moderated` words are blocked."""

    def __init__(self, clock: Clock, bot: User, ledger: Ledger, notify: Callable[[], None]) -> None:
        super().__init__(clock, bot, ledger, notify)
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[int | None, dict[tuple[Any, Any], dict[str, Any]]] = {}
        self.command_creates: dict[int, int] = {}
        self.enabled_intents = MEMBERS | PRESENCES | CONTENT
        self.index_missing = 0
        self.moderated: set[str] = set()
        self.gateway_address = ""
        self.session_starts: Callable[[], dict[str, int]] = dict

    def react(self, message: Message, user: User, emoji: str) -> None:
        if emoji not in message.reactions and len(message.reactions) >= MAXIMUM_REACTIONS:
            raise Refusal(403, 30010)
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._reacted("MESSAGE_REACTION_ADD", message, user, emoji)

    def unreact(self, message: Message, user: User, emoji: str) -> None:
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            if not users:
                message.reactions.pop(emoji)
            self._reacted("MESSAGE_REACTION_REMOVE", message, user, emoji)

    def _reacted(self, name: str, message: Message, user: User, emoji: str) -> None:
        guild = message.channel.guild
        data: dict[str, Any] = {"user_id": str(user.id), "message_id": str(message.id), "burst": False, "type": 0}
        data |= {"emoji": emoji_wire(emoji)} | place(message.channel)
        if name == "MESSAGE_REACTION_ADD":
            data["message_author_id"] = str(message.author.id)
            if guild:
                data["member"] = guild.member(user)
        self.emit(Event(name, data, guild, REACTIONS, message))

    def pin(self, message: Message) -> None:
        if message.id in message.channel.pins:
            return
        if len(message.channel.pins) >= MAXIMUM_PINS:
            raise Refusal(400, 30003)
        message.channel.pins[message.id] = self.clock.now()
        self._pins_changed(message.channel)
        self.post(message.channel, self.bot, Draft(), type=PINNED)

    def unpin(self, message: Message) -> None:
        if message.channel.pins.pop(message.id, None) is not None:
            self._pins_changed(message.channel)

    def _pins_changed(self, channel: Channel) -> None:
        latest = iso(max(channel.pins.values())) if channel.pins else None
        self.emit(Event("CHANNEL_PINS_UPDATE", place(channel) | {"last_pin_timestamp": latest}, channel.guild))

    def typing(self, channel: Channel, user: User) -> None:
        if user is self.bot:
            channel.typed_at.append(self.clock.now())
        data: dict[str, Any] = place(channel) | {"user_id": str(user.id), "timestamp": int(self.clock.now())}
        if channel.guild:
            data["member"] = channel.guild.member(user)
        self.emit(Event("TYPING_START", data, channel.guild, TYPING))

    def vote(self, message: Message, user: User, answer: int) -> None:
        voters = message.votes[answer]
        if user not in voters:
            voters.append(user)
            data = {"user_id": str(user.id), "message_id": str(message.id), "answer_id": answer}
            self.emit(Event("MESSAGE_POLL_VOTE_ADD", data | place(message.channel), message.channel.guild, POLLS))

    # Interactions

    def interact(self, kind: int, user: User, channel: Channel, data: dict[str, Any], **more: Any) -> Interaction:
        interaction = Interaction(self.ids.next(), kind, user, channel, data, self.clock.now(), **more)
        self.interactions[interaction.token] = interaction
        wire = interaction.wire(self.application_id, self.bot)
        self.emit(Event("INTERACTION_CREATE", wire, channel.guild, unconditional=True))
        return interaction

    def focused_kind(self, interaction: Interaction) -> int:
        """The type of the option that is being typed."""
        assert interaction.kind == AUTOCOMPLETE
        return next(option["type"] for option in leaves(interaction.data["options"]) if option.get("focused"))

    def search_pool(self, guild: Guild) -> list[Message]:
        """All messages of a guild, oldest first."""
        found = [message for channel in guild.channels.values() for message in channel.messages.values()]
        return sorted(found, key=lambda message: message.id)


def leaves(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The options that have values, whatever subcommand they are in."""
    found: list[dict[str, Any]] = []
    for option in options:
        found += leaves(option["options"]) if option.get("options") else [option]
    return found
