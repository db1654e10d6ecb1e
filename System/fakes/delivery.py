"""Whether an answer reached the client: the one thing a server cannot know, and what a repeat is excused by."""

from __future__ import annotations

import asyncio
import weakref


class Delivery:
    """One answer. Only a further request on the same connection proves that the client read it."""

    def __init__(self, transport: asyncio.BaseTransport | None) -> None:
        self._transport = transport
        self.failed = False

    def confirm(self) -> None:
        self._transport = None

    @property
    def doubtful(self) -> bool:
        """The answer was withheld or said "failed", or the connection ended before anything else was asked on it."""
        return self.failed or (self._transport is not None and self._transport.is_closing())


class Deliveries:
    """The latest answer on each connection."""

    def __init__(self) -> None:
        self._latest: weakref.WeakKeyDictionary[asyncio.BaseTransport, Delivery] = weakref.WeakKeyDictionary()

    def begin(self, transport: asyncio.BaseTransport | None) -> Delivery:
        """Call when a request has arrived; whatever was answered on this connection before is now certain."""
        delivery = Delivery(transport)
        if transport is not None:
            if earlier := self._latest.get(transport):
                earlier.confirm()
            self._latest[transport] = delivery
        return delivery
