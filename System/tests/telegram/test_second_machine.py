"""Two machines with one bot: one answers, the other stands down and takes over when the first is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, eventually, gateway_config
from harness.platforms import TelegramPlatform, accounts

# Who stood down looks again after 20 to 40 s, and a second time 12 s later.
TAKE_OVER_SECONDS = 65
STANDS_DOWN = "so this one stands down"


@pytest.fixture
def machine(
    start: Any, tmp_path: Path, platform: TelegramPlatform, fake_chat: FakeOpenAIChat
) -> Callable[[str], Gateway]:
    """Starts a gateway with a volume of its own, as a machine of the app has it."""

    def run(name: str) -> Gateway:
        state = tmp_path / name / "state"
        state.parent.mkdir()
        channels = {"channels": {"telegram": platform.section()}, "gateway": {"bind": "loopback"}}
        config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=channels)
        fly = {"FLY_APP_NAME": "my-app", "FLY_REGION": "iad", "FLY_MACHINE_ID": name}
        env = {platform.variable: platform.fake.token, **fly}
        gateway = start(config, state=state, env=env)
        gateway.wait_for_line(r"\[telegram\] \[default\] starting provider")
        return gateway

    return run


@pytest.mark.timeout(120)
def test_one_of_two_machines_stands_down_and_takes_over(
    machine: Callable[[str], Gateway], platform: TelegramPlatform, fake_chat: FakeOpenAIChat
) -> None:
    first = machine("1111")
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask(ann, place)
    platform.wait_until_answered()
    second = machine("2222")

    down = eventually("one to stand down", lambda: next((g for g in (first, second) if STANDS_DOWN in g.output), None), 30)
    up = second if down is first else first

    for _ in range(4):
        platform.ask(ann, place)
        platform.wait_until_answered()
    assert STANDS_DOWN not in up.output, "never both"
    assert down.output.count(STANDS_DOWN) == 1, "it is said once"
    name = "1111" if down is first else "2222"
    told = accounts(down, platform)["default"]
    assert told["connected"] is False
    assert f"This is machine `{name}` in iad; `fly machine list -a my-app`" in told["lastError"]
    assert "`fly scale count 1 -a my-app`" in told["lastError"]
    assert accounts(up, platform)["default"]["connected"] is True

    up.kill()
    platform.fake.killed()
    platform.ask(ann, place)

    platform.wait_until_answered(TAKE_OVER_SECONDS)
    assert accounts(down, platform)["default"]["connected"] is True
    assert len(fake_chat.requests) == 6, "each question was asked once"


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_machine_that_stood_down_leaves_the_other_in_peace(
    machine: Callable[[str], Gateway], platform: TelegramPlatform
) -> None:
    """It looks now and then whether the other is there; people are answered by one all the while."""
    first, second = machine("1111"), machine("2222")
    ann = platform.person("Ann")
    place = platform.direct(ann)
    eventually("one to stand down", lambda: STANDS_DOWN in first.output + second.output, 30)
    before = platform.fake.world.updates.conflicts

    def is_interrupted_by_a_look() -> bool:
        platform.ask(ann, place)
        platform.wait_until_answered()
        # A look that finds something waiting interrupts nobody: leave it moments when nothing is there.
        time.sleep(2)
        return platform.fake.world.updates.conflicts > before

    eventually("a look", is_interrupted_by_a_look, 2 * TAKE_OVER_SECONDS)
    platform.ask(ann, place)

    platform.wait_until_answered()
    assert (first.output + second.output).count(STANDS_DOWN) == 1
