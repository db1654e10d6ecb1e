"""What people do on Telegram, as a test says it: `ann.writes(chat, "hello")`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from fakes.telegram.arguments import Uploaded
from fakes.telegram.entities import Formatted, with_found
from fakes.telegram.methods.media import media_content
from fakes.telegram.model import Chat, Message, Topic, User
from fakes.telegram.world import Callback, World

T = TypeVar("T")
OnLoop = Callable[[Callable[[], T]], T]


@dataclass(frozen=True)
class Attachment:
    """`kind` is the message field: `photo`, `document`, `voice`, `audio`, `video`, `sticker`."""

    kind: str
    data: bytes
    name: str = "file.bin"
    mime: str = "application/octet-stream"


class Person:
    """Each of these does one thing and returns what came of it."""

    def __init__(self, world: World, user: User, on_loop: OnLoop[Any]) -> None:
        self.user, self._world, self._on_loop = user, world, on_loop

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self._on_loop(lambda: self._world.private(self.user))

    def writes(
        self, chat: Chat, text: str = "", reply_to: Message | None = None, topic: Topic | None = None
    ) -> Message:
        more = {"reply_to": reply_to, "topic": topic.id if topic else None}
        return self._on_loop(lambda: self._world.write(chat, self.user, text, **more))

    def sends(
        self,
        chat: Chat,
        attachment: Attachment,
        caption: str = "",
        album: str | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """A file with an optional caption; those of one album are sent one after the other."""

        def send() -> Message:
            uploaded = Uploaded(attachment.name, attachment.data, attachment.mime)
            content = media_content(attachment.kind, self._world.files.keep(attachment.kind, uploaded))
            more = {"album": album, "topic": topic.id if topic else None}
            return self._world.write(chat, self.user, caption, content=content, is_caption=True, **more)

        return self._on_loop(send)

    def replies(self, message: Message, text: str) -> Message:
        topic = message.chat.topics.get(message.topic or 0)
        return self.writes(message.chat, text, reply_to=message, topic=topic)

    def runs(self, command: str, chat: Chat) -> Message:
        """A command is a message that starts with a slash."""
        return self.writes(chat, command)

    def edits(self, message: Message, text: str) -> None:
        self._on_loop(lambda: self._world.edit(message, with_found(Formatted(text)), message.markup))

    def deletes(self, message: Message) -> None:
        self._on_loop(lambda: self._world.delete(message))

    def reacts(self, message: Message, *emoji: str) -> None:
        """Replaces this person's reactions; without emoji they are taken back."""
        self._on_loop(lambda: self._world.react(message, self.user, list(emoji)))

    def clicks(self, message: Message, which: str) -> Callback:
        """Presses the inline button with this text or callback data."""
        found = [b for b in message.buttons if which in (b["text"], b.get("callback_data"))]
        assert found, f"nothing called {which!r} to click; there is {[b['text'] for b in message.buttons]}"
        data = found[0].get("callback_data")
        assert data, f"{which!r} tells the bot nothing"
        return self._on_loop(lambda: self._world.press(message, self.user, data))

    def votes(self, message: Message, options: Iterable[int]) -> None:
        self._on_loop(lambda: self._world.vote(message, self.user, list(options)))

    def blocks_the_bot(self) -> None:
        self._set_blocked(True)

    def unblocks_the_bot(self) -> None:
        self._set_blocked(False)

    def kicks_the_bot(self, chat: Chat) -> None:
        def kick() -> None:
            self._world.membership(chat, self.user, "member", "kicked")
            chat.kicked = True

        self._on_loop(kick)

    def opens_topic(self, forum: Chat, name: str) -> Topic:
        return self._on_loop(lambda: self._world.add_topic(forum, name, self.user))

    def _set_blocked(self, blocked: bool) -> None:
        chat = self.chat
        states = ("member", "kicked") if blocked else ("kicked", "member")

        def change() -> None:
            chat.blocked = blocked
            self._world.membership(chat, self.user, *states)

        self._on_loop(change)
