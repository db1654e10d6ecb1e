"""A fake Telegram, too impatient to make tests wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.telegram import FakeTelegram


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.world.updates.pace = 0.05
        fake.webhook.pace = 0.05
        yield fake
