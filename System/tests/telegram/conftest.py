"""A fake Telegram, and a gateway whose bot is on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.telegram import FakeTelegram
from harness.platforms import Connect, TelegramPlatform, own_connector

__all__ = ["Connect"]


@pytest.fixture
def platform() -> Iterator[TelegramPlatform]:
    platform = TelegramPlatform()
    with platform.fake:
        yield platform


@pytest.fixture
def fake(platform: TelegramPlatform) -> FakeTelegram:
    return platform.fake


@pytest.fixture
def connect_bot(platform: TelegramPlatform, fake_chat: FakeOpenAIChat, start: Any, state: Path) -> Connect:
    """Starts a gateway that answers everybody, with what is given over its section."""
    return own_connector(start, state, fake_chat, platform)
