"""What can go wrong with one HTTP request: scripted for a route, used up one by one."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

FLUSH_SECONDS = 0.02


@dataclass(frozen=True)
class Refuse:
    """Nothing is done and an error is answered; `everywhere` makes a 429 the platform's global one, `words` are the
    platform's own, and a `page` is what something before the platform answers."""

    status: int = 429
    retry_after: float | None = None
    everywhere: bool = False
    words: str = ""
    page: bool = False


@dataclass(frozen=True)
class DoneThenError:
    """What was asked is done, yet the answer says that it failed."""

    status: int = 502


@dataclass(frozen=True)
class DoneThenCut:
    """What was asked is done, and the connection ends without an answer."""


@dataclass(frozen=True)
class CutBefore:
    """The connection ends and nothing was done."""


@dataclass(frozen=True)
class Late:
    """Done at once, answered after `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Held:
    """Done at once, answered when `event` is set."""

    event: threading.Event


@dataclass(frozen=True)
class ByteByByte:
    """The answer arrives one byte a write."""


Fault = Refuse | DoneThenError | DoneThenCut | CutBefore | Late | Held | ByteByByte
ANY_ROUTE = "*"


@dataclass
class FaultPlan:
    """Faults waiting for a request: `add("sendMessage", DoneThenCut())`, or for whatever comes next with `*`."""

    _waiting: dict[str, deque[Fault]] = field(default_factory=dict)

    def add(self, route: str, fault: Fault, times: int = 1) -> None:
        self._waiting.setdefault(route, deque()).extend([fault] * times)

    def take(self, route: str) -> Fault | None:
        for name in (route, ANY_ROUTE):
            if waiting := self._waiting.get(name):
                return waiting.popleft()
        return None

    def left(self) -> dict[str, int]:
        """Faults that no request has met yet, by route."""
        return {route: len(waiting) for route, waiting in self._waiting.items() if waiting}


async def cut(request: web.Request) -> web.Response:
    """Ends the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def delayed(fault: Late | Held) -> None:
    if isinstance(fault, Late):
        await asyncio.sleep(fault.seconds)
        return
    while not fault.event.is_set():
        await asyncio.sleep(0.01)


async def byte_by_byte(request: web.Request, response: web.Response) -> web.StreamResponse:
    """The same answer, each byte of the body a chunk of its own."""
    body = response.body if isinstance(response.body, bytes) else b""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.headers.popall("Content-Length", None)
    await stream.prepare(request)
    for value in body:
        await stream.write(bytes([value]))
        await asyncio.sleep(0)
    await stream.write_eof()
    return stream
