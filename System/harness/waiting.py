"""Waiting for what another process does: always with a deadline, and with the last failure in the message."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

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
