"""People, guilds and channels: who and what there is."""

from __future__ import annotations

from collections.abc import Callable

from fakes.clock import Clock
from fakes.discord.channel import DM, Channel
from fakes.discord.events import Event
from fakes.discord.guild import Guild, Role, User
from fakes.discord.message import Message
from fakes.discord.snowflake import Snowflakes


class Places:
    """Everything here runs on the fake's loop; `notify` is called after each event."""

    def __init__(self, clock: Clock, bot: User, notify: Callable[[], None]) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.notify = notify
        self.bot = bot
        self.application_id = self.bot.id
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.listeners: list[Callable[[Event], None]] = []

    def emit(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        self.notify()

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
        self._add(channel)
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
        self._add(thread)
        self.emit(Event("THREAD_CREATE", thread.wire() | {"newly_created": True}, parent.guild))
        return thread

    def _add(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        if channel.guild:
            channel.guild.channels[channel.id] = channel
