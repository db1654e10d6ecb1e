"""The platform's state and every way it changes; each change is an event for whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.clock import Clock, iso
from fakes.delivery import Delivery
from fakes.discord import mentions
from fakes.discord.draft import Draft
from fakes.discord.events import (
    CONTENT,
    MEMBERS,
    MESSAGES,
    POLLS,
    PRESENCES,
    REACTIONS,
    TYPING,
    Event,
    place,
)
from fakes.discord.interaction import AUTOCOMPLETE, Interaction
from fakes.discord.mentions import Allowed
from fakes.discord.model import (
    DM,
    EPHEMERAL,
    PINNED,
    REPLY,
    Channel,
    Guild,
    Message,
    Role,
    User,
    emoji_wire,
)
from fakes.discord.refusal import Refusal, invalid, unknown
from fakes.discord.snowflake import Snowflakes
from fakes.discord.uploads import FileStore, Upload
from fakes.ledger import Ledger

MAXIMUM_KEPT_MESSAGES = 20_000  # a channel: a soak of a million messages must not fill memory
NONCE_SECONDS = 300.0  # "the past few minutes"
MAXIMUM_REACTIONS = 20
MAXIMUM_PINS = 250


class World:
    """Everything here runs on the fake's loop; `notify` is called after each event.

    `enabled_intents` are the privileged intents switched on in the portal; `index_missing` is how many searches are
    told to come back later."""

    def __init__(self, clock: Clock, bot_name: str, ledger: Ledger, notify: Callable[[], None]) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.files = FileStore()
        self.ledger = ledger
        self.notify = notify
        self.bot = User(self.ids.next(), bot_name, is_bot=True)
        self.application_id = self.bot.id
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[int | None, dict[tuple[Any, Any], dict[str, Any]]] = {}
        self.command_creates: dict[int, int] = {}
        self.enabled_intents = MEMBERS | PRESENCES | CONTENT
        self.index_missing = 0
        self.gateway_address = ""
        self.session_starts: Callable[[], dict[str, int]] = dict
        self.listeners: list[Callable[[Event], None]] = []
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    def emit(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        self.notify()

    # People and places

    def add_user(self, name: str, is_bot: bool = False) -> User:
        user = User(self.ids.next(), name, is_bot)
        self.users[user.id] = user
        for guild in self.guilds.values():
            guild.members[user.id] = user
        return user

    def add_guild(self, name: str, owner: User) -> Guild:
        guild = Guild(self.ids.next(), name, owner, members=dict(self.users))
        guild.roles[guild.id] = Role(guild.id, "@everyone")
        self.guilds[guild.id] = guild
        self.emit(Event("GUILD_CREATE", guild.created([self.bot]), guild))
        return guild

    def add_role(self, guild: Guild, name: str) -> Role:
        role = Role(self.ids.next(), name)
        guild.roles[role.id] = role
        self.emit(Event("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": role.wire()}, guild))
        return role

    def add_channel(self, guild: Guild, name: str, kind: int, topic: str | None = None) -> Channel:
        channel = Channel(self.ids.next(), kind, name, guild, topic=topic)
        self._keep(channel)
        self.emit(Event("CHANNEL_CREATE", channel.wire(), guild))
        return channel

    def direct(self, user: User) -> Channel:
        """The channel between the bot and a person; there is one."""
        for channel in self.channels.values():
            if channel.type == DM and channel.recipient is user:
                return channel
        channel = Channel(self.ids.next(), DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        self.channels.pop(channel.id)
        if channel.guild:
            channel.guild.channels.pop(channel.id)
        self.emit(Event("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel.wire(), channel.guild))

    def update_channel(self, channel: Channel) -> None:
        self.emit(Event("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel.wire(), channel.guild))

    def add_thread(self, parent: Channel, name: str, owner: User, kind: int, start: Message | None = None) -> Channel:
        thread = Channel(start.id if start else self.ids.next(), kind, name, parent.guild, parent, owner=owner)
        self._keep(thread)
        self.emit(Event("THREAD_CREATE", thread.wire() | {"newly_created": True}, parent.guild))
        if start is not None:
            start.thread = thread
            self._updated(start)
        return thread

    def _keep(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        if channel.guild:
            channel.guild.channels[channel.id] = channel

    # Messages

    def post(
        self, channel: Channel, author: User, draft: Draft, delivery: Delivery | None = None, **more: Any
    ) -> Message:
        """A new message, or the earlier one when a nonce that must be unique was used before."""
        if draft.enforce_nonce and draft.nonce is not None and (earlier := self._earlier(channel, draft)):
            return earlier
        message = Message(self.ids.next(), channel, author, draft.content, flags=draft.flags, nonce=draft.nonce)
        for key, value in more.items():
            setattr(message, key, value)
        message.embeds, message.components = draft.embeds, draft.components
        message.attachments = self._stored(channel, draft.uploads)
        message.poll = draft.poll
        if draft.poll:
            message.votes = {answer["answer_id"]: [] for answer in draft.poll["answers"]}
        self._refer(message, draft)
        self._mention(message, draft.allowed)
        self._publish(message, delivery)
        if draft.nonce is not None:
            self._nonces.pop((channel.id, str(draft.nonce)), None)
            self._nonces[channel.id, str(draft.nonce)] = (self.clock.now() + NONCE_SECONDS, message)
        return message

    def _publish(self, message: Message, delivery: Delivery | None) -> None:
        """What only one person sees is in nobody's channel and no event."""
        channel = message.channel
        if message.author is self.bot:
            self.ledger.posted(channel.id, message.id, message.text, delivery)
        else:
            self.ledger.asked(channel.id, message.text)
        if message.flags & EPHEMERAL:
            return self.notify()
        channel.archived = False
        channel.messages[message.id] = message
        if len(channel.messages) > MAXIMUM_KEPT_MESSAGES:
            channel.messages.pop(next(iter(channel.messages)))
        self.emit(Event("MESSAGE_CREATE", self.message_data(message), channel.guild, MESSAGES, message))

    def edit(self, message: Message, draft: Draft, delivery: Delivery | None = None) -> None:
        """Changes what the draft gives; mentions are read anew from the new text."""
        before = message.text
        if "content" in draft.given:
            message.content = draft.content
            self._mention(message, draft.allowed)
        if "embeds" in draft.given:
            message.embeds = draft.embeds
        if "components" in draft.given:
            message.components = draft.components
        if "flags" in draft.given:
            message.flags = draft.flags
        old = [a for a in message.attachments if "attachments" not in draft.given or int(a["id"]) in draft.kept]
        message.attachments = old + self._stored(message.channel, draft.uploads)
        message.edited_at = self.clock.now()
        if message.author is self.bot:
            self.ledger.changed(message.channel.id, message.id, before, message.text, delivery)
        self._updated(message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        self.ledger.changed(message.channel.id, message.id, message.text, "", None)
        message.channel.messages.pop(message.id, None)
        message.channel.pins.pop(message.id, None)
        message.channel.gone.add(message.id)
        data = {"id": str(message.id)} | place(message.channel)
        self.emit(Event("MESSAGE_DELETE", data, message.channel.guild, MESSAGES, message))

    def message_data(self, message: Message) -> dict[str, Any]:
        """A message as an event carries it."""
        data = message.wire(self.bot)
        data.pop("reactions", None)
        if guild := message.channel.guild:
            data["guild_id"] = str(guild.id)
            if not message.webhook_id and message.author.id in guild.members:
                data["member"] = guild.member(message.author, with_user=False)
        else:
            data["channel_type"] = DM
        return data

    def find_message(self, channel: Channel, message_id: int) -> Message:
        if message := channel.messages.get(message_id):
            return message
        raise unknown(10008, fair=message_id in channel.gone)

    def _earlier(self, channel: Channel, draft: Draft) -> Message | None:
        while self._nonces and next(iter(self._nonces.values()))[0] < self.clock.now():
            self._nonces.pop(next(iter(self._nonces)))
        kept = self._nonces.get((channel.id, str(draft.nonce)))
        return kept[1] if kept else None

    def _stored(self, channel: Channel, uploads: list[Upload]) -> list[dict[str, Any]]:
        return [self.files.add(upload, channel.id, self.ids.next()) for upload in uploads]

    def _refer(self, message: Message, draft: Draft) -> None:
        if draft.reference is None:
            return
        wanted = draft.reference
        channel = self.channels.get(wanted["channel_id"] or message.channel.id)
        target = channel.messages.get(wanted["message_id"]) if channel else None
        if target is None:
            if wanted["must_exist"]:
                refusal = invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
                refusal.fair = channel is not None and wanted["message_id"] in channel.gone
                raise refusal
            return
        message.type, message.replied_to = (REPLY, target) if wanted["type"] == 0 else (message.type, None)
        message.reference = {"type": wanted["type"], "message_id": str(target.id)} | place(target.channel)

    def _mention(self, message: Message, allowed: Allowed | None) -> None:
        rules = allowed or (Allowed({"users"}) if message.webhook_id else Allowed())
        named = [u for u in mentions.named_users(message.content) if u in self.users and rules.allows_user(u)]
        message.mentions = [self.users[user] for user in named]
        reply = message.replied_to
        if reply is not None and rules.replied_user and reply.author not in message.mentions:
            message.mentions.append(reply.author)
        roles = message.channel.guild.roles if message.channel.guild else {}
        message.mention_roles = [
            r for r in mentions.named_roles(message.content) if r in roles and rules.allows_role(r)
        ]
        message.mention_everyone = "everyone" in rules.kinds and mentions.names_everyone(message.content)

    def _updated(self, message: Message) -> None:
        if message.flags & EPHEMERAL:
            return self.notify()
        self.emit(Event("MESSAGE_UPDATE", self.message_data(message), message.channel.guild, MESSAGES, message))

    # What happens to messages

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
