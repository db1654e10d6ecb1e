"""Whether an answer reached the client: the one thing a server cannot know, and what a repeat is excused by."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque

# What was answered so shortly before a kill may not be on the client's disk yet, although it read it.
RECORDING_SECONDS = 0.5
MAXIMUM_REMEMBERED = 1000


class Delivery:
    """One answer. Only a further request on the same connection proves that the client read it."""

    def __init__(self, transport: asyncio.BaseTransport | None) -> None:
        self._transport = transport
        self.answered_at = 0.0
        self.failed = False

    def answered(self) -> None:
        self.answered_at = time.monotonic()

    def confirm(self) -> None:
        self._transport = None

    @property
    def doubtful(self) -> bool:
        """The answer was withheld or said "failed", or the connection ended before anything else was asked on it, or the
        client was killed before it can have written down what it read."""
        return self.failed or (self._transport is not None and self._transport.is_closing())


class Deliveries:
    """The latest answer on each connection."""

    def __init__(self) -> None:
        self._latest: weakref.WeakKeyDictionary[asyncio.BaseTransport, Delivery] = weakref.WeakKeyDictionary()
        self._recent: deque[Delivery] = deque(maxlen=MAXIMUM_REMEMBERED)

    def begin(self, transport: asyncio.BaseTransport | None) -> Delivery:
        """Call when a request has arrived; whatever was answered on this connection before is now certain."""
        delivery = Delivery(transport)
        self._recent.append(delivery)
        if transport is not None:
            if earlier := self._latest.get(transport):
                earlier.confirm()
            self._latest[transport] = delivery
        return delivery

    def killed(self, at: float) -> None:
        """The client was killed at this time of the monotonic clock."""
        for delivery in self._recent:
            if delivery.answered_at > at - RECORDING_SECONDS:
                delivery.failed = True
