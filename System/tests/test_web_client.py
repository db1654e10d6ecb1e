"""Forms and downloads by the wire code, against aiohttp."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from fakes.loopback import Loopback
from harness.gateway import echo_binary, scrubbed_environment

MEGABYTE = 1 << 20
MOST_DATA_BYTES = 96 * MEGABYTE


class Files(Loopback):
    """Tells what was posted, and serves bytes in several manners."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 30)
        application.router.add_post("/form", self._form)
        application.router.add_post("/moved", self._moved)
        application.router.add_get("/{kind}/{size}", self._file)
        return application

    async def _form(self, request: web.Request) -> web.Response:
        told = [request.headers["Content-Length"].isdigit() and "sized"]
        async for part in await request.multipart():
            digest, size = hashlib.sha256(), 0
            while chunk := await part.read_chunk():
                digest.update(chunk)
                size += len(chunk)
            kind = part.headers.get("Content-Type", "-")
            told.append(f"{part.name}|{part.filename}|{kind}|{size}|{digest.hexdigest()[:12]}")
        return web.Response(text=";".join(map(str, told)))

    async def _moved(self, request: web.Request) -> web.Response:
        await request.read()
        raise web.HTTPTemporaryRedirect("/form")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        kind, size = request.match_info["kind"], int(request.match_info["size"])
        if kind == "sized":
            return web.Response(body=b"x" * size)
        if kind == "missing":
            return web.Response(status=404, text="x" * size)
        if kind == "gzip":
            body = gzip.compress(b"x" * size)
            return web.Response(body=body, headers={"Content-Encoding": "gzip"})
        response = web.StreamResponse()
        if kind == "cut":
            response.content_length = size + 1
        await response.prepare(request)
        for start in range(0, size, 65536):
            await response.write(b"x" * min(65536, size - start))
        if kind == "cut" and request.transport is not None:
            await asyncio.sleep(0)
            request.transport.abort()
        return response


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with Files() as server:
        yield server


def run(folder: Path, *arguments: str) -> str:
    """What it says, with no more memory than `MOST_DATA_BYTES`."""
    finished = subprocess.run(
        ["sh", "-c", f'ulimit -d {MOST_DATA_BYTES // 1024}; exec "$0" "$@"', str(echo_binary()), *arguments],
        env=scrubbed_environment(folder, None, {}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def test_a_form_arrives_as_it_was_meant(files: Files, tmp_path: Path) -> None:
    data = os.urandom(200_000)
    file = tmp_path / 'a"b å.bin'
    file.write_bytes(data)
    said = run(tmp_path, "post", f"{files.url}/form", 'payload_json={"a":1}', "empty=", f"files[0]=@{file}")
    assert said == (
        f'200 sized;payload_json|None|-|7|{digest(b"""{"a":1}""")};empty|None|-|0|{digest(b"")};'
        f'files[0]|a%22b å.bin|text/x-test|{len(data)}|{digest(data)}'
    )


def test_a_form_that_is_led_elsewhere_is_sent_again_from_its_start(files: Files, tmp_path: Path) -> None:
    data = os.urandom(200_000)
    (tmp_path / "file").write_bytes(data)
    said = run(tmp_path, "post", f"{files.url}/moved", "a=b", f"f=@{tmp_path / 'file'}")
    assert said == f"200 sized;a|None|-|1|{digest(b'b')};f|file|text/x-test|{len(data)}|{digest(data)}"


def test_a_large_file_is_sent_without_being_held(files: Files, tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as out:
        out.truncate(200 * MEGABYTE)
    said = run(tmp_path, "post", f"{files.url}/form", f"f=@{file}")
    assert said.startswith(f"200 sized;f|large|text/x-test|{200 * MEGABYTE}|"), said


@pytest.mark.parametrize("kind", ["sized", "chunked", "gzip"])
def test_a_download_as_long_as_allowed_is_saved(files: Files, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "got" / "file"
    target.parent.mkdir()
    target.write_text("old")
    said = run(tmp_path, "save", f"{files.url}/{kind}/300000", str(target), "300000")
    assert said == "saved"
    assert target.read_bytes() == b"x" * 300_000
    assert target.stat().st_mode & 0o777 == 0o600
    assert os.listdir(target.parent) == ["file"]


@pytest.mark.parametrize("kind", ["sized", "chunked", "gzip", "cut"])
def test_a_download_that_is_too_long_or_cut_leaves_nothing(files: Files, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "got" / "file"
    target.parent.mkdir()
    said = run(tmp_path, "save", f"{files.url}/{kind}/300000", str(target), str(10**9 if kind == "cut" else 299_999))
    assert said.startswith("failed interrupted(" if kind == "cut" else "failed tooLarge("), said
    assert os.listdir(target.parent) == []


def test_a_bomb_is_stopped(files: Files, tmp_path: Path) -> None:
    said = run(tmp_path, "save", f"{files.url}/gzip/{200 * MEGABYTE}", str(tmp_path / "x"), str(MEGABYTE))
    assert said.startswith("failed tooLarge(") and not (tmp_path / "x").exists()


def test_a_large_download_is_never_held_whole(files: Files, tmp_path: Path) -> None:
    target = tmp_path / "large"
    said = run(tmp_path, "save", f"{files.url}/chunked/{200 * MEGABYTE}", str(target), str(1 << 30))
    assert said == "saved" and target.stat().st_size == 200 * MEGABYTE


def test_a_reply_that_is_no_success_is_not_saved(files: Files, tmp_path: Path) -> None:
    said = run(tmp_path, "save", f"{files.url}/missing/9", str(tmp_path / "x"), "100")
    assert said.startswith("failed invalidRequest(") and "404" in said and not (tmp_path / "x").exists()


def test_a_place_that_cannot_be_written_is_told(files: Files, tmp_path: Path) -> None:
    said = run(tmp_path, "save", f"{files.url}/sized/9", str(tmp_path / "no" / "x"), "100")
    assert said.startswith("failed unavailable(") and "No such file" in said
