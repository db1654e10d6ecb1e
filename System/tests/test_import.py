"""State directories of earlier releases open as they are: read once, the originals kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from harness import Client, Gateway, ModelConfig, connect, connect_params, eventually, gateway_config, stores
from harness.gateway import copied
from harness.golden import FOLDER, Frame
from harness.volume import Volume
from harness.websocket import text, upgrade
from tests.test_chat import text_of
from tests.test_start import listens

JANUARY = FOLDER / "v3/state"


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def january(start: Any, state: Path) -> Gateway:
    copied(JANUARY, state)
    return start(gateway_config(state))


@pytest.fixture
def september(start: Any, state: Path) -> Gateway:
    state.mkdir()
    stores.build(state)
    return start(gateway_config(state))


def sessions(gateway: Gateway) -> dict[str, Frame]:
    with connect(gateway.port) as client:
        return {row["key"]: row for row in client.request("sessions.list", {"limit": 500})["sessions"]}


def test_sessions_are_read_where_the_config_keeps_them(start: Any, state: Path) -> None:
    copied(JANUARY, state)
    elsewhere = state.parent / "elsewhere"
    (state / "agents/main/sessions").rename(elsewhere)
    recorded = json.loads((elsewhere / "sessions.json").read_text())
    gateway = start(gateway_config(state, more={"session": {"store": str(elsewhere / "sessions.json")}}))
    assert set(recorded) <= set(sessions(gateway))
    with connect(gateway.port) as client:
        assert client.history("agent:main:main", limit=1)


def transcript(path: Path) -> list[Frame]:
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    return [entry["message"] for entry in entries if "message" in entry]


# January's files


def test_every_session_of_january_is_listed_under_its_key_and_id(january: Gateway) -> None:
    recorded = json.loads((JANUARY / "agents/main/sessions/sessions.json").read_text())
    listed = sessions(january)
    for key, entry in recorded.items():
        assert key in listed, f"expected {key}"
        assert listed[key]["sessionId"] == entry["sessionId"]


def test_every_message_of_january_is_in_the_history(january: Gateway) -> None:
    recorded = json.loads((JANUARY / "agents/main/sessions/sessions.json").read_text())
    with connect(january.port) as client:
        for key, entry in recorded.items():
            path = JANUARY / f"agents/main/sessions/{entry['sessionId']}.jsonl"
            if not path.exists():
                continue
            wanted = transcript(path)
            found = client.history(key, limit=1000)
            assert [m["role"] for m in found] == [m["role"] for m in wanted], key
            # Today's clients find the reason of a failed answer where its words would be.
            assistant = [text_of(m) or m.get("errorMessage", "") for m in wanted if m["role"] == "assistant"]
            assert [text_of(m) for m in found if m["role"] == "assistant"] == assistant, key


def test_the_devices_of_january_are_paired(january: Gateway) -> None:
    recorded = json.loads((JANUARY / "devices/paired.json").read_text())
    with connect(january.port) as client:
        paired = {entry["deviceId"]: entry for entry in client.request("device.pair.list")["paired"]}
    assert set(recorded) <= set(paired)


def test_the_jobs_of_january_are_listed(january: Gateway) -> None:
    recorded = {job["id"] for job in json.loads((JANUARY / "cron/jobs.json").read_text())["jobs"]}
    with connect(january.port) as client:
        if "cron.list" not in client.hello["features"]["methods"]:
            pytest.skip("no cron yet")
        jobs = {job["id"] for job in client.request("cron.list", {"includeDisabled": True})["jobs"]}
    assert recorded <= jobs


def test_the_originals_of_january_are_kept(january: Gateway) -> None:
    before, after = digests(JANUARY), digests(january.state)
    changed = [name for name in before if name != "openclaw.json" and after.get(name) != before[name]]
    assert changed == []


def test_january_is_imported_once(start: Any, january: Gateway) -> None:
    before = sessions(january)
    with connect(january.port) as client:
        client.request("sessions.delete", {"key": "agent:main:sidequest"})
    january.stop()
    again = start(port=january.port)
    after = sessions(again)
    assert set(before) - set(after) == {"agent:main:sidequest"}, "what was deleted does not come back"


def test_the_configuration_of_january_is_read_as_it_is(start: Any, state: Path) -> None:
    copied(JANUARY, state)
    path = state / "openclaw.json"
    # It names places of the machine that it was written on.
    path.write_text(path.read_text().replace('"/data/', f'"{state}/'))
    before = path.read_text()
    gateway = start(args=["--bind", "loopback"], env={"OPENCLAW_GATEWAY_TOKEN": "a-token-for-this-test"})
    assert path.read_text() == before and (state / "gateway.log").exists()
    connect(gateway.port, auth={"token": "a-token-for-this-test"}).close()


def test_a_broken_file_is_told_once_and_comes_when_it_is_mended(start: Any, state: Path) -> None:
    copied(JANUARY, state)
    paired = state / "devices/paired.json"
    whole = paired.read_text()
    paired.write_text(whole[:40])
    gateway = start(gateway_config(state))
    gateway.wait_for_line(r"not imported: `.*/devices/paired\.json` was left out, it is not JSON")
    assert sessions(gateway)

    gateway.stop()
    gateway = start(port=gateway.port)
    assert "not imported" not in gateway.output

    gateway.stop()
    paired.write_text(whole)
    gateway = start(port=gateway.port)
    gateway.wait_for_line(f"imported {len(json.loads(whole))} devices")
    with connect(gateway.port) as client:
        assert set(json.loads(whole)) <= {e["deviceId"] for e in client.request("device.pair.list")["paired"]}


def test_januarys_workspace_in_the_home_directory_is_told(start: Any, state: Path) -> None:
    copied(JANUARY, state)
    memory = state.parent / "home/clawd/MEMORY.md"
    memory.parent.mkdir(parents=True)
    memory.write_text("The boat is blue.")
    config = gateway_config(state)
    config["agents"]["defaults"].pop("workspace", None)
    gateway = start(config)

    gateway.wait_for_line(r"home/clawd`, an agent's workspace of an early version, is not used")
    looked = gateway.command("doctor")
    fix = f"openclaw config set 'agents.defaults.workspace' '{memory.parent}'"
    assert fix in looked.out and fix in gateway.output, looked.text
    assert gateway.command("config", "set", "agents.defaults.workspace", str(memory.parent)).code == 0
    assert "early version" not in gateway.command("doctor").out


# Today's stores


def table(name: str) -> list[Frame]:
    for store in ("agent", "state"):
        tables = stores.rows()[store]["tables"]
        if name in tables:
            names = [column["name"] for column in tables[name]["columns"]]
            return [dict(zip(names, row, strict=True)) for row in tables[name]["rows"]]
    raise KeyError(name)


def test_every_session_of_september_is_listed_under_its_key_and_id(september: Gateway) -> None:
    listed = sessions(september)
    for node in table("session_nodes"):
        assert node["session_key"] in listed, f"expected {node['session_key']}"
        assert listed[node["session_key"]]["sessionId"] == node["current_session_id"]


def test_the_messages_of_september_are_in_the_history(september: Gateway) -> None:
    current = {node["current_session_id"]: node["session_key"] for node in table("session_nodes")}
    wanted: dict[str, list[Frame]] = {}
    for row in sorted(table("transcript_events"), key=lambda r: r["seq"]):
        event = json.loads(row["event_json"]) if row["event_json"] else {}
        if "message" in event and row["session_id"] in current:
            wanted.setdefault(current[row["session_id"]], []).append(event["message"])
    assert wanted
    with connect(september.port) as client:
        for key, messages in wanted.items():
            found = [text_of(m) for m in client.history(key, limit=1000) if m["role"] == "assistant"]
            expected = [text_of(m) for m in messages if m["role"] == "assistant"]
            assert found == expected, key


def test_the_devices_of_september_are_paired(september: Gateway) -> None:
    recorded = {row["device_id"] for row in table("device_pairing_paired")}
    with connect(september.port) as client:
        paired = {entry["deviceId"] for entry in client.request("device.pair.list")["paired"]}
    assert recorded <= paired


def test_the_originals_of_september_are_kept(september: Gateway, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    stores.build(fresh)
    before, after = digests(fresh), digests(september.state)
    assert [name for name in before if after.get(name) != before[name]] == []


def test_a_session_goes_on_where_it_was(start: Any, state: Path, fake_chat: Any) -> None:
    copied(JANUARY, state)
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        before = history_length(client)
        client.request("sessions.patch", {"key": "agent:main:sidequest", "model": None})
        assert client.chat("[[say:carrying on]]", "agent:main:sidequest")["state"] == "final"
        assert history_length(client) == before + 2


def lines(count: int, text: str) -> str:
    """A transcript of messages that a person wrote."""
    events = [
        {"type": "message", "id": str(number), "message": {"role": "user", "content": text, "timestamp": 5}}
        for number in range(count)
    ]
    return "".join(json.dumps(event) + "\n" for event in events)


def conversations(state: Path, count: int, text: str) -> None:
    """Ten sessions of so many messages each."""
    folder = state / "agents/main/sessions"
    folder.mkdir(parents=True)
    for number in range(10):
        (folder / f"s{number}.jsonl").write_text(lines(count, text))
    entries = {f"agent:main:s{number}": {"sessionId": f"s{number}"} for number in range(10)}
    (folder / "sessions.json").write_text(json.dumps(entries))


def test_a_restart_while_it_is_imported_goes_on_with_that(start: Any, state: Path) -> None:
    conversations(state, 3_000, "word")
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}), ready=False)
    eventually("it to listen", lambda: listens("127.0.0.1", gateway.port))

    gateway.signal(signal.SIGUSR1)

    gateway.wait_for_line("received SIGUSR1; restarting")
    assert "imported" not in gateway.output, "it was cut short"
    gateway.wait_for_line("imported .*10 sessions", 60)
    eventually("it to be ready", lambda: gateway.get("/readyz").status == 200)
    assert len(sessions(gateway)) == 10


def test_an_import_that_does_not_fit_waits_for_room(volume: Volume, start: Any, state: Path) -> None:
    conversations(state, 1_000, "word " * 200)
    volume.fill(leaving=8 << 20)

    gateway = start(gateway_config(state), ready=False)

    gateway.wait_for_line("not imported as a whole", 60)
    gateway.wait_for_line("listening on")
    assert gateway.get("/healthz").status == 200, "Fly must not restart it for that"
    ready = gateway.get("/readyz")
    assert ready.status == 503 and ready.json["reason"] == "volume full"
    with connect(gateway.port) as client:
        refused = client.refusal(
            "chat.send", {"sessionKey": "agent:main:main", "message": "x", "idempotencyKey": "k1"}
        )
        assert "no room for what is to be imported" in refused.message
    time.sleep(6)
    assert gateway.output.count("not imported as a whole") == 1, "it is not tried again without more room"

    volume.make_room()

    gateway.wait_for_line("restarting to go on, now that the volume has more room", 20)
    gateway.wait_for_line("imported .*10 sessions", 60)
    eventually("it to be ready", lambda: gateway.get("/readyz").status == 200)
    assert len(sessions(gateway)) == 10


def test_strangers_are_not_heard_before_it_is_imported(start: Any, state: Path) -> None:
    conversations(state, 8_000, "word " * 20)
    gateway = start(gateway_config(state), ready=False)
    eventually("it to listen", lambda: listens("127.0.0.1", gateway.port))
    before = gateway.memory()["private"]
    login = {"type": "req", "id": "1", "method": "connect", "params": {**connect_params(4), "auth": {"token": "no"}}}
    words = upgrade() + text(json.dumps(login)) + 8 * text(b"x" * 65_500)
    with contextlib.ExitStack() as strangers:
        left = {}
        for _ in range(240):
            stranger = strangers.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            stranger.setblocking(False)
            left[stranger] = words
        until = time.monotonic() + 1
        while time.monotonic() < until:
            for stranger, rest in left.items():
                with contextlib.suppress(BlockingIOError):
                    left[stranger] = rest[stranger.send(rest) :] if rest else b""
        assert "listening on" not in gateway.output, "there was not enough to import"
        assert gateway.memory()["private"] - before < 24 << 10


def history_length(client: Client) -> int:
    return len(client.history("agent:main:sidequest", limit=1000))


def test_what_september_decided_about_commands_is_a_file_again(september: Gateway) -> None:
    [row] = table("exec_approvals_config")
    file = september.state / "exec-approvals.json"
    assert file.read_text() == row["raw_json"] and file.stat().st_mode & 0o777 == 0o600
    shown = september.command("approvals", "get", "--json")
    assert shown.code == 0 and json.loads(row["raw_json"])["socket"]["token"] not in shown.out
