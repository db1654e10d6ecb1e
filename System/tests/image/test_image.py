"""The image itself: what it starts, what it holds and weighs, and that both ways of building it give the same."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from fakes import FakeProxy
from fakes.loopback import Loopback
from harness.container_build import DOCKERFILE, BuildFailed, ContainerBuild, Image
from harness.gateway import REPOSITORY, binary
from harness.machine import Machine
from tests.image.conftest import BUILT, FLY, lay_out, run_script

LIMIT_BYTES = 60_000_000
OURS = "/usr/local/lib/openclaw/"
# An engine puts files of its own over these three in each container; buildah leaves the empty places where it did so. It
# also takes the right to write from the root folder of an image that is made of none: root, who had it, needs none.
BUILDAHS_OWN = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/"}


# What it starts


def test_the_image_says_what_the_page_relies_on(builder: ContainerBuild) -> None:
    """Fly starts its command after the entrypoint, as root, where `dist/index.js` would be."""
    config = builder.config(BUILT)
    assert config["Entrypoint"] == ["/usr/local/bin/openclaw-entrypoint"]
    assert config["Cmd"] == ["node", "dist/index.js", "gateway", "--allow-unconfigured"]
    assert config["WorkingDir"] == "/app"
    assert [line.split("=")[0] for line in config["Env"]] == ["PATH"]
    assert "User" not in config and "Volumes" not in config


def test_without_a_command_the_images_own_starts_a_gateway(machine: Machine) -> None:
    run = machine.start(env={**FLY, "OPENCLAW_GATEWAY_PORT": "3000"})
    run.wait_for_line(r"\[gateway\] listening on ws://\S+:3000 \(PID 2\)")
    assert machine.ssh("readlink", "/proc/2/cwd").out == "/app\n"
    assert machine.ssh("openclaw", "health").code == 0


# What it holds


def test_the_image_has_what_the_page_uses(machine: Machine) -> None:
    machine.prepare("for tool in sh bash tee cat rm ls mkdir node openclaw; do command -v $tool; done")
    machine.prepare("test -s /etc/ssl/certs/ca-certificates.crt && test -e /usr/share/zoneinfo/Europe/Stockholm")


def test_the_script_lays_out_what_the_dockerfile_builds(
    builder: ContainerBuild, image: Image, openclaw: Path, tmp_path: Path
) -> None:
    """`make image-root` and `make image`: the same paths, kinds, modes, owners and targets, and our own files alike."""
    lay_out(openclaw, tmp_path / "root")
    built, laid_out = set(entries(image.root)), set(entries(tmp_path / "root"))
    different = {entry.path for entry in built ^ laid_out}
    assert different <= BUILDAHS_OWN, sorted(
        f"{way}: {entry}"
        for way, alone in (("built", built - laid_out), ("laid out", laid_out - built))
        for entry in alone
        if entry.path not in BUILDAHS_OWN
    )
    assert any(entry.path.startswith(f"{OURS}ui/") for entry in built)


@dataclass(frozen=True)
class Entry:
    """A file, folder, link or device of a file system."""

    path: str
    mode: str
    owner: tuple[int, int]
    content: str

    @classmethod
    def of(cls, path: str, inside: str) -> Entry:
        status = os.lstat(path)
        content = ""
        if stat.S_ISLNK(status.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(status.st_mode) and inside.startswith(OURS):
            content = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        return cls(inside, stat.filemode(status.st_mode), (status.st_uid, status.st_gid), content)


def entries(root: Path) -> Iterator[Entry]:
    yield Entry.of(str(root), "/")
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            yield Entry.of(path, path.removeprefix(str(root)))


# What it weighs


@pytest.fixture
def release() -> None:
    if "debug" in str(binary()):
        pytest.skip("a debug build is no release")


def test_the_release_is_small(image: Image, release: None) -> None:
    """As `make image-root` weighs it."""
    weighed = run_script("Image/size.sh", image.root)
    assert weighed.returncode == 0, weighed.stdout + weighed.stderr


def test_a_registry_keeps_little_of_the_release(builder: ContainerBuild, release: None) -> None:
    assert builder.packed_bytes(BUILT) < LIMIT_BYTES


# The Dockerfile's text


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    ignored = {line.rstrip("/") for line in (REPOSITORY / ".dockerignore").read_text().splitlines()}
    copied = [
        word
        for line in DOCKERFILE.read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert copied
    # The second COPY brings everything else that a build reads: SwiftPM wants the tests' folders too.
    for path in [*copied, "Sources", "Tests", "Package.swift", "UI", "Scripts", "Image", "Makefile"]:
        assert (REPOSITORY / path).exists(), path
        assert path.split("/")[0] not in ignored, path


def test_images_are_named_in_full() -> None:
    """buildah and podman look a short name up nowhere."""
    named = re.findall(r"(?:^ARG (?:SWIFT|DEBIAN)=|--from=)(\S+[:/]\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    assert len(named) == 5
    assert all(name.startswith("docker.io/") for name in named), named


# One program more


def script(text: str) -> str:
    return f"#!/bin/sh\n{text}\n"


@dataclass(frozen=True)
class Extra:
    """A value of WITH: the image that its program is taken from, with stand-ins in it, and the program's call."""

    image: str
    files: dict[str, str]
    call: list[str]
    says: str


EXTRAS = {
    "tailscale": Extra(
        "docker.io/tailscale/tailscale:stable",
        {"usr/local/bin/tailscale": script("echo tailscale $1"), "usr/local/bin/tailscaled": script("echo tailscaled $1")},
        ["sh", "-c", "tailscale up && tailscaled up"],
        "tailscale up\ntailscaled up",
    ),
    "ngrok": Extra(
        "docker.io/ngrok/ngrok:3-debian", {"bin/ngrok": script("echo ngrok $1")}, ["ngrok", "http"], "ngrok http"
    ),
    "signal": Extra(
        "docker.io/library/eclipse-temurin:25-jre",
        {"opt/java/openjdk/bin/java": script('echo "java $*"')},
        ["signal-cli", "--version"],
        "java signal --version",
    ),
}


def signal_archive(version: str) -> bytes:
    """A release of signal-cli: a program of one line, that finds Java by the image's variables."""
    program = script('exec "$JAVA_HOME/bin/java" signal "$@"').encode()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        file = tarfile.TarInfo(f"signal-cli-{version}/bin/signal-cli")
        file.size, file.mode = len(program), 0o755
        archive.addfile(file, io.BytesIO(program))
    return gzip.compress(plain.getvalue(), mtime=0)


class FakeReleases(Loopback):
    """GitHub, where signal-cli is to be had."""

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/AsamK/signal-cli/releases/download/v{version}/{file}", self._archive)
        return application

    async def _archive(self, request: web.Request) -> web.Response:
        version = request.match_info["version"]
        if request.match_info["file"] != f"signal-cli-{version}.tar.gz":
            raise web.HTTPNotFound
        return web.Response(body=signal_archive(version))


@pytest.fixture
def github(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables with which buildah finds the fake releases under the real name."""
    with FakeReleases() as releases, FakeProxy({"github.com": releases.port}, tmp_path) as proxy:
        yield {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(proxy.certificate)}


@pytest.mark.parametrize("name", EXTRAS)
def test_a_program_more_is_taken_from_its_own_image(
    builder: ContainerBuild, github: dict[str, str], tmp_path: Path, name: str
) -> None:
    extra, tag = EXTRAS[name], f"localhost/openclaw:{name}"
    stand_in = tmp_path / "stand-in"
    for path, text in extra.files.items():
        (stand_in / path).parent.mkdir(parents=True, exist_ok=True)
        (stand_in / path).write_text(text)
        (stand_in / path).chmod(0o755)
    builder.take(stand_in, extra.image)

    signal = hashlib.sha256(signal_archive("1.2.3")).hexdigest()
    arguments = {"SIGNAL_CLI": "1.2.3", "SIGNAL_CLI_SHA256": signal}
    builder.build(tag, more=name, variables=github, arguments=arguments)

    assert builder.run(tag, *extra.call) == extra.says
    plain, more = builder.config(BUILT), builder.config(tag)
    for same in ("Entrypoint", "Cmd", "WorkingDir"):
        assert more[same] == plain[same]


def test_a_signal_cli_that_is_not_the_one_it_should_be_is_not_taken(
    builder: ContainerBuild, github: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "stand-in/opt/java/openjdk").mkdir(parents=True)
    builder.take(tmp_path / "stand-in", EXTRAS["signal"].image)

    with pytest.raises(BuildFailed, match="computed checksum did NOT match"):
        builder.build("localhost/openclaw:tampered", more="signal", variables=github)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_chromium_is_one_of_them(builder: ContainerBuild) -> None:
    """From Debian's own packages, of which it takes more than 100 MB."""
    if not os.environ.get("OPENCLAW_IMAGE_VARIANTS"):
        pytest.skip("only with OPENCLAW_IMAGE_VARIANTS=1: it fetches more than 100 MB")
    builder.build("localhost/openclaw:chromium", more="chromium")
    assert builder.run("localhost/openclaw:chromium", "chromium", "--version").startswith("Chromium ")
    print(f"packed: {builder.packed_bytes('localhost/openclaw:chromium')} bytes")
