"""Sessions: listing, changing, resetting, deleting."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Start
from fakes import FakeOpenAIChat
from harness import Client, Gateway, ModelConfig, connect, gateway_config


def row(client: Client, key: str) -> dict[str, object]:
    rows = client.request("sessions.list", {})["sessions"]
    found = [row for row in rows if row["key"] == key]
    assert len(found) == 1, f"expected one row for {key} among {[r['key'] for r in rows]}"
    return found[0]


def test_a_session_is_listed_after_its_first_message(client: Client, session: str) -> None:
    client.chat("[[say:answer to list]]", session)
    listed = row(client, session)
    assert type(listed["updatedAt"]) is int and listed["sessionId"]
    assert listed["kind"] == "direct"


def test_titles_and_last_messages_come_when_asked_for(client: Client, session: str) -> None:
    client.chat("[[say:the last words]] a question to name it by", session)
    params = {"includeDerivedTitles": True, "includeLastMessage": True}
    listed = next(r for r in client.request("sessions.list", params)["sessions"] if r["key"] == session)
    assert "a question to name it by" in listed["derivedTitle"]
    assert listed["lastMessagePreview"] == "the last words"


@pytest.mark.parametrize(("params", "count"), [({"limit": 1}, 1), ({"search": "no such thing anywhere"}, 0)])
def test_the_list_can_be_narrowed(client: Client, session: str, params: dict[str, object], count: int) -> None:
    client.chat("hi", session)
    client.chat("hi", session + "-2")
    answer = client.request("sessions.list", params)
    assert answer["count"] == len(answer["sessions"]) == count


def test_a_label_is_kept_and_must_be_unique(client: Client, session: str) -> None:
    client.request("sessions.patch", {"key": session, "label": f"label of {session[-20:]}"})
    assert row(client, session)["label"] == f"label of {session[-20:]}"
    refusal = client.refusal("sessions.patch", {"key": session + "-2", "label": f"label of {session[-20:]}"})
    assert refusal.message.startswith("label already in use")
    client.request("sessions.patch", {"key": session, "label": None})
    assert not row(client, session).get("label")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thinkingLevel", "sometimes"),
        ("sendPolicy", "maybe"),
        ("responseUsage", "lots"),
        ("elevatedLevel", "very"),
        ("model", ""),
    ],
)
def test_a_bad_value_is_refused_by_name(client: Client, session: str, field: str, value: str) -> None:
    refusal = client.refusal("sessions.patch", {"key": session, field: value})
    assert field in refusal.message


def test_an_unknown_field_is_refused(client: Client, session: str) -> None:
    refusal = client.refusal("sessions.patch", {"key": session, "bogus": 1})
    assert refusal.message == "invalid sessions.patch params: at root: unexpected property 'bogus'"


def test_reset_starts_an_empty_conversation(client: Client, model: FakeOpenAIChat, session: str) -> None:
    client.chat("remember the milk", session)
    client.request("sessions.patch", {"key": session, "label": f"kept {session[-20:]}"})
    assert client.request("sessions.reset", {"key": session})["ok"] is True
    assert [m for m in client.history(session) if m["role"] in ("user", "assistant")] == []
    assert row(client, session)["label"] == f"kept {session[-20:]}"
    client.chat("what did I say?", session)
    assert "remember the milk" not in str(model.requests[-1].body["messages"])


@pytest.mark.parametrize("method", ["sessions.reset", "sessions.delete"])
def test_what_is_said_while_a_stubborn_tool_delays_the_end_begins_the_new_conversation(
    client: Client, model: FakeOpenAIChat, session: str, method: str
) -> None:
    stubborn = json.dumps({"command": "trap '' TERM; echo ready; sleep 20"})
    old = client.send_chat(f"[[tool:exec {stubborn}]] the old question", session)
    client.event("agent", runId=old, stream="tool")
    ending = client.start(method, {"key": session})
    run = client.send_chat("[[say:the new answer]] the new question", session)
    assert client.response(ending)["ok"]
    assert client.chat_end(run)["state"] == "final"
    assert "the old question" not in str(model.requests[-1].body["messages"])
    assert [m["role"] for m in client.history(session)] == ["user", "assistant"]


def test_a_conversation_is_told_to_the_model_in_order(client: Client, model: FakeOpenAIChat, session: str) -> None:
    client.chat("[[say:one]] first", session)
    client.chat("[[say:two]] second", session)
    told = [m for m in model.requests[-1].body["messages"] if m["role"] in ("user", "assistant")]
    assert [m["role"] for m in told] == ["user", "assistant", "user"]
    assert "first" in str(told[0]) and "one" in str(told[1]) and "second" in str(told[2])


def test_delete_removes_the_session_and_its_messages(client: Client, session: str) -> None:
    client.chat("hi", session)
    answer = client.request("sessions.delete", {"key": session})
    assert (answer["ok"], answer["deleted"]) == (True, True)
    assert session not in [r["key"] for r in client.request("sessions.list", {})["sessions"]]
    assert client.history(session) == []
    assert client.request("sessions.delete", {"key": session})["deleted"] is False


def said(client: Client, **params: Any) -> list[str]:
    """What people have said in a conversation."""
    messages = client.request("chat.history", params)["messages"]
    return [message["content"] for message in messages if message["role"] == "user"]


def test_a_key_without_an_agent_belongs_to_the_named_one(start: Start, state: Path, model: FakeOpenAIChat) -> None:
    agents = {"list": [{"id": "main", "default": True}, {"id": "work", "workspace": str(state / "work")}]}
    gateway = start(gateway_config(state, [ModelConfig("fake", model.url)], more={"agents": agents}))
    with connect(gateway.port) as client:
        client.chat("to main", "agent:main:side")
        client.chat("to work", "side", agentId="work")
        assert said(client, sessionKey="agent:work:side") == said(client, sessionKey="side", agentId="work") == ["to work"]
        client.request("sessions.patch", {"key": "side", "agentId": "work", "label": "of work"})
        assert client.request("sessions.resolve", {"key": "side", "agentId": "work"})["key"] == "agent:work:side"
        assert client.refusal("sessions.resolve", {"label": "of work", "agentId": "main"})
        client.request("chat.inject", {"sessionKey": "side", "agentId": "work", "message": "a note"})
        assert client.request("sessions.reset", {"key": "side", "agentId": "work"})["key"] == "agent:work:side"
        assert said(client, sessionKey="agent:work:side") == []
        assert client.request("sessions.delete", {"key": "side", "agentId": "work"})["deleted"] is True
        assert said(client, sessionKey="agent:main:side") == ["to main"]
        assert "a note" not in str(client.history("agent:main:side"))
        run = client.request("agent", {"message": "hi", "sessionKey": "side", "agentId": "work", "idempotencyKey": "a"})
        assert run["sessionKey"] == "agent:work:side"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("chat.history", {}),
        ("chat.send", {"message": "hi", "idempotencyKey": "astray"}),
        ("chat.abort", {}),
        ("chat.inject", {"message": "a note"}),
        ("sessions.patch", {"label": "astray"}),
        ("sessions.reset", {}),
        ("sessions.delete", {}),
        ("sessions.messages.subscribe", {}),
    ],
)
def test_a_session_of_another_agent_is_refused(client: Client, method: str, params: dict[str, object]) -> None:
    name = "sessionKey" if method.startswith("chat.") else "key"
    stranger = client.refusal(method, {name: "agent:other:side", "agentId": "main", **params})
    assert (stranger.code, stranger.message) == ("INVALID_REQUEST", "session key agent does not match agentId")
    unknown = client.refusal(method, {name: "side", "agentId": "nobody", **params})
    assert (unknown.code, unknown.message) == ("INVALID_REQUEST", 'Unknown agent id "nobody"')


@pytest.mark.parametrize(
    "guard",
    [
        {"expectedSessionId": "11111111-1111-4111-8111-111111111111"},
        {"expectedLifecycleRevision": "11111111-1111-4111-8111-111111111111"},
        {"expectedSessionUpdatedAt": 1},
        {"archivedOnly": True},
    ],
    ids=lambda guard: next(iter(guard)),
)
def test_what_is_not_the_expected_conversation_is_neither_stopped_nor_deleted(
    client: Client, session: str, guard: dict[str, object]
) -> None:
    run = client.send_chat("[[slow]] precious words", session)
    refusal = client.refusal("sessions.delete", {"key": session, **guard})
    assert refusal.code == "INVALID_REQUEST"
    assert client.chat_end(run)["state"] == "final"
    assert said(client, sessionKey=session) == ["[[slow]] precious words"]


def test_the_expected_conversation_is_deleted_and_changed(client: Client, session: str) -> None:
    client.chat("hi", session)
    known = row(client, session)
    expected = {"key": session, "expectedSessionId": known["sessionId"]}
    stranger = {**expected, "expectedSessionId": "11111111-1111-4111-8111-111111111111"}
    refusal = client.refusal("sessions.patch", {**stranger, "label": f"astray {session[-20:]}"})
    assert refusal.message == f"Session {session} changed before patch. Retry."
    assert not row(client, session).get("label")
    client.request("sessions.patch", {**expected, "label": f"kept {session[-20:]}"})
    updated = row(client, session)["updatedAt"]
    assert client.request("sessions.delete", {**expected, "expectedSessionUpdatedAt": updated})["deleted"] is True
    assert client.refusal("sessions.delete", expected).message == f"Session {session} changed before deletion. Retry."


def test_a_deleted_session_may_leave_its_transcript(client: Client, session: str) -> None:
    client.chat("precious words", session)
    kept = row(client, session)["sessionId"]
    assert client.request("sessions.delete", {"key": session, "deleteTranscript": False})["deleted"] is True
    assert said(client, sessionKey=session) == []
    assert said(client, sessionKey=session, sessionId=kept) == ["precious words"]
    client.chat("new words", session)
    assert said(client, sessionKey=session) == ["new words"]


def test_the_main_session_cannot_be_deleted(client: Client) -> None:
    refusal = client.refusal("sessions.delete", {"key": "main"})
    assert refusal.message == "Cannot delete the main session (agent:main:main)."


def test_previews_say_what_is_there(client: Client, session: str) -> None:
    client.chat("[[say:preview me]]", session)
    keys = [session, "agent:main:never-was"]
    previews = client.request("sessions.preview", {"keys": keys})["previews"]
    assert [p["key"] for p in previews] == keys
    assert [p["status"] for p in previews] == ["ok", "missing"]
    assert previews[0]["items"][-1] == {"role": "assistant", "text": "preview me"}


def test_history_is_cut_from_the_front(client: Client, session: str) -> None:
    for n in range(3):
        client.chat(f"[[say:answer {n}]]", session)
    assert len(client.history(session)) == 6
    last = client.history(session, limit=2)
    assert [m["role"] for m in last] == ["user", "assistant"] and "answer 2" in str(last[1])


@pytest.mark.parametrize("limit", [0, -1, 5000, "many"])
def test_a_limit_outside_its_bounds_is_refused(client: Client, session: str, limit: object) -> None:
    refusal = client.refusal("chat.history", {"sessionKey": session, "limit": limit})
    assert refusal.message.startswith("invalid chat.history params: at /limit:")


def test_a_model_can_be_chosen_for_one_session(
    gateway: Gateway, client: Client, model: FakeOpenAIChat, session: str
) -> None:
    client.request("sessions.patch", {"key": session, "model": "fake/newer-than-the-catalogue"})
    client.chat("hi", session)
    assert model.requests[-1].body["model"] == "newer-than-the-catalogue"
    with connect(gateway.port) as other:
        other.chat("hi", session + "-2")
    assert model.requests[-1].body["model"] == "fake-1"
