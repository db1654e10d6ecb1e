"""A volume that gets full or breaks: nothing that came is lost, what is there can be read, and it mends itself."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text
from fakes.delivery import RECORDING_SECONDS
from fakes.faults import Held
from harness import Device, Gateway, ModelConfig, connect, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import run_openclaw
from harness.platforms import Connect, Place, Platform, own_connector
from harness.volume import Volume, mounted

FULL = r"The volume of `.*` is full \(0 MB of 32 MB free\), so nothing new is taken in\."
FLY = {"FLY_APP_NAME": "my-app", "FLY_MACHINE_ID": "148e21ea7e8389"}


@pytest.fixture
def chat_gateway(volume: Volume, start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), env=FLY)


@pytest.fixture
def connect_bot(
    volume: Volume, platform: Platform, fake_chat: FakeOpenAIChat, start: Any, state: Path
) -> Connect:
    return own_connector(start, state, fake_chat, platform)


def is_shut(gateway: Gateway, reason: str = "volume full") -> bool:
    ready = gateway.get("/readyz")
    return ready.status == 503 and ready.json["reason"] == reason


# Full


def test_an_upgrade_that_finds_no_room_is_made_in_the_room_that_is_kept_for_that(
    chat_gateway: Gateway, volume: Volume, start: Any, state: Path
) -> None:
    with connect(chat_gateway.port) as page:
        assert page.chat("before")["state"] == "final"
    chat_gateway.stop()
    with contextlib.closing(sqlite3.connect(state / "openclaw.sqlite")) as database:
        # As the version before has left it.
        database.executescript("DROP TABLE channel_bots; DELETE FROM migrations WHERE name = 'bots'; VACUUM;")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    volume.fill()

    again = start(port=chat_gateway.port, env=FLY, ready=False)

    again.wait_for_line("listening on")
    assert is_shut(again) and again.get("/healthz").status == 200
    volume.make_room()
    eventually("the door to open", lambda: again.get("/readyz").status == 200, 30)


def test_a_full_volume_refuses_in_words_and_shows_what_is_there(chat_gateway: Gateway, volume: Volume) -> None:
    with connect(chat_gateway.port) as page:
        assert page.chat("before")["state"] == "final"
        volume.fill()

        refused = page.refusal("chat.send", {"sessionKey": "agent:main:main", "message": "x", "idempotencyKey": "k1"})

        assert f"The volume of `{volume.folder}` is full (0 MB of 32 MB free)" in refused.message
        assert "`fly volumes extend VOLUME --size GB -a my-app`" in refused.message
        assert refused.error["retryable"] is True
    assert is_shut(chat_gateway)
    assert chat_gateway.get("/healthz").status == 200, "Fly must not restart it for that"
    chat_gateway.wait_for_line(FULL)
    with connect(chat_gateway.port) as page:
        assert [m["role"] for m in page.history()] == ["user", "assistant"]
        assert page.request("sessions.list", {})["sessions"]
        status = page.request("status", {})["volume"]
        assert (status["state"], status["freeBytes"]) == ("full", 0)
        assert status["used"]["database"] > 0
        assert page.request("status", {})["volume"]["state"] == "full"
        told = chat_gateway.command("status")
        assert "Volume    0 MB of 32 MB free" in told.out and "fly volumes extend" in told.out, told.text

        volume.make_room()

        assert page.chat("after")["state"] == "final", "the door opens when somebody knocks"
    assert chat_gateway.get("/readyz").status == 200
    chat_gateway.wait_for_line("the volume has room again")
    assert chat_gateway.output.count("is full (0 MB") == 1, "it is said once"


def test_a_config_that_finds_no_room_costs_no_backup(volume: Volume, start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"env": {"vars": {"NOTE": "y" * 20_000}}}))
    names = ["openclaw.json", "openclaw.json.bak", *(f"openclaw.json.bak.{n}" for n in range(1, 5))]

    def change(page: Any, name: str) -> dict[str, Any]:
        raw = json.dumps({"ui": {"assistant": {"name": name}}})
        return {"raw": raw, "baseHash": page.request("config.get")["hash"]}

    with connect(gateway.port) as page:
        for number in range(6):
            page.request("config.patch", change(page, f"n{number}"))
        texts = [(volume.folder / name).read_text() for name in names]
        volume.fill()
        for number in range(6):
            refusal = page.refusal("config.patch", change(page, f"m{number}"))
            assert refusal.code == "UNAVAILABLE" and "No space left" in refusal.message
        assert [(volume.folder / name).read_text() for name in names] == texts
        volume.make_room()
        page.request("config.patch", change(page, "m"))
    assert [(volume.folder / name).read_text() for name in names[1:]] == texts[:-1]


def test_a_lock_file_that_found_no_room_is_written_when_there_is_some(volume: Volume, start: Any, state: Path) -> None:
    def written() -> list[int]:
        return [json.loads(text)["pid"] for lock in state.glob("gateway.*.lock") if (text := lock.read_text())]

    first = start(gateway_config(state))
    volume.fill()
    next(state.glob("gateway.*.lock")).unlink()
    time.sleep(0.3)
    assert "" not in [lock.read_text() for lock in state.glob("gateway.*.lock")], "none is better than an empty one"
    volume.make_room()
    eventually("the lock file that was removed", lambda: written() == [first.pid])
    first.stop()
    volume.fill()
    second = start(ready=False)
    second.wait_for_line("listening on ws://")
    volume.make_room()
    eventually("the lock file of a start without room", lambda: written() == [second.pid])


def test_a_workspace_that_found_no_room_gets_its_first_files_when_there_is_some(
    tmp_path: Path, start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    with mounted(tmp_path / "elsewhere") as volume:
        workspace = volume.folder / "workspace"
        volume.fill()
        defaults = {"agents": {"defaults": {"workspace": str(workspace)}}}
        gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=defaults))
        with connect(gateway.port) as page:
            assert page.chat("before")["state"] == "final"
            gateway.wait_for_line("A workspace file could not be written.*No space left on device")
            assert list(workspace.iterdir()) == [], "none is better than an empty one"

            volume.make_room()

            assert page.chat("after")["state"] == "final"
        assert {path.name for path in workspace.iterdir() if path.read_text()} == {
            "AGENTS.md",
            "SOUL.md",
            "TOOLS.md",
            "IDENTITY.md",
            "USER.md",
        }


def fills_after_an_answer(gateway: Gateway, platform: Platform, person: Any, place: Place, volume: Volume) -> None:
    """One message is answered, then the volume is full."""
    platform.ask(person, place)
    platform.wait_until_answered()
    volume.fill()
    eventually("the door to be shut", lambda: is_shut(gateway))


def test_messages_of_a_platform_wait_there_and_are_answered_once(
    connect_bot: Connect, platform: Platform, volume: Volume
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    fills_after_an_answer(gateway, platform, ann, place, volume)

    for _ in range(3):
        platform.ask(ann, place)
    eventually("the gateway to have been told", lambda: "nothing new is taken in" in gateway.output)
    time.sleep(1)
    assert len(platform.answers(place)) == 1, "nothing is answered while nothing can be kept"
    volume.make_room()

    platform.wait_until_answered(40)
    assert gateway.get("/readyz").status == 200


@pytest.mark.parametrize("said_before", ["nothing", "a question"])
def test_what_runs_is_stopped_although_nothing_can_be_kept(
    connect_bot: Connect, platform: Platform, volume: Volume, fake_chat: FakeOpenAIChat, said_before: str
) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    go = threading.Event()
    fake_chat.script.append(Hold(go, Text("Late.")))
    platform.says(ann, place, "Begin.")
    fake_chat.wait_for_request()
    volume.fill()
    eventually("the door to be shut", lambda: is_shut(gateway))
    if said_before == "a question":
        platform.says(ann, place, "Why so slow? [[say:So it is.]]")

    platform.says(ann, place, "/stop")

    with connect(gateway.port) as page:
        eventually("the run to end", lambda: not page.request("chat.history", {"sessionKey": "agent:main:main"}).get("inFlightRun"))
    go.set()
    volume.make_room()
    platform.ask(ann, place)
    platform.wait_until_answered(40)
    assert not any("Late." in answer for answer in platform.answers(place))


def test_a_stranger_who_writes_while_it_is_full_is_invited_when_there_is_room(
    connect_bot: Connect, platform: Platform, volume: Volume
) -> None:
    gateway = connect_bot(dmPolicy="pairing", allowFrom=[])
    ann = platform.person("Ann")
    place = platform.direct(ann)
    volume.fill()
    platform.says(ann, place, "Hello?")
    gateway.wait_for_line(FULL)
    volume.make_room()

    [invitation] = platform.wait_for_answers(place, timeout=40)

    assert "Pairing code:" in invitation


def test_a_kill_while_it_is_full_loses_nothing(connect_bot: Connect, platform: Platform, volume: Volume) -> None:
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    fills_after_an_answer(gateway, platform, ann, place, volume)
    platform.ask(ann, place)
    time.sleep(1)

    platform.kills(gateway)
    second = connect_bot(again=gateway, waits=False, ready=False)
    eventually("it to be alive", lambda: alive(second), 10)
    eventually("it to be shut", lambda: is_shut(second))
    assert len(platform.answers(place)) == 1
    volume.make_room()

    platform.wait_until_answered(40)


def test_an_answer_that_is_on_its_way_when_it_gets_full_is_written_down(
    connect_bot: Connect, platform: Platform, volume: Volume
) -> None:
    """Telegram cannot be asked what it has: what is not written down by the time of a kill is sent twice."""
    gateway = connect_bot()
    ann = platform.person("Ann")
    place = platform.direct(ann)
    platform.ask(ann, place)
    platform.wait_until_answered()
    arrives = threading.Event()
    platform.fake.fail(platform.post, Held(arrives))
    platform.ask(ann, place)
    platform.wait_for_answers(place, 2)
    volume.fill()
    arrives.set()
    platform.wait_until_told(gateway, 2)
    time.sleep(RECORDING_SECONDS + 0.2)

    platform.kills(gateway)
    second = connect_bot(again=gateway, waits=False, ready=False)
    eventually("it to be alive", lambda: alive(second), 10)
    eventually("it to be shut", lambda: is_shut(second))
    time.sleep(1)
    volume.make_room()
    platform.ask(ann, place)

    platform.wait_until_answered(40)
    assert len(platform.answers(place)) == 3


def alive(gateway: Gateway) -> bool:
    try:
        return gateway.get("/healthz").status == 200
    except OSError:
        return False


def test_a_turn_whose_answer_had_no_room_is_answered_later(
    chat_gateway: Gateway, volume: Volume, fake_chat: FakeOpenAIChat
) -> None:
    answers = threading.Event()
    fake_chat.script += [Hold(answers), Text("Here I am.")]
    with connect(chat_gateway.port) as page:
        page.send_chat("are you there?")
        fake_chat.wait_for_request()
        volume.fill()
        answers.set()
        eventually("the door to be shut", lambda: is_shut(chat_gateway))
        volume.make_room()
        answer = eventually("an answer", lambda: [m for m in page.history() if m["role"] == "assistant"], 20)
    assert len(answer) == 1


# Getting full


def test_a_volume_that_gets_full_is_warned_of_and_tidied_up(
    volume: Volume, start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    (state / "logs").mkdir()
    (state / "logs/openclaw-2020-01-01.log").write_bytes(bytes(4 << 20))
    media = state / "workspace/media/inbound"
    media.mkdir(parents=True)
    old, new = media / "1-old.png", media / "2-new.png"
    for path in (old, new):
        path.write_bytes(bytes(1 << 20))
    os.utime(old, (time.time() - 8 * 86_400,) * 2)
    volume.fill(leaving=3 << 20)

    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), env=FLY)

    gateway.wait_for_line(r"is nearly full \(\d MB of 32 MB free\)\. .*`fly volumes extend VOLUME .*used=.*media 2 MB")
    gateway.wait_for_line("removed to make room what=received files count=1")
    assert not (state / "logs/openclaw-2020-01-01.log").exists() and not old.exists()
    assert new.exists(), "nobody takes away what was sent this week"
    assert gateway.get("/readyz").status == 200
    with connect(gateway.port) as page:
        assert page.chat("hi")["state"] == "final"
        assert page.request("status", {})["volume"]["state"] in ("low", "ok")
    found = gateway.command("doctor", env=FLY)
    assert "nearly full" in found.out and "fly volumes extend" in found.out, found.text


# Broken


def test_a_volume_that_breaks_down_is_read_on(
    tmp_path: Path, state: Path, start: Any, fake_chat: FakeOpenAIChat
) -> None:
    with mounted(state, image=tmp_path / "volume.ext4") as volume:
        gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), env=FLY)
        with connect(gateway.port) as page:
            assert page.chat("before")["state"] == "final"
            volume.break_down()

            params = {"sessionKey": "agent:main:main", "message": "x", "idempotencyKey": "k1"}
            refused = page.refusal("chat.send", params)

            assert "is mounted read-only" in refused.message
            assert "`fly machine restart 148e21ea7e8389 -a my-app`" in refused.message
            assert [m["role"] for m in page.history()] == ["user", "assistant"]
        assert is_shut(gateway, "volume read-only")
        assert gateway.get("/healthz").status == 200
        assert gateway.running
        gateway.discard()


# Read-only from the start


@pytest.fixture
def disk(tmp_path: Path, state: Path) -> Iterator[Volume]:
    with mounted(state, image=tmp_path / "volume.ext4") as volume:
        yield volume


def test_a_start_on_a_volume_that_can_only_be_read_shows_what_is_there(
    disk: Volume, start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    first = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]), env=FLY)
    with connect(first.port) as page:
        assert page.chat("before")["state"] == "final"
    first.kill()  # what was said is in the database's log, which was not moved
    disk.remount("ro")
    before = contents(state)

    gateway = start(port=first.port, env=FLY, ready=False)

    gateway.wait_for_line(r"The volume of `.*` is mounted read-only, so nothing new is taken in\. .*`fly machine restart")
    gateway.wait_for_line("listening on")
    eventually("it to say so", lambda: is_shut(gateway, "volume read-only"))
    assert gateway.get("/healthz").status == 200, "Fly must not restart it for that"
    with connect(gateway.port, device=Device()) as page:
        assert [m["role"] for m in page.history()] == ["user", "assistant"]
        refused = page.refusal("chat.send", {"sessionKey": "agent:main:main", "message": "x", "idempotencyKey": "k1"})
        assert "is mounted read-only" in refused.message
        patched = page.refusal("sessions.patch", {"key": "main", "label": "Mine"})
        assert f"The disk that holds `{state}/openclaw.sqlite` can only be read" in patched.message
        assert page.request("status", {})["volume"]["state"] == "read-only"
    found = run_openclaw("health", home=gateway.home, state=state)
    assert found.code == 0, "commands find the port that only the command line names: " + found.text
    told = gateway.command("doctor", env=FLY)
    assert told.code == 1 and told.out.count("read-only") == 1 and "chown" not in told.out, told.text
    assert contents(state) == before
    assert not list(Path("/tmp").glob("openclaw-copy.*")), "nothing of what was said is left there"

    disk.remount("rw")

    gateway.wait_for_line("restarting, now that the volume can be written", 15)
    eventually("it to be ready", lambda: gateway.get("/readyz").status == 200, 10)
    with connect(gateway.port) as page:
        assert page.chat("after")["state"] == "final"
        assert len(page.history()) == 4
    second = run_openclaw("gateway", "--port", "1", home=gateway.home, state=state)
    assert "gateway already running" in second.text, "it holds the lock by now"


def test_a_config_that_can_only_be_read_is_told_as_that(disk: Volume, tmp_path: Path, state: Path) -> None:
    (state / "openclaw.json").write_text("{}")
    disk.remount("ro")
    done = run_openclaw("config", "set", "logging.level", "info", home=tmp_path, state=state)
    assert done.code == 1 and "Read-only file system" in done.err, done.text


def test_a_first_config_that_finds_no_room_is_told_and_nothing_is_left(
    disk: Volume, tmp_path: Path, state: Path
) -> None:
    disk.fill()
    done = run_openclaw("setup", home=tmp_path, state=state)
    assert done.code == 1 and "No space left on device" in done.err, done.text
    assert not (state / "openclaw.json").exists()


def test_an_empty_volume_that_can_only_be_read_is_told_on_the_page(
    disk: Volume, start: Any, state: Path
) -> None:
    disk.remount("ro")
    gateway = start(env={**FLY, "OPENCLAW_GATEWAY_TOKEN": TOKEN}, args=["--allow-unconfigured"], ready=False)
    gateway.wait_for_line("listening on")
    assert is_shut(gateway, "volume read-only")
    with connect(gateway.port) as page:
        assert page.history() == []


def test_a_login_is_let_in_while_nothing_can_be_kept(chat_gateway: Gateway, volume: Volume) -> None:
    """The page has a device, and every visit of it would be written down."""
    known = Device()
    with connect(chat_gateway.port, device=known) as page:
        assert page.chat("before")["state"] == "final"
    volume.fill()
    for device in (known, Device()):
        with connect(chat_gateway.port, device=device) as page:
            assert len(page.history()) == 2
    volume.make_room()
    with connect(chat_gateway.port, device=known) as page:
        assert page.chat("after")["state"] == "final"


def test_a_state_directory_that_cannot_be_made_is_told_with_what_mends_it(
    tmp_path: Path, state: Path, disk: Volume
) -> None:
    disk.remount("ro")
    done = run_openclaw("gateway", "--allow-unconfigured", home=tmp_path, state=state / "inner", env=FLY)
    assert done.code == 1
    assert "Read-only file system" in done.err and "`fly machine restart 148e21ea7e8389 -a my-app`" in done.err


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
