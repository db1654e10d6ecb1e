"""A fake Discord with one channel, and a gateway whose bot is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.discord import FakeDiscord
from harness.platforms import Connect, DiscordPlatform, own_connector

__all__ = ["Connect"]


class PageDiscord(DiscordPlatform):
    """The bot listens where the page that people follow says."""

    def section(self) -> dict[str, Any]:
        return page_block(self.fake)


def page_block(fake: FakeDiscord) -> dict[str, Any]:
    """The block of the page, with the fake's guild and address."""
    guild = {"channels": {"general": {"allow": True}}, "requireMention": False}
    return {
        "enabled": True,
        "groupPolicy": "allowlist",
        "guilds": {str(fake.guild().id): guild},
        "apiRoot": fake.url,
    }


@pytest.fixture
def platform() -> Iterator[PageDiscord]:
    platform = PageDiscord()
    with platform.fake:
        platform.fake.channel("general")
        yield platform


@pytest.fixture
def fake(platform: PageDiscord) -> FakeDiscord:
    return platform.fake


@pytest.fixture
def connect_bot(platform: PageDiscord, fake_chat: FakeOpenAIChat, start: Any, state: Path) -> Connect:
    """Starts a gateway whose Discord section is the page's with what is given over it."""
    return own_connector(start, state, fake_chat, platform)
