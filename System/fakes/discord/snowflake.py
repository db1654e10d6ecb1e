"""Ids as Discord makes them: milliseconds since 2015 in the upper 42 bits, so that they sort by age."""

from __future__ import annotations

from itertools import count

from fakes.clock import Clock

EPOCH_MILLISECONDS = 1_420_070_400_000
LOW_BITS = 22
WORKERS, SEQUENCE_BITS = 1024, 12
_workers = count()


class Snowflakes:
    """Ids that always grow, even within one millisecond, and of which no two fakes have the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._worker = next(_workers) % WORKERS << SEQUENCE_BITS

    def next(self) -> int:
        fresh = (int(self._clock.now() * 1000) - EPOCH_MILLISECONDS) << LOW_BITS | self._worker
        self._last = max(fresh, self._last + 1)
        return self._last


def created_at(snowflake: int) -> float:
    """Seconds since 1970."""
    return ((snowflake >> LOW_BITS) + EPOCH_MILLISECONDS) / 1000
