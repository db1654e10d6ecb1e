"""The gateway as a bot on Discord: what the page promises, and every way the connection and the requests can fail.

A question carries a mark, and tells the fake model to answer with the same mark: the fake's ledger then knows whether each
was answered once, in place and in order."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fakes.discord import FakeDiscord
from fakes.discord.channel import FORUM, Channel
from fakes.discord.events import CONTENT
from fakes.discord.gateway import SESSION_SECONDS
from fakes.discord.interaction import DEFERRED, DEFERRED_UPDATE
from fakes.discord.message import EPHEMERAL
from fakes.discord.people import Person
from fakes.faults import CutBefore, DoneThenCut, DoneThenError, Refuse
from harness import Gateway, eventually
from tests.discord.conftest import Connect

POST = "POST /channels/{channel}/messages"
numbers = itertools.count(1)


def ask(person: Person, channel: Channel, text: str = "What time is it?") -> str:
    """Writes a question that is answered with its own mark."""
    mark = f"#q{next(numbers)}"
    person.writes(channel, f"{text} {mark} [[say:It is six. {mark}]]")
    return mark


def wait_until_answered(fake: FakeDiscord, timeout: float = 20) -> None:
    """Until no question is open; then each has exactly one answer."""
    fake.wait_until("an answer to each question", lambda: not fake.ledger.losses, timeout)
    fake.ledger.assert_exactly_once()


def wait_for_identifies(fake: FakeDiscord, number: int, timeout: float = 20) -> None:
    fake.wait_until(f"{number} identifies", lambda: fake.gateway.identifies >= number, timeout)
    fake.wait_until_connected()


def wait_for_resumes(fake: FakeDiscord, number: int = 1, timeout: float = 20) -> None:
    fake.wait_until(f"{number} resumes", lambda: fake.gateway.resumes >= number, timeout)
    fake.wait_until_connected()


# The page


def test_the_block_of_the_page_answers_everything_in_general_and_nothing_else(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    general, other, ann = fake.channel("general"), fake.channel("random"), fake.user("Ann")
    elsewhere = fake.channel("general", fake.guild("Elsewhere"))

    gateway.wait_for_line(r"\[discord\] logged in to discord as claw$")
    ann.writes(other, f"{fake.mention} hello?")
    ann.writes(elsewhere, f"{fake.mention} hello?")
    ask(ann, general)

    wait_until_answered(fake)
    assert fake.messages(other) == [] and fake.messages(elsewhere) == []


def test_a_thread_has_its_channels_rule_and_its_own_conversation(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    thread = ann.starts_thread(general, "Tea")
    other = ann.starts_thread(fake.channel("random"), "Coffee")

    ann.writes(other, "hello?")
    ask(ann, thread)

    wait_until_answered(fake)
    assert fake.messages(other) == []


def test_a_post_in_a_forum_is_answered_in_its_thread(fake: FakeDiscord, connect_bot: Connect) -> None:
    forum = fake.channel("help", kind=FORUM)
    connect_bot(guilds={str(fake.guild().id): {"requireMention": False, "channels": {"help": {}}}})
    ann = fake.user("Ann")

    thread = ann.opens_post(forum, "A question", "How? #q900 [[say:Like this. #q900]]").channel

    fake.wait_for_message(thread)
    wait_until_answered(fake)


def test_messages_written_while_nobody_was_there_are_not_answered_at_the_first_start(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    ann.writes(general, "Is anybody there?")

    connect_bot()
    ask(ann, general)

    wait_until_answered(fake)
    assert len(fake.messages(general)) == 1


# The connection


def test_a_heartbeat_that_is_not_acknowledged_ends_the_connection_and_not_the_session(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.gateway.heartbeat_seconds = 0.4
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.script(lambda gateway: gateway.withhold_acks(2))
    wait_for_resumes(fake)
    ask(ann, general)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 1


def test_a_connection_that_says_nothing_more_is_noticed_and_what_was_missed_is_told_again(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.gateway.heartbeat_seconds = 0.4
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.script(lambda gateway: gateway.fall_silent())
    ask(ann, general)
    ask(ann, general)

    wait_for_resumes(fake)
    wait_until_answered(fake)
    assert fake.gateway.identifies == 1


@pytest.mark.parametrize(
    "fault",
    [
        lambda gateway: gateway.ask_to_reconnect(),
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.drop(),
        lambda gateway: gateway.drop(mid_frame=True),
        lambda gateway: gateway.close(4000, "Unknown error."),
        lambda gateway: gateway.close(1001, "going away"),
    ],
    ids=["op 7", "op 9 resumable", "drop", "drop mid-frame", "close 4000", "close 1001"],
)
def test_a_lost_connection_is_resumed_and_no_message_is_lost(
    fake: FakeDiscord, connect_bot: Connect, fault: Any
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.script(fault)
    ask(ann, general)

    fake.wait_until("a new connection", lambda: fake.gateway.resumes + fake.gateway.identifies >= 2)
    wait_until_answered(fake)


@pytest.mark.parametrize("code", [4007, 4009])
def test_a_session_that_is_over_begins_anew_and_what_was_missed_is_read(
    fake: FakeDiscord, connect_bot: Connect, code: int
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.on_loop(fake.gateway.forget_sessions)
    ask(ann, general)
    fake.script(lambda gateway: gateway.close(code))

    wait_for_identifies(fake, 2)
    wait_until_answered(fake)


def test_op_9_without_resume_begins_anew_and_reads_channels_threads_and_direct_chats(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    connect_bot(dm={"policy": "open", "allowFrom": ["*"]})
    ann, general = fake.user("Ann"), fake.channel("general")
    thread, direct = ann.starts_thread(general, "Tea"), fake.direct(ann)
    for place in (general, thread, direct):
        ask(ann, place)
    wait_until_answered(fake)

    fake.on_loop(fake.gateway.forget_sessions)
    for place in (general, thread, direct):
        ask(ann, place)
        ask(ann, place)
    fake.script(lambda gateway: gateway.invalidate(resumable=False))

    wait_for_identifies(fake, 2)
    wait_until_answered(fake)


def test_events_told_twice_are_answered_once(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    ask(ann, general)
    wait_until_answered(fake)

    fake.gateway.repeats_after_resume = 50
    fake.script(lambda gateway: gateway.drop())
    wait_for_resumes(fake)
    ask(ann, general)

    wait_until_answered(fake)


def test_bytes_that_come_one_by_one_are_read(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.one_byte_writes = True
    connect_bot()

    ask(fake.user("Ann"), fake.channel("general"))

    wait_until_answered(fake)


def test_a_restart_of_discord_is_survived(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.restart(keep_sessions=False)
    ask(ann, general)

    wait_until_answered(fake, 40)


# What nothing but a change helps


def test_a_token_that_is_not_valid_is_named_and_the_gateway_goes_on(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot(token="MTAw.wrong.token", waits=False)

    gateway.wait_for_line(r"\[discord\].*(DISCORD_BOT_TOKEN|channels\.discord\.token)")
    assert gateway.get("/healthz").status == 200
    fake.violations.clear()  # a wrong token is refused: that is the test


def test_intents_that_are_switched_off_are_named_with_their_switch(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.world.enabled_intents &= ~CONTENT
    gateway = connect_bot(waits=False)

    gateway.wait_for_line(r"\[discord\].*Message Content Intent.*Developer Portal")
    assert fake.gateway.closes[4014] == 1, "asked once, and not again and again"
    assert gateway.get("/healthz").status == 200
    fake.violations.clear()  # the switch is off: that is the test


def test_no_more_logins_are_tried_when_discord_allows_none(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.session_starts_left = 0
    gateway = connect_bot(waits=False)

    fake.wait_until("a look at the limit", lambda: [s for s in fake.requests if s.route == "GET /gateway/bot"])
    eventually("a status with the reason", lambda: "no more logins" in status(gateway))
    assert fake.gateway.identifies == 0


def status(gateway: Gateway) -> str:
    return gateway.command("channels", "status", "--json").text


# Requests


@pytest.mark.parametrize("fault", [DoneThenError(500), DoneThenError(502), DoneThenCut()], ids=["500", "502", "cut"])
def test_a_message_that_was_posted_although_the_answer_failed_is_not_posted_again(
    fake: FakeDiscord, connect_bot: Connect, fault: Any
) -> None:
    connect_bot()
    general = fake.channel("general")

    fake.fail(POST, fault, times=3)
    ask(fake.user("Ann"), general)

    wait_until_answered(fake)
    fake.wait_until("the faults to be used up", lambda: not fake.faults.left())
    assert len(fake.messages(general)) == 1
    assert fake.ledger.excused == []


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(503), CutBefore()], ids=["500", "503", "cut"])
def test_a_message_that_was_not_posted_is_posted_again(fake: FakeDiscord, connect_bot: Connect, fault: Any) -> None:
    connect_bot()

    fake.fail(POST, fault, times=3)
    ask(fake.user("Ann"), fake.channel("general"))

    wait_until_answered(fake, 40)


def test_a_storm_of_429_is_waited_out(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.fail(POST, Refuse(429, retry_after=0.3), times=6)
    fake.fail(POST, Refuse(429, retry_after=0.5, everywhere=True), times=2)
    for _ in range(8):
        ask(ann, general)

    wait_until_answered(fake, 60)


def test_a_wrong_clock_on_either_side_does_no_harm(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.clock.header_skew_seconds = 3600.0
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.clock.skip(3 * 3600)
    fake.script(lambda gateway: gateway.drop())
    for _ in range(8):
        ask(ann, general)

    wait_until_answered(fake, 60)


# Crashes


@pytest.mark.crash
def test_a_kill_resumes_the_session(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)
    eventually("the session to be on disk", lambda: True)

    first.kill()
    ask(ann, general)
    connect_bot(again=first)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 1 and fake.gateway.resumes >= 1


@pytest.mark.crash
def test_after_a_long_outage_the_channels_are_read(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    first.kill()
    for _ in range(3):
        ask(ann, general)
    fake.clock.skip(SESSION_SECONDS * 5)
    fake.wait_until("the connection to end", lambda: not fake.gateway.sockets)
    connect_bot(again=first)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 2


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kills_while_answering_lose_and_double_nothing(fake: FakeDiscord, connect_bot: Connect, seed: int) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    threads = [ann.starts_thread(general, f"t{n}") for n in range(3)]
    gateway = connect_bot()
    for turn in range(6):
        for place in (general, *threads):
            ask(ann, place)
        answered = seed + 3 * turn
        fake.wait_until("some answers", lambda n=answered: len(fake.ledger.losses) <= max(0, 4 * (turn + 1) - n))
        gateway.kill()
        gateway = connect_bot(again=gateway)

    wait_until_answered(fake, 60)
    assert fake.ledger.excused == []


# Commands and buttons


def test_commands_are_registered_once_and_answered_in_their_place(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))

    interaction = fake.wait_for_answer(ann.runs("/status", general))
    fake.wait_until("an answer", lambda: interaction.original and interaction.original.content)

    assert interaction.answered_with == DEFERRED
    assert interaction.original and interaction.original.flags & EPHEMERAL
    first.kill()
    connect_bot(again=first)
    fake.wait_until(
        "the menu to be looked at again", lambda: len([s for s in fake.requests if s.route.startswith("GET /applications")]) >= 2
    )
    assert len([s for s in fake.requests if s.route.startswith("PUT /applications")]) == 1


def test_a_command_in_a_channel_that_is_not_listed_is_told_so(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))

    interaction = ann.runs("/status", fake.channel("random"))

    fake.wait_until("an answer", lambda: interaction.original and interaction.original.content)
    assert interaction.original and "channels.discord.guilds" in interaction.original.content
