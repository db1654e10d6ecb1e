"""Single calls of a fake Telegram, right or wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from fakes.telegram import FakeTelegram


def call(fake: FakeTelegram, method: str, token: str = "", **values: Any) -> tuple[int, Any]:
    async def ask() -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{fake.url}/bot{token or fake.token}/{method}", json=values) as response:
                return response.status, await response.json()

    return asyncio.run(ask())


def refused(fake: FakeTelegram) -> list[str]:
    found, fake.violations = fake.violations[:], []
    return found
