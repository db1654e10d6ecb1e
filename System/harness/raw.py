"""HTTP as bytes: nothing here repairs, normalises or hides anything."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

READ_SECONDS = 3.0
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n")


@dataclass(frozen=True)
class Heard:
    """Everything a server said on one connection, and whether it ended it."""

    data: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        return [answer.status for answer in self.answers]

    @property
    def answers(self) -> list[Answer]:
        return parse(self.data)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def exchange(
    port: int,
    data: bytes,
    *,
    pieces: int = 1,
    until_closed: bool = True,
    seconds: float = READ_SECONDS,
    answers: int = 0,
    head: bool = False,
) -> Heard:
    """Sends the bytes and listens until the server closes, `answers` answers are complete, or `seconds` of silence."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        size = -(-len(data) // pieces)
        try:
            for start in range(0, len(data), max(1, size)):
                connection.sendall(data[start : start + size])
        except (BrokenPipeError, ConnectionResetError):
            pass
        return _listen(connection, answers, head)


def _listen(connection: socket.socket, answers: int, head: bool) -> Heard:
    heard = bytearray()
    while True:
        try:
            more = connection.recv(65536)
        except TimeoutError:
            return Heard(bytes(heard), False)
        except ConnectionResetError:
            return Heard(bytes(heard), True)
        if not more:
            return Heard(bytes(heard), True)
        heard += more
        if answers and len(parse(bytes(heard), head)) >= answers:
            return Heard(bytes(heard), False)


def parse(data: bytes, head: bool = False) -> list[Answer]:
    """The complete answers at the start of the data. `head`: they have no bodies."""
    found: list[Answer] = []
    at = 0
    while (line := STATUS_LINE.match(data, at)) and (end := data.find(b"\r\n\r\n", at)) != -1:
        pairs = [field.split(b":", 1) for field in data[line.end() : end].split(b"\r\n") if b":" in field]
        headers = {name.decode().lower(): value.strip().decode("latin-1") for name, value in pairs}
        status, start = int(line.group(1)), end + 4
        taken = (b"", start) if head or status < 200 or status in (204, 304) else _body(data, start, headers)
        if taken is None:
            break
        body, at = taken
        found.append(Answer(status, headers, body))
    return found


def _body(data: bytes, start: int, headers: dict[str, str]) -> tuple[bytes, int] | None:
    if headers.get("transfer-encoding") == "chunked":
        return _chunks(data, start)
    if "content-length" not in headers:
        return data[start:], len(data)
    end = start + int(headers["content-length"])
    return (data[start:end], end) if end <= len(data) else None


def _chunks(data: bytes, at: int) -> tuple[bytes, int] | None:
    body = b""
    while (end := data.find(b"\r\n", at)) != -1:
        size = int(data[at:end].split(b";")[0], 16)
        body += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
        if at > len(data):
            return None
        if size == 0:
            return body, at
    return None
