"""What must not end a gateway that runs: a config with which none would start, a secret that is gone, signals in a restart."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, Refused, connect, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import free_port, run_openclaw
from harness.volume import mounted, mounted_file

WITHOUT_START = {
    "a password that is missing": ({"auth": {"mode": "password"}}, "no password is configured"),
    "a token that is taken away": ({"auth": {"token": None}}, "the secret that clients have to give is gone"),
    "a network without a secret": ({"auth": None, "bind": "lan"}, "Refusing to listen beyond this machine"),
    "no address to bind": ({"bind": "custom"}, "set `gateway.customBindHost`"),
    "a foreign address": ({"bind": "custom", "customBindHost": "203.0.113.9"}, "has no address `203.0.113.9`"),
    "a port in use": ({"port": "USED"}, "is already in use"),
    "another mode": ({"mode": "remote"}, "set gateway.mode=local"),
}


@pytest.fixture
def used_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def config_of(state: Path, **more: Any) -> dict[str, Any]:
    """One that may be restarted, and notices changes soon."""
    gateway = {"auth": {"token": TOKEN}, "reload": {"debounceMs": 50}}
    return gateway_config(state, more={"gateway": gateway, "commands": {"restart": True}, **more})


def without_mode(config: dict[str, Any]) -> dict[str, Any]:
    """Clients log in with the token because there is one, not because the file says so."""
    config["gateway"]["auth"] = {"token": TOKEN}
    return config


def last_good(gateway: Gateway) -> Any:
    return json.loads((gateway.state / "openclaw.last-good.json").read_text())


@pytest.mark.parametrize("name", WITHOUT_START)
def test_a_change_with_which_no_gateway_starts_is_not_taken_up(
    start: Any, state: Path, used_port: int, name: str
) -> None:
    change, words = WITHOUT_START[name]
    change = {key: used_port if value == "USED" else value for key, value in change.items()}
    config = without_mode(config_of(state))
    port = config["gateway"]["port"] = free_port()
    gateway = start(config, port=port, pass_port=False)

    with connect(port) as client:
        base = client.request("config.get")["hash"]
        with pytest.raises(Refused, match=words):
            client.request("config.patch", {"raw": json.dumps({"gateway": change}), "baseHash": base})
        assert gateway.config == config

        said = len(gateway.lines)
        changed = json.loads(json.dumps(config))
        for key, value in change.items():
            if value is None:
                del changed["gateway"][key]
            elif isinstance(value, dict):
                changed["gateway"][key] = {k: v for k, v in {**changed["gateway"][key], **value}.items() if v is not None}
            else:
                changed["gateway"][key] = value
        gateway.write_config(changed)
        gateway.wait_for_line("the running config stays", after=said)
        gateway.wait_for_line(words, after=said)
        assert client.request("health")["ok"] is True
    assert last_good(gateway) == config
    gateway.signal(signal.SIGUSR1)
    gateway.wait_for_line("goes on with the one before", after=said)
    gateway.wait_until_ready()
    connect(port).close()
    assert last_good(gateway) == config


def test_a_start_that_fails_after_all_goes_back_to_what_ran(start: Any, state: Path) -> None:
    config = config_of(state)
    gateway = start(config)
    # The gateway's own port is not tried before the restart, and all addresses include this one.
    with socket.create_server(("127.0.0.2", gateway.port)):
        gateway.write_config({**config, "gateway": {**config["gateway"], "bind": "lan"}})
        gateway.wait_for_line("goes on with the one before: .*already in use")
        gateway.wait_until_ready()
        with connect(gateway.port) as client:
            assert client.request("config.get")["runtimeConfig"]["gateway"].get("bind") != "lan"
        assert last_good(gateway) == config
    said = len(gateway.lines)
    gateway.signal(signal.SIGUSR1)
    gateway.wait_for_line(r"listening on ws://0\.0\.0\.0", after=said)
    eventually("the new config to be the good one", lambda: last_good(gateway)["gateway"]["bind"] == "lan")


def test_what_waits_for_a_restart_can_be_taken_back_by_it(start: Any, state: Path) -> None:
    config = config_of(state)
    config["gateway"]["reload"]["mode"] = "hot"
    gateway = start(config)
    with socket.create_server(("127.0.0.2", gateway.port)):
        gateway.write_config({**config, "gateway": {**config["gateway"], "bind": "lan"}})
        gateway.wait_for_line(r"restart the gateway to apply \(gateway\.bind\)")
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("goes on with the one before: .*already in use")
        gateway.wait_until_ready()
        assert last_good(gateway) == config


def test_what_took_effect_while_something_waits_for_a_restart_is_not_taken_back(start: Any, state: Path) -> None:
    config = config_of(state, ui={"assistant": {"name": "One"}})
    config["gateway"]["reload"]["mode"] = "hot"
    gateway = start(config)
    with socket.create_server(("127.0.0.2", gateway.port)):
        waiting = {**config, "gateway": {**config["gateway"], "bind": "lan"}}
        gateway.write_config(waiting)
        gateway.wait_for_line(r"restart the gateway to apply \(gateway\.bind\)")
        gateway.write_config({**waiting, "ui": {"assistant": {"name": "Two"}}})
        gateway.wait_for_line(r"config hot reload applied \(ui\.assistant\.name\)")
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("goes on with the one before: .*already in use")
        gateway.wait_until_ready()
        with connect(gateway.port) as client:
            assert client.request("agent.identity.get")["name"] == "Two"


def test_what_an_env_file_changed_at_once_is_not_taken_back_by_a_restart_that_failed(start: Any, state: Path) -> None:
    port, other = free_port(), free_port()
    config = config_of(state, ui={"assistant": {"name": "${NAME}"}})
    config["gateway"] |= {"reload": {"mode": "hot", "debounceMs": 50}, "port": port}
    state.mkdir()
    (state / ".env").write_text("NAME=One\n")
    gateway = start(config, port=port, pass_port=False)
    (state / ".env").write_text("NAME=Two\n")
    gateway.wait_for_line(r"config hot reload applied \(ui\.assistant\.name\)")
    gateway.write_config({**config, "gateway": {**config["gateway"], "port": other}})
    gateway.wait_for_line(r"restart the gateway to apply \(gateway\.port, env\.NAME\)")
    with socket.create_server(("127.0.0.1", other)):
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("goes on with the one before: .*already in use")
        gateway.wait_until_ready()
        with connect(gateway.port) as client:
            assert client.request("agent.identity.get")["name"] == "Two"
        assert last_good(gateway) == config


LOST: dict[str, Callable[[Path], Any]] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_text(""),
    "misquoted": lambda file: file.write_text(f'A="1\nOPENCLAW_GATEWAY_TOKEN={TOKEN}\nB="2"\n'),
}


@pytest.mark.parametrize("bind", ["loopback", "lan"])
@pytest.mark.parametrize("how", LOST)
def test_a_secret_that_is_gone_for_a_moment_opens_nothing_and_ends_nothing(
    start: Any, state: Path, bind: str, how: str
) -> None:
    settings = {"gateway": {"bind": bind, "reload": {"debounceMs": 50}}, "commands": {"restart": True}}
    config = gateway_config(state, token=None, more=settings)
    file = state / ".env"
    state.mkdir(exist_ok=True)
    file.write_text(f"OPENCLAW_GATEWAY_TOKEN={TOKEN}\n")
    gateway = start(config)
    gateway.wait_for_line("listening on")

    said = len(gateway.lines)
    LOST[how](file)
    told, goes_on = (
        ("the running config stays", "goes on with the one before")
        if how == "misquoted"
        else ("what it said stays in use", "listening on")
    )
    gateway.wait_for_line(told, after=said)
    gateway.signal(signal.SIGUSR1)
    gateway.wait_for_line(goes_on, after=said)
    gateway.wait_until_ready()
    with pytest.raises(AssertionError):
        connect(gateway.port, auth=None)
    connect(gateway.port).close()

    file.write_text("OPENCLAW_GATEWAY_TOKEN=another-token-0123456789\n")
    gateway.wait_for_line(r"requires gateway restart \(env.OPENCLAW_GATEWAY_TOKEN\)", after=said)
    eventually(
        "the new token to be accepted",
        lambda: connect(gateway.port, auth={"token": "another-token-0123456789"}).close() is None,
        8,
    )


def test_no_signal_that_comes_in_a_restart_ends_the_gateway(start: Any, state: Path) -> None:
    gateway = start(config_of(state))
    for number in range(60):
        gateway.signal(signal.SIGUSR1 if number % 20 == 0 else signal.SIGHUP)
        time.sleep(0.01)
    gateway.wait_until_ready()
    assert gateway.running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_comes_in_a_restart_stops(start: Any, state: Path, number: int) -> None:
    gateway = start(config_of(state))
    gateway.signal(signal.SIGUSR1)
    gateway.wait_for_line("received SIGUSR1")
    gateway.signal(number)
    assert gateway.wait_for_exit() == 0
    gateway.wait_for_line("shutting down")


def test_a_restart_leaves_no_log_file_open(start: Any, state: Path) -> None:
    gateway = start(config_of(state))

    def open_logs() -> int:
        folder = Path(f"/proc/{gateway.pid}/fd")
        return sum(os.readlink(link).startswith(str(state / "logs")) for link in folder.iterdir() if link.is_symlink())

    for _ in range(3):
        said = len(gateway.lines)
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("log file: ", after=said)
    eventually("one log file to be open", lambda: open_logs() == 1)


def test_a_restart_leaves_no_connection_to_a_vendor_open(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    settings = {"commands": {"restart": True}}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=settings))
    counts = []
    for _ in range(4):
        with connect(gateway.port) as client:
            client.chat("Hello")
        said = len(gateway.lines)
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("log file: ", after=said)
        gateway.wait_until_ready()
        counts.append(gateway.descriptors())
    eventually("no more descriptors than after the first restart", lambda: gateway.descriptors() <= counts[0] + 1)
    assert not [line for line in gateway.lines if "could not be read" in line]


def test_switched_off_a_change_waits_until_it_is_asked_for(start: Any, state: Path) -> None:
    config = config_of(state)
    config["gateway"]["reload"]["mode"] = "off"
    gateway = start(config)

    def running(client: Any) -> int:
        found: int = client.request("config.get")["runtimeConfig"]["agents"]["defaults"]["maxConcurrent"]
        return found

    with connect(gateway.port) as client:
        before = running(client)
        config["agents"]["defaults"]["maxConcurrent"] = before + 1
        gateway.write_config(config)
        gateway.wait_for_line("config reload disabled")
        assert running(client) == before
        gateway.signal(signal.SIGHUP)
        gateway.wait_for_line(r"config hot reload applied \(agents\.defaults\.maxConcurrent\)")
        assert running(client) == before + 1
        base = client.request("config.get")["hash"]
        patch = json.dumps({"agents": {"defaults": {"maxConcurrent": before + 2}}})
        client.request("config.patch", {"raw": patch, "baseHash": base})
        assert running(client) == before + 2


def test_a_config_that_is_mounted_as_a_single_file_is_watched(start: Any, state: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    config = config_of(state)
    outside.write_text(json.dumps(config))
    state.mkdir(exist_ok=True)
    with mounted_file(outside, state / "openclaw.json"):
        gateway = start()
        for value, file in ((5, outside), (6, state / "openclaw.json"), (7, outside)):
            said = len(gateway.lines)
            config["agents"]["defaults"]["maxConcurrent"] = value
            file.write_text(json.dumps(config))
            gateway.wait_for_line(r"hot reload applied \(agents\.defaults\.maxConcurrent\)", after=said)
        assert gateway.command("config", "set", "agents.defaults.maxConcurrent", "8").code == 0
        gateway.discard()
    assert json.loads(outside.read_text())["agents"]["defaults"]["maxConcurrent"] == 8


def test_a_config_is_watched_where_the_system_has_no_watch_left(start: Any, state: Path) -> None:
    alone = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    none_left = "echo 0 > /proc/sys/user/max_inotify_watches"
    if subprocess.run([*alone, none_left], capture_output=True).returncode != 0:
        pytest.skip("nobody can be given a limit of their own here")
    config = config_of(state)
    gateway = start(config, under=[*alone, f'{none_left}; exec "$@"', "sh"])
    for value in (5, 6):
        said = len(gateway.lines)
        config["agents"]["defaults"]["maxConcurrent"] = value
        gateway.write_config(config)
        gateway.wait_for_line(r"hot reload applied \(agents\.defaults\.maxConcurrent\)", after=said)


def test_a_folder_that_is_mounted_over_is_watched_once_it_was_asked_for(
    start: Any, state: Path, tmp_path: Path
) -> None:
    (here := tmp_path / "here").mkdir()
    (there := tmp_path / "there").mkdir()
    config = config_of(state)

    def write(value: int) -> None:
        config["agents"]["defaults"]["maxConcurrent"] = value
        (here / "openclaw.json").write_text(json.dumps(config))

    write(4)
    gateway = start(env={"OPENCLAW_CONFIG_PATH": str(here / "openclaw.json")})
    with mounted_file(there, here):
        write(5)
        gateway.signal(signal.SIGHUP)
        gateway.wait_for_line(r"hot reload applied \(agents\.defaults\.maxConcurrent\)")
        said = len(gateway.lines)
        write(6)
        gateway.wait_for_line(r"hot reload applied \(agents\.defaults\.maxConcurrent\)", after=said)
        gateway.discard()


def test_a_config_that_is_mounted_for_reading_only_costs_one_backup_at_most(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    file, outside = state / "openclaw.json", tmp_path / "outside.json"
    backups = [state / f"openclaw.json.bak{suffix}" for suffix in ("", ".1", ".2", ".3", ".4")]

    def set_it(number: int) -> int:
        done = run_openclaw("config", "set", "agents.defaults.maxConcurrent", str(number), home=tmp_path, state=state)
        return done.code

    file.write_text('{"gateway": {"mode": "local"}}')
    assert [set_it(number) for number in range(1, 7)] == [0] * 6
    present, texts = file.read_text(), [backup.read_text() for backup in backups]
    outside.write_text(present)
    with mounted_file(outside, file):
        subprocess.run(["mount", "-o", "remount,ro,bind", file], check=True)
        assert [set_it(number) for number in range(7, 10)] == [1] * 3
    assert [backup.read_text() for backup in backups] == [present, *texts[:-1]]


def test_a_text_that_was_left_in_the_middle_of_a_write_is_gone_after_a_start(start: Any, state: Path) -> None:
    state.mkdir()
    # No process has such a number.
    left = [state / f".{name}.5000000.tmp" for name in ("openclaw.json", "openclaw.json.bak", "openclaw.last-good.json")]
    for file in left:
        file.write_text(TOKEN)
    start(config_of(state))
    assert not [file for file in left if file.exists()]


def test_a_full_volume_leaves_a_config_that_is_mounted_as_a_single_file_whole(tmp_path: Path) -> None:
    with mounted(tmp_path / "volume") as volume:
        outside = volume.folder / "outside.json"
        # Whole pages: what is added finds no room in the last of them.
        text = '{"gateway": {"mode": "local"}}\n'
        text = "//" + "x" * (8192 - len(text) - 3) + "\n" + text
        outside.write_text(text)
        (tmp_path / "state").mkdir()
        with mounted_file(outside, tmp_path / "state/openclaw.json"):
            volume.fill()
            done = run_openclaw("config", "set", "gateway.bind", "lan", home=tmp_path, state=tmp_path / "state")
            assert done.code == 1 and "was not changed" in done.err, done.text
            assert outside.read_text() == text


@pytest.mark.parametrize("lost", [True, False], ids=["lock removed", "lock there"])
def test_a_gateway_whose_lock_file_is_gone_can_be_stopped(start: Any, state: Path, lost: bool) -> None:
    gateway = start(config_of(state))
    if lost:
        next(state.glob("gateway.*.lock")).unlink()
    assert "restarts" in gateway.command("gateway", "restart").out
    gateway.wait_for_line("received SIGUSR1")
    gateway.wait_until_ready()
    stopped = gateway.command("gateway", "stop")
    assert stopped.code == 0 and "has stopped" in stopped.out, stopped.text
    assert gateway.wait_for_exit() == 0


READER = """
import sqlite3, sys, time
reader = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=0)
while True:
    try:
        reader.execute("BEGIN").execute("SELECT count(*) FROM sessions").fetchone()
        break
    except sqlite3.OperationalError:
        if reader.in_transaction: reader.rollback()
print("in", flush=True)
time.sleep(1)
"""


def test_a_restart_waits_for_a_program_that_has_opened_the_database(start: Any, state: Path) -> None:
    gateway = start(config_of(state))
    # One of them gets in as soon as the gateway has closed it, if any does.
    words = [sys.executable, "-c", READER, str(state / "openclaw.sqlite")]
    readers = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        time.sleep(0.3)
        for _ in range(3):
            said = len(gateway.lines)
            gateway.signal(signal.SIGUSR1)
            gateway.wait_for_line("log file: ", after=said)
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
    gateway.wait_until_ready()
