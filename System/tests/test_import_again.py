"""An original that goes on after it was taken over, or arrives in parts: what is new comes, and nothing twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from harness import ModelConfig, connect, gateway_config
from harness.gateway import Finished, copied, run_openclaw
from tests.test_chat import text_of
from tests.test_import import JANUARY
from tests.test_migrate import taken

KEY = "agent:main:sidequest"
LISTED = json.loads((JANUARY / "agents/main/sessions/sessions.json").read_text())
FILE = f"agents/main/sessions/{LISTED[KEY]['sessionId']}.jsonl"


def migrate(tmp_path: Path, source: Path) -> Finished:
    return run_openclaw("migrate", "--from", str(source), home=tmp_path, state=tmp_path / "state")


def original(place: Path) -> Path:
    copied(JANUARY, place)
    (place / "openclaw.json").write_text("{}")
    return place


def say(path: Path, text: str) -> None:
    """A line more, as the original writes it."""
    message = {"role": "user", "content": text, "timestamp": 1771581600000}
    line = {"type": "message", "id": text, "timestamp": "2026-02-20T10:00:00.000Z", "message": message}
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def test_what_a_broken_off_copy_lacked_comes_with_the_whole(tmp_path: Path) -> None:
    source = original(tmp_path / "original")
    for path in sorted((source / "agents/main/sessions").glob("*.jsonl"))[20:]:
        path.unlink()
    for name in ("cron", "devices"):
        shutil.rmtree(source / name)
    first = migrate(tmp_path, source)
    assert first.code == 1 and "BAD  What was said in" in first.out and "`agent:main:main`" in first.out, first.text

    whole = original(tmp_path / "whole")
    second = migrate(tmp_path, whole)

    assert second.code == 0 and "devices" in second.out, second.text
    assert run_openclaw("migrate", "--from", str(whole), home=tmp_path, state=tmp_path / "other").code == 0
    assert taken(tmp_path / "state") == taken(tmp_path / "other")
    third = migrate(tmp_path, whole)
    assert third.code == 0 and "nothing new" in third.out, third.text


def test_an_original_that_went_on_after_a_trial_comes_up_to_date(start: Any, tmp_path: Path, fake_chat: Any) -> None:
    source, state = original(tmp_path / "original"), tmp_path / "state"
    assert migrate(tmp_path, source).code == 0
    before = taken(state)
    say(source / FILE, "a week later")
    say(source / "agents/main/sessions/new.jsonl", "new")

    done = migrate(tmp_path, source)

    assert done.code == 0 and "1 transcripts that went on" in done.out, done.text
    after = taken(state)
    assert (after["messages"], after["transcripts"]) == (before["messages"] + 2, before["transcripts"] + 1)

    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), state=state)
    with connect(gateway.port) as client:
        assert text_of(client.history(KEY, limit=1)[0]) == "a week later"
        client.request("sessions.patch", {"key": KEY, "model": None})
        assert client.chat("[[say:here]]", KEY)["state"] == "final"
    gateway.stop()
    say(source / FILE, "two weeks later")

    both = migrate(tmp_path, source)

    assert both.code == 1 and "BAD  1 conversations went on there, and here otherwise" in both.out, both.text
    assert f"`{KEY} (" in both.out and "delete it here" in both.out
    gateway = start(port=gateway.port, state=state)
    with connect(gateway.port) as client:
        assert text_of(client.history(KEY, limit=1)[0]) == "here"
        client.request("sessions.delete", {"key": KEY})
    gateway.stop()

    again = migrate(tmp_path, source)

    assert again.code == 0, again.text
    gateway = start(port=gateway.port, state=state)
    with connect(gateway.port) as client:
        assert text_of(client.history(KEY, limit=1)[0]) == "two weeks later"


def test_what_arrives_after_the_first_start_comes_at_the_next(start: Any, state: Path) -> None:
    copied(JANUARY, state)
    later = {path: path.read_bytes() for path in sorted((state / "agents").rglob("*.json*"))[::2]}
    later[state / "cron/jobs.json"] = (state / "cron/jobs.json").read_bytes()
    for number, (path, content) in enumerate(later.items()):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(content[: len(content) // 2])
    gateway = start(gateway_config(state))
    gateway.wait_for_line("imported ")
    gateway.stop()
    for path, content in later.items():
        path.write_bytes(content)

    gateway = start(port=gateway.port)

    gateway.wait_for_line("imported ")
    gateway.stop()
    whole = original(state.parent / "whole")
    assert run_openclaw("migrate", "--from", str(whole), home=state.parent, state=state.parent / "other").code == 0
    assert taken(state) == taken(state.parent / "other")
    gateway = start(port=gateway.port)
    assert "[import]" not in gateway.output
