"""Telegram's Bot API as a server on loopback."""

from fakes.telegram.fake import DEFAULT_TOKEN, FakeTelegram
from fakes.telegram.model import Chat, Message, Topic
from fakes.telegram.people import Attachment, Person
from fakes.telegram.world import Callback

__all__ = ["DEFAULT_TOKEN", "Attachment", "Callback", "Chat", "FakeTelegram", "Message", "Person", "Topic"]
