"""Time as a fake sees it, so that a test can let minutes pass without waiting."""

from __future__ import annotations

import datetime
import time


class Clock:
    """The machine's time plus what a test skipped; `header_skew_seconds` is how wrong the clock in headers is."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self.header_skew_seconds = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds

    def iso(self) -> str:
        return iso(self.now())


def iso(seconds: float) -> str:
    """ISO 8601 with microseconds and offset, as Discord writes it."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="microseconds")
