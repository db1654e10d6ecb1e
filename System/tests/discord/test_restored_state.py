"""A state directory that is put back to an earlier day, as a volume from its snapshot: what was answered since is not
answered again, and nothing else is left out."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text
from fakes.faults import Held, Late
from harness.platforms import ONE_BY_ONE
from tests.discord.conftest import Connect, PageDiscord

POST = "POST /channels/{channel}/messages"


def ask_each(platform: PageDiscord, person: Any, places: list[Any], times: int) -> None:
    for _ in range(times):
        for place in places:
            platform.ask(person, place)
            platform.wait_until_answered()


@pytest.mark.crash
@pytest.mark.timeout(90)
@pytest.mark.parametrize("streaming", ["off", "partial"])
@pytest.mark.parametrize("session", ["resumed", "lost"])
def test_what_was_answered_since_is_not_answered_again(
    platform: PageDiscord,
    connect_bot: Connect,
    state: Path,
    tmp_path: Path,
    fake_chat: FakeOpenAIChat,
    session: str,
    streaming: str,
) -> None:
    fake = platform.fake
    ann = platform.person("Ann")
    places = [platform.group(), platform.direct(ann)]
    section = {"dmPolicy": "open", "allowFrom": ["*"], "streaming": streaming}
    first = connect_bot(more=ONE_BY_ONE, **section)
    ask_each(platform, ann, places, 1)
    first.stop()
    shutil.copytree(state, tmp_path / "snapshot")
    second = connect_bot(again=first)
    ask_each(platform, ann, places, 3)
    platform.kills(second)
    for place in places:
        platform.ask(ann, place)
    asked = len(fake_chat.requests)

    shutil.rmtree(state)
    shutil.copytree(tmp_path / "snapshot", state)
    if session == "lost":
        fake.on_loop(fake.gateway.forget_sessions)
    connect_bot(again=second)

    platform.wait_until_answered(40)
    ask_each(platform, ann, places, 1)
    time.sleep(2)
    assert [len(platform.answers(place)) for place in places] == [6, 6], "the ledger excuses what follows a kill"
    if session == "lost":
        assert len(fake_chat.requests) == asked + 4, "nor is the model asked about it"


@pytest.mark.crash
@pytest.mark.timeout(90)
@pytest.mark.parametrize("part", [1, 2])
@pytest.mark.parametrize("session", ["resumed", "lost"])
def test_an_answer_that_a_kill_has_cut_off_is_brought_to_its_end(
    platform: PageDiscord, connect_bot: Connect, session: str, part: int
) -> None:
    fake, never = platform.fake, threading.Event()
    ann, general = platform.person("Ann"), platform.group()
    first = connect_bot()
    ask_each(platform, ann, [general], 1)
    words = [f"word{number}" for number in range(700)]
    known = len(platform.answers(general))
    for _ in range(part - 1):
        fake.fail(POST, Late(0.1))
    fake.fail(POST, Held(never))
    ann.writes(general.outer, f"[[say:{' '.join(words)}]]")
    fake.wait_until("a part to be posted", lambda: len(platform.answers(general)) == known + part)
    platform.kills(first)
    never.set()
    if session == "lost":
        fake.on_loop(fake.gateway.forget_sessions)

    connect_bot(again=first)

    said = lambda: " ".join(platform.answers(general)[known:]).split()  # noqa: E731
    fake.wait_until("the whole answer", lambda: len(said()) >= len(words), 30)
    ask_each(platform, ann, [general], 1)
    assert said()[: len(words)] == words and said().count("word699") == 1


@pytest.mark.crash
@pytest.mark.timeout(90)
@pytest.mark.parametrize("session", ["resumed", "lost"])
def test_what_was_not_answered_is_although_a_command_behind_it_was(
    platform: PageDiscord,
    connect_bot: Connect,
    state: Path,
    tmp_path: Path,
    fake_chat: FakeOpenAIChat,
    session: str,
) -> None:
    fake, never = platform.fake, threading.Event()
    ann, general = platform.person("Ann"), platform.group()
    guild = {"channels": {"general": {"allow": True, "users": [str(ann.id)]}}, "requireMention": False}
    first = connect_bot(more=ONE_BY_ONE, guilds={str(fake.guild().id): guild})
    ask_each(platform, ann, [general], 1)
    first.stop()
    shutil.copytree(state, tmp_path / "snapshot")
    second = connect_bot(again=first)
    fake_chat.script.append(Hold(never, Text("Too late.")))
    ann.writes(general.outer, "Where is it? [[say:It is there.]]")
    fake.wait_until("the model to be asked", lambda: len(fake_chat.requests) == 2)
    ann.writes(general.outer, "/status")
    fake.wait_until("the command's answer", lambda: len(platform.answers(general)) == 2)
    platform.kills(second)
    never.set()

    shutil.rmtree(state)
    shutil.copytree(tmp_path / "snapshot", state)
    if session == "lost":
        fake.on_loop(fake.gateway.forget_sessions)
    connect_bot(again=second)

    fake.wait_until("the answer", lambda: "It is there." in platform.answers(general), 30)
    ask_each(platform, ann, [general], 1)
    assert len(platform.answers(general)) == 4, "the command is not answered again"


@pytest.mark.timeout(90)
def test_what_one_account_answered_for_another_leaves_out_nothing(
    platform: PageDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    """Of two accounts with one token the second answers while the first is switched off."""
    fake, held = platform.fake, threading.Event()
    ann, general = platform.person("Ann"), platform.group()
    gateway = connect_bot(more=ONE_BY_ONE, accounts={"work": {"token": fake.token}})
    ask_each(platform, ann, [general], 1)
    fake_chat.script.append(Hold(held, Text("Under way.")))
    ann.writes(general.outer, "Take your time.")
    fake.wait_until("the model to be asked", lambda: len(fake_chat.requests) == 2)

    def switch(is_on: bool) -> None:
        config = gateway.config
        config["channels"]["discord"]["accounts"]["default"] = {"enabled": is_on}
        gateway.write_config(config)

    told = len(gateway.lines)
    switch(False)
    gateway.wait_for_line("logged in to discord as", after=told, timeout=30)
    held.set()
    ann.writes(general.outer, "And now? [[say:Now.]]")
    fake.wait_until("the other's answer", lambda: "Now." in platform.answers(general))
    switch(True)

    fake.wait_until("the answer that was under way", lambda: "Under way." in platform.answers(general), 30)
    assert "Another gateway" not in gateway.output
