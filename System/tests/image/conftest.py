"""The image laid out once, and a world around one machine: vendors under their own names, and Fly's environment."""

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
from harness.gateway import REPOSITORY
from harness.machine import Machine, obstacle

PAGE = Path(__file__).parent / "page"
LAYOUT_SECONDS = 300
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
        if "image" in item.fixturenames:  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.timeout(LAYOUT_SECONDS))


@pytest.fixture(scope="session")
def image(openclaw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's file system with the program under test in it. Debian's part is made once a checkout."""
    if reason := obstacle():
        pytest.skip(f"the image cannot be laid out here: {reason}")
    root = tmp_path_factory.mktemp("image") / "root"
    done = subprocess.run(
        ["sh", "Image/root.sh", str(root)],
        cwd=REPOSITORY,
        env={**os.environ, "PROGRAM": str(openclaw)},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 and "InRelease" in done.stdout + done.stderr:
        pytest.skip(f"the image cannot be laid out here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stdout + done.stderr
    add_libraries(openclaw, root)
    return root


def add_libraries(program: Path, root: Path) -> None:
    """A release needs nothing that the image lacks; a debug build finds its libraries where this machine has them."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    for path in re.findall(r"(/\S+) \(0x", said):
        here, there = Path(path), root / path.lstrip("/")
        if not there.exists() and not (root / "usr" / path.lstrip("/")).exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here.resolve(), there)


@pytest.fixture
def machine(image: Path, tmp_path: Path) -> Iterator[Machine]:
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
