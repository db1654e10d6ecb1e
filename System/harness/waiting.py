"""Waiting for what another process does: always with a deadline, and with the last failure in the message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from threading import Thread
from typing import IO, TypeVar

T = TypeVar("T")
POLL_SECONDS = 0.02


def eventually(what: str, probe: Callable[[], T | None], timeout: float = 10) -> T:
    """Calls `probe` until it returns something true. An AssertionError or OSError in it means "not yet"."""
    deadline, last = time.monotonic() + timeout, ""
    while True:
        try:
            if found := probe():
                return found
            last = "nothing yet"
        except (AssertionError, OSError) as error:
            last = str(error) or repr(error)
        assert time.monotonic() < deadline, f"expected {what} within {timeout} s; last: {last}"
        time.sleep(POLL_SECONDS)


def lines_of(stream: IO[str], timeout: float = 10) -> Iterator[str]:
    """The lines of another process as they come, each within the timeout."""
    lines: Queue[str | None] = Queue()

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=timeout)
        except Empty:
            raise AssertionError(f"expected a line within {timeout} s") from None
        if line is None:
            return
        yield line
