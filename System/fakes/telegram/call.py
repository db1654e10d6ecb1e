"""One call of a method, and the checks that many methods make in the same words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fakes.delivery import Delivery
from fakes.telegram.arguments import Arguments
from fakes.telegram.model import GENERAL_TOPIC, PRIVATE, SUPERGROUP, Chat, Message
from fakes.telegram.refusal import Refusal, bad, too_many
from fakes.telegram.world import World


@dataclass
class Call:
    world: World
    arguments: Arguments
    delivery: Delivery | None = None

    def chat(self, to_write: bool = True) -> Chat:
        """The chat of `chat_id`, if the bot may read, or write, there."""
        text = self.arguments.text("chat_id")
        if not text:
            raise bad("chat_id is empty")
        chat = self.world.chats.get(int(text)) if text.lstrip("-").isdecimal() else None
        if chat is None:
            raise bad("chat not found")
        if to_write:
            _check_may_write(chat)
        return chat

    def message(self, what: str, to_write: bool = True, key: str = "message_id") -> Message:
        """The message of `message_id`; `what` is how the error calls it: "message to edit"."""
        chat = self.chat(to_write)
        number = self.arguments.integer(key)
        message = chat.messages.get(number)
        if message is None:
            raise bad(f"{what} not found", fair=number in chat.gone)
        return message

    def topic(self, chat: Chat) -> int | None:
        """`message_thread_id`. General has none: naming it is an error, though clients show it as 1."""
        number = self.arguments.integer("message_thread_id")
        if number == 0:
            return None
        if chat.type == SUPERGROUP and not chat.is_forum:
            return None
        if number == GENERAL_TOPIC or number not in chat.topics:
            raise bad("message thread not found")
        if chat.topics[number].is_closed:
            raise bad("TOPIC_CLOSED", fair=True)
        return number

    def reply(self, chat: Chat) -> tuple[Message | None, str | None]:
        """The message that is replied to, and the quoted part of it."""
        wanted = self.arguments.parsed("reply_parameters", "reply parameters")
        if wanted is None:
            wanted = {"message_id": self.arguments.integer("reply_to_message_id")}
            wanted["allow_sending_without_reply"] = self.arguments.boolean("allow_sending_without_reply")
        if not isinstance(wanted, dict):
            raise bad("object expected as reply parameters")
        number = int(wanted.get("message_id") or 0)
        if number <= 0:
            return None, None
        place = self.world.chats.get(int(wanted.get("chat_id") or chat.id), chat)
        target = place.messages.get(number)
        if target is None and not wanted.get("allow_sending_without_reply"):
            raise bad("message to be replied not found", fair=number in place.gone)
        quote = wanted.get("quote")
        if quote and target is not None and quote not in target.text:
            raise bad("QUOTE_TEXT_INVALID")
        return target, quote

    def admit(self, chat: Chat) -> None:
        """Counts a message against the flood limits."""
        if seconds := self.world.flood.wait(chat):
            raise too_many(seconds)


def _check_may_write(chat: Chat) -> None:
    if chat.moved_to is not None:
        parameters = {"migrate_to_chat_id": chat.moved_to.id}
        raise Refusal(400, "group chat was upgraded to a supergroup chat", parameters, fair=True)
    if chat.blocked:
        raise Refusal(403, "bot was blocked by the user", fair=True)
    if chat.kicked:
        kind = "the private" if chat.type == PRIVATE else f"the {chat.type}"
        raise Refusal(403, f"bot was kicked from {kind} chat", fair=True)


Method = Callable[[Call], Any | Awaitable[Any]]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Registers a function for a method of the Bot API; names are not case-sensitive."""

    def register(function: Method) -> Method:
        METHODS[name.lower()] = function
        return function

    return register
