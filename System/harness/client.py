"""A WebSocket client of either generation, and a log of everything it was sent."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import aiohttp

from fakes.background import background
from harness.config import TOKEN
from harness.device import Device

MAXIMUM_FRAME_BYTES = 32 * 1024 * 1024
ALL_SCOPES = ["operator.admin", "operator.read", "operator.write", "operator.approvals", "operator.pairing"]
ENVELOPE = {
    "res": {"type", "id", "ok", "payload", "error"},
    "event": {"type", "event", "payload", "seq", "stateVersion"},
}
ERROR_KEYS = {"code", "message", "details", "retryable", "retryAfterMs"}


class Refused(AssertionError):
    """A request answered with `ok: false`."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        super().__init__(f"{method}: {error.get('code')} {error.get('message')}")
        self.error = error
        self.code = error.get("code")
        self.message = error.get("message", "")
        self.details = error.get("details") or {}


class Client:
    """Frames go in and out as they are; `connect` below does the handshake."""

    def __init__(
        self,
        port: int,
        host: str = "127.0.0.1",
        headers: dict[str, str] | None = None,
        path: str = "/",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.frames: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self.close_reason = ""
        self.hello: dict[str, Any] = {}
        self.envelope_problems: list[str] = []
        self._changed = threading.Condition()
        self._next = 0
        address = f"[{host}]" if ":" in host else host
        scheme = "wss" if tls else "ws"
        background.run(self._open(f"{scheme}://{address}:{port}{path}", headers or {}, tls))

    async def _open(self, url: str, headers: dict[str, str], tls: ssl.SSLContext | None) -> None:
        self._session = aiohttp.ClientSession()
        try:
            self._socket = await self._session.ws_connect(
                url, headers=headers, max_msg_size=MAXIMUM_FRAME_BYTES, autoping=True, compress=0, ssl=tls or True
            )
        except BaseException:
            await self._session.close()
            raise
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        code, reason = 1006, ""
        while True:
            message = await self._socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(message.data))
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.envelope_problems.append("a binary frame was sent; clients only read text")
            else:
                if message.type is aiohttp.WSMsgType.CLOSE:
                    code, reason = message.data or 1005, message.extra or ""
                break
        with self._changed:
            self.close_code, self.close_reason = code, reason
            self._changed.notify_all()
        await self._session.close()

    def _take(self, frame: dict[str, Any]) -> None:
        self.envelope_problems += envelope_problems(frame)
        with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()

    # Sending

    def send(self, frame: dict[str, Any]) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        background.run(self._socket.send_str(text))

    def send_bytes(self, data: bytes) -> None:
        background.run(self._socket.send_bytes(data))

    def start(self, method: str, params: Any = None, request_id: str | None = None) -> str:
        """Sends a request and returns its id without waiting."""
        self._next += 1
        request_id = request_id or f"t{self._next}"
        frame = {"type": "req", "id": request_id, "method": method}
        self.send(frame if params is None else {**frame, "params": params})
        return request_id

    def request(self, method: str, params: Any = None, timeout: float = 15) -> Any:
        """The payload of the answer; `Refused` when it is an error."""
        frame = self.response(self.start(method, params), timeout)
        if not frame["ok"]:
            raise Refused(method, frame.get("error") or {})
        return frame.get("payload")

    def refusal(self, method: str, params: Any = None) -> Refused:
        """The error of a request that must not succeed."""
        frame = self.response(self.start(method, params))
        assert not frame["ok"], f"expected {method} to be refused, got {frame.get('payload')}"
        return Refused(method, frame["error"])

    # Waiting

    def wait_for(
        self, what: str, probe: Callable[[dict[str, Any]], bool], timeout: float = 15, after: int = 0
    ) -> dict[str, Any]:
        """The first frame from index `after` on that `probe` accepts."""

        def found() -> dict[str, Any] | None:
            return next((frame for frame in self.frames[after:] if probe(frame)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self.close_code is not None, timeout)
            frame = found()
        assert frame is not None, f"expected {what} within {timeout} s; {self._state()}"
        return frame

    def response(self, request_id: str, timeout: float = 15, number: int = 1) -> dict[str, Any]:
        """The answer to a request; `number` 2 is the second one."""

        def seen() -> list[dict[str, Any]]:
            return [f for f in self.frames if f["type"] == "res" and f["id"] == request_id]

        with self._changed:
            self._changed.wait_for(lambda: len(seen()) >= number or self.close_code is not None, timeout)
            answers = seen()
        assert len(answers) >= number, f"expected answer {number} to {request_id} within {timeout} s; {self._state()}"
        return answers[number - 1]

    def event(self, name: str, timeout: float = 15, after: int = 0, **payload: Any) -> dict[str, Any]:
        """The first event of that name whose payload has these values."""

        def matches(frame: dict[str, Any]) -> bool:
            body = frame.get("payload") or {}
            return frame.get("event") == name and all(body.get(key) == value for key, value in payload.items())

        return self.wait_for(f"event {name} {payload or ''}", matches, timeout, after)

    def closed(self, timeout: float = 15) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self.close_code is not None, timeout)
        assert self.close_code is not None, f"expected the server to close within {timeout} s; {self._state()}"
        return self.close_code

    def _state(self) -> str:
        recent = [json.dumps(frame)[:200] for frame in self.frames[-6:]]
        state = "open" if self.close_code is None else f"closed with {self.close_code} {self.close_reason}"
        return f"the socket is {state}; last frames:\n  " + "\n  ".join(recent)

    # Ending

    def close(self) -> None:
        background.run(self._close())

    async def _close(self) -> None:
        await self._socket.close()
        await self._reader
        await self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()
        if kind is None:
            assert not self.envelope_problems, "envelope: " + "; ".join(self.envelope_problems)

    # Chat in one line

    def chat(self, text: str, session: str = "agent:main:main", timeout: float = 20, **params: Any) -> dict[str, Any]:
        """Sends a message and returns the `chat` event that ended its run."""
        return self.chat_end(self.send_chat(text, session, **params), timeout)

    def send_chat(self, text: str, session: str = "agent:main:main", key: str | None = None, **params: Any) -> str:
        """Sends a message and returns its run id once it is acknowledged."""
        key = key or str(uuid.uuid4())
        self.request(
            "chat.send", {"sessionKey": session, "message": text, "deliver": False, "idempotencyKey": key, **params}
        )
        return key

    def chat_end(self, run: str, timeout: float = 20) -> dict[str, Any]:
        def ended(frame: dict[str, Any]) -> bool:
            body = frame.get("payload") or {}
            return (
                frame.get("event") == "chat"
                and body.get("runId") == run
                and body.get("state") in ("final", "error", "aborted")
            )

        payload: dict[str, Any] = self.wait_for(f"the end of run {run}", ended, timeout)["payload"]
        return payload

    def chat_events(self, run: str) -> list[dict[str, Any]]:
        return [f["payload"] for f in self.frames if f.get("event") == "chat" and f["payload"].get("runId") == run]

    def history(self, session: str = "agent:main:main", limit: int = 200) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.request("chat.history", {"sessionKey": session, "limit": limit})[
            "messages"
        ]
        return messages


def envelope_problems(frame: dict[str, Any]) -> list[str]:
    """Clients of generation 3 drop a frame with an unknown key or a null in its envelope."""
    known = ENVELOPE.get(frame.get("type", ""))
    if known is None:
        return [f"unknown frame type in {json.dumps(frame)[:100]}"]
    problems = [f"unknown key {key!r}" for key in frame if key not in known]
    problems += [f"{key!r} is null" for key in frame if key != "payload" and frame[key] is None]
    problems += [f"unknown error key {key!r}" for key in frame.get("error", {}) if key not in ERROR_KEYS]
    if "stateVersion" in frame and set(frame["stateVersion"]) != {"presence", "health"}:
        problems.append(f"stateVersion is {frame['stateVersion']}")
    return problems


def connect_params(generation: int, **changes: Any) -> dict[str, Any]:
    """The params of a command-line client with the right token; `changes` replaces keys, None removes them."""
    params = {
        "minProtocol": generation,
        "maxProtocol": generation,
        "client": {"id": "cli", "version": "1.0.0", "platform": "linux", "mode": "cli"},
        "role": "operator",
        "scopes": ALL_SCOPES,
        "caps": ["tool-events"],
        "auth": {"token": TOKEN},
    }
    return {key: value for key, value in {**params, **changes}.items() if value is not None}


def connect(
    port: int,
    generation: int = 4,
    device: Device | None = None,
    host: str = "127.0.0.1",
    headers: dict[str, str] | None = None,
    signature: int | None = None,
    tls: ssl.SSLContext | None = None,
    **changes: Any,
) -> Client:
    """A client that is through the handshake; raises `Refused` when it is not let in."""
    client = Client(port, host, headers, tls=tls)
    challenge = client.event("connect.challenge")["payload"]
    params = connect_params(generation, **changes)
    if device:
        signed_at = challenge["ts"] if generation == 4 else int(time.time() * 1000)
        params["device"] = device.block(params, challenge["nonce"], signed_at, signature or generation - 1)
    try:
        client.hello = client.request("connect", params)
    except BaseException:
        client.close()
        raise
    return client
