"""The gateway: hello, identify or resume, heartbeats, events."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from fakes.clock import Clock
from fakes.discord import handshake
from fakes.discord.events import GUILDS, Event
from fakes.discord.gateway_faults import HEARTBEAT, INVALID_SESSION, GatewayFaults
from fakes.discord.handshake import Close
from fakes.discord.routes.own import application_flags
from fakes.discord.session import Session
from fakes.discord.socket import Socket
from fakes.discord.world import World

IDENTIFY, PRESENCE, VOICE, RESUME, MEMBERS = 2, 3, 4, 6, 8
HELLO, ACK, SOUNDS, CHANNEL_INFO = 10, 11, 31, 43
MAXIMUM_PAYLOAD_BYTES = 4096
MOST_SENDS, SENDS_SECONDS = 120, 60.0
IDENTIFY_SECONDS = 5.0
SESSION_SECONDS = 120.0
STARTS_A_DAY = 1000
LATE_HEARTBEAT_SECONDS = 1.0
ENDS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Gateway(GatewayFaults):
    """`identifies`, `resumes`, `heartbeats` and `closes` (by code) count what clients did; `first_heartbeats` are the
    parts of an interval, 0 to 1 with jitter, after which each connection beat for the first time."""

    def __init__(self, world: World, clock: Clock, token: str, complain: Callable[[str], None]) -> None:
        super().__init__()
        self.heartbeat_seconds = 41.25
        self.late_heartbeat_seconds = LATE_HEARTBEAT_SECONDS
        self.most_sends = MOST_SENDS
        self.max_concurrency = 1
        self.identify_seconds = IDENTIFY_SECONDS
        self.session_starts_left = STARTS_A_DAY
        self.minimum_shards = 1
        self.resume_address = ""
        self.resume_port = 0
        self.identifies = self.resumes = self.heartbeats = 0
        self.first_heartbeats: deque[float] = deque(maxlen=1000)
        self.closes: Counter[int] = Counter()
        self._world, self._clock, self._token, self._complain = world, clock, token, complain
        self._identified: dict[int, deque[float]] = {}
        world.listeners.append(self._dispatch)
        world.session_starts = self._session_starts

    # One connection

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(compress=False, max_msg_size=0)
        await ws.prepare(request)
        compress = request.query.get("compress")
        socket = Socket(request, ws, compress == "zlib-stream")
        socket.one_byte_writes = self.one_byte_writes
        self.sockets.append(socket)
        watch = asyncio.create_task(self._watch(socket))
        session: Session | None = None
        code: int | None = None
        try:
            _check_address(request.query)
            socket.send({"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000), "_trace": []}})
            while (message := await ws.receive()).type not in ENDS:
                session = self._receive(socket, session, message.type, message.data)
            code = message.data if message.type is WSMsgType.CLOSE else None
        except Close as close:
            self.closes[close.code] += 1
            self._complain(f"gateway: closed with {close}")
            await socket.close(close.code, close.reason)
        finally:
            watch.cancel()
            socket.stop()
            self.sockets.remove(socket)
            self._ended(socket, session, code)
            self._world.notify()
        return ws

    def _receive(self, socket: Socket, session: Session | None, kind: WSMsgType, data: Any) -> Session | None:
        socket.received.append(time.monotonic())
        if sum(at > time.monotonic() - SENDS_SECONDS for at in socket.received) > self.most_sends:
            raise Close(handshake.RATE_LIMITED)
        if kind is not WSMsgType.TEXT or len(data.encode()) > MAXIMUM_PAYLOAD_BYTES:
            raise Close(handshake.DECODE_ERROR)
        try:
            payload = json.loads(data)
            return self._obey(socket, session, payload["op"], payload.get("d"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Close(handshake.DECODE_ERROR) from error

    def _obey(self, socket: Socket, session: Session | None, op: Any, body: Any) -> Session | None:
        if op == HEARTBEAT:
            self._heartbeat(socket, session, body)
            return session
        if op in (IDENTIFY, RESUME):
            if session is not None and session.id in self.sessions:
                raise Close(handshake.ALREADY_AUTHENTICATED)
            return self._identify(socket, body) if op == IDENTIFY else self._resume(socket, body)
        if op not in (PRESENCE, VOICE, MEMBERS, SOUNDS, CHANNEL_INFO):
            raise Close(handshake.UNKNOWN_OPCODE)
        if session is None:
            raise Close(handshake.NOT_AUTHENTICATED)
        if op == MEMBERS:
            self._send_members(session, body)
        return session

    def _heartbeat(self, socket: Socket, session: Session | None, sequence: Any) -> None:
        if not socket.has_beaten:
            self.first_heartbeats.append((time.monotonic() - socket.heard_at) / self.heartbeat_seconds)
        socket.has_beaten, socket.heard_at = True, time.monotonic()
        self.heartbeats += 1
        last = session.sequence if session is not None else sequence
        if sequence is not None and (not isinstance(sequence, int) or sequence > last):
            self._complain(f"gateway: heartbeat with {sequence!r} although {last} was the last event")
        if socket.withheld_acks > 0 or socket.silent:
            socket.withheld_acks -= 1
            socket.acked = False
            return
        socket.acked = True
        socket.send({"op": ACK})

    def _identify(self, socket: Socket, data: Any) -> Session | None:
        self.identifies += 1
        world = self._world
        intents, shard = handshake.check_identify(data, self._token, world.enabled_intents, self.minimum_shards)
        if self.resume_port and socket.port == self.resume_port:
            self._complain("gateway: identified at resume_gateway_url, which is for resuming")
        if self.session_starts_left <= 0:
            raise Close(handshake.AUTHENTICATION_FAILED)  # the token is reset when the limit is passed
        if self.refused_identifies > 0 or not self._may_start(shard[0]):
            self.refused_identifies = max(0, self.refused_identifies - 1)
            socket.send({"op": INVALID_SESSION, "d": False})
            return None
        self.session_starts_left -= 1
        socket.compress_payloads = data.get("compress") is True
        session = Session(intents, shard, socket=socket)
        self.sessions[session.id] = session
        self._greet(session)
        world.notify()
        return session

    def _greet(self, session: Session) -> None:
        """READY with guilds still unavailable, then each guild."""
        world = self._world
        guilds = [guild for guild in world.guilds.values() if session.wants(Event("", {}, guild, unconditional=True))]
        ready = {
            "v": 10,
            "user": world.bot.wire() | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.resume_address,
            "shard": list(session.shard),
            "application": {"id": str(world.application_id), "flags": application_flags(world.enabled_intents)},
            "private_channels": [],
            "_trace": [],
        }
        session.send("READY", ready)
        for guild in guilds if session.intents & GUILDS else []:
            session.send("GUILD_CREATE", guild.created([world.bot]))

    def _resume(self, socket: Socket, data: Any) -> Session | None:
        self.resumes += 1
        identity, sequence = handshake.check_resume(data, self._token)
        if self.resume_port and socket.port != self.resume_port:
            self._complain("gateway: resumed at the first address instead of resume_gateway_url")
        session = self.sessions.get(identity)
        if session is None or self._is_over(session) or not session.can_replay_from(sequence):
            self.sessions.pop(identity, None)
            socket.send({"op": INVALID_SESSION, "d": False})
            return None
        if sequence > session.sequence:
            raise Close(handshake.INVALID_SEQUENCE)
        if session.socket is not None:
            session.socket.abort()
        session.socket, session.disconnected_at = socket, None
        session.replay(sequence, self.repeats_after_resume)
        session.send("RESUMED", {"_trace": []})
        self._world.notify()
        return session

    def _send_members(self, session: Session, data: Any) -> None:
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is not None:
            members = [guild.member(user) for user in guild.members.values()]
            chunk = {"guild_id": str(guild.id), "members": members, "chunk_index": 0, "chunk_count": 1}
            session.send("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})

    # Sessions

    def _dispatch(self, event: Event) -> None:
        for session in list(self.sessions.values()):
            if self._is_over(session):
                self.sessions.pop(session.id)
            else:
                session.dispatch(event, self._world.bot)

    def _is_over(self, session: Session) -> bool:
        gone = session.disconnected_at
        return gone is not None and self._clock.now() > gone + SESSION_SECONDS

    def _ended(self, socket: Socket, session: Session | None, code: int | None) -> None:
        if session is None or session.socket is not socket:
            return
        session.socket, session.disconnected_at = None, self._clock.now()
        if code in (1000, 1001):
            self.sessions.pop(session.id, None)
            if not socket.acked:
                self._complain(f"gateway: a client that misses acks closed with {code}, which ends its session")

    def _may_start(self, shard: int) -> bool:
        """At most one identify in five seconds for each of the `max_concurrency` keys."""
        started = self._identified.setdefault(shard % self.max_concurrency, deque(maxlen=10))
        if any(at > self._clock.now() - self.identify_seconds for at in started):
            return False
        started.append(self._clock.now())
        return True

    def _session_starts(self) -> dict[str, int]:
        left = {"total": STARTS_A_DAY, "remaining": self.session_starts_left, "reset_after": 14_400_000}
        return left | {"max_concurrency": self.max_concurrency}

    async def _watch(self, socket: Socket) -> None:
        """Ends a connection that stopped beating."""
        longest = self.heartbeat_seconds * 1.25 + self.late_heartbeat_seconds
        while time.monotonic() < socket.heard_at + longest:
            await asyncio.sleep(max(0.05, socket.heard_at + longest - time.monotonic()))
        self.closes[handshake.TIMED_OUT] += 1
        self._complain(f"gateway: no heartbeat for {longest:.1f} s")
        await socket.close(handshake.TIMED_OUT, handshake.REASONS[handshake.TIMED_OUT])


def _check_address(query: Any) -> None:
    if query.get("v") != "10":
        raise Close(handshake.INVALID_VERSION)
    if query.get("encoding", "json") != "json" or query.get("compress", "zlib-stream") != "zlib-stream":
        raise Close(handshake.DECODE_ERROR)
