"""Strangers, guesses and leaks."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text, ToolCall
from harness import Client, Device, Gateway, ModelConfig, Refused, connect, connect_params, eventually, gateway_config
from harness.client import ALL_SCOPES
from harness.config import TOKEN
from harness.gateway import run_openclaw
from harness.raw import exchange
from harness.websocket import TEXT, frame, mask, text, upgrade
from tests.test_chat import text_of

ATTEMPTS = 3


def limited(state: Path, **more: Any) -> dict[str, Any]:
    limits = {"maxAttempts": ATTEMPTS, "windowMs": 60_000, "lockoutMs": 60_000, "exemptLoopback": False}
    return gateway_config(state, more={"gateway": {"auth": {"rateLimit": limits}, **more}})


def guess(port: int, headers: dict[str, str] | None = None, token: str = "wrong") -> Refused | None:
    try:
        connect(port, auth={"token": token}, headers=headers).close()
    except Refused as refused:
        return refused
    return None


def locked_out(port: int, headers: dict[str, str] | None = None) -> bool:
    """Whether even the right token is refused."""
    refused = guess(port, headers, TOKEN)
    return refused is not None and refused.details.get("code") == "AUTH_RATE_LIMITED"


def test_guessing_is_limited_by_address(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    for _ in range(ATTEMPTS):
        refused = guess(gateway.port)
        assert refused and refused.details["code"] == "AUTH_TOKEN_MISMATCH"
    refused = guess(gateway.port)
    assert refused and refused.details["code"] == "AUTH_RATE_LIMITED"
    assert refused.details.get("recommendedNextStep") == "wait_then_retry"
    assert locked_out(gateway.port)


def test_a_lockout_ends(start: Any, state: Path) -> None:
    limits = {"maxAttempts": 1, "windowMs": 60_000, "lockoutMs": 1_500, "exemptLoopback": False}
    gateway = start(gateway_config(state, more={"gateway": {"auth": {"rateLimit": limits}}}))
    guess(gateway.port)
    assert locked_out(gateway.port)
    deadline = time.monotonic() + 10
    while locked_out(gateway.port):
        assert time.monotonic() < deadline, "expected the lockout to end after 1.5 s"
        time.sleep(0.1)


def test_a_correct_login_is_not_counted(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    for _ in range(ATTEMPTS * 3):
        connect(gateway.port).close()


@pytest.mark.parametrize("generation", [3, 4])
def test_a_devices_own_token_takes_no_guess_back(start: Any, state: Path, generation: int) -> None:
    gateway = start(limited(state))
    device, scopes = Device(), ["operator.read"]
    with connect(gateway.port, generation, device, scopes=scopes) as client:
        own = {"token": client.hello["auth"]["deviceToken"]}
    for _ in range(ATTEMPTS):
        connect(gateway.port, generation, device, scopes=scopes, auth=own).close()
        guess(gateway.port)
    assert locked_out(gateway.port)


@pytest.mark.parametrize("scopes", [["operator.read"], ["operator.admin"]])
def test_a_guess_beside_a_devices_own_token_is_one(start: Any, state: Path, scopes: list[str]) -> None:
    gateway = start(limited(state))
    device = Device()
    with connect(gateway.port, 4, device, scopes=["operator.read"]) as client:
        own = client.hello["auth"]["deviceToken"]
    for n in range(ATTEMPTS):
        with contextlib.suppress(Refused):
            auth = {"token": f"guess-{n}", "deviceToken": own}
            connect(gateway.port, 4, device, scopes=scopes, auth=auth).close()
    assert locked_out(gateway.port)


def test_an_established_client_stays_when_its_address_is_locked_out(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    with connect(gateway.port) as client:
        for _ in range(ATTEMPTS + 1):
            guess(gateway.port)
        assert client.request("health")["ok"] is True


FLY = {"FLY_APP_NAME": "my-openclaw", "FLY_MACHINE_ID": "1"}


@pytest.mark.parametrize(
    ("guesser", "other", "shared"),
    [
        ("203.0.113.1", "203.0.113.2", False),
        ("203.0.113.1", "203.0.113.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
    ],
)
def test_behind_fly_each_visitor_is_counted_by_the_address_fly_names(
    start: Any, state: Path, guesser: str, other: str, shared: bool
) -> None:
    gateway = start(limited(state, trustedProxies=["127.0.0.0/8"]), env=FLY)
    for _ in range(ATTEMPTS + 1):
        guess(gateway.port, {"Fly-Client-IP": guesser, "X-Forwarded-For": guesser})
    assert locked_out(gateway.port, {"Fly-Client-IP": other, "X-Forwarded-For": other}) is shared


def test_a_stranger_cannot_choose_the_address_he_is_counted_by(start: Any, state: Path) -> None:
    """Not on Fly: the header is the visitor's own invention."""
    gateway = start(limited(state))
    for n in range(ATTEMPTS + 1):
        guess(gateway.port, {"Fly-Client-IP": f"203.0.113.{n}", "X-Forwarded-For": f"203.0.113.{n}"})
    assert locked_out(gateway.port, {"Fly-Client-IP": "203.0.113.99"})


def test_behind_a_proxy_nobody_configured_one_guesser_locks_out_only_himself(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    for _ in range(ATTEMPTS * 3):
        guess(gateway.port, {"X-Forwarded-For": "203.0.113.1"})
    assert locked_out(gateway.port, {"X-Forwarded-For": "203.0.113.1"})
    assert not locked_out(gateway.port, {"X-Forwarded-For": "203.0.113.2"})
    assert not locked_out(gateway.port)
    assert "gateway.trustedProxies" in gateway.output


def test_who_logged_in_before_gets_in_while_a_stranger_invents_addresses(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    known = {"X-Forwarded-For": "198.51.100.7"}
    connect(gateway.port, headers=known).close()
    for n in range(ATTEMPTS * 3):
        guess(gateway.port, {"X-Forwarded-For": f"203.0.113.{n}"})
    assert not locked_out(gateway.port, known)
    assert locked_out(gateway.port, {"X-Forwarded-For": "203.0.113.99"})


def test_a_hop_that_is_no_address_does_not_let_a_guesser_choose_one(start: Any, state: Path) -> None:
    gateway = start(limited(state, trustedProxies=["127.0.0.1"]))
    for n in range(ATTEMPTS + 1):
        guess(gateway.port, {"X-Forwarded-For": f"203.0.113.{n}, unix:"})
    assert locked_out(gateway.port, {"X-Forwarded-For": "203.0.113.99, unix:"})
    assert not locked_out(gateway.port, {"X-Forwarded-For": "203.0.113.99"})


def test_the_bearer_token_over_http_is_limited_too(start: Any, state: Path) -> None:
    http = {"endpoints": {"chatCompletions": {"enabled": True}}}
    gateway = start(limited(state, http=http))
    wrong = {"Authorization": "Bearer wrong", "Content-Type": "application/json"}
    statuses = [gateway.get("/v1/chat/completions", "POST", wrong, b"{}").status for _ in range(ATTEMPTS + 2)]
    if statuses[0] == 404:
        pytest.skip("no /v1/chat/completions yet")
    assert statuses[:ATTEMPTS] == [401] * ATTEMPTS and statuses[-1] == 429


def test_what_a_proxy_asks_for_in_front_is_no_guess(start: Any, state: Path) -> None:
    gateway = start(limited(state))
    for scheme in ("Basic dXNlcjpwYXNzd29yZA==", "Bearer of-the-proxy"):
        for path in ("/", "/favicon.ico", "/healthz"):
            assert gateway.get(path, headers={"Authorization": scheme}).status in (200, 404)
    assert gateway.get("/readyz", headers={"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}).status == 200
    assert not locked_out(gateway.port)


@pytest.mark.parametrize("is_exempt", [False, True])
def test_a_page_of_somebody_elses_can_try_nothing_and_locks_out_nobody(
    start: Any, state: Path, is_exempt: bool
) -> None:
    config = limited(state)
    config["gateway"]["auth"]["rateLimit"]["exemptLoopback"] = is_exempt
    gateway = start(config)
    page = {"Origin": "https://evil.example"}
    for token in ["wrong"] * (ATTEMPTS + 1) + [TOKEN]:
        refused = guess(gateway.port, page, token)
        assert refused and refused.details["code"] == "CONTROL_UI_ORIGIN_NOT_ALLOWED"
    assert not locked_out(gateway.port)


def test_who_came_with_a_token_stays_out_when_it_is_changed(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, token=None), env={"OPENCLAW_GATEWAY_TOKEN": TOKEN})
    who = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
    page = functools.partial(connect, gateway.port, client=who, headers={"Origin": f"http://127.0.0.1:{gateway.port}"})
    device, other = Device(), "another-token-0123456789abcdef"
    with page(4, device) as client:
        old = client.hello["auth"]["deviceToken"]
    gateway.stop()

    again = start(port=gateway.port, env={"OPENCLAW_GATEWAY_TOKEN": other})

    for generation, auth, code in [
        (4, {"deviceToken": old}, "AUTH_DEVICE_TOKEN_MISMATCH"),
        (4, {"token": TOKEN, "deviceToken": old}, "AUTH_TOKEN_MISMATCH"),
        (3, {"token": old}, None),
    ]:
        with pytest.raises(Refused, match="unauthorized: .* mismatch") as refused:
            page(generation, device, auth=auth)
        assert refused.value.details.get("code") == code
    with page(4, device, auth={"token": other}) as client:
        new = client.hello["auth"]["deviceToken"]
    assert new != old
    page(4, device, auth={"deviceToken": new}).close()
    page(3, device, auth={"token": new}).close()
    again.stop()


# Where no token is asked for


@pytest.fixture
def unlocked(start: Any, state: Path) -> Gateway:
    """A gateway on loopback that asks for nothing."""
    return start(gateway_config(state, token=None, more={"gateway": {"auth": {"mode": "none"}}}))


def test_without_a_token_a_local_client_is_let_in(unlocked: Gateway) -> None:
    params = connect_params(4, auth=None)
    with Client(unlocked.port) as client:
        client.request("connect", params)
        assert client.request("health")["ok"] is True


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
@pytest.mark.parametrize("generation", [3, 4])
@pytest.mark.parametrize("client_id", ["cli", "openclaw-control-ui"])
@pytest.mark.parametrize("device", [None, Device()], ids=["no device", "a device"])
def test_without_a_token_nobody_is_let_in_through_a_proxy(
    unlocked: Gateway, header: str, generation: int, client_id: str, device: Device | None
) -> None:
    who = {"id": client_id, "version": "1", "platform": "linux", "mode": "cli" if client_id == "cli" else "webchat"}
    headers = {header: "203.0.113.9", "Origin": f"http://127.0.0.1:{unlocked.port}"}
    with pytest.raises(Refused, match=r"gateway token not configured on gateway \(set gateway.auth.token\)"):
        connect(unlocked.port, generation, device, headers=headers, client=who, auth=None)


@pytest.mark.parametrize("generation", [3, 4])
@pytest.mark.parametrize(
    "headers",
    [
        {"Forwarded": "for=203.0.113.9;proto=https"},
        {"Via": "1.1 caddy"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-For": "127.0.0.1, _hidden"},
    ],
)
def test_without_a_token_nobody_is_let_in_through_a_proxy_that_names_nobody(
    start: Any, state: Path, generation: int, headers: dict[str, str]
) -> None:
    open_gateway = {"auth": {"mode": "none"}, "trustedProxies": ["127.0.0.1"]}
    gateway = start(gateway_config(state, token=None, more={"gateway": open_gateway}))
    with pytest.raises(Refused, match="gateway token not configured"):
        connect(gateway.port, generation, headers=headers, auth=None)
    connect(gateway.port, generation, headers={"X-Forwarded-For": "127.0.0.1"}, auth=None).close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.1:{port}", "localhost:{port}", "LOCALHOST"]
)
def test_an_address_or_localhost_is_a_host(unlocked: Gateway, host: str) -> None:
    assert status_for_host(unlocked, host) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:{port}"]
)
def test_any_other_name_is_refused_where_no_token_is_asked_for(unlocked: Gateway, host: str) -> None:
    """A page on the web can point a name of its own at 127.0.0.1; its requests then say that name."""
    assert status_for_host(unlocked, host) in (400, 403, 421)


def status_for_host(gateway: Gateway, host: str) -> int:
    name = host.format(port=gateway.port)
    data = f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode()
    return exchange(gateway.port, data).statuses[0]


def test_a_foreign_name_cannot_open_a_socket_where_no_token_is_asked_for(unlocked: Gateway) -> None:
    with pytest.raises(Exception, match="403|400|421|Invalid response status|refused|origin"):
        with Client(unlocked.port, headers={"Host": "evil.example", "Origin": "http://evil.example"}) as client:
            client.request("connect", connect_params(4, auth=None))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_from_elsewhere_cannot_open_a_socket_where_no_token_is_asked_for(unlocked: Gateway, origin: str) -> None:
    who = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
    with pytest.raises(Refused) as refused:
        connect(unlocked.port, 4, Device(), headers={"Origin": origin}, client=who, auth=None)
    assert refused.value.details["code"] == "CONTROL_UI_ORIGIN_NOT_ALLOWED"


def test_no_token_on_the_network_is_refused(start: Any, state: Path) -> None:
    config = gateway_config(state, token=None, more={"gateway": {"auth": {"mode": "none"}, "bind": "lan"}})
    gateway = start(config, ready=False)
    assert gateway.wait_for_exit() == 1


# Leaks


def test_the_token_is_not_logged_even_when_it_is_guessed_almost_right(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state), args=["--verbose"])
    guess(gateway.port, token=TOKEN + "x")
    gateway.get(f"/?token={TOKEN}")
    gateway.get("/", headers={"Authorization": f"Bearer {TOKEN}"})
    gateway.stop()
    assert TOKEN not in gateway.output
    for path in (state / "logs").rglob("*"):
        if path.is_file():
            assert TOKEN not in path.read_text(errors="replace"), path.name


def test_a_tool_does_not_inherit_the_secrets(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    secrets = {
        "OPENCLAW_GATEWAY_TOKEN": TOKEN,
        "ANTHROPIC_API_KEY": "sk-ant-secret",
        "DISCORD_BOT_TOKEN": "discord-secret",
    }
    nowhere = {"channels": {"discord": {"apiRoot": "http://127.0.0.1:9/api/v10"}}}
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], token=None, more=nowhere)
    gateway = start(config, env=secrets)
    with connect(gateway.port) as client:
        client.chat('[[tool:exec {"command":"env; cat /proc/self/environ /proc/$PPID/environ"}]]')
        told = "".join(text_of(m) for m in client.history() if m["role"] == "toolResult")
    assert "PATH=" in told, "the tool did print its environment"
    for name, value in secrets.items():
        assert value not in told, f"{name} reached the tool"


def test_a_token_on_the_command_line_does_not_stay_visible(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, token=None), args=["--token", TOKEN])
    connect(gateway.port).close()
    assert TOKEN not in Path(f"/proc/{gateway.pid}/cmdline").read_text()


# Tools


@pytest.mark.parametrize(
    "restriction",
    [
        {"tools": {"profile": "minimal"}},
        {"tools": {"exec": {"security": "deny"}}},
        {"tools": {"exec": {"host": "sandbox"}}},
        {"agents": {"defaults": {"sandbox": {"mode": "all"}}}},
        {"agents": {"list": [{"id": "main", "tools": {"deny": ["exec"]}}]}},
        {"agents": {"list": [{"id": "main", "tools": {"exec": {"mode": "deny"}}}]}},
    ],
    ids=json.dumps,
)
def test_a_config_that_restricts_commands_is_not_run_without_the_restriction(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, restriction: dict[str, Any]
) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=restriction))
    with connect(gateway.port) as client:
        client.chat('[[tool:exec {"command":"echo ran > ran.txt"}]]')
        told = "".join(text_of(m) for m in client.history() if m["role"] == "toolResult")
    assert "not allowed here" in told
    assert not (state / "workspace/ran.txt").exists()
    offered = [tool["function"]["name"] for tool in fake_chat.requests[0].body.get("tools", [])]
    assert "exec" not in offered


def runs(gateway: Gateway, fake_chat: FakeOpenAIChat, session: str) -> bool:
    """Whether a command that the model wants to run does."""
    file = gateway.state / "workspace/ran.txt"
    file.unlink(missing_ok=True)
    fake_chat.script += [ToolCall("exec", {"command": "echo ran > ran.txt"}), Text("That was it.")]
    with connect(gateway.port) as client:
        client.chat("run it", session)
    fake_chat.script.clear()
    return file.exists()


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ({"exec": {"security": "deny"}}, {"exec": {"securty": "deny"}}, "tools.exec.securty"),
        ({"deny": ["exec"]}, {"dney": ["exec"]}, "tools.dney"),
        ({"exec": {"security": "deny"}}, {"exec": {"security": "denied"}}, "tools.exec.security"),
    ],
    ids=lambda value: json.dumps(value),
)
def test_a_mistake_in_a_rule_for_tools_allows_none(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, right: dict[str, Any], wrong: dict[str, Any], key: str
) -> None:
    def config(tools: dict[str, Any]) -> dict[str, Any]:
        return gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"tools": tools})

    gateway = start(config({}))
    assert runs(gateway, fake_chat, "agent:main:open")
    gateway.write_config(config(right))
    gateway.wait_for_line("config hot reload applied")
    gateway.write_config(config(wrong))
    gateway.wait_for_line("config reload skipped")
    gateway.wait_for_line(key)
    assert not runs(gateway, fake_chat, "agent:main:edited")
    gateway.write_config(config({}))
    gateway.wait_for_line(r"config hot reload applied", after=len(gateway.lines) - 1)
    gateway.stop()

    # Also where the copy of what ran before is more open.
    gateway.write_config(config(wrong))
    gateway = start()
    gateway.wait_for_line(rf"openclaw\.json:\d+:\d+: {key}.*the assistant has no tools")
    assert not runs(gateway, fake_chat, "agent:main:started")
    assert "tools" not in fake_chat.requests[-1].body
    with connect(gateway.port) as client:
        snapshot = client.request("config.get")
    assert snapshot["valid"] is False and "the assistant has no tools" in json.dumps(snapshot["issues"])
    told = gateway.command("doctor")
    assert told.code == 1 and key in told.out and "After a start the assistant has no tools" in told.out, told.text
    assert wrong != json.loads((state / "openclaw.last-good.json").read_text())["tools"]

    before = len(gateway.lines)
    gateway.write_config(config({}))
    gateway.wait_for_line("config hot reload applied", after=before)
    assert runs(gateway, fake_chat, "agent:main:mended")


def test_a_rule_for_commands_that_cannot_be_kept_is_said_in_log_and_doctor(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"tools": {"exec": {"host": "node"}}}))
    gateway.wait_for_line(r"\[config\] `tools\.exec\.host` is `node`.*runs no commands.*`gateway`")
    assert "`tools.exec.host` is `node`" in gateway.command("doctor").text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to the gateway")
def test_what_a_command_leaves_behind_ends_with_it_whatever_session_it_is_in(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    daemon = "setsid sh -c 'echo $$ > left.pid; sleep 300' >/dev/null 2>&1 & until [ -s left.pid ]; do sleep 0.02; done"
    fake_chat.script += [ToolCall("exec", {"command": daemon}), Text("Done.")]
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        client.chat("leave something behind")
    left = int((state / "workspace/left.pid").read_text())
    eventually("the daemon to be gone, and nobody's zombie", lambda: not Path(f"/proc/{left}").exists())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to the gateway")
def test_a_command_that_ends_leaves_those_of_another_alone(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    helper = "setsid sh -c 'echo $$ > helper.pid; exec sleep 300' >/dev/null 2>&1 & until [ -e go ]; do sleep 0.02; done"
    wait = "until [ -s helper.pid ]; do sleep 0.02; done"
    asked = "; kill -0 $(cat helper.pid) && echo alive"
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        call = "[[tool:exec " + json.dumps({"command": helper + asked}) + "]]"
        long = client.send_chat(call, "agent:main:long")
        client.chat("[[tool:exec " + json.dumps({"command": wait}) + "]]", "agent:main:short")
        (state / "workspace/go").touch()
        client.chat_end(long)
        told = "".join(text_of(m) for m in client.history("agent:main:long") if m["role"] == "toolResult")
    assert "alive" in told


# Too much of everything


@pytest.mark.slow
def test_many_silent_connections_do_not_keep_others_out(gateway: Gateway) -> None:
    crowd = []
    try:
        for _ in range(300):
            crowd.append(socket.create_connection(("127.0.0.1", gateway.port), 5))
    except OSError:
        pass
    try:
        with connect(gateway.port) as client:
            assert client.request("health")["ok"] is True
    finally:
        for connection in crowd:
            connection.close()


@pytest.mark.slow
def test_a_slow_reader_is_cut_and_the_others_go_on(gateway: Gateway, session: str) -> None:
    """A watcher that never reads while a thousand events are sent costs itself its place, nobody else."""
    before = gateway.memory()["private"]
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", gateway.port))
        lazy.sendall(upgrade("/"))
        lazy.recv(200)
        login = {"type": "req", "id": "c", "method": "connect", "params": connect_params(4)}
        lazy.sendall(text(json.dumps(login)))
        with connect(gateway.port) as client:
            for n in range(5):
                assert client.chat(f"[[say:{'word ' * 500}]]", f"{session}-{n}")["state"] == "final"
    assert gateway.memory()["private"] - before < 60_000


def admitted(gateway: Gateway, scopes: list[str], buffer: int | None = None, generation: int = 4) -> socket.socket:
    """A client that has been greeted and reads nothing by itself."""
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(10)
    client.connect(("127.0.0.1", gateway.port))
    client.sendall(upgrade("/"))
    login = {"type": "req", "id": "c", "method": "connect", "params": connect_params(generation, scopes=scopes)}
    client.sendall(text(json.dumps(login)))
    heard = b""
    while b"hello-ok" not in heard:
        heard += client.recv(1 << 16)
    return client


def test_who_asks_and_does_not_read_is_not_heard_until_he_reads(gateway: Gateway) -> None:
    before = gateway.memory()["private"]
    with admitted(gateway, ["operator.read"], 4096) as lazy:
        request = {"type": "req", "id": "ask", "method": "config.schema"}
        lazy.sendall(text(json.dumps(request)) * 200)
        with connect(gateway.port) as client:
            for _ in range(10):
                assert client.request("health")["ok"] is True
        assert gateway.memory()["private"] - before < 40_000
        heard, answered = b"", 0
        while answered < 200:
            heard = heard[-20:] + lazy.recv(1 << 20)
            answered += heard.count(b'"id":"ask"')


def fill(client: Client, session: str) -> None:
    """Makes a conversation whose history is 5.6 MB."""
    client.chat("hello", session)
    for n in range(140):
        client.request("chat.inject", {"sessionKey": session, "message": f"{n} " + "z" * 40_000})


def ask(client: socket.socket, name: str, method: str, **params: Any) -> None:
    client.sendall(text(json.dumps({"type": "req", "id": name, "method": method, "params": params})))


def test_large_answers_are_made_as_they_are_read(gateway: Gateway, session: str) -> None:
    with connect(gateway.port) as client:
        fill(client, session)
    with connect(gateway.port) as client, admitted(gateway, ["operator.read"], 1 << 16) as reader:
        before = most_resident(gateway)
        for n in range(16):
            ask(reader, f"h{n}", "chat.history", sessionKey=session, limit=200 + n)
        for _ in range(3):
            assert len(client.history(session)) > 100
        assert most_resident(gateway, since_now=False) - before < 80_000
        heard, answered = b"", 0
        while answered < 16:
            piece = reader.recv(1 << 20)
            assert piece, f"cut off after {answered} answers"
            answered += (heard[-12:] + piece).count(b'{"type":"res"')
            heard = piece


def test_a_stop_is_heard_while_a_history_waits_to_be_read(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, generation: int
) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    large, session, held = "agent:main:large", "agent:main:main", threading.Event()
    with connect(gateway.port) as client:
        fill(client, large)
    with connect(gateway.port) as client, admitted(gateway, ALL_SCOPES, 1 << 16, generation) as reader:
        fake_chat.script.append(Hold(held))
        run = client.send_chat("work", session)
        ask(reader, "history", "chat.history", sessionKey=large)
        assert len(client.history(large)) > 100
        ask(reader, "later", "health")
        ask(reader, "stop", "chat.abort", sessionKey=session)
        assert client.chat_end(run)["state"] == "aborted"
        heard = b""
        while b'"id":"stop"' not in heard or b'"id":"later"' not in heard:
            piece = reader.recv(1 << 20)
            assert piece, "cut off"
            heard += piece
        assert heard.index(b'"id":"history"') < heard.index(b'"id":"stop"') < heard.index(b'"id":"later"')
        assert b'"state":"aborted"' in heard
        held.set()


def test_strangers_do_not_end_the_messages_of_people(gateway: Gateway) -> None:
    size = 24 << 20
    with contextlib.ExitStack() as stack:
        people = [stack.enter_context(admitted(gateway, ["operator.write"])) for _ in range(2)]
        for person in people:
            person.sendall(frame(TEXT, b"a" * (size - 1), claimed=size))
        for _ in range(300):
            stranger = stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 5))
            stranger.sendall(upgrade("/") + frame(TEXT, b"a" * (63 << 10), claimed=64 << 10))
        with connect(gateway.port) as client:
            assert client.request("health")["ok"] is True
        for person in people:
            assert b"too many large messages" not in rest(person)
            person.sendall(mask(b"aaaa")[3:])
            ask(person, "health", "health")
            assert b'"id":"health"' in rest(person)


def test_a_client_that_may_not_write_cannot_send_what_takes_all_memory(gateway: Gateway) -> None:
    with connect(gateway.port, 4, scopes=[]) as client:
        most = client.hello["policy"]["maxPayload"]
        assert most == 512 << 10
        with contextlib.suppress(OSError):
            client.send_text('{"type":"req","id":"x","method":"health","params":{"pad":"' + "a" * most + '"}}')
        assert client.closed() in (1009, 1006)


def test_a_frame_of_very_many_values_is_not_read(gateway: Gateway) -> None:
    with connect(gateway.port) as client:
        before = most_resident(gateway)
        client.send_text('{"type":"req","id":"x","method":"health","params":{"a":[' + "[]," * 3_000_000 + "0]}}")
        assert client.request("health")["ok"] is True
        assert most_resident(gateway, since_now=False) - before < 64_000


def most_resident(gateway: Gateway, since_now: bool = True) -> int:
    """Kilobytes that the process has had at most, since now or since it was last asked so."""
    folder = Path(f"/proc/{gateway.pid}")
    if since_now:
        (folder / "clear_refs").write_text("5")
    (found,) = [line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(found.split()[1])


def test_messages_that_never_end_take_a_limited_room_together(gateway: Gateway) -> None:
    size = 24 << 20
    before = gateway.memory()["private"]
    with contextlib.ExitStack() as stack:
        senders = [stack.enter_context(admitted(gateway, ["operator.write"])) for _ in range(8)]
        for sender in senders:
            with contextlib.suppress(OSError):
                sender.sendall(frame(TEXT, b"a" * (size - 1), claimed=size))
        closed = [sender for sender in senders if b"too many large messages" in rest(sender)]
        assert len(closed) == 6
        assert gateway.memory()["private"] - before < 140_000
        with connect(gateway.port) as client:
            assert client.request("health")["ok"] is True


def rest(client: socket.socket) -> bytes:
    """What has come and was not read; it waits a moment for it."""
    client.settimeout(0.3)
    heard = b""
    with contextlib.suppress(OSError):
        while piece := client.recv(1 << 16):
            heard += piece
    return heard


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_json_is_refused_politely(gateway: Gateway, depth: int) -> None:
    with connect(gateway.port) as client:
        nested = "[" * depth + "]" * depth
        client.send_text('{"type":"req","id":"deep","method":"health","params":{"a":' + nested + "}}")
        assert client.request("health")["ok"] is True


# What a client may not do by a method it may not do by a command


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("/approve x allow-once", "approvals"),
        ("/pairing", "pairing"),
        ("/pairing approve ABCDEFGH", "pairing"),
        ("/restart", "admin"),
        ("/new", "admin"),
        ("/reset\nhello", "admin"),
    ],
)
@pytest.mark.parametrize("generation", [3, 4])
@pytest.mark.parametrize("method", ["chat.send", "agent"])
def test_a_command_needs_the_scope_of_its_method(
    gateway: Gateway, generation: int, method: str, text: str, scope: str
) -> None:
    with connect(gateway.port, generation, scopes=["operator.read", "operator.write"]) as client:
        answer = client.response(
            client.start(method, {"sessionKey": "main", "message": text, "idempotencyKey": f"{text} {method}"})
        )
    assert not answer["ok"] and f"operator.{scope}" in answer["error"]["message"], answer


def test_a_word_that_means_a_command_needs_its_scope(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"session": {"resetTriggers": ["Fresh start"]}}))
    with connect(gateway.port, scopes=["operator.read", "operator.write"]) as client:
        for text in ("fresh start", "Fresh start please"):
            params = {"sessionKey": "main", "message": text, "idempotencyKey": text}
            assert "operator.admin" in client.refusal("chat.send", params).message


def test_a_reader_of_the_config_sees_no_secret_in_it(start: Any, state: Path) -> None:
    more = {
        "env": {"DIRECT": "secret-1", "vars": {"OTHER": "secret-2"}},
        "skills": {"entries": {"one": {"env": {"FOO": "secret-3"}}}},
        "models": {"providers": {"mine": {"baseUrl": "https://me:secret-4@host/v1?key=secret-5", "models": []}}},
        "channels": {"telegram": {"enabled": False, "proxy": "socks5://me:secret-6@host:1"}},
    }
    gateway = start(gateway_config(state, more=more))
    before = gateway.config_path.read_text()
    with connect(gateway.port, 4, scopes=["operator.read"]) as reader:
        shown = reader.request("config.get", {})
        assert "secret-" not in json.dumps(shown)
    assert "secret-" not in gateway.command("config", "get").out
    with connect(gateway.port, 4) as admin:
        shown = admin.request("config.get", {})
        admin.request("config.set", {"raw": shown["raw"], "baseHash": shown["hash"]})
    assert json.loads(gateway.config_path.read_text()) == json.loads(before), "what is written back is what was there"


def test_a_reader_of_the_config_sees_no_comment_and_an_admin_keeps_them(gateway: Gateway) -> None:
    text = gateway.config_path.read_text().rstrip().removesuffix("}")
    text += ', // old: "secret-1"\n /* token: "secret-2"\n */ "hooks": {"path": "/a//b"} }'
    gateway.config_path.write_text(text)
    gateway.wait_for_line(r"hooks")
    with connect(gateway.port, 4, scopes=["operator.read"]) as reader:
        shown = reader.request("config.get", {})
        assert "secret-" not in json.dumps(shown) and '"/a//b"' in shown["raw"]
    with connect(gateway.port, 4) as admin:
        shown = admin.request("config.get", {})
        assert "secret-1" in shown["raw"] and "secret-2" in shown["raw"]
        admin.request("config.set", {"raw": shown["raw"], "baseHash": shown["hash"]})
    assert gateway.config_path.read_text() == text


MISSHAPEN: dict[str, Any] = {
    "a text for a section": {"gateway": {"auth": "secret-in-the-wrong-place"}},
    "a list for a text": {"channels": {"telegram": {"botToken": ["secret-in-the-wrong-place"]}}},
    "an object for a text": {"channels": {"telegram": {"botToken": {"v": "secret-in-the-wrong-place"}}}},
    "a proxy without a scheme": {"channels": {"telegram": {"proxy": "me:secret-in-the-wrong-place@127.0.0.1:1"}}},
    "a proxy with another": {"channels": {"telegram": {"proxy": "htp://me:secret-in-the-wrong-place@h:1"}}},
}


@pytest.mark.parametrize("name", MISSHAPEN)
def test_a_secret_in_the_wrong_shape_is_shown_to_nobody(start: Any, state: Path, name: str) -> None:
    gateway = start(gateway_config(state))
    telegram = {"enabled": True, "botToken": "1234567890:" + "A" * 35, "apiRoot": "http://127.0.0.1:1"}
    config = gateway.config | {"channels": {"telegram": telegram | MISSHAPEN[name].get("channels", {}).get("telegram", {})}}
    if "gateway" in MISSHAPEN[name]:
        config["gateway"] = config["gateway"] | MISSHAPEN[name]["gateway"]
    gateway.config_path.write_text(json.dumps(config))
    with connect(gateway.port, 4, scopes=["operator.read"]) as reader:
        read = functools.partial(reader.request, "config.get", {})
        eventually("the file to be read", lambda: "telegram" in json.dumps(read()["parsed"]))
        # A channel that cannot connect says why.
        if "proxy" in name:
            status = functools.partial(reader.request, "channels.status", {})
            eventually("the reason", lambda: "lastError" in json.dumps(status()))
        told = json.dumps([read(), reader.request("channels.status", {}), reader.request("status", {})])
    told += gateway.output + gateway.command("doctor").text + gateway.command("config", "validate").text
    told += "".join(path.read_text() for path in (state / "logs").iterdir())
    assert "secret-in-the-wrong-place" not in told


@pytest.mark.parametrize("token", ["__OPENCLAW_REDACTED__", "__OPENCLAW_REDACTED__x"])
def test_the_word_that_stands_for_secrets_is_no_token(state: Path, openclaw: Path, token: str) -> None:
    state.mkdir(exist_ok=True)
    config = gateway_config(state, token=token)
    (state / "openclaw.json").write_text(json.dumps(config))
    done = run_openclaw("gateway", "--bind", "lan", home=state, state=state)
    assert done.code == 1 and "everybody knows" in done.err, done.text


def test_what_a_client_says_forges_no_line_of_the_log_and_steers_no_terminal(start: Any, state: Path) -> None:
    config = gateway_config(state, more={"logging": {"level": "trace"}})
    gateway: Gateway = start(config, args=["--verbose", "--ws-log", "full"])
    with connect(gateway.port) as client, contextlib.suppress(Refused):
        client.request("nothing\n[gateway] listening elsewhere\x1b[2J\x7f\u202e", {})
    gateway.wait_for_line(r"nothing\\n\[gateway\] listening elsewhere\\u\{0*1B\}\[2J")
    assert not [line for line in gateway.lines if line.startswith("[gateway] listening elsewhere")]
    assert not {"\x1b", "\x7f", "\u202e"} & set(gateway.output)
