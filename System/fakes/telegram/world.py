"""Telegram's state and every way it changes; what people do becomes updates for the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.clock import Clock
from fakes.delivery import Delivery
from fakes.ledger import Ledger
from fakes.telegram.entities import Formatted, with_found
from fakes.telegram.files import FileShelf
from fakes.telegram.flood import Flood
from fakes.telegram.model import GENERAL_TOPIC, GROUP, PRIVATE, SUPERGROUP, Chat, Message, Topic, User
from fakes.telegram.updates import UpdateQueue
from fakes.telegram.webhook import WebhookSender

MAXIMUM_KEPT_MESSAGES = 20_000  # a chat: a soak of a million messages must not fill memory
FIRST_USER_ID = 5_000_001
FIRST_GROUP_ID = 4_000_001
SUPERGROUP_BASE = -1_000_000_000_000
CALLBACK_SECONDS = 900.0


class World:
    """Everything here runs on the fake's loop; `notify` is called after each change."""

    webhook: WebhookSender

    def __init__(self, clock: Clock, token: str, username: str, ledger: Ledger, notify: Callable[[], None]) -> None:
        self.clock, self.ledger, self.notify = clock, ledger, notify
        self.bot = User(int(token.partition(":")[0]), "Claw", username, is_bot=True)
        self.privacy_mode = False
        self.files = FileShelf()
        self.flood = Flood(clock)
        self.updates = UpdateQueue(clock, notify)
        self.chats: dict[int, Chat] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.callbacks: dict[str, Callback] = {}
        self.albums = 0
        self._next_user, self._next_group, self._next_message = FIRST_USER_ID, FIRST_GROUP_ID, 100

    # People and places

    def add_user(self, name: str) -> User:
        user = User(self._next_user, name, name.lower().replace(" ", "_"))
        self._next_user += 1
        return user

    def private(self, user: User) -> Chat:
        """The chat between a person and the bot."""
        return self.chats.setdefault(user.id, Chat(user.id, PRIVATE, user=user, members=[user, self.bot]))

    def add_group(self, title: str, kind: str, is_forum: bool = False) -> Chat:
        base = SUPERGROUP_BASE if kind != GROUP else 0
        chat = Chat(base - self._next_group, kind, title, is_forum=is_forum, members=[self.bot])
        self._next_group += 1
        if is_forum:
            chat.topics[GENERAL_TOPIC] = Topic(GENERAL_TOPIC, "General")
        self.chats[chat.id] = chat
        return chat

    def migrate(self, group: Chat) -> Chat:
        """A group becomes a supergroup with another id; both chats say so."""
        new = self.add_group(group.title, SUPERGROUP)
        new.members, group.moved_to = list(group.members), new
        self.service(group, self.bot, {"migrate_to_chat_id": new.id})
        self.service(new, self.bot, {"migrate_from_chat_id": group.id})
        return new

    def service(self, chat: Chat, actor: User, content: dict[str, Any], topic: int | None = None) -> Message:
        """A message that tells what happened."""
        message = self._new(chat, actor, content=content, topic=topic)
        self._queue("message", message.wire(), chat)
        return message

    def add_topic(self, chat: Chat, name: str, actor: User) -> Topic:
        message = self.service(chat, actor, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
        topic = chat.topics[message.id] = Topic(message.id, name)
        message.topic = topic.id
        return topic

    # Messages

    def write(self, chat: Chat, author: User, text: str = "", **more: Any) -> Message:
        """What a person writes; the bot hears of it as its privacy mode allows."""
        body = with_found(Formatted(text))
        message = self._new(chat, author, body, **more)
        self.ledger.asked(message.place, text)
        if self._is_heard(message):
            self._queue("message", message.wire(), chat)
        else:
            self.notify()
        return message

    def post(self, chat: Chat, body: Formatted, delivery: Delivery | None, **more: Any) -> Message:
        """What the bot sends. It gets no update for its own messages."""
        message = self._new(chat, self.bot, self._with_people(body), **more)
        self.ledger.posted(message.place, message.id, message.text, delivery)
        self.notify()
        return message

    def edit(self, message: Message, body: Formatted, markup: dict[str, Any] | None) -> None:
        before, message.body, message.markup = message.text, self._with_people(body), markup
        message.edited_at = int(self.clock.now())
        if message.author is self.bot:
            self.ledger.changed(message.place, message.id, before, message.text, None)
            self.notify()
        elif self._is_heard(message):
            self._queue("edited_message", message.wire(), message.chat)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.chat.messages.pop(message.id, None)
        message.chat.gone.add(message.id)
        self.ledger.changed(message.place, message.id, message.text, "", None)
        self.notify()

    def react(self, message: Message, user: User, emoji: list[str]) -> None:
        """Replaces what somebody has put on a message."""
        old = message.reactions.get(user.id, [])
        message.reactions[user.id] = emoji
        if user is not self.bot:
            data = {
                "chat": message.chat.wire(),
                "message_id": message.id,
                "user": user.wire(),
                "date": int(self.clock.now()),
                "old_reaction": [{"type": "emoji", "emoji": one} for one in old],
                "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
            }
            self._queue("message_reaction", data, message.chat)
        self.notify()

    def press(self, message: Message, user: User, data: str) -> Callback:
        callback = Callback(str(self._next_message * 7919), user, message, data, self.clock.now())
        self._next_message += 1
        self.callbacks[callback.id] = callback
        self._queue("callback_query", callback.wire(), message.chat)
        return callback

    def vote(self, message: Message, user: User, options: list[int]) -> None:
        poll = message.content["poll"]
        for n in options:
            poll["options"][n]["voter_count"] += 1
        poll["total_voter_count"] += 1
        if not poll["is_anonymous"]:
            ids = [poll["options"][n]["persistent_id"] for n in options]
            answer = {"poll_id": poll["id"], "user": user.wire(), "option_ids": options, "option_persistent_ids": ids}
            self._queue("poll_answer", answer, message.chat)
        self._queue("poll", poll, message.chat)

    def membership(self, chat: Chat, user: User, old: str, new: str) -> None:
        """The bot's own place in a chat changed."""
        member = {"user": self.bot.wire()}
        data = {"chat": chat.wire(), "from": user.wire(), "date": int(self.clock.now())}
        states = [
            member | {"status": status} | ({"until_date": 0} if status == "kicked" else {}) for status in (old, new)
        ]
        data |= {"old_chat_member": states[0], "new_chat_member": states[1]}
        self._queue("my_chat_member", data, chat)

    def _new(self, chat: Chat, author: User, body: Formatted | None = None, **more: Any) -> Message:
        message = Message(self._next_message, chat, author, int(self.clock.now()), body or Formatted(), **more)
        self._next_message += 1
        chat.messages[message.id] = message
        if author is not self.bot and author not in chat.members:
            chat.members.append(author)
        if len(chat.messages) > MAXIMUM_KEPT_MESSAGES:
            chat.messages.pop(next(iter(chat.messages)))
        return message

    def _with_people(self, body: Formatted) -> Formatted:
        """Mentions by id name a person the bot has met; others are no mentions."""
        people = {user.id: user for chat in self.chats.values() for user in chat.members}
        kept = [e for e in body.entities if e.type != "text_mention" or e.more.get("user_id") in people]
        for entity in kept:
            if entity.type == "text_mention":
                entity.more = {"user": people[entity.more["user_id"]].wire()}
        return Formatted(body.text, kept)

    def _queue(self, kind: str, data: dict[str, Any], chat: Chat) -> None:
        if not chat.kicked:
            self.updates.add(kind, data, chat.id)

    def _is_heard(self, message: Message) -> bool:
        """With privacy mode on, a group's bot hears commands, replies to it and mentions of it."""
        if message.chat.is_private or not self.privacy_mode:
            return True
        if message.reply_to is not None and message.reply_to.author is self.bot:
            return True
        name = f"@{self.bot.username}".lower()
        commands = [command.lower() for command in message.marked("bot_command")]
        for_another = [command for command in commands if "@" in command and not command.endswith(name)]
        return (bool(commands) and not for_another) or name in [m.lower() for m in message.marked("mention")]


class Callback:
    """A press on a button; `answer` is what the bot showed for it."""

    def __init__(self, identity: str, user: User, message: Message, data: str, at: float) -> None:
        self.id, self.user, self.message, self.data, self.at = identity, user, message, data, at
        self.answer: dict[str, Any] | None = None

    def is_old(self, now: float) -> bool:
        return now > self.at + CALLBACK_SECONDS

    def wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"id": self.id, "from": self.user.wire(), "message": self.message.wire()}
        return wire | {"chat_instance": str(self.message.chat.id * 31), "data": self.data}
