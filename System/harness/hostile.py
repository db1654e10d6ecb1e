"""Requests no server may accept. Each carries a second request; a server that loses its place answers that one too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Hidden: yes\r\n\r\n"
LENGTH = len(HIDDEN)
BAD_REQUEST = frozenset({400})
ANY_REFUSAL = frozenset({400, 413, 414, 431, 501, 505})
CONTROLS = [n for n in range(0x20) if n not in (0x09, 0x0A, 0x0D)] + [0x7F]
NOT_TOKEN = b'()<>@,;:\\"/[]?={} \t'


@dataclass(frozen=True)
class Hostile:
    name: str
    data: bytes
    statuses: frozenset[int] = BAD_REQUEST


def table() -> list[Hostile]:
    families = (
        two_lengths,
        odd_lengths,
        lengths_and_encodings,
        odd_encodings,
        odd_chunks,
        odd_trailers,
        odd_request_lines,
        odd_versions,
        odd_targets,
        odd_header_names,
        odd_header_values,
        odd_line_ends,
        odd_hosts,
        huge_parts,
    )
    cases = [case for family in families for case in family()]
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})
    return cases


def post(
    *fields: bytes, body: bytes = HIDDEN, line: bytes = b"POST /echo HTTP/1.1", host: bytes = b"Host: localhost"
) -> bytes:
    head = [line, host, *fields] if host else [line, *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def get(target: bytes, *fields: bytes) -> bytes:
    return post(*fields, line=b"GET " + target + b" HTTP/1.1")


def shown(raw: bytes) -> str:
    return repr(raw)[2:-1]


def two_lengths() -> Iterator[Hostile]:
    full = b"%d" % LENGTH
    pairs = [(b"0", full), (full, b"0"), (full, b"1"), (b"1", full), (full, b"%d" % (LENGTH + 1)), (b"5", b"6")]
    for first, second in pairs:
        yield Hostile(
            f"two lengths {shown(first)} and {shown(second)}",
            post(b"Content-Length: " + first, b"Content-Length: " + second),
        )
        yield Hostile(
            f"one length field {shown(first)}, {shown(second)}", post(b"Content-Length: " + first + b", " + second)
        )
        yield Hostile(
            f"two spellings {shown(first)} and {shown(second)}",
            post(b"content-length: " + first, b"CONTENT-LENGTH: " + second),
        )
        apart = [b"A: b", b"Content-Length: " + first, b"C: d", b"Content-Length: " + second]
        yield Hostile(f"two lengths apart {shown(first)} and {shown(second)}", post(*apart))


def odd_lengths() -> Iterator[Hostile]:
    values = [
        b"",
        b"+5",
        b"-1",
        b"-0",
        b"5 5",
        b"0x10",
        b"5;",
        b"5,",
        b",5",
        b"1e1",
        b"5.0",
        b"NaN",
        b"five",
        b'"5"',
        b"'5'",
    ]
    values += [
        b"5_0",
        b"5\x00",
        b"5\x0b",
        b"\x0c5",
        b"5\x7f",
        b"\xef\xbc\x95",
        b"\xd9\xa5",
        b"5\xa0",
        b"0b1",
        b"0o7",
        b"5h",
        b"(5)",
        b"5/1",
        b"5:5",
    ]
    for value in values:
        yield Hostile(f"length {shown(value)}", post(b"Content-Length: " + value))
    for value in (
        b"18446744073709551616",
        b"18446744073709551621",
        b"99999999999999999999999999",
        b"9223372036854775808",
    ):
        yield Hostile(f"length {shown(value)}", post(b"Content-Length: " + value), frozenset({400, 413}))


def lengths_and_encodings() -> Iterator[Hostile]:
    chunked = b"0\r\n\r\n" + HIDDEN
    for length in (b"0", b"5", b"%d" % len(chunked), b"%d" % LENGTH):
        fields = [b"Content-Length: " + length, b"Transfer-Encoding: chunked"]
        yield Hostile(f"length {shown(length)} then encoding", post(*fields, body=chunked))
        yield Hostile(f"encoding then length {shown(length)}", post(*reversed(fields), body=chunked))
        lower = [field.lower() for field in fields]
        yield Hostile(f"lower-case length {shown(length)} and encoding", post(*lower, body=chunked))


def odd_encodings() -> Iterator[Hostile]:
    chunked, either = b"0\r\n\r\n" + HIDDEN, frozenset({400, 501})
    values = [
        b"identity",
        b"gzip",
        b"gzip, chunked",
        b"chunked, gzip",
        b"chunked, identity",
        b"chunked, chunked",
        b"identity, chunked",
    ]
    values += [
        b"xchunked",
        b"chunkedx",
        b"chunk",
        b"cow",
        b"chunked cow",
        b"chunked\tcow",
        b"chunked;",
        b"chunked;q=0.5",
        b"chunked,x",
        b"x,chunked",
    ]
    values += [
        b'"chunked"',
        b"'chunked'",
        b"chunked\x00",
        b"chunked\x0b",
        b"\x0bchunked",
        b"\x0cchunked",
        b"chunked\xa0",
        b"chu\x00nked",
        b"",
        b"0",
        b"[chunked]",
    ]
    for value in values:
        yield Hostile(f"encoding {shown(value)}", post(b"Transfer-Encoding: " + value, body=chunked), either)
    yield Hostile(
        "two encodings", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=chunked), either
    )
    yield Hostile(
        "two unlike encodings", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: cow", body=chunked), either
    )
    yield Hostile(
        "unlike encodings turned round",
        post(b"Transfer-Encoding: cow", b"Transfer-Encoding: chunked", body=chunked),
        either,
    )
    yield Hostile(
        "encoding in 1.0", post(b"Transfer-Encoding: chunked", body=chunked, line=b"POST /echo HTTP/1.0"), either
    )
    for gap in (b" ", b"\t", b"  ", b"\x0b"):
        yield Hostile(
            f"encoding with {shown(gap)} before the colon",
            post(b"Transfer-Encoding" + gap + b": chunked", body=chunked),
        )
        yield Hostile(f"length with {shown(gap)} before the colon", post(b"Content-Length" + gap + b": %d" % LENGTH))
    for fold in (b"\r\n ", b"\r\n\t", b" \r\n "):
        yield Hostile(
            f"encoding folded by {shown(fold)}", post(b"Transfer-Encoding:" + fold + b"chunked", body=chunked)
        )
        yield Hostile(f"length folded by {shown(fold)}", post(b"Content-Length:" + fold + b"%d" % LENGTH))


def chunked_post(body: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", body=body)


def odd_chunks() -> Iterator[Hostile]:
    sizes = [
        b"0x5",
        b"+5",
        b"-5",
        b"5 ",
        b" 5",
        b"5\t",
        b"\t5",
        b"5\x00",
        b"g",
        b"5g",
        b"",
        b"5,5",
        b"5.",
        b"\xef\xbc\x95",
        b"0x",
        b"5_",
    ]
    for size in sizes:
        yield Hostile(f"chunk size {shown(size)}", chunked_post(size + b"\r\nhello\r\n0\r\n\r\n" + HIDDEN))
    for size in (
        b"10000000000000000",
        b"FFFFFFFFFFFFFFFFF",
        b"8000000000000000",
        b"FFFFFFFFFFFFFFFF",
        b"10000000000000005",
    ):
        yield Hostile(
            f"chunk size {shown(size)}", chunked_post(size + b"\r\nhello\r\n0\r\n\r\n" + HIDDEN), frozenset({400, 413})
        )
    ends = [b"\n", b"\r", b"\r\r\n", b" \r\n", b"\x0b\r\n", b"\n\r"]
    for end in ends:
        yield Hostile(f"chunk size ended by {shown(end)}", chunked_post(b"5" + end + b"hello\r\n0\r\n\r\n" + HIDDEN))
    for end in (b"", b"\n", b"\r", b"x\r\n", b"\n\r", b"  "):
        yield Hostile(f"chunk data ended by {shown(end)}", chunked_post(b"5\r\nhello" + end + b"0\r\n\r\n" + HIDDEN))
    extensions = [b";a\x00b", b";\x01", b";a=\x7f", b";a=b\rc", b";a=b\nc", b";" + b"x" * 70_000]
    for extension in extensions:
        name = shown(extension)[:12]
        data = chunked_post(b"5" + extension + b"\r\nhello\r\n0\r\n\r\n" + HIDDEN)
        yield Hostile(f"chunk extension {name}", data, frozenset({400, 413, 431}))
    yield Hostile("chunk longer than its size", chunked_post(b"3\r\nhello\r\n0\r\n\r\n" + HIDDEN))
    yield Hostile(
        "chunk size of 70000 zeros", chunked_post(b"0" * 70_000 + b"\r\n\r\n" + HIDDEN), frozenset({400, 413, 431})
    )


def odd_trailers() -> Iterator[Hostile]:
    fields = [
        b"no colon",
        b"X : y",
        b"X\t: y",
        b": y",
        b" X: y",
        b"X: y\x00",
        b"X: a\rb",
        b"X: y\r\n z",
        b"X(: y",
        b"X\x80: y",
        b"X: y\n",
    ]
    for field in fields:
        yield Hostile(f"trailer {shown(field)}", chunked_post(b"0\r\n" + field + b"\r\n\r\n" + HIDDEN))
    yield Hostile(
        "trailer of 100000 bytes",
        chunked_post(b"0\r\nX: " + b"y" * 100_000 + b"\r\n\r\n" + HIDDEN),
        frozenset({400, 413, 431}),
    )
    many = b"".join(b"X%d: y\r\n" % n for n in range(5000))
    yield Hostile("5000 trailers", chunked_post(b"0\r\n" + many + b"\r\n" + HIDDEN), frozenset({400, 413, 431}))


def odd_request_lines() -> Iterator[Hostile]:
    lines = [
        b"POST  /echo HTTP/1.1",
        b"POST /echo  HTTP/1.1",
        b"POST\t/echo HTTP/1.1",
        b"POST /echo\tHTTP/1.1",
        b" POST /echo HTTP/1.1",
    ]
    lines += [
        b"\tPOST /echo HTTP/1.1",
        b"POST /echo HTTP/1.1 ",
        b"POST /echo HTTP/1.1\t",
        b"POST /echo",
        b"POST",
        b"POST HTTP/1.1",
        b"/echo HTTP/1.1",
    ]
    lines += [
        b"POST /echo HTTP/1.1 x",
        b"POST /echo x HTTP/1.1",
        b"PO ST /echo HTTP/1.1",
        b"\x00POST /echo HTTP/1.1",
        b"PO\x00ST /echo HTTP/1.1",
    ]
    lines += [
        b"P(ST /echo HTTP/1.1",
        b"P\xd6ST /echo HTTP/1.1",
        b'"POST" /echo HTTP/1.1',
        b"POST: /echo HTTP/1.1",
        b"P{ST /echo HTTP/1.1",
        b"POST\r /echo HTTP/1.1",
    ]
    lines += [
        b"POST\x0b/echo HTTP/1.1",
        b"POST\x0c/echo HTTP/1.1",
        b"POST\xa0/echo\xa0HTTP/1.1",
        b"[POST] /echo HTTP/1.1",
        b"P@ST /echo HTTP/1.1",
    ]
    for line in lines:
        yield Hostile(
            f"request line {shown(line)}", post(b"Content-Length: %d" % LENGTH, line=line), frozenset({400, 501, 505})
        )
    yield Hostile("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN, frozenset({400, 505}))
    yield Hostile("the start of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + HIDDEN)
    yield Hostile("no request at all", b"hello there\r\n\r\n" + HIDDEN)


def odd_versions() -> Iterator[Hostile]:
    versions = [
        b"HTTP/0.9",
        b"HTTP/2.0",
        b"HTTP/3.0",
        b"HTTP/9.9",
        b"HTTP/1",
        b"HTTP/2",
        b"HTTP/11",
        b"HTTP/1.10",
        b"HTTP/1.1x",
        b"HTTP/01.1",
    ]
    versions += [
        b"HTTP/1,1",
        b"HTTP/1.",
        b"HTTP/.1",
        b"HTTP/",
        b"HTTP",
        b"http/1.1",
        b"Http/1.1",
        b"HTPP/1.1",
        b"HTTPS/1.1",
        b"HTTP /1.1",
        b"HTTP/ 1.1",
    ]
    versions += [
        b"HTTP/1.1\x00",
        b"HTTP/-1.1",
        b"HTTP/+1.1",
        b"HTTP/1.\xb2",
        b"HTTP/A.B",
        b"HTTP/1.1;",
        b"HTTP\\1.1",
        b"ICY/1.1",
        b"HTTP/1.1.1",
    ]
    for version in versions:
        yield Hostile(
            f"version {shown(version)}",
            post(b"Content-Length: %d" % LENGTH, line=b"POST /echo " + version),
            frozenset({400, 505}),
        )


def odd_targets() -> Iterator[Hostile]:
    targets = [
        b"echo",
        b"*",
        b"/ec\x00ho",
        b"/ec\x01ho",
        b"/ec\x7fho",
        b"/ec\x80ho",
        b"/\xff",
        b"/ec\rho",
        b"/#f",
        b"/healthz#x",
        b"?",
        b"#",
    ]
    targets += [
        b"http://",
        b"http:///x",
        b"://x",
        b"http://a b/",
        b"\\echo",
        b"localhost:80",
        b'/"<>"',
        b"/%zz",
        b"/%",
        b"/%0",
        b"/{x}",
    ]
    for target in targets:
        yield Hostile(f"target {shown(target)}", get(target, b"Content-Length: %d" % LENGTH))


def odd_header_names() -> Iterator[Hostile]:
    body = b"Content-Length: %d" % LENGTH
    for value in NOT_TOKEN:
        if value != ord(":"):
            yield Hostile(f"name with {shown(bytes([value]))}", post(b"X" + bytes([value]) + b"Y: z", body))
    for value in (*CONTROLS[:8], 0x7F, 0x80, 0xFF):
        yield Hostile(f"name with {shown(bytes([value]))}", post(b"X" + bytes([value]) + b"Y: z", body))
    for field in (b"no colon", b": no name", b" : x", b"X", b"\x00: x", b" X: leading", b"\tX: leading"):
        yield Hostile(f"field {shown(field)}", post(field, body))
        yield Hostile(f"first field {shown(field)}", post(body, b"Host: localhost", host=field))


def odd_header_values() -> Iterator[Hostile]:
    for control in CONTROLS:
        yield Hostile(
            f"value with {shown(bytes([control]))}",
            post(b"X: a" + bytes([control]) + b"b", b"Content-Length: %d" % LENGTH),
        )
    for value in (b"a\rb", b"a\r", b"\rb", b"a\r\rb"):
        yield Hostile(f"value {shown(value)}", post(b"X: " + value, b"Content-Length: %d" % LENGTH))
    for fold in (b"\r\n b", b"\r\n\tb", b"\r\n  ", b"\r\n :"):
        yield Hostile(f"value folded by {shown(fold)}", post(b"X: a" + fold, b"Content-Length: %d" % LENGTH))


def odd_line_ends() -> Iterator[Hostile]:
    good = post(b"Content-Length: %d" % LENGTH)
    head, _, body = good.partition(b"\r\n\r\n")
    for name, end in (
        ("line feeds", b"\n"),
        ("carriage returns", b"\r"),
        ("turned pairs", b"\n\r"),
        ("doubled returns", b"\r\r\n"),
    ):
        yield Hostile(f"lines ended by {name}", head.replace(b"\r\n", end) + end * 2 + body)
    yield Hostile("one line feed among pairs", good.replace(b"localhost\r\n", b"localhost\n", 1))
    yield Hostile("line feed after the request line", good.replace(b"1.1\r\n", b"1.1\n", 1))
    yield Hostile("head ended by two line feeds", head + b"\n\n" + body)
    yield Hostile("head ended by pair and line feed", head + b"\r\n\n" + body)
    yield Hostile("a line feed hides a field", post(b"X: a\nContent-Length: 0", b"Content-Length: %d" % LENGTH))


def odd_hosts() -> Iterator[Hostile]:
    body = b"Content-Length: %d" % LENGTH
    yield Hostile("no host", post(body, host=b""))
    yield Hostile("two hosts", post(b"Host: other", body))
    yield Hostile("the same host twice", post(b"Host: localhost", body))
    hosts = [
        b"a b",
        b"a\x00",
        b"http://localhost",
        b"user@localhost",
        b"localhost/x",
        b"[::1",
        b"::1]",
        b"localhost:1:2",
        b"localhost:abc",
    ]
    hosts += [
        b"localhost:-1",
        b"localhost?x",
        b"localhost#x",
        b"<x>",
        b"a\\b",
        b"[::g]",
        b"\xffhost",
        b"localhost:+80",
        b"[]",
        b"[::1]x",
    ]
    for host in hosts:
        yield Hostile(f"host {shown(host)}", post(body, host=b"Host: " + host))


def huge_parts() -> Iterator[Hostile]:
    body = b"Content-Length: %d" % LENGTH
    large = frozenset({400, 413, 414, 431})
    yield Hostile("target of 100000 bytes", get(b"/" + b"a" * 100_000, body), large)
    yield Hostile("query of 100000 bytes", get(b"/?" + b"a" * 100_000, body), large)
    yield Hostile(
        "method of 100000 bytes", post(body, line=b"A" * 100_000 + b" / HTTP/1.1"), frozenset({400, 414, 431, 501})
    )
    yield Hostile("value of 200000 bytes", post(b"X: " + b"a" * 200_000, body), large)
    yield Hostile("name of 200000 bytes", post(b"X" * 200_000 + b": a", body), large)
    yield Hostile("5000 fields", post(*(b"X%d: a" % n for n in range(5000)), body), large)
    yield Hostile("a cookie of 200000 bytes", post(b"Cookie: a=" + b"b" * 200_000, body), large)
    yield Hostile("a body of a terabyte", post(b"Content-Length: 1000000000000"), frozenset({413}))
    yield Hostile("a chunk of a terabyte", chunked_post(b"E8D4A51000\r\n" + HIDDEN), frozenset({413}))
