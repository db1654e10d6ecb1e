"""The original's own page, served from `gateway.controlUi.root`: what it asks, in its own words.

The page itself is not here; `golden/v4/ui-calls.json` has every call it made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Client, Device, Gateway, golden, on_purpose
from harness.config import TOKEN

CALLS: list[dict[str, Any]] = json.loads((golden.FOLDER / "v4/ui-calls.json").read_text())["calls"]
# Asked without being offered; the page takes it as "not here".
NOT_OFFERED = [
    "update.status",
    "plugin.approval.list",
    "openclaw.approval.list",
    "sessions.observer.visibility",
    "plugin.surface.refresh",
    "sessions.describe",
    "question.list",
    "talk.catalog",
    "progressCard.get",
    "sessions.branches.list",
    "sessions.companion.state",
    "tasks.list",
]
# What it needs to log in, to chat, and for the pages an independent gateway can fill.
NEEDED = [
    *("connect", "health", "status", "system-presence", "last-heartbeat", "logs.tail", "models.list", "agents.list"),
    *("agent.identity.get", "channels.status", "config.get", "config.set", "config.patch", "config.apply"),
    *("config.schema", "sessions.list", "sessions.preview", "sessions.patch", "sessions.reset", "sessions.delete"),
    *("sessions.subscribe", "sessions.messages.subscribe", "chat.history", "chat.send", "chat.abort", "chat.inject"),
    *("agent", "agent.wait", "chat.startup", "chat.metadata", "commands.list", "models.authStatus", "cron.list"),
    *("cron.status", "skills.status", "device.pair.list", "node.list", "exec.approval.list", "tools.catalog"),
    *("usage.cost", "usage.status"),
]
SESSION = "agent:main:main"
# Compared where what they answer about exists: in test_replay.py's conversations, and below.
ANSWERS_OF_CONVERSATIONS = {"chat.send", "chat.abort", "sessions.patch", "system-presence"}
READS = [
    pytest.param(call, id=f"{n}-{call['method']}")
    for n, call in enumerate(CALLS)
    if call["method"] in NEEDED and call["method"] not in {"connect", *ANSWERS_OF_CONVERSATIONS}
]


@pytest.fixture(scope="module")
def page(gateway: Gateway) -> Iterator[Client]:
    """The page, logged in as it logs in: from the gateway's own address, with a key of its own and the pasted token."""
    login = next(call for call in CALLS if call["method"] == "connect")["params"]
    client = Client(gateway.port, headers={"Origin": f"http://127.0.0.1:{gateway.port}"})
    challenge = client.event("connect.challenge")["payload"]
    params = {**login, "auth": {"token": TOKEN, "password": TOKEN}}
    params["device"] = Device().block(params, challenge["nonce"], challenge["ts"], 3)
    client.hello = client.request("connect", params)
    yield client
    client.close()


def test_it_is_let_in_with_all_it_asked_for(page: Client) -> None:
    hello = page.hello
    asked = next(call for call in CALLS if call["method"] == "connect")["params"]["scopes"]
    assert hello["protocol"] == 4
    assert set(asked) <= set(hello["auth"]["scopes"]), "without its scopes the page says 'Limited access'"
    assert hello["auth"]["deviceToken"], "kept for the next visit"
    assert hello["snapshot"]["sessionDefaults"]["modelConfigured"] is True, "else it begins with a setup"


def test_every_method_it_needs_is_offered(page: Client) -> None:
    offered = set(page.hello["features"]["methods"])
    assert set(NEEDED) - {"connect"} <= offered
    assert not set(NOT_OFFERED) & offered


@pytest.mark.parametrize("call", READS)
def test_a_call_of_the_page_is_answered_as_recorded(page: Client, call: dict[str, Any]) -> None:
    method = call["method"]
    assert differences(method, page.request(method, call["params"])) == []


def differences(method: str, answer: Any) -> list[str]:
    """To the recorded answer of this method that is nearest."""
    scenario = f"rpc.{method}"
    recorded = [a["payload"] for r, a in golden.exchanges(golden.load(4, scenario)) if r["method"] == method and a]
    found = [golden.difference(sample, answer, method, on_purpose.fields(4, scenario)) for sample in recorded]
    return min(found, key=len)


def test_the_page_sees_itself_and_the_gateway(page: Client) -> None:
    there = page.request("system-presence", {})
    login = next(call for call in CALLS if call["method"] == "connect")["params"]
    assert login["client"]["instanceId"] in {entry.get("instanceId") for entry in there}
    assert [entry["mode"] for entry in there if entry.get("reason") == "self"] == ["gateway"]


def test_what_is_not_offered_is_an_unknown_method(page: Client) -> None:
    for call in CALLS:
        if call["method"] in NOT_OFFERED:
            refusal = page.refusal(call["method"], call["params"])
            assert (refusal.code, refusal.message) == ("INVALID_REQUEST", f"unknown method: {call['method']}")


def test_a_message_written_on_the_page_streams_and_the_line_that_says_working_goes(page: Client) -> None:
    page.request("sessions.subscribe", {})
    page.request("sessions.messages.subscribe", {"key": SESSION, "includeApprovals": True})
    start = len(page.frames)
    for call in (c for c in CALLS if c["method"] == "chat.send" and "/status" not in c["params"]["message"]):
        run = str(uuid.uuid4())
        history = page.request("chat.history", {"sessionKey": SESSION, "limit": 20, "maxBytes": 65536})
        sent = {**call["params"], "idempotencyKey": run, "sessionId": history.get("sessionId", "none")}
        assert page.request("chat.send", sent) == {"runId": run, "status": "started"}
        final = page.chat_end(run)
        page.event("agent", runId=run, stream="lifecycle", after=start)
        assert final["state"] == "final" and final["sessionKey"] == SESSION
        kinds = golden.run_kinds(page.frames, run)
        assert kinds[0] == "agent lifecycle start" and "agent lifecycle end" in kinds, kinds
        told = "".join(e["deltaText"] for e in page.chat_events(run) if e["state"] == "delta")
        assert told == final["message"]["content"][0]["text"], "the pieces add up to the message"
        page.wait_for("the row that changed", lambda f: f.get("event") == "sessions.changed", after=start)
        page.wait_for("the message in the watched session", lambda f: f.get("event") == "session.message", after=start)


def test_the_stop_button_stops(page: Client) -> None:
    call = next(c for c in CALLS if c["method"] == "chat.abort")
    run = page.send_chat("[[slow]]", SESSION)
    page.event("chat", runId=run, state="delta")
    answer = page.request("chat.abort", {**call["params"], "runId": run})
    assert answer == {"ok": True, "aborted": True, "runIds": [run]}
    assert page.chat_end(run)["state"] == "aborted"


def test_a_slash_command_of_the_page_is_answered_without_a_model(page: Client, model: FakeOpenAIChat) -> None:
    before = len(model.requests)
    call = next(c for c in CALLS if c["method"] == "chat.send" and c["params"]["message"] == "/status")
    run = str(uuid.uuid4())
    page.request("chat.send", {**call["params"], "idempotencyKey": run})
    assert page.chat_end(run)["message"]["content"][0]["text"]
    assert len(model.requests) == before


def test_reading_a_session_takes_its_mark_away(page: Client) -> None:
    call = next(c for c in CALLS if c["method"] == "sessions.patch")
    page.send_chat("[[say:news]]", SESSION)
    answer = page.request("sessions.patch", call["params"])
    assert answer["ok"] is True and answer["key"] == SESSION
    rows = page.request("sessions.list", {"agentId": "main"})["sessions"]
    assert next(row for row in rows if row["key"] == SESSION)["unread"] is False


def test_the_settings_page_reads_and_writes_the_config(page: Client) -> None:
    config = page.request("config.get", {})
    patch = page.request("config.patch", {"raw": '{"ui":{"assistant":{"name":"Lobster"}}}', "baseHash": config["hash"]})
    assert patch["ok"] is True and patch["hash"] != config["hash"]
    page.event("config.changed")
    again = page.request("config.get", {})
    assert again["config"]["ui"]["assistant"]["name"] == "Lobster" and again["hash"] == patch["hash"]
    for method in ("config.set", "config.apply"):
        now = page.request("config.get", {})
        assert page.request(method, {"raw": now["raw"], "baseHash": now["hash"]})["ok"] is True


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("commands.list", {"agentId": "main", "scope": "text", "includeArgs": True}),
        ("tools.catalog", {"agentId": "main", "includePlugins": True}),
        ("usage.cost", {"days": 30}),
        ("sessions.preview", {"keys": ["agent:main:never-used"], "limit": 6, "maxChars": 120}),
    ],
)
def test_the_other_pages_are_filled(page: Client, method: str, params: dict[str, Any]) -> None:
    answer = page.request(method, params)
    assert differences(method, answer) == []


def test_sessions_are_injected_into_reset_and_deleted(page: Client, session: str) -> None:
    page.chat("[[say:hello]]", session)
    assert page.request("chat.inject", {"sessionKey": session, "message": "a note", "label": "Note"})["ok"] is True
    turn = {"message": "[[say:done]]", "sessionKey": session, "idempotencyKey": str(uuid.uuid4())}
    answer = page.request("agent", turn)
    assert answer["status"] == "accepted"
    assert page.request("agent.wait", {"runId": answer["runId"], "timeoutMs": 10_000})["status"] == "ok"
    assert page.request("sessions.reset", {"key": session, "reason": "new"})["entry"]["sessionId"]
    assert page.request("sessions.delete", {"key": session, "deleteTranscript": True})["deleted"] is True
