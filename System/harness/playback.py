"""A server that says what a recording says, to check the code that replays recordings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from fakes.background import background
from harness.golden import Frame

RENAMED = ("idempotencyKey", "runId")


@contextmanager
def playback(frames: list[Frame], generation: int) -> Iterator[int]:
    """Listens on the port it yields; each request is answered with what followed it in the recording.

    The clients a recording names must connect in the order in which they appear in it."""
    names = iter(list(dict.fromkeys(record.get("conn") for record in frames)))

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name = next(names)
        await _play(socket, [record for record in frames if record.get("conn") == name], generation)
        return socket

    async def start() -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_get("/", serve)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, runner.addresses[0][1]

    runner, port = background.run(start())
    try:
        yield port
    finally:
        background.run(runner.cleanup())


async def _play(socket: web.WebSocketResponse, frames: list[Frame], generation: int) -> None:
    told = [record["frame"] for record in frames if record.get("frame", {}).get("event") == "connect.challenge"]
    challenge = {"type": "event", "event": "connect.challenge", "payload": {"nonce": "n", "ts": 1}}
    await socket.send_json(told[0] if told else challenge)
    hello = await socket.receive_json()
    welcome = {"type": "hello-ok", "protocol": generation}
    await socket.send_json({"type": "res", "id": hello["id"], "ok": True, "payload": welcome})
    names: dict[str, str] = {}
    for record in frames:
        frame: Any = record.get("frame", {})
        if record["dir"] == "out":
            _learn(frame, await socket.receive_json(), names)
        elif record["dir"] == "in" and frame.get("event") != "connect.challenge":
            text = json.dumps(frame)
            for old, new in names.items():
                text = text.replace(old, new)
            await socket.send_str(text)


def _learn(recorded: Frame, heard: Frame, names: dict[str, str]) -> None:
    """The replay uses keys of its own; the recording's are renamed to them."""
    for key in RENAMED:
        old, new = (recorded.get("params") or {}).get(key), (heard.get("params") or {}).get(key)
        if old and new:
            names[old] = new
