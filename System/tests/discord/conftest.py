"""A fake Discord with one channel, too impatient to make tests wait, and a gateway whose bot is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.discord import FakeDiscord
from harness import Gateway, ModelConfig, gateway_config


@pytest.fixture
def fake() -> Iterator[FakeDiscord]:
    with FakeDiscord() as fake:
        fake.rest.buckets.pace = 0.1
        fake.channel("general")
        yield fake


def page_block(fake: FakeDiscord) -> dict[str, Any]:
    """The block of the page people follow, with the fake's guild and address."""
    guild = {"channels": {"general": {"allow": True}}, "requireMention": False}
    return {
        "enabled": True,
        "groupPolicy": "allowlist",
        "guilds": {str(fake.guild().id): guild},
        "apiRoot": fake.url,
    }


Connect = Callable[..., Gateway]


@pytest.fixture
def connect_bot(start: Any, state: Path, fake: FakeDiscord, fake_chat: FakeOpenAIChat) -> Connect:
    """Starts a gateway whose Discord section is the page's with `discord` over it, and waits until it is connected.

    With `again` it is a new process on the state directory of the last one, with its configuration."""

    def connect(again: Gateway | None = None, waits: bool = True, **discord: Any) -> Gateway:
        env = {"DISCORD_BOT_TOKEN": discord.pop("token", fake.token)}
        if again is not None:
            gateway = start(port=again.port, env=env)
        else:
            section = page_block(fake) | discord
            more = {"channels": {"discord": section}}
            gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more), env=env)
        if waits:
            gateway.wait_for_line(r"logged in to discord as")
        return gateway

    return connect
