"""A fake model and one chat platform, or all of them, for tests that are true of each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness.platforms import PLATFORMS, Connect, Platform, connector, platform_of


@pytest.fixture(params=sorted(PLATFORMS))
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """Each channel in turn, also the gateway's own socket."""
    with platform_of(request) as platform:
        yield platform


@pytest.fixture
def connect_bot(platform: Platform, fake_chat: FakeOpenAIChat, start: Any, state: Path) -> Connect:
    """A gateway whose bot is on the platform: see `connector`."""
    return connector(start, state, fake_chat, platform)


@pytest.fixture
def platforms() -> Iterator[dict[str, Platform]]:
    """Every platform with a bot at once, by its id."""
    with contextlib.ExitStack() as stack:
        made = {name: kind() for name, kind in PLATFORMS.items() if "bot" in kind.can}
        for platform in made.values():
            stack.enter_context(platform.fake)
        yield made


@pytest.fixture
def connect_bots(platforms: dict[str, Platform], fake_chat: FakeOpenAIChat, start: Any, state: Path) -> Connect:
    """A gateway with a bot on every platform: see `connector`."""
    return connector(start, state, fake_chat, *platforms.values())
