"""The Bot API's front: tokens, methods, files, and how each answer or refusal leaves."""

from __future__ import annotations

import inspect
import json
import math
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fakes import faults
from fakes.delivery import Deliveries, Delivery
from fakes.telegram import methods as _every_method  # noqa: F401 - registers them
from fakes.telegram.arguments import Arguments, read_arguments
from fakes.telegram.call import METHODS, Call
from fakes.telegram.refusal import Refusal, bad, too_many
from fakes.telegram.world import World

TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{30,}")
EVERYWHERE = "everywhere"
IN_FLIGHT_SECONDS = 0.25
MAXIMUM_REMEMBERED = 10_000
WRONG_TYPES = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass
class Seen:
    """One call and what became of it; `method` is spelled as in the documentation only if the client did so."""

    method: str
    headers: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    status: int = 0
    at: float = field(default_factory=time.monotonic)


class Server:
    def __init__(self, world: World, token: str, plan: faults.FaultPlan, complain: Callable[[str], None]) -> None:
        self.requests: deque[Seen] = deque(maxlen=MAXIMUM_REMEMBERED)
        self.limited = 0
        self._world, self._token, self._faults, self._complain = world, token, plan, complain
        self.deliveries = Deliveries()
        # When a chat, or everybody, was asked to wait, and until when.
        self._waits: dict[str, tuple[float, float]] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`/bot<token>/<method>`, and files below `/file/bot<token>/`."""
        delivery = self.deliveries.begin(request.transport)
        if found := re.fullmatch(r"/file/bot([^/]+)/(.+)", request.path):
            return self._file(*found.groups())
        found = re.fullmatch(r"/bot([^/]+)/(?:test/)?([^/]+)", request.path)
        if found is None:
            return self._refuse(request.path, Refusal(404, "Not Found"))
        token, name = found.groups()
        seen = Seen(name, dict(request.headers))
        self.requests.append(seen)
        response = await self._answer(request, seen, delivery, token)
        seen.status = response.status
        delivery.answered()
        return response

    async def call(self, name: str, arguments: Arguments, delivery: Delivery | None = None) -> Any:
        """Performs a method; complains about parameters it does not know."""
        function = METHODS.get(name.lower())
        if function is None:
            raise Refusal(404, "Not Found: method not found")
        done = function(Call(self._world, arguments, delivery))
        result = await done if inspect.isawaitable(done) else done
        for unread in arguments.unread:
            self._complain(f"{name}: the parameter {unread!r} means nothing to Telegram")
        return result

    def take(self, token: str) -> None:
        """From now on this one, and no other."""
        self._token = token

    async def _answer(self, request: web.Request, seen: Seen, delivery: Delivery, token: str) -> web.StreamResponse:
        if token != self._token:
            known = TOKEN.fullmatch(token)
            return self._refuse(seen.method, Refusal(401, "Unauthorized") if known else Refusal(404, "Not Found"))
        fault = self._faults.take(seen.method)
        if isinstance(fault, faults.CutBefore):
            return await faults.cut(request)
        delivery.failed = isinstance(fault, (faults.DoneThenCut, faults.DoneThenError))
        chat = ""
        try:
            arguments = await read_arguments(request)
            seen.values, seen.files = arguments.values, sorted(arguments.files)
            chat = str(arguments.values.get("chat_id", ""))
            self._check_patience(seen, chat)
            if isinstance(fault, faults.Refuse):
                return self._scripted(fault, chat)
            result = await self.call(seen.method, arguments, delivery)
        except Refusal as refusal:
            return self._refuse(seen.method, refusal, chat)
        except WRONG_TYPES as error:
            return self._refuse(seen.method, bad(f"something has the wrong type: {error!r}"))
        return await self._deliver(request, _json(200, {"ok": True, "result": result}), fault)

    async def _deliver(
        self, request: web.Request, response: web.Response, fault: faults.Fault | None
    ) -> web.StreamResponse:
        if isinstance(fault, faults.DoneThenCut):
            return await faults.cut(request)
        if isinstance(fault, faults.DoneThenError):
            return _failure(fault.status)
        if isinstance(fault, (faults.Late, faults.Held)):
            await faults.delayed(fault)
        if isinstance(fault, faults.ByteByByte):
            return await faults.byte_by_byte(request, response)
        return response

    def _scripted(self, fault: faults.Refuse, chat: str) -> web.Response:
        if fault.words:
            return self._refuse("", Refusal(fault.status, fault.words, fair=True))
        if fault.status != 429:
            return _failure(fault.status)
        return self._refuse("", too_many(math.ceil(fault.retry_after or 1)), EVERYWHERE if fault.everywhere else chat)

    def _refuse(self, what: str, refusal: Refusal, chat: str = "") -> web.Response:
        headers = {}
        if refusal.status == 429 and refusal.parameters:
            seconds = refusal.parameters["retry_after"]
            headers["Retry-After"] = str(seconds)
            self.limited += 1
            self._ask_to_wait(chat, seconds)
        if not refusal.fair:
            self._complain(f"{what}: {refusal}")
        return _json(refusal.status, refusal.body(), headers)

    def forgive(self) -> None:
        """Forgets that the client has been asked to wait."""
        self._waits.clear()

    def _ask_to_wait(self, chat: str, seconds: float) -> None:
        """A chat waits alone; once a second is refused meanwhile, the limit is the bot's."""
        now = self._world.clock.now()
        wait = (time.monotonic(), now + seconds)
        if any(until > now for other, (_, until) in self._waits.items() if other != chat):
            self._waits[EVERYWHERE] = wait
        self._waits[chat] = wait

    def _check_patience(self, seen: Seen, chat: str) -> None:
        """A bot told to wait must not send. Calls already on their way, and asking for updates, are forgiven."""
        if not seen.method.lower().startswith(("send", "edit")):
            return
        for asked, until in (self._waits[place] for place in (chat, EVERYWHERE) if place in self._waits):
            left = until - self._world.clock.now()
            if left > 0.02 and seen.at - asked > IN_FLIGHT_SECONDS:
                self._complain(f"{seen.method}: sent {left:.2f} s before retry_after allows it")

    def _file(self, token: str, path: str) -> web.Response:
        kept = self._world.files.by_path(path) if token == self._token else None
        if kept is None:
            return self._refuse(f"file {path}", Refusal(404, "Not Found"))
        return web.Response(body=kept.data, content_type="application/octet-stream")


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(status=status, body=data, headers={"Content-Type": "application/json"} | (headers or {}))


def _failure(status: int) -> web.Response:
    """Errors of the proxies before the Bot API are pages, those of the API itself are JSON."""
    if status in (502, 503, 504):
        page = f"<html><head><title>{status}</title></head><body><center>nginx/1.18.0</center></body></html>"
        return web.Response(status=status, text=page, content_type="text/html")
    return _json(status, {"ok": False, "error_code": status, "description": "Internal Server Error"})
