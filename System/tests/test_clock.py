"""A process that slept, and a machine whose clock is set: nobody is forgotten, nobody is answered twice."""

from __future__ import annotations

import mmap
import os
import signal
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from fakes.faults import ByteByByte, Refuse
from harness import Client, Device, Gateway, ModelConfig, connect, eventually, gateway_config
from harness.platforms import PLATFORMS, DiscordPlatform, Platform, connector
from harness.preload import preloaded

DAY = 86_400
# The real clock of the process is that of the machine and what the file says; the one that never jumps stays as it is.
SHIM = """
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const long *added;

__attribute__((constructor)) static void open_file(void) {
    int file = open(getenv("CLOCK_FILE"), O_RDONLY | O_CLOEXEC);
    void *memory = mmap(0, sizeof *added, PROT_READ, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) added = memory;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = syscall(SYS_clock_gettime, clock, time);
    if (added && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *added;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *time) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (time) *time = now.tv_sec;
    return now.tv_sec;
}
"""


class SetClock:
    """What is added to the clock of the processes that have `env`."""

    def __init__(self, folder: Path) -> None:
        file = folder / "clock"
        file.write_bytes(bytes(8))
        self.env = {**preloaded(SHIM, folder), "CLOCK_FILE": str(file)}
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 8)

    def jump(self, seconds: int) -> None:
        (added,) = struct.unpack("=q", self._memory[:])
        self._memory[:] = struct.pack("=q", added + seconds)


@pytest.fixture
def clock(tmp_path: Path, openclaw: Path) -> SetClock:
    folder = tmp_path / "clock"
    folder.mkdir()
    return SetClock(folder)


def busy_seconds(gateway: Gateway) -> float:
    fields = Path(f"/proc/{gateway.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def assert_idle(gateway: Gateway) -> None:
    """A storm of timers would take a whole core."""
    before = busy_seconds(gateway)
    time.sleep(0.5)
    assert busy_seconds(gateway) - before < 0.2


# Sleep


def test_a_process_that_slept_goes_on_where_it_was(
    start: Any, state: Path, platform: Platform, fake_chat: FakeOpenAIChat
) -> None:
    """Its connections are gone, its heartbeats are late, and people wrote meanwhile."""
    gateway = connector(start, state, fake_chat, platform)()
    ann, bob = platform.person("Ann"), platform.person("Bob")
    places = [platform.direct(ann), platform.direct(bob)]
    platform.ask(ann, places[0])
    platform.wait_until_answered()
    with connect(gateway.port) as page:
        gateway.signal(signal.SIGSTOP)
        platform.fake.restart()
        for person, place in zip((ann, bob), places, strict=True):
            platform.ask(person, place)
        time.sleep(3)
        gateway.signal(signal.SIGCONT)

        platform.wait_until_answered(30)
        assert page.chat("and you?")["state"] == "final"
    assert [len(platform.answers(place)) for place in places] == [2, 1]
    assert len(fake_chat.requests) == 4, "nothing was asked twice"
    assert_idle(gateway)


def test_a_heartbeat_that_is_overdue_leads_to_another_connection(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    platform = PLATFORMS["discord"]()
    platform.fake.gateway.heartbeat_seconds = 1  # type: ignore[attr-defined]
    with platform.fake as fake:  # type: ignore[attr-defined]
        gateway = connector(start, state, fake_chat, platform)()
        ann = platform.person("Ann")
        place = platform.direct(ann)
        gateway.signal(signal.SIGSTOP)
        eventually("Discord to give up on the connection", lambda: fake.gateway.closes, 10)
        platform.ask(ann, place)
        gateway.signal(signal.SIGCONT)

        platform.wait_until_answered(20)
        assert all("no heartbeat" in complaint for complaint in fake.violations), fake.violations
        fake.violations.clear()
        eventually("it to be back", lambda: fake.gateway.resumes + fake.gateway.identifies == 2)
        platform.ask(ann, place)
        platform.wait_until_answered()


# Jumps


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["a day on", "a day back"])
def test_a_platforms_people_notice_no_jump(
    start: Any, state: Path, platform: Platform, fake_chat: FakeOpenAIChat, clock: SetClock, seconds: int
) -> None:
    platform_env = {platform.variable: platform.fake.token}  # type: ignore[attr-defined]
    config = gateway_config(
        state, [ModelConfig("fake", fake_chat.url)], more={"channels": {platform.id: platform.section()}}
    )
    gateway = start(config, env={**platform_env, **clock.env})
    platform.wait_until_connected(gateway)
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask(ann, place)
    platform.wait_until_answered()

    clock.jump(seconds)
    for _ in range(2):
        platform.ask(ann, place)
        platform.wait_until_answered()
    platform.drop()
    platform.ask(ann, place)
    platform.wait_until_answered()
    clock.jump(-seconds)
    platform.ask(ann, place)

    platform.wait_until_answered()
    assert len(fake_chat.requests) == 5
    assert_idle(gateway)


@pytest.mark.parametrize("seconds", [2 * DAY, -2 * DAY], ids=["two days on", "two days back"])
def test_what_was_written_while_discord_forgot_the_session_is_answered_with_a_wrong_clock(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, clock: SetClock, seconds: int
) -> None:
    platform = DiscordPlatform()
    platform.fake.gateway.heartbeat_seconds = 0.5
    with platform.fake as fake:
        sections = {"channels": {platform.id: platform.section()}}
        config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=sections)
        gateway = start(config, env={**platform.environment(), **clock.env})
        platform.wait_until_connected(gateway)
        ann, quiet = platform.person("Ann"), platform.group("quiet")
        places = [platform.group(), platform.direct(ann)]
        for place in places:
            platform.ask(ann, place)
        platform.wait_until_answered()

        clock.jump(seconds)
        for place in places:
            platform.ask(ann, place)
        platform.wait_until_answered()
        beats = fake.gateway.heartbeats
        fake.wait_until("heartbeats", lambda: fake.gateway.heartbeats >= beats + 3)
        fake.on_loop(fake.gateway.forget_sessions)
        for place in [*places, quiet]:
            platform.ask(ann, place)
        fake.script(lambda gateway: gateway.drop())

        platform.wait_until_answered(30)


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["a day on", "a day back"])
def test_a_page_goes_on_and_a_browser_that_is_known_gets_in(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, clock: SetClock, seconds: int
) -> None:
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)])
    gateway = start(config, env=clock.env)
    device = Device()
    with connect(gateway.port, device=device) as page:
        assert page.chat("one")["state"] == "final"
        before = now(page)
        clock.jump(seconds)
        assert abs(now(page) - before - seconds) < 60, "the shim sets the clock of the program under test"

        assert page.chat("two")["state"] == "final"
        assert [m["role"] for m in page.history()] == ["user", "assistant"] * 2
    with connect(gateway.port, device=device) as page:
        assert page.chat("three")["state"] == "final"
        history = page.history()
    said = [str(m["content"]) for m in history if m["role"] == "user"]
    assert [word in text for word, text in zip(("one", "two", "three"), said, strict=True)] == [True] * 3, said
    assert_idle(gateway)


def test_a_conversation_that_is_over_is_not_shown_to_the_model_any_more(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, clock: SetClock
) -> None:
    more = {"session": {"reset": {"mode": "idle", "idleMinutes": 30}}}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more), env=clock.env)
    with connect(gateway.port) as page:
        for words, pause in (("one", 20), ("two", 40), ("three", 20)):
            assert page.chat(words)["state"] == "final"
            clock.jump(60 * pause)
        assert page.chat("four")["state"] == "final"

        history = [str(m["content"]) for m in page.history() if m["role"] == "user"]

    asked = [[str(m["content"]) for m in seen.body["messages"] if m["role"] == "user"] for seen in fake_chat.requests]
    told = [[word for word in ("one", "two", "three", "four") if word in str(words)] for words in asked]
    assert told == [["one"], ["one", "two"], ["three"], ["three", "four"]]
    assert [word in text for word, text in zip(("three", "four"), history, strict=True)] == [True, True]


def now(page: Client) -> float:
    """Seconds since 1970 by the gateway's clock."""
    return float(page.request("usage.status", {})["updatedAt"]) / 1000


@pytest.mark.crash
@pytest.mark.timeout(100)
def test_the_rest_of_an_answer_comes_on_discord_although_the_clock_was_set_back_meanwhile(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, clock: SetClock
) -> None:
    platform = DiscordPlatform()
    with platform.fake as fake:
        clock.jump(30)
        sections = {"channels": {platform.id: platform.section()}}
        config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=sections)
        gateway = start(config, env={**platform.environment(), **clock.env})
        platform.wait_until_connected(gateway)
        ann, group = platform.person("Ann"), platform.group()
        platform.ask(ann, group)
        platform.wait_until_answered()
        words = [f"word{number}" for number in range(700)]
        fake.fail(platform.post, ByteByByte(), 1)
        fake.fail(platform.post, Refuse(429, retry_after=8), 1)
        ann.writes(group.outer, f"[[say:{' '.join(words)}]]")
        fake.wait_until("the refusal", lambda: not fake.faults.left())
        time.sleep(1)  # that it waits is written down

        clock.jump(-30)
        gateway.kill()
        fake.killed()
        start(None, state=state, port=gateway.port, env={**platform.environment(), **clock.env})

        said = lambda: " ".join(platform.answers(group)[1:]).split()  # noqa: E731
        fake.wait_until("the whole answer", lambda: len(said()) >= len(words), 50)
        assert said() == words
