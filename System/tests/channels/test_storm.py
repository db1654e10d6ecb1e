"""Random SIGKILLs while fifty conversations run on every platform at once: each message is answered exactly once, in order.

`OPENCLAW_KILLS` makes it longer. The binary has no hooks: a fake that answers late makes it likely that a kill falls
between a message that was posted and the news of it."""

from __future__ import annotations

import itertools
import os
import random
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.faults import Fault, Late
from harness.platforms import Connect, Place, Platform

KILLS = int(os.environ.get("OPENCLAW_KILLS", "25"))
CONVERSATIONS = 50
LONGEST_LIFE_SECONDS = 1.0
LONGEST_BREATH_SECONDS = 0.05
# So much may be unanswered at once on a platform.
MOST_OPEN = 12
# A message is given up, and says so, when ten lives were too short for it: one of so many is long enough.
LONG_LIVES = 4
FAULTS: tuple[Fault | None, ...] = (None, None, Late(0.05), Late(0.4))
SETTLE_SECONDS = 120


@dataclass(frozen=True)
class Conversation:
    platform: Platform
    person: Any
    place: Place

    def goes_on(self) -> None:
        self.platform.ask(self.person, self.place)

    @property
    def has_room(self) -> bool:
        return len(self.platform.fake.ledger.losses) < MOST_OPEN


def conversations(platforms: list[Platform], count: int) -> list[Conversation]:
    """The same share for each platform: direct chats, groups, and threads or topics, in turn."""
    made = []
    for number, platform in zip(range(count), itertools.cycle(platforms), strict=False):
        person = platform.person(f"P{number}")
        kind = number // len(platforms) % 3
        place = platform.direct(person) if kind == 0 else platform.group(f"group{number}")
        if kind == 2:
            place = platform.inside(person, place, f"inner{number}")
        made.append(Conversation(platform, person, place))
    return made


def wait_for(platform: Platform, marks: list[str]) -> None:
    """Until these questions are answered."""
    left = lambda: set(marks) & set(platform.fake.ledger.losses)  # noqa: E731
    platform.fake.wait_until("answers to what was asked before", lambda: not left(), SETTLE_SECONDS)


def live(chance: random.Random, talks: list[Conversation]) -> None:
    """A while in which people write now and then."""
    end = time.monotonic() + chance.uniform(0, LONGEST_LIFE_SECONDS)
    while time.monotonic() < end:
        talk = chance.choice(talks)
        if talk.has_room:
            talk.goes_on()
        time.sleep(chance.uniform(0, LONGEST_BREATH_SECONDS))


def report(platform: Platform) -> str:
    ledger = platform.fake.ledger
    return (
        f"{platform.id}: {ledger.count} messages, lost {ledger.losses}, doubled {ledger.duplicates}, misplaced "
        f"{ledger.misplaced}, out of order {ledger.out_of_order}, repeated after a lost answer {len(ledger.excused)}"
    )


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(60 + SETTLE_SECONDS + 6 * KILLS)
def test_a_storm_of_kills_loses_and_doubles_nothing(
    platforms: dict[str, Platform], connect_bots: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    chance = random.Random(KILLS)
    fake_chat.pause = 0.02
    fakes = list(platforms.values())
    talks = conversations(fakes, CONVERSATIONS)
    gateway = connect_bots()

    for number in range(KILLS):
        open_before = {platform.id: platform.fake.ledger.losses for platform in fakes}
        for platform in fakes:
            if fault := chance.choice(FAULTS):
                platform.fake.fail(platform.post, fault)
        if number % LONG_LIVES == 0:
            for platform in fakes:
                wait_for(platform, open_before[platform.id])
        live(chance, talks)
        gateway.kill()
        for platform in fakes:
            platform.fake.killed()
        fake_chat.requests.clear()  # nobody reads them, and a long run has many
        chance.choice(talks).goes_on()
        gateway = connect_bots(again=gateway, waits=False, ready=False)
    for talk in talks:
        talk.goes_on()

    try:
        for platform in fakes:
            platform.wait_until_answered(SETTLE_SECONDS)
            assert platform.fake.ledger.excused == [] or not platform.knows_repeats
    finally:
        print(f"{KILLS} kills, {CONVERSATIONS} conversations", *map(report, fakes), sep="\n")
    gateway.stop()
    for path in state.glob("*.sqlite"):
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path.name
