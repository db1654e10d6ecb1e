"""How the gateway fails when a test says so."""

from __future__ import annotations

import asyncio
from typing import Any

from fakes.discord.session import Session
from fakes.discord.socket import Socket

HEARTBEAT, RECONNECT, INVALID_SESSION = 1, 7, 9


class GatewayFaults:
    """`repeats_after_resume` events come twice after the next resume; `refused_identifies` are answered with op 9;
    with `one_byte_writes` each byte of a new connection's frames is a write of its own."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.sockets: list[Socket] = []
        self.repeats_after_resume = 0
        self.refused_identifies = 0
        self.one_byte_writes = False

    def withhold_acks(self, count: int = 1) -> None:
        """The next heartbeats of each open connection are not acknowledged."""
        for socket in self.sockets:
            socket.withheld_acks = count

    def fall_silent(self) -> None:
        """Every open connection stays open and says nothing more; what happens is kept for a resume."""
        for socket in self.sockets:
            socket.silent = True

    def ask_to_reconnect(self) -> None:
        self._send_all({"op": RECONNECT, "d": None})

    def ask_for_heartbeat(self) -> None:
        self._send_all({"op": HEARTBEAT, "d": None})

    def invalidate(self, resumable: bool) -> None:
        """Op 9; a session that is not resumable is gone."""
        self._send_all({"op": INVALID_SESSION, "d": resumable})
        if not resumable:
            self.forget_sessions()

    def forget_sessions(self) -> None:
        """As after an outage: connections stay open without events, and whoever resumes has to identify again."""
        for session in self.sessions.values():
            session.socket = None
        self.sessions.clear()

    async def drop(self, mid_frame: bool = False) -> None:
        await asyncio.gather(*(socket.drop(mid_frame) for socket in list(self.sockets)))

    async def close(self, code: int, reason: str = "") -> None:
        await asyncio.gather(*(socket.close(code, reason) for socket in list(self.sockets)))

    def _send_all(self, payload: dict[str, Any]) -> None:
        for socket in self.sockets:
            socket.send(payload)
