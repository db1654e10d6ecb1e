"""Commands that need a yes: asked of clients, in both generations, and what the rules, the file and the command line do."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from harness import Client, Gateway, ModelConfig, connect, eventually, gateway_config
from harness.gateway import run_openclaw
from tests.test_chat import text_of

SESSION = "agent:main:main"
ASKING = {"security": "allowlist", "ask": "on-miss"}
# What it starts cannot be told for certain.
COMMAND = "echo ran >> ran.txt"


@pytest.fixture
def asking(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Gateway:
    return started(start, state, fake_chat, ASKING)


def started(start: Any, state: Path, fake_chat: FakeOpenAIChat, rules: dict[str, Any], **defaults: Any) -> Gateway:
    more = {"tools": {"exec": rules}, "agents": {"defaults": defaults}}
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more))


def approver(gateway: Gateway, generation: int = 4, **changes: Any) -> Client:
    return connect(gateway.port, generation, caps=["exec-approvals"], **changes)


def begin(client: Client, fake_chat: FakeOpenAIChat, command: str = COMMAND) -> str:
    fake_chat.script += [ToolCall("exec", {"command": command}), Text("That was it.")]
    return client.send_chat("run it", SESSION)


def ran(gateway: Gateway) -> str:
    path = gateway.state / "workspace/ran.txt"
    return path.read_text() if path.exists() else ""


def result(client: Client) -> str:
    return "".join(text_of(m) for m in client.history(SESSION) if m["role"] == "toolResult")


def test_a_command_waits_for_a_client_and_runs_once(
    asking: Gateway, generation: int, fake_chat: FakeOpenAIChat
) -> None:
    with approver(asking, generation) as client, approver(asking, generation) as other:
        run = begin(client, fake_chat)
        asked = client.event("exec.approval.requested")["payload"]
        assert asked["request"]["command"] == COMMAND and asked["request"]["agentId"] == "main"
        assert asked["request"]["sessionKey"] == SESSION and asked["request"]["cwd"].endswith("/workspace")
        assert asked["expiresAtMs"] - asked["createdAtMs"] == 120_000
        assert [a["id"] for a in client.request("exec.approval.list", {})] == [asked["id"]] and ran(asking) == ""

        other.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})

        assert client.event("exec.approval.resolved")["payload"]["decision"] == "allow-once"
        client.chat_end(run)
        assert ran(asking) == "ran\n" and client.request("exec.approval.list", {}) == []
        with pytest.raises(Exception, match="unknown approval id|already resolved"):
            client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        assert ran(asking) == "ran\n"


@pytest.mark.parametrize(
    ("command", "count", "is_unclear"),
    [("git status | grep x; uname", 3, False), (COMMAND, 1, True)],
)
def test_a_question_says_how_much_a_line_starts(
    asking: Gateway, fake_chat: FakeOpenAIChat, command: str, count: int, is_unclear: bool
) -> None:
    with approver(asking) as client:
        begin(client, fake_chat, command)
        asked = client.event("exec.approval.requested")["payload"]
        client.request("exec.approval.resolve", {"id": asked["id"], "decision": "deny"})

    analysis = asked["request"]["commandAnalysis"]
    assert analysis["commandCount"] == count
    assert [line for line in analysis["warningLines"] if "cannot be told" in line] == analysis["warningLines"]
    assert bool(analysis["warningLines"]) == is_unclear


def test_a_no_reaches_the_model(asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    with approver(asking) as client:
        run = begin(client, fake_chat)
        asked = client.event("exec.approval.requested")["payload"]
        client.request("exec.approval.resolve", {"id": asked["id"], "decision": "deny"})
        client.chat_end(run)
        assert "denied this command" in result(client) and ran(asking) == ""


def test_where_no_client_can_be_asked_the_model_is_told_at_once(asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    with connect(asking.port) as client:
        client.chat_end(begin(client, fake_chat))
        assert "nobody can be asked" in result(client) and "`approvals.exec`" in result(client) and ran(asking) == ""


def test_a_run_that_is_stopped_takes_its_question_back(asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    with approver(asking) as client:
        run = begin(client, fake_chat)
        asked = client.event("exec.approval.requested")["payload"]
        client.request("chat.abort", {"sessionKey": SESSION, "runId": run})
        assert client.event("exec.approval.resolved")["payload"]["decision"] == "deny"
        with pytest.raises(Exception, match="unknown or expired"):
            client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        assert client.request("exec.approval.list", {}) == [] and ran(asking) == ""


@pytest.mark.crash
def test_a_gateway_that_is_killed_meanwhile_runs_nothing(start: Any, asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    with approver(asking) as client:
        begin(client, fake_chat)
        client.event("exec.approval.requested")
        asking.kill()
    again = start(port=asking.port)
    with approver(again) as client:
        eventually("the answer", lambda: "whether it took effect is unknown" in result(client), 20)
        assert client.request("exec.approval.list", {}) == [] and ran(again) == ""


def test_the_time_a_person_takes_is_not_the_runs(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    gateway = started(start, state, fake_chat, ASKING, timeoutSeconds=2)
    with approver(gateway) as client:
        run = begin(client, fake_chat)
        asked = client.event("exec.approval.requested")["payload"]
        time.sleep(4)
        client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        client.chat_end(run)
        assert ran(gateway) == "ran\n"


def test_who_may_not_approve_neither_hears_nor_decides(asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    with approver(asking) as client, approver(asking, scopes=["operator.read", "operator.write"]) as writer:
        begin(client, fake_chat)
        asked = client.event("exec.approval.requested")["payload"]
        for method, params in {
            "exec.approval.resolve": {"id": asked["id"], "decision": "allow-once"},
            "exec.approval.list": {},
            "exec.approvals.get": {},
            "chat.send": {
                "sessionKey": SESSION, "message": f"/approve {asked['id']} allow-once", "idempotencyKey": "k1",
            },
            "agent": {"message": f"/approve {asked['id']} allow-once", "idempotencyKey": "k2", "sessionKey": SESSION},
        }.items():
            assert "missing scope: operator." in writer.refusal(method, params).message, method
        assert not [f for f in writer.frames if str(f.get("event")).startswith("exec.")] and ran(asking) == ""
        client.chat(f"/approve {asked['id'][:8]} deny", SESSION)
        client.event("exec.approval.resolved", decision="deny")


def test_a_command_that_is_always_asked_for_cannot_be_allowed_for_good(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    gateway = started(start, state, fake_chat, {"ask": "always"})
    with approver(gateway) as client:
        run = begin(client, fake_chat, "true")
        asked = client.event("exec.approval.requested")["payload"]
        assert asked["request"]["allowedDecisions"] == ["allow-once", "deny"]
        with pytest.raises(Exception, match="allow-always is unavailable"):
            client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-always"})
        client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        client.chat_end(run)
    assert not (state / "exec-approvals.json").exists()


# The file


def test_the_file_holds_at_once_and_a_mistake_in_it_lets_nothing_run(asking: Gateway, fake_chat: FakeOpenAIChat) -> None:
    file = asking.state / "exec-approvals.json"
    with connect(asking.port) as client:
        for text, told in [
            ('{"version":1,"defaults":{"security":"deny"}}', "`security` is `deny`"),
            ('{"version":1,"agents":{"main":{"allowlist":[{"pattern":"/bin/mkdir"}]}}}', "made"),
            ('{"version":1,', "no JSON"),
        ]:
            file.write_text(text)
            fake_chat.script += [ToolCall("exec", {"command": "mkdir -v made"}), Text("That was it.")]
            client.chat("run it", SESSION)
            assert told in text_of([m for m in client.history(SESSION) if m["role"] == "toolResult"][-1])
    assert "exec-approvals.json" in asking.command("doctor").text


@pytest.mark.parametrize(
    "text",
    ["", "\n", '{"version":1,"defaults":{"securty":"deny"}}', '{"version":1,"default":{"security":"deny"}}'],
)
def test_a_file_that_lost_its_rules_lets_nothing_run(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, text: str
) -> None:
    gateway = started(start, state, fake_chat, {})
    (state / "exec-approvals.json").write_text(text)
    with connect(gateway.port) as client:
        run = begin(client, fake_chat)
        client.chat_end(run)
        assert "No command runs" in result(client) and ran(gateway) == ""
    gateway.wait_for_line("no command runs")
    assert "exec-approvals.json" in gateway.command("doctor").text


def test_the_file_is_read_and_written_over_the_wire_with_a_base_hash(asking: Gateway, generation: int) -> None:
    with connect(asking.port, generation) as client:
        first = client.request("exec.approvals.get", {})
        assert not first["exists"] and first["file"] == {"version": 1, "defaults": {}, "agents": {}}
        new = {"version": 1, "socket": {"path": "/x"}, "defaults": {"security": "allowlist"}, "agents": {}}
        written = client.request("exec.approvals.set", {"file": new})
        assert written["exists"] and written["file"] == new and written["hash"] != first["hash"]
        long_list = {"version": 1, "agents": {"main": {"allowlist": [{"pattern": "/x"}] * 1001}}}
        for params, message in [
            ({"file": new}, "exec approvals base hash required; re-run exec.approvals.get and retry"),
            ({"file": new, "baseHash": "x"}, "exec approvals changed since last load; re-run exec.approvals.get and retry"),
            ({"file": {"version": 2}, "baseHash": written["hash"]}, "invalid exec approvals: `version` must be 1"),
            (
                {"file": long_list, "baseHash": written["hash"]},
                "invalid exec approvals: the allowlist of `main` has more than 1000 entries",
            ),
            (
                {"file": new | {"note": "x" * (5 << 20)}, "baseHash": written["hash"]},
                f"`{asking.state}/exec-approvals.json` would be larger than 4194304 bytes; it stays as it was.",
            ),
        ]:
            assert client.refusal("exec.approvals.set", params).message == message
        client.request("exec.approvals.set", {"file": new | {"defaults": {}}, "baseHash": written["hash"]})
    assert json.loads((asking.state / "exec-approvals.json").read_text())["defaults"] == {}


def test_the_command_line_shows_and_changes_the_lists(asking: Gateway) -> None:
    def run(*words: str) -> str:
        done = asking.command("approvals", *words)
        assert done.code == 0, done.text
        return done.out

    assert "not there" in run("get")
    run("allowlist", "add", "/usr/bin/git", "--agent", "main")
    run("allowlist", "add", "~/bin/*", "--gateway")
    shown = json.loads(run("get", "--json"))
    assert shown["effective"]["main"] == {"security": "allowlist", "ask": "on-miss", "askFallback": "deny"}
    assert {name: [e["pattern"] for e in a["allowlist"]] for name, a in shown["file"]["agents"].items()} == {
        "main": ["/usr/bin/git"],
        "*": ["~/bin/*"],
    }
    run("allowlist", "remove", "~/bin/*", "--gateway")
    assert "~/bin/*" not in run("get") and "/usr/bin/git" in run("get", "--gateway")
    assert asking.command("approvals", "allowlist", "remove", "nope").code == 1
    stranger = asking.command("approvals", "allowlist", "add", "/bin/sh", "--agent", "mian")
    assert stranger.code == 1 and "There is no agent `mian`. Did you mean `main`?" in stranger.text
    assert (asking.state / "exec-approvals.json").stat().st_mode & 0o777 == 0o600


def test_a_file_is_set_as_a_whole_or_not_at_all(openclaw: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (tmp_path / "new.json5").write_text("{version: 1, defaults: {ask: 'always'}} // asks\n")
    (tmp_path / "bad.json5").write_text("{version: 1, defaults: {ask: 'sometimes'}}")
    run = lambda *words: run_openclaw("approvals", *words, home=tmp_path, state=state)  # noqa: E731

    assert run("set", "--file", str(tmp_path / "new.json5")).code == 0
    bad = run("set", "--file", str(tmp_path / "bad.json5"))

    assert bad.code == 1 and "`defaults.ask` must be off, on-miss or always" in bad.err
    assert run("set").code == 1
    assert json.loads((state / "exec-approvals.json").read_text()) == {"version": 1, "defaults": {"ask": "always"}}


@pytest.mark.parametrize("asks", ["a run", "a client"])
def test_a_gateway_that_stops_does_not_wait_for_people(asking: Gateway, fake_chat: FakeOpenAIChat, asks: str) -> None:
    with approver(asking) as client:
        if asks == "a run":
            begin(client, fake_chat)
        else:
            client.start("exec.approval.request", {"command": "ls"})
        client.event("exec.approval.requested")
        code, seconds = asking.stop()
    assert code == 0 and seconds < 5 and ran(asking) == ""


def test_a_program_that_the_assistant_can_write_is_asked_for_each_time(
    asking: Gateway, fake_chat: FakeOpenAIChat
) -> None:
    script = asking.state / "workspace/ok.sh"
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/bin/sh\necho ran >> ran.txt\n")
    script.chmod(0o755)
    asking.command("approvals", "allowlist", "add", str(script), "--agent", "main")
    with approver(asking) as client:
        run = begin(client, fake_chat, "./ok.sh")
        asked = client.event("exec.approval.requested")["payload"]

        [warning] = asked["request"]["commandAnalysis"]["warningLines"]
        assert "can change `./ok.sh` itself" in warning and ran(asking) == ""
        with pytest.raises(Exception, match="allow-always"):
            client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-always"})
        client.request("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        client.chat_end(run)
    assert ran(asking) == "ran\n"
