"""What becomes of messages that come while a turn runs: together, one by one, into the turn, or in its place.

Clients of the gateway get an answer for each of their requests; they are put together only where somebody says so."""

from __future__ import annotations

import base64
import re
import threading
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text
from fakes.steps import Hold
from harness import Gateway
from harness.platforms import Connect, Place, Platform, wait_for_status
from tests.test_chat import DOT_PNG


def said_last(request: Any) -> str:
    """What people have said since the model last spoke, as it was sent it."""
    message = request.body["messages"][-1]
    assert message["role"] == "user"
    return str(message["content"])


def blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What a message to the model is made of."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def wait_until_received(gateway: Gateway, platform: Platform, count: int) -> None:
    """Until the gateway has so many messages on disk; what a client sends is there when it is acknowledged."""
    if platform.id != "webchat":
        wait_for_status(gateway, platform, f"{count} messages", lambda s: s.get("received") == count)


class Held:
    """A first question whose answer waits for `release`."""

    def __init__(self, platform: Platform, model: FakeOpenAIChat, place: Place, person: Any) -> None:
        self.model, self._go = model, threading.Event()
        self.requests_before = len(model.requests)
        model.script.append(Hold(self._go, Text("First.")))
        platform.says(person, place, "Begin.")
        model.wait_for_request(self.requests_before + 1)

    def release(self) -> None:
        self._go.set()

    @property
    def later_requests(self) -> list[Any]:
        return self.model.requests[self.requests_before + 1 :]


def test_what_is_written_meanwhile_is_answered_together(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)

    marks = [platform.ask(ann, place) for _ in range(3)]
    wait_until_received(gateway, platform, 4)
    held.release()
    platform.wait_until_answered()

    if platform.id == "webchat":
        assert len(held.later_requests) == 3
        return
    assert len(held.later_requests) == 1, "each had a turn of its own"
    assert re.findall(r"(#q\d+) \[\[", said_last(held.later_requests[0])) == marks
    assert len(platform.answers(place)) == 2


@pytest.mark.crash
def test_what_is_answered_together_survives_a_kill(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    more = {"messages": {"queue": {"mode": "collect", "debounceMs": 0}}}
    gateway = connect_bot(more=more)
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    for _ in range(3):
        platform.ask(ann, place)
    wait_until_received(gateway, platform, 4)
    never = threading.Event()
    fake_chat.script.append(Hold(never, Text("")))
    held.release()
    fake_chat.wait_for_request(held.requests_before + 2)
    platform.wait_until_told(gateway, 1)

    platform.kills(gateway)
    never.set()
    connect_bot(again=gateway)

    platform.wait_until_answered()
    assert len(held.later_requests) == 2, "the shared turn was not run again as one"
    assert len(platform.answers(place)) == 2


def test_each_gets_an_answer_of_its_own_where_the_config_says_so(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(more={"messages": {"queue": {"mode": "interrupt", "byChannel": {platform.id: "followup"}}}})
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    for _ in range(2):
        platform.ask(ann, place)
    wait_until_received(gateway, platform, 3)
    held.release()

    platform.wait_until_answered()

    assert len(held.later_requests) == 2 and len(platform.answers(place)) == 3


def test_a_chat_chooses_and_a_newer_message_takes_the_place_of_the_turn(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.says(ann, place, "/queue interrupt")
    assert "mode=interrupt" in platform.wait_for_answers(place)[0]
    platform.kills(gateway)
    connect_bot(again=gateway)
    held = Held(platform, fake_chat, place, ann)

    platform.ask(ann, place)

    platform.wait_until_answered()
    held.release()
    assert len(held.later_requests) == 1 and "Begin.\n" in said_last(held.later_requests[0])
    assert not any("First." in answer for answer in platform.answers(place))


def test_a_running_turn_hears_what_is_written_meanwhile(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(more={"messages": {"queue": {"mode": "steer"}}})
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.says(ann, place, '[[tool:exec {"command":"sleep 2; echo slept"}]]')
    fake_chat.wait_for_request()

    mark = platform.ask(ann, place)

    platform.wait_until_answered()
    assert len(fake_chat.requests) == 2
    roles = [message["role"] for message in fake_chat.requests[1].body["messages"]]
    assert roles[-3:] == ["assistant", "tool", "user"] and mark in said_last(fake_chat.requests[1])


def test_what_one_person_writes_in_one_go_is_one_message(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    more = {"messages": {"inbound": {"debounceMs": 1500}, "queue": {"byChannel": {platform.id: "followup"}}}}
    connect_bot(more=more)
    ann = platform.person("Ann")
    place = platform.direct(ann)

    for _ in range(3):
        platform.ask(ann, place)
    platform.wait_until_answered()

    assert len(fake_chat.requests) == (3 if platform.id == "webchat" else 1)


@pytest.mark.parametrize("waits_for", ["more to be said", "a place among the turns"])
def test_a_command_with_a_question_waits_with_what_waits(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, waits_for: str
) -> None:
    one = {"session": {"dmScope": "per-channel-peer"}, "agents": {"defaults": {"maxConcurrent": 1}}}
    more = {"messages": {"queue": {"debounceMs": 2000}}} if waits_for == "more to be said" else one
    gateway = connect_bot(more=more)
    ann = platform.person("Ann")
    place = platform.direct(ann)
    holder = ann if waits_for == "more to be said" else platform.person("Bob")
    held = Held(platform, fake_chat, platform.direct(holder), holder)
    platform.ask(ann, place)
    wait_until_received(gateway, platform, 2)
    if waits_for == "more to be said":
        held.release()
        platform.wait_for_answers(place)

    platform.ask(ann, place, "/steer And where?")
    wait_until_received(gateway, platform, 3)
    held.release()
    platform.wait_until_answered()
    platform.ask(ann, place)
    platform.ask(holder, platform.direct(holder))

    platform.wait_until_answered()


@pytest.mark.needs("bot")
def test_of_very_many_none_is_turned_away_and_the_newest_are_told_whole(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    for number in range(130):
        platform.says(ann, place, f"Line {number}.")
    wait_until_received(gateway, platform, 131)
    held.release()

    assert platform.wait_for_answers(place, 2)[0] == "First."
    assert len(platform.answers(place)) == 2, "each of the rest was turned away by itself"
    said = str(held.later_requests[0].body["messages"])
    assert "10 older messages are left out" in said and "Line 9." not in said
    assert all(f"Line {number}." in said for number in range(10, 130))


@pytest.mark.needs("bot")
def test_of_many_pictures_only_those_of_the_newest_are_kept(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    picture = base64.b64decode(DOT_PNG) + bytes(500_000)
    for number in range(50):
        platform.sends_picture(ann, place, f"p{number}.png", "image/png", picture, f"Picture {number}.")
    wait_until_received(gateway, platform, 51)
    held.release()

    platform.wait_for_answers(place, 2)
    said = [block for message in held.later_requests[0].body["messages"] for block in blocks(message)]
    assert len([block for block in said if block["type"] == "image_url"]) == 20
    texts = " ".join(block["text"] for block in said if block["type"] == "text")
    told = [number for number in range(50) if f"[file p{number}.png" in texts]
    assert told == list(range(50)), "pictures that are not shown parted what waited"


@pytest.mark.crash
@pytest.mark.needs("bot")
def test_a_kill_parts_nothing_of_what_waits_in_several_chats(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    more = {"session": {"dmScope": "per-channel-peer"}, "messages": {"queue": {"cap": 100}}}
    gateway = connect_bot(more=more)
    people = [platform.person("Ann"), platform.person("Bob")]
    places = [platform.direct(person) for person in people]
    held = [Held(platform, fake_chat, place, person) for place, person in zip(places, people, strict=True)]
    for number in range(60):
        for place, person in zip(places, people, strict=True):
            platform.says(person, place, f"Line {number}.")
    wait_until_received(gateway, platform, 122)
    before = len(fake_chat.requests)
    platform.kills(gateway)
    for one in held:
        one.release()

    connect_bot(again=gateway, more=more)

    for place in places:
        platform.wait_for_answers(place, 2)
    told = [str(request.body["messages"][-1]) for request in fake_chat.requests[before:]]
    assert sum("Line 0." in text and "Line 59." in text for text in told) == 2, "not answered together"


@pytest.mark.crash
@pytest.mark.needs("bot")
def test_what_a_chat_wants_whole_is_whole_after_a_kill(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.says(ann, place, "/queue collect cap:100 debounce:0")
    platform.wait_for_answers(place)
    held = Held(platform, fake_chat, place, ann)
    for number in range(30):
        platform.says(ann, place, f"Line {number}.")
    wait_until_received(gateway, platform, 32)
    before = len(fake_chat.requests)
    platform.kills(gateway)
    held.release()

    connect_bot(again=gateway)

    platform.wait_for_answers(place, 3)
    said = str(fake_chat.requests[-1].body["messages"])
    assert len(fake_chat.requests) == before + 2 and "Line 0." in said and "Shortened" not in said


@pytest.mark.needs("bot")
def test_that_too_many_wait_is_said_once(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(more={"messages": {"queue": {"cap": 1, "drop": "new"}}})
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    for number in range(4):
        platform.says(ann, place, f"Line {number}. [[say:Second.]]")
    wait_until_received(gateway, platform, 5)
    held.release()

    answers = platform.wait_for_answers(place, 3)
    assert "wait for an answer" in answers[0] and answers[1:] == ["First.", "Second."]


@pytest.mark.needs("bot")
def test_of_too_many_the_newest_is_turned_away_and_says_so(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(more={"messages": {"queue": {"cap": 1, "drop": "new"}}})
    ann = platform.person("Ann")
    place = platform.direct(ann)
    held = Held(platform, fake_chat, place, ann)
    platform.ask(ann, place)
    wait_until_received(gateway, platform, 2)

    platform.says(ann, place, "And this?")

    assert "wait for an answer" in platform.wait_for_answers(place)[0]
    held.release()
    platform.wait_until_answered()
    assert len(held.later_requests) == 1
