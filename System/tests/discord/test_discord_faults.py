"""Faults of Discord in the middle of work, and several at once: nothing is lost, nothing doubled, order is kept."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text
from fakes.discord import FakeDiscord, Upload
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Fault, Held, Late, Refuse
from harness import eventually
from tests.discord.conftest import Connect
from tests.discord.test_discord import POST, ask, status, wait_for_resumes, wait_until_answered

LONG = "\n".join(f"Line {number} of an answer that does not fit." for number in range(100))


# The connection


def test_a_heartbeat_that_discord_asks_for_is_sent_at_once(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    before = fake.gateway.heartbeats

    fake.script(lambda gateway: gateway.ask_for_heartbeat())

    fake.wait_until("a heartbeat", lambda: fake.gateway.heartbeats > before, 5)
    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake)


def test_a_login_that_is_put_off_is_tried_again(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.refused_identifies = 1

    connect_bot()

    assert fake.gateway.identifies == 2
    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake)


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(502), CutBefore(), Refuse(429, retry_after=0.5)], ids=repr)
def test_the_gateways_address_is_asked_for_until_it_comes(
    fake: FakeDiscord, connect_bot: Connect, fault: Fault
) -> None:
    fake.fail("GET /gateway/bot", fault, times=2)

    gateway = connect_bot(waits=False)

    gateway.wait_for_line(r"logged in to discord as", 20)
    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake)


@pytest.mark.parametrize(
    "fault",
    [
        lambda gateway: gateway.ask_to_reconnect(),
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.invalidate(resumable=False),
        lambda gateway: gateway.drop(mid_frame=True),
    ],
    ids=["op 7", "op 9 resumable", "op 9", "drop mid-frame"],
)
def test_an_answer_that_is_being_made_meanwhile_comes_once(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, fault: Any
) -> None:
    connect_bot()
    ann, general, made = fake.user("Ann"), fake.channel("general"), threading.Event()
    fake_chat.script.append(Hold(made, Text("At six. #q1")))

    ann.writes(general, "When? #q1")
    fake_chat.wait_for_request()
    fake.script(fault)
    made.set()
    ask(ann, general)

    fake.wait_until("a new connection", lambda: fake.gateway.resumes + fake.gateway.identifies >= 2)
    wait_until_answered(fake, 40)


def test_connections_that_end_again_and_again_lose_nothing(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake.gateway.repeats_after_resume = 5

    for round in range(4):
        ask(ann, general)
        fake.script(lambda gateway, n=round: gateway.drop(mid_frame=n % 2 == 1))
        ask(ann, general)
        wait_for_resumes(fake, round + 1)

    wait_until_answered(fake)


# Requests


def test_the_parts_of_a_long_answer_come_once_and_in_order_whatever_happens_to_each(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(Text(LONG))
    for fault in (DoneThenError(500), Refuse(500), DoneThenCut(), CutBefore(), Late(0.2), ByteByByte()):
        fake.fail(POST, fault)

    ann.writes(general, "Tell me all.")

    said = lambda: "\n".join(message.content for message in fake.messages(general))  # noqa: E731
    fake.wait_until("the whole answer", lambda: len(said()) >= len(LONG), 60)
    assert said() == LONG and fake.faults.left() == {}


@pytest.mark.parametrize("everywhere", [False, True], ids=["of the route", "global"])
def test_a_429_before_each_message_delays_and_keeps_order(
    fake: FakeDiscord, connect_bot: Connect, everywhere: bool
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.fail(POST, Refuse(429, retry_after=0.2, everywhere=everywhere), times=8)
    for _ in range(4):
        ask(ann, general)

    wait_until_answered(fake, 60)
    assert fake.faults.left() == {}


def test_a_429_of_one_channel_does_not_hold_up_another(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    thread = ann.starts_thread(general, "Tea")

    fake.fail(POST, Refuse(429, retry_after=3))
    first = ask(ann, general)
    fake.wait_until("the refusal", lambda: fake.rest.limited)
    second = ask(ann, thread)

    fake.wait_until("the answer in the thread", lambda: second not in fake.ledger.losses, 2)
    assert first in fake.ledger.losses
    wait_until_answered(fake)


def test_cloudflares_ban_is_told_in_the_status_and_nothing_is_lost(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.rest.invalid_request_limit = 0
    ask(ann, general)
    eventually(
        "the reason in the status", lambda: "a part of a reply was not sent" in gateway.output and status(gateway)
    )
    fake.rest.invalid_request_limit = 10_000

    assert fake.ledger.losses, "nothing was sent during the ban"


# Work that waits


def test_a_file_that_takes_its_time_holds_up_its_own_channel_alone(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.files_are_slow = True
    connect_bot(guilds={"*": {"requireMention": True}}, groupPolicy="open")
    ann, bob, busy, other = fake.user("Ann"), fake.user("Bob"), fake.channel("busy"), fake.channel("other")
    ann.writes(busy, f"{fake.mention} Look! [[say:Nice.]]", attachments=[Upload("a.txt", b"text")])
    for number in range(300):
        bob.writes(busy, f"chat {number}")

    ann.writes(other, f"{fake.mention} And I? [[say:Me too.]]")

    assert fake.wait_for_message(other, 1, 10).content == "Me too."
    assert fake.messages(busy) == []
    fake.files_are_slow = False
    assert fake.wait_for_message(busy).content == "Nice."


@pytest.mark.parametrize("end", ["a reload", "a stop"])
def test_a_file_that_is_being_fetched_comes_although_the_channel_stops(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, end: str
) -> None:
    fake.files_are_slow = True
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ann.writes(general, "Look! [[say:Nice.]]", attachments=[Upload("a.txt", b"text")])
    ann.writes(general, "Well? [[say:Well.]]")
    eventually("the file to be asked for", lambda: fake.files_asked_for == 1)

    if end == "a reload":
        config = gateway.config
        config["channels"]["discord"]["historyLimit"] = 7
        gateway.write_config(config)
        eventually("the file to be asked for again", lambda: fake.files_asked_for == 2)
    else:
        gateway.stop()
        connect_bot(again=gateway)

    fake.files_are_slow = False
    assert fake.wait_for_message(general, 2).content == "Well."
    assert [message.content for message in fake.messages(general)] == ["Nice.", "Well."]
    assert "not fetched" not in str([request.body for request in fake_chat.requests])


# Clocks


@pytest.mark.parametrize(
    ("skipped", "skew"),
    [(6 * 3600, 0.0), (0, -3600.0), (0, 3600.0)],
    ids=["both forward", "headers back", "headers forward"],
)
def test_a_clock_that_jumps_between_two_messages_does_no_harm(
    fake: FakeDiscord, connect_bot: Connect, skipped: float, skew: float
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    for _ in range(6):
        ask(ann, general)
    wait_until_answered(fake)

    fake.clock.skip(skipped)
    fake.clock.header_skew_seconds = skew
    for _ in range(6):
        ask(ann, general)

    wait_until_answered(fake)


def test_an_answer_that_was_posted_is_found_again_when_our_clock_stood_still_meanwhile(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake.fail(POST, DoneThenError(502))
    ask(ann, general)
    fake.wait_for_message(general)

    fake.clock.skip(600)
    ask(ann, general)

    wait_until_answered(fake)
    assert len(fake.messages(general)) == 2, "the ledger would excuse a repetition here"


@pytest.mark.parametrize("chatter", [110, 350])
def test_an_answer_that_was_posted_is_found_again_in_a_busy_channel(
    fake: FakeDiscord, connect_bot: Connect, chatter: int
) -> None:
    gateway = connect_bot(guilds={"*": {"requireMention": True}})
    ann, bob, general, never = fake.user("Ann"), fake.user("Bob"), fake.channel("general"), threading.Event()
    fake.fail(POST, Held(never))
    ann.writes(general, f"{fake.mention} When? [[say:At six.]]")
    fake.wait_for_message(general)
    gateway.kill()
    fake.killed()
    never.set()
    # Discord forgets the mark of a message.
    fake.clock.skip(400)
    for number in range(chatter):
        bob.writes(general, f"Line {number}")

    connect_bot(again=gateway)
    ann.writes(general, f"{fake.mention} And then? [[say:At seven.]]")

    fake.wait_until("the next answer", lambda: fake.messages(general)[-1].content == "At seven.", 40)
    assert [message.content for message in fake.messages(general)] == ["At six.", "At seven."]


# Everything at once


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_faults_and_kills_lose_and_double_nothing(fake: FakeDiscord, connect_bot: Connect, seed: int) -> None:
    chance = random.Random(seed)
    ann, general = fake.user("Ann"), fake.channel("general")
    places = [general, *(ann.starts_thread(general, f"t{number}") for number in range(3))]
    connections = [
        lambda gateway: gateway.ask_to_reconnect(),
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.drop(),
        lambda gateway: gateway.drop(mid_frame=True),
    ]
    requests = [
        DoneThenError(500),
        DoneThenError(502),
        DoneThenCut(),
        CutBefore(),
        Refuse(503),
        Refuse(retry_after=0.2),
    ]
    fake.gateway.repeats_after_resume = 10
    gateway = connect_bot()

    for round in range(10):
        fake.fail(POST, chance.choice(requests))
        for place in chance.sample(places, 2):
            ask(ann, place)
        fake.script(chance.choice(connections))
        if round % 3 == 2:
            gateway.kill()
            gateway = connect_bot(again=gateway, waits=False)

    wait_until_answered(fake, 90)
    assert fake.ledger.excused == []
