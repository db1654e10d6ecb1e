"""Turns that hold much: a small machine runs them one after the other, and the others do not wait for them."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text
from harness import Client, Gateway, ModelConfig, connect, eventually, gateway_config
from harness.machine import MEMORY_BYTES, MemoryGroup
from tests.test_chat import text_of

CHATS = 3
PICTURE_BYTES = 3_600_000
# Two such messages are more than run at once, and three of the larger ones more than a small machine can hold.
PICTURES = 3
MANY_PICTURES = 4
# What is looked for does not happen: it has had time to.
WATCHED_SECONDS = 1


@pytest.fixture
def gateway(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))


@pytest.fixture
def go(fake_chat: FakeOpenAIChat) -> Iterator[threading.Event]:
    """Until it is set, the model is silent."""
    event = threading.Event()
    fake_chat.script += [Hold(event, Text(f"answer {number}")) for number in range(8)]
    yield event
    event.set()


def session(number: int) -> str:
    return f"agent:main:chat{number}"


def picture() -> dict[str, str]:
    content = base64.b64encode(b"\x89PNG\r\n\x1a\n" + os.urandom(PICTURE_BYTES)).decode()
    return {"type": "image", "mimeType": "image/png", "fileName": "a.png", "content": content}


def send_pictures(client: Client, number: int, count: int = PICTURES) -> str:
    pictures = [picture() for _ in range(count)]
    return client.send_chat(f"look {number}", session(number), attachments=pictures)


@contextmanager
def small_machine() -> Iterator[MemoryGroup]:
    group = MemoryGroup.make(MEMORY_BYTES, f"memory{os.getpid()}")
    try:
        yield group
    finally:
        group.remove()


def asked(fake: FakeOpenAIChat, text: str) -> bool:
    return any(text in str(seen.body["messages"][-1]["content"])[:200] for seen in fake.requests)


def test_chats_with_pictures_take_turns_and_others_pass(
    gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event
) -> None:
    with connect(gateway.port) as client:
        runs = [send_pictures(client, number) for number in range(CHATS)]
        fake_chat.wait_for_request(1)
        time.sleep(WATCHED_SECONDS)
        assert [asked(fake_chat, f"look {number}") for number in range(CHATS)] == [True, False, False]

        others = [client.send_chat(f"quick {number}", f"agent:main:quick{number}") for number in range(CHATS)]

        eventually("the light turns to be asked", lambda: len(fake_chat.requests) == 1 + CHATS)
        go.set()
        assert {client.chat_end(run)["state"] for run in runs + others} == {"final"}
    assert not fake_chat.violations


def test_what_waits_costs_no_memory(gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event) -> None:
    def settled() -> int:
        time.sleep(WATCHED_SECONDS)
        return gateway.memory()["private"]

    with connect(gateway.port) as client:
        idle = settled()
        send_pictures(client, 0)
        fake_chat.wait_for_request(1)
        one = settled() - idle
        for number in range(1, 5):
            send_pictures(client, number)

        assert settled() - idle < 2 * one
        assert len(fake_chat.requests) == 1


def test_a_message_that_waits_for_room_can_be_stopped(
    gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event
) -> None:
    with connect(gateway.port) as client:
        first, second, third = (send_pictures(client, number) for number in range(CHATS))
        fake_chat.wait_for_request(1)
        time.sleep(WATCHED_SECONDS)

        client.request("chat.abort", {"sessionKey": session(1), "runId": second})
        assert client.chat_end(second)["state"] == "aborted"
        client.request(
            "chat.send",
            {"sessionKey": session(2), "message": "/stop", "deliver": False, "idempotencyKey": "stop"},
        )
        assert client.chat_end(third)["state"] == "aborted"

        go.set()
        assert client.chat_end(first)["state"] == "final"
        assert client.chat("and now", session(1))["state"] == "final"
    assert not asked(fake_chat, "look 1") and not asked(fake_chat, "look 2")


def test_a_session_keeps_its_order_while_its_pictures_wait(
    gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event
) -> None:
    with connect(gateway.port) as client:
        runs = [send_pictures(client, 0), send_pictures(client, 1), client.send_chat("afterwards", session(1))]
        fake_chat.wait_for_request(1)
        time.sleep(WATCHED_SECONDS)
        assert len(fake_chat.requests) == 1
        go.set()
        assert {client.chat_end(run)["state"] for run in runs} == {"final"}
        history = client.history(session(1))
    assert [m["role"] for m in history] == ["user", "assistant"] * 2
    assert "afterwards" in text_of(history[2])


def test_a_light_message_that_waits_behind_pictures_is_told_once_and_can_be_stopped(
    gateway: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    held = threading.Event()
    with connect(gateway.port) as client, connect(gateway.port) as other:
        client.chat_end(send_pictures(client, 0))
        client.chat("hello", session(2))
        other.request("sessions.subscribe", {})
        fake_chat.script.append(Hold(held))
        first = send_pictures(client, 1)
        fake_chat.wait_for_request(3)
        heard = len(other.frames)
        light = client.send_chat("light words", session(0))
        other.wait_for("a word of what waits", lambda frame: told_of(frame, session(0)), after=heard)
        page = client.request("chat.history", {"sessionKey": session(0)})
        assert [item["runId"] for item in page["pendingInputs"]["items"]] == [light]
        assert "light words" not in str(page["messages"])

        heavy = send_pictures(client, 2)
        other.wait_for("a word of what waits", lambda frame: told_of(frame, session(2)), after=heard)

        stop = {"sessionKey": session(0), "message": "/stop", "idempotencyKey": "stop"}
        assert client.request("chat.send", stop)["runIds"] == [light]
        held.set()
        assert {client.chat_end(run)["state"] for run in (first, heavy)} == {"final"}
        assert client.chat("and now", session(0))["state"] == "final"
        asked_for = str(fake_chat.requests[-1].body["messages"])
        assert "and now" in asked_for and "light words" not in asked_for
        assert "light words" in str(client.history(session(0)))


def told_of(frame: dict[str, Any], key: str) -> bool:
    payload = frame.get("payload", {})
    return frame.get("event") == "sessions.changed" and (payload["sessionKey"], payload["reason"]) == (key, "send")


def test_what_waits_for_room_gives_way_to_what_interrupts_it(
    gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event
) -> None:
    with connect(gateway.port) as client:
        first = send_pictures(client, 0)
        fake_chat.wait_for_request(1)
        pictures = [picture() for _ in range(PICTURES)]
        older = client.send_chat("look 1", session(1), attachments=pictures, queueMode="interrupt")
        time.sleep(WATCHED_SECONDS)
        newer = client.send_chat("this instead", session(1), queueMode="interrupt")
        assert client.chat_end(older)["state"] == "aborted"
        go.set()
        assert {client.chat_end(run)["state"] for run in (first, newer)} == {"final"}
        history = client.history(session(1))
    assert [m["role"] for m in history] == ["user", "user", "assistant"]
    asked_for = str(fake_chat.requests[-1].body["messages"])
    assert len(fake_chat.requests) == 2 and "look 1" in asked_for and "this instead" in asked_for
    assert not fake_chat.violations


@pytest.mark.crash
def test_after_a_kill_pictures_take_turns_again(
    start: Any, gateway: Gateway, fake_chat: FakeOpenAIChat, go: threading.Event
) -> None:
    """Where there is a bound on memory, all of them at once would be more than it allows, at every start."""
    with small_machine() as machine:
        machine.door.write_text(str(gateway.pid))
        with connect(gateway.port) as client:
            runs = [send_pictures(client, number, MANY_PICTURES) for number in range(CHATS)]
            fake_chat.wait_for_request(1)
        gateway.kill()
        before = len(fake_chat.requests)
        again = start(port=gateway.port)
        machine.door.write_text(str(again.pid))
        fake_chat.wait_for_request(before + 1)
        time.sleep(3 * WATCHED_SECONDS)
        assert again.running and len(fake_chat.requests) == before + 1

        go.set()
        with connect(again.port) as client:
            for number, run in enumerate(runs):
                assert client.request("agent.wait", {"runId": run, "timeoutMs": 30_000}, 35)["status"] == "ok"
                assert [m["role"] for m in client.history(session(number))] == ["user", "assistant"]
        assert not machine.is_bounded or machine.kills() == 0
        again.kill()
