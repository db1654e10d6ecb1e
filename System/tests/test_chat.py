"""Chat turns: the recorded ones of both generations, and what must hold for every turn."""

from __future__ import annotations

import base64
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Silence, Text, ToolCall
from harness import Gateway, ModelConfig, connect, gateway_config, golden
from harness.golden import Frame

DOT_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TERMINAL = ("final", "error", "aborted")


def test_a_turn_streams_ends_once_and_is_in_the_history_before_it_ends(
    gateway: Gateway, generation: int, session: str
) -> None:
    with connect(gateway.port, generation) as client:
        run = client.send_chat("[[say:Hello there, friend.]]", session)
        final = client.chat_end(run)
        history = client.history(session)
        states = [event["state"] for event in client.chat_events(run)]
    assert final["message"]["content"] == [{"type": "text", "text": "Hello there, friend."}]
    assert [state for state in states if state in TERMINAL] == ["final"]
    assert "delta" in states
    assert [message["role"] for message in history] == ["user", "assistant"]


def test_deltas_add_up_to_the_answer(gateway: Gateway, session: str) -> None:
    with connect(gateway.port, 4) as client:
        run = client.send_chat("[[slow]]", session)
        client.chat_end(run)
        deltas = [event for event in client.chat_events(run) if event["state"] == "delta"]
        final = client.chat_events(run)[-1]
    text = ""
    for delta in deltas:
        text = delta["deltaText"] if delta.get("replace") else text + delta["deltaText"]
        assert delta["message"]["content"][0]["text"] == text, "message is cumulative, deltaText is what is new"
    assert len(deltas) > 10
    assert final["message"]["content"][0]["text"] == text


def test_events_pass_the_published_schema(gateway: Gateway, session: str) -> None:
    with connect(gateway.port, 4) as client:
        client.chat('[[tool:read {"path":"AGENTS.md"}]]', session)
        chats = [f["payload"] for f in client.frames if f.get("event") == "chat"]
        agents = [f["payload"] for f in client.frames if f.get("event") == "agent"]
    problems = [p for payload in chats for p in golden.schema_problems("ChatEvent", payload)]
    problems += [p for payload in agents for p in golden.schema_problems("AgentEvent", payload)]
    assert chats and agents
    assert problems == []


def test_a_run_numbers_its_agent_events_from_one(gateway: Gateway, generation: int, session: str) -> None:
    with connect(gateway.port, generation) as client:
        run = client.send_chat("hi", session)
        client.chat_end(run)
        numbers = [
            f["payload"]["seq"] for f in client.frames if f.get("event") == "agent" and f["payload"]["runId"] == run
        ]
    assert numbers[0] == 1 and numbers == sorted(set(numbers))


@pytest.mark.parametrize("key", ["main", "agent:main:main", "agent:Main:CamelKey", "sidequest"])
def test_events_carry_the_session_key_as_the_client_wrote_it(gateway: Gateway, key: str) -> None:
    with connect(gateway.port, 3) as client:
        run = client.send_chat("hi", key)
        client.chat_end(run)
        assert {event["sessionKey"] for event in client.chat_events(run)} == {key}
        assert client.request("chat.history", {"sessionKey": key})["sessionKey"] == key


def test_the_same_key_is_one_turn(gateway: Gateway, model: FakeOpenAIChat, generation: int, session: str) -> None:
    before = len(model.requests)
    key = str(uuid.uuid4())
    params = {"sessionKey": session, "message": "[[say:once]]", "idempotencyKey": key}
    with connect(gateway.port, generation) as client:
        first, second = client.start("chat.send", params), client.start("chat.send", params)
        assert client.response(first)["payload"] == {"runId": key, "status": "started"}
        assert client.response(second)["payload"]["status"] in ("in_flight", "ok")
        client.chat_end(key)
        assert client.request("chat.send", params) == {"runId": key, "status": "ok"}
        refusal = client.refusal("chat.send", {**params, "message": "other text"})
        assert refusal.message.startswith("This message ID was already used for different input.")
        assert len(client.history(session)) == 2
    assert len(model.requests) == before + 1


def test_a_second_message_waits_for_the_first_and_both_are_answered(
    gateway: Gateway, generation: int, session: str
) -> None:
    with connect(gateway.port, generation) as client:
        first = client.send_chat("[[slow]]", session)
        client.event("chat", runId=first, state="delta")
        second = client.send_chat("[[say:the second]]", session)
        assert client.chat_end(first)["state"] == "final"
        assert client.chat_end(second)["state"] == "final"
        history = client.history(session)
    texts = [text_of(message) for message in history]
    assert texts[-1] == "the second"
    assert len([t for t in texts if t.startswith("[[")]) == 2, f"both questions are in the history: {texts}"


def text_of(message: Frame) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def test_abort_ends_the_run_before_it_answers_and_hangs_up_on_the_model(
    gateway: Gateway, model: FakeOpenAIChat, generation: int, session: str
) -> None:
    model.script.append(Silence(after=2))
    with connect(gateway.port, generation) as client:
        run = client.send_chat("wait for it", session)
        client.event("chat", runId=run, state="delta")
        silent = model.requests[-1]
        assert client.request("chat.abort", {"sessionKey": session, "runId": run}) == {
            "ok": True,
            "aborted": True,
            "runIds": [run],
        }
        states = [event["state"] for event in client.chat_events(run)]
        assert states[-1] == "aborted", "the event comes before the answer"
        assert client.chat_events(run)[-1]["stopReason"] == "rpc"
        assert silent.client_closed.wait(5), "the model's connection is closed, not left to stream into nothing"
        assert client.request("chat.abort", {"sessionKey": session}) == {"ok": True, "aborted": False, "runIds": []}
        assert client.chat("[[say:still here]]", session)["state"] == "final"


@pytest.mark.parametrize("word", ["/stop", "stop", "STOP", " abort ", "esc", "wait", "exit", "interrupt"])
def test_a_stop_word_stops(gateway: Gateway, model: FakeOpenAIChat, session: str, word: str) -> None:
    model.script.append(Silence(after=2))
    with connect(gateway.port) as client:
        run = client.send_chat("long", session)
        client.event("chat", runId=run, state="delta")
        key = str(uuid.uuid4())
        answer = client.request("chat.send", {"sessionKey": session, "message": word, "idempotencyKey": key})
        assert answer["aborted"] is True and answer["runIds"] == [run]
        assert client.chat_end(run)["stopReason"] == "stop"


def test_the_history_tells_what_waits(gateway: Gateway, model: FakeOpenAIChat, session: str) -> None:
    held = threading.Event()
    model.script.append(Hold(held))
    with connect(gateway.port) as client:
        first = client.send_chat("the first", session)
        client.event("agent", runId=first, stream="lifecycle")
        runs = [client.send_chat(f"waits {n} " + "x" * 9000 * (n == 24), session) for n in range(25)]
        answer = client.request("chat.history", {"sessionKey": session})
        waiting = answer["pendingInputs"]
        assert (waiting["total"], [item["runId"] for item in waiting["items"]]) == (25, runs[5:])
        assert [item["message"]["content"][:8].strip() for item in waiting["items"]] == [f"waits {n}" for n in range(5, 25)]
        assert waiting["items"][-1]["message"]["content"] == "waits 24 " + "x" * 8183 + "…"
        before = {"sessionKey": session, "pendingBefore": waiting["nextBefore"]}
        older = client.request("chat.history", before)["pendingInputs"]
        assert ([item["runId"] for item in older["items"]], "nextBefore" in older) == (runs[:5], False)
        held.set()
        client.chat_end(runs[-1])
        assert client.request("chat.history", {"sessionKey": session})["pendingInputs"] == {"items": [], "total": 0}


@pytest.mark.parametrize("way", ["session", "run", "word"])
@pytest.mark.parametrize("start", ["chat.send", "agent by key", "agent by id"])
def test_what_was_asked_for_just_before_is_stopped(gateway: Gateway, session: str, start: str, way: str) -> None:
    """Nobody waits for an acknowledgement here: the turn is on its way to the disk, or its session is still looked up."""
    with connect(gateway.port) as client:
        client.chat("[[say:Here.]]", session)
        [entry] = [s for s in client.request("sessions.list")["sessions"] if s["key"] == session]
        run = str(uuid.uuid4())
        asked = {"message": "[[slow]]", "idempotencyKey": run}
        if start == "agent by id":
            asked["sessionId"] = entry["sessionId"]
        else:
            asked["sessionKey"] = session
        client.start(start.split()[0], asked)
        if way == "word":
            word = {"sessionKey": session, "message": "/stop", "idempotencyKey": str(uuid.uuid4())}
            answer = client.response(client.start("chat.send", word))["payload"]
        else:
            which = {"runId": run} if way == "run" else {}
            answer = client.response(client.start("chat.abort", {"sessionKey": session, **which}))["payload"]
        assert answer == {"ok": True, "aborted": True, "runIds": [run]}
        assert client.chat_end(run)["state"] == "aborted"


def test_a_stop_hits_what_was_sent_just_before_it_and_nothing_after(
    gateway: Gateway, model: FakeOpenAIChat, session: str
) -> None:
    """A client need not wait for the acknowledgement of one to send the next."""
    model.script.append(Silence(after=2))
    with connect(gateway.port) as client:
        client.event("chat", runId=client.send_chat("long", session), state="delta")
        before = len(model.requests)
        keys = [str(uuid.uuid4()) for _ in range(3)]
        sent = [
            client.start("chat.send", {"sessionKey": session, "message": words, "idempotencyKey": key})
            for words, key in zip(("and this?", "/stop", "[[say:still here]]"), keys, strict=True)
        ]

        assert len(client.response(sent[1])["payload"]["runIds"]) == 2
        assert client.chat_end(keys[2])["state"] == "final"
        assert len(model.requests) == before + 1


def test_what_is_sent_right_after_a_stop_comes_behind_all_that_was_stopped(
    gateway: Gateway, model: FakeOpenAIChat, session: str
) -> None:
    model.script.append(Silence(after=2))
    stopped = [f"stopped {number}" for number in range(90)]
    with connect(gateway.port) as client:
        runs = [client.send_chat(words, session) for words in stopped]
        client.event("chat", runId=runs[0], state="delta")
        key = str(uuid.uuid4())
        stop = client.start("chat.abort", {"sessionKey": session})
        client.start("chat.send", {"sessionKey": session, "message": "[[say:here]] new", "idempotencyKey": key})

        assert client.response(stop)["payload"]["runIds"] == runs
        assert client.chat_end(key)["state"] == "final"
        said = [text_of(m) for m in client.history(session) if m["role"] == "user" or text_of(m) == "here"]
    assert said == [*stopped, "[[say:here]] new", "here"]


def test_a_command_in_front_of_a_question_costs_it_no_place(
    gateway: Gateway, model: FakeOpenAIChat, session: str
) -> None:
    held = threading.Event()
    with connect(gateway.port) as client:
        client.chat("the very first", session)
        model.script.append(Hold(held))
        words = ["first", "/status", "/models", "/think low second", "third", "/steer fourth", "fifth"]
        keys = [str(uuid.uuid4()) for _ in words]
        for said, key in zip(words, keys, strict=True):
            client.start("chat.send", {"sessionKey": session, "message": said, "idempotencyKey": key, "deliver": said == "first"})
        assert client.chat_end(keys[2])["state"] == "final", "a command is answered meanwhile"
        held.set()
        assert client.chat_end(keys[-1])["state"] == "final"
        asked = [text_of(m) for m in client.history(session) if m["role"] == "user"]
    assert [said for said in asked if not said.startswith("/")] == ["the very first", "first", "second", "third", "fourth", "fifth"]


@pytest.mark.parametrize("words", ["hello", "/new hello", "/think low hello", "/compact"])
def test_no_more_turns_run_at_once_than_the_config_says_whatever_they_begin_with(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, words: str
) -> None:
    more = {"agents": {"defaults": {"maxConcurrent": 1}}}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more))
    sessions = ["agent:main:one", "agent:main:two"]
    held = threading.Event()
    with connect(gateway.port) as client:
        for session in sessions if words == "/compact" else []:
            for _ in range(3):
                client.chat(f"[[say:{'y' * 4000}]] " + "x" * 4000, session)
        before = len(fake_chat.requests)
        fake_chat.script += [Hold(held, Text("Well.")) for _ in sessions]
        runs = [client.send_chat(words, session) for session in sessions]
        fake_chat.wait_for_request(before + 1)
        assert client.chat("/status", sessions[1])["state"] == "final", "a command waits for no place"
        time.sleep(0.5)
        assert len(fake_chat.requests) == before + 1
        held.set()
        assert {client.chat_end(run)["state"] for run in runs} == {"final"}
        assert len(fake_chat.requests) == before + 2


@pytest.mark.parametrize("word", ["stop it please", "please wait", "/stopwatch"])
def test_a_stop_word_inside_a_sentence_is_a_message(gateway: Gateway, session: str, word: str) -> None:
    with connect(gateway.port) as client:
        assert client.chat(word, session)["state"] == "final"


@pytest.mark.parametrize("marker", ["[[err:400]]", "[[err:401]]", "[[err:403]]", "[[err:500]]", "[[cut]]"])
def test_a_failed_turn_shows_exactly_one_error_in_plain_words(
    start: Any, state: Any, fake_chat: FakeOpenAIChat, marker: str
) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        run = client.send_chat(marker)
        ended = client.chat_end(run, timeout=40)
        client.request("health")
        terminal = [event for event in client.chat_events(run) if event["state"] in TERMINAL]
        history = client.history()
    assert ended["state"] == "error", f"expected an error, got {ended}"
    assert len(terminal) == 1
    assert len(ended["errorMessage"]) > 20 and "fake" in ended["errorMessage"], "it names the model and what to do"
    assert history[0]["role"] == "user", "the question is kept"


def test_injected_notes_are_kept_and_seen_without_a_model_run(
    gateway: Gateway, model: FakeOpenAIChat, generation: int, session: str
) -> None:
    with connect(gateway.port, generation) as client, connect(gateway.port, generation) as watcher:
        client.chat("hi", session)
        before = len(model.requests)
        answer = client.request("chat.inject", {"sessionKey": session, "message": "A note.", "label": "System"})
        assert answer["ok"] is True and answer["messageId"]
        seen = watcher.event("chat", sessionKey=session, state="final", runId=f"inject-{answer['messageId']}")
        assert "A note." in text_of(seen["payload"]["message"])
        assert "A note." in text_of(client.history(session)[-1])
        assert (
            client.refusal("chat.inject", {"sessionKey": "agent:main:nowhere", "message": "x"}).message
            == "session not found"
        )
    assert len(model.requests) == before


def test_a_tool_call_runs_and_its_result_reaches_the_model(gateway: Gateway, generation: int, session: str) -> None:
    with connect(gateway.port, generation) as client:
        final = client.chat('please [[tool:exec {"command":"echo hi-from-exec"}]]', session)
        history = client.history(session)
    assert "hi-from-exec" in text_of(final["message"])
    assert [m["role"] for m in history] == ["user", "assistant", "toolResult", "assistant"]
    call = next(block for block in history[1]["content"] if block["type"] == "toolCall")
    assert (call["name"], call["arguments"]) == ("exec", {"command": "echo hi-from-exec"})
    assert history[2]["toolCallId"] == call["id"] and history[2]["isError"] is False


def test_tool_events_go_to_clients_that_asked_for_them(gateway: Gateway, session: str) -> None:
    with connect(gateway.port, 4, caps=["tool-events"]) as asked, connect(gateway.port, 4, caps=[]) as other:
        run = asked.send_chat('[[tool:read {"path":"AGENTS.md"}]]', session)
        asked.chat_end(run)
        other.event("chat", runId=run, state="final")
        phases = [tool_phase(frame) for frame in asked.frames if tool_phase(frame)]
        assert [phase for phase in phases if phase != "update"] == ["start", "result"]
        assert not [frame for frame in other.frames if tool_phase(frame)]


def tool_phase(frame: Frame) -> str | None:
    payload = frame.get("payload") or {}
    return payload["data"]["phase"] if frame.get("event") == "agent" and payload.get("stream") == "tool" else None


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc/passwd", "link-out/passwd"])
def test_the_workspace_is_the_root_for_file_tools(gateway: Gateway, session: str, path: str) -> None:
    workspace = gateway.state / "workspace"
    workspace.mkdir(exist_ok=True)
    if not (workspace / "link-out").exists():
        (workspace / "link-out").symlink_to("/etc")
    with connect(gateway.port) as client:
        final = client.chat(f'[[tool:read {{"path":"{path}"}}]]', session)
    assert "root:" not in text_of(final["message"])


def test_an_export_takes_the_place_of_no_file_that_somebody_named(gateway: Gateway, session: str) -> None:
    page = gateway.state / "workspace/index.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text("<h1>my website</h1>")
    with connect(gateway.port) as client:
        client.chat("Hello.", session)
        assert "cannot be written" in text_of(client.chat("/export-session index", session)["message"])
        told = [text_of(client.chat("/export-session", session)["message"]) for _ in range(2)]
    assert page.read_text() == "<h1>my website</h1>"
    assert all(words.startswith("Wrote the conversation") for words in told), told
    page.unlink()


def test_write_edit_and_read_work_together(gateway: Gateway, model: FakeOpenAIChat, session: str) -> None:
    model.script += [
        ToolCall("write", {"path": "notes/list.txt", "content": "milk\nbread\n"}),
        ToolCall("edit", {"path": "notes/list.txt", "oldText": "bread", "newText": "butter"}),
        ToolCall("read", {"path": "notes/list.txt"}),
        Text("Done."),
    ]
    with connect(gateway.port) as client:
        assert text_of(client.chat("make a list", session)["message"]) == "Done."
        results = [m for m in client.history(session) if m["role"] == "toolResult"]
    assert [m["isError"] for m in results] == [False, False, False], results
    assert (gateway.state / "workspace/notes/list.txt").read_text() == "milk\nbutter\n"
    assert "butter" in text_of(results[2])


def test_a_run_that_takes_too_long_is_ended_and_says_so(gateway: Gateway, model: FakeOpenAIChat, session: str) -> None:
    model.script.append(Silence(after=1))
    with connect(gateway.port) as client:
        params = {"message": "x", "sessionKey": session, "idempotencyKey": str(uuid.uuid4()), "timeout": 1}
        request_id = client.start("agent", params)
        assert client.response(request_id)["payload"]["status"] == "accepted"
        last = client.response(request_id, timeout=20, number=2)
        assert model.requests[-1].client_closed.wait(5)
        assert not last["ok"] and last["payload"]["status"] == "error"
        assert "took too long" in last["error"]["message"]
        waited = client.request("agent.wait", {"runId": params["idempotencyKey"]})
        assert waited["status"] == "error" and "took too long" in waited["error"]
        [kept] = [m for m in client.history(session) if m["role"] == "assistant"]
    assert kept["stopReason"] == "error" and "took too long" in kept["errorMessage"]
    gateway.wait_for_line("The turn failed.*timeout")


def test_two_sessions_run_side_by_side(gateway: Gateway, model: FakeOpenAIChat, session: str) -> None:
    go, before = threading.Event(), len(model.requests)
    model.script += [Hold(go, Text("first")), Text("second")]
    with connect(gateway.port) as client:
        slow = client.send_chat("a", f"{session}-1")
        model.wait_for_request(before + 1)
        assert text_of(client.chat("b", f"{session}-2")["message"]) == "second"
        go.set()
        assert client.chat_end(slow)["state"] == "final"


def test_thoughts_between_tags_are_not_said(gateway: Gateway, session: str) -> None:
    with connect(gateway.port) as client:
        ended = client.chat("[[say:<think>She must not know the plan.</think> Hello Ann!]]", session)
    assert text_of(ended["message"]) == "Hello Ann!"


def test_an_image_reaches_the_model(gateway: Gateway, model: FakeOpenAIChat, generation: int, session: str) -> None:
    image = {"type": "image", "mimeType": "image/png", "fileName": "dot.png", "content": DOT_PNG}
    with connect(gateway.port, generation) as client:
        client.chat("what is this?", session, attachments=[image])
        history = client.history(session)
    parts = [p for m in model.requests[-1].body["messages"] if isinstance(m["content"], list) for p in m["content"]]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert urls == [f"data:image/png;base64,{DOT_PNG}"]
    assert [block["type"] for block in history[0]["content"]].count("image") == 1


def test_a_command_in_front_counts_with_an_image_too(gateway: Gateway, model: FakeOpenAIChat, session: str) -> None:
    image = {"type": "image", "mimeType": "image/png", "fileName": "dot.png", "content": DOT_PNG}
    with connect(gateway.port) as client:
        client.chat("[[say:old]]", session)
        client.chat("/new what is this?", session, attachments=[image])
        asked = model.requests[-1].body["messages"][-1]["content"]
        assert [part.get("text") for part in asked if part["type"] == "text"] == ["what is this?"]
        assert [part["type"] for part in asked].count("image_url") == 1
        assert "old" not in [text_of(message) for message in client.history(session)]
        count = len(model.requests)
        client.chat("/status", session, attachments=[image])
        client.chat("stop", session, attachments=[image])
    assert len(model.requests) == count + 1, "a word under a picture is what it shows"


@pytest.mark.parametrize(
    "content",
    ["***", base64.b64encode(b"x" * 5_000_001).decode(), base64.b64encode(b"<svg/>").decode()],
    ids=["not base64", "too large", "no picture"],
)
def test_a_bad_image_is_refused_by_name(gateway: Gateway, session: str, content: str) -> None:
    image = {"type": "image", "mimeType": "image/png", "fileName": "bad.png", "content": content}
    params = {"sessionKey": session, "message": "x", "idempotencyKey": str(uuid.uuid4()), "attachments": [image]}
    with connect(gateway.port) as client:
        assert "bad.png" in client.refusal("chat.send", params).message


def test_a_watcher_that_comes_late_sees_the_rest(gateway: Gateway, session: str) -> None:
    with connect(gateway.port) as client:
        run = client.send_chat("[[slow]]", session)
        client.event("chat", runId=run, state="delta")
        with connect(gateway.port) as late:
            delta = late.event("chat", runId=run, state="delta")["payload"]
            assert delta["message"]["content"][0]["text"].startswith("word1 "), "the cumulative text is whole"
            assert late.chat_end(run)["state"] == "final"


def test_agent_answers_twice_and_can_be_waited_for(gateway: Gateway, generation: int, session: str) -> None:
    key = str(uuid.uuid4())
    with connect(gateway.port, generation) as client:
        request_id = client.start(
            "agent", {"message": "[[say:by agent]]", "sessionKey": session, "idempotencyKey": key}
        )
        assert client.response(request_id)["payload"]["status"] == "accepted"
        second = client.response(request_id, number=2)["payload"]
        assert (second["runId"], second["status"]) == (key, "ok")
        assert second["result"]["payloads"][0]["text"] == "by agent"
        assert client.request("agent.wait", {"runId": key, "timeoutMs": 1000})["status"] == "ok"
        assert client.request("agent.wait", {"runId": "nope", "timeoutMs": 100})["status"] == "timeout"


@pytest.mark.parametrize("command", ["/help", "/status", "/model", "/whoami"])
def test_a_command_is_answered_without_the_model(
    gateway: Gateway, model: FakeOpenAIChat, session: str, command: str
) -> None:
    before = len(model.requests)
    with connect(gateway.port) as client:
        assert len(text_of(client.chat(command, session)["message"])) > 10
    assert len(model.requests) == before
