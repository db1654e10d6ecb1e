"""Many at once, most of whom mean no good: what they cost, and who still gets in."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from harness import Gateway, Refused, connect, connect_params, eventually, gateway_config
from harness.gateway import binary
from harness.websocket import TEXT, frame, text, upgrade
from tests.test_handshake import lan_address

STRANGER = "203.0.113.66"
OWNER = "198.51.100.7"


def opened(port: int, *, host: str = "127.0.0.1", headers: dict[str, str] | None = None) -> tuple[socket.socket, bytes]:
    """A connection that has asked to become a WebSocket, and the answer's first line."""
    connection = socket.create_connection((host, port), 5)
    connection.sendall(upgrade("/", headers))
    heard = b""
    while b"\r\n\r\n" not in heard and (piece := connection.recv(1 << 16)):
        heard += piece
    return connection, heard.partition(b"\r\n")[0]


def beginning(sent: int, size: int = 60_000) -> bytes:
    return frame(TEXT, b"a" * sent, claimed=size)


def is_open(connection: socket.socket) -> bool:
    """Whether nothing but what has come already ends it."""
    connection.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while piece := connection.recv(1 << 16):
            if b"too many large messages" in piece:
                return False
        return False
    return True


def test_of_messages_that_are_not_whole_the_large_ones_go_first(gateway: Gateway) -> None:
    """However long the others have been silent: a login in two pieces is among them."""
    login = text(json.dumps({"type": "req", "id": "c", "method": "connect", "params": connect_params(4)}))
    with contextlib.ExitStack() as stack:

        def stranger(said: bytes) -> socket.socket:
            connection = stack.enter_context(opened(gateway.port)[0])
            connection.sendall(said)
            return connection

        small = [stranger(beginning(1)) for _ in range(200)]
        person = stranger(login[:200])
        large = [stranger(beginning(59_000)) for _ in range(200)]

        def ended() -> int:
            return sum(not is_open(connection) for connection in large)

        eventually("some of the large ones end", lambda: ended() >= 50)
        assert all(is_open(connection) for connection in small)
        person.setblocking(True)
        person.settimeout(5)
        person.sendall(login[200:])
        heard = b""
        while b"hello-ok" not in heard:
            piece = person.recv(1 << 16)
            assert piece, "cut off"
            heard += piece


def lazy(gateway: Gateway, path: str) -> socket.socket:
    """Somebody who asks and does not read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect(("127.0.0.1", gateway.port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


@pytest.mark.parametrize("path", ["/avatar/main", "/control-ui-config.json"])
def test_an_answer_that_many_leave_unread_is_in_memory_once(start: Any, state: Path, path: str) -> None:
    (state / "workspace").mkdir(parents=True)
    (state / "workspace/me.png").write_bytes(os.urandom(1_900_000))
    avatar = "me.png" if "avatar" in path else "data:image/png;base64," + "A" * 800_000
    agent = {"id": "main", "default": True, "identity": {"name": "A", "avatar": avatar}}
    gateway = start(gateway_config(state, more={"agents": {"list": [agent]}}))
    assert len(gateway.get(path).body) > 700_000
    before = gateway.memory()["private"]
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(lazy(gateway, path))
        assert gateway.get(path).status == 200
        assert gateway.memory()["private"] - before < 30_000


def test_a_client_that_is_not_read_fills_no_memory_either_when_its_login_came_behind_other_requests(
    gateway: Gateway,
) -> None:
    script = re.search(r'"\.?/?(assets/[^"]+\.js)"', gateway.get("/").text)
    assert script
    asks = [f"GET /{script[1]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()] * 12
    calls = [("connect", connect_params(4)), *[("config.schema", {})] * 180]
    said = [json.dumps({"type": "req", "id": str(n), "method": m, "params": p}) for n, (m, p) in enumerate(calls)]
    whole = len(gateway.get("/" + script[1]).body)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.connect(("127.0.0.1", gateway.port))
        connection.sendall(b"".join([*asks, upgrade("/"), *map(text, said)]))
        connection.settimeout(3)
        heard = 0
        while heard < 12 * whole:
            heard += len(connection.recv(1 << 16))
        time.sleep(0.5)
        before = gateway.memory()["private"]
        with contextlib.suppress(TimeoutError, ConnectionError):
            for _ in range(100):
                connection.sendall(frame(TEXT, b'"' + b"x" * 400_000 + b'"'))
        assert gateway.memory()["private"] - before < 12_000
    assert gateway.get("/healthz").status == 200


@pytest.fixture
def proxied(start: Any, state: Path) -> tuple[Gateway, str]:
    """A gateway that trusts a proxy on another machine, and that proxy's address."""
    address = lan_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    config = gateway_config(state, more={"gateway": {"bind": "lan", "trustedProxies": [address]}})
    return start(config, args=["--bind", "lan"]), address


def test_a_stranger_behind_a_proxy_takes_his_own_places_only(proxied: tuple[Gateway, str]) -> None:
    gateway, proxy = proxied
    with contextlib.ExitStack() as stack:

        def status(visitor: str) -> bytes:
            headers = {"X-Forwarded-For": visitor, "Host": "claw.example"}
            connection, line = opened(gateway.port, host=proxy, headers=headers)
            stack.enter_context(connection)
            return line.split()[1]

        assert [status(STRANGER) for _ in range(258)] == [b"101"] * 256 + [b"503"] * 2
        assert status(OWNER) == b"101"
        with connect(gateway.port, host=proxy, headers={"X-Forwarded-For": OWNER}) as owner:
            assert owner.request("health")["ok"] is True
        gateway.wait_for_line(f"connections were refused or ended.*{STRANGER}")


def test_places_come_back_when_a_proxys_visitor_leaves(proxied: tuple[Gateway, str]) -> None:
    gateway, proxy = proxied
    headers = {"X-Forwarded-For": STRANGER, "Host": "claw.example"}
    for _ in range(300):
        connection, line = opened(gateway.port, host=proxy, headers=headers)
        assert b" 101 " in line
        connection.close()


def test_who_takes_all_places_and_says_nothing_keeps_nobody_out(
    start: Any, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tmp_path / "few"
    few.write_text(f'#!/bin/sh\nulimit -n 164\nexec "{binary()}" "$@"\n')
    few.chmod(0o755)
    monkeypatch.setenv("OPENCLAW_BINARY", str(few))
    gateway = start(gateway_config(state))
    with connect(gateway.port) as before, contextlib.ExitStack() as stack:
        for n in range(200):
            stranger = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 5))
            stranger.sendall(upgrade("/") if n % 2 else b"GET /heal")
        with connect(gateway.port) as owner:
            assert owner.request("health")["ok"] is True
        assert before.request("health")["ok"] is True
    gateway.wait_for_line("connections were refused or ended")


def test_bodies_that_nobody_wants_keep_no_call_out(gateway: Gateway) -> None:
    head = "POST /nobody HTTP/1.1\r\nHost: claw.example\r\nContent-Length: 1048576\r\n\r\n"
    before = gateway.memory()["private"]
    with contextlib.ExitStack() as stack:
        for _ in range(33):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 5))
            connection.sendall(head.encode() + b"a" * 1_048_575)
        assert gateway.memory()["private"] - before < 16_000
        with socket.create_connection(("127.0.0.1", gateway.port), 5) as call:
            call.sendall(b"POST /nobody HTTP/1.1\r\nHost: claw.example\r\nContent-Length: 2000\r\n\r\n" + b"a" * 1000)
            call.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                assert call.recv(100) == b"", "answered before all has come"
            call.settimeout(5)
            call.sendall(b"a" * 1000)
            assert call.recv(4096).startswith(b"HTTP/1.1 404 ")
            call.sendall(b"GET /healthz HTTP/1.1\r\nHost: claw.example\r\n\r\n")
            assert call.recv(4096).startswith(b"HTTP/1.1 200 "), "the connection goes on behind the body"


def test_heads_have_a_limited_room_together(gateway: Gateway) -> None:
    fields = "".join(f"a{n:03}: {'z' * 330}\r\n" for n in range(95))
    head = "POST /nobody HTTP/1.1\r\nHost: x.example\r\nContent-Length: 1000\r\n" + fields + "\r\n"
    before = gateway.memory()["private"]
    with contextlib.ExitStack() as stack:
        senders = []
        for whole in [True, False] * 300:
            sender = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 5))
            sender.sendall(head.encode() if whole else head.encode()[:-4])
            senders.append(sender)
        assert gateway.get("/healthz").status == 200
        assert gateway.memory()["private"] - before < 17_000
        heard = 0
        for sender in senders:
            sender.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                heard += sender.recv(100).startswith(b"HTTP/1.1 503 ")
        assert 300 < heard < 500


@pytest.mark.parametrize("changes", [{"client": {"displayName": "x" * 201}}, {"scopes": ["x" * 201]}])
def test_a_name_that_everybody_would_be_told_has_a_length(gateway: Gateway, changes: dict[str, Any]) -> None:
    client = {**connect_params(4)["client"], **changes.pop("client", {})}
    with pytest.raises(Refused, match="more than 200 characters"):
        connect(gateway.port, client=client, **changes)


def test_who_asks_for_much_of_the_log_at_once_keeps_nobody_waiting(gateway: Gateway) -> None:
    (log,) = (gateway.state / "logs").iterdir()
    with log.open("a") as lines:
        lines.writelines(json.dumps({"0": "x" * 180}) + "\n" for _ in range(5000))
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", gateway.port))
        login = {"type": "req", "id": "c", "method": "connect", "params": connect_params(4, scopes=["operator.read"])}
        ask = {"type": "req", "id": "l", "method": "logs.tail", "params": {"limit": 5000, "maxBytes": 1_000_000}}
        reader.sendall(upgrade("/") + text(json.dumps(login)))
        heard = b""
        while b"hello-ok" not in heard:
            heard += reader.recv(1 << 16)
        before = gateway.memory()["private"]
        reader.sendall(text(json.dumps(ask)) * 64)
        for _ in range(5):
            assert gateway.get("/healthz").status == 200
        assert gateway.memory()["private"] - before < 25_000
        reader.settimeout(10)
        answered, tail = 0, b""
        while answered < 64:
            piece = reader.recv(1 << 20)
            assert piece, f"cut off after {answered} answers"
            answered += (tail + piece).count(b'{"type":"res"')
            tail = piece[-12:]
