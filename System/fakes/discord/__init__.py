"""Discord as a server on loopback: REST v10, gateway v10 and files."""

from fakes.discord.channel import ANNOUNCEMENT, FORUM, TEXT, VOICE, Channel
from fakes.discord.fake import DEFAULT_TOKEN, FakeDiscord
from fakes.discord.guild import Guild
from fakes.discord.interaction import Interaction
from fakes.discord.message import Message
from fakes.discord.people import Person
from fakes.discord.uploads import Upload

__all__ = [
    "ANNOUNCEMENT",
    "DEFAULT_TOKEN",
    "FORUM",
    "TEXT",
    "VOICE",
    "Channel",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Message",
    "Person",
    "Upload",
]
