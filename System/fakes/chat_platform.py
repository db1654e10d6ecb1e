"""What both chat platforms share: a clock, faults, a ledger, and tests that act on the fake's loop and wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fakes.background import background
from fakes.clock import Clock
from fakes.delivery import Deliveries
from fakes.faults import Fault, FaultPlan
from fakes.ledger import Ledger
from fakes.loopback import Loopback

T = TypeVar("T")


class ChatPlatform(Loopback):
    """Tests read it from their own thread; everything that changes it runs on the loop that serves it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.faults = FaultPlan()
        self.ledger = Ledger()
        self.changed = threading.Condition()

    def complain(self, complaint: str) -> None:
        """Remembers something the platform would not have accepted; it fails the test."""
        self.violations.append(f"{type(self).__name__} {complaint}")

    def notify(self) -> None:
        """Wakes whoever waits for a change."""
        with self.changed:
            self.changed.notify_all()

    def wait_until(self, what: str, probe: Callable[[], T], timeout: float = 20) -> T:
        """Calls `probe` after each change until it returns something true."""
        deadline = time.monotonic() + timeout
        while not (found := probe()):
            left = deadline - time.monotonic()
            assert left > 0, f"expected {what} within {timeout} s; refused so far: {self.violations}"
            with self.changed:
                self.changed.wait(min(left, 0.05))
        return found

    def fail(self, route: str, fault: Fault, times: int = 1) -> None:
        """The next requests of a route meet this fault."""
        self.on_loop(lambda: self.faults.add(route, fault, times))

    def restart(self) -> None:
        """All connections end and the same ports open again, with everything that was posted."""
        background.run(self._stop())
        background.run(self._start())

    @property
    def deliveries(self) -> Deliveries:
        """What the bot was answered."""
        raise NotImplementedError

    def killed(self) -> None:
        """Tells the ledger that the client was killed just now: what it read last may not be on its disk."""
        at = time.monotonic()  # here: the loop may be busy for a while
        self.on_loop(lambda: self.deliveries.killed(at))

    @contextlib.contextmanager
    def outage(self) -> Iterator[None]:
        """Nothing listens on its ports; people may write meanwhile."""
        background.run(self._stop())
        try:
            yield
        finally:
            background.run(self._start())

    def on_loop(self, work: Callable[[], T]) -> T:
        """Runs on the fake's loop; directly when that is where we are."""
        if _is_background():
            return work()

        async def run() -> T:
            return work()

        return background.run(run())

    async def off_loop(self, wait: Callable[..., T], *arguments: Any) -> T:
        """Waits in a thread, for tests that are coroutines."""
        return await asyncio.to_thread(wait, *arguments)


def _is_background() -> bool:
    try:
        return asyncio.get_running_loop() is background.loop
    except RuntimeError:
        return False  # no loop runs in this thread
