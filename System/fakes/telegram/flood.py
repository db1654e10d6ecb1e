"""How fast a bot may send: one message a second to a chat, thirty a second in all, twenty a minute to a group."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from fakes.clock import Clock
from fakes.telegram.model import Chat

CHAT = (1, 1.0)
GROUP = (20, 60.0)
EVERYTHING = (30, 1.0)
BURST = 3  # Telegram forgives short bursts to one chat


@dataclass
class Flood:
    """Off unless told. `pace` shortens the windows."""

    clock: Clock
    enabled: bool = False
    pace: float = 1.0
    _sent: dict[str, deque[float]] = field(default_factory=dict)

    def wait(self, chat: Chat) -> int:
        """Whole seconds to wait before sending to a chat; 0 when it may be done now, which then counts."""
        if not self.enabled:
            return 0
        limits = [(f"chat {chat.id}", CHAT[0] * BURST, CHAT[1] * BURST), ("everything", *EVERYTHING)]
        if not chat.is_private:
            limits.append((f"group {chat.id}", *GROUP))
        now = self.clock.now()
        waits = [self._left(key, count, seconds * self.pace, now) for key, count, seconds in limits]
        if max(waits) > 0:
            return math.ceil(max(waits))
        for key, _, _ in limits:
            self._sent[key].append(now)
        return 0

    def _left(self, key: str, count: int, seconds: float, now: float) -> float:
        sent = self._sent.setdefault(key, deque())
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        return sent[0] + seconds - now if len(sent) >= count else 0.0
