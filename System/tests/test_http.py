"""The pages and files over HTTP."""

from __future__ import annotations

import gzip
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from harness import Gateway, gateway_config
from harness.raw import exchange, parse

CLIENT_ROUTES = ["/", "/index.html", "/chat", "/chat/main", "/sessions", "/status", "/unknown"]
NEVER_SERVED = [
    "/../openclaw.json",
    "/assets/../../openclaw.json",
    "/%2e%2e/openclaw.json",
    "/%2e%2e%2fopenclaw.json",
    "/assets/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/assets//etc/passwd",
    "/assets/..\\..\\etc\\passwd",
    "/assets/%00.js",
    "/index.html%00.js",
    "/.env",
    "/assets/.hidden",
    "/....//....//etc/passwd",
    "/%252e%252e/etc/passwd",
]


@pytest.fixture
def script(gateway: Gateway) -> str:
    """The address of the page's script."""
    found = re.search(r'<script[^>]+src="\.?/?([^"]+\.js)"', gateway.get("/").text)
    assert found, "expected the page to load a script"
    return "/" + found.group(1)


@pytest.mark.parametrize("path", CLIENT_ROUTES)
def test_a_page_is_served_for_every_address_of_the_app(gateway: Gateway, path: str) -> None:
    reply = gateway.get(path)
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-cache"
    assert "<html" in reply.text.lower()


@pytest.mark.parametrize(
    ("path", "start"), [("/settings/general", "../"), ("/a/b/c", "../../"), ("/a/b/", "../../"), ("/a//b", "../")]
)
def test_an_address_that_is_no_page_leads_to_where_the_app_begins(gateway: Gateway, path: str, start: str) -> None:
    """Served there, the page would take `/settings` for its own place, with logins of its own."""
    reply = gateway.get(path)
    assert (reply.status, reply.headers["location"]) == (302, start)


def test_the_page_allows_nothing_from_elsewhere(gateway: Gateway) -> None:
    headers = gateway.get("/").headers
    policy = {
        part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";") if part.strip()
    }
    assert policy.get("default-src") in (["'self'"], ["'none'"])
    assert "'unsafe-inline'" not in policy.get("script-src", policy["default-src"])
    assert "'unsafe-eval'" not in policy.get("script-src", policy["default-src"])
    assert policy["frame-ancestors"] == ["'none'"]
    own = f"127.0.0.1:{gateway.port}"
    assert policy["connect-src"] == ["'self'", f"ws://{own}", f"wss://{own}"]
    assert policy["base-uri"] in (["'self'"], ["'none'"])
    assert policy.get("object-src") == ["'none'"] or policy["default-src"] == ["'none'"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert "://" not in re.sub(r'xmlns="[^"]+"', "", re.sub(r"<!--.*?-->", "", gateway.get("/").text)), (
        "nothing from a CDN"
    )


def test_a_script_has_a_name_of_its_own_and_may_be_kept_for_ever(gateway: Gateway, script: str) -> None:
    reply = gateway.get(script)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith(("application/javascript", "text/javascript"))
    assert "immutable" in reply.headers["cache-control"] and "max-age=31536000" in reply.headers["cache-control"]
    assert re.search(r"[-.][A-Za-z0-9_]{6,}\.js$", script), "the name changes with the content"


def test_a_script_is_sent_compressed_to_those_who_can_read_it(gateway: Gateway, script: str) -> None:
    plain = gateway.get(script).body
    packed = gateway.get(script, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in packed.headers["vary"].lower()
    assert gzip.decompress(packed.body) == plain
    assert len(packed.body) < len(plain) / 2


def test_the_whole_app_is_a_small_download(gateway: Gateway) -> None:
    page = gateway.get("/", headers={"Accept-Encoding": "br, gzip"})
    names = re.findall(r'(?:src|href)="\.?/?([^":]+\.(?:js|css))"', gateway.get("/").text)
    total = len(page.body) + sum(len(gateway.get(f"/{n}", headers={"Accept-Encoding": "br, gzip"}).body) for n in names)
    assert names and total < 150_000, f"{total} bytes for {names}"


def test_what_has_not_changed_is_not_sent_again(gateway: Gateway, script: str) -> None:
    first = gateway.get(script)
    again = gateway.get(script, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    other = gateway.get(script, headers={"If-None-Match": '"something else"'})
    assert (other.status, other.body) == (200, first.body)


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=5-4", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=99999999-", 416, slice(0, 0)),
    ],
)
def test_parts_of_a_file(gateway: Gateway, script: str, asked: str, status: int, expected: slice) -> None:
    whole = gateway.get(script).body
    part = gateway.get(script, headers={"Range": asked})
    assert part.status == status
    if status == 416:
        assert part.headers["content-range"] == f"bytes */{len(whole)}"
    else:
        assert part.body == whole[expected]
    if status == 206:
        assert part.headers["content-range"].endswith(f"/{len(whole)}")


def test_head_is_get_without_the_body(gateway: Gateway, script: str) -> None:
    for path in ("/", script):
        full, head = gateway.get(path), gateway.get(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        for name in ("content-length", "content-type", "etag", "cache-control"):
            assert head.headers.get(name) == full.headers.get(name), name


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_are_only_read(gateway: Gateway, method: str) -> None:
    assert gateway.get("/", method).status in (404, 405)


@pytest.mark.parametrize("path", ["/assets/nope.js", "/missing.png", "/api/nothing", "/v1/nothing"])
def test_a_file_that_is_not_there_is_not_found(gateway: Gateway, path: str) -> None:
    reply = gateway.get(path)
    assert reply.status == 404
    assert "<html" not in reply.text


@pytest.mark.parametrize("path", NEVER_SERVED)
def test_nothing_outside_the_page_is_served(gateway: Gateway, path: str) -> None:
    data = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin-1")
    heard = exchange(gateway.port, data)
    assert heard.statuses and heard.statuses[0] in (200, 301, 302, 400, 404)
    assert b"root:" not in heard.data and b'"gateway"' not in heard.data
    if heard.statuses[0] == 200:
        assert b"<html" in heard.data.lower(), "only the page itself may stand for an unknown address"


@pytest.mark.parametrize("base", ["/claw", "claw/"])
def test_the_page_can_live_under_a_path(start: Any, state: Path, base: str) -> None:
    gateway = start(gateway_config(state, more={"gateway": {"controlUi": {"basePath": base}}}))
    moved = gateway.get("/claw?x=1")
    assert moved.status == 302 and moved.headers["location"] == "/claw/?x=1"
    assert gateway.get("/claw/").status == 200 and gateway.get("/claw/chat").status == 200
    assert gateway.get("/elsewhere").status == 404
    assert gateway.get("/healthz").status == 200


def test_a_folder_of_ones_own_is_served_instead(start: Any, state: Path, tmp_path: Path) -> None:
    root = tmp_path / "ui"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<html><body>mine</body></html>")
    (root / "assets/a.js").write_text("1")
    gateway = start(gateway_config(state, more={"gateway": {"controlUi": {"root": str(root)}}}))
    assert "mine" in gateway.get("/").text and "mine" in gateway.get("/chat").text
    assert gateway.get("/assets/a.js").text == "1"


def test_a_folder_of_ones_own_gives_only_what_is_in_it(start: Any, state: Path, tmp_path: Path) -> None:
    root = tmp_path / "ui"
    root.mkdir()
    (root / "index.html").write_text("<html></html>")
    (root / "app.js").write_text("1")
    (root / "again.js").symlink_to("app.js")
    (root / "app.js.gz").symlink_to("/etc/hosts")
    (root / ".env.json").write_text("SECRET")
    (root / "visible.json").symlink_to(".env.json")
    (root / "out.json").symlink_to(tmp_path / "out.json")
    (root / "link").symlink_to(tmp_path)
    (tmp_path / "out.json").write_text("SECRET")
    gateway = start(gateway_config(state, more={"gateway": {"controlUi": {"root": str(root)}}}))
    assert gateway.get("/").status == 200 and gateway.get("/again.js").text == "1"
    assert gateway.get("/app.js", headers={"Accept-Encoding": "gzip"}).text == "1"
    for path in ("/.env.json", "/visible.json", "/out.json", "/link/out.json"):
        answer = gateway.get(path)
        assert answer.status == 404 and "SECRET" not in answer.text, path


def test_a_page_can_be_switched_off(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"gateway": {"controlUi": {"enabled": False}}}))
    assert gateway.get("/").status == 404
    assert gateway.get("/healthz").status == 200


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_a_file_comes_whole_also_over_a_line_that_takes_little_at_a_time(
    gateway: Gateway, script: str, pause: float
) -> None:
    whole = gateway.get(script).body
    for most in (1400, 536):
        with socket.socket() as connection:
            connection.settimeout(5)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, most)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", gateway.port))
            connection.sendall(f"GET {script} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            time.sleep(pause)
            heard = bytearray()
            while piece := connection.recv(1 << 16):
                heard += piece
        assert bytes(heard).partition(b"\r\n\r\n")[2] == whole, f"{len(heard)} bytes"


def test_whoever_has_said_everything_still_gets_every_answer(gateway: Gateway, script: str) -> None:
    """Also what waited because the answers before it had not been read."""
    ask = f"GET {script} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", gateway.port), 5) as connection:
        connection.sendall(ask * 10)
        connection.shutdown(socket.SHUT_WR)
        heard = bytearray()
        while piece := connection.recv(1 << 20):
            heard += piece
    answers = parse(bytes(heard))
    assert [answer.status for answer in answers] == [200] * 10
    assert {answer.body for answer in answers} == {gateway.get(script).body}
