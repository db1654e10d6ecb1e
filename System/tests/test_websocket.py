"""RFC 6455 to the letter, and the basics of RFC 7692, against the echo at `/ws`."""

from __future__ import annotations

import os
import random
import socket
import zlib
from dataclasses import dataclass

import pytest

from harness.gateway import Echo, Gateway
from harness.raw import exchange
from harness.websocket import (
    ACCEPT,
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Frame,
    Socket,
    close,
    frame,
    text,
    upgrade,
)

MEGABYTE = 1 << 20
CHOPS = [None, 1, 7]
Told = list[tuple[int, bytes]]


def echoes(echo: Echo, sent: bytes, expected: Told, chop: int | None = None) -> None:
    """Sends the bytes and a close; expects these messages, then the close echoed, then the end."""
    with Socket(echo.port) as connection:
        connection.send(sent + close(1000), chop)
        heard = connection.rest()
    assert [(m.opcode, m.payload) for m in heard[:-1]] == expected
    assert heard[-1].opcode == CLOSE and heard[-1].code == 1000


def fails(echo: Echo, sent: bytes, code: int = 1002, before: Told | None = None, chop: int | None = None) -> None:
    """Sends the bytes; expects these messages at most, then a close with the code, then the end."""
    with Socket(echo.port) as connection:
        connection.send(sent, chop)
        heard = connection.rest()
    assert heard, "expected a close frame before the end of the connection"
    assert (heard[-1].opcode, heard[-1].code) == (CLOSE, code), f"expected close {code}, got {heard[-1]}"
    assert [(m.opcode, m.payload) for m in heard[:-1]] == (before or [])


# 1 Framing


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65535, 65536])
def test_a_message_of_any_size_comes_back(echo: Echo, opcode: int, size: int) -> None:
    payload = b"*" * size if opcode == TEXT else os.urandom(size)
    echoes(echo, frame(opcode, payload), [(opcode, payload)])


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
def test_a_message_in_pieces_of_997_bytes_comes_back(echo: Echo, opcode: int) -> None:
    echoes(echo, frame(opcode, b"*" * 65536), [(opcode, b"*" * 65536)], chop=997)


@pytest.mark.parametrize(("size", "form"), [(0, 2), (125, 2), (125, 8), (126, 8), (65535, 8)])
def test_a_length_must_use_its_shortest_form(echo: Echo, size: int, form: int) -> None:
    fails(echo, frame(BINARY, b"*" * size, length_bytes=form))


def test_a_length_with_its_highest_bit_set_is_refused(echo: Echo) -> None:
    fails(echo, frame(BINARY, b"", length_bytes=8, claimed=1 << 63))


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
def test_a_frame_without_a_mask_is_refused(echo: Echo, opcode: int) -> None:
    payload = b"\x03\xe8" if opcode == CLOSE else b"hi"
    fails(echo, frame(opcode, payload, masked=False))


# 2 Pings and pongs


@pytest.mark.parametrize(
    "payload",
    [b"", b"Hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125],
    ids=["empty", "text", "binary", "125 bytes"],
)
@pytest.mark.parametrize("chop", CHOPS)
def test_a_ping_is_answered_with_its_payload(echo: Echo, payload: bytes, chop: int | None) -> None:
    echoes(echo, frame(PING, payload), [(PONG, payload)], chop)


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_over_125_bytes_is_refused(echo: Echo, opcode: int) -> None:
    fails(echo, frame(opcode, b"\x03\xe8" + b"x" * 124))


def test_a_pong_nobody_asked_for_is_ignored(echo: Echo) -> None:
    sent = frame(PONG) + frame(PONG, b"unasked") + frame(PING, b"now")
    echoes(echo, sent, [(PONG, b"now")])


@pytest.mark.parametrize("chop", CHOPS)
def test_ten_pings_are_answered_in_order(echo: Echo, chop: int | None) -> None:
    sent = b"".join(frame(PING, b"payload-%d" % n) for n in range(10))
    echoes(echo, sent, [(PONG, b"payload-%d" % n) for n in range(10)], chop)


# 3 and 4 Reserved bits and opcodes


@pytest.mark.parametrize("bits", range(1, 8))
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
def test_reserved_bits_are_refused(echo: Echo, bits: int, opcode: int) -> None:
    payload = b"\x03\xe8" if opcode == CLOSE else b"Hello"
    fails(echo, text("first") + frame(opcode, payload, reserved=bits), before=[(TEXT, b"first")])


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
@pytest.mark.parametrize("payload", [b"", b"reserved"], ids=["empty", "full"])
def test_reserved_opcodes_are_refused(echo: Echo, opcode: int, payload: bytes) -> None:
    fails(echo, text("first") + frame(opcode, payload) + frame(PING), before=[(TEXT, b"first")])


# 5 Fragments


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
def test_a_control_frame_must_not_be_in_fragments(echo: Echo, opcode: int) -> None:
    fails(echo, frame(opcode, b"\x03\xe8", final=False) + frame(CONTINUATION, b""))


A, B = text("fragment1", final=False), frame(CONTINUATION, b"fragment2")
MIDDLE = frame(CONTINUATION, b"fragment2", final=False)
EMPTY = frame(CONTINUATION, b"", final=False)
WHOLE = (TEXT, b"fragment1fragment2")


@pytest.mark.parametrize("chop", CHOPS)
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(A + B, [WHOLE], id="two fragments"),
        pytest.param(A + frame(PING, b"ping") + B, [(PONG, b"ping"), WHOLE], id="a ping between"),
        pytest.param(A + frame(PONG, b"pong") + B, [WHOLE], id="a pong between"),
        pytest.param(A + EMPTY + EMPTY + B, [WHOLE], id="empty fragments between"),
        pytest.param(
            text("", final=False) + EMPTY + frame(CONTINUATION, b""), [(TEXT, b"")], id="only empty fragments"
        ),
        pytest.param(A + MIDDLE + frame(CONTINUATION, b"3"), [(TEXT, b"fragment1fragment23")], id="three fragments"),
        pytest.param((A + B) * 3, [WHOLE] * 3, id="three messages"),
        pytest.param(
            A
            + MIDDLE
            + frame(PING, b"1")
            + frame(CONTINUATION, b"3", final=False)
            + frame(PING, b"2")
            + frame(CONTINUATION, b"4"),
            [(PONG, b"1"), (PONG, b"2"), (TEXT, b"fragment1fragment234")],
            id="two pings between",
        ),
        pytest.param(
            frame(BINARY, b"\x00\xff", final=False) + frame(CONTINUATION, b"\x80"),
            [(BINARY, b"\x00\xff\x80")],
            id="binary",
        ),
    ],
)
def test_fragments_make_one_message(echo: Echo, sent: bytes, expected: Told, chop: int | None) -> None:
    echoes(echo, sent, expected, chop)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(B + text("x"), id="an end without a start"),
        pytest.param(MIDDLE + text("x"), id="a middle without a start"),
        pytest.param(A + text("x"), id="a new text inside"),
        pytest.param(A + frame(BINARY, b"x"), id="a new binary inside"),
        pytest.param(A + text("x", final=False), id="a new fragment inside"),
    ],
)
@pytest.mark.parametrize("chop", CHOPS)
def test_fragments_out_of_order_are_refused(echo: Echo, sent: bytes, chop: int | None) -> None:
    fails(echo, sent, chop=chop)


def test_an_end_after_a_whole_message_is_refused(echo: Echo) -> None:
    fails(echo, A + B + B, before=[WHOLE])


# 6 UTF-8

VALID = [
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\x00",
    "\x7f",
    "\x80",
    "\u07ff",
    "\u0800",
    "\ud7ff",
    "\ue000",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "\U00010000",
    "\U0001fffe",
    "\U0010fffe",
    "\U0010ffff",
    "\ufdd0",
    "e\u0301",
    "😀" * 20,
]
INVALID = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80\xbf",
    b"\xc0\x20",
    b"\xc1\x80",
    b"\xdf",
    b"\xe0\x80",
    b"\xef\xbf",
    b"\xf0\x80\x80",
    b"\xf7\xbf\xbf",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xf8\x80\x80\x80\xaf",
    b"\xfc\x80\x80\x80\x80\xaf",
    b"\xc1\xbf",
    b"\xe0\x9f\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xed\xa0\x80",
    b"\xed\xaf\xbf",
    b"\xed\xb0\x80",
    b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xc3(",
    b"\xe2\x82(",
    b"\xf0\x9f\x98(",
]


@pytest.mark.parametrize("value", VALID, ids=ascii)
def test_valid_text_comes_back_whole_and_in_fragments_of_a_byte(echo: Echo, value: str) -> None:
    raw = value.encode()
    single = [raw[n : n + 1] for n in range(len(raw))]
    fragments = [
        frame(TEXT if n == 0 else CONTINUATION, part, final=n == len(single) - 1) for n, part in enumerate(single)
    ]
    echoes(echo, text(raw) + b"".join(fragments), [(TEXT, raw), (TEXT, raw)])


@pytest.mark.parametrize("raw", INVALID, ids=repr)
@pytest.mark.parametrize("chop", CHOPS)
def test_invalid_text_is_refused_with_1007(echo: Echo, raw: bytes, chop: int | None) -> None:
    fails(echo, text(raw), 1007, chop=chop)


@pytest.mark.parametrize("raw", INVALID, ids=repr)
def test_invalid_text_may_be_binary(echo: Echo, raw: bytes) -> None:
    echoes(echo, frame(BINARY, raw), [(BINARY, raw)])


GOOD_START = "κόσμε".encode()


def test_invalid_text_is_refused_before_its_last_fragment(echo: Echo) -> None:
    fails(echo, text(GOOD_START, final=False) + frame(CONTINUATION, b"\xf4\x90", final=False), 1007)


def test_invalid_text_is_refused_before_its_frame_is_complete(echo: Echo) -> None:
    whole = text(GOOD_START + b"\xf4\x90\x80\x80edited" + b"x" * 100)
    fails(echo, whole[: 6 + len(GOOD_START) + 2], 1007)


def test_text_that_ends_inside_a_character_is_refused(echo: Echo) -> None:
    fails(echo, text("ä".encode()[:1], final=False) + frame(CONTINUATION, b""), 1007)


# 7 Closing


def test_a_close_is_echoed_and_nothing_after_it_is_answered(echo: Echo) -> None:
    with Socket(echo.port) as connection:
        connection.send(text("one") + close(1000) + text("two") + frame(PING, b"x"))
        heard = connection.rest()
    assert [(m.opcode, m.code if m.opcode == CLOSE else m.payload) for m in heard] == [(TEXT, b"one"), (CLOSE, 1000)]


def test_a_close_inside_a_fragmented_message_ends_it(echo: Echo) -> None:
    fails(echo, A + close(1000) + B, 1000)


def test_an_empty_close_is_answered_with_an_empty_one_or_1000(echo: Echo) -> None:
    with Socket(echo.port) as connection:
        connection.send(close(None))
        heard = connection.rest()
    assert [m.opcode for m in heard] == [CLOSE] and heard[0].payload in (b"", b"\x03\xe8")


def test_a_close_of_one_byte_is_refused(echo: Echo) -> None:
    fails(echo, frame(CLOSE, b"\x03"))


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
)
def test_a_good_close_code_is_answered(echo: Echo, code: int) -> None:
    with Socket(echo.port) as connection:
        connection.send(close(code, b"because"))
        heard = connection.rest()
    assert [m.code for m in heard] in ([code], [1000])


@pytest.mark.parametrize("code", [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_a_bad_close_code_is_refused(echo: Echo, code: int) -> None:
    fails(echo, close(code))


def test_a_close_reason_may_have_123_bytes(echo: Echo) -> None:
    fails(echo, close(1000, b"*" * 123), 1000)


def test_a_close_reason_that_is_not_text_is_refused(echo: Echo) -> None:
    fails(echo, close(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80"), 1007)


def test_the_server_ends_the_connection_after_the_closes(echo: Echo) -> None:
    with Socket(echo.port, seconds=5) as connection:
        connection.send(close(1000))
        connection.rest()


# 9 and 10 Large messages


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize(
    "size", [64 * 1024, 256 * 1024, MEGABYTE, 4 * MEGABYTE, 8 * MEGABYTE, 16 * MEGABYTE], ids=lambda n: f"{n >> 10} KB"
)
def test_a_large_message_comes_back(echo: Echo, opcode: int, size: int) -> None:
    payload = b"*" * size if opcode == TEXT else random.Random(size).randbytes(size)
    send_and_compare(echo, frame(opcode, payload), opcode, payload)


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("part", [64, 256, 1024, 65536, MEGABYTE])
def test_a_large_message_in_fragments_comes_back(echo: Echo, opcode: int, part: int) -> None:
    payload = b"*" * (4 * MEGABYTE if part >= 1024 else MEGABYTE // 4)
    parts = [payload[at : at + part] for at in range(0, len(payload), part)]
    frames = [frame(opcode if n == 0 else CONTINUATION, p, final=n == len(parts) - 1) for n, p in enumerate(parts)]
    send_and_compare(echo, b"".join(frames), opcode, payload)


@pytest.mark.parametrize("chop", [64, 256, 1024, 2048])
def test_a_large_message_in_small_writes_comes_back(echo: Echo, chop: int) -> None:
    payload = b"*" * (MEGABYTE if chop >= 256 else MEGABYTE // 4)
    send_and_compare(echo, text(payload), TEXT, payload, chop)


def test_a_thousand_small_messages_come_back_in_order(echo: Echo) -> None:
    sent = b"".join(text(f"message {n}") for n in range(1000))
    echoes(echo, sent, [(TEXT, b"message %d" % n) for n in range(1000)])


def test_a_message_in_frames_of_1300_bytes_comes_back(echo: Echo) -> None:
    payload = b"*" * 65536
    parts = [payload[at : at + 1300] for at in range(0, len(payload), 1300)]
    frames = [frame(TEXT if n == 0 else CONTINUATION, p, final=n == len(parts) - 1) for n, p in enumerate(parts)]
    send_and_compare(echo, b"".join(frames), TEXT, payload)


def send_and_compare(echo: Echo, data: bytes, opcode: int, payload: bytes, chop: int | None = None) -> None:
    with Socket(echo.port, seconds=30) as connection:
        connection.send(data, chop)
        heard = connection.message()
        assert heard is not None and heard.opcode == opcode
        assert heard.payload == payload, f"{len(heard.payload)} bytes came back of {len(payload)}"
        connection.send(close(1000))
        assert [m.code for m in connection.rest()] == [1000]


def test_a_client_that_never_reads_does_not_make_the_server_grow(echo: Echo) -> None:
    before = echo.memory()["private"]
    with Socket(echo.port, seconds=2) as connection:
        block = frame(BINARY, b"*" * MEGABYTE)
        try:
            for _ in range(200):
                connection._socket.sendall(block)
        except (TimeoutError, BrokenPipeError, ConnectionResetError):
            pass
        grown = echo.memory()["private"] - before
    assert grown < 100_000, f"{grown} kB for a client that does not read"


# 12 and 13 Compression

DEFLATE = "permessage-deflate"


@dataclass
class Deflater:
    """One direction of a compressed connection."""

    bits: int = 15
    takeover: bool = True

    def __post_init__(self) -> None:
        self._state = zlib.compressobj(wbits=-self.bits)

    def __call__(self, data: bytes) -> bytes:
        if not self.takeover:
            self.__post_init__()
        packed = self._state.compress(data) + self._state.flush(zlib.Z_SYNC_FLUSH)
        return packed.removesuffix(b"\x00\x00\xff\xff")


def negotiated(connection: Socket) -> str:
    lines = [
        line.decode()
        for line in connection.head.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-extensions:")
    ]
    assert lines and DEFLATE in lines[0], f"expected {DEFLATE} to be accepted: {connection.head!r}"
    return lines[0].split(":", 1)[1]


def inflated(messages: list[Frame], takeover: bool) -> list[bytes]:
    state, texts = zlib.decompressobj(-15), []
    for message in messages:
        if not message.reserved:
            texts.append(message.payload)
            continue
        if not takeover:
            state = zlib.decompressobj(-15)
        texts.append(state.decompress(message.payload + b"\x00\x00\xff\xff"))
    return texts


OFFERS = [
    DEFLATE,
    f"{DEFLATE}; client_no_context_takeover",
    f"{DEFLATE}; server_no_context_takeover",
    f"{DEFLATE}; client_max_window_bits",
    f"{DEFLATE}; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
]


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("size", [0, 1, 16, 128, 1024, 65536, MEGABYTE])
def test_compressed_messages_come_back(echo: Echo, offer: str, size: int) -> None:
    messages = [(b"0123456789 The quick brown fox. " * (size // 32 + 1))[:size] for _ in range(3)]
    with Socket(echo.port, extensions=offer) as connection:
        agreed = negotiated(connection)
        pack = Deflater(
            takeover="client_no_context_takeover" not in agreed and "client_no_context_takeover" not in offer
        )
        for message in messages:
            connection.send(frame(TEXT, pack(message), reserved=4))
        heard = [m for m in (connection.message() for _ in messages) if m is not None]
    assert inflated(heard, "server_no_context_takeover" not in agreed) == messages


def test_compressed_fragments_come_back(echo: Echo) -> None:
    message = b"fragmented and compressed " * 500
    with Socket(echo.port, extensions=DEFLATE) as connection:
        negotiated(connection)
        packed = Deflater()(message)
        half = len(packed) // 2
        connection.send(
            frame(TEXT, packed[:half], final=False, reserved=4)
            + frame(PING, b"between")
            + frame(CONTINUATION, packed[half:])
        )
        pong, heard = connection.message(), connection.message()
    assert pong is not None and (pong.opcode, pong.payload) == (PONG, b"between")
    assert heard is not None and inflated([heard], True) == [message]


def test_an_uncompressed_message_is_fine_on_a_compressed_connection(echo: Echo) -> None:
    with Socket(echo.port, extensions=DEFLATE) as connection:
        connection.send(text("plain"))
        heard = connection.message()
    assert heard is not None and inflated([heard], True) == [b"plain"]


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        pytest.param(frame(PING, b"x", reserved=4), {1002}, id="a compressed ping"),
        pytest.param(
            text("a", final=False) + frame(CONTINUATION, b"b", reserved=4), {1002}, id="compressed in the middle"
        ),
        pytest.param(text("a", reserved=2), {1002}, id="another reserved bit"),
        pytest.param(frame(TEXT, b"\xff\xff\xff\xff\xff", reserved=4), {1002, 1007}, id="not deflate"),
        pytest.param(frame(TEXT, Deflater()(b"\xff\xfe"), reserved=4), {1007}, id="invalid text inside"),
    ],
)
def test_compression_is_judged(echo: Echo, sent: bytes, codes: set[int]) -> None:
    with Socket(echo.port, extensions=DEFLATE) as connection:
        negotiated(connection)
        connection.send(sent)
        heard = connection.rest()
    assert heard and heard[-1].opcode == CLOSE and heard[-1].code in codes, heard


def test_a_small_message_that_unpacks_to_a_gigabyte_is_refused(echo: Echo) -> None:
    state = zlib.compressobj(wbits=-15)
    packed = b"".join(state.compress(b"\x00" * MEGABYTE) for _ in range(1024)) + state.flush(zlib.Z_SYNC_FLUSH)
    before = echo.memory()["private"]
    with Socket(echo.port, extensions=DEFLATE) as connection:
        negotiated(connection)
        connection.send(frame(BINARY, packed.removesuffix(b"\x00\x00\xff\xff"), reserved=4))
        heard = connection.rest()
    assert heard and heard[-1].code == 1009
    assert echo.memory()["private"] - before < 100_000


@pytest.mark.parametrize(
    "offer",
    ["x-webkit-deflate-frame", "permessage-bzip2", f"{DEFLATE}; unknown=1", f"{DEFLATE}; server_max_window_bits=99"],
)
def test_an_offer_nobody_knows_is_declined(echo: Echo, offer: str) -> None:
    with Socket(echo.port, extensions=offer) as connection:
        assert b"sec-websocket-extensions" not in connection.head.lower()
        connection.send(text("plain"))
        heard = connection.message()
    assert heard is not None and (heard.payload, heard.reserved) == (b"plain", 0)


# The upgrade


def test_the_key_is_accepted_with_its_hash(echo: Echo) -> None:
    with Socket(echo.port) as connection:
        fields = {
            k.strip().lower(): v.strip() for k, _, v in (r.partition(b":") for r in connection.head.split(b"\r\n")[1:])
        }
    assert fields[b"sec-websocket-accept"].decode() == ACCEPT
    assert fields[b"upgrade"].lower() == b"websocket" and fields[b"connection"].lower() == b"upgrade"


@pytest.mark.parametrize("value", ["upgrade", "keep-alive, Upgrade", "Upgrade , x"])
def test_upgrade_is_found_among_other_options(echo: Echo, value: str) -> None:
    assert exchange(echo.port, upgrade(extra={"Connection": value}), answers=1).statuses == [101]


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        pytest.param(upgrade(without=("Sec-WebSocket-Key",)), {400}, id="no key"),
        pytest.param(upgrade(extra={"Sec-WebSocket-Key": "short"}), {400}, id="a short key"),
        pytest.param(upgrade(extra={"Sec-WebSocket-Key": "*" * 24}), {400}, id="a key that is not base64"),
        pytest.param(upgrade(without=("Sec-WebSocket-Version",)), {400, 426}, id="no version"),
        pytest.param(upgrade(extra={"Sec-WebSocket-Version": "12"}), {400, 426}, id="version 12"),
        pytest.param(upgrade(without=("Connection",)), {400, 426, 404}, id="no connection option"),
        pytest.param(upgrade(extra={"Upgrade": "h2c"}), {400, 404, 426}, id="another protocol"),
        pytest.param(upgrade(line="POST {} HTTP/1.1"), {400, 404, 405}, id="POST"),
        pytest.param(upgrade(line="GET {} HTTP/1.0"), {400, 404, 426}, id="HTTP/1.0"),
        pytest.param(upgrade(extra={"Content-Length": "5"}) + b"hello", {400, 413}, id="a body"),
    ],
)
def test_a_bad_upgrade_is_refused(echo: Echo, data: bytes, statuses: set[int]) -> None:
    heard = exchange(echo.port, data, answers=1)
    assert heard.statuses and heard.statuses[0] in statuses, heard.data[:200]


@pytest.mark.parametrize(
    "body", [("Content-Length", "5", b"hello"), ("Transfer-Encoding", "chunked", b"5\r\nhello\r\n0\r\n\r\n")]
)
def test_an_upgrade_with_a_body_is_refused_by_the_gateway_too(gateway: Gateway, body: tuple[str, str, bytes]) -> None:
    name, value, sent = body
    request = upgrade(line="GET / HTTP/1.1", extra={name: value, "Host": f"127.0.0.1:{gateway.port}"})
    assert exchange(gateway.port, request + sent, answers=1).statuses == [400]


def test_frames_sent_with_the_upgrade_are_not_lost(echo: Echo) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), 5) as connection:
        connection.sendall(upgrade() + text("early") + close(1000))
        heard = connection.makefile("rb").read()
    assert b"\x81\x05early" in heard
