"""Which function answers which route, and in which rate limit bucket it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fakes.discord.call import Call

Reply = tuple[int, Any]
Handler = Callable[[Call], Reply | Awaitable[Reply]]
NO_CONTENT: Reply = (204, None)
MAJOR = ("channel", "guild", "webhook", "token")


@dataclass(frozen=True)
class Route:
    """`needs_bot` is false where the token is in the path; those do not count against the global limit either."""

    method: str
    template: str
    handler: Handler
    bucket: str
    needs_bot: bool
    pattern: re.Pattern[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    def major(self, params: dict[str, str]) -> str:
        return ":".join(params.get(key, "") for key in MAJOR)


ROUTES: list[Route] = []


def route(
    method: str, template: str, bucket: str | None = None, needs_bot: bool = True
) -> Callable[[Handler], Handler]:
    """Registers a function for a path such as `/channels/{channel}/messages`; a bucket is the route's own unless named."""

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
        ROUTES.append(Route(method, template, handler, bucket or f"{method} {template}", needs_bot, pattern))
        return handler

    return register


def find(method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
    """The route and its parameters; otherwise whether another method would have had one. Literal parts win."""
    matches = [(r, m) for r in ROUTES if (m := r.pattern.fullmatch(path))]
    matches.sort(key=lambda found: found[0].template.count("{"))
    for found, match in matches:
        if found.method == method:
            return found, match.groupdict(), True
    return None, {}, bool(matches)
