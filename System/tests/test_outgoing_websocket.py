"""A WebSocket that we open, to the letter of RFC 6455: against bytes, against aiohttp and against the fake of Discord's gateway."""

from __future__ import annotations

import json
import os
import struct
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from fakes.discord import FakeDiscord
from fakes.loopback import Loopback
from fakes.proxy import FakeProxy
from harness.certificates import Authority
from harness.outgoing import Driver, Listening, opened
from harness.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

CHOPS = [None, 1, 7]


def sent(opcode: int, payload: bytes | str = b"", **options: object) -> bytes:
    """A server's frame."""
    payload = payload.encode() if isinstance(payload, str) else payload
    return frame(opcode, payload, **{"masked": False, **options})  # type: ignore[arg-type]


def closing(code: int, reason: bytes = b"") -> bytes:
    return sent(CLOSE, struct.pack("!H", code) + reason)


# The handshake


def test_the_request_says_what_rfc_6455_asks_for(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        with Listening() as server:
            url = f"ws://127.0.0.1:{server.port}/a/b?v=10&x=%20"
            with Driver(url, tmp_path, header="X-Own: å"), server.accept().take_request() as end:
                assert end.head.split("\r\n")[0] == "GET /a/b?v=10&x=%20 HTTP/1.1"
                assert end.header("Host") == [f"127.0.0.1:{server.port}"]
                assert end.header("Upgrade") == ["websocket"]
                assert end.header("Connection") == ["Upgrade"]
                assert end.header("Sec-WebSocket-Version") == ["13"]
                assert end.header("Sec-WebSocket-Extensions") == []
                assert end.header("User-Agent") == ["wire-echo"]
                assert end.header("X-Own") == ["å"]
                [key] = end.header("Sec-WebSocket-Key")
                assert len(b64decode(key)) == 16
                keys.add(key)
    assert len(keys) == 2


@pytest.mark.parametrize(("rest", "target"), [("", "/"), ("?x=/", "/?x=/"), ("/", "/")])
def test_an_address_may_lack_its_path(tmp_path: Path, rest: str, target: str) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}{rest}", tmp_path):
        with server.accept().take_request() as end:
            assert end.head.startswith(f"GET {target} HTTP/1.1\r\n")


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"], ids=["", "103 first"])
def test_the_answer_and_what_follows_may_come_in_any_pieces(tmp_path: Path, chop: int | None, first: bytes) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        with server.accept().take_request() as end:
            end.send(first + end.answer + sent(TEXT, "one") + sent(BINARY, b"\0two") + closing(4004, b"Out."), chop)
            assert driver.line() == "open"
            assert driver.next() == ("text", b"one")
            assert driver.next() == ("binary", b"\0two")
            assert driver.ask("next") == "closed 4004 Out."


ACCEPT = b"Sec-WebSocket-Accept: "


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ((ACCEPT, ACCEPT + b"x"), "Accept"),
        ((ACCEPT, b"X: "), "Accept"),
        ((ACCEPT, ACCEPT + b"x\r\n" + ACCEPT), "Accept"),
        ((b"Upgrade: websocket\r\n", b""), "something other"),
        ((b"Upgrade: websocket", b"Upgrade: h2c"), "something other"),
        ((b"Connection: Upgrade", b"Connection: close"), "something other"),
        ((b"HTTP/1.1", b"HTTP/1.0"), "something other"),
        ((b"HTTP/1.1 101", b"SSH-2.0"), "did not answer in HTTP"),
        ((b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), "not offered"),
        ((b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: chat\r\n\r\n"), "not offered"),
        ((b"\r\n\r\n", b"\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"), "too long a line"),
        ((b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 12_000 + b"\r\n"), "too many headers"),
    ],
)
def test_an_answer_that_is_wrong_is_no_websocket(tmp_path: Path, change: tuple[bytes, bytes], word: str) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        with server.accept().take_request() as end:
            end.send(end.answer.replace(*change))
            line = driver.line()
            assert line.startswith("failed interrupted(") and word in line, line
            assert end.is_cut()


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(b"401 Unauthorized\r\nContent-Length: 3\r\n\r\nno.", "401 - " + b"no.".hex(), id="401"),
        pytest.param(
            b"429 Too Many Requests\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3;x=y\r\nslo\r\n2\r\nw!\r\n0\r\n\r\n",
            "429 7 " + b"slow!".hex(),
            id="429 in chunks",
        ),
        pytest.param(b"204 No Content\r\n\r\n", "204 - ", id="204"),
        pytest.param(b"500 Oh\r\nContent-Length: 0\r\n\r\n", "500 - ", id="an empty body"),
        pytest.param(b"301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "301 - ", id="a redirect"),
        pytest.param(b"200 OK\r\nContent-Length: 2\r\n\r\nok", "200 - " + b"ok".hex(), id="200"),
        pytest.param(
            b"502 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n", "502 - " + b"ab".hex(), id="bad chunks"
        ),
    ],
)
def test_a_refusal_is_told_with_its_body(tmp_path: Path, answer: bytes, told: str, chop: int | None) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        with server.accept().take_request() as end:
            end.send(b"HTTP/1.1 " + answer, chop)
            assert driver.line() == "refused " + told
            assert end.is_cut()


@pytest.mark.parametrize("how", ["ends", "falls silent"])
def test_a_refusal_that_is_cut_off_is_told_as_far_as_it_came(tmp_path: Path, how: str) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path, handshake=300) as driver:
        with server.accept().take_request() as end:
            end.send(b"HTTP/1.1 403 Forbidden\r\n" + b"Content-Length: 99\r\n" * (how == "falls silent") + b"\r\nno")
            if how == "ends":
                end.end()
            assert driver.line() == "refused 403 - " + b"no".hex()


def test_of_a_long_refusal_16_kib_are_told(tmp_path: Path) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        with server.accept().take_request() as end:
            end.send(b"HTTP/1.1 403 Forbidden\r\n\r\n" + b"x" * 100_000)
            assert driver.line() == "refused 403 - " + (b"x" * (16 << 10)).hex()


def test_a_server_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path, handshake=200) as driver:
        with server.accept().take_request() as end:
            end.send(b"HTTP/1.1 101 Sw")
            assert driver.line().startswith("failed timedOut(")
            assert end.is_cut()


def test_a_server_that_never_speaks_tls_is_given_up(tmp_path: Path) -> None:
    with Listening() as server, Driver(f"wss://127.0.0.1:{server.port}", tmp_path, connect=200) as driver:
        with server.accept():
            assert driver.line().startswith("failed unreachable(")


def test_a_server_that_hangs_up_is_told(tmp_path: Path) -> None:
    with Listening() as server, Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        server.accept().take_request().end()
        assert driver.line().startswith("failed interrupted(")


def test_a_port_where_nobody_listens_is_told(tmp_path: Path) -> None:
    with Listening() as server:
        pass
    with Driver(f"ws://127.0.0.1:{server.port}", tmp_path) as driver:
        assert driver.line().startswith("failed unreachable(")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "ws://", "ws:///x", "ws://u:p@h/", "ws://h/#x", "ws://h/å", "ws://h/ x", "ws://h:x/"]
)
def test_what_is_no_address_of_a_websocket_is_refused(tmp_path: Path, url: str) -> None:
    with Driver(url, tmp_path) as driver:
        assert driver.line().startswith("failed invalidRequest(")


@pytest.mark.parametrize("header", ["Host: x", "Upgrade: x", "Sec-WebSocket-Key: x", "X: a\rb", "Content-Length: 1"])
def test_a_header_cannot_change_the_handshake(tmp_path: Path, header: str) -> None:
    with Driver("ws://127.0.0.1:1", tmp_path, header=header) as driver:
        assert driver.line().startswith("failed invalidRequest(")


# Messages


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 20])
@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
def test_a_message_of_any_size_goes_both_ways(tmp_path: Path, opcode: int, size: int) -> None:
    payload = b"*" * size if opcode == TEXT else os.urandom(size)
    with opened(tmp_path) as (driver, end):
        driver.tell("echo")
        end.send(sent(opcode, payload))
        heard = end.read()
    assert heard is not None and (heard.opcode, heard.payload, heard.final) == (opcode, payload, True)


@pytest.mark.parametrize("chop", CHOPS)
def test_fragments_come_together_and_pings_between_are_answered(tmp_path: Path, chop: int | None) -> None:
    with opened(tmp_path) as (driver, end):
        driver.tell("next")
        end.send(sent(TEXT, "frag", final=False) + sent(PING, b"\xff1") + sent(CONTINUATION, "", final=False), chop)
        end.send(sent(PING) + sent(PONG, "unasked") + sent(CONTINUATION, "menté"), chop)
        assert driver.line() == "text " + "fragmenté".encode().hex()
        assert [(f.opcode, f.payload) for f in (end.read(), end.read()) if f] == [(PONG, b"\xff1"), (PONG, b"")]


def test_every_frame_has_a_mask_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        for _ in range(20):
            driver.tell("send same")
            heard = end.read()
            assert heard is not None and heard.payload == b"same"
    assert len(set(end.masks)) == 20


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param(sent(TEXT, "hi", masked=True), 1002, id="a mask"),
        pytest.param(sent(PING, "hi", masked=True), 1002, id="a mask on a ping"),
        pytest.param(sent(TEXT, "hi", reserved=4), 1002, id="compressed, which was not agreed on"),
        pytest.param(sent(TEXT, "hi", reserved=1), 1002, id="a reserved bit"),
        pytest.param(sent(3), 1002, id="an opcode that is not"),
        pytest.param(sent(PING, final=False), 1002, id="a ping in fragments"),
        pytest.param(sent(PING, b"x" * 126), 1002, id="a long ping"),
        pytest.param(sent(CONTINUATION, "x"), 1002, id="nothing to continue"),
        pytest.param(sent(TEXT, "x", final=False) + sent(TEXT, "y"), 1002, id="a message within a message"),
        pytest.param(sent(BINARY, b"x", length_bytes=8), 1002, id="a length not in its shortest form"),
        pytest.param(sent(BINARY, b"", length_bytes=8, claimed=1 << 63), 1002, id="a length out of range"),
        pytest.param(sent(TEXT, b"\xc0\xaf"), 1007, id="text that is not UTF-8"),
        pytest.param(sent(CLOSE, b"\x03"), 1002, id="a cut close code"),
        pytest.param(closing(1005), 1002, id="a close code that is never sent"),
        pytest.param(closing(1000, b"\xff"), 1007, id="a reason that is not UTF-8"),
        pytest.param(sent(BINARY, b"x" * 1001), 1009, id="too long a message"),
        pytest.param(
            sent(BINARY, b"x" * 600, final=False) + sent(CONTINUATION, b"x" * 600), 1009, id="too long in fragments"
        ),
        pytest.param(sent(BINARY, b"", length_bytes=8, claimed=1 << 62), 1009, id="an endless message"),
    ],
)
def test_what_a_server_may_not_send_ends_the_connection(
    tmp_path: Path, wrong: bytes, code: int, chop: int | None
) -> None:
    with opened(tmp_path, max=1000) as (driver, end):
        end.send(sent(TEXT, "good") + wrong + sent(TEXT, "hidden"), chop)
        assert driver.next() == ("text", b"good")
        line = driver.ask("next")
        assert line.startswith("broken tooLarge(" if code == 1009 else "broken interrupted("), line
        assert driver.ask("next") == line
        heard = end.read()
        assert heard is not None and (heard.opcode, heard.code) == (CLOSE, code)
        assert end.is_cut()


# Back-pressure


def test_a_server_is_held_back_while_nobody_takes_its_messages(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        message = sent(BINARY, b"x" * 65536)
        count = end.stuff(message, most=1000)
        assert 0 < count < 400, f"{count} messages of 64 KiB were taken although nobody asked for one"
        for _ in range(10):
            assert driver.next() == ("binary", b"x" * 65536)


def test_a_server_that_takes_nothing_is_given_up_before_much_is_queued(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        driver.tell("echo")
        assert end.stuff(sent(BINARY, b"x" * 65536), most=1000) < 1000
        assert "takes nothing more" in driver.line()


# Closing


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, *range(4000, 4015), 4999])
def test_the_servers_code_and_reason_are_told_and_its_code_is_sent_back(tmp_path: Path, code: int) -> None:
    with opened(tmp_path) as (driver, end):
        end.send(closing(code, "Schluß.".encode()) + sent(TEXT, "hidden"))
        assert driver.ask("next") == f"closed {code} Schluß."
        assert driver.ask("next") == f"closed {code} Schluß."
        driver.tell("send ignored")
        heard = end.read()
        assert heard is not None and (heard.opcode, heard.code, len(heard.payload)) == (CLOSE, code, 2)
        assert end.is_cut()


def test_a_close_without_a_code_is_answered_with_none(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        end.send(sent(CLOSE))
        assert driver.ask("next") == "closed 1005 "
        heard = end.read()
        assert heard is not None and (heard.opcode, heard.payload) == (CLOSE, b"")


def test_what_came_before_a_close_is_told_first(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        end.send(sent(TEXT, "1") + sent(TEXT, "2") + closing(4009))
        end.end()
        assert [driver.next() for _ in range(2)] == [("text", b"1"), ("text", b"2")]
        assert driver.ask("next") == "closed 4009 "


def test_why_the_server_closed_is_told_although_we_were_writing(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        end.send(closing(4004, b"Authentication failed."))
        end.end()
        for _ in range(3):
            driver.tell("send to nobody")
        assert driver.ask("next") == "closed 4004 Authentication failed."


def test_we_close_and_wait_for_the_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        driver.tell("send last words")
        driver.tell("close 4000 " + "å" * 100)
        heard = [end.read(), end.read()]
        assert heard[0] is not None and heard[0].payload == b"last words"
        assert heard[1] is not None and (heard[1].opcode, heard[1].code) == (CLOSE, 4000)
        assert heard[1].payload[2:].decode() == "å" * 61  # as much as fits, in whole characters
        end.send(sent(TEXT, "too late") + sent(PING) + closing(4000, b"as you wish"))
        assert driver.line() == "answered 4000 as you wish"
        assert driver.ask("next") == "closed 4000 as you wish"
        assert end.is_cut()


def test_a_close_that_is_not_answered_ends_after_a_while(tmp_path: Path) -> None:
    with opened(tmp_path, close=200) as (driver, end):
        assert driver.ask("close 1000") == "unanswered"
        assert driver.ask("next").startswith("broken timedOut(")
        assert end.is_cut()


def test_a_connection_that_we_cut_is_cut(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        driver.tell("abort")
        assert driver.ask("next").startswith("broken interrupted(")
        assert end.is_cut()


@pytest.mark.parametrize("begun", [b"", sent(TEXT, "x", final=False), sent(BINARY, b"xyz")[:-1]])
def test_an_end_without_a_close_frame_is_a_break(tmp_path: Path, begun: bytes) -> None:
    with opened(tmp_path) as (driver, end):
        end.send(begun)
        end.end()
        assert driver.ask("next").startswith("broken interrupted(")


def test_cancelling_a_wait_leaves_the_socket_as_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as (driver, end):
        assert driver.ask("cancel") == "broken cancelled"
        end.send(sent(TEXT, "still here"))
        assert driver.next() == ("text", b"still here")


# Silence


def test_a_server_that_falls_silent_is_asked_and_then_given_up(tmp_path: Path) -> None:
    with opened(tmp_path, ping=100, pong=200) as (driver, end):
        driver.tell("next")
        heard = end.read()
        assert heard is not None and (heard.opcode, heard.payload) == (PING, b"")
        assert driver.line().startswith("broken timedOut(")
        assert end.is_cut()


def test_a_server_that_answers_pings_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path, ping=50, pong=5000) as (driver, end):
        driver.tell("next")
        for _ in range(5):
            heard = end.read()
            assert heard is not None and heard.opcode == PING
            end.send(sent(PONG))
        end.send(sent(TEXT, "alive"))
        assert driver.line() == "text " + b"alive".hex()


# TLS and proxies


class AiohttpEcho(Loopback):
    """Echoes, by a stack that is not ours; offers compression and HTTP/2 in vain."""

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/ws", self._echo)
        return application

    async def _echo(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=True, max_msg_size=0)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data == "leave":
                await socket.close(code=4013, message="Invalid intent(s).".encode())
            elif message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[AiohttpEcho, Authority]]:
    authority = Authority(tmp_path)
    context = authority.server()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with AiohttpEcho(context) as server:
        yield server, authority


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_tls_with_an_authority_of_ones_own(
    tmp_path: Path, secure: tuple[AiohttpEcho, Authority], variable: str
) -> None:
    server, authority = secure
    env = {variable: str(authority.file if variable == "SSL_CERT_FILE" else authority.directory)}
    with Driver(f"wss://127.0.0.1:{server.port}/ws", tmp_path, env) as driver:
        assert driver.line() == "open"
        long = "å" * 100_000
        driver.tell("send " + long)
        assert driver.next() == ("text", long.encode())
        driver.tell("send leave")
        assert driver.ask("next") == "closed 4013 Invalid intent(s)."


def test_tls_with_an_authority_that_nobody_knows(tmp_path: Path, secure: tuple[AiohttpEcho, Authority]) -> None:
    with Driver(f"wss://127.0.0.1:{secure[0].port}/ws", tmp_path) as driver:
        line = driver.line()
        assert line.startswith("failed unreachable(") and "certificate" in line


@pytest.mark.parametrize("chop", CHOPS)
def test_tls_in_any_pieces(tmp_path: Path, chop: int | None) -> None:
    authority = Authority(tmp_path)
    context = authority.server()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with Listening(context) as server:
        env = {"SSL_CERT_FILE": str(authority.file)}
        with Driver(f"wss://127.0.0.1:{server.port}", tmp_path, env) as driver, server.accept().take_request() as end:
            assert end.alpn == "http/1.1"
            end.send(end.answer + sent(TEXT, "one") + sent(TEXT, "two"), chop)
            assert driver.line() == "open"
            assert driver.next() == ("text", b"one")
            assert driver.next() == ("text", b"two")
            count = end.stuff(sent(BINARY, b"x" * 65536), most=1000)
            assert 0 < count < 400
            for _ in range(10):
                assert driver.next() == ("binary", b"x" * 65536)


@pytest.mark.parametrize("by", ["variable", "option"])
def test_a_proxy_leads_to_the_server(tmp_path: Path, by: str) -> None:
    with Listening() as server, FakeProxy({"gateway.example": server.port}, tmp_path) as proxy:
        env = {"SSL_CERT_FILE": str(proxy.certificate)} | ({"HTTPS_PROXY": proxy.url} if by == "variable" else {})
        options = {"proxy": proxy.url} if by == "option" else {}
        with Driver("wss://gateway.example/?v=10", tmp_path, env, **options) as driver:
            with server.accept().take_request() as end:
                assert end.header("Host") == ["gateway.example"]
                end.send(end.answer + sent(TEXT, "hello"))
                assert driver.line() == "open"
                assert driver.next() == ("text", b"hello")
                driver.tell("send hi")
                heard = end.read()
                assert heard is not None and heard.payload == b"hi"
    assert proxy.hosts == ["gateway.example"]


def test_without_tls_a_proxy_is_asked_for_a_tunnel_too(tmp_path: Path) -> None:
    with Listening() as proxy:
        with Driver("ws://gateway.example/x", tmp_path, proxy=f"http://127.0.0.1:{proxy.port}") as driver:
            with proxy.accept().take_request() as end:
                assert end.head.startswith("CONNECT gateway.example:80 HTTP/1.1\r\n")
                end.send(b"HTTP/1.1 200 OK\r\n\r\n")
                end.take_request()
                assert end.head.startswith("GET /x HTTP/1.1\r\nHost: gateway.example\r\n")
                end.send(end.answer)
                assert driver.line() == "open"


def test_a_proxy_that_refuses_is_told(tmp_path: Path) -> None:
    with FakeProxy({}, tmp_path) as proxy, Driver("wss://gateway.example/", tmp_path, proxy=proxy.url) as driver:
        line = driver.line()
        assert line.startswith("failed ") and "502" in line, line


# Discord's gateway


@pytest.mark.parametrize("one_byte_writes", [False, True])
def test_discords_gateway_and_its_shared_compression(tmp_path: Path, one_byte_writes: bool) -> None:
    with FakeDiscord() as fake:
        fake.channel("general")
        fake.gateway.one_byte_writes = one_byte_writes
        url = f"{fake.gateway_url}/?v=10&encoding=json&compress=zlib-stream"
        with Driver(url, tmp_path, zlib=1 << 20) as driver:

            def take() -> dict[str, object]:
                while (line := driver.ask("next")) == "more":
                    pass
                assert line.startswith("text "), line
                return json.loads(bytes.fromhex(line.removeprefix("text ")))  # type: ignore[no-any-return]

            assert driver.line() == "open"
            assert take()["op"] == 10
            properties = {"os": "linux", "browser": "openclaw", "device": "openclaw"}
            identify = {"token": fake.token, "intents": 513, "properties": properties}
            driver.tell("send " + json.dumps({"op": 2, "d": identify}))
            assert [take()["t"] for _ in range(2)] == ["READY", "GUILD_CREATE"]
            driver.tell('send {"op": 1, "d": 2}')
            assert take()["op"] == 11
            assert driver.ask("close 4000 off").startswith("answered ")
