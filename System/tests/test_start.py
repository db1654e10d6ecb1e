"""Starting, refusing to start, and stopping."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Silence
from harness import Client, Gateway, Launch, ModelConfig, Refused, connect, eventually, free_port, gateway_config
from harness.config import TOKEN
from harness.gateway import run_openclaw
from harness.preload import preloaded

MAXIMUM_THREADS = 3  # the loop, the database worker, and one for what the C library starts
MISSING_CONFIG = "Missing config. Run `openclaw setup` or set gateway.mode=local (or pass --allow-unconfigured)."


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 2).close()
    except OSError:
        return False
    return True


def network_address() -> str | None:
    """The machine's own, by which it would go elsewhere; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("verb", [("gateway",), ("gateway", "run")], ids=" ".join)
def test_it_starts_and_says_where_it_listens(start: Any, state: Path, verb: tuple[str, ...]) -> None:
    gateway = start(gateway_config(state), verb=verb)
    line = rf"\[gateway\] listening on ws://127\.0\.0\.1:{gateway.port} \(PID {gateway.pid}\)$"
    gateway.wait_for_line(line)
    connect(gateway.port).close()


def test_the_environment_alone_is_enough_with_allow_unconfigured(start: Any, state: Path) -> None:
    env = {"OPENCLAW_GATEWAY_TOKEN": TOKEN}
    gateway = start(args=["--allow-unconfigured", "--bind", "lan"], env=env)
    gateway.wait_for_line(rf"\[gateway\] listening on ws://0\.0\.0\.0:{gateway.port} \(PID {gateway.pid}\)$")
    connect(gateway.port).close()
    assert (state / "openclaw.sqlite").exists(), "everything mutable is under the state directory"


@pytest.mark.parametrize(
    ("args", "asked", "answered"),
    [
        (["--ws-log", "full"], True, True),
        (["--ws-log", "compact"], False, True),
        (["--compact"], False, True),
        ([], False, False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_the_socket_traffic_is_logged_as_far_as_asked(
    start: Any, state: Path, args: list[str], asked: bool, answered: bool
) -> None:
    gateway = start(gateway_config(state), args=["--verbose", *args])
    with connect(gateway.port) as client:
        client.request("last-heartbeat")
        client.refusal("no.such.method")
    gateway.wait_for_line(r"a request was refused method=no\.such\.method")
    assert ("a request came method=last-heartbeat" in gateway.output) == asked
    assert ("a request was answered method=last-heartbeat" in gateway.output) == answered


def test_a_log_file_of_ones_own_gets_its_folder(start: Any, state: Path) -> None:
    path = state / "a/b/own.log"
    gateway = start(gateway_config(state, more={"logging": {"file": str(path)}}))
    gateway.wait_for_line(rf"log file: {re.escape(str(path))}$")
    assert "listening on" in path.read_text()


def test_a_log_file_that_cannot_be_written_is_said(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"logging": {"file": str(state / "openclaw.json/own.log")}}))
    gateway.wait_for_line(r"no log file: .*own\.log cannot be written.*`logging\.file`")


@pytest.mark.parametrize("value", ["", "   ", "\n"])
def test_a_blank_token_is_none(state: Path, openclaw: Path, value: str) -> None:
    state.mkdir()
    env = {"OPENCLAW_GATEWAY_TOKEN": value}
    done = run_openclaw("gateway", "--allow-unconfigured", "--bind", "lan", home=state, state=state, env=env)
    assert done.code == 1 and "Refusing to listen beyond this machine without a token" in done.text


def test_white_space_around_a_token_does_not_lock_anybody_out(start: Any) -> None:
    gateway = start(args=["--allow-unconfigured"], env={"OPENCLAW_GATEWAY_TOKEN": f" {TOKEN}\n"})
    connect(gateway.port).close()


def test_a_missing_config_ends_it_with_what_to_do(start: Any) -> None:
    gateway = start(ready=False)
    assert gateway.wait_for_exit() == 1
    assert MISSING_CONFIG in gateway.output


@pytest.mark.parametrize("mode", [None, "remote"])
def test_a_config_for_another_mode_ends_it(start: Any, state: Path, mode: str | None) -> None:
    config = gateway_config(state)
    del config["gateway"]["mode"]
    if mode:
        config["gateway"]["mode"] = mode
    gateway = start(config, ready=False)
    assert gateway.wait_for_exit() == 1
    assert "gateway.mode" in gateway.output and "--allow-unconfigured" in gateway.output


@pytest.mark.parametrize(
    ("flag", "environment", "file", "winner"),
    [
        (True, True, True, "flag"),
        (False, True, True, "environment"),
        (False, False, True, "file"),
    ],
)
def test_the_port_comes_from_flag_then_environment_then_file(
    start: Any, state: Path, flag: bool, environment: bool, file: bool, winner: str
) -> None:
    ports = {"flag": free_port(), "environment": free_port(), "file": free_port()}
    config = gateway_config(state, more={"gateway": {"port": ports["file"]}} if file else {})
    env = {"OPENCLAW_GATEWAY_PORT": str(ports["environment"])} if environment else {}
    args = ["--port", str(ports["flag"])] if flag else []
    gateway = start(config, port=ports[winner], pass_port=False, args=args, env=env)
    assert [name for name, port in ports.items() if listens("127.0.0.1", port)] == [winner]
    assert gateway.get("/healthz").status == 200


@pytest.mark.parametrize("value", ["abc", "0", "-1"])
def test_a_bad_port_in_the_environment_is_ignored(start: Any, state: Path, value: str) -> None:
    port = free_port()
    config = gateway_config(state, more={"gateway": {"port": port}})
    start(config, port=port, pass_port=False, env={"OPENCLAW_GATEWAY_PORT": value})


@pytest.mark.parametrize("value", ["abc", "0", "65536"])
def test_a_bad_port_flag_is_fatal(state: Path, openclaw: Path, value: str) -> None:
    state.mkdir()
    done = run_openclaw("gateway", "--port", value, "--allow-unconfigured", home=state, state=state)
    assert done.code == 1 and "Invalid port" in done.text


@pytest.mark.parametrize(
    ("flag", "file", "address"),
    [
        ("loopback", "lan", "127.0.0.1"),
        ("lan", "loopback", "0.0.0.0"),
        (None, "lan", "0.0.0.0"),
        (None, None, "127.0.0.1"),
    ],
)
def test_the_bind_flag_beats_the_file(
    start: Any, state: Path, flag: str | None, file: str | None, address: str
) -> None:
    config = gateway_config(state, more={"gateway": {"bind": file}} if file else {})
    gateway = start(config, args=["--bind", flag] if flag else [])
    gateway.wait_for_line(rf"listening on ws://{re.escape(address)}:{gateway.port} ")


@pytest.mark.parametrize("variable", ["FLY_APP_NAME", "KUBERNETES_SERVICE_HOST", "K_SERVICE"])
def test_auto_means_lan_inside_a_cloud_machine_and_the_log_says_why(start: Any, state: Path, variable: str) -> None:
    config = gateway_config(state, more={"gateway": {"bind": "auto"}})
    gateway = start(config, env={variable: "x"})
    gateway.wait_for_line(rf"listening on ws://0\.0\.0\.0:{gateway.port} ")
    gateway.wait_for_line(variable)


def test_on_fly_the_log_says_how_the_page_is_reached(start: Any, state: Path) -> None:
    env = {"FLY_APP_NAME": "my-app", "FLY_PRIVATE_IP": "fdaa::3"}
    gateway = start(gateway_config(state), args=["--bind", "lan"], env=env)
    gateway.wait_for_line(r"open https://my-app\.fly\.dev/ ")
    assert f"`fly proxy {gateway.port}:{gateway.port} -a my-app`" in gateway.output
    assert f"http://[fdaa::3]:{gateway.port}/" in gateway.output


def test_the_page_s_address_is_logged_without_the_token_where_nobody_is_at_a_terminal(start: Any, state: Path) -> None:
    if Path("/.dockerenv").exists():
        pytest.skip("in a container nobody opens this machine's own address")
    gateway = start(gateway_config(state))
    gateway.wait_for_line(rf"open http://127\.0\.0\.1:{gateway.port}/$")
    assert TOKEN not in gateway.output


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("bind", ["loopback", "lan"])
def test_both_address_families_answer(start: Any, state: Path, bind: str, host: str) -> None:
    if host == "::1" and not ipv6_works():
        pytest.skip("this machine has no IPv6")
    gateway = start(gateway_config(state), args=["--bind", bind])
    assert listens(host, gateway.port)
    connect(gateway.port, host=host).close()


def ipv6_works() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_it_refuses_the_network_without_a_secret_and_names_three_ways_to_set_one(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, token=None), ready=False, args=["--bind", "lan"])
    assert gateway.wait_for_exit() == 1
    for way in ("OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", "--token"):
        assert way in gateway.output, f"expected {way} to be named"
    assert not listens("127.0.0.1", gateway.port)


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "of the network"])
def test_commands_find_a_gateway_that_listens_at_one_address_alone(start: Any, state: Path, host: str) -> None:
    if host == "of the network":
        host = network_address() or pytest.skip("this machine is in no network")
    gateway = start(gateway_config(state, more={"gateway": {"bind": "custom", "customBindHost": host}}), ready=False)
    shown = f"[{host}]" if ":" in host else host
    gateway.wait_for_line(rf"listening on ws://{re.escape(shown)}:{gateway.port} ")
    assert gateway.command("health").code == 0
    assert "RPC probe: ok" in gateway.command("gateway", "status").out
    assert f"http://{shown}:{gateway.port}/#token=" in gateway.command("dashboard", "--no-open").out


@pytest.mark.parametrize("host", [{"bind": "tailnet"}, {"bind": "custom", "customBindHost": "127.0.0.1"}], ids=str)
def test_a_mode_for_others_asks_for_a_secret_wherever_it_ends(start: Any, state: Path, host: dict[str, str]) -> None:
    config = gateway_config(state)
    config["gateway"] = {**config["gateway"], "auth": {}, **host}
    gateway = start(config, ready=False)
    assert gateway.wait_for_exit() == 1
    assert "without a token" in gateway.output and "OPENCLAW_GATEWAY_TOKEN" in gateway.output


def test_on_fly_it_says_when_the_proxy_cannot_reach_it(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state), env={"FLY_APP_NAME": "my-app"})
    gateway.wait_for_line(r"Fly's proxy cannot reach 127\.0\.0\.1 .*--bind lan")


@pytest.mark.parametrize("token", ["1", "\x1b[A\x1b[B-0123456789-0123456789"])
def test_a_token_that_can_be_guessed_or_cannot_be_typed_is_named(start: Any, state: Path, token: str) -> None:
    gateway = start(gateway_config(state, token=token, more={"gateway": {"bind": "lan"}}))
    gateway.wait_for_line(r"The gateway's token has .*openssl rand -hex 32")
    assert "BAD  The gateway's token has" in gateway.command("doctor").out


def test_doctor_writes_the_token_that_is_missing(state: Path, openclaw: Path) -> None:
    state.mkdir(exist_ok=True)
    (state / "openclaw.json").write_text('{gateway: {mode: "local"}} // mine\n')
    done = run_openclaw("doctor", "--generate-gateway-token", home=state, state=state)
    assert "Wrote `gateway.auth.token`" in done.err
    text = (state / "openclaw.json").read_text()
    token = re.search(r"token: \"([\w-]{20,})\"", text)
    assert token and "// mine" in text and token.group(1) not in done.text
    again = run_openclaw("doctor", "--generate-gateway-token", home=state, state=state)
    assert "it stays" in again.err and (state / "openclaw.json").read_text() == text


def test_a_second_start_is_refused_within_six_seconds(start: Any, state: Path) -> None:
    first = start(gateway_config(state))
    begun = time.monotonic()
    second = start(ready=False)
    assert second.wait_for_exit(8) == 1
    assert time.monotonic() - begun < 6
    assert f"gateway already running (pid {first.pid})" in second.output
    assert first.get("/healthz").status == 200


NO_LOCKS = """
#include <errno.h>
int flock(int descriptor, int operation) { errno = ENOLCK; return -1; }
"""


def test_a_file_system_without_locks_has_one_gateway_too(start: Any, state: Path, tmp_path: Path) -> None:
    env = preloaded(NO_LOCKS, tmp_path)
    first = start(gateway_config(state), env=env)
    second = start(ready=False, env=env)
    assert second.wait_for_exit(8) == 1
    assert f"gateway already running (pid {first.pid})" in second.output
    found = first.command("gateway", "status", env={**env, "OPENCLAW_GATEWAY_PORT": ""})
    assert f"ws://127.0.0.1:{first.port}" in found.out, found.text


def test_one_without_standard_descriptors_puts_nothing_else_in_their_place(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state), under=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"])
    assert [os.readlink(f"/proc/{gateway.pid}/fd/{number}") for number in range(3)] == ["/dev/null"] * 3
    with pytest.raises(Refused):
        connect(gateway.port, auth={"token": "bad"})
    log = next((state / "logs").glob("*.log"))
    eventually("the refusal to be logged", lambda: "was refused" in log.read_text())
    assert "SIGUSR1" not in log.read_text()


def test_a_start_that_is_stopped_before_it_is_one_ends_well(start: Any, state: Path) -> None:
    start(gateway_config(state))
    waiting = start(ready=False)
    # The lock is waited for, so this one listens to no signal of a gateway yet.
    eventually("it to be prepared for the signal", lambda: catches(waiting.pid, signal.SIGTERM))
    waiting.signal(signal.SIGTERM)
    assert waiting.wait_for_exit(2) == 0


def catches(pid: int, number: int) -> bool:
    caught = re.search(r"SigCgt:\s+(\w+)", Path(f"/proc/{pid}/status").read_text())
    return bool(caught and int(caught.group(1), 16) >> (number - 1) & 1)


def test_the_lock_file_is_where_people_look_and_deleting_it_harms_nothing(start: Any, state: Path) -> None:
    first = start(gateway_config(state))
    digest = hashlib.sha1(str(first.config_path).encode()).hexdigest()[:8]
    lock = state / f"gateway.{digest}.lock"
    assert json.loads(lock.read_text())["pid"] == first.pid
    lock.unlink()
    assert first.get("/healthz").status == 200
    second = start(ready=False)
    assert second.wait_for_exit(8) == 1
    assert f"gateway already running (pid {first.pid})" in second.output


def test_a_restart_can_be_asked_for_in_a_chat_when_the_config_allows_it(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}))
    with connect(gateway.port, 4) as client:
        run = client.send_chat("/restart", "agent:main:main")
        assert "Restarting" in client.chat_end(run)["message"]["content"][0]["text"]
        assert client.closed() == 1012
    gateway.wait_for_line("listening on ws://", after=len(gateway.lines) // 2)
    eventually("the gateway to be back", lambda: gateway.get("/readyz").status == 200)
    with connect(gateway.port, 4) as client:
        assert [message["role"] for message in client.history("agent:main:main")] == ["user", "assistant"]


@pytest.mark.crash
def test_a_killed_gateway_leaves_nothing_that_stops_the_next(start: Any, state: Path) -> None:
    first = start(gateway_config(state))
    first.kill()
    begun = time.monotonic()
    start(port=first.port)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_it_says_goodbye_and_ends_with_zero_within_five_seconds(
    start: Any, state: Path, number: signal.Signals
) -> None:
    gateway = start(gateway_config(state))
    with connect(gateway.port, 3) as three, connect(gateway.port, 4) as four:
        begun = time.monotonic()
        gateway.signal(number)
        for client in (three, four):
            assert client.closed() == 1012
            assert client.close_reason == "service restart"
            assert client.event("shutdown")["payload"]["reason"] == "gateway stopping"
        assert gateway.wait_for_exit() == 0
        assert time.monotonic() - begun < 5
    assert not listens("127.0.0.1", gateway.port)


def test_it_stops_in_time_though_a_model_is_silent(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    fake_chat.script.append(Silence(after=1))
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        client.send_chat("hi")
        fake_chat.wait_for_request()
        code, seconds = gateway.stop()
    assert code == 0 and seconds < 6


def test_sigusr1_restarts_in_the_same_process_when_allowed(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}))
    with connect(gateway.port) as client:
        gateway.signal(signal.SIGUSR1)
        assert client.closed() == 1012
        assert client.event("shutdown")["payload"]["reason"] == "gateway restarting"
    eventually("the gateway to answer again", lambda: gateway.get("/readyz").status == 200)
    connect(gateway.port).close()
    assert gateway.running, "the process is the same"


def test_sigusr1_is_ignored_when_it_is_not_allowed(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line(r"SIGUSR1")
        assert client.request("health")["ok"] is True


def test_sighup_reads_the_configuration_again(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"gateway": {"reload": {"mode": "off"}}}))
    said = len(gateway.lines)
    gateway.signal(signal.SIGHUP)
    gateway.wait_for_line(r"SIGHUP|\[reload\]", after=said)
    connect(gateway.port).close()


def test_only_a_client_opens_the_library_that_models_are_asked_with(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    """A gateway that is only asked how it is stays small."""
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    assert gateway.get("/healthz").status == 200 and gateway.get("/").status == 200
    assert not gateway.has_opened("libcurl")
    with connect(gateway.port) as client:
        eventually("the library is open", lambda: gateway.has_opened("libcurl"))
        client.chat("hi")


def test_few_threads_do_all_the_work(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    clients = [connect(gateway.port) for _ in range(20)]
    runs = [(client, client.send_chat("hi", f"agent:main:load-{n}")) for n, client in enumerate(clients)]
    most = 0
    for client, run in runs:
        client.chat_end(run)
        most = max(most, gateway.threads())
    for client in clients:
        client.close()
    assert most <= MAXIMUM_THREADS, f"{most} threads under load"


def test_everything_mutable_stays_in_the_state_directory(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)])
    del config["agents"]["defaults"]["workspace"]
    gateway = start(config)
    with connect(gateway.port) as client:
        client.chat('[[tool:write {"path":"made.txt","content":"x"}]]')
    assert (state / "workspace/made.txt").exists()
    assert list(gateway.home.rglob("*")) == [], "nothing is written to the home directory"


def test_only_the_owner_can_read_the_state(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    Client(gateway.port).close()
    for name in ("openclaw.json", "openclaw.sqlite"):
        assert (state / name).stat().st_mode & 0o077 == 0, f"{name} is open to others"


def test_variables_that_node_reads_are_tolerated(start: Any, state: Path) -> None:
    env = {"NODE_OPTIONS": "--max-old-space-size=1536", "NODE_ENV": "production", "OPENCLAW_PREFER_PNPM": "1"}
    start(gateway_config(state), env=env)


def test_the_installation_for_trying_is_put_aside_and_begins_anew(openclaw: Path, tmp_path: Path) -> None:
    state, env = tmp_path / ".openclaw-dev", {"HOME": str(tmp_path), "OPENCLAW_GATEWAY_TOKEN": TOKEN}

    def launch(*args: str) -> Launch:
        return Launch(state=state, args=["--dev", *args], env=env, state_by_environment=False)

    with Gateway(launch()) as gateway:
        with connect(gateway.port) as client:
            client.chat("remember this")
        refused = run_openclaw("gateway", "--dev", "--reset", home=tmp_path, state=None, env=env)
        assert refused.code == 1 and f"gateway already running (pid {gateway.pid})" in refused.err
        taken = str(gateway.port)
        for wrong in (["--bind", "sideways"], ["--port", "x"]):
            assert run_openclaw("gateway", "--dev", "--reset", *wrong, home=tmp_path, state=None, env=env).code == 1
    with socket.create_server(("127.0.0.1", int(taken))):
        refused = run_openclaw("gateway", "--dev", "--reset", "--port", taken, home=tmp_path, state=None, env=env)
        assert refused.code == 1 and taken in refused.err
    assert not list(tmp_path.glob(".openclaw-dev.*")), "nothing is moved for a start that is refused"
    with Gateway(launch("--reset")) as gateway, connect(gateway.port) as client:
        assert client.history("main") == []
    (aside,) = tmp_path.glob(".openclaw-dev.*")
    assert f"Moved `{state}` to `{aside}`" in gateway.output
    assert any(b"remember this" in file.read_bytes() for file in aside.glob("openclaw.sqlite*"))


@pytest.mark.parametrize("by", ["option", "path", "variable"])
def test_what_models_send_is_written_down_where_that_is_wished(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, by: str
) -> None:
    model = ModelConfig("fake", fake_chat.url)
    config = gateway_config(state, [model])
    if by == "option":
        path = state / "logs/raw-stream.jsonl"
        gateway = start(config, args=["--raw-stream"])
    elif by == "path":
        path = state / "there/raw.jsonl"
        gateway = start(config, args=["--raw-stream-path", str(path)])
    else:
        path = state / "there/raw.jsonl"
        gateway = start(config, env={"OPENCLAW_RAW_STREAM": "1", "OPENCLAW_RAW_STREAM_PATH": str(path)})
    gateway.wait_for_line(rf"what models send is written to {re.escape(str(path))}, ")
    with connect(gateway.port) as client:
        client.chat(f"[[say:{TOKEN} is the token]]")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["model"] for line in lines} == {model.reference}
    sent = [json.loads(line["data"]) for line in lines if line["data"] != "[DONE]"]
    said = "".join(choice["delta"].get("content") or "" for piece in sent for choice in piece["choices"])
    assert said.endswith("is the token")
    assert TOKEN not in path.read_text(), "secrets are masked, as in the log"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_of_what_models_send_is_written_down_otherwise(gateway: Gateway, session: str) -> None:
    with connect(gateway.port) as client:
        client.chat("[[say:not for any file]]", session)
    assert not (gateway.state / "logs/raw-stream.jsonl").exists()
