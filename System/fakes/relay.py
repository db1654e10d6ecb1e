"""Carries bytes between two connections, unseen and unchanged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

from fakes.loopback import HOST


async def relay(listening: socket.socket, port: int) -> asyncio.Server:
    """Whoever connects to this socket is connected to that port of our loopback."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(HOST, port)
        except OSError:
            writer.close()
            return
        await carry(reader, back, there, writer)

    return await asyncio.start_server(serve, sock=listening)


async def carry(
    left: asyncio.StreamReader,
    to_right: asyncio.StreamWriter,
    right: asyncio.StreamReader,
    to_left: asyncio.StreamWriter,
) -> None:
    """Both directions, until both have ended."""
    await asyncio.gather(copy(left, to_right), copy(right, to_left))


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        target.close()
