"""Two machines with one bot: Discord tells both of everything; one answers, the other stands down and takes over when
the first is silent."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.faults import Held
from harness import Gateway, ModelConfig, eventually, gateway_config
from harness.platforms import DiscordPlatform, accounts

# Who stood down waits 45 s for the other.
TAKE_OVER_SECONDS = 75
STANDS_DOWN = "so this one stands down"
ELDER = "Another gateway answers with this bot's token, too"


@pytest.fixture
def machine(
    start: Any, tmp_path: Path, platform: DiscordPlatform, fake_chat: FakeOpenAIChat
) -> Callable[[str], Gateway]:
    """Starts a gateway with a volume of its own, as a machine of the app has it."""

    def run(name: str) -> Gateway:
        state = tmp_path / name / "state"
        again = state.parent.exists()
        state.parent.mkdir(exist_ok=True)
        section = platform.section() | {"dmPolicy": "open", "allowFrom": ["*"]}
        channels = {"channels": {"discord": section}, "gateway": {"bind": "loopback"}}
        config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=channels)
        fly = {"FLY_APP_NAME": "my-app", "FLY_REGION": "iad", "FLY_MACHINE_ID": name}
        env = {platform.variable: platform.fake.token, **fly}
        gateway: Gateway = start(config, state=state, env=env)
        if not again:
            platform.wait_until_connected(gateway)
        return gateway

    return run


def answers_to(platform: DiscordPlatform, place: Any, mark: str) -> int:
    """How often a question was answered."""
    return sum(bool(re.search(mark + r"\b", text)) for text in platform.answers(place))


def says_status(platform: DiscordPlatform, person: Any, place: Any) -> None:
    """Runs a command from Discord's menu, and waits for what it says."""
    interaction = platform.fake.wait_for_answer(person.runs("/status", place.outer))
    platform.fake.wait_until("an answer", lambda: interaction.original and interaction.original.content)


def two_machines(
    machine: Callable[[str], Gateway], platform: DiscordPlatform, person: Any, place: Any
) -> tuple[Gateway, Gateway]:
    """The one that answers, and one that came later and has stood down."""
    elder = machine("1111")
    platform.ask(person, place)
    platform.wait_until_answered()
    younger = machine("2222")
    platform.ask(person, place)
    eventually("one to stand down", lambda: STANDS_DOWN in younger.output, 30)
    return elder, younger


@pytest.mark.timeout(150)
def test_one_of_two_machines_stands_down_and_takes_over(
    machine: Callable[[str], Gateway], platform: DiscordPlatform, fake_chat: FakeOpenAIChat
) -> None:
    elder = machine("1111")
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask(ann, place)
    platform.wait_until_answered()
    younger = machine("2222")

    first = platform.ask(ann, place)
    eventually("one to stand down", lambda: STANDS_DOWN in younger.output, 30)
    eventually("both have said all", lambda: answers_to(platform, place, first) >= 1, 10)

    marks = []
    for _ in range(4):
        marks.append(platform.ask(ann, place))
        eventually("an answer", lambda: answers_to(platform, place, marks[-1]) == 1, 20)
    group = platform.group()
    marks.append(platform.ask(ann, group))
    eventually("an answer", lambda: answers_to(platform, group, marks[-1]) == 1, 20)

    assert STANDS_DOWN not in elder.output, "never both"
    assert younger.output.count(STANDS_DOWN) == 1, "it is said once"
    told = accounts(younger, platform)["default"]
    assert told["connected"] is False
    assert "This is machine `2222` in iad; `fly machine list -a my-app`" in told["lastError"]
    assert "`fly scale count 1 -a my-app`" in told["lastError"]
    assert accounts(elder, platform)["default"]["connected"] is True
    doctor = younger.command("doctor").out
    assert STANDS_DOWN in doctor and "fly scale count 1" in doctor

    elder.kill()
    asked = len(fake_chat.requests)
    marks.append(platform.ask(ann, place))
    waiting = platform.ask(ann, group)

    eventually("the other to answer", lambda: answers_to(platform, place, marks[-1]) == 1, TAKE_OVER_SECONDS)
    eventually("the other to answer", lambda: answers_to(platform, group, waiting) == 1, 20)
    assert accounts(younger, platform)["default"]["connected"] is True
    assert len(fake_chat.requests) == asked + 2, "nothing that the first has answered was asked again"
    for mark in marks[:4]:
        assert answers_to(platform, place, mark) == 1

    first_again = machine("1111")
    eventually("it to be back", lambda: accounts(first_again, platform)["default"]["connected"] is True, 20)
    last = platform.ask(ann, place)
    eventually("an answer", lambda: answers_to(platform, place, last) >= 1, 20)

    eventually("the younger to stand down again", lambda: younger.output.count(STANDS_DOWN) == 2, 20)
    for mark in [*marks[:4], marks[-1]]:
        assert answers_to(platform, place, mark) == 1, "what one has answered is not answered again by the other"


@pytest.mark.timeout(150)
def test_what_waits_for_the_other_is_not_forgotten_with_a_restart(
    machine: Callable[[str], Gateway], platform: DiscordPlatform
) -> None:
    ann, group = platform.person("Ann"), platform.group()
    elder, younger = two_machines(machine, platform, ann, group)
    elder.kill()
    mark = platform.ask(ann, group)
    eventually("it to be kept", lambda: accounts(younger, platform)["default"].get("waitingForOther"), 20)

    younger.kill()
    restarted = machine("2222")

    eventually("it to know", lambda: STANDS_DOWN in str(accounts(restarted, platform)["default"]["lastError"]), 20)
    assert answers_to(platform, group, mark) == 0
    eventually("the answer", lambda: answers_to(platform, group, mark) == 1, TAKE_OVER_SECONDS)


@pytest.mark.timeout(120)
def test_a_command_that_nobody_takes_is_taken_at_once(
    machine: Callable[[str], Gateway], platform: DiscordPlatform
) -> None:
    ann, group = platform.person("Ann"), platform.group()
    elder, younger = two_machines(machine, platform, ann, group)

    says_status(platform, ann, group)
    assert STANDS_DOWN in str(accounts(younger, platform)["default"]["lastError"]), "the first has taken it"

    elder.kill()

    says_status(platform, ann, group)

    assert accounts(younger, platform)["default"]["connected"] is True
    tried = [said for said in platform.fake.violations if "40060" in said]
    assert len(tried) == 1, "it has tried to take the first"
    platform.fake.violations.remove(tried[0])
    mark = platform.ask(ann, group)
    eventually("an answer", lambda: answers_to(platform, group, mark) == 1, 20)


@pytest.mark.timeout(150)
def test_a_machine_with_a_copy_of_the_volume_is_another_one(
    machine: Callable[[str], Gateway], platform: DiscordPlatform, tmp_path: Path
) -> None:
    ann = platform.person("Ann")
    place = platform.direct(ann)
    first = machine("1111")
    before = platform.ask(ann, place)
    platform.wait_until_answered()
    first.stop()
    shutil.copytree(tmp_path / "1111", tmp_path / "2222")
    elder = machine("1111")
    eventually("it to be back", lambda: accounts(elder, platform)["default"]["connected"] is True, 20)

    copy = machine("2222")
    eventually("it to listen", lambda: accounts(copy, platform)["default"]["connected"] is True, 20)
    platform.ask(ann, place)
    eventually("the copy to stand down", lambda: STANDS_DOWN in copy.output, 30)
    marks = []
    for _ in range(3):
        marks.append(platform.ask(ann, place))
        eventually("an answer", lambda: answers_to(platform, place, marks[-1]) == 1, 20)

    assert STANDS_DOWN not in elder.output
    assert [answers_to(platform, place, mark) for mark in [before, *marks]] == [1, 1, 1, 1]


@pytest.mark.crash
@pytest.mark.timeout(120)
def test_a_volume_that_moves_to_another_machine_answers_once_and_at_once(
    machine: Callable[[str], Gateway], platform: DiscordPlatform, fake_chat: FakeOpenAIChat, tmp_path: Path
) -> None:
    ann, never = platform.person("Ann"), threading.Event()
    place = platform.direct(ann)
    first = machine("1111")
    platform.ask(ann, place)
    platform.wait_until_answered()
    platform.fake.fail(platform.post, Held(never))
    mark = platform.ask(ann, place)
    platform.fake.wait_until("it to be posted", lambda: answers_to(platform, place, mark) == 1)
    platform.kills(first)
    never.set()
    (tmp_path / "1111").rename(tmp_path / "2222")

    moved = machine("2222")
    platform.wait_until_connected(moved)
    platform.ask(ann, place)

    platform.wait_until_answered()
    assert answers_to(platform, place, mark) == 1 and STANDS_DOWN not in moved.output
