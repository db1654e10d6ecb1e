"""Telegram's Bot API on loopback, strict about what it is sent."""

from __future__ import annotations

from aiohttp import web

from fakes.background import background
from fakes.chat_platform import ChatPlatform
from fakes.delivery import Deliveries
from fakes.loopback import HOST
from fakes.telegram.arguments import MAXIMUM_UPLOAD_BYTES
from fakes.telegram.model import GROUP, SUPERGROUP, Chat, Message
from fakes.telegram.people import Person
from fakes.telegram.server import Seen, Server
from fakes.telegram.webhook import WebhookSender
from fakes.telegram.world import World

DEFAULT_TOKEN = "7100000001:AAFakeTelegramTokenForTestsOnly_0000000"


class FakeTelegram(ChatPlatform):
    """`with FakeTelegram() as fake:` is a Telegram where one bot lives; `fake.url` is the API's root, without `/bot`."""

    def __init__(self, token: str = DEFAULT_TOKEN, username: str = "claw_bot") -> None:
        super().__init__()
        self.token = token
        self.world = World(self.clock, token, username, self.ledger, self.notify)
        self.server = Server(self.world, token, self.faults, self.complain)
        self.webhook = self.world.webhook = WebhookSender(self.world.updates, self.clock, self.server.call)
        self._people: dict[str, Person] = {}

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAXIMUM_UPLOAD_BYTES + 2 * 1024 * 1024)
        app.add_routes([web.route("*", "/{path:.*}", self.server.handle)])
        return app

    async def _start(self) -> None:
        await super()._start()
        self.webhook.resume()

    async def _stop(self) -> None:
        self.webhook.stop()
        await super()._stop()

    # Who and what there is

    def user(self, name: str) -> Person:
        """The person of this name, who has started a chat with the bot."""
        if name not in self._people:
            user = self.on_loop(lambda: self.world.add_user(name))
            self._people[name] = Person(self.world, user, self.on_loop)
            self.on_loop(lambda: self.world.private(user))
        return self._people[name]

    def group(self, title: str = "Family", kind: str = SUPERGROUP, is_forum: bool = False) -> Chat:
        """The group of this title, made when there is none."""
        found = next((chat for chat in self.world.chats.values() if chat.title == title), None)
        return found or self.on_loop(lambda: self.world.add_group(title, kind, is_forum))

    def basic_group(self, title: str = "Old group") -> Chat:
        """A group that can still become a supergroup."""
        return self.group(title, GROUP)

    def forum(self, title: str = "Forum") -> Chat:
        return self.group(title, is_forum=True)

    def migrate(self, group: Chat) -> Chat:
        """A group becomes a supergroup."""
        return self.on_loop(lambda: self.world.migrate(group))

    def renew_token(self) -> None:
        """BotFather gives the bot a new token, and Telegram takes the old one no more."""
        self.token = f"{self.token.split(':')[0]}:AANewTelegramTokenForTests_0000000000000"
        self.on_loop(lambda: self.server.take(self.token))

    # What the bot did

    @property
    def deliveries(self) -> Deliveries:
        return self.server.deliveries

    def killed(self) -> None:
        """The next process cannot know that the last one was asked to wait."""
        super().killed()
        self.on_loop(self.server.forgive)

    @property
    def requests(self) -> list[Seen]:
        return list(self.server.requests)

    def messages(self, chat: Chat) -> list[Message]:
        """The bot's messages in a chat, oldest first."""
        return self.on_loop(lambda: [m for m in chat.messages.values() if m.author is self.world.bot])

    def wait_for_message(self, chat: Chat, number: int = 1, timeout: float = 20) -> Message:
        """The `number`th message of the bot in a chat, waiting for it if need be."""
        what = f"message {number} of the bot in the chat with {chat.name}"
        return self.wait_until(what, lambda: self.messages(chat)[number - 1 : number], timeout)[0]

    async def next_message(self, chat: Chat, timeout: float = 20) -> Message:
        """The first message of the bot in a chat from now on."""
        known = len(self.messages(chat))
        return await self.off_loop(self.wait_for_message, chat, known + 1, timeout)

    def wait_for_poll(self, timeout: float = 20) -> None:
        """Until the bot waits for updates."""
        self.wait_until("a long poll", lambda: self.world.updates.has_poll, timeout)

    def serve_webhook(self, public: str, local: str) -> None:
        """Lets a public origin, as `https://claw.example`, lead to a server on loopback, as a proxy would."""
        background.run(self._serve(public, local))

    async def _serve(self, public: str, local: str) -> None:
        self.webhook.routes[public] = local
