"""The fake Discord's gateway ends what it does not understand with Discord's own close codes."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from fakes.discord import FakeDiscord
from harness.discord_raw import converse, identify, refused

BEAT = {"op": 1, "d": None}


@pytest.mark.parametrize(
    ("code", "payloads"),
    [
        (4001, lambda fake: [identify(fake), {"op": 99, "d": {}}]),
        (4002, lambda fake: ["{not json"]),
        (4002, lambda fake: [{"op": 1, "d": None, "more": "x" * 4096}]),
        (4002, lambda fake: [identify(fake), {"op": 8, "d": {}}]),
        (4003, lambda fake: [{"op": 3, "d": {}}]),
        (4004, lambda fake: [identify(fake, token="wrong")]),
        (4005, lambda fake: [identify(fake), identify(fake)]),
        (4008, lambda fake: [BEAT] * 121),
        (4010, lambda fake: [identify(fake, shard=[2, 2])]),
        (4013, lambda fake: [identify(fake, intents=1 << 30)]),
        (4014, lambda fake: [identify(fake, intents=1 << 15)]),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_a_mistake_on_the_gateway_has_its_close_code(fake: FakeDiscord, code: int, payloads: Any) -> None:
    if code == 4014:
        fake.world.enabled_intents = 0
    assert converse(fake, payloads(fake))[0] == code
    assert fake.gateway.closes[code] == 1 and refused(fake)


def test_other_versions_are_not_spoken_and_shards_can_be_demanded(fake: FakeDiscord) -> None:
    assert converse(fake, [], "v=3&encoding=json")[0] == 4012
    fake.gateway.minimum_shards = 2
    assert converse(fake, [identify(fake)])[0] == 4011
    refused(fake)


def test_how_a_client_leaves_decides_whether_it_can_resume(fake: FakeDiscord) -> None:
    root = fake.gateway.resume_address

    def session(leave_with: int) -> str:
        fake.clock.skip(5.1)
        _, said = converse(fake, [identify(fake)], leave_with=leave_with)
        ready = next(payload["d"] for payload in said if payload.get("t") == "READY")
        assert ready["resume_gateway_url"] == root != fake.gateway_url
        return ready["session_id"]

    def resume(identity: str, sequence: int, at: str = root, leave_with: int = 4000) -> tuple[int | None, list[Any]]:
        data = {"token": fake.token, "session_id": identity, "seq": sequence}
        return converse(fake, [{"op": 6, "d": data}], root=at, leave_with=leave_with)

    ended = session(1000)
    fake.wait_until("the session's end", lambda: ended not in fake.gateway.sessions)
    assert {"op": 9, "d": False} in resume(ended, 1)[1]
    kept = session(4000)
    fake.user("Ann").writes(fake.channel("general"), "missed")
    assert [payload.get("t") for payload in resume(kept, 2)[1]][1:] == ["MESSAGE_CREATE", "RESUMED"]
    assert resume(kept, 1000)[0] == 4007
    assert any("4007" in complaint for complaint in refused(fake))
    resume(kept, 2, at=fake.gateway_url)
    assert "instead of resume_gateway_url" in refused(fake)[0]
    fake.wait_until("the end of the connection", lambda: fake.gateway.sessions[kept].socket is None)
    fake.clock.skip(121)
    assert {"op": 9, "d": False} in resume(kept, 2)[1], "too late"


def test_a_second_identify_within_five_seconds_is_turned_away(fake: FakeDiscord) -> None:
    first, second = converse(fake, [identify(fake)])[1], converse(fake, [identify(fake)])[1]
    assert "READY" in [payload.get("t") for payload in first]
    assert {"op": 9, "d": False} in second
    fake.clock.skip(5.1)
    assert "READY" in [payload.get("t") for payload in converse(fake, [identify(fake)])[1]]


def test_without_the_content_intent_only_what_concerns_the_bot_has_text(fake: FakeDiscord) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    seen: list[str] = []

    async def listen() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{fake.gateway_url}/?v=10&encoding=json") as ws:
                await ws.send_json(identify(fake, intents=1 << 9 | 1 << 12))
                await asyncio.to_thread(fake.wait_until_connected)
                for place, text in ((general, "secret"), (general, f"hi {fake.mention}"), (fake.direct(ann), "dm")):
                    ann.writes(place, text)
                while len(seen) < 3:
                    payload = await ws.receive_json(timeout=5)
                    if payload.get("t") == "MESSAGE_CREATE":
                        seen.append(payload["d"]["content"])

    asyncio.run(listen())
    assert seen == ["", f"hi {fake.mention}", "dm"]


def test_a_client_that_stops_beating_is_disconnected(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat_seconds = fake.gateway.late_heartbeat_seconds = 0.2
    assert converse(fake, [identify(fake)], quiet=20)[0] == 4009
    refused(fake)
