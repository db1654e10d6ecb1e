"""Sends a recorded conversation again and compares what comes back."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from typing import Any

from harness import golden, on_purpose
from harness.client import Client
from harness.golden import Frame

NO_COMPACTING = "`sessions.compact` is not offered: `/compact` summarises, and nothing is thrown away"
ANSWERS_THAT_DIFFER = {
    (3, "chat.duplicate-key", "q4"): "the same key with another text is refused, as generation 4 does",
    (3, "chat.invalid", "q4"): "an agent nobody configured is not created by writing to it",
    (3, "chat.abort-all", "q2"): "a run is only aborted by its own session, in both generations",
    (4, "chat.abort-all", "q2"): "a run is only aborted by its own session, in both generations",
    (3, "agent.variants", "q5"): "a run without a target gets a session of its own, as in generation 4",
    (3, "agent.variants", "q8"): "a run whose model failed has failed; January called it completed",
    (4, "agent.variants", "q2"): "a level of thinking a model does not have is left out, and the turn is answered",
    (4, "agent.variants", "q9"): "the sentence names every model that was tried and why it failed",
    (4, "config.rpc", "q11"): "`ui.assistant`, which today's original dropped, is still a key",
    (3, "sessions.crud", "q20"): NO_COMPACTING,
    (3, "sessions.crud", "q21"): NO_COMPACTING,
    (4, "sessions.crud", "q21"): NO_COMPACTING,
    (4, "sessions.crud", "q22"): NO_COMPACTING,
}
TOLD_NOBODY = "a failed turn ends in `error`; January ended it without a word and tried again in secret"
# By the first characters of the recorded run's id. These are waited for, and not compared.
RUNS_THAT_FAIL = {
    (3, "chat.error-400", "628ab986"): TOLD_NOBODY,
    (3, "chat.error-401", "d504b490"): TOLD_NOBODY,
    (3, "agent.variants", "b9e0ff92"): "January said the failure as if it were the answer",
}
RUNS_THAT_ARE_REFUSED = {
    (3, "chat.invalid", "8ab9084a"): "an agent nobody configured is not created by writing to it",
}


class Replay:
    """Sends the recorded clients' requests, waiting where the recorded clients had waited.

    `connect` opens the client a recording calls by this name; most recordings have one client without a name."""

    def __init__(
        self, connect: Callable[[str | None], Client], generation: int, scenario: str, seconds: float = 15
    ) -> None:
        self.connect = connect
        self.generation = generation
        self.scenario = scenario
        self.seconds = seconds
        self.frames = golden.load(generation, scenario)
        self.on_purpose = on_purpose.fields(generation, scenario)
        self.clients: dict[str | None, Client] = {}
        self.renamed: dict[str, str] = {}
        self.runs: dict[str, str] = {}
        self.problems: list[str] = []
        self._waited: set[tuple[str | None, str, str]] = set()

    def run(self) -> None:
        for name in dict.fromkeys(record.get("conn") for record in self.frames):
            self.clients[name] = self.connect(name)
        try:
            for record in self.frames:
                self._play(record.get("conn"), record)
            for name, client in self.clients.items():
                self._compare_runs(name, client)
                self._compare_events(name, client)
        finally:
            for client in self.clients.values():
                client.close()
        self.problems = list(dict.fromkeys(self.problems))

    def _play(self, name: str | None, record: Frame) -> None:
        frame = record.get("frame", {})
        if record["dir"] == "out" and "method" in frame:
            self._send(self.clients[name], frame)
        elif record["dir"] == "in" and frame.get("type") == "res":
            self._compare_answer(name, frame)
        elif record["dir"] == "in" and frame.get("event") == "chat":
            self._wait_for_state(name, frame["payload"])
        elif record["dir"] == "in" and frame.get("event") == "exec.approval.requested":
            self._learn_approval(name, record)

    # Requests and answers

    def _send(self, client: Client, frame: Frame) -> None:
        """Ids of messages are made anew; hashes are those this gateway told."""
        frame = copy.deepcopy(frame)
        params = frame.get("params")
        if isinstance(params, dict):
            for name in ("idempotencyKey", "runId"):
                if name in params and params[name] != "nope":
                    params[name] = self.runs.setdefault(params[name], str(uuid.uuid4()))
            if "id" in params:
                params["id"] = self.renamed.get(params["id"], params["id"])
            if "baseHash" in params:
                params["baseHash"] = self.renamed.get(params["baseHash"], params["baseHash"])
        client.send(frame)

    def _compare_answer(self, name: str | None, expected: Frame) -> None:
        client = self.clients[name]
        already = [f for f in client.frames if f["type"] == "res" and f["id"] == expected["id"]]
        is_second = self._is_second(name, expected) and bool(already)
        actual = client.response(expected["id"], self.seconds, 2 if is_second else 1)
        if (self.generation, self.scenario, expected["id"]) in ANSWERS_THAT_DIFFER:
            return
        method = self._method(name, expected["id"])
        where = f"{self.scenario} {expected['id']} {method}"
        if actual["ok"] != expected["ok"]:
            self.problems.append(f"{where}: expected {str(expected)[:300]}, got {str(actual)[:300]}")
            return
        if not expected["ok"]:
            self._compare_error(expected["error"], actual["error"], where)
        self._learn_hash(expected, actual)
        self.problems += golden.difference(expected.get("payload"), actual.get("payload"), method, self.on_purpose)

    def _is_second(self, name: str | None, expected: Frame) -> bool:
        """`agent` answers twice under one id."""
        answers = [
            r["frame"]
            for r in self.frames
            if r["dir"] == "in" and r.get("conn") == name and r["frame"].get("id") == expected["id"]
        ]
        return answers.index(expected) == 1

    def _method(self, name: str | None, request_id: str) -> str:
        return next(
            r["frame"]["method"]
            for r in self.frames
            if r["dir"] == "out" and r.get("conn") == name and r["frame"].get("id") == request_id
        )

    def _learn_hash(self, expected: Frame, actual: Frame) -> None:
        old, new = (expected.get("payload") or {}), (actual.get("payload") or {})
        if isinstance(old, dict) and "hash" in old and "hash" in new:
            self.renamed[old["hash"]] = new["hash"]

    def _learn_approval(self, name: str | None, record: Frame) -> None:
        """A request that was sent without an id has one of this gateway's."""
        told = [r for r in self.frames if r.get("conn") == name and r.get("frame", {}).get("event") == record["frame"]["event"]]
        client, after = self.clients[name], 0
        for earlier in told[: told.index(record) + 1]:
            event = client.event("exec.approval.requested", self.seconds, after)
            after = client.frames.index(event) + 1
            self.renamed[earlier["frame"]["payload"]["id"]] = event["payload"]["id"]

    def _compare_error(self, expected: Frame, actual: Frame, where: str) -> None:
        """Errors are the same to the letter: code, message and details. An issue may tell more than the recorded one."""
        wanted, found = (expected["code"], expected["message"]), (actual["code"], actual["message"])
        if wanted != found:
            self.problems.append(f"{where}: expected the error {wanted}, got {found}")
        for key, value in (expected.get("details") or {}).items():
            told = (actual.get("details") or {}).get(key)
            if key == "issues" and told and len(told) == len(value):
                told = [{name: issue.get(name) for name in recorded} for issue, recorded in zip(told, value)]
            if told != value:
                self.problems.append(f"{where}: expected details.{key} {value!r}, got {told!r}")

    # Runs and other events

    def _wait_for_state(self, name: str | None, payload: Frame) -> None:
        case = (self.generation, self.scenario, payload["runId"][:8])
        run, state = self.runs.get(payload["runId"], ""), payload["state"]
        if case in RUNS_THAT_FAIL:
            state = "error"
        if not run or state == "status" or case in RUNS_THAT_ARE_REFUSED or (name, run, state) in self._waited:
            return
        self._waited.add((name, run, state))
        self.clients[name].event("chat", self.seconds, runId=run, state=state)

    def _recorded(self, name: str | None) -> list[Frame]:
        return [r["frame"] for r in self.frames if r["dir"] == "in" and r.get("conn") == name]

    def _compare_runs(self, name: str | None, client: Client) -> None:
        for old, new in self.runs.items():
            case = (self.generation, self.scenario, old[:8])
            if case in RUNS_THAT_FAIL or case in RUNS_THAT_ARE_REFUSED:
                continue
            expected = golden.run_kinds(self._recorded(name), old)
            actual = golden.run_kinds(client.frames, new)
            # January tells of tools only when asked to be verbose; output on the way may come or not.
            for kind in ("agent tool start", "agent tool update", "agent tool result"):
                if kind not in expected or kind == "agent tool update":
                    actual = [seen for seen in actual if seen != kind]
                    expected = [seen for seen in expected if seen != kind]
            if expected[-2:] == ["chat error"] * 2:
                expected.pop()  # a failure is told once; the original tells it again in other words
            if not expected:
                continue
            end = next((n for n, kind in enumerate(expected) if kind in ("chat aborted",)), len(expected) - 1)
            if actual[: end + 1] != expected[: end + 1]:
                self.problems.append(f"run {old[:8]}: expected\n    {expected}\n  got\n    {actual}")

    def _compare_events(self, name: str | None, client: Client) -> None:
        """Every event of a kind that was recorded has the keys and types of one of those."""
        recorded: dict[str, list[Any]] = {}
        for frame in self._recorded(name):
            if frame.get("type") == "event":
                recorded.setdefault(golden.event_kind(frame), []).append(frame)
        for frame in client.frames:
            if frame.get("type") != "event":
                continue
            kind = golden.event_kind(frame)
            found = [golden.difference(sample, frame, kind, self.on_purpose) for sample in recorded.get(kind, [])]
            self.problems += min(found, key=len, default=[])

