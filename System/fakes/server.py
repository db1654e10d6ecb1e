"""What all fakes share: listening, recording, refusing, and playing a script."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fakes.loopback import HOST, Loopback
from fakes.steps import (
    Cut,
    End,
    Error,
    ErrorEvent,
    Hold,
    Lingering,
    OneByteChunks,
    Silence,
    Step,
    Text,
    ToolCall,
    pieces,
    step_for,
)

MAXIMUM_REQUEST_BYTES = 64 * 1024 * 1024
SILENCE_SECONDS = 600


@dataclass
class Seen:
    """One request as it arrived, and what became of its connection."""

    path: str
    headers: dict[str, str]
    body: Any
    at: float = field(default_factory=time.monotonic)
    answered: threading.Event = field(default_factory=threading.Event)
    client_closed: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Answer:
    """A step in the vendor-neutral form the fakes render: pieces of text and tool calls."""

    texts: list[str]
    thinking: str | None = None
    tools: tuple[ToolCall, ...] = ()
    pause: float = 0.0
    end: End = "whole"


class FakeServer(Loopback):
    """Subclasses know one vendor's wire. `with FakeX() as fake:` listens on a free port for as long as the block lasts."""

    path_prefix = ""
    usual_model = "fake-1"

    def __init__(
        self,
        script: Iterable[Step] = (),
        tls: ssl.SSLContext | None = None,
        models: tuple[str, ...] = (),
        pause: float = 0.0,
        key: str | None = None,
    ) -> None:
        """`models` are all there are, others are unknown; without it every name is known. `pause` is the seconds between
        two pieces of an answer that names none itself. `key` is the only one that is taken; without it every key is."""
        super().__init__(tls)
        self.script: deque[Step] = deque(script)
        self.models = models
        self.pause = pause
        self.key = key
        self.requests: list[Seen] = []
        self._arrived = threading.Condition()
        self._calls = 0

    # What a vendor's wire is

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    def problems(self, seen: Seen) -> list[str]:
        """Everything the vendor would refuse about this request."""
        raise NotImplementedError

    def model_of(self, seen: Seen) -> str:
        return str(seen.body["model"])

    def trailing(self, body: Any) -> tuple[list[str], str | None]:
        """The person's texts since the model last spoke, and the last tool result if it comes after them."""
        raise NotImplementedError

    def wants_stream(self, seen: Seen) -> bool:
        return bool(seen.body.get("stream"))

    def error_body(self, status: int, message: str) -> Any:
        raise NotImplementedError

    def error_event(self, message: str) -> bytes:
        raise NotImplementedError

    def frames(self, seen: Seen, answer: Answer) -> AsyncIterator[tuple[bytes, bool]]:
        """The stream as (bytes, "is a piece of text")."""
        raise NotImplementedError

    def whole(self, seen: Seen, answer: Answer) -> Any:
        """The same answer when no stream was asked for."""
        raise NotImplementedError

    # Life

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{HOST}:{self.port}{self.path_prefix}"

    def wait_for_request(self, number: int = 1, timeout: float = 20) -> Seen:
        """The `number`th request since the start, waiting for it if need be."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.requests) >= number, timeout)
            assert arrived, (
                f"{type(self).__name__} saw {len(self.requests)} requests, expected {number}, in {timeout} s"
            )
            return self.requests[number - 1]

    @property
    def listed_models(self) -> tuple[str, ...]:
        return self.models or (self.usual_model,)

    def next_id(self, prefix: str) -> str:
        self._calls += 1
        return f"{prefix}fake{self._calls}"

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAXIMUM_REQUEST_BYTES, middlewares=[self._check_key])
        app.add_routes([*self.routes(), web.route("*", "/{path:.*}", self._unknown)])
        return app

    # One request

    @web.middleware
    async def _check_key(self, request: web.Request, handler: Any) -> web.StreamResponse:
        headers = request.headers
        sent = headers.get("x-api-key") or headers.get("x-goog-api-key") or headers.get("authorization", "")
        if self.key is not None and sent.removeprefix("Bearer ") != self.key:
            return web.json_response(self.error_body(401, "the key is not ours"), status=401)
        response: web.StreamResponse = await handler(request)
        return response

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        seen = Seen(request.path_qs, {k.lower(): v for k, v in request.headers.items()}, None)
        try:
            seen.body = json.loads(raw)
        except ValueError as error:
            return self._refuse(seen, [f"the body is not JSON: {error}"])
        self._record(seen)
        if problems := self._problems(seen):
            return self._refuse(seen, problems)
        if self.models and self.model_of(seen) not in self.models:
            return self._error(seen, Error(404, f"model: {self.model_of(seen)}"))
        step = self.script.popleft() if self.script else step_for(*self.trailing(seen.body))
        try:
            return await self._play(request, seen, step)
        except (ConnectionResetError, asyncio.CancelledError):
            seen.client_closed.set()
            raise

    async def _unknown(self, request: web.Request) -> web.Response:
        self.violations.append(f"{type(self).__name__}: nothing answers {request.method} {request.path_qs}")
        return web.json_response(self.error_body(404, f"unknown path {request.path}"), status=404)

    def _problems(self, seen: Seen) -> list[str]:
        try:
            return self.problems(seen)
        except (AttributeError, KeyError, TypeError) as error:
            return [f"something in the body has the wrong type: {error}"]

    def _record(self, seen: Seen) -> None:
        with self._arrived:
            self.requests.append(seen)
            self._arrived.notify_all()

    def _refuse(self, seen: Seen, problems: list[str]) -> web.Response:
        self.violations.extend(f"{type(self).__name__} {seen.path}: {problem}" for problem in problems)
        return web.json_response(self.error_body(400, "; ".join(problems)), status=400)

    async def _play(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        if isinstance(step, Hold):
            while not step.event.is_set():
                await asyncio.sleep(0.01)
            return await self._play(request, seen, step.step)
        if isinstance(step, Error):
            return self._error(seen, step)
        if not self.wants_stream(seen):
            seen.answered.set()
            return web.json_response(self.whole(seen, _answer(step)))
        return await self._stream(request, seen, step)

    def _error(self, seen: Seen, step: Error) -> web.Response:
        headers = {} if step.retry_after is None else {"retry-after": str(step.retry_after)}
        body = self.error_body(step.status, step.message or f"fake error {step.status}")
        seen.answered.set()
        return web.json_response(body, status=step.status, headers=headers)

    async def _stream(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        one_byte = isinstance(step, OneByteChunks)
        inner = step.step if isinstance(step, OneByteChunks) else step
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        answer, sent, limit = _answer(inner), 0, getattr(inner, "after", None)
        async for data, is_text in self.frames(seen, answer):
            if is_text and limit is not None and sent == limit:
                break
            if isinstance(inner, Lingering) and data == sse("[DONE]"):
                break
            sent += is_text
            await _write(response, data, one_byte)
            if is_text and (pause := answer.pause or self.pause):
                await asyncio.sleep(pause)
        return await self._end(request, response, seen, inner)

    async def _end(
        self, request: web.Request, response: web.StreamResponse, seen: Seen, step: Step
    ) -> web.StreamResponse:
        if isinstance(step, Cut):
            assert request.transport is not None
            await asyncio.sleep(0.02)  # lets the pieces leave before the reset takes them back
            request.transport.abort()
        elif isinstance(step, Silence):
            await self._stay_silent(request, seen)
        elif isinstance(step, Lingering):
            await self._stay_silent(request, seen, response)
        else:
            if isinstance(step, ErrorEvent):
                await response.write(self.error_event(step.message))
            await response.write_eof()
            seen.answered.set()
        return response

    async def _stay_silent(
        self, request: web.Request, seen: Seen, kept_alive: web.StreamResponse | None = None
    ) -> None:
        deadline = time.monotonic() + SILENCE_SECONDS
        while time.monotonic() < deadline:
            if request.transport is None or request.transport.is_closing():
                seen.client_closed.set()
                return
            if kept_alive:
                with contextlib.suppress(ConnectionError):
                    await kept_alive.write(b": still here\n\n")
            await asyncio.sleep(0.02)


async def _write(response: web.StreamResponse, data: bytes, one_byte: bool) -> None:
    if not one_byte:
        await response.write(data)
        return
    for value in data:
        await response.write(bytes([value]))
        await asyncio.sleep(0)


def _answer(step: Step) -> Answer:
    if isinstance(step, ToolCall):
        return Answer(pieces(step.text, 6) if step.text else [], step.thinking, (step, *step.beside))
    if isinstance(step, Text):
        texts = pieces(step.text, step.chunks) if step.text else []
        return Answer(texts, step.thinking, (), step.pause, step.end)
    if isinstance(step, (Cut, Silence, Lingering)):
        return Answer(pieces(step.text, 6))
    return Answer(pieces(Text().text, 6))


def sse(data: Any, event: str | None = None) -> bytes:
    head = f"event: {event}\n" if event else ""
    text = data if isinstance(data, str) else json.dumps(data)
    return f"{head}data: {text}\n\n".encode()
