"""Delivery to the bot's own address, with the secret and with retries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from fakes.clock import Clock
from fakes.telegram.arguments import Arguments
from fakes.telegram.refusal import bad
from fakes.telegram.updates import DEFAULT_KINDS, Update, UpdateQueue

PORTS = (443, 80, 88, 8443)
SECRET = re.compile(r"[A-Za-z0-9_-]*")
MAXIMUM_SECRET = 256
FIRST_DELAY_SECONDS, LONGEST_DELAY_SECONDS = 1.0, 60.0
ANSWER_SECONDS = 60.0


@dataclass
class Webhook:
    """What `setWebhook` asked for; an empty `url` is none."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error: tuple[int, str] | None = None
    refused_until: float = 0.0
    certificate: bool = False


@dataclass
class _Attempt:
    failures: int = 0
    delay: float = FIRST_DELAY_SECONDS


@dataclass
class WebhookSender:
    """Delivers in order within a chat, and at once for different chats. `routes` maps public origins to loopback,
    as the proxy in front of a bot would; `pace` shortens the delays between attempts."""

    queue: UpdateQueue
    clock: Clock
    call: Callable[[str, Arguments], Awaitable[Any]]
    webhook: Webhook = field(default_factory=Webhook)
    routes: dict[str, str] = field(default_factory=dict)
    pace: float = 1.0
    deliveries: int = 0
    _worker: asyncio.Task[None] | None = None

    def set(self, url: str, secret: str, max_connections: int) -> None:
        _check(url, secret)
        self.stop()
        self.webhook = Webhook(url, secret, max_connections)
        self._worker = asyncio.ensure_future(self._run())

    def remove(self) -> None:
        self.stop()
        self.webhook = Webhook()

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def resume(self) -> None:
        """After a restart of the server: goes on delivering to the same address."""
        if self.webhook.url and self._worker is None:
            self._worker = asyncio.ensure_future(self._run())

    def info(self) -> dict[str, Any]:
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url,
            "has_custom_certificate": hook.certificate,
            "pending_update_count": len(self.queue.waiting),
        }
        if hook.last_error:
            info |= {"last_error_date": hook.last_error[0], "last_error_message": hook.last_error[1]}
        if hook.url:
            info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
        if self.queue.allowed != DEFAULT_KINDS:
            info["allowed_updates"] = sorted(self.queue.allowed)
        return info

    async def _run(self) -> None:
        """Hands each chat's oldest update to a task of its own."""
        under_way: dict[int, asyncio.Task[None]] = {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session:
            try:
                while True:
                    self.queue.arrived.clear()
                    under_way = {chat: task for chat, task in under_way.items() if not task.done()}
                    for update in list(self.queue.waiting):
                        if update.chat not in under_way and len(under_way) < self.webhook.max_connections:
                            under_way[update.chat] = asyncio.ensure_future(self._deliver(session, update))
                    arrival = asyncio.ensure_future(self.queue.arrived.wait())
                    try:
                        await asyncio.wait([arrival, *under_way.values()], return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        arrival.cancel()
            finally:
                for task in under_way.values():
                    task.cancel()

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> None:
        """Until it is accepted or too old. The first repeat comes at once, each later one after twice the time."""
        attempt = _Attempt()
        while update.expires > self.clock.now() and update in self.queue.waiting:
            error, retry_after = await self._attempt(session, update)
            if error is None:
                break
            self.webhook.last_error = (int(self.clock.now()), error)
            if attempt.failures > 0:
                attempt.delay = min(attempt.delay * 2, LONGEST_DELAY_SECONDS)
            wait = retry_after or (attempt.delay if attempt.failures > 0 else 0.0)
            attempt.failures += 1
            await asyncio.sleep(wait * self.pace)
        self.queue.take(update)

    async def _attempt(self, session: aiohttp.ClientSession, update: Update) -> tuple[str | None, float]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if self.webhook.secret else {}
        self.deliveries += 1
        try:
            async with session.post(self._target(), json=update.wire(), headers=headers) as response:
                body = await response.read()
                if 200 <= response.status < 300:
                    await self._perform(response, body)
                    return None, 0.0
                after = response.headers.get("Retry-After", "0")
                message = f"Wrong response from the webhook: {response.status} {response.reason}"
                return message, float(after) if after.isdecimal() else 0.0
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0.0
        except (aiohttp.ClientError, TimeoutError):
            return "Connection closed", 0.0

    async def _perform(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        """A webhook may answer with a method to call; nobody hears how that went."""
        if response.content_type != "application/json" or not body:
            return
        arguments = Arguments()
        arguments.values = {key: str(value) for key, value in (await response.json()).items()}
        if method := arguments.text("method"):
            await self.call(method.lower(), arguments)

    def _target(self) -> URL:
        url = URL(self.webhook.url)
        origin = self.routes.get(str(url.origin()))
        return URL(origin).with_path(url.path).with_query(url.query) if origin else url


def _check(url: str, secret: str) -> None:
    if len(secret) > MAXIMUM_SECRET:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    try:
        parsed = URL(url)
        port, scheme = parsed.port, parsed.scheme
    except ValueError as error:
        raise bad("invalid webhook URL specified") from error
    if scheme not in ("http", "https") or not parsed.host:
        raise bad("invalid webhook URL specified")
    if scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
