"""Updates waiting for the bot, and the one long poll that may wait for them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.clock import Clock
from fakes.telegram.refusal import Refusal

KEPT_SECONDS = 24 * 3600
MAXIMUM_LIMIT = 100
MAXIMUM_TIMEOUT = 50
CONFLICT_SECONDS = 3.0
KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
    "chat_boost",
    "removed_chat_boost",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "purchased_paid_media",
)
NOT_BY_DEFAULT = ("chat_member", "message_reaction", "message_reaction_count")
DEFAULT_KINDS = frozenset(KINDS) - frozenset(NOT_BY_DEFAULT)
OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
BY_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True)
class Update:
    id: int
    kind: str
    data: dict[str, Any]
    chat: int
    expires: float

    def wire(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.data}


class UpdateQueue:
    """`offset` forgets everything before it, for good; `allowed` decides what is queued from now on."""

    def __init__(self, clock: Clock, notify: Callable[[], None]) -> None:
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.waiting: deque[Update] = deque()
        self.arrived = asyncio.Event()
        self.conflicts = 0
        self.pace = 1.0
        self._clock, self._notify = clock, notify
        self._next_id = 871_001
        self._poll: asyncio.Future[str] | None = None
        self._next_conflict = 0.0
        self._last: tuple[int, float] | None = None
        self._confirmed: deque[Update] = deque(maxlen=MAXIMUM_LIMIT)

    def add(self, kind: str, data: dict[str, Any], chat: int) -> None:
        if kind in self.allowed:
            self.waiting.append(Update(self._next_id, kind, data, chat, self._clock.now() + KEPT_SECONDS))
            self._next_id += 1
            self.arrived.set()
        self._notify()

    def allow(self, kinds: Any) -> None:
        """An empty list means the default again; no list changes nothing."""
        if isinstance(kinds, list):
            known = frozenset(str(kind) for kind in kinds) & frozenset(KINDS)
            self.allowed = known or DEFAULT_KINDS

    @property
    def has_poll(self) -> bool:
        return self._poll is not None

    async def get(self, offset: int, limit: int, timeout: float) -> list[Update]:
        """What is queued from `offset` on; waits up to `timeout` seconds when there is nothing. A negative offset
        keeps only that many from the end."""
        now = self._clock.now()
        if self._last is not None and self._last[0] == offset:
            if timeout < 3 and now < self._last[1] + 3:
                timeout = 3  # hasty repeats are slowed down
            if now < self._last[1] + 0.5:
                limit = 1
        self._last = (offset, now)
        self._forget(offset)
        if not self.waiting and timeout > 0:
            await self._wait(timeout * self.pace)
        return list(self.waiting)[:limit]

    def interrupt(self, message: str) -> None:
        """Ends the poll that waits, if any, with a conflict."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(message)

    def clear(self) -> None:
        self.waiting.clear()

    def repeat(self) -> bool:
        """Tells the poll that waits what was confirmed last, as after an outage of Telegram's that lost the offset."""
        if self._poll is None or not self._confirmed:
            return False
        self.waiting.extend(self._confirmed)
        self._confirmed.clear()
        self.arrived.set()
        return True

    def take(self, update: Update) -> None:
        """Removes one that a webhook has accepted."""
        if update in self.waiting:
            self.waiting.remove(update)
        self._notify()

    def _forget(self, offset: int) -> None:
        now = self._clock.now()
        while self.waiting and self.waiting[0].expires < now:
            self.waiting.popleft()
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        elif offset > 0:
            while self.waiting and self.waiting[0].id < offset:
                self._confirmed.append(self.waiting.popleft())

    async def _wait(self, seconds: float) -> None:
        self.interrupt(OTHER_POLL)
        poll = self._poll = asyncio.get_running_loop().create_future()
        self.arrived.clear()
        self._notify()
        arrival = asyncio.ensure_future(self.arrived.wait())
        try:
            await asyncio.wait({poll, arrival}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
            if self._poll is poll:
                self._poll = None
        if poll.done():
            await self._conflict(poll.result())

    async def _conflict(self, message: str) -> None:
        """At most one 409 in three seconds; the others are answered late."""
        self.conflicts += 1
        now = self._clock.now()
        if now < self._next_conflict:
            await asyncio.sleep(CONFLICT_SECONDS * self.pace)
        else:
            self._next_conflict = now + CONFLICT_SECONDS * self.pace
        raise Refusal(409, message, fair=True)
