"""Single requests and conversations with a fake Discord, right or wrong, as no client library would let one send."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from fakes.discord import FakeDiscord

QUIET_SECONDS = 0.2


def ask(fake: FakeDiscord, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    sent = {"User-Agent": "DiscordBot (https://example.org, 1.0)", "Authorization": f"Bot {fake.token}"} | headers

    async def request() -> tuple[int, Any, dict[str, str]]:
        async with aiohttp.ClientSession() as session:
            async with session.request(method, fake.url + path, json=body, headers=sent) as response:
                is_json = response.content_type == "application/json"
                found = await response.json() if is_json else await response.text()
                return response.status, found, {key.lower(): value for key, value in response.headers.items()}

    return asyncio.run(request())


def refused(fake: FakeDiscord) -> list[str]:
    found, fake.violations = fake.violations[:], []
    return found


def leaves(errors: Any) -> list[str]:
    if isinstance(errors, dict) and "_errors" in errors:
        return [error["code"] for error in errors["_errors"]]
    return [code for value in errors.values() for code in leaves(value)] if isinstance(errors, dict) else []


def converse(
    fake: FakeDiscord,
    payloads: list[Any],
    query: str = "v=10&encoding=json",
    root: str = "",
    leave_with: int = 1000,
    quiet: float = QUIET_SECONDS,
) -> tuple[int | None, list[Any]]:
    """Sends payloads; returns how the gateway closed, and what it said until it was quiet for so many seconds."""

    async def talk() -> tuple[int | None, list[Any]]:
        said = []
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{root or fake.gateway_url}/?{query}") as ws:
                for payload in payloads:
                    await (ws.send_str(payload) if isinstance(payload, str) else ws.send_json(payload))
                while True:
                    try:
                        message = await ws.receive(timeout=quiet)
                    except TimeoutError:
                        await ws.close(code=leave_with)
                        return None, said
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return ws.close_code, said
                    said.append(message.json())

    return asyncio.run(talk())


def identify(fake: FakeDiscord, **more: Any) -> dict[str, Any]:
    data = {"token": fake.token, "intents": 37377, "properties": {"os": "linux", "browser": "x", "device": "x"}}
    return {"op": 2, "d": data | more}
