"""A backup is put back: beside what a crash has left, and under a gateway that runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Client, Gateway, ModelConfig, connect, gateway_config
from tests.test_chat import text_of

BIG = "lorem ipsum " * 15_000


@pytest.fixture
def chat_gateway(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))


@pytest.fixture
def backup(start: Any, tmp_path: Path, chat_gateway: Gateway) -> Path:
    """Of the stopped gateway, by the command of the docs; then the gateway runs again."""
    with connect(chat_gateway.port) as client:
        client.chat("before")
    chat_gateway.stop()
    path = tmp_path / "backup.tar.gz"
    subprocess.run(["tar", "-C", chat_gateway.state, "-czf", path, "--exclude=./logs", "."], check=True)
    return path


def unpack(backup: Path, state: Path) -> None:
    subprocess.run(["tar", "-C", state, "-xzf", backup], check=True)


def remember_much(client: Client) -> None:
    """More than the log holds before it begins anew."""
    client.chat("after")
    for number in range(40):
        client.request("chat.inject", {"sessionKey": "agent:main:main", "message": f"{number} {BIG}"})


def said(client: Client) -> list[str]:
    return [text_of(message) for message in client.history(limit=5) if message["role"] == "user"]


def test_a_backup_can_be_unpacked_beside_what_a_crash_has_left(start: Any, state: Path, backup: Path) -> None:
    gateway: Gateway = start()
    with connect(gateway.port) as client:
        remember_much(client)
    gateway.kill()
    log = (state / "openclaw.sqlite-wal").read_bytes()
    unpack(backup, state)

    again: Gateway = start()

    told = again.wait_for_line(r"`.*openclaw\.sqlite-wal` was written for another file .* was moved to `(.*?)`")
    assert Path(told[1]).read_bytes() == log
    with connect(again.port) as client:
        assert said(client) == ["before"]
        assert client.chat("once more")["state"] == "final"
    again.stop()
    done = subprocess.run(["sqlite3", state / "openclaw.sqlite", "PRAGMA integrity_check"], capture_output=True, text=True)
    assert done.stdout == "ok\n"


@pytest.mark.parametrize("how", ["unpacked", "removed"])
def test_a_database_that_is_replaced_under_a_running_gateway_takes_nothing_more(
    how: str, start: Any, state: Path, backup: Path
) -> None:
    gateway: Gateway = start()
    with connect(gateway.port) as client:
        assert client.chat("after")["state"] == "final"
        if how == "removed":
            for path in state.glob("openclaw.sqlite*"):
                path.unlink()
        else:
            unpack(backup, state)

        refused = client.refusal("chat.send", {"sessionKey": "agent:main:main", "message": "x", "idempotencyKey": "k"})

        told = f"The database in `{state}` was removed or replaced while the gateway ran"
        assert told in refused.message and "Restart the gateway" in refused.message
        assert "removed or replaced" in client.refusal("sessions.reset", {"key": "agent:main:main"}).message
    ready = gateway.get("/readyz")
    assert (ready.status, ready.json["reason"]) == (503, "database replaced")
    assert gateway.get("/healthz").status == 200
    gateway.wait_for_line(told)
    assert told in gateway.command("status").out
    doctor = gateway.command("doctor")
    assert doctor.code == 1 and f"BAD  {told}" in doctor.out

    stopped = gateway.command("gateway", "stop")
    assert stopped.code == 0, stopped.text
    assert gateway.wait_for_exit() == 0
    again: Gateway = start()
    with connect(again.port) as client:
        assert said(client) == ([] if how == "removed" else ["before"])
        assert client.chat("once more")["state"] == "final"


def test_a_log_that_is_removed_under_a_running_gateway_costs_nothing(chat_gateway: Gateway, start: Any, state: Path) -> None:
    with connect(chat_gateway.port) as client:
        assert client.chat("before")["state"] == "final"
        (state / "openclaw.sqlite-wal").unlink()
        assert client.chat("after")["state"] == "final"
    chat_gateway.wait_for_line(r"`.*openclaw\.sqlite-wal` was removed or replaced while the gateway ran; what it held was saved")
    assert chat_gateway.get("/readyz").status == 200
    chat_gateway.kill()
    again: Gateway = start()
    with connect(again.port) as client:
        assert said(client) == ["before", "after"]
