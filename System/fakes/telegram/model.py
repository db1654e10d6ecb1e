"""What exists on Telegram: people, chats, topics and messages, and how each looks on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fakes.telegram.entities import Formatted

PRIVATE, GROUP, SUPERGROUP, CHANNEL = "private", "group", "supergroup", "channel"
GENERAL_TOPIC = 1


@dataclass(eq=False)
class User:
    id: int
    first_name: str
    username: str = ""
    is_bot: bool = False

    def wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            wire["username"] = self.username
        return wire | ({} if self.is_bot else {"language_code": "en"})


@dataclass
class Topic:
    id: int
    name: str
    is_closed: bool = False


@dataclass(eq=False)
class Chat:
    """`blocked`, `kicked`, `deleted` are what makes sending fail; `lacks` names rights the bot has not, as in
    `{"can_send_photos"}`; `moved_to` is the supergroup a group became."""

    id: int
    type: str
    title: str = ""
    user: User | None = None
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    members: list[User] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    drafts: list[tuple[int, Formatted]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    lacks: set[str] = field(default_factory=set)
    blocked: bool = False
    kicked: bool = False
    moved_to: Chat | None = None

    @property
    def is_private(self) -> bool:
        return self.type == PRIVATE

    @property
    def name(self) -> str:
        return self.user.first_name if self.user else self.title

    def wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.user is not None:
            wire["first_name"] = self.user.first_name
            return wire | ({"username": self.user.username} if self.user.username else {})
        return wire | {"title": self.title} | ({"is_forum": True} if self.is_forum else {})


@dataclass(eq=False)
class Message:
    """`content` is everything that depends on the kind of message: `photo`, `poll`, `new_chat_members`…"""

    id: int
    chat: Chat
    author: User
    date: int
    body: Formatted = field(default_factory=Formatted)
    is_caption: bool = False
    content: dict[str, Any] = field(default_factory=dict)
    reply_to: Message | None = None
    quote: str | None = None
    topic: int | None = None
    markup: dict[str, Any] | None = None
    edited_at: int | None = None
    album: str | None = None
    reactions: dict[int, list[str]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def place(self) -> tuple[int, int | None]:
        """The conversation it is in: a topic of a forum is one of its own, and the general topic is the forum's."""
        return self.chat.id, None if self.topic == GENERAL_TOPIC else self.topic

    @property
    def text(self) -> str:
        """Text or caption, without markup."""
        return self.body.text

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [button for row in (self.markup or {}).get("inline_keyboard", []) for button in row]

    def marked(self, kind: str) -> list[str]:
        """What is marked as `bold`, `code`…"""
        return [self.body.part(entity) for entity in self.body.entities if entity.type == kind]

    def wire(self, with_reply: bool = True) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "message_id": self.id,
            "from": self.author.wire(),
            "chat": self.chat.wire(),
            "date": self.date,
        }
        if self.edited_at:
            wire["edit_date"] = self.edited_at
        if self.topic is not None and self.topic != GENERAL_TOPIC:
            wire |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.reply_to is not None and with_reply and not self.reply_to.deleted:
            wire["reply_to_message"] = self.reply_to.wire(with_reply=False)
        if self.quote:
            wire["quote"] = {"text": self.quote, "position": 0, "is_manual": True}
        if self.album:
            wire["media_group_id"] = self.album
        wire |= self.content
        keys = ("caption", "caption_entities") if self.is_caption else ("text", "entities")
        wire |= self.body.wire(*keys)
        if self.markup and "inline_keyboard" in self.markup:
            wire["reply_markup"] = self.markup
        return wire
