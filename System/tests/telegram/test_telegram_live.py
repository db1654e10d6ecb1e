"""Answers that can be read while they are written: drafts in private chats, in groups one message that is changed."""

from __future__ import annotations

import random
import time

import pytest

from fakes import FakeOpenAIChat, Text
from fakes.faults import Refuse
from fakes.telegram import FakeTelegram
from tests.telegram.conftest import Connect
from tests.telegram.test_telegram import wait_until_answered

WORDS = " ".join(f"word{n}" for n in range(60))


def slow(mark: str, seconds: float = 5.0) -> Text:
    return Text(f"{WORDS} {mark}", chunks=60, pause=seconds / 60)


def test_in_a_private_chat_drafts_are_shown_and_vanish(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake_chat.script.append(slow("#q1", 3))

    began = time.monotonic()
    ann.writes(ann.chat, "Count. #q1")
    wait_until_answered(fake)

    drafts = [body.text for _, body in ann.chat.drafts]
    assert 2 <= len(drafts) <= (time.monotonic() - began) / 0.5 + 1
    assert all(f"{WORDS} #q1".startswith(draft) for draft in drafts) and len({n for n, _ in ann.chat.drafts}) == 1
    assert [m.text for m in fake.messages(ann.chat)] == [f"{WORDS} #q1"]


def test_where_the_bot_may_not_draft_a_message_is_changed(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake_chat.script.append(slow("#q1"))
    fake.fail("sendMessageDraft", Refuse(400, words="Bad Request: TEXTDRAFT_PEER_INVALID"))

    ann.writes(ann.chat, "Count. #q1")
    beginning = fake.wait_for_message(ann.chat)
    assert beginning.text.startswith("word0") and "#q1" not in beginning.text
    wait_until_answered(fake)

    assert [m.text for m in fake.messages(ann.chat)] == [f"{WORDS} #q1"]


def test_with_stream_mode_off_nothing_is_shown_early(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(streamMode="off")
    ann = fake.user("Ann")
    fake_chat.script.append(slow("#q1", 2))

    ann.writes(ann.chat, "Count. #q1")
    wait_until_answered(fake)

    assert ann.chat.drafts == [] and [m.edited_at for m in fake.messages(ann.chat)] == [None]


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2])
def test_a_kill_while_it_is_written_in_a_group_leaves_one_message(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, seed: int
) -> None:
    gateway = connect_bot()
    ann, group = fake.user("Ann"), fake.group()
    fake_chat.script += [slow("#q1", 9), slow("#q1", 2)]

    ann.writes(group, "Count. #q1")
    beginning = fake.wait_for_message(group)
    assert beginning.text.startswith("word0") and "#q1" not in beginning.text
    time.sleep(0.2 + random.Random(seed).uniform(0, 4))
    gateway.kill()
    connect_bot(again=gateway)

    wait_until_answered(fake, 60)
    assert [m.text for m in fake.messages(group)] == [f"{WORDS} #q1"]
