"""Sessions: listing, changing, resetting, deleting."""

from __future__ import annotations

import json

import pytest

from fakes import FakeOpenAIChat
from harness import Client, Gateway, connect


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
