"""The HTTP parser against requests made to confuse it, and against those that must work."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import Gateway, eventually
from harness.gateway import Echo, Process
from harness.hostile import ANY_REFUSAL, Hostile, table
from harness.raw import Answer, Heard, exchange

TABLE = table()
ROUNDS = 20
GROWTH_KILOBYTES = 2_048
WORKERS = 8


@pytest.fixture(scope="module", params=["wire-echo", "gateway"])
def server(request: pytest.FixtureRequest) -> Iterator[Echo | Gateway]:
    yield request.getfixturevalue("echo" if request.param == "wire-echo" else "gateway")


def test_the_table_is_long_enough() -> None:
    assert len(TABLE) >= 200


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_a_hostile_request_is_refused_once_and_the_connection_ends(server: Echo | Gateway, case: Hostile) -> None:
    heard = exchange(server.port, case.data)
    assert len(heard.statuses) == 1, f"expected one answer, got {heard.statuses}: {heard.data[:300]!r}"
    assert heard.statuses[0] in case.statuses, f"expected one of {sorted(case.statuses)}, got {heard.statuses[0]}"
    assert heard.closed, "the connection must end: nobody knows where the next request starts"


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_twenty_rounds_leave_memory_and_descriptors_as_they_were(server: Echo | Gateway) -> None:
    with ThreadPoolExecutor(WORKERS) as workers:

        def play_round() -> None:
            for case, heard in zip(TABLE, workers.map(lambda c: exchange(server.port, c.data), TABLE), strict=True):
                assert heard.statuses and heard.statuses[0] in ANY_REFUSAL, case.name

        for _ in range(3):
            play_round()
        before, descriptors = server.memory()["private"], settled_descriptors(server)
        for _ in range(ROUNDS - 3):
            play_round()
        eventually("as many descriptors as before", lambda: server.descriptors() <= descriptors)
        assert server.memory()["private"] - before < GROWTH_KILOBYTES


def settled_descriptors(server: Process) -> int:
    """The count once the connections just ended are really gone."""
    previous = [0]

    def steady() -> int | None:
        now, before = server.descriptors(), previous[0]
        previous[0] = now
        return now if now == before else None

    return eventually("a steady number of descriptors", steady)


LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def echoed(body: bytes) -> Callable[[Answer], bool]:
    return lambda answer: answer.status == 200 and answer.body == body


def healthy(answer: Answer) -> bool:
    return answer.status == 200 and b"ok" in answer.body.lower()


def post(body: bytes, *fields: bytes, version: bytes = b"1.1") -> bytes:
    head = [b"POST /echo HTTP/" + version, b"Host: localhost", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def get(*fields: bytes, version: bytes = b"1.1", line: bytes = b"GET /healthz") -> bytes:
    return b"\r\n".join([line + b" HTTP/" + version, b"Host: localhost", *fields]) + b"\r\n\r\n"


CHUNKED = b"Transfer-Encoding: chunked"
WORKS: dict[str, tuple[bytes, list[Callable[[Answer], bool]]]] = {
    "a body with a length": (post(b"hello", b"Content-Length: 5") + LAST, [echoed(b"hello"), healthy]),
    "an empty body": (post(b"", b"Content-Length: 0") + LAST, [echoed(b""), healthy]),
    "no body at all": (post(b"") + LAST, [echoed(b""), healthy]),
    "a length with zeros before it": (post(b"hello", b"Content-Length: 0005") + LAST, [echoed(b"hello"), healthy]),
    "chunks": (post(b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", CHUNKED) + LAST, [echoed(b"hello"), healthy]),
    "chunk sizes in both cases": (
        post(b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", CHUNKED) + LAST,
        [echoed(b"0123456789" * 2), healthy],
    ),
    "chunk sizes with zeros before them": (
        post(b"0005\r\nhello\r\n000\r\n\r\n", CHUNKED) + LAST,
        [echoed(b"hello"), healthy],
    ),
    "chunk extensions": (post(b'5;a;b=c;d="e;f"\r\nhello\r\n0;x\r\n\r\n', CHUNKED) + LAST, [echoed(b"hello"), healthy]),
    "trailers": (post(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\nY: z\r\n\r\n", CHUNKED) + LAST, [echoed(b"hello"), healthy]),
    "an encoding in capitals": (
        post(b"5\r\nhello\r\n0\r\n\r\n", b"Transfer-Encoding: CHUNKED") + LAST,
        [echoed(b"hello"), healthy],
    ),
    "names in any case": (post(b"hello", b"cOnTeNt-LeNgTh: 5") + LAST, [echoed(b"hello"), healthy]),
    "no space after the colon": (post(b"hello", b"Content-Length:5") + LAST, [echoed(b"hello"), healthy]),
    "blanks around a value": (post(b"hello", b"Content-Length: \t 5 \t ") + LAST, [echoed(b"hello"), healthy]),
    "an empty value": (get(b"X:") + LAST, [healthy, healthy]),
    "a value in another alphabet": (get("X: grüß".encode("latin-1")) + LAST, [healthy, healthy]),
    "every character a name may have": (get(b"!#$%&'*+-.^_`|~09azAZ: x") + LAST, [healthy, healthy]),
    "an empty line before the request": (b"\r\n" + get() + LAST, [healthy, healthy]),
    "a full address as target": (get(line=b"GET http://localhost/healthz") + LAST, [healthy, healthy]),
    "a host with a port": (get().replace(b"localhost", b"localhost:8080") + LAST, [healthy, healthy]),
    "a host that is an address": (get().replace(b"localhost", b"[::1]:80") + LAST, [healthy, healthy]),
    "a query": (get(line=b"GET /healthz?a=b&c=%20d") + LAST, [healthy, healthy]),
    "ten requests at once, answered in order": (
        b"".join(post(b"%d" % n, b"Content-Length: 1") for n in range(10)) + LAST,
        [*(echoed(b"%d" % n) for n in range(10)), healthy],
    ),
    "close when asked": (get(b"Connection: close"), [healthy]),
    "close among others": (get(b"Connection: x, Close"), [healthy]),
    "1.0 closes": (get(version=b"1.0"), [healthy]),
    "1.0 without a host": (b"GET /healthz HTTP/1.0\r\n\r\n", [healthy]),
    "1.0 keeps when asked": (get(b"Connection: keep-alive", version=b"1.0") + LAST, [healthy, healthy]),
    "a body of 1.0": (post(b"hello", b"Content-Length: 5", version=b"1.0"), [echoed(b"hello")]),
    "fifty fields": (get(*(b"X%d: y" % n for n in range(50))) + LAST, [healthy, healthy]),
    "a value of 4000 bytes": (get(b"X: " + b"y" * 4000) + LAST, [healthy, healthy]),
    "a body of 300000 bytes": (
        post(b"z" * 300_000, b"Content-Length: 300000") + LAST,
        [echoed(b"z" * 300_000), healthy],
    ),
}
ECHO_ONLY = {name for name, (data, _) in WORKS.items() if b"/echo" in data}


def answers(heard: Heard, checks: list[Callable[[Answer], bool]]) -> None:
    assert len(heard.answers) == len(checks), (
        f"expected {len(checks)} answers, got {heard.statuses}: {heard.data[:300]!r}"
    )
    for n, (answer, check) in enumerate(zip(heard.answers, checks, strict=True)):
        assert check(answer), f"answer {n}: {answer.status} {answer.body[:100]!r}"


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("pieces", [1, 7], ids=["at once", "in pieces"])
def test_a_good_request_works(server: Echo | Gateway, name: str, pieces: int) -> None:
    if isinstance(server, Gateway) and name in ECHO_ONLY:
        pytest.skip("the gateway has no /echo")
    data, checks = WORKS[name]
    heard = exchange(server.port, data, pieces=pieces)
    answers(heard, checks)
    assert heard.closed


@pytest.mark.parametrize("name", ["chunks", "trailers", "a body with a length", "an empty line before the request"])
def test_a_request_byte_by_byte_works(echo: Echo, name: str) -> None:
    data, checks = WORKS[name]
    answers(exchange(echo.port, data, pieces=len(data)), checks)


def test_head_has_the_length_and_no_body(server: Echo | Gateway) -> None:
    heard = exchange(server.port, get(b"Connection: close", line=b"HEAD /healthz"))
    assert heard.data.startswith(b"HTTP/1.1 200 ")
    head, _, body = heard.data.partition(b"\r\n\r\n")
    assert b"content-length" in head.lower() and body == b""


def test_expect_continue_is_answered_before_the_body(echo: Echo) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), 5) as connection:
        connection.sendall(post(b"", b"Content-Length: 5", b"Expect: 100-continue", b"Connection: close"))
        assert connection.recv(64).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"hello")
        assert b"hello" in connection.makefile("rb").read()


HALF_SAID = [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: loc", post(b"half", b"Content-Length: 9")]


@pytest.mark.slow
def test_connections_that_never_finish_a_request_are_cut(server: Echo | Gateway) -> None:
    with ThreadPoolExecutor(len(HALF_SAID)) as workers:
        heard = list(workers.map(lambda said: exchange(server.port, said, seconds=45), HALF_SAID))
    assert [h.closed for h in heard] == [True] * len(HALF_SAID)
    assert all(h.statuses in ([], [400], [408]) for h in heard), [h.statuses for h in heard]
