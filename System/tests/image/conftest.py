"""The image built once, and a world around one machine: vendors under their own names, and Fly's environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeAnthropic, FakeProxy
from fakes.discord import FakeDiscord
from harness.config import TOKEN
from harness.container_build import DEBIAN, FILES, BuildFailed, CannotBuild, ContainerBuild, Image
from harness.gateway import REPOSITORY
from harness.machine import Machine, obstacle

PAGE = Path(__file__).parent / "page"
LAYOUT_SECONDS = 300
BUILT = "localhost/openclaw:local"
NO_NETWORK = re.compile("Failed to fetch|Failed getting release file|Temporary failure resolving|Couldn't download")
TRUST = "/etc/ssl/certs/fake-vendors.pem"
COMMAND = "node dist/index.js gateway --allow-unconfigured --port 3000 --bind lan"
FLY = {
    "FLY_APP_NAME": "my-openclaw",
    "FLY_REGION": "iad",
    "FLY_MACHINE_ID": "148e21ea7e8389",
    "PRIMARY_REGION": "iad",
    "OPENCLAW_STATE_DIR": "/data",
    "OPENCLAW_GATEWAY_TOKEN": TOKEN,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever comes first waits for Debian's packages too."""
    for item in items:
        if {"image", "container_build"} & set(item.fixturenames):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.timeout(LAYOUT_SECONDS))


@pytest.fixture(scope="session")
def container_build(openclaw: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContainerBuild | CannotBuild]:
    """What has built the Dockerfile as BUILT, with the program under test in it; or why that cannot be done here."""
    if reason := obstacle():
        pytest.skip(f"the image cannot be laid out here: {reason}")
    folder = tmp_path_factory.mktemp("build")
    with ExitStack() as stack:
        result: ContainerBuild | CannotBuild
        try:
            result = stack.enter_context(ContainerBuild(folder / "store"))
            build_image(result, openclaw, folder / "staged")
        except CannotBuild as reason:
            result = reason
        yield result


def build_image(build: ContainerBuild, program: Path, staged: Path) -> None:
    """Debian comes from its packages, once a checkout; the stage that compiles is left out, since that was done."""
    debian = run_script("Image/debian.sh")
    if debian.returncode != 0:
        raise CannotBuild(f"Debian cannot be laid out: {last_line(debian)}")
    build.take(REPOSITORY / "dist/image-debian", DEBIAN)
    files = run_script("Image/stage.sh", staged / "files", program=program)
    assert files.returncode == 0, files.stderr
    build.take(staged, FILES)
    try:
        build.run(DEBIAN, "true")
    except BuildFailed as failed:
        raise CannotBuild(f"a command cannot be run in a container: {failed}") from failed
    try:
        build.build(BUILT)
    except BuildFailed as failed:
        if NO_NETWORK.search(str(failed)):
            raise CannotBuild("Debian's packages are out of reach") from failed
        raise


def run_script(*words: str | Path, program: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One of the image's own scripts, in the checkout."""
    variables = {**os.environ, "PROGRAM": str(program)} if program else None
    return subprocess.run(["sh", *words], cwd=REPOSITORY, env=variables, capture_output=True, text=True)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip().splitlines() or ["it says nothing"])[-1]


@pytest.fixture(scope="session")
def image(
    openclaw: Path, container_build: ContainerBuild | CannotBuild, tmp_path_factory: pytest.TempPathFactory
) -> Image:
    """What the Dockerfile gives; where it cannot be built, the same files by the script that does without."""
    root = tmp_path_factory.mktemp("image") / "root"
    if isinstance(container_build, CannotBuild):
        lay_out(openclaw, root)
        return Image.as_written(root)
    image = container_build.lay_out(BUILT, root)
    add_libraries(openclaw, root)
    return image


@pytest.fixture
def builder(container_build: ContainerBuild | CannotBuild) -> ContainerBuild:
    """For tests that make no sense without the Dockerfile."""
    if isinstance(container_build, CannotBuild):
        pytest.skip(f"the Dockerfile cannot be built here: {container_build}")
    return container_build


def lay_out(program: Path, root: Path) -> None:
    """As `make image-root` does it."""
    done = run_script("Image/root.sh", root, program=program)
    if done.returncode != 0 and NO_NETWORK.search(done.stdout + done.stderr):
        pytest.skip(f"the image cannot be laid out here: {last_line(done)}")
    assert done.returncode == 0, done.stdout + done.stderr
    add_libraries(program, root)


def add_libraries(program: Path, root: Path) -> None:
    """A release needs nothing that the image lacks; a debug build finds its libraries where this machine has them."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for path in re.findall(r"(/\S+) \(0x", said):
        here, there = Path(path), root / path.lstrip("/")
        if not there.exists() and not (root / "usr" / path.lstrip("/")).exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here.resolve(), there)


@pytest.fixture
def machine(image: Image, tmp_path: Path) -> Iterator[Machine]:
    with Machine(image, tmp_path / "machine") as machine:
        yield machine


@pytest.fixture
def fly(machine: Machine) -> Machine:
    """A machine on which the page's command runs."""
    machine.start(COMMAND, FLY)
    machine.wait_until_ready()
    return machine


@dataclass
class World:
    """The vendors of the page, for a machine that knows nothing but their real names."""

    discord: FakeDiscord
    anthropic: FakeAnthropic
    variables: dict[str, str]


@pytest.fixture
def world(machine: Machine, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        discord = stack.enter_context(FakeDiscord())
        anthropic = stack.enter_context(FakeAnthropic())
        discord.rest.buckets.pace = 0.1
        discord.channel("general")
        routes = {"discord.com": discord.port, "api.anthropic.com": anthropic.port}
        proxy = stack.enter_context(FakeProxy(routes, tmp_path))
        machine.lend(proxy.port, *discord.ports)
        (machine.folder / "upper/etc/ssl/certs").mkdir(parents=True, exist_ok=True)
        machine.prepare(f"cat > {TRUST} <<'EOF'\n{proxy.certificate.read_text()}\nEOF\nchmod 644 {TRUST}")
        yield World(discord, anthropic, {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": TRUST})


@dataclass(frozen=True)
class Deployment:
    """What a fly.toml says."""

    text: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Deployment:
        return cls(tomllib.loads(path.read_text()))

    @property
    def command(self) -> str:
        return str(self.text["processes"]["app"])

    @property
    def variables(self) -> dict[str, str]:
        return {**FLY, **self.text["env"]}


def deployments() -> dict[str, Path]:
    return {
        "the page's": PAGE / "fly.toml",
        "fly.toml": REPOSITORY / "fly.toml",
        "fly.private.toml": REPOSITORY / "fly.private.toml",
    }


def page_config(discord: FakeDiscord) -> str:
    """The page's config, with the guild's number where the page says to put it."""
    return (PAGE / "openclaw.json").read_text().replace("YOUR_GUILD_ID", str(discord.guild().id))
