"""Answers that can be read while they are written: one message, changed at a bounded rate, whatever happens meanwhile."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from fakes.discord import FakeDiscord
from fakes.discord.channel import Channel
from fakes.discord.message import Message
from fakes.faults import DoneThenCut, Held, Refuse
from harness import Gateway
from tests.discord.conftest import Connect
from tests.discord.test_discord import POST, wait_until_answered

EDIT = "PATCH /channels/{channel}/messages/{message}"
WORDS = " ".join(f"word{n}" for n in range(60))


def slow(mark: str, seconds: float = 4.0) -> Text:
    return Text(f"{WORDS} {mark}", chunks=60, pause=seconds / 60)


def wait_for_beginning(fake: FakeDiscord, channel: Channel) -> Message:
    """The early message, once a part of the answer can be read in it."""
    message = fake.wait_for_message(channel)
    assert message.content.startswith("word0") and "#q" not in message.content
    return message


def edits(fake: FakeDiscord) -> int:
    return sum(seen.route == EDIT for seen in fake.requests)


def test_an_answer_is_read_while_it_is_written(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(streaming="partial")
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(slow("#q1"))

    began = time.monotonic()
    ann.writes(general, "Count. #q1")
    wait_for_beginning(fake, general)
    wait_until_answered(fake)

    took = time.monotonic() - began
    assert [m.content for m in fake.messages(general)] == [f"{WORDS} #q1"]
    # How many there are is the machine's matter; the last one brings the whole.
    assert 1 <= edits(fake) <= took / 1.2 + 1


def test_nothing_is_shown_early_unless_the_config_wants_it(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(slow("#q1", 2.5))

    ann.writes(general, "Count. #q1")

    wait_until_answered(fake)
    assert edits(fake) == 0


def test_edits_that_are_refused_for_a_while_are_made_later(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(streaming="partial")
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(slow("#q1"))
    fake.fail(EDIT, Refuse(retry_after=0.4), times=3)

    ann.writes(general, "Count. #q1")

    wait_until_answered(fake)
    assert [m.content for m in fake.messages(general)] == [f"{WORDS} #q1"]


def test_a_message_that_is_deleted_meanwhile_is_written_anew(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(streaming="partial")
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(slow("#q1"))

    ann.writes(general, "Count. #q1")
    fake.user("Owner").deletes(wait_for_beginning(fake, general))

    wait_until_answered(fake)
    assert [m.content for m in fake.messages(general)] == [f"{WORDS} #q1"]


def kill_twice(fake: FakeDiscord, gateway: Gateway, connect_bot: Connect, seed: int) -> None:
    """Once something is seen in the channel; the second kill may come when all is said already."""
    chance = random.Random(seed)
    for _ in range(2):
        fake.wait_for_message(fake.channel("general"))
        time.sleep(chance.uniform(0, 2))
        gateway.kill()
        gateway = connect_bot(again=gateway)


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_while_it_is_written_leaves_one_message_with_the_whole_answer(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, seed: int
) -> None:
    gateway = connect_bot(streaming="partial")
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script += [slow("#q1"), slow("#q1"), slow("#q1", 2.5)]

    ann.writes(general, "Count. #q1")
    kill_twice(fake, gateway, connect_bot, seed)

    wait_until_answered(fake, 60)
    assert [m.content for m in fake.messages(general)] == [f"{WORDS} #q1"]


@pytest.mark.crash
@pytest.mark.parametrize("fault", [None, DoneThenCut()])
def test_a_kill_before_the_id_is_known_leaves_one_message(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, fault: Any
) -> None:
    gateway = connect_bot(streaming="partial")
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script += [slow("#q1"), Text("Another answer altogether. #q1")]
    released = threading.Event()
    fake.fail(POST, fault or Held(released))

    ann.writes(general, "Count. #q1")
    wait_for_beginning(fake, general)
    gateway.kill()
    released.set()
    connect_bot(again=gateway)

    wait_until_answered(fake, 60)
    assert [m.content for m in fake.messages(general)] == ["Another answer altogether. #q1"]


# Block by block

PARAGRAPHS = [" ".join(f"p{number}w{n:03}" for n in range(130)) for number in range(6)]
BLOCKS: dict[str, Any] = {"blockStreaming": True, "blockStreamingCoalesce": {"minChars": 1, "idleMs": 50}}


def in_paragraphs(mark: str, seconds: float = 4.0) -> Text:
    """Each paragraph is about a chunk."""
    return Text("\n\n".join([*PARAGRAPHS, mark]), chunks=80, pause=seconds / 80)


def test_blocks_come_while_the_answer_is_written_and_the_end_brings_the_rest(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(**BLOCKS)
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(in_paragraphs("#q1"))

    ann.writes(general, "Tell me all. #q1")
    fake.wait_until("two blocks", lambda: len(fake.messages(general)) >= 2)
    assert "#q1" in fake.ledger.losses
    wait_until_answered(fake)

    said = [m.content for m in fake.messages(general)]
    assert len(said) >= 4 and "\n\n".join(said) == "\n\n".join([*PARAGRAPHS, "#q1"])
    assert edits(fake) == 0


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_between_blocks_leaves_each_of_them_once(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, seed: int
) -> None:
    gateway = connect_bot(**BLOCKS)
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script += [in_paragraphs("#q1"), in_paragraphs("#q1"), in_paragraphs("#q1", 2.5)]

    ann.writes(general, "Tell me all. #q1")
    kill_twice(fake, gateway, connect_bot, seed)

    wait_until_answered(fake, 60)
    said = [m.content for m in fake.messages(general)]
    assert "\n\n".join(said) == "\n\n".join([*PARAGRAPHS, "#q1"])
    assert fake.ledger.excused == []


@pytest.mark.crash
def test_a_kill_while_a_block_is_posted_leaves_it_once(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(**BLOCKS)
    ann, general, never = fake.user("Ann"), fake.channel("general"), threading.Event()
    fake_chat.script += [in_paragraphs("#q1"), in_paragraphs("#q1", 1)]
    fake.fail(POST, Held(never))

    ann.writes(general, "Tell me all. #q1")
    fake.wait_for_message(general)
    gateway.kill()
    never.set()
    connect_bot(again=gateway)

    wait_until_answered(fake, 60)
    assert "\n\n".join(m.content for m in fake.messages(general)) == "\n\n".join([*PARAGRAPHS, "#q1"])


# What a turn does


def test_tools_are_seen_until_the_answer_takes_their_place(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(streaming={"mode": "progress", "progress": {"label": "Looking"}})
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script += [
        ToolCall("exec", {"command": "true one"}),
        ToolCall("exec", {"command": "sleep 2"}),
        Text("At six. #q1"),
    ]

    ann.writes(general, "When? #q1")

    status = fake.wait_for_message(general)
    assert status.content.startswith("Looking…\n🛠️ `exec true one`")
    wait_until_answered(fake)
    assert [m.content for m in fake.messages(general)] == ["At six. #q1"]
