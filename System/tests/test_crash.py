"""SIGKILL at every moment that matters: no message is lost, none is answered twice.

The moments are seen from outside, by the fake model and the socket; the binary has no hooks for tests."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Silence, Text, ToolCall
from fakes.server import Seen
from harness import Client, Device, Gateway, ModelConfig, connect, eventually, gateway_config
from harness.golden import Frame
from tests.test_chat import text_of

pytestmark = pytest.mark.crash
SESSION = "agent:main:main"
SEEDS = [1, 2, 3, 4, 5]


@pytest.fixture
def first(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))


Start = Callable[..., Gateway]


def accepted(client: Client, text: str, session: str = SESSION) -> str:
    """Sends a message; once this returns, the gateway has promised to answer it."""
    return client.send_chat(text, session)


def restarted(start: Start, first: Gateway) -> Gateway:
    first.kill()
    return start(port=first.port)


def settled(gateway: Gateway, questions: list[str], session: str = SESSION) -> list[Frame]:
    """The history once every question has an outcome after it."""

    def complete() -> list[Frame] | None:
        with connect(gateway.port) as client:
            history = client.history(session)
        asked = [text_of(m) for m in history if m["role"] == "user"]
        outcomes = [m for m in history if m["role"] == "assistant" and m.get("stopReason") != "toolUse"]
        assert all(any(q in a for a in asked) for q in questions), f"expected {questions} among {asked}"
        assert len(outcomes) >= len(questions), f"{len(outcomes)} outcomes for {len(questions)} questions"
        return history

    return eventually("an outcome for every accepted message", complete, 20)


def exactly_once(history: list[Frame], questions: list[str]) -> None:
    asked = [text_of(m) for m in history if m["role"] == "user"]
    for question in questions:
        assert len([a for a in asked if question in a]) == 1, f"expected {question!r} once among {asked}"
    roles = [m["role"] for m in history if m["role"] in ("user", "assistant") and m.get("stopReason") != "toolUse"]
    assert roles == ["user", "assistant"] * len(questions), f"every question has one outcome: {roles}"
    calls = [b["id"] for m in history if m["role"] == "assistant" for b in m["content"] if b["type"] == "toolCall"]
    results = [m["toolCallId"] for m in history if m["role"] == "toolResult"]
    assert sorted(calls) == sorted(results), "every tool call has one result"


def sound(state: Path) -> None:
    for path in state.glob("*.sqlite"):
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path.name


def test_a_message_killed_right_after_its_acknowledgement_is_answered(start: Start, first: Gateway) -> None:
    """Nobody can tell whether the model was asked before the kill, so the model just answers whoever asks."""
    with connect(first.port) as client:
        accepted(client, "remember the milk")
        second = restarted(start, first)
    history = settled(second, ["remember the milk"])
    exactly_once(history, ["remember the milk"])
    second.stop()
    sound(second.state)


def test_a_message_whose_model_has_not_answered_is_answered_after_the_restart(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script += [Silence(), Text("Noted.")]
    with connect(first.port) as client:
        accepted(client, "remember the milk")
        fake_chat.wait_for_request()
        second = restarted(start, first)
    history = settled(second, ["remember the milk"])
    exactly_once(history, ["remember the milk"])
    assert text_of(history[-1]) == "Noted."
    assert len(fake_chat.requests) == 2


def test_a_turn_killed_in_the_middle_of_its_stream_is_run_again(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script += [Silence(after=3), Text("The whole answer.")]
    with connect(first.port) as client:
        run = accepted(client, "tell me")
        client.event("chat", runId=run, state="delta")
        second = restarted(start, first)
    history = settled(second, ["tell me"])
    exactly_once(history, ["tell me"])
    assert text_of(history[-1]) == "The whole answer.", "the half before the crash is not glued to it"


def test_a_reply_that_was_stored_is_not_made_again(start: Start, first: Gateway, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Text("Stored."))
    with connect(first.port) as client:
        run = accepted(client, "once")
        client.event("chat", runId=run, state="final")
        second = restarted(start, first)
    with connect(second.port) as client:
        history = client.history()
        again = client.request("chat.send", {"sessionKey": SESSION, "message": "once", "idempotencyKey": run})
        assert again["status"] == "ok", "the key is remembered over the restart"
    exactly_once(history, ["once"])
    assert len(fake_chat.requests) == 1


def test_a_tool_that_may_have_changed_the_world_is_not_run_twice(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    counter = first.state / "workspace" / "counter.txt"
    command = "echo x >> counter.txt; sleep 30"
    fake_chat.script += [ToolCall("exec", {"command": command}), Text("I looked into it.")]
    with connect(first.port) as client:
        accepted(client, "count")
        eventually("the tool to have run", counter.exists)
        second = restarted(start, first)
    history = settled(second, ["count"])
    exactly_once(history, ["count"])
    assert counter.read_text() == "x\n", "the command ran once"
    told = str(fake_chat.requests[-1].body["messages"][-1])
    assert "restart" in told.lower() or "interrupt" in told.lower() or "unknown" in told.lower(), told


@pytest.mark.skipif(sys.platform != "linux", reason="what a process was started by is told by /proc")
def test_a_command_ends_with_the_process_that_was_killed(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    other = subprocess.Popen(["sleep", "300"], env={"OPENCLAW_COMMAND": "0123456789abcdef.1.1"})
    command = "setsid sh -c 'echo $$ > apart; sleep 300' & (env -i sh -c 'echo $$ > bare; sleep 300'; true) & sleep 300"
    fake_chat.script += [ToolCall("exec", {"command": command}), Text("I looked into it.")]
    left = [first.state / "workspace" / name for name in ("apart", "bare")]
    with connect(first.port) as client:
        accepted(client, "count")
        eventually("the commands to run", lambda: all(path.exists() and path.read_text().strip() for path in left))
        second = restarted(start, first)
    settled(second, ["count"])
    for path in left:
        eventually(f"{path.name} to be gone", lambda path=path: not alive(int(path.read_text())))
    assert other.poll() is None, "another gateway's"
    other.kill()
    other.wait()


def alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_a_finished_tool_keeps_its_result(start: Start, first: Gateway, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [
        ToolCall("exec", {"command": "echo precious-result >> made.txt; cat made.txt"}),
        Silence(),
        Text("Done."),
    ]
    with connect(first.port) as client:
        accepted(client, "make it")
        fake_chat.wait_for_request(2)
        second = restarted(start, first)
    history = settled(second, ["make it"])
    exactly_once(history, ["make it"])
    assert (second.state / "workspace/made.txt").read_text() == "precious-result\n"
    assert "precious-result" in str(fake_chat.requests[-1].body["messages"])


def test_what_was_taken_back_and_noted_meanwhile_is_not_the_question_after_a_crash(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script.append(ToolCall("exec", {"command": "touch began; sleep 30"}))
    with connect(first.port) as client:
        accepted(client, "please sleep")
        eventually("the tool to run", (first.state / "workspace/began").exists)
        run = accepted(client, "ORDER 100 PIZZAS")
        assert client.request("chat.abort", {"sessionKey": SESSION, "runId": run})["aborted"]
        client.request("chat.inject", {"sessionKey": SESSION, "message": "A note."})
        second = restarted(start, first)
    settled(second, ["please sleep"])
    with connect(second.port) as client:
        client.chat("and now?", SESSION)
        told = [text_of(message) for message in client.history(SESSION)]
    resumed, later = (request.body["messages"] for request in fake_chat.requests[-2:])
    assert [m["role"] for m in resumed] == ["system", "user", "assistant", "tool"]
    assert "unknown" in resumed[-1]["content"]
    assert later[: len(resumed)] == resumed, "what is known of the call stays known"
    assert [m["role"] for m in later[len(resumed) :]][-1] == "user" and "A note." in str(later)
    assert "PIZZAS" not in str(later) and "ORDER 100 PIZZAS" in told
    assert not fake_chat.violations


def test_messages_that_waited_behind_another_are_all_answered_in_order(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script += [Silence(), Text("one"), Text("two"), Text("three")]
    questions = ["question one", "question two", "question three"]
    with connect(first.port) as client:
        accepted(client, questions[0])
        fake_chat.wait_for_request()
        for question in questions[1:]:
            accepted(client, question)
        second = restarted(start, first)
    history = settled(second, questions)
    asked = [text_of(m) for m in history if m["role"] == "user"]
    assert [q for a in asked for q in questions if q in a] == questions


@pytest.mark.parametrize("command", ["/think low", "/steer"])
def test_a_question_with_a_command_in_front_keeps_its_place(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat, command: str
) -> None:
    fake_chat.script += [Silence(), Text("one"), Text("two"), Text("three"), Text("four")]
    questions = ["question one", "question two", "question three", "question four"]
    with connect(first.port) as client:
        accepted(client, questions[0])
        fake_chat.wait_for_request()
        for question in (f"{command} {questions[1]}", *questions[2:]):
            accepted(client, question)
        second = restarted(start, first)
    history = settled(second, questions)
    assert [text_of(m) for m in history if m["role"] == "user"] == questions


def test_a_message_sent_again_with_its_key_after_the_crash_is_one_message(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    """What a client does that saw its connection end: it sends the same message with the same key."""
    fake_chat.script += [Silence(), Text("Once.")]
    with connect(first.port) as client:
        run = accepted(client, "again?")
        fake_chat.wait_for_request()
        second = restarted(start, first)
    with connect(second.port) as client:
        answer = client.request("chat.send", {"sessionKey": SESSION, "message": "again?", "idempotencyKey": run})
        assert answer["status"] in ("in_flight", "ok", "started")
    exactly_once(settled(second, ["again?"]), ["again?"])


def test_three_crashes_in_a_row_change_nothing(start: Start, first: Gateway, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script += [Silence(), Silence(), Silence(), Text("At last.")]
    with connect(first.port) as client:
        accepted(client, "be patient")
        gateway = first
        for n in range(3):
            fake_chat.wait_for_request(n + 1)
            gateway = restarted(start, gateway)
    history = settled(gateway, ["be patient"])
    exactly_once(history, ["be patient"])
    gateway.stop()
    sound(gateway.state)


def test_a_message_that_kills_the_gateway_every_time_does_not_do_so_for_ever(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    fake_chat.script += [Silence()] * 12
    with connect(first.port) as client:
        accepted(client, "poison")
    gateway = first
    for n in range(10):
        if len(fake_chat.requests) <= n:
            break
        gateway = restarted(start, gateway)
        try:
            fake_chat.wait_for_request(n + 2, timeout=3)
        except AssertionError:
            break
    fake_chat.script.clear()
    history = settled(gateway, ["poison"])
    assert len([m for m in history if m["role"] == "user"]) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_a_random_moment_every_accepted_message_has_one_answer(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat, seed: int
) -> None:
    chance = random.Random(seed)
    after = chance.randrange(1, 12)
    questions: list[str] = []
    killed = threading.Event()

    def kill_at_request() -> None:
        try:
            fake_chat.wait_for_request(after, timeout=20)
        finally:
            first.kill()
            killed.set()

    killer = threading.Thread(target=kill_at_request)
    killer.start()
    client = connect(first.port)
    for n in range(20):
        question = f"question-{seed}-{n}"
        try:
            accepted(client, question, f"agent:main:random-{n % 3}")
        except (AssertionError, OSError):
            break
        questions.append(question)
        if chance.random() < 0.3:
            fake_chat.wait_for_request(min(len(questions), after), timeout=5)
    killer.join()
    client.close()
    second = start(port=first.port)
    for n in range(3):
        mine = [q for i, q in enumerate(questions) if i % 3 == n]
        if mine:
            history = settled(second, mine, f"agent:main:random-{n}")
            asked = [text_of(m) for m in history if m["role"] == "user"]
            for question in mine:
                assert len([a for a in asked if a.endswith(question)]) == 1, f"seed {seed}: {question} among {asked}"
    second.stop()
    sound(second.state)


def test_settings_written_just_before_the_crash_are_there(start: Start, first: Gateway) -> None:
    with connect(first.port) as client:
        client.request("sessions.patch", {"key": SESSION, "label": "kept"})
        second = restarted(start, first)
    with connect(second.port) as client:
        row = next(r for r in client.request("sessions.list", {})["sessions"] if r["key"] == SESSION)
    assert row["label"] == "kept"


def test_a_device_keeps_its_token_over_a_crash(start: Start, first: Gateway) -> None:
    device = Device()
    with connect(first.port, device=device) as client:
        token = client.hello["auth"]["deviceToken"]
    second = restarted(start, first)
    connect(second.port, device=device, auth={"deviceToken": token}).close()


def test_a_client_that_watches_sees_the_answer_after_the_restart(
    start: Start, first: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    go = threading.Event()
    fake_chat.script += [Silence(), Hold(go, Text("Here."))]
    with connect(first.port) as client:
        run = accepted(client, "hello?")
        fake_chat.wait_for_request()
        second = restarted(start, first)
    fake_chat.wait_for_request(2)
    with connect(second.port) as client:
        go.set()
        final = client.event("chat", state="final")["payload"]
        assert final["runId"] == run and text_of(final["message"]) == "Here."


@pytest.mark.parametrize("count", [100])
def test_a_hundred_messages_are_all_there(start: Start, first: Gateway, count: int) -> None:
    """Durability is not bought with speed: a hundred turns in ten sessions, then the end."""
    with connect(first.port) as client:
        keys = [(str(uuid.uuid4()), f"agent:main:many-{n % 10}") for n in range(count)]
        for n, (key, session) in enumerate(keys):
            accepted_key = client.send_chat(f"message {n}", session, key=key)
            assert accepted_key == key
        second = restarted(start, first)
    for n in range(10):
        settled(second, [f"message {m}" for m in range(count) if m % 10 == n], f"agent:main:many-{n}")


# A storm


KILLS = int(os.environ.get("CRASH_KILLS", "24"))
CONVERSATIONS = 20
LONGEST_LIFE_SECONDS = 0.6
PAUSE_SECONDS = 0.02  # between two pieces of an answer, so that a kill falls into every part of a turn
# After as many a message is given up, and says so: it may be what kills the gateway.
MOST_ATTEMPTS = 10
NUMBER = re.compile(r"#(\d+)#")


@dataclass
class Question:
    """One message of the storm; its number stands in its text, in its answer and in what its tool leaves behind."""

    number: int
    session: str
    uses_tool: bool
    key: str
    acknowledged: bool = False
    answer_was_told: bool = False
    kills_since: int = 0

    @property
    def text(self) -> str:
        if self.uses_tool:
            return f'[[tool:exec {{"command":"echo \'#{self.number}#\' | tee -a ran.txt"}}]]'
        return f"[[say:The answer to #{self.number}# in a few more words than needed.]]"


class Storm:
    """Clients that write to many conversations, and a gateway that is killed again and again."""

    def __init__(self, start: Start, gateway: Gateway, model: FakeOpenAIChat, seed: int) -> None:
        self.start = start
        self.gateway = gateway
        self.model = model
        self.chance = random.Random(seed)
        self.questions: list[Question] = []
        self.problems: list[str] = []
        self.given_up = 0

    def live_and_die(self) -> None:
        """One life of the gateway: some new messages, those nobody acknowledged once more, a kill at some moment."""
        end = threading.Timer(self.chance.uniform(0.0, LONGEST_LIFE_SECONDS), self.gateway.kill)
        asked = [question for question in self.questions if not question.acknowledged]
        asked += [self._new() for _ in range(self.chance.randrange(2, 9))]
        if self.questions and self.chance.random() < 0.3:
            asked.append(self.chance.choice(self.questions))
        before = len(self.model.requests)
        told = {question.number for question in self.questions if question.answer_was_told}
        end.start()
        self._ask(asked)
        end.join()
        self._look_for_repeats(before, told)
        self.gateway = self.start(port=self.gateway.port)

    def _new(self) -> Question:
        session = f"agent:main:storm-{self.chance.randrange(CONVERSATIONS)}"
        question = Question(len(self.questions), session, self.chance.random() < 0.4, str(uuid.uuid4()))
        self.questions.append(question)
        return question

    def _ask(self, questions: list[Question]) -> None:
        """Sends without waiting and stays until the connection ends; keeps what was promised and what was told."""
        try:
            client = connect(self.gateway.port)
        except (AssertionError, OSError):
            return  # killed before the login
        sent = [(question, self._send(client, question)) for question in questions]
        client.closed(timeout=LONGEST_LIFE_SECONDS + 10)
        promised = {frame["id"] for frame in client.frames if frame["type"] == "res" and frame["ok"]}
        told = {frame["payload"]["runId"] for frame in client.frames if is_end(frame)}
        for question, request in sent:
            question.acknowledged |= request in promised
        for question in self.questions:
            question.answer_was_told |= question.key in told
            question.kills_since += question.acknowledged
        client.close()

    def _send(self, client: Client, question: Question) -> str:
        params = {"sessionKey": question.session, "message": question.text, "idempotencyKey": question.key}
        try:
            return client.start("chat.send", params)
        except (ConnectionError, OSError):
            return ""  # killed meanwhile

    def _look_for_repeats(self, before: int, told: set[int]) -> None:
        """A model is never asked again for an answer that somebody has seen."""
        for request in self.model.requests[before:]:
            number = asked_for(request)
            if number in told:
                self.problems.append(f"#{number}# was asked again after its answer had been told")

    def settle(self) -> None:
        """The last life: everybody sends again what was not acknowledged, and all are answered."""
        before, told = len(self.model.requests), {q.number for q in self.questions if q.answer_was_told}
        with connect(self.gateway.port) as client:
            for question in (q for q in self.questions if not q.acknowledged):
                client.send_chat(question.text, question.session, key=question.key)
        for session in sorted({question.session for question in self.questions}):
            self._judge(session)
        self._look_for_repeats(before, told)
        for request in self.model.requests:
            users = [message for message in request.body["messages"] if message["role"] == "user"]
            numbers = [number for message in users for number in numbers_in(message)]
            if len(numbers) != len(set(numbers)):
                self.problems.append(f"a request holds a question twice: {numbers}")

    def _judge(self, session: str) -> None:
        mine = {question.number: question for question in self.questions if question.session == session}

        def complete() -> list[Frame] | None:
            with connect(self.gateway.port) as client:
                history = client.history(session, limit=1000)
            answers = [m for m in history if m["role"] == "assistant" and m.get("stopReason") != "toolUse"]
            assert len(answers) >= len(mine), f"{len(answers)} answers for {len(mine)} questions in {session}"
            return history

        asked: list[int] = []
        answered: list[int] = []
        for message in eventually(f"answers in {session}", complete, 60):
            if message["role"] == "user":
                asked += numbers_in(message)
            elif message["role"] == "assistant" and message.get("stopReason") != "toolUse":
                answered.append(asked[-1])
                self._judge_answer(mine[asked[-1]], message)
        if sorted(asked) != sorted(mine) or answered != asked:
            self.problems.append(f"{session}: sent {sorted(mine)}, found {asked}, answered {answered}")

    def _judge_answer(self, question: Question, message: Frame) -> None:
        text, failure = text_of(message), message.get("errorMessage", "")
        if question.kills_since >= MOST_ATTEMPTS and failure.startswith(f"The process ended {MOST_ATTEMPTS} times"):
            self.given_up += 1
            return
        if question.uses_tool:
            fits = text.startswith("Tool said: ")
        else:
            fits = text == question.text.removeprefix("[[say:").removesuffix("]]")
        if not fits or message.get("stopReason") != "stop":
            self.problems.append(f"#{question.number}# was answered {message.get('stopReason')} {text!r} {failure}")


def is_end(frame: Frame) -> bool:
    return frame.get("event") == "chat" and frame["payload"].get("state") in ("final", "error", "aborted")


def numbers_in(message: Frame) -> list[int]:
    return [int(found) for found in NUMBER.findall(text_of(message))]


def asked_for(request: Seen) -> int | None:
    """The number of the last question in a request."""
    users = [message for message in request.body["messages"] if message["role"] == "user"]
    numbers = [number for message in users for number in numbers_in(message)]
    return numbers[-1] if numbers else None


@pytest.mark.timeout(120 + 4 * KILLS)
def test_a_storm_of_kills_loses_and_doubles_nothing(start: Start, state: Path) -> None:
    """`CRASH_KILLS` makes it longer."""
    with FakeOpenAIChat(pause=PAUSE_SECONDS) as model:
        storm = Storm(start, start(gateway_config(state, [ModelConfig("fake", model.url)])), model, seed=4)
        for _ in range(KILLS):
            storm.live_and_die()
        storm.settle()
        ran = NUMBER.findall((state / "workspace/ran.txt").read_text())
        storm.gateway.stop()
    print(f"{KILLS} kills, {len(storm.questions)} messages, {len(ran)} commands, {storm.given_up} given up")
    assert not storm.problems, "\n".join(storm.problems)
    assert len(ran) == len(set(ran)), f"a command ran twice: {ran}"
    assert {int(number) for number in ran} <= {q.number for q in storm.questions if q.uses_tool}
    sound(state)


def test_a_conversation_is_begun_anew_once_also_when_what_is_asked_in_it_waits(
    start: Start, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    more = {"agents": {"defaults": {"maxConcurrent": 1}}}
    first = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more))
    with connect(first.port) as client:
        client.chat("[[say:old]]")
        fake_chat.script.append(Silence())
        client.send_chat("takes the only place", "agent:main:other")
        fake_chat.wait_for_request(2)
        accepted(client, "/new [[say:yes]] what is new")
        eventually("it is begun anew", lambda: client.history(SESSION) == [])
        client.request("chat.inject", {"sessionKey": SESSION, "message": "a note"})
    again = restarted(start, first)

    def texts() -> list[str]:
        with connect(again.port) as client:
            return [text_of(message) for message in client.history(SESSION)]

    eventually("the note, what was asked and its answer", lambda: texts() == ["a note", "[[say:yes]] what is new", "yes"])
