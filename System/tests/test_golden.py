"""The recordings and the code that reads them agree with each other, without any gateway."""

from __future__ import annotations

import pytest

from harness import Device, connect, golden
from harness.config import TOKEN
from harness.playback import playback
from harness.replay import Replay
from tests.test_chat import CASES

GENERATIONS = (3, 4)
FAULTLESS = ("device.cli-token-local", "device.sig-v2", "connect.cli-device-wrong-token")


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
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, ".a[0].b: missing"),
        ({"a": {}}, {"a": []}, ".a: expected an object, found list"),
    ],
)
def test_a_difference_names_its_place(expected: object, actual: object, problem: str) -> None:
    assert golden.difference(expected, actual) == [problem]


def test_more_keys_and_null_samples_are_no_difference() -> None:
    assert golden.difference({"a": None}, {"b": 1}) == []


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


@pytest.mark.parametrize(("replayed_generation", "scenario"), CASES)
def test_a_recording_played_back_agrees_with_itself(replayed_generation: int, scenario: str) -> None:
    frames = golden.load(replayed_generation, scenario)
    with playback(frames, replayed_generation) as port, connect(port, replayed_generation) as client:
        replay = Replay(client, replayed_generation, scenario)
        replay.run()
        assert not replay.problems, "\n".join(replay.problems)


def kind_of(record: golden.Frame) -> str:
    payload = record.get("frame", {}).get("payload") or {}
    return str(payload.get("state") or payload.get("stream"))


@pytest.mark.parametrize("missing", ["final", "delta"])
def test_a_missing_chat_event_is_noticed(missing: str) -> None:
    frames = [record for record in golden.load(4, "chat.plain") if kind_of(record) != missing]
    with playback(frames, 4) as port, connect(port, 4) as client:
        with pytest.raises(AssertionError, match="event chat"):
            Replay(client, 4, "chat.plain", seconds=0.5).run()


def test_a_missing_agent_event_is_noticed() -> None:
    frames = [record for record in golden.load(4, "chat.plain") if kind_of(record) != "lifecycle"]
    with playback(frames, 4) as port, connect(port, 4) as client:
        replay = Replay(client, 4, "chat.plain")
        replay.run()
    assert len(replay.problems) == 1 and "agent lifecycle start" in replay.problems[0]
