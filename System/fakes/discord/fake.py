"""Discord on loopback: REST, gateway and files, strict about what they are sent."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web

from fakes.background import background
from fakes.chat_platform import ChatPlatform
from fakes.delivery import Deliveries
from fakes.discord.channel import TEXT, Channel
from fakes.discord.gateway import Gateway
from fakes.discord.guild import Guild, Role, User
from fakes.discord.interaction import Interaction
from fakes.discord.message import Message
from fakes.discord.people import Person
from fakes.discord.rest import PREFIX, Rest, Seen
from fakes.discord.uploads import MAXIMUM_REQUEST_BYTES, content_type
from fakes.discord.world import World
from fakes.loopback import HOST

T = TypeVar("T")
DEFAULT_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GfAkEt.fake-discord-token-for-tests-only-0000"
REST_PORT, GATEWAY_PORT, RESUME_PORT, FILES_PORT = range(4)


def bot_id(token: str) -> int:
    """A token begins with its bot's id."""
    return int(base64.b64decode(token.partition(".")[0]))


class FakeDiscord(ChatPlatform):
    """`with FakeDiscord() as fake:` is a Discord where one bot lives; `fake.url` is the root of its REST API."""

    port_count = 4

    def __init__(self, token: str = DEFAULT_TOKEN, bot_name: str = "Claw") -> None:
        super().__init__()
        self.token = token
        bot = User(bot_id(token), bot_name, is_bot=True)
        self.world = World(self.clock, bot, self.ledger, self.notify)
        self.rest = Rest(self.world, self.clock, token, self.faults, self.complain)
        self.gateway = Gateway(self.world, self.clock, token, self.complain)
        self.files_are_slow = False
        self.files_asked_for = 0
        self._people: dict[str, Person] = {}

    # Where it is

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.ports[REST_PORT]}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        return self.world.gateway_address

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAXIMUM_REQUEST_BYTES + 1024 * 1024)
        app.add_routes([web.route("*", "/{path:.*}", self._handle)])
        return app

    async def _start(self) -> None:
        await super()._start()
        self.world.gateway_address = f"ws://{HOST}:{self.ports[GATEWAY_PORT]}"
        self.world.files.address = f"http://{HOST}:{self.ports[FILES_PORT]}"
        self.gateway.resume_address = f"ws://{HOST}:{self.ports[RESUME_PORT]}"
        self.gateway.resume_port = self.ports[RESUME_PORT]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
        if port in (self.ports[GATEWAY_PORT], self.ports[RESUME_PORT]):
            return await self.gateway.handle(request)
        return await (self._file(request) if port == self.ports[FILES_PORT] else self.rest.handle(request))

    async def _file(self, request: web.Request) -> web.Response:
        """Files are held back while `files_are_slow`."""
        self.files_asked_for += 1
        while self.files_are_slow:
            await asyncio.sleep(0.02)
        if "Authorization" in request.headers:
            self.complain("files: the bot's token was sent to the CDN, which is not Discord's API")
        upload = self.world.files.get(request.path, request.query.get("hm"))
        if upload is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=upload.data, content_type=content_type(upload.name))

    # Who and what there is

    def guild(self, name: str = "Home") -> Guild:
        """The guild of this name, made when there is none."""
        found = next((guild for guild in self.world.guilds.values() if guild.name == name), None)
        return found or self.on_loop(lambda: self.world.add_guild(name, self.user("Owner").user))

    def channel(self, name: str = "general", guild: Guild | None = None, kind: int = TEXT) -> Channel:
        """The channel of this name, made when there is none."""
        guild = guild or self.guild()
        found = next((c for c in guild.channels.values() if c.name == name and not c.is_thread), None)
        return found or self.on_loop(lambda: self.world.add_channel(guild, name, kind))

    def role(self, name: str, guild: Guild | None = None) -> Role:
        """The role of this name, made when there is none."""
        guild = guild or self.guild()
        found = next((role for role in guild.roles.values() if role.name == name), None)
        return found or self.on_loop(lambda: self.world.add_role(guild, name))

    def user(self, name: str, is_bot: bool = False) -> Person:
        """The person of this name, who is in every guild."""
        if name not in self._people:
            user = self.on_loop(lambda: self.world.add_user(name, is_bot))
            self._people[name] = Person(self.world, user, self.on_loop)
        return self._people[name]

    def direct(self, person: Person) -> Channel:
        """The channel of direct messages between a person and the bot."""
        return self.on_loop(lambda: self.world.direct(person.user))

    @property
    def mention(self) -> str:
        """What people write to mention the bot."""
        return f"<@{self.world.bot.id}>"

    # What the bot did

    @property
    def deliveries(self) -> Deliveries:
        return self.rest.deliveries

    def killed(self) -> None:
        """The next process cannot know that the last one was asked to wait."""
        super().killed()
        self.on_loop(self.rest.forgive)

    @property
    def requests(self) -> list[Seen]:
        return list(self.rest.requests)

    def messages(self, channel: Channel) -> list[Message]:
        """The bot's messages in a channel, oldest first."""
        return self.on_loop(lambda: [m for m in channel.messages.values() if m.author is self.world.bot])

    def wait_for_message(self, channel: Channel, number: int = 1, timeout: float = 20) -> Message:
        """The `number`th message of the bot in a channel, waiting for it if need be."""
        what = f"message {number} of the bot in {channel.name or 'the direct channel'}"
        return self.wait_until(what, lambda: self.messages(channel)[number - 1 : number], timeout)[0]

    async def next_message(self, channel: Channel, timeout: float = 20) -> Message:
        """The first message of the bot in a channel from now on."""
        known = len(self.messages(channel))
        return await self.off_loop(self.wait_for_message, channel, known + 1, timeout)

    def wait_until_connected(self, timeout: float = 20) -> None:
        """Until a gateway session is open."""
        connected = self.gateway.sessions.values
        self.wait_until("a gateway session", lambda: [s for s in connected() if s.socket is not None], timeout)

    def wait_for_answer(self, interaction: Interaction, timeout: float = 20) -> Interaction:
        """Until an interaction has its first answer."""
        answered = lambda: interaction.answered_with  # noqa: E731
        self.wait_until("an answer to the interaction", answered, timeout)
        return interaction

    # What goes wrong

    def script(self, what: Callable[[Gateway], Awaitable[Any] | Any]) -> None:
        """Something the gateway does now: `fake.script(lambda gateway: gateway.drop(mid_frame=True))`."""

        async def act() -> None:
            done = what(self.gateway)
            if isinstance(done, Awaitable):
                await done

        background.run(act())

    def restart(self, keep_sessions: bool = True) -> None:
        super().restart()
        if not keep_sessions:
            self.on_loop(self.gateway.forget_sessions)
