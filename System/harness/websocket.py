"""WebSocket as frames: a client that can say everything, also what it may not."""

from __future__ import annotations

import base64
import os
import socket
import struct
from dataclasses import dataclass
from typing import Self

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
MASK = b"\x37\xfa\x21\x3d"
KEY = base64.b64encode(b"the sample nonce").decode()
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@dataclass(frozen=True)
class Frame:
    opcode: int
    payload: bytes
    final: bool = True
    reserved: int = 0

    @property
    def code(self) -> int | None:
        """The code of a close frame; None when it has none."""
        return struct.unpack("!H", self.payload[:2])[0] if len(self.payload) >= 2 else None


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length_bytes: int | None = None,
    claimed: int | None = None,
) -> bytes:
    """One frame. `length_bytes` 0, 2 or 8 forces the form of the length, `claimed` lies about it."""
    size = len(payload) if claimed is None else claimed
    form = length_bytes if length_bytes is not None else 0 if size < 126 else 2 if size < 65536 else 8
    head = bytes([(final << 7) | (reserved << 4) | opcode])
    flag = 0x80 if masked else 0
    if form == 0:
        head += bytes([flag | size])
    elif form == 2:
        head += bytes([flag | 126]) + struct.pack("!H", size)
    else:
        head += bytes([flag | 127]) + struct.pack("!Q", size)
    return head + (MASK + mask(payload) if masked else payload)


def mask(payload: bytes, key: bytes = MASK) -> bytes:
    key = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(len(payload)) if payload else b""


def text(payload: str | bytes, **options: bool | int) -> bytes:
    return frame(TEXT, payload.encode() if isinstance(payload, str) else payload, **options)  # type: ignore[arg-type]


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


def upgrade(
    path: str = "/ws", extra: dict[str, str] | None = None, without: tuple[str, ...] = (), line: str = "GET {} HTTP/1.1"
) -> bytes:
    fields = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        **(extra or {}),
    }
    rows = [f"{name}: {value}" for name, value in fields.items() if name not in without]
    return "\r\n".join([line.format(path), *rows, "", ""]).encode()


class Frames:
    """One end of a connection after its upgrade; `hears_masks` at the server's."""

    hears_masks = False

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.masks: list[bytes] = []

    def take_head(self) -> bytes:
        """What comes before the first empty line."""
        while b"\r\n\r\n" not in self._buffer:
            more = self._socket.recv(65536)
            assert more, f"closed during the upgrade: {self._buffer!r}"
            self._buffer += more
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head

    def send(self, data: bytes, chop: int | None = None) -> None:
        try:
            for at in range(0, len(data), chop or max(1, len(data))):
                self._socket.sendall(data[at : at + (chop or len(data))])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def read(self) -> Frame | None:
        """The next frame; None when the connection has ended."""
        head = self._take(2)
        if head is None:
            return None
        assert bool(head[1] & 0x80) == self.hears_masks, "a client must mask, and a server must not"
        size = head[1] & 0x7F
        if size >= 126:
            wide = self._take(2 if size == 126 else 8)
            assert wide is not None, "ended inside a length"
            size = int.from_bytes(wide)
        key = self._take(4) if self.hears_masks else b""
        payload = self._take(size)
        assert key is not None and payload is not None, "ended inside a frame"
        if key:
            self.masks.append(key)
            payload = mask(payload, key)
        return Frame(head[0] & 0x0F, payload, bool(head[0] & 0x80), (head[0] >> 4) & 7)

    def message(self) -> Frame | None:
        """The next whole message or control frame."""
        first = self.read()
        if first is None or first.final:
            return first
        parts = [first]
        while not parts[-1].final:
            following = self.read()
            assert following is not None and following.opcode == CONTINUATION, (
                f"expected a continuation, got {following}"
            )
            parts.append(following)
        return Frame(first.opcode, b"".join(part.payload for part in parts), True, first.reserved)

    def rest(self) -> list[Frame]:
        """Every message until the connection ends."""
        messages = []
        while (message := self.message()) is not None:
            messages.append(message)
        return messages

    def _take(self, count: int) -> bytes | None:
        chunks, have = [self._buffer], len(self._buffer)
        while have < count:
            try:
                more = self._socket.recv(1 << 20)
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            chunks.append(more)
            have += len(more)
        data = b"".join(chunks)
        self._buffer = data[count:]
        return data[:count]

    def end(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.end()


class Socket(Frames):
    """A connection to the server under test."""

    def __init__(self, port: int, path: str = "/ws", extensions: str | None = None, seconds: float = 10) -> None:
        super().__init__(socket.create_connection(("127.0.0.1", port), seconds))
        extra = {"Sec-WebSocket-Extensions": extensions} if extensions else {}
        self._socket.sendall(upgrade(path, extra))
        self.head = self.take_head()
        assert self.head.startswith(b"HTTP/1.1 101 "), self.head


def noise(count: int) -> bytes:
    return os.urandom(count)
