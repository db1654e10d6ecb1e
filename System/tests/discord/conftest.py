"""A fake Discord with one channel, too impatient to make tests wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.discord import FakeDiscord


@pytest.fixture
def fake() -> Iterator[FakeDiscord]:
    with FakeDiscord() as fake:
        fake.rest.buckets.pace = 0.1
        fake.channel("general")
        yield fake
