"""A fake Telegram, too impatient to make tests wait, and a gateway whose bot is on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.telegram import FakeTelegram
from harness import Gateway, ModelConfig, gateway_config


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.world.updates.pace = 0.05
        fake.webhook.pace = 0.05
        yield fake


Connect = Callable[..., Gateway]


@pytest.fixture
def connect_bot(start: Any, state: Path, fake: FakeTelegram, fake_chat: FakeOpenAIChat) -> Connect:
    """Starts a gateway that answers everybody, with `telegram` over its section, and waits until the bot listens.

    With `again` it is a new process on the state directory of the last one, with its configuration."""

    def connect(again: Gateway | None = None, waits: bool = True, **telegram: Any) -> Gateway:
        env = {"TELEGRAM_BOT_TOKEN": telegram.pop("token", fake.token)}
        if again is not None:
            gateway = start(port=again.port, env=env)
        else:
            section = {"dmPolicy": "open", "allowFrom": ["*"], "groupPolicy": "open", "apiRoot": fake.url} | telegram
            section.setdefault("groups", {"*": {"requireMention": False}})
            more = {"channels": {"telegram": section}}
            gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more), env=env)
        if waits:
            gateway.wait_for_line(r"\[telegram\] \[default\] starting provider \(@claw_bot\)")
            if "webhookUrl" not in telegram:
                fake.wait_for_poll()
        return gateway

    return connect
