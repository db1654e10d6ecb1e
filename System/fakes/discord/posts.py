"""Messages: how they come to be, change and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.clock import Clock
from fakes.delivery import Delivery
from fakes.discord import mentions
from fakes.discord.channel import DM, PUBLIC_THREAD, Channel
from fakes.discord.draft import Draft
from fakes.discord.events import MESSAGES, Event, place
from fakes.discord.guild import User
from fakes.discord.mentions import Allowed
from fakes.discord.message import EPHEMERAL, REPLY, Message
from fakes.discord.places import Places
from fakes.discord.refusal import invalid, unknown
from fakes.discord.uploads import FileStore, Upload
from fakes.ledger import Ledger

MAXIMUM_KEPT_MESSAGES = 20_000  # a channel: a soak of a million messages must not fill memory
NONCE_SECONDS = 300.0  # "the past few minutes"


class Posts(Places):
    """The bot's messages are in the ledger as answers, those of people as questions."""

    def __init__(self, clock: Clock, bot: User, ledger: Ledger, notify: Callable[[], None]) -> None:
        super().__init__(clock, bot, notify)
        self.ledger = ledger
        self.files = FileStore()
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

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

    def start_thread(self, message: Message, name: str, owner: User, kind: int) -> Channel:
        """A thread that hangs below a message and has its id."""
        message.thread = self.add_thread(message.channel, name, owner, kind, message)
        self._updated(message)
        return message.thread

    def open_post(
        self, forum: Channel, title: str, author: User, draft: Draft, delivery: Delivery | None = None
    ) -> Message:
        """A thread in a forum; its first message has the thread's id."""
        thread = self.add_thread(forum, title, author, PUBLIC_THREAD)
        return self.post(thread, author, draft, delivery, id=thread.id)

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
