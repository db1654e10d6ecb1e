"""Fixtures: fakes and gateways, one per module where tests can share them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeAnthropic, FakeGemini, FakeOpenAIChat, FakeOpenAIResponses, FakeServer
from harness import Client, Gateway, Launch, ModelConfig, connect, gateway_config
from harness.gateway import Echo, binary, echo_binary
from harness.platforms import PLATFORMS, Platform, platform_of
from harness.volume import Volume, mounted

ARTIFACTS = Path(__file__).parent / ".artifacts"


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """The image's machines and the browsers share one process of the suite.

    The image is built once then; and a browser gives up what it loads when a network comes or goes."""
    sharing = {"image", "container_build", "chrome"}
    for item in items:
        if sharing & set(item.fixturenames) or item.get_closest_marker("browser"):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xdist_group("network"))
    yield
    for item in items:
        if getattr(config.option, "loadgroup", False) and item.get_closest_marker("xdist_group"):
            assert item.nodeid.endswith("@network"), f"xdist does not see the group of {item.nodeid}"


@pytest.fixture(scope="session", autouse=True)
def artifacts() -> Path:
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS


@pytest.fixture(scope="session")
def openclaw() -> Path:
    """The binary under test; whoever needs it fails without it, in words."""
    if not binary().exists():
        pytest.fail(f"{binary()} does not exist: build it first, or name one in OPENCLAW_BINARY", pytrace=False)
    return binary()


@pytest.fixture(scope="module")
def model(openclaw: Path) -> Iterator[FakeOpenAIChat]:
    with FakeOpenAIChat() as fake:
        yield fake


@pytest.fixture(autouse=True)
def no_vendor_complains(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test fails when its gateway sent the shared fake something a vendor would refuse."""
    if "model" not in request.fixturenames and "gateway" not in request.fixturenames:
        yield
        return
    fake: FakeServer = request.getfixturevalue("model")
    fake.script.clear()
    yield
    violations, fake.violations = fake.violations, []
    assert not violations, "the vendor would have refused:\n  " + "\n  ".join(violations)


@pytest.fixture(scope="module")
def gateway(openclaw: Path, model: FakeOpenAIChat, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A running gateway on the shared fake, one per module."""
    state = tmp_path_factory.mktemp("gateway") / "state"
    config = gateway_config(state, [ModelConfig("fake", model.url)], more=LENIENT_LIMITS)
    with Gateway(Launch(state=state, config=config)) as gateway:
        yield gateway


LENIENT_LIMITS: dict[str, Any] = {"gateway": {"auth": {"rateLimit": {"maxAttempts": 100_000}}}}


@pytest.fixture(params=[3, 4], ids=["generation 3", "generation 4"])
def generation(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with connect(gateway.port) as client:
        yield client


@pytest.fixture
def session(request: pytest.FixtureRequest) -> str:
    """A session key no other test uses."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name.lower())
    return f"agent:main:{name[:40].strip('-')}-{zlib.crc32(name.encode()):08x}"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def volume(state: Path) -> Iterator[Volume]:
    """A small volume that the state directory is."""
    with mounted(state) as volume:
        yield volume


Start = Callable[..., Gateway]


@pytest.fixture
def start(openclaw: Path, state: Path) -> Iterator[Start]:
    """Starts a gateway of the test's own, on the test's own state directory, and ends it with the test.

    `start()` waits until it is ready; `start(ready=False)` does not. Who asks for it after a fake has the gateway ended before
    the fake's address is free for others, whom it would call with its secrets."""
    started: list[Gateway] = []

    def launch(config: Any = None, ready: bool = True, **options: Any) -> Gateway:
        options.setdefault("state", state)
        gateway = Gateway(Launch(config=config, **options))
        started.append(gateway)
        if ready:
            gateway.wait_until_ready()
        return gateway

    yield launch
    for gateway in started:
        gateway.discard()


@pytest.fixture
def fake_chat(openclaw: Path) -> Iterator[FakeOpenAIChat]:
    """A fake of the test's own, for scripts and faults."""
    with FakeOpenAIChat() as fake:
        yield fake


@pytest.fixture(params=sorted(name for name, kind in PLATFORMS.items() if "bot" in kind.can))
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """Each chat platform where a bot logs in, in turn, for tests that are true of all."""
    with platform_of(request) as platform:
        yield platform


@pytest.fixture
def fake_anthropic(openclaw: Path) -> Iterator[FakeAnthropic]:
    with FakeAnthropic() as fake:
        yield fake


@pytest.fixture
def fake_responses(openclaw: Path) -> Iterator[FakeOpenAIResponses]:
    with FakeOpenAIResponses() as fake:
        yield fake


@pytest.fixture
def fake_gemini(openclaw: Path) -> Iterator[FakeGemini]:
    with FakeGemini() as fake:
        yield fake


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echo]:
    if not echo_binary().exists():
        pytest.fail(
            f"{echo_binary()} does not exist: build it first, or name one in OPENCLAW_ECHO_BINARY", pytrace=False
        )
    server = Echo(tmp_path_factory.mktemp("echo"))
    yield server
    server.discard()
