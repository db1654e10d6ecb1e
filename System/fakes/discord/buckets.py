"""Rate limits: a bucket for each route and its channel, guild or webhook, and one for everything a bot does."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from fakes.clock import Clock

GLOBAL_REQUESTS, GLOBAL_SECONDS = 50, 1.0
# Seen in the headers of the real service. What is not named here has the first of the two.
DEFAULT_LIMIT = (10, 10.0)
LIMITS: dict[str, tuple[int, float]] = {
    "messages.create": (5, 5.0),
    "messages.edit": (5, 5.0),
    "messages.delete": (5, 1.0),
    "messages.list": (5, 5.0),
    "messages.get": (10, 5.0),
    "reactions.change": (1, 0.25),
    "typing": (5, 5.0),
    "webhook.messages": (5, 2.0),
    "interaction.callback": (5, 2.0),
    "commands.write": (5, 20.0),
    "dms.create": (10, 10.0),
    "threads.create": (5, 5.0),
}


@dataclass
class _Window:
    ends: float
    left: int


@dataclass(frozen=True)
class Verdict:
    """Headers of the answer, and the seconds to wait when the request is refused."""

    headers: dict[str, str]
    wait: float | None = None
    everywhere: bool = False

    def body(self) -> dict[str, Any]:
        message = "You are being rate limited."
        return {"message": message, "retry_after": round(self.wait or 0.0, 3), "global": self.everywhere}


class Buckets:
    """Windows start with their first request. `pace` below 1 shortens them all; the headers stay true."""

    def __init__(self, clock: Clock) -> None:
        self.pace = 1.0
        self.limits = dict(LIMITS)
        self.global_requests = GLOBAL_REQUESTS
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}
        self._everything = _Window(0.0, 0)

    def take(self, name: str, major: str, counts_globally: bool = True) -> Verdict:
        if counts_globally and (wait := self._take_global()) is not None:
            return refused_everywhere(wait)
        limit, _ = self.limits.get(name, DEFAULT_LIMIT)
        window = self._window(name, major)
        if window.left == 0:
            wait = max(window.ends - self._clock.now(), 0.001)
            headers = self._headers(name, limit, window) | {"Retry-After": _whole(wait), "X-RateLimit-Scope": "user"}
            return Verdict(headers, wait)
        window.left -= 1
        return Verdict(self._headers(name, limit, window))

    def refused(self, name: str, wait: float) -> Verdict:
        """A 429 that a test asked for."""
        limit, _ = self.limits.get(name, DEFAULT_LIMIT)
        headers = self._headers(name, limit, _Window(self._clock.now() + wait, 0))
        return Verdict(headers | {"Retry-After": _whole(wait), "X-RateLimit-Scope": "user"}, wait)

    def _window(self, name: str, major: str) -> _Window:
        limit, seconds = self.limits.get(name, DEFAULT_LIMIT)
        now = self._clock.now()
        window = self._windows.get((name, major))
        if window is None or window.ends <= now:
            window = self._windows[name, major] = _Window(now + seconds * self.pace, limit)
        return window

    def _take_global(self) -> float | None:
        now = self._clock.now()
        if self._everything.ends <= now:
            self._everything = _Window(now + GLOBAL_SECONDS * self.pace, self.global_requests)
        if self._everything.left == 0:
            return self._everything.ends - now
        self._everything.left -= 1
        return None

    def _headers(self, name: str, limit: int, window: _Window) -> dict[str, str]:
        after = max(window.ends - self._clock.now(), 0.001)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(window.left),
            "X-RateLimit-Reset": f"{window.ends + self._clock.header_skew_seconds:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        }


def refused_everywhere(wait: float) -> Verdict:
    headers = {"Retry-After": _whole(wait), "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
    return Verdict(headers, wait, everywhere=True)


def _whole(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))
