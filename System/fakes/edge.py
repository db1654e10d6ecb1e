"""Fly's edge: TLS in front, HTTP/1.1 over the private IPv6 network behind, with the headers it adds."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time

from fakes.background import background
from fakes.loopback import HOST

NAME = "my-openclaw.fly.dev"
EDGE_ADDRESS = "66.241.124.10"
# What visitors may not say themselves: the edge replaces it.
ITS_OWN = ("fly-", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-ssl", "x-request-start", "via")


class FakeEdge:
    """Stands before one machine's port. `visitor` is the public address of whoever connects next."""

    def __init__(self, tls: ssl.SSLContext, machine: tuple[str, int], idle_seconds: float = 60) -> None:
        self._context = tls
        self.machine = machine
        self.idle_seconds = idle_seconds
        self.visitor = "203.0.113.1"
        self.port = 0
        self._server: asyncio.Server | None = None

    def __enter__(self) -> FakeEdge:
        background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        background.run(self._stop())

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        """On the loop's own thread: closed from another, a connection that ends meanwhile breaks the close."""
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, or one WebSocket, a connection."""
        visitor = self.visitor
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), self.idle_seconds)
            try:
                there, back = await asyncio.open_connection(*self.machine)
            except OSError:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                await writer.drain()
                return writer.close()
            back.write(self.rewritten(head, visitor))
            await self._carry(reader, back, there, writer)
        writer.close()

    def rewritten(self, head: bytes, visitor: str) -> bytes:
        """The head of the request as the machine gets it."""
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        fields = [line.partition(":") for line in lines]
        said_before = [value.strip() for name, _, value in fields if name.lower() == "x-forwarded-for"]
        kept = [
            f"{name}:{value}"
            for name, _, value in fields
            if name.lower() != "x-forwarded-for" and not name.lower().startswith(ITS_OWN)
        ]
        if not any(line.lower().startswith("upgrade:") for line in kept):
            kept = [line for line in kept if not line.lower().startswith("connection:")] + ["Connection: close"]
        added = {
            "Fly-Client-IP": visitor,
            "X-Forwarded-For": ", ".join([*said_before, visitor, EDGE_ADDRESS]),
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Ssl": "on",
            "Fly-Forwarded-Proto": "https",
            "Fly-Forwarded-Port": "443",
            "Fly-Region": "iad",
            "Fly-Request-Id": "01JZ0000000000000000000000-iad",
            "Via": "1.1 fly.io",
            "X-Request-Start": f"t={time.time_ns() // 1000}",
        }
        lines = [first, *kept, *(f"{name}: {value}" for name, value in added.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def _carry(
        self,
        left: asyncio.StreamReader,
        to_right: asyncio.StreamWriter,
        right: asyncio.StreamReader,
        to_left: asyncio.StreamWriter,
    ) -> None:
        """Both directions until one ends, or nothing moved for too long; then both connections are dropped."""
        moved = time.monotonic()

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            nonlocal moved
            while data := await source.read(65536):
                moved = time.monotonic()
                target.write(data)
                await target.drain()

        async def grow_tired() -> None:
            while (left := moved + self.idle_seconds - time.monotonic()) > 0:
                await asyncio.sleep(left)

        work = [asyncio.ensure_future(w) for w in (copy(left, to_right), copy(right, to_left), grow_tired())]
        await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for writer in (to_right, to_left):
            writer.close()
