"""The REST API's front: who may ask, how often, and how each answer or refusal leaves."""

from __future__ import annotations

import http
import inspect
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from fakes import faults
from fakes.clock import Clock
from fakes.delivery import Deliveries, Delivery
from fakes.discord import routes as _every_route  # noqa: F401 - registers them
from fakes.discord.buckets import Buckets, Verdict, refused_everywhere
from fakes.discord.call import Call, read_body
from fakes.discord.refusal import Refusal
from fakes.discord.router import Route, find
from fakes.discord.world import World

PREFIX = "/api/v10"
USER_AGENT = re.compile(r"DiscordBot \(\S+ [^)]+\)")
INVALID_REQUESTS, INVALID_SECONDS = 10_000, 600.0
IN_FLIGHT_SECONDS = 0.25
EARLY_SECONDS = 0.02
MAXIMUM_REMEMBERED = 10_000
WRONG_TYPES = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass
class Seen:
    """One REST request and what became of it; `route` is as in `POST /channels/{channel}/messages`."""

    route: str
    path: str
    headers: dict[str, str]
    body: Any = None
    status: int = 0
    at: float = field(default_factory=time.monotonic)


class Rest:
    def __init__(
        self,
        world: World,
        clock: Clock,
        token: str,
        plan: faults.FaultPlan,
        complain: Callable[[str], None],
    ) -> None:
        self.buckets = Buckets(clock)
        self.requests: deque[Seen] = deque(maxlen=MAXIMUM_REMEMBERED)
        self.limited = 0
        self.invalid_request_limit = INVALID_REQUESTS
        self._world, self._clock, self._token, self._complain = world, clock, token, complain
        self._faults = plan
        self._invalid: deque[float] = deque()
        self._wait_until: dict[str, float] = {}
        self._limited_at: dict[str, float] = {}
        self.deliveries = Deliveries()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(PREFIX)
        route, params, exists = find(request.method, path)
        seen = Seen(route.name if route else f"{request.method} {path}", request.path_qs, dict(request.headers))
        self.requests.append(seen)
        delivery = self.deliveries.begin(request.transport)
        response = await self._answer(request, seen, delivery, route, params, exists)
        seen.status = response.status
        delivery.answered()
        return response

    async def _answer(
        self,
        request: web.Request,
        seen: Seen,
        delivery: Delivery,
        route: Route | None,
        params: dict[str, str],
        exists: bool,
    ) -> web.StreamResponse:
        if self._is_banned():
            return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "600"})
        try:
            self._check_front(request, route, exists)
        except Refusal as refusal:
            return self._refused(seen, refusal, {})
        assert route is not None
        self._check_patience(seen, route, params)
        verdict = self.buckets.take(route.bucket, route.major(params), counts_globally=route.needs_bot)
        fault = self._faults.take(route.name) if verdict.wait is None else None
        if isinstance(fault, faults.CutBefore):
            return await faults.cut(request)
        if isinstance(fault, faults.Refuse):
            if fault.status != 429:
                return _failure(fault.status, self._common(verdict.headers), fault.page)
            verdict = self._scripted(fault, route)
        if verdict.wait is not None:
            return self._limit(verdict, self._key(route, params, verdict.everywhere))
        delivery.failed = isinstance(fault, (faults.DoneThenCut, faults.DoneThenError))
        response = await self._perform(request, seen, delivery, route, params, verdict)
        return await self._deliver(request, response, fault, verdict)

    # Who may ask

    def _check_front(self, request: web.Request, route: Route | None, exists: bool) -> None:
        """Webhooks are open to everybody; what a bot asks needs a name and a token."""
        with_token_in_path = route is not None and not route.needs_bot
        if not with_token_in_path and not USER_AGENT.match(request.headers.get("User-Agent", "")):
            raise Refusal(403, 40333, "internal network error")
        if not request.path.startswith(PREFIX + "/") or (route is None and not exists):
            raise Refusal(404, 0, "404: Not Found")
        if route is None:
            raise Refusal(405, 0, "405: Method Not Allowed")
        if route.needs_bot and request.headers.get("Authorization") != f"Bot {self._token}":
            raise Refusal(401, 0, "401: Unauthorized")

    def _is_banned(self) -> bool:
        """Cloudflare's ban: it does not speak JSON, and ends when the oldest bad requests are forgotten."""
        while self._invalid and self._invalid[0] < self._clock.now() - INVALID_SECONDS:
            self._invalid.popleft()
        return len(self._invalid) >= self.invalid_request_limit

    # How often

    def _scripted(self, fault: faults.Refuse, route: Route) -> Verdict:
        wait = 1.0 if fault.retry_after is None else fault.retry_after
        return refused_everywhere(wait) if fault.everywhere else self.buckets.refused(route.bucket, wait)

    def _limit(self, verdict: Verdict, key: str) -> web.Response:
        self.limited += 1
        self._wait_until[key] = self._clock.now() + (verdict.wait or 0.0)
        self._limited_at[key] = time.monotonic()
        self._invalid.append(self._clock.now())
        return _json(429, verdict.body(), self._common(verdict.headers))

    def forgive(self) -> None:
        """Forgets that the client has been asked to wait."""
        self._wait_until.clear()

    def _check_patience(self, seen: Seen, route: Route, params: dict[str, str]) -> None:
        """A client told to wait must wait. A request already on its way when the 429 left is forgiven."""
        for key in [self._key(route, params, everywhere=False)] + (["everywhere"] if route.needs_bot else []):
            left = self._wait_until.get(key, 0.0) - self._clock.now()
            if left > EARLY_SECONDS and seen.at - self._limited_at[key] > IN_FLIGHT_SECONDS:
                self._complain(f"{seen.route}: sent {left:.2f} s before Retry-After allows it")

    def _key(self, route: Route, params: dict[str, str], everywhere: bool) -> str:
        return "everywhere" if everywhere else f"{route.bucket} {route.major(params)}"

    # The answer

    async def _perform(
        self,
        request: web.Request,
        seen: Seen,
        delivery: Delivery,
        route: Route,
        params: dict[str, str],
        verdict: Verdict,
    ) -> web.Response:
        try:
            body, uploads = await read_body(request)
            seen.body = body
            plain = {name: unquote(value) for name, value in params.items()}
            lists = {key: request.query.getall(key) for key in request.query}
            call = Call(
                self._world, route.method, plain, dict(request.query), body, uploads, delivery, query_lists=lists
            )
            reply = route.handler(call)
            status, answer = await reply if inspect.isawaitable(reply) else reply
        except Refusal as refusal:
            return self._refused(seen, refusal, verdict.headers)
        except WRONG_TYPES as error:
            message = f"something in the body has the wrong type: {error!r}"
            return self._refused(seen, Refusal(400, 50035, errors={"_errors": [message]}), verdict.headers)
        for ignored in call.ignored:
            self._complain(f"{seen.route}: {ignored}")
        if status == 204:
            return web.Response(status=204, headers=self._common(verdict.headers))
        return _json(status, answer, self._common(verdict.headers))

    async def _deliver(
        self, request: web.Request, response: web.Response, fault: faults.Fault | None, verdict: Verdict
    ) -> web.StreamResponse:
        if isinstance(fault, faults.DoneThenCut):
            return await faults.cut(request)
        if isinstance(fault, faults.DoneThenError):
            return _failure(fault.status, self._common(verdict.headers))
        if isinstance(fault, (faults.Late, faults.Held)):
            await faults.delayed(fault)
        if isinstance(fault, faults.ByteByByte):
            return await faults.byte_by_byte(request, response)
        return response

    def _refused(self, seen: Seen, refusal: Refusal, headers: dict[str, str]) -> web.Response:
        if not refusal.fair:
            self._complain(f"{seen.route} ({seen.path}): {refusal}")
        if refusal.status in (401, 403):
            self._invalid.append(self._clock.now())
        return _json(refusal.status, refusal.body(), self._common(headers))

    def _common(self, headers: dict[str, str]) -> dict[str, str]:
        """What Discord's proxies add; without `Via` clients take a 429 for Cloudflare's."""
        date = formatdate(self._clock.now(), usegmt=True)
        return headers | {"Via": "1.1 google", "Server": "cloudflare", "Date": date}


def _json(status: int, body: Any, headers: dict[str, str]) -> web.Response:
    """Discord names no charset, and some clients compare the whole header."""
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(status=status, body=data, headers=headers | {"Content-Type": "application/json"})


def _failure(status: int, headers: dict[str, str], is_page: bool = False) -> web.Response:
    """Errors inside Discord are JSON; those of the proxies before it are pages."""
    if status <= 500 and not is_page:
        return _json(status, {"message": f"{status}: {http.HTTPStatus(status).phrase}", "code": 0}, headers)
    page = f"<html><head><title>{status}</title></head><body><center>cloudflare</center></body></html>"
    return web.Response(status=status, text=page, content_type="text/html")
