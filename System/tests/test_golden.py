"""The recordings and the code that reads them agree with each other, without any gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness import Device, connect, golden, on_purpose
from harness.config import TOKEN
from harness.playback import playback
from harness.replay import RUNS_THAT_FAIL, Replay
from tests.test_replay import CASES, as_recorded

GENERATIONS = (3, 4)
FAULTLESS = ("device.cli-token-local", "device.sig-v2", "connect.cli-device-wrong-token")


def ends_otherwise_here(generation: int, scenario: str) -> bool:
    return any(case[:2] == (generation, scenario) for case in RUNS_THAT_FAIL)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("scenario", FAULTLESS)
def test_a_recorded_signature_is_recognised_by_its_version(generation: int, scenario: str) -> None:
    frames = golden.load(generation, scenario)
    params = next(r["frame"]["params"] for r in frames if r["dir"] == "out")
    recorded_token = golden.RECORDED_TOKENS[generation - 3]
    raw = golden._decoded(params["device"]["publicKey"])
    assert golden._signature_version(params, params["device"], raw, recorded_token) in (2, 3)


def test_a_broken_signature_stays_broken_when_it_is_made_again() -> None:
    frames = golden.load(4, "device.sig-bad")
    challenge, params = frames[0]["frame"]["payload"], frames[1]["frame"]["params"]
    device = Device()
    again = golden.resigned(params, challenge["nonce"], challenge["ts"], "n", 5, device, golden.RECORDED_TOKENS[1])
    assert again["device"]["id"] == device.id
    assert again["device"]["nonce"] == "n"
    assert golden._signature_version(again, again["device"], golden._decoded(device.public_key), TOKEN) is None


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_recording_has_no_difference_to_itself(generation: int) -> None:
    for scenario in golden.scenarios(generation, "rpc."):
        for _, answer in golden.exchanges(golden.load(generation, scenario)):
            assert golden.difference(answer, answer, scenario) == []


@pytest.mark.parametrize(
    ("expected", "actual", "problem"),
    [
        ({"a": 1}, {}, ".a: missing"),
        ({"a": 1}, {"a": "1"}, ".a: expected integer, found text 1"),
        ({"a": 1}, {"a": 1.5}, ".a: expected integer, found number 1.5"),
        ({"state": "final"}, {"state": "error"}, ".state: expected 'final', found 'error'"),
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, ".a[].b: missing"),
        ({"a": {}}, {"a": []}, ".a: expected an object, found list"),
    ],
)
def test_a_difference_names_its_place(expected: object, actual: object, problem: str) -> None:
    assert golden.difference(expected, actual) == [problem]


def test_more_keys_are_no_difference_and_a_recorded_null_says_only_that_there_is_a_key() -> None:
    assert golden.difference({"a": None}, {"a": "text", "b": 1}) == []
    assert golden.difference({"a": None}, {"b": 1}) == [".a: missing"]


def test_what_differs_on_purpose_is_not_looked_into() -> None:
    assert golden.difference({"a": {"b": 1}, "c": 1}, {"a": {}}, "m", {"m.a.b", "m.c"}) == []
    assert golden.difference({"a": {"b": 1}}, {"a": {}}, "m", {"m.b"}) == ["m.a.b: missing"]


def test_an_item_of_a_list_is_compared_with_the_recorded_one_of_its_kind() -> None:
    recorded = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [], "model": "m"}]
    assert golden.difference(recorded, [{"role": "assistant", "content": []}]) == ["[].model: missing"]
    assert golden.difference(recorded, [{"role": "tool", "content": "hi"}]) == [
        "[].role: expected 'user', found 'tool'"
    ]


def test_a_plain_turn_reads_as_its_kinds() -> None:
    for generation in GENERATIONS:
        frames = golden.load(generation, "chat.plain")
        request = next(r["frame"] for r in frames if r["dir"] == "out")
        events = [r["frame"] for r in frames if r["dir"] == "in"]
        assert golden.run_kinds(events, request["params"]["idempotencyKey"]) == [
            "agent lifecycle start",
            "agent assistant",
            "chat delta",
            "agent lifecycle end",
            "chat final",
        ]


def test_the_recorded_hello_of_generation_4_passes_the_published_schema_but_for_added_keys() -> None:
    frames = golden.load(4, "connect.cli-token-no-device")
    hello = next(r["frame"]["payload"] for r in frames if r["dir"] == "in" and r["frame"]["type"] == "res")
    problems = golden.schema_problems("HelloOk", hello)
    assert all("Additional properties" in problem for problem in problems), problems
    assert golden.schema_problems("HelloOk", {**hello, "policy": {}}) != problems


# A player that speaks to one client at a time does not know what another one has asked.
PLAYED = [case for case in CASES if "chat.two-watchers" not in case.values and not ends_otherwise_here(*case.values)]


@pytest.mark.parametrize(("replayed_generation", "scenario"), PLAYED)
def test_a_recording_played_back_agrees_with_itself(replayed_generation: int, scenario: str) -> None:
    frames = golden.load(replayed_generation, scenario)
    with playback(frames, replayed_generation) as port:
        replay = Replay(as_recorded(port, replayed_generation, scenario), replayed_generation, scenario)
        replay.run()
        assert not replay.problems, "\n".join(replay.problems)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_differs_on_purpose_names_something_that_was_recorded(generation: int) -> None:
    """An exception that nothing needs any more goes."""
    recorded = set()
    for part in ("rpc.", "chat.", "agent.", "connect.", "device.", "sessions.", "config."):
        for scenario in golden.scenarios(generation, part):
            for method, payload in answers_and_events(golden.load(generation, scenario)):
                recorded |= paths(payload, method)
    missing = {path for path in on_purpose.everywhere(generation) if path.removesuffix(".*") not in recorded}
    assert not missing, sorted(missing)


def answers_and_events(frames: list[golden.Frame]) -> Iterator[tuple[str, Any]]:
    sent = [record for record in frames if "method" in record.get("frame", {})]
    methods = {(record.get("conn"), record["frame"].get("id")): record["frame"]["method"] for record in sent}
    for record in frames:
        frame = record.get("frame", {})
        if record["dir"] == "in" and frame["type"] == "event":
            yield golden.event_kind(frame), frame
        elif record["dir"] == "in" and (record.get("conn"), frame["id"]) in methods:
            yield methods[(record.get("conn"), frame["id"])], frame.get("payload")


def paths(value: Any, where: str) -> set[str]:
    if isinstance(value, dict):
        return {where}.union(*(paths(inner, f"{where}.{key}") for key, inner in value.items()))
    return {where}.union(*(paths(item, f"{where}[]") for item in value)) if isinstance(value, list) else {where}


def kind_of(record: golden.Frame) -> str:
    payload = record.get("frame", {}).get("payload") or {}
    return str(payload.get("state") or payload.get("stream"))


@pytest.mark.parametrize("missing", ["final", "delta"])
def test_a_missing_chat_event_is_noticed(missing: str) -> None:
    frames = [record for record in golden.load(4, "chat.plain") if kind_of(record) != missing]
    with playback(frames, 4) as port:
        with pytest.raises(AssertionError, match="event chat"):
            Replay(lambda _: connect(port, 4), 4, "chat.plain", seconds=0.5).run()


def test_a_missing_agent_event_is_noticed() -> None:
    frames = [record for record in golden.load(4, "chat.plain") if kind_of(record) != "lifecycle"]
    with playback(frames, 4) as port:
        replay = Replay(lambda _: connect(port, 4), 4, "chat.plain")
        replay.run()
    assert len(replay.problems) == 1 and "agent lifecycle start" in replay.problems[0]
