"""What is true of each chat platform. The tests know a platform only through `harness.platforms`."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text, ToolCall
from fakes.faults import CutBefore, Fault, Refuse
from harness import Gateway, connect
from harness.client import Refused
from harness.platforms import ONE_BY_ONE, Connect, Place, Platform, accounts, wait_for_status
from harness.waiting import eventually

PAIRING_CODE = re.compile(r"\b[A-HJ-NP-Z2-9]{8}\b")


def units(text: str) -> int:
    """Its length as platforms count it."""
    return len(text.encode("utf-16-le")) // 2


# In and out


def test_a_message_is_answered_once_wherever_it_is_written(platform: Platform, connect_bot: Connect) -> None:
    connect_bot()
    ann, group = platform.person("Ann"), platform.group()

    for place in (platform.direct(ann), group, platform.inside(ann, group, "Tea")):
        platform.ask(ann, place)
        platform.ask(ann, place)

    platform.wait_until_answered()


@contextlib.contextmanager
def two_accounts(platform: Platform, connect_bot: Connect, **rules: Any) -> Iterator[tuple[Gateway, Platform]]:
    """A gateway with a bot of a second account beside the platform's own, and that bot's platform."""
    second = type(platform)(token=platform.second_token)
    with second.fake:
        own = {platform.token_key: platform.second_token, "apiRoot": second.section()["apiRoot"], **rules}
        gateway = connect_bot(**{platform.id: {"accounts": {"default": {}, "second": own}}})
        wait_for_status(gateway, platform, "the second account", lambda s: s.get("connected"), "second")
        yield gateway, second


@pytest.mark.needs("bot")
def test_a_second_account_is_a_bot_of_its_own(platform: Platform, connect_bot: Connect) -> None:
    with two_accounts(platform, connect_bot) as (gateway, second):
        for one in (platform, second):
            ann = one.person("Ann")
            one.ask(ann, one.direct(ann))

        for one in (platform, second):
            one.wait_until_answered()
        each = {"default": 1, "second": 1}
        eventually("one each", lambda: {name: s.get("sent") for name, s in accounts(gateway, platform).items()} == each)


@pytest.mark.needs("bot")
def test_of_two_accounts_with_one_token_the_second_does_not_start_and_says_why(
    platform: Platform, connect_bot: Connect
) -> None:
    own = {platform.token_key: platform.fake.token}
    gateway = connect_bot(**{platform.id: {"accounts": {"work": own}}})
    why = "its token is that of the account `default`"

    status = wait_for_status(gateway, platform, "the reason", lambda s: s["lastError"], "work")
    ann = platform.person("Ann")
    for _ in range(3):
        platform.ask(ann, platform.direct(ann))
        platform.wait_until_answered()

    assert why in status["lastError"] and not status["running"]
    assert f"[work] stopped: {why}" in gateway.output
    assert why in gateway.command("channels", "status").out
    eventually("all are counted", lambda: accounts(gateway, platform)["default"].get("sent") == 3)

    config = gateway.config
    config["channels"][platform.id]["accounts"]["work"]["enabled"] = False
    gateway.write_config(config)
    wait_for_status(gateway, platform, "it to be off", lambda s: not s["lastError"], "work")


@pytest.mark.needs("bot")
def test_a_client_logs_an_account_out_and_the_others_go_on(platform: Platform, connect_bot: Connect) -> None:
    with two_accounts(platform, connect_bot) as (gateway, _):
        with connect(gateway.port) as client:
            asked = {"channel": platform.id, "accountId": "second"}
            left = {"channel": platform.id, "accountId": "second", "loggedOut": True, "envToken": False}
            assert client.request("channels.logout", asked) == left | {"cleared": True}
            assert client.request("channels.logout", asked) == left | {"cleared": False}
            # An environment variable goes on to log the first one in.
            first = client.request("channels.logout", {"channel": platform.id, "accountId": "default"})
            assert (first["cleared"], first["loggedOut"], first["envToken"]) == (False, False, True)
            with pytest.raises(Refused, match="invalid channels.logout channel"):
                client.request("channels.logout", {"channel": "nothing"})
        eventually("the second account is off", lambda: not accounts(gateway, platform)["second"]["running"])
        assert platform.second_token not in (gateway.state / "openclaw.json").read_text()

        ann = platform.person("Ann")
        platform.ask(ann, platform.direct(ann))
        platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_a_long_answer_comes_in_parts_that_fit_and_in_order(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann = platform.person("Ann")
    words = [f"🙂{number}" for number in range(2400)]  # each picture is two units
    fake_chat.script.append(Text(" ".join(words)))

    platform.says(ann, platform.direct(ann), "Count.")

    parts = platform.wait_for_answers(platform.direct(ann), -(-units(" ".join(words)) // platform.longest))
    said = lambda: " ".join(platform.answers(platform.direct(ann))).split()  # noqa: E731
    platform.fake.wait_until("the whole answer", lambda: len(said()) >= len(words))
    assert said() == words and len(parts) > 1
    assert all(units(part) <= platform.longest for part in platform.answers(platform.direct(ann)))


@pytest.mark.needs("bot")
def test_an_answer_that_the_output_limit_cut_says_so(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann = platform.person("Ann")
    fake_chat.script += [Text("The tea is", end="length"), Text("Like so:\n```\nprint(", end="length")]

    platform.says(ann, platform.direct(ann), "When is the tea?")

    [answer] = platform.wait_for_answers(platform.direct(ann))
    assert answer.startswith("The tea is\n") and "output limit" in answer
    platform.says(ann, platform.direct(ann), "And in code?")
    [_, code] = platform.wait_for_answers(platform.direct(ann), 2)
    assert code.split("⚠️")[0].count("```") % 2 == 0, "what is said of the code stands below it"


@pytest.mark.needs("bot")
@pytest.mark.parametrize(
    "fault",
    [Refuse(500), Refuse(503), CutBefore(), Refuse(429, retry_after=1)],
    ids=["500", "503", "cut", "429"],
)
def test_what_the_platform_did_not_take_is_sent_again(platform: Platform, connect_bot: Connect, fault: Fault) -> None:
    connect_bot()
    ann = platform.person("Ann")

    platform.fake.fail(platform.post, fault, times=2)
    platform.ask(ann, platform.direct(ann))
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered(40)
    assert platform.fake.faults.left() == {}


@pytest.mark.needs("bot")
def test_what_the_platform_refuses_is_named_in_its_place(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")

    platform.fake.fail(platform.post, Refuse(400))
    platform.says(ann, platform.direct(ann), "[[say:The tea is at six.]]")
    [note] = platform.wait_for_answers(platform.direct(ann))
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()
    assert "could not be delivered" in note and "The tea is at six." in note
    status = accounts(gateway, platform)["default"]
    assert status["lastError"] and status["lastError"] in note


@pytest.mark.needs("bot")
def test_buttons_that_the_command_line_sends_are_pressed(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    rows = json.dumps([[{"text": "Tea", "callback_data": "[[say:Tea it is.]]", "style": "success"}, {"text": "No"}]])
    order = ["message", "send", "--channel", platform.id, "--target", f"user:{ann.id}", "-m", "Tea?"]

    sent = gateway.command(*order, "--buttons", rows)
    assert sent.code == 0, sent.text
    platform.wait_for_answers(platform.direct(ann), 2)
    platform.presses(ann, platform.direct(ann), "Tea")
    platform.fake.wait_until("the answer", lambda: "Tea it is." in platform.answers(platform.direct(ann)))

    refused = gateway.command(*order, "--buttons", "Tea")
    assert refused.code == 1 and "callback_data" in refused.err


@pytest.mark.needs("bot")
def test_a_storm_of_429_everywhere_is_waited_out_in_order(platform: Platform, connect_bot: Connect) -> None:
    connect_bot()
    people = [platform.person(f"P{number}") for number in range(4)]

    platform.fake.fail(platform.post, Refuse(429, retry_after=1), times=6)
    for _ in range(3):
        for person in people:
            platform.ask(person, platform.direct(person))

    platform.wait_until_answered(60)


# Who is answered


@pytest.mark.needs("bot")
@pytest.mark.parametrize(
    ("policy", "allow", "is_answered"),
    [
        ("open", ["*"], True),
        ("open", [], False),
        ("allowlist", ["Ann"], True),
        ("allowlist", ["Bob"], False),
        ("disabled", ["*"], False),
        ("pairing", ["Ann"], True),
    ],
)
def test_who_writes_directly_is_answered_as_the_policy_says(
    platform: Platform,
    connect_bot: Connect,
    fake_chat: FakeOpenAIChat,
    policy: str,
    allow: list[str],
    is_answered: bool,
) -> None:
    ann = platform.person("Ann")
    ids = [name if name == "*" else str(platform.person(name).id) for name in allow]
    gateway = connect_bot(**{platform.id: platform.dm_policy(policy, ids)})

    platform.says(ann, platform.direct(ann), "Am I heard?")
    if not is_answered:
        why = wait_for_status(gateway, platform, "the refusal", lambda s: s.get("turnedAway"))["lastTurnedAway"][0]
        assert ("dmPolicy" in why["reason"] or "allowFrom" in why["reason"]) and str(ann.id) in why["sender"]
    else:
        platform.wait_for_answers(platform.direct(ann))

    assert bool(platform.answers(platform.direct(ann))) == is_answered
    assert any("Am I heard?" in str(seen.body) for seen in fake_chat.requests) == is_answered


@pytest.mark.needs("bot")
def test_the_command_line_says_who_was_not_answered_and_why(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot(**{platform.id: platform.dm_policy("disabled", [])})
    ann = platform.person("Ann")

    platform.says(ann, platform.direct(ann), "Am I heard?")
    wait_for_status(gateway, platform, "the refusal", lambda s: s.get("turnedAway"))

    told = gateway.command("channels", "status").out
    assert f"Not answered on {platform.id} default since it started: 1" in told
    assert str(ann.id) in told and "direct messages are off" in told


@pytest.mark.needs("bot")
def test_a_stranger_gets_a_code_and_is_answered_when_it_was_approved(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(**{platform.id: platform.dm_policy("pairing", [])})
    ann = platform.person("Ann")

    platform.says(ann, platform.direct(ann), "Hello?")
    [invitation] = platform.wait_for_answers(platform.direct(ann))
    code = PAIRING_CODE.search(invitation)
    assert code and fake_chat.requests == []
    approved = gateway.command("pairing", "approve", platform.id, code.group())
    assert approved.code == 0, approved.text
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_a_token_that_was_never_accepted_takes_nothing_of_what_the_original_left(
    platform: Platform, connect_bot: Connect, state: Path
) -> None:
    ann = platform.person("Ann")
    (state / "credentials").mkdir(parents=True)
    allowed = state / f"credentials/{platform.id}-allowFrom.json"
    allowed.write_text(json.dumps({"version": 1, "allowFrom": [str(ann.id)]}))
    tokens, rules = {platform.id: platform.second_token}, platform.dm_policy("pairing", [])
    first = connect_bot(waits=False, tokens=tokens, **{platform.id: rules})
    wait_for_status(first, platform, "the refusal", lambda s: s["lastError"] and not s["running"])
    first.stop()
    platform.fake.violations.clear()  # a wrong token is refused: that is the test

    connect_bot(again=first)
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_who_was_let_in_can_be_let_out_again(platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat) -> None:
    gateway = connect_bot(**{platform.id: platform.dm_policy("pairing", [])})
    ann = platform.person("Ann")
    lets_in(gateway, platform, ann)
    assert re.search(rf"{platform.id}\s+default\s+{ann.id}", gateway.command("pairing", "list", platform.id).out)

    removed = gateway.command("pairing", "remove", platform.id, str(ann.id))
    platform.says(ann, platform.direct(ann), "Hello again?")

    assert removed.code == 0 and "not let in any more" in removed.out, removed.text
    assert PAIRING_CODE.search(platform.wait_for_answers(platform.direct(ann), 2)[-1]) and fake_chat.requests == []
    again = gateway.command("pairing", "remove", platform.id, str(ann.id))
    assert again.code == 1 and "nobody with this id" in again.err


@pytest.mark.needs("bot")
def test_an_answer_that_a_program_asks_for_is_not_posted_to_somebody_who_was_let_out(
    platform: Platform, connect_bot: Connect
) -> None:
    ann, gus = platform.person("Ann"), platform.person("Gus")
    gateway = connect_bot(**{platform.id: platform.dm_policy("pairing", ["@ann"])})
    deliver = ("agent", "--message", "And now? [[say:Now it is seven.]]", "--deliver")
    platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    named = gateway.command(*deliver)
    assert named.code == 0 and platform.wait_for_answers(platform.direct(ann), 2)[1:] == ["Now it is seven."], named.text

    lets_in(gateway, platform, gus)
    platform.ask(gus, platform.direct(gus))
    platform.wait_until_answered()
    gateway.command("pairing", "remove", platform.id, str(gus.id))
    before = len(platform.answers(platform.direct(gus)))
    refused = gateway.command(*deliver)

    assert refused.code == 1 and "is not let in any more" in refused.err, refused.text
    assert len(platform.answers(platform.direct(gus))) == before


@pytest.mark.needs("bot")
def test_an_account_that_is_deleted_and_comes_back_begins_with_nobody(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    with two_accounts(platform, connect_bot, **platform.dm_policy("pairing", [])) as (gateway, second):
        ann = second.person("Ann")
        lets_in(gateway, second, ann)
        before = gateway.config_path.read_text()

        deleted = gateway.command("channels", "remove", platform.id, "--account", "second", "--delete")
        assert deleted.code == 0 and deleted.err == "", deleted.text
        eventually("the account is gone", lambda: "second" not in accounts(gateway, platform))
        gateway.config_path.write_text(before)
        eventually("the account is back", lambda: "second" in accounts(gateway, platform))
        wait_for_status(gateway, platform, "the account", lambda s: s.get("connected"), "second")
        second.says(ann, second.direct(ann), "Hello again?")

        assert PAIRING_CODE.search(second.wait_for_answers(second.direct(ann), 2)[-1]) and fake_chat.requests == []


def lets_in(gateway: Gateway, platform: Platform, person: Any) -> None:
    """Somebody writes, and is let in by the code of the answer."""
    platform.says(person, platform.direct(person), "Hello?")
    code = PAIRING_CODE.search(platform.wait_for_answers(platform.direct(person))[0])
    assert code
    approved = gateway.command("pairing", "approve", platform.id, code.group())
    assert approved.code == 0, approved.text


@pytest.mark.needs("bot")
def test_who_is_let_in_is_told_so_where_that_is_wanted(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot(**{platform.id: platform.dm_policy("pairing", [])})
    ann = platform.person("Ann")
    platform.says(ann, platform.direct(ann), "Hello?")
    code = PAIRING_CODE.search(platform.wait_for_answers(platform.direct(ann))[0])
    assert code

    approved = gateway.command("pairing", "approve", platform.id, code.group(), "--notify")

    assert approved.code == 0 and approved.err == "", approved.text
    assert "You have been let in" in platform.wait_for_answers(platform.direct(ann), 2)[-1]


@pytest.mark.needs("bot")
@pytest.mark.parametrize(
    ("name", "mime", "data", "shown"),
    [
        ("a.png", "image/png", b"RIFF\0\0\0\0WEBPVP8 " + bytes(64), "image/webp"),
        ("a.jpg", "image/jpeg", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png"),
        ("a.jpg", "image/jpeg", b"\0\0\0\x18ftypheic" + bytes(64), None),
        ("a.png", "image/png", b"<!doctype html>", None),
    ],
    ids=["webp", "png", "heic", "html"],
)
def test_a_picture_is_what_its_bytes_are(
    platform: Platform,
    connect_bot: Connect,
    fake_chat: FakeOpenAIChat,
    name: str,
    mime: str,
    data: bytes,
    shown: str | None,
) -> None:
    """A model refuses a request with a picture that is none, and so all that is said after it."""
    connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.sends_picture(ann, place, name, mime, data, "Look! [[add:I did.]]")
    platform.wait_for_answers(place)
    platform.ask(ann, place)
    platform.wait_until_answered()

    told = json.dumps(fake_chat.requests[-1].body)
    assert (f"data:{shown};base64," in told) if shown else ("data:image" not in told and "not shown to you" in told)


@pytest.mark.needs("bot")
@pytest.mark.parametrize("text", ["/think: high", "/think:high", "/think high"])
def test_a_command_may_have_a_colon(platform: Platform, connect_bot: Connect, text: str) -> None:
    connect_bot(more={"models": {"providers": {"fake": {"models": [{"id": "fake-1", "reasoning": True}]}}}})
    ann = platform.person("Ann")
    platform.says(ann, platform.direct(ann), text)
    assert platform.wait_for_answers(platform.direct(ann)) == ["Thinking level set to high."]


@pytest.mark.needs("bot")
def test_the_owner_is_told_who_asks_and_lets_them_in_with_the_line_he_is_given(
    platform: Platform, connect_bot: Connect
) -> None:
    owner, ann = platform.person("Olga"), platform.person("Ann")
    platform.direct(owner)
    connect_bot(**{platform.id: platform.dm_policy("pairing", [str(owner.id)])})

    platform.says(ann, platform.direct(ann), "Hello?")
    [told] = platform.wait_for_answers(platform.direct(owner))
    line = re.search(r"/pairing approve \w{8}", told)
    assert line and "Ann" in told and str(ann.id) in told
    platform.says(owner, platform.direct(owner), line.group())
    platform.wait_for_answers(platform.direct(owner), 2)
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_a_code_survives_a_kill(platform: Platform, connect_bot: Connect) -> None:
    first = connect_bot(**{platform.id: platform.dm_policy("pairing", [])})
    ann = platform.person("Ann")
    platform.says(ann, platform.direct(ann), "Hello?")
    [invitation] = platform.wait_for_answers(platform.direct(ann))
    platform.kills(first)

    second = connect_bot(again=first)
    listed = json.loads(second.command("pairing", "list", platform.id, "--json").out)["requests"]

    assert [request["id"] for request in listed] == [str(ann.id)] and listed[0]["code"] in invitation


@pytest.mark.needs("bot")
@pytest.mark.parametrize("policy", ["allowlist", "disabled"])
def test_a_group_that_is_not_let_in_is_not_answered(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, policy: str
) -> None:
    gateway = connect_bot(**{platform.id: platform.group_policy(policy)})
    ann, group = platform.person("Ann"), platform.group()

    platform.says(ann, group, f"{platform.mention} am I heard?")
    wait_for_status(gateway, platform, "the refusal", lambda s: s.get("turnedAway"))
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()
    assert platform.answers(group) == [] and len(fake_chat.requests) == 1


@pytest.mark.needs("bot")
def test_only_the_group_that_is_listed_is_answered(platform: Platform, connect_bot: Connect) -> None:
    general, other = platform.group(), platform.group("other")
    gateway = connect_bot(**{platform.id: platform.group_policy("allowlist", general, requireMention=False)})
    ann = platform.person("Ann")

    platform.says(ann, other, "Am I heard?")
    wait_for_status(gateway, platform, "the refusal", lambda s: s.get("turnedAway"))
    platform.ask(ann, general)

    platform.wait_until_answered()
    assert platform.answers(other) == []


@pytest.mark.needs("bot")
def test_in_a_group_only_what_names_the_bot_is_answered_and_the_rest_is_shown_with_it(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    group = platform.group()
    connect_bot(**{platform.id: platform.group_policy("open", group)})

    platform.says(platform.person("Bob"), group, "The tea is at six.")
    platform.ask(platform.person("Ann"), group, f"{platform.mention} when is it?")

    platform.wait_until_answered()
    assert len(platform.answers(group)) == 1 and len(fake_chat.requests) == 1
    assert "The tea is at six." in str(fake_chat.requests[0].body)


# What is told twice, and what was told to nobody


def test_what_is_told_again_is_answered_once(platform: Platform, connect_bot: Connect) -> None:
    connect_bot(more=ONE_BY_ONE)
    ann = platform.person("Ann")
    for _ in range(3):
        platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()

    platform.tell_again()
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()
    assert len(platform.answers(platform.direct(ann))) == 4


def test_what_is_told_again_after_a_restart_is_answered_once(platform: Platform, connect_bot: Connect) -> None:
    first = connect_bot(more=ONE_BY_ONE)
    ann = platform.person("Ann")
    for _ in range(3):
        platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    platform.wait_until_told(first, 3)
    platform.kills(first)
    connect_bot(again=first)

    platform.tell_again()
    platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()
    assert len(platform.answers(platform.direct(ann))) == 4


@pytest.mark.needs("bot")
@pytest.mark.crash
def test_a_refused_command_that_is_told_again_after_a_kill_holds_nobody_up(
    platform: Platform, connect_bot: Connect
) -> None:
    ann, bob, group = platform.person("Ann"), platform.person("Bob"), platform.group()
    first = connect_bot(**{platform.id: platform.dm_policy("allowlist", [str(ann.id)])})
    platform.says(bob, group, f"{platform.mention} /status")
    platform.wait_for_answers(group)
    platform.kills(first)
    connect_bot(again=first)

    platform.tell_again()
    platform.ask(bob, group)

    platform.wait_until_answered()
    refusals = [answer for answer in platform.answers(group) if "may use commands" in answer]
    assert len(refusals) == 1 or not platform.knows_repeats, "a kill leaves open whether it was posted"


@pytest.mark.needs("bot")
def test_an_answer_that_a_program_asks_for_is_posted_where_the_session_was_last_talked_in(
    platform: Platform, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann, group = platform.person("Ann"), platform.group()
    for place in (platform.direct(ann), group):
        platform.ask(ann, place)
    platform.wait_until_answered()

    done = gateway.command("agent", "--message", "And now? [[say:Now it is seven.]]", "--deliver")
    assert (done.code, done.out.strip()) == (0, "Now it is seven."), done.text
    assert platform.wait_for_answers(platform.direct(ann), 2)[1:] == ["Now it is seven."]

    there = ("--deliver", "--channel", platform.id, "--to", platform.target(group))
    done = gateway.command("agent", "--message", "There, too. [[say:Seven.]]", *there)
    assert done.code == 0 and platform.wait_for_answers(group, 2)[1:] == ["Seven."], done.text

    key = "agent:main:nobody-wrote-here"
    refused = gateway.command("agent", "--message", "x", "--session-key", key, "--deliver")
    assert refused.code == 1 and "Name `channel` and `to`" in refused.err, refused.text
    assert len(platform.answers(group)) == 2


@pytest.mark.needs("bot")
def test_who_wants_an_answer_to_be_posted_is_told_that_it_was_not(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask(ann, place)
    platform.wait_until_answered()

    platform.fake.fail(platform.post, Refuse(403))
    lost = gateway.command("agent", "--message", "Who hears? [[say:Nobody.]]", "--deliver")

    assert lost.code == 1 and "The answer is written, but not delivered: " in lost.err, lost.text
    assert len(platform.answers(place)) == 1


@pytest.mark.needs("bot")
def test_what_a_group_said_among_itself_is_known_after_a_kill(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    ann, group = platform.person("Ann"), platform.group()
    everywhere = platform.group_policy("allowlist", group, requireMention=True)
    first = connect_bot(**{platform.id: everywhere})
    platform.says(ann, group, "Tea is at six.")
    wait_for_status(first, platform, "that it was heard", lambda s: s.get("turnedAway") == 1)
    platform.kills(first)
    connect_bot(again=first)

    for _ in range(2):
        platform.ask(ann, group, f"{platform.mention} when?")
        platform.wait_until_answered()

    told = ["Tea is at six." in str(request.body["messages"][-1]) for request in fake_chat.requests]
    assert told == [True, False]


def test_a_connection_that_ends_loses_nothing(platform: Platform, connect_bot: Connect) -> None:
    connect_bot()
    ann = platform.person("Ann")

    for _ in range(3):
        platform.ask(ann, platform.direct(ann))
        platform.drop()
        platform.ask(ann, platform.direct(ann))

    platform.wait_until_answered()


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])
def test_what_was_written_while_the_gateway_was_down_is_answered(
    platform: Platform, connect_bot: Connect, is_killed: bool
) -> None:
    first = connect_bot()
    ann, group = platform.person("Ann"), platform.group()
    places = [platform.direct(ann), group, platform.inside(ann, group, "Tea")]
    for place in places:
        platform.ask(ann, place)
    platform.wait_until_answered()

    if is_killed:
        platform.kills(first)
    else:
        first.stop()
    for place in places * 2:
        platform.ask(ann, place)
    connect_bot(again=first)

    platform.wait_until_answered(40)


# Each for itself


def others(platforms: dict[str, Platform], name: str) -> list[Platform]:
    return [platform for other, platform in platforms.items() if other != name]


def greet(platform: Platform) -> Place:
    ann = platform.person("Ann")
    platform.ask(ann, platform.direct(ann))
    return platform.direct(ann)


@pytest.mark.parametrize("dead", ["discord", "telegram"])
def test_a_dead_platform_takes_nobody_with_it_and_is_answered_when_it_is_back(
    platforms: dict[str, Platform], connect_bots: Connect, dead: str
) -> None:
    gateway = connect_bots()
    for platform in platforms.values():
        greet(platform)
        platform.wait_until_answered()

    with platforms[dead].fake.outage():
        wait_for_status(gateway, platforms[dead], "the reason", lambda s: s["lastError"] and not s["connected"])
        for platform in others(platforms, dead):
            greet(platform)
            platform.wait_until_answered()
            assert accounts(gateway, platform)["default"]["lastError"] is None
        assert gateway.get("/healthz").status == 200
    greet(platforms[dead])

    platforms[dead].wait_until_answered(60)
    wait_for_status(gateway, platforms[dead], "no reason any more", lambda s: s["connected"] and not s["lastError"])


@pytest.mark.parametrize("dead", ["discord", "telegram"])
def test_a_token_that_is_refused_stops_only_its_own_platform(
    platforms: dict[str, Platform], connect_bots: Connect, dead: str
) -> None:
    gateway = connect_bots(waits=False, tokens={dead: platforms[dead].second_token})

    status = wait_for_status(gateway, platforms[dead], "the reason", lambda s: s["lastError"] and not s["running"])
    for platform in others(platforms, dead):
        platform.wait_until_connected(gateway)
        greet(platform)
        platform.wait_until_answered()

    assert platforms[dead].variable in status["lastError"]
    platforms[dead].fake.violations.clear()  # a wrong token is refused: that is the test


@pytest.mark.parametrize("name", ["discord", "telegram"])
def test_a_change_of_the_config_starts_only_its_own_platform_again(
    platforms: dict[str, Platform], connect_bots: Connect, name: str
) -> None:
    gateway = connect_bots()
    changed = platforms[name]
    before = {other: accounts(gateway, platform)["default"] for other, platform in platforms.items()}

    config = gateway.config
    config["channels"][name] |= changed.dm_policy("disabled", [])
    gateway.write_config(config)
    started = before[name]["lastStartAt"]
    wait_for_status(gateway, changed, "another start", lambda s: s.get("connected") and s["lastStartAt"] > started)
    ann = changed.person("Ann")
    changed.says(ann, changed.direct(ann), "Am I heard?")
    wait_for_status(gateway, changed, "the new rule", lambda s: s.get("turnedAway"))

    for platform in others(platforms, name):
        assert accounts(gateway, platform)["default"]["lastStartAt"] == before[platform.id]["lastStartAt"]
        greet(platform)
        platform.wait_until_answered()
    assert changed.answers(changed.direct(ann)) == []


@pytest.mark.needs("bot")
@pytest.mark.parametrize("how", ["off", "killed"])
def test_what_is_answered_while_an_account_is_off_comes_when_it_is_back(
    platform: Platform, connect_bot: Connect, how: str
) -> None:
    """`killed`: the turn ends in a process that has never had the account."""
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask_at_length(ann, place)
    platform.ask(ann, place)
    wait_for_status(gateway, platform, "both questions", lambda s: s.get("received") == 2)
    config = gateway.config
    config["channels"][platform.id]["enabled"] = False
    gateway.write_config(config)
    wait_for_status(gateway, platform, "the end of the account", lambda s: not s["running"])
    if how == "killed":
        platform.kills(gateway)
        gateway = connect_bot(again=gateway, waits=False)
    eventually("the end of both turns", lambda: len(said_by_the_model(gateway)) == 2 or None, 30)

    config["channels"][platform.id]["enabled"] = True
    gateway.write_config(config)
    platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_an_answer_waits_while_the_token_is_refused(platform: Platform, connect_bot: Connect) -> None:
    """Once, as a proxy may say it: the account starts anew, is let in, and answers."""
    gateway = connect_bot()
    ann, place = platform.person("Ann"), platform.group()
    platform.fake.fail(platform.post, Refuse(401))
    platform.ask(ann, place)
    gateway.wait_for_line(r"does not accept the bot.* token.*trying again", timeout=20)
    platform.ask(ann, place)

    platform.wait_until_answered(40)
    platform.fake.violations.clear()  # a token that is refused: that is the test


@pytest.mark.needs("bot")
@pytest.mark.parametrize("action", ["send", "read", "edit", "delete", "react", "pin"])
def test_who_talks_to_the_agent_reaches_no_other_platform_by_its_hand(
    platforms: dict[str, Platform], connect_bots: Connect, fake_chat: FakeOpenAIChat, action: str
) -> None:
    connect_bots()
    here, there = platforms["telegram"], platforms["discord"]
    owner, mallory = there.person("Ann"), here.person("Mallory")
    there.says(owner, there.direct(owner), "The code is SECRET77. [[say:Noted.]]")
    there.wait_for_answers(there.direct(owner))
    [message] = [m for m in there.fake.messages(there.direct(owner).outer)]
    call = {"channel": "discord", "action": action, "target": f"user:{owner.id}", "messageId": str(message.id)}
    call |= {"message": "Mallory was here", "emoji": "👍"}

    here.says(mallory, here.group(), f"[[tool:message {json.dumps(call)}]]")

    here.wait_for_answers(here.group())
    results = [m["content"] for r in fake_chat.requests for m in r.body["messages"] if m["role"] == "tool"]
    assert "Cross-context messaging denied" in str(results) and "SECRET77" not in str(results)
    assert there.answers(there.direct(owner)) == ["Noted."]


@pytest.mark.needs("bot")
@pytest.mark.crash
@pytest.mark.parametrize("is_posted", [True, False], ids=["posted", "on its way"])
def test_what_a_tool_has_told_the_chat_before_a_kill_is_not_said_again_as_the_answer(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, is_posted: bool
) -> None:
    first = connect_bot()
    ann, never = platform.person("Ann"), threading.Event()
    place, words = platform.direct(ann), "Here is the report that you wanted, all of it."
    fake_chat.script += [ToolCall("message", {"action": "send", "message": words}), Hold(never, Text(words))]
    if not is_posted:
        platform.fake.fail(platform.post, Refuse(500))
    platform.says(ann, place, "The report, please.")
    if is_posted:
        fake_chat.wait_for_request(2)
    else:
        first.wait_for_line("a part of a reply was not sent")
    platform.kills(first)
    fake_chat.script.clear()
    fake_chat.script += [Text(words), Text("You have it.")]
    connect_bot(again=first)

    platform.says(ann, place, "Did you send it?")

    platform.wait_for_answers(place, 2)
    assert platform.answers(place) == [words, "You have it."]
    never.set()


def said_by_the_model(gateway: Gateway) -> list[Any]:
    with connect(gateway.port) as client:
        messages = client.request("chat.history", {"sessionKey": "agent:main:main"})["messages"]
    return [message for message in messages if message["role"] == "assistant"]


@pytest.mark.needs("bot")
def test_the_status_tells_when_something_last_came_and_went(platform: Platform, connect_bot: Connect) -> None:
    gateway = connect_bot()
    fresh = accounts(gateway, platform)["default"]
    assert fresh["running"] and fresh["lastInboundAt"] is None and fresh["lastOutboundAt"] is None

    greet(platform)
    platform.wait_until_answered()

    status = wait_for_status(gateway, platform, "the time of the answer", lambda s: s["lastOutboundAt"])
    assert fresh["lastStartAt"] <= status["lastInboundAt"] <= status["lastOutboundAt"] and status["lastError"] is None


@pytest.mark.needs("bot")
def test_a_message_in_a_group_has_a_reaction_until_it_is_answered(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(more={"messages": {"ackReactionScope": "group-all", "removeAckAfterReply": True}})
    ann = platform.person("Ann")
    may_go_on = threading.Event()

    for place, expected in ((platform.group(), ["👀"]), (platform.direct(ann), [])):
        may_go_on.clear()
        asked = len(fake_chat.requests)
        fake_chat.script.append(Hold(may_go_on, Text("Done.")))
        message = platform.says(ann, place, "Hello?")
        fake_chat.wait_for_request(asked + 1)
        if expected:
            eventually("the reaction", lambda: platform.reactions(message) == ["👀"])  # noqa: B023
        assert platform.reactions(message) == expected
        may_go_on.set()
        assert platform.wait_for_answers(place) == ["Done."]
        eventually("the reaction to be taken back", lambda: not platform.reactions(message))  # noqa: B023


@pytest.mark.needs("bot")
def test_what_a_client_sends_stands_once_in_the_conversation_it_names(
    platform: Platform, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    order = {
        **{"to": f"user:{ann.id}", "message": "The tea is ready.", "idempotencyKey": "tea-1"},
        **{"channel": platform.id, "sessionKey": "main"},
    }
    for _ in range(2):
        with connect(gateway.port) as client:
            client.request("send", order)
    gateway.stop()
    again = connect_bot(again=gateway)
    with connect(again.port) as client:
        client.request("send", order)
        said = [str(m["content"]) for m in client.request("chat.history", {"sessionKey": "main"})["messages"]]

    assert sum("The tea is ready." in words for words in said) == 1
    assert platform.answers(platform.direct(ann)).count("The tea is ready.") == 1
