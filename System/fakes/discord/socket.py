"""One WebSocket of the gateway: frames, compression, and the ways a connection can go bad."""

from __future__ import annotations

import asyncio
import json
import struct
import time
import zlib
from collections import deque
from typing import Any

from aiohttp import web

FLUSH_SECONDS = 0.02
TEXT_FRAME, BINARY_FRAME = 1, 2


class Socket:
    """Sends in order through one writer. A `silent` one stays open and neither sends nor acknowledges anything."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse, transport_compressed: bool) -> None:
        self.port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
        self.has_beaten = False
        self.heard_at = time.monotonic()
        self.received: deque[float] = deque(maxlen=200)
        self.silent = False
        self.withheld_acks = 0
        self.one_byte_writes = False
        self.compress_payloads = False
        self.acked = True
        self._ws, self._transport = ws, request.transport
        self._deflate = zlib.compressobj() if transport_compressed else None
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, payload: dict[str, Any]) -> None:
        if not self.silent:
            self._queue.put_nowait(payload)

    async def close(self, code: int, reason: str = "") -> None:
        """Closes properly, after what was sent before has left."""
        await self._flush()
        await self._ws.close(code=code, message=reason.encode())

    async def drop(self, mid_frame: bool) -> None:
        """Cuts the connection; `mid_frame` leaves the client with the first half of a frame."""
        await self._flush()
        if self._transport is None:
            return
        if mid_frame:
            whole = _frame(TEXT_FRAME, b'{"op":0,"t":"MESSAGE_CREATE","s":0,"d":{"content":"never whole"}}')
            self._transport.write(whole[: len(whole) // 2])
            await asyncio.sleep(FLUSH_SECONDS)
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def stop(self) -> None:
        self._writer.cancel()

    async def _flush(self) -> None:
        while not self._queue.empty() and not self._writer.done():
            await asyncio.sleep(0)
        await asyncio.sleep(FLUSH_SECONDS)

    async def _write(self) -> None:
        while True:
            payload = await self._queue.get()
            opcode, data = self._encoded(payload)
            try:
                await self._write_frame(opcode, data)
            except (ConnectionError, RuntimeError):
                return  # the reader notices the end and tells the session

    def _encoded(self, payload: dict[str, Any]) -> tuple[int, bytes]:
        data = json.dumps(payload, ensure_ascii=False).encode()
        if self._deflate is not None:
            return BINARY_FRAME, self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        if self.compress_payloads and payload["op"] == 0:
            return BINARY_FRAME, zlib.compress(data)
        return TEXT_FRAME, data

    async def _write_frame(self, opcode: int, data: bytes) -> None:
        if self.one_byte_writes and self._transport is not None:
            for value in _frame(opcode, data):
                self._transport.write(bytes([value]))
                await asyncio.sleep(0)
        elif opcode == TEXT_FRAME:
            await self._ws.send_str(data.decode())
        else:
            await self._ws.send_bytes(data)


def _frame(opcode: int, data: bytes) -> bytes:
    """A whole unmasked frame (RFC 6455, 5.2)."""
    head = bytes([0x80 | opcode])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 65536:
        return head + struct.pack(">BH", 126, len(data)) + data
    return head + struct.pack(">BQ", 127, len(data)) + data
