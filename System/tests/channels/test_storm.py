"""Random SIGKILLs while fifty conversations run on every platform at once: each message is answered exactly once, in order.

`OPENCLAW_KILLS` makes it longer. The binary has no hooks: a fake that answers late makes it likely that a kill falls
between a message that was posted and the news of it."""

from __future__ import annotations

import itertools
import os
import random
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes import Cut, ErrorEvent, FakeOpenAIChat, OneByteChunks
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Fault, Late, Refuse
from harness import Gateway
from harness.platforms import Connect, Place, Platform
from harness.volume import Volume

KILLS = int(os.environ.get("OPENCLAW_KILLS", "25"))
# In the ordinary suite: answers are changed while they are written, and a kill falls between two changes.
LIVE_KILLS = 5
LIVE_CONVERSATIONS = 6
LONGEST_LIVE_LIFE_SECONDS = 5.0
CHANGES = {"discord": "PATCH /channels/{channel}/messages/{message}", "telegram": "editMessageText"}
# A volume fills and is freed so often. While the process lives nothing excuses a repetition: it loses no news of a message.
FILLS = int(os.environ.get("OPENCLAW_FILLS", "8"))
CONVERSATIONS_ON_A_VOLUME = 12
CONVERSATIONS = 50
LONGEST_LIFE_SECONDS = 1.0
LONGEST_BREATH_SECONDS = 0.05
# So much may be unanswered at once on a platform.
MOST_OPEN = 12
MOST_LONG_OPEN = 2
# A message is given up, and says so, when ten lives were too short for it: one of so many is long enough.
LONG_LIVES = 4
FAULTS: tuple[Fault | None, ...] = (None, None, Late(0.05), Late(0.4))
SETTLE_SECONDS = 120
# So much goes wrong, one thing after another, in each of three ways in which an answer is shown.
MISHAPS = int(os.environ.get("OPENCLAW_MISHAPS", "20"))
MISHAPS_A_KILL = 8
CONVERSATIONS_WITH_MISHAPS = 12
LONG_CONVERSATIONS_WITH_MISHAPS = 8
# A turn whose stream breaks off three times in a row fails, which is no loss.
SECONDS_BETWEEN_BROKEN_STREAMS = 8.0
SHOWN: dict[str, dict[str, Any]] = {
    "whole": {},
    "changed": {"streaming": "partial"},
    "blocks": {"blockStreaming": True, "blockStreamingCoalesce": {"minChars": 1, "idleMs": 50}},
}


@dataclass(frozen=True)
class Conversation:
    platform: Platform
    person: Any
    place: Place
    is_long: bool = False

    def goes_on(self) -> None:
        ask = self.platform.ask_at_length if self.is_long else self.platform.ask
        ask(self.person, self.place)

    @property
    def has_room(self) -> bool:
        return len(self.platform.fake.ledger.losses) < (MOST_LONG_OPEN if self.is_long else MOST_OPEN)


def conversations(platforms: list[Platform], count: int, is_long: bool) -> list[Conversation]:
    """The same share for each platform: direct chats, groups, and threads or topics, in turn."""
    made = []
    for number, platform in zip(range(count), itertools.cycle(platforms), strict=False):
        person = platform.person(f"P{number}")
        kind = number // len(platforms) % 3
        place = platform.direct(person) if kind == 0 else platform.group(f"group{number}")
        if kind == 2:
            place = platform.inside(person, place, f"inner{number}")
        made.append(Conversation(platform, person, place, is_long))
    return made


def wait_for(platform: Platform, marks: list[str]) -> None:
    """Until these questions are answered."""
    left = lambda: set(marks) & set(platform.fake.ledger.losses)  # noqa: E731
    platform.fake.wait_until("answers to what was asked before", lambda: not left(), SETTLE_SECONDS)


def live(chance: random.Random, talks: list[Conversation], longest: float) -> None:
    """A while in which people write now and then."""
    end = time.monotonic() + chance.uniform(0, longest)
    while time.monotonic() < end:
        talk = chance.choice(talks)
        if talk.has_room:
            talk.goes_on()
        time.sleep(chance.uniform(0, LONGEST_BREATH_SECONDS))


def die(gateway: Gateway, fakes: list[Platform], connect_bots: Connect) -> Gateway:
    """SIGKILL, and the next process is on its way."""
    gateway.kill()
    for platform in fakes:
        platform.fake.killed()
    return connect_bots(again=gateway, waits=False, ready=False)


def expect_exactly_once(fakes: list[Platform], what: str, may_repeat: bool = True) -> None:
    """`may_repeat`: where a send whose answer was lost cannot be told from a new one."""
    try:
        for platform in fakes:
            platform.wait_until_answered(SETTLE_SECONDS)
            assert platform.fake.ledger.excused == [] or may_repeat and not platform.knows_repeats
    finally:
        print(what, *map(report, fakes), sep="\n")


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
    storm(platforms, connect_bots, fake_chat, state, KILLS, CONVERSATIONS)


@pytest.mark.crash
@pytest.mark.timeout(60 + SETTLE_SECONDS)
def test_a_storm_of_kills_while_answers_are_changed_loses_and_doubles_nothing(
    platforms: dict[str, Platform], connect_bots: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    storm(platforms, connect_bots, fake_chat, state, LIVE_KILLS, LIVE_CONVERSATIONS, streaming="partial")
    expect_harmless_violations(platforms["telegram"])
    for platform in platforms.values():
        calls = [getattr(seen, "route", None) or seen.method for seen in platform.fake.requests]
        assert CHANGES[platform.id] in calls, "no answer was changed while it was written"


@pytest.mark.crash
@pytest.mark.timeout(60 + SETTLE_SECONDS + 6 * FILLS)
@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
def test_a_volume_that_fills_again_and_again_loses_and_doubles_nothing(
    volume: Volume, platforms: dict[str, Platform], connect_bots: Connect, fake_chat: FakeOpenAIChat, dies: bool
) -> None:
    chance = random.Random(FILLS)
    fake_chat.pause = 0.02
    fakes = list(platforms.values())
    talks = conversations(fakes, CONVERSATIONS_ON_A_VOLUME, is_long=False)
    gateway = connect_bots()

    for _ in range(FILLS):
        live(chance, talks, LONGEST_LIFE_SECONDS)
        volume.fill()
        live(chance, talks, LONGEST_LIFE_SECONDS)
        if dies:
            gateway = die(gateway, fakes, connect_bots)
            live(chance, talks, LONGEST_LIFE_SECONDS)
        volume.make_room()
        fake_chat.requests.clear()
    for talk in talks:
        talk.goes_on()

    expect_exactly_once(fakes, f"{FILLS} times full, {CONVERSATIONS_ON_A_VOLUME} conversations", may_repeat=dies)


class Mishaps:
    """Everything that can go wrong with two platforms and a model while the process lives."""

    def __init__(self, chance: random.Random, platforms: dict[str, Platform], model: FakeOpenAIChat) -> None:
        self.chance, self.model = chance, model
        self.broken_at = 0.0
        discord, telegram = platforms["discord"], platforms["telegram"]
        self.kinds: list[Callable[[], None]] = [self.break_stream]
        for act in (
            lambda gateway: gateway.drop(),
            lambda gateway: gateway.drop(mid_frame=True),
            lambda gateway: gateway.ask_to_reconnect(),
            lambda gateway: gateway.invalidate(resumable=True),
            lambda gateway: gateway.invalidate(resumable=False),
        ):
            self.kinds.append(lambda act=act: discord.fake.script(act))  # type: ignore[attr-defined,misc]
        self.kinds.append(lambda: discord.fake.restart(keep_sessions=False))  # type: ignore[attr-defined]
        self.kinds += [discord.fake.restart, telegram.fake.restart]
        self.kinds.append(lambda: telegram.fake.on_loop(telegram.fake.world.updates.repeat))  # type: ignore[attr-defined]
        faults: list[Fault] = [CutBefore(), DoneThenCut(), DoneThenError(), Late(0.4), ByteByByte()]
        refusals: list[Fault] = [Refuse(429, retry_after=1), Refuse(500), Refuse(502)]
        for platform in (discord, telegram):
            for fault in faults + refusals:
                self.kinds.append(lambda p=platform, f=fault: self.fail(p, p.post, f))  # type: ignore[misc]
        for fault in (CutBefore(), Refuse(502), ByteByByte()):
            self.kinds.append(lambda f=fault: self.fail(telegram, "getUpdates", f))  # type: ignore[misc]

    def happen(self) -> None:
        self.chance.choice(self.kinds)()

    def fail(self, platform: Platform, route: str, fault: Fault) -> None:
        """What fails again and again is tried again after minutes."""
        if not platform.fake.faults.left():
            platform.fake.fail(route, fault, self.chance.randint(1, 3))

    def break_stream(self) -> None:
        if self.model.script or time.monotonic() < self.broken_at + SECONDS_BETWEEN_BROKEN_STREAMS:
            return
        self.broken_at = time.monotonic()
        self.model.script.append(self.chance.choice([Cut(self.chance.randint(0, 2)), ErrorEvent(), OneByteChunks(Cut(2))]))


@pytest.mark.crash
@pytest.mark.timeout(60 + SETTLE_SECONDS + 4 * MISHAPS)
@pytest.mark.parametrize("shown", list(SHOWN))
def test_mishaps_of_every_kind_lose_and_double_nothing(
    platforms: dict[str, Platform], connect_bots: Connect, fake_chat: FakeOpenAIChat, shown: str
) -> None:
    chance = random.Random(f"{MISHAPS} {shown}")
    fake_chat.pause = 0.02
    fakes = list(platforms.values())
    is_long = shown != "whole"
    count = LONG_CONVERSATIONS_WITH_MISHAPS if is_long else CONVERSATIONS_WITH_MISHAPS
    talks = conversations(fakes, count, is_long)
    mishaps = Mishaps(chance, platforms, fake_chat)
    chunk = {"agents": {"defaults": {"blockStreamingChunk": {"minChars": 20, "maxChars": 80}}}}
    gateway = connect_bots(more=chunk, **{platform.id: SHOWN[shown] for platform in fakes})

    # Discord tells a bot nowhere of a direct chat that began while it had no session.
    for talk in talks:
        talk.goes_on()
    for platform in fakes:
        platform.wait_until_answered(SETTLE_SECONDS)
    for number in range(MISHAPS):
        live(chance, talks, LONGEST_LIFE_SECONDS)
        mishaps.happen()
        if number % MISHAPS_A_KILL == MISHAPS_A_KILL - 1:
            live(chance, talks, LONGEST_LIFE_SECONDS)
            gateway = die(gateway, fakes, connect_bots)
    for talk in talks:
        talk.goes_on()

    expect_exactly_once(fakes, f"{MISHAPS} mishaps, {count} conversations, answers {shown}")
    expect_harmless_violations(platforms["telegram"])


def expect_harmless_violations(telegram: Platform) -> None:
    """A kill came between a change and the news of it: it is made again, and Telegram says so."""
    said = telegram.fake.violations
    said[:] = [words for words in said if "message is not modified" not in words]


def storm(
    platforms: dict[str, Platform],
    connect_bots: Connect,
    fake_chat: FakeOpenAIChat,
    state: Path,
    kills: int,
    count: int,
    **section: Any,
) -> None:
    """`section` goes over every platform's."""
    chance = random.Random(kills)
    fake_chat.pause = 0.02
    fakes = list(platforms.values())
    is_long = "streaming" in section
    talks = conversations(fakes, count, is_long)
    gateway = connect_bots(**{platform.id: section for platform in fakes})

    for number in range(kills):
        open_before = {platform.id: platform.fake.ledger.losses for platform in fakes}
        for platform in fakes:
            if fault := chance.choice(FAULTS):
                platform.fake.fail(platform.post, fault)
        if number % LONG_LIVES == 0:
            for platform in fakes:
                wait_for(platform, open_before[platform.id])
        live(chance, talks, LONGEST_LIVE_LIFE_SECONDS if is_long else LONGEST_LIFE_SECONDS)
        gateway.kill()
        for platform in fakes:
            platform.fake.killed()
        fake_chat.requests.clear()  # nobody reads them, and a long run has many
        chance.choice(talks).goes_on()
        gateway = connect_bots(again=gateway, waits=False, ready=False)
    for talk in talks:
        talk.goes_on()

    expect_exactly_once(fakes, f"{kills} kills, {count} conversations")
    gateway.stop()
    for path in state.glob("*.sqlite"):
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path.name
