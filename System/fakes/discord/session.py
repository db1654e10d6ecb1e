"""A gateway session: it outlives its connection, and keeps what the client may not have read."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.discord.events import Event
from fakes.discord.guild import User

if TYPE_CHECKING:
    from fakes.discord.socket import Socket

MAXIMUM_KEPT_EVENTS = 10_000


@dataclass
class Session:
    intents: int
    shard: tuple[int, int] = (0, 1)
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    socket: Socket | None = None
    disconnected_at: float | None = None
    kept: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MAXIMUM_KEPT_EVENTS))

    def wants(self, event: Event) -> bool:
        if event.intent and not self.intents & event.intent:
            return False
        shard, count = self.shard
        return (event.guild.id >> 22) % count == shard if event.guild else shard == 0

    def dispatch(self, event: Event, bot: User) -> None:
        if self.wants(event):
            self.send(event.name, event.seen_with(self.intents, bot))

    def send(self, name: str, data: Any) -> None:
        """Numbers an event and keeps it; it also goes out when somebody is connected."""
        self.sequence += 1
        payload = {"op": 0, "t": name, "s": self.sequence, "d": data}
        self.kept.append(payload)
        if self.socket is not None:
            self.socket.send(payload)

    def can_replay_from(self, sequence: int) -> bool:
        """Whether everything after `sequence` is still kept."""
        first = self.kept[0]["s"] if self.kept else self.sequence + 1
        return sequence >= first - 1

    def replay(self, sequence: int, repeats: int) -> None:
        """Sends what came after `sequence`, and `repeats` events from before it a second time."""
        assert self.socket is not None
        for payload in list(self.kept):
            if payload["s"] > sequence - repeats:
                self.socket.send(payload)
