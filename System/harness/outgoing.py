"""A WebSocket that the wire code opens: the server's end as bytes, and the client's end by its small driver."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from harness.gateway import echo_binary, scrubbed_environment
from harness.waiting import lines_of
from harness.websocket import Frames

SECONDS = 10.0


class Driver:
    """`wire-echo connect`, told what to do line by line."""

    def __init__(self, url: str, folder: Path, env: dict[str, str] | None = None, **options: object) -> None:
        arguments = [f"{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [str(echo_binary()), "connect", url, *arguments],
            env=scrubbed_environment(folder, None, env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._lines = lines_of(self._process.stdout)

    def tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def line(self) -> str:
        """The next thing it says, `(ended)` when nothing more comes."""
        return next(self._lines, "(ended)")

    def ask(self, command: str) -> str:
        self.tell(command)
        return self.line()

    def next(self) -> tuple[str, bytes]:
        kind, _, rest = self.ask("next").partition(" ")
        return kind, bytes.fromhex(rest) if kind in ("text", "binary") else rest.encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


class ServerEnd(Frames):
    """The server's end of a connection; `head` is what the client asked."""

    hears_masks = True

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self.head = ""

    def take_request(self) -> Self:
        self.head = self.take_head().decode()
        return self

    def header(self, name: str) -> list[str]:
        fields = [line.partition(": ") for line in self.head.split("\r\n")[1:]]
        return [value for key, _, value in fields if key.lower() == name.lower()]

    @property
    def answer(self) -> bytes:
        """The right one."""
        key = self.header("Sec-WebSocket-Key")[0].encode()
        accept = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(accept) + b"\r\n\r\n"
        )

    @property
    def alpn(self) -> str | None:
        """The protocol that was chosen with TLS."""
        return self._socket.selected_alpn_protocol() if isinstance(self._socket, ssl.SSLSocket) else None

    def is_cut(self) -> bool:
        """Whether the client ends the connection, after whatever it still sends."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def stuff(self, message: bytes, most: int) -> int:
        """Sends a message again and again until the client takes no more for a second; says how many went."""
        self._socket.settimeout(1)
        try:
            for count in range(most):
                self._socket.sendall(message)
        except TimeoutError:
            return count
        except (BrokenPipeError, ConnectionResetError):
            return -1
        finally:
            self._socket.settimeout(SECONDS)
        return most


class Listening:
    """A server that takes one connection after the other."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(SECONDS)
        self._tls = tls
        self.port: int = self._listener.getsockname()[1]

    def accept(self) -> ServerEnd:
        connection, _ = self._listener.accept()
        connection.settimeout(SECONDS)
        return ServerEnd(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


@contextmanager
def opened(folder: Path, **options: object) -> Iterator[tuple[Driver, ServerEnd]]:
    """Both ends of an open WebSocket."""
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}/ws", folder, **options) as driver:
        with server.accept().take_request() as end:
            end.send(end.answer)
            assert driver.line() == "open"
            yield driver, end
