"""Sends a recorded conversation again and compares what comes back."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from harness import golden
from harness.client import Client
from harness.golden import Frame

# Values of ours that need not look like upstream's.
OUR_OWN_BUSINESS = [
    "messages",  # how many there are depends on what was said before; their shapes are compared by role
    "activity",
    "sessions",  # rows have their own tests
    "meta",
    "openclawAbort",
    "systemPromptReport",
    "finalPromptText",
    "agentMeta",
    "permissionModePending",
    "createdVia",
    "participants",
    "expandedParticipants",
    "participantCount",
    "lastInteractionAt",
    "thinkingLevels",
    "thinkingOptions",
    "thinkingDefault",
    "effectiveFastMode",
    "effectiveFastModeSource",
    "fastAutoOnSeconds",
    "totalTokensFresh",
    "estimatedCostUsd",
    "path",
    "__openclaw",
    "idempotencyKey",
    "sessionInfo",
    "pendingInputs",
    "deltaCursor",
    "totalMessages",
    "hasMore",
    "defaults",
    "api",
    "responseId",
    "responseModel",
    "cost",
    "origin",
    "deliveryContext",
    "lastChannel",
    "channel",
    "chatType",
    "systemSent",
    "abortedLastRun",
    "contextTokens",
    "inputTokens",
    "outputTokens",
    "totalTokens",
    "modelProvider",
    "model",
    "details",
    "textSignature",
    "diagnostics",
    "owners",
    "limitApplied",
    "nextOffset",
    "totalCount",
    "derivedTitle",
    "lastMessagePreview",
    "displayName",
    "thinkingLevel",
    "usage",
    "content",
    "items",
]
ANSWERS_THAT_DIFFER = {
    (3, "chat.duplicate-key", "q4"): "the same key with another text is refused, as generation 4 does",
    (3, "chat.invalid", "q4"): "an agent nobody configured is not created by writing to it",
    (3, "chat.abort-all", "q2"): "a run is only aborted by its own session, in both generations",
    (4, "chat.abort-all", "q2"): "a run is only aborted by its own session, in both generations",
}


class Replay:
    """Sends a recorded client's requests, waiting where the recorded client had waited."""

    def __init__(self, client: Client, generation: int, scenario: str, seconds: float = 15) -> None:
        self.client = client
        self.generation = generation
        self.scenario = scenario
        self.seconds = seconds
        self.frames = golden.load(generation, scenario)
        self.keys: dict[str, str] = {}
        self.problems: list[str] = []

    def run(self) -> None:
        waited: set[tuple[str, str]] = set()
        for record in self.frames:
            frame = record.get("frame", {})
            if record["dir"] == "out" and "method" in frame:
                self._send(frame)
            elif record["dir"] == "in" and frame.get("type") == "res":
                self._compare_answer(frame)
            elif record["dir"] == "in" and frame.get("event") == "chat":
                waited |= self._wait_for_state(frame["payload"], waited)
        self._compare_runs()

    def _send(self, frame: Frame) -> None:
        frame = copy.deepcopy(frame)
        params = frame.get("params")
        if isinstance(params, dict):
            for name in ("idempotencyKey", "runId"):
                if name in params and params[name] != "nope":
                    params[name] = self.keys.setdefault(params[name], str(uuid.uuid4()))
        self.client.send(frame)

    def _compare_answer(self, expected: Frame) -> None:
        case = (self.generation, self.scenario, expected["id"])
        already = [f for f in self.client.frames if f["type"] == "res" and f["id"] == expected["id"]]
        status = (expected.get("payload") or {}).get("status")
        number = (
            2 if status == "ok" and already and (already[0].get("payload") or {}).get("status") == "accepted" else 1
        )
        actual = self.client.response(expected["id"], self.seconds, number)
        if case in ANSWERS_THAT_DIFFER:
            return
        where = f"{self.scenario} {expected['id']}"
        if actual["ok"] != expected["ok"]:
            self.problems.append(f"{where}: expected ok {expected['ok']}, got {str(actual)[:300]}")
        elif not expected["ok"]:
            self._compare_error(expected["error"], actual["error"], where)
        else:
            wanted = golden.without(expected.get("payload"), OUR_OWN_BUSINESS)
            self.problems += golden.difference(wanted, actual.get("payload"), where)
            self._compare_messages(expected.get("payload"), actual.get("payload"), where)

    def _compare_messages(self, expected: Any, actual: Any, where: str) -> None:
        """Each role that both histories have is told with the keys that were recorded for it."""
        if not isinstance(expected, dict) or not isinstance(expected.get("messages"), list):
            return
        ours = {message["role"]: message for message in actual["messages"]}
        for message in expected["messages"]:
            same = ours.get(message["role"])
            if same is not None:
                keys = set(golden.without(message, [*OUR_OWN_BUSINESS, "errorMessage"]))
                missing = keys - set(same)
                if missing:
                    self.problems.append(f"{where}: {message['role']} messages lack {sorted(missing)}")

    def _compare_error(self, expected: Frame, actual: Frame, where: str) -> None:
        wanted, found = (expected["code"], expected["message"]), (actual["code"], actual["message"])
        if wanted != found:
            self.problems.append(f"{where}: expected the error {wanted}, got {found}")

    def _wait_for_state(self, payload: Frame, waited: set[tuple[str, str]]) -> set[tuple[str, str]]:
        run, state = self.keys.get(payload["runId"], ""), payload["state"]
        if not run or (run, state) in waited or state == "status":
            return set()
        self.client.event("chat", self.seconds, runId=run, state=state)
        return {(run, state)}

    def _compare_runs(self) -> None:
        recorded = [record["frame"] for record in self.frames if record["dir"] == "in"]
        for old, new in self.keys.items():
            expected = golden.run_kinds(recorded, old)
            actual = golden.run_kinds(self.client.frames, new)
            # January tells of tools only when asked to be verbose; output on the way may come or not.
            for kind in ("agent tool start", "agent tool update", "agent tool result"):
                if kind not in expected or kind == "agent tool update":
                    actual = [seen for seen in actual if seen != kind]
                    expected = [seen for seen in expected if seen != kind]
            if not expected:
                continue
            end = next((n for n, kind in enumerate(expected) if kind in ("chat aborted",)), len(expected) - 1)
            if actual[: end + 1] != expected[: end + 1]:
                self.problems.append(f"run {old[:8]}: expected\n    {expected}\n  got\n    {actual}")
