"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, FakeProxy, Silence
from harness import Gateway, ModelConfig, connect, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import Finished, Process, binary, free_port, run_openclaw, scrubbed_environment

VERSION = re.compile(r"^\d{4}\.\d{1,2}\.\d{1,2}|\d+\.\d+\.\d+")


def succeeded(done: Finished) -> Finished:
    assert done.code == 0, f"exit {done.code}:\n{done.text}"
    return done


def failed(done: Finished) -> Finished:
    assert done.code == 1, done.text
    return done


def alone(tmp_path: Path, *args: str, **env: str) -> Finished:
    """Runs the CLI without any gateway."""
    state = tmp_path / "state"
    state.mkdir(exist_ok=True)
    return run_openclaw(*args, home=tmp_path, state=state, env=env)


@pytest.mark.parametrize("flag", ["--version", "-V", "-v"])
def test_the_version_is_one_line(openclaw: Path, tmp_path: Path, flag: str) -> None:
    done = succeeded(alone(tmp_path, flag))
    assert VERSION.search(done.out) and done.out.count("\n") == 1 and done.err == ""


def through(tmp_path: Path, pipe: str) -> tuple[int, str]:
    """Runs a line of shell that has the CLI in `$openclaw`; the CLI's own exit code, and what was said on stderr."""
    environment = {**scrubbed_environment(tmp_path, tmp_path / "state", {}), "openclaw": str(binary())}
    done = subprocess.run(
        ["bash", "-c", f"{pipe}; exit ${{PIPESTATUS[0]}}"], env=environment, capture_output=True, text=True, timeout=20
    )
    return done.returncode, done.stderr


def test_output_that_cannot_be_written_is_a_failure(openclaw: Path, tmp_path: Path) -> None:
    code, said = through(tmp_path, "$openclaw config schema >/dev/full")
    assert code == 1 and "could not be written: No space left on device" in said


def test_a_reader_that_has_enough_ends_it_quietly(openclaw: Path, tmp_path: Path) -> None:
    code, said = through(tmp_path, "$openclaw config schema | head -1")
    assert code == 128 + signal.SIGPIPE and said == ""


@pytest.mark.parametrize(
    "args", [["--help"], ["help"], ["gateway", "--help"], ["config", "--help"], ["models", "--help"]]
)
def test_help_tells_the_usage(openclaw: Path, tmp_path: Path, args: list[str]) -> None:
    done = succeeded(alone(tmp_path, *args))
    assert "Usage: openclaw" in done.out


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["statsu"], "status"),
        (["gateway", "rnu"], "run"),
        (["status", "--jsno"], "--json"),
        (["gateway", "--prot", "1"], "--port"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(openclaw: Path, tmp_path: Path, args: list[str], named: str) -> None:
    done = alone(tmp_path, *args)
    assert done.code != 0 and done.out == ""
    assert named in done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_printed_for_a_shell(openclaw: Path, tmp_path: Path, shell: str) -> None:
    done = succeeded(alone(tmp_path, "completion", "--shell", shell))
    assert "openclaw" in done.out and "gateway" in done.out


# With a gateway


def test_status_tells_that_the_gateway_is_reachable(gateway: Gateway) -> None:
    done = succeeded(gateway.command("status"))
    assert str(gateway.port) in done.out and "reachable" in done.out.lower()


def test_status_counts_turns_and_what_nobody_answers(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    assert "Turns     none since the start" in succeeded(gateway.command("status")).out
    with connect(gateway.port) as client:
        for words in ("[[say:Hello.]]", "[[err:400]]"):
            client.chat_end(client.send_chat(words))
        turns = client.request("status")["turns"]
    assert (turns["submitted"], turns["completed"], turns["failed"], turns["unanswered"]) == (2, 1, 1, 0)
    assert "Turns     1 answered, 1 failed\n" in succeeded(gateway.command("status")).out


@pytest.mark.parametrize(("mode", "told"), [("hybrid", "active"), ("off", "disabled")])
def test_health_tells_whether_changes_of_the_config_are_taken_up(start: Any, state: Path, mode: str, told: str) -> None:
    gateway = start(gateway_config(state, more={"gateway": {"reload": {"mode": mode}}}))
    with connect(gateway.port, 4) as client:
        assert client.request("health")["configReload"] == {"hotReloadStatus": told}


def test_status_as_json_is_json_alone(gateway: Gateway) -> None:
    status = json.loads(succeeded(gateway.command("status", "--json")).out)
    assert status["gateway"]["reachable"] is True
    assert status["heartbeat"]["defaultAgentId"] == "main"


def test_health_ends_with_zero_and_json_is_the_summary(gateway: Gateway) -> None:
    succeeded(gateway.command("health"))
    assert json.loads(succeeded(gateway.command("health", "--json")).out)["ok"] is True


def test_gateway_status_names_the_file_and_the_port(gateway: Gateway) -> None:
    out = succeeded(gateway.command("gateway", "status")).out
    assert str(gateway.config_path) in out and str(gateway.port) in out


def test_gateway_health_says_ok(gateway: Gateway) -> None:
    assert "OK" in succeeded(gateway.command("gateway", "health")).out


def test_gateway_probe_says_reachable(gateway: Gateway) -> None:
    told = succeeded(gateway.command("gateway", "probe")).out
    assert "Reachable: yes" in told and "operator.admin" in told
    probe = json.loads(succeeded(gateway.command("gateway", "probe", "--json")).out)
    assert probe["ok"] is True


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["health", "--json"], 0, '"ok": true'),
        (["chat.history", "--params", '{"sessionKey":"main","limit":1}', "--json"], 0, '"messages"'),
        (["nope.method"], 1, "unknown method: nope.method"),
        (["chat.history", "--params", "{bad"], 1, "--params must be valid JSON"),
        (["health", "--token", "wrong-token"], 1, "unauthorized: gateway token mismatch"),
        (["health", "--url", "ws://127.0.0.1:1", "--token", "x"], 1, "ws://127.0.0.1:1"),
    ],
)
def test_gateway_call_calls(gateway: Gateway, args: list[str], code: int, said: str) -> None:
    done = gateway.command("gateway", "call", *args)
    assert done.code == code, done.text
    assert said in (done.out if code == 0 else done.err)


def test_an_address_that_does_not_answer_is_told_in_words(gateway: Gateway) -> None:
    told = failed(gateway.command("health", "--live", "http://127.0.0.1:1/healthz")).err
    assert "http://127.0.0.1:1/healthz does not answer" in told
    assert "unreachable(" not in told and "\\'" not in told


def test_secrets_of_this_machine_are_not_sent_to_any_other_address(gateway: Gateway) -> None:
    url = f"ws://localhost:{gateway.port}"
    assert "add `--token`" in failed(gateway.command("health", "--url", url)).err
    succeeded(gateway.command("health", "--url", url, "--token", TOKEN))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["logs", "--limit", "x"], "Invalid --limit `x`"),
        (["sessions", "--limit", "0"], "Invalid --limit `0`"),
        (["gateway", "usage-cost", "--days", "-1"], "Invalid --days `-1`"),
        (["health", "--timeout", "soon"], "Invalid --timeout `soon`"),
        (["--profile", "../elsewhere", "config", "file"], "Invalid profile `../elsewhere`"),
        (["--profile", "", "config", "file"], "`--profile` needs a value"),
        (["--profile"], "`--profile` needs a value"),
        (["--dev", "--profile", "work", "config", "file"], "Leave out `--dev` or `--profile`"),
        (["gateway", "--token=", "--verbose"], "`--token` needs a value"),
        (["gateway", "--token", "--verbose"], "`--verbose` is an option"),
        (["status", "--json=yes"], "`--json` takes no value"),
        (["--json", "status"], "`--json` stands before the command"),
        (["--update"], "install the new version"),
        (["gateway", "--tailscale", "nowhere"], "Use one of: off, serve, funnel"),
        (["gateway", "--reset"], "begins the installation of `--dev` anew"),
        (["gateway", "--dev", "--reset"], "begins the installation of `--dev` anew"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(gateway: Gateway, args: list[str], said: str) -> None:
    assert said in failed(gateway.command(*args)).err


def test_status_shows_usage_when_asked(gateway: Gateway) -> None:
    succeeded(gateway.command("agent", "--message", "hi"))
    said = succeeded(gateway.command("status")).out
    assert "Cost" not in said and "tokens used" not in said
    assert "Cost" in succeeded(gateway.command("status", "--usage")).out
    assert "Cost" in succeeded(gateway.command("status", "--all")).out


def test_the_log_can_be_read_when_no_gateway_runs(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    gateway.stop()
    done = succeeded(gateway.command("logs", "--limit", "50"))
    assert "listening on" in done.out
    assert "not reachable" in done.err


def test_agent_prints_the_answer(gateway: Gateway) -> None:
    done = succeeded(gateway.command("agent", "--message", "[[say:printed for you]]"))
    assert "printed for you" in done.out


def test_agent_says_whether_there_was_something_to_stop(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    assert succeeded(gateway.command("agent", "--message", "stop")).out.strip() == "Nothing was running."
    fake_chat.script.append(Silence())
    with connect(gateway.port) as client:
        client.send_chat("hi", "agent:main:main")
        fake_chat.wait_for_request()
        assert succeeded(gateway.command("agent", "--message", "stop")).out.strip() == "What was running is stopped."


def test_agent_as_json_has_the_payloads(gateway: Gateway) -> None:
    done = succeeded(gateway.command("agent", "--session-id", "cli-test", "--message", "[[say:as json]]", "--json"))
    assert json.loads(done.out)["result"]["payloads"][0]["text"] == "as json"


def test_agent_goes_on_with_the_session_of_an_id(gateway: Gateway) -> None:
    key = "agent:main:known-by-id"
    with connect(gateway.port) as client:
        client.chat("hi", key)
        [row] = [row for row in client.request("sessions.list", {})["sessions"] if row["key"] == key]
        succeeded(gateway.command("agent", "--session-id", row["sessionId"], "-m", "[[say:found]]"))
        assert "found" in str(client.history(key)[-1]["content"])


def test_agent_asks_the_default_agent_whatever_it_is_called(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    agents = {"list": [{"id": "work", "default": True}, {"id": "other"}]}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"agents": agents}))
    succeeded(gateway.command("agent", "-m", "hi"))
    succeeded(gateway.command("agent", "-m", "hi", "--session-key", "agent:other:main"))
    succeeded(gateway.command("agent", "-m", "hi", "--agent", "other"))
    with connect(gateway.port) as client:
        asked = {key: str(client.history(key)).count("'hi'") for key in ("agent:work:main", "agent:other:main")}
    assert asked == {"agent:work:main": 1, "agent:other:main": 2}


def test_agent_ends_with_one_when_the_model_fails(gateway: Gateway) -> None:
    done = gateway.command("agent", "--message", "[[err:400]]", timeout=40)
    assert done.code == 1 and done.err.strip()


def test_agent_shows_what_was_said_before_the_time_was_up_and_ends_with_one(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    agents = {"defaults": {"timeoutSeconds": 1}}
    gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"agents": agents}))
    fake_chat.script.append(Silence(after=2, text="The first half of an answer"))
    done = gateway.command("agent", "--message", "hi", timeout=40)
    assert done.code == 1 and "The first" in done.out and "took too long" in done.err


def test_sessions_are_listed(gateway: Gateway) -> None:
    with connect(gateway.port) as client:
        client.chat("hi", "agent:main:listed-by-the-cli")
    assert "agent:main:listed-by-the-cli" in succeeded(gateway.command("sessions")).text
    listed = json.loads(succeeded(gateway.command("sessions", "--json")).out)
    assert "agent:main:listed-by-the-cli" in [row["key"] for row in listed["sessions"]]


def test_logs_are_shown(gateway: Gateway) -> None:
    assert "listening on" in succeeded(gateway.command("logs", "--limit", "500", "--plain")).out
    lines = succeeded(gateway.command("logs", "--limit", "2", "--json")).out.splitlines()
    assert json.loads(lines[0])["type"] == "meta"
    assert all(json.loads(line)["type"] == "log" for line in lines[1:])


def test_a_cut_line_of_the_log_is_told_as_json_and_steers_no_terminal(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    (file,) = (state / "logs").glob("openclaw-*.log")
    with file.open("a") as log:
        log.write('{"message": "cut \x1b[2J\n')
    told = json.loads(succeeded(gateway.command("logs", "--limit", "1", "--json")).out.splitlines()[-1])
    assert told == {"type": "raw", "raw": '{"message": "cut \x1b[2J'}
    assert "\x1b" not in succeeded(gateway.command("logs", "--limit", "1")).out


def test_models_are_listed(gateway: Gateway) -> None:
    assert "fake/fake-1" in succeeded(gateway.command("models", "list")).out
    listed = json.loads(succeeded(gateway.command("models", "list", "--json")).out)
    assert "fake/fake-1" in [entry["key"] for entry in listed["models"]]
    status = json.loads(succeeded(gateway.command("models", "status", "--json")).out)
    assert status["defaultModel"] == "fake/fake-1"


def test_channels_status_as_json(gateway: Gateway) -> None:
    status = json.loads(succeeded(gateway.command("channels", "status", "--json")).out)
    assert status["channelOrder"] == [] and status["channels"] == {}


@pytest.mark.parametrize("harm", ["scribbled", "cut", "folder"])
def test_doctor_sees_a_damaged_database(start: Any, state: Path, harm: str) -> None:
    gateway = start(gateway_config(state))
    assert "database" not in gateway.command("doctor").out
    gateway.stop()
    file = state / "openclaw.sqlite"
    whole = file.read_bytes()
    file.unlink()
    if harm == "folder":
        file.mkdir()
    else:
        file.write_bytes(b"oh" * 2000 if harm == "scribbled" else whole[: len(whole) // 2])
    done = failed(gateway.command("doctor"))
    assert str(file) in done.out and ("damaged" in done.out or "is no file" in done.out), done.out


def test_an_account_whose_token_is_in_the_environment_is_turned_off_and_keeps_its_rules(
    openclaw: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    config = tmp_path / "state/openclaw.json"
    config.write_text(json.dumps({"channels": {"telegram": {"allowFrom": ["1"]}}}))
    done = failed(alone(tmp_path, "channels", "remove", "telegram", "--delete", TELEGRAM_BOT_TOKEN="1:t"))
    assert "is off" in done.out and "`TELEGRAM_BOT_TOKEN` is still set" in done.err
    assert json.loads(config.read_text())["channels"]["telegram"] == {"allowFrom": ["1"], "enabled": False}
    succeeded(alone(tmp_path, "channels", "remove", "telegram", "--delete"))
    assert "telegram" not in json.loads(config.read_text()).get("channels", {})


def test_an_account_is_turned_off_and_deleted_without_those_beside_it(openclaw: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    config = tmp_path / "state/openclaw.json"
    others = {"allowFrom": ["1"], "accounts": {"work": {"botToken": "2:w"}}}
    config.write_text(json.dumps({"channels": {"telegram": {"botToken": "1:t", "name": "Home", **others}}}))
    off = alone(tmp_path, "channels", "remove", "telegram")
    assert "account `default` is off" in succeeded(off).out
    listed = alone(tmp_path, "channels", "list").out
    assert re.search(r"telegram +default +off", listed) and re.search(r"telegram +work +on", listed), listed
    before = config.read_text()
    assert "is logged out" in succeeded(alone(tmp_path, "channels", "logout", "telegram")).out
    assert "1:t" not in config.read_text() and "2:w" in config.read_text()
    config.write_text(before)
    gone = alone(tmp_path, "channels", "remove", "telegram", "--delete")
    assert "account `default` is deleted" in succeeded(gone).out
    assert json.loads(config.read_text())["channels"]["telegram"] == others
    again = alone(tmp_path, "channels", "remove", "telegram", "--delete")
    assert "The config has no Telegram account `default`" in failed(again).err


def test_a_list_of_no_channels_is_json_too(openclaw: Path, tmp_path: Path) -> None:
    told = json.loads(succeeded(alone(tmp_path, "channels", "list", "--json")).out)
    assert told["channelOrder"] == [] and told["channelAccounts"] == {}


def test_channels_are_listed_from_the_config_when_no_gateway_runs(openclaw: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    channels = {"telegram": {"botToken": "1:t"}, "discord": {"enabled": False, "accounts": {"work": {}}}}
    (tmp_path / "state/openclaw.json").write_text(json.dumps({"channels": channels}))
    done = succeeded(alone(tmp_path, "channels", "list"))
    assert re.search(r"telegram +default +on", done.out) and re.search(r"discord +work +off", done.out), done.out
    assert "Gateway not reachable" in done.err
    told = json.loads(succeeded(alone(tmp_path, "channels", "list", "--json")).out)
    assert told["channelOrder"] == ["telegram", "discord"]
    telegram, discord = told["channelAccounts"]["telegram"][0], told["channelAccounts"]["discord"][0]
    assert (telegram["accountId"], telegram["tokenSource"], telegram["running"]) == ("default", "config", False)
    assert (discord["accountId"], discord["enabled"], discord["configured"]) == ("work", False, False)
    unknown = alone(tmp_path, "channels", "logout", "--channel", "discord", "--account", "nobody")
    assert "account `nobody`" in failed(unknown).err
    assert "There are: telegram, discord" in failed(alone(tmp_path, "pairing", "list", "zebra")).err


def test_doctor_finds_nothing_wrong(gateway: Gateway) -> None:
    succeeded(gateway.command("doctor", "--non-interactive"))


def test_a_command_is_quick(gateway: Gateway) -> None:
    gateway.command("status")
    assert gateway.command("status").seconds < 1, "a debug build may be slow, but not that slow"


# Without a gateway


@pytest.mark.parametrize(
    "args",
    [
        ["health"],
        ["gateway", "health"],
        ["gateway", "call", "health"],
        ["gateway", "probe"],
        ["agent", "--message", "x"],
    ],
)
def test_without_a_gateway_a_command_says_how_to_start_one(openclaw: Path, tmp_path: Path, args: list[str]) -> None:
    done = alone(tmp_path, *args, OPENCLAW_GATEWAY_PORT="1", OPENCLAW_GATEWAY_TOKEN="x")
    assert done.code == 1
    assert "127.0.0.1:1" in done.text and "openclaw gateway" in done.text


def test_status_without_a_gateway_still_tells_what_it_knows(openclaw: Path, tmp_path: Path) -> None:
    done = succeeded(alone(tmp_path, "status", OPENCLAW_GATEWAY_PORT="1"))
    assert "unreachable" in done.out.lower()


def test_status_tells_a_refused_login_from_a_gateway_that_is_not_there(gateway: Gateway) -> None:
    wrong = {"OPENCLAW_GATEWAY_TOKEN": "wrong"}
    done = failed(gateway.command("status", env=wrong))
    assert "refused the login" in done.out and "unreachable" not in done.out
    assert "`OPENCLAW_GATEWAY_TOKEN`" in done.out and "`gateway.auth.token`" in done.out and "`--token`" in done.out
    told = json.loads(failed(gateway.command("status", "--json", env=wrong)).out)
    assert told["gateway"]["reachable"] is True and told["gateway"]["login"] == "refused"
    assert "login refused" in succeeded(gateway.command("gateway", "status", env=wrong)).out
    assert "refused the login" in gateway.command("doctor", env=wrong).out


# Configuration


@pytest.fixture
def config(openclaw: Path, tmp_path: Path) -> Any:
    """Runs `openclaw config …` on a file with a comment in it."""
    state = tmp_path / "state"
    state.mkdir()
    text = json.dumps(gateway_config(state, more={"gateway": {"port": 19003}}), indent=2)
    (state / "openclaw.json").write_text("// mine\n" + text)
    return lambda *args: alone(tmp_path, "config", *args)


@pytest.mark.parametrize(
    ("path", "value"),
    [("gateway.port", "19003\n"), ("gateway.mode", "local\n"), ("gateway.auth.token", "__OPENCLAW_REDACTED__\n")],
)
def test_config_get_prints_one_value(config: Any, path: str, value: str) -> None:
    assert succeeded(config("get", path)).out == value


def test_config_get_prints_an_object_as_json(config: Any) -> None:
    assert json.loads(succeeded(config("get", "gateway", "--json")).out)["port"] == 19003


def test_config_get_of_nothing_ends_with_one(config: Any) -> None:
    done = config("get", "nope.key")
    assert done.code == 1 and "Config path not found: nope.key" in done.err


@pytest.mark.parametrize(
    ("path", "value", "stored"),
    [
        ("gateway.port", "19004", 19004),
        ("agents.defaults.model.primary", "openai/gpt-4o", "openai/gpt-4o"),
        ("agents.defaults.model.fallbacks", '["a/b", "c/d"]', ["a/b", "c/d"]),
        ("logging.level", "debug", "debug"),
    ],
)
def test_config_set_changes_one_value_and_keeps_the_comment(
    config: Any, tmp_path: Path, path: str, value: str, stored: Any
) -> None:
    succeeded(config("set", path, value))
    assert (tmp_path / "state/openclaw.json").read_text().startswith("// mine\n")
    shown = succeeded(config("get", path, "--json")).out
    assert json.loads(shown) == stored


def test_config_unset_removes_one_value(config: Any) -> None:
    succeeded(config("unset", "gateway.port"))
    assert config("get", "gateway.port").code == 1
    assert succeeded(config("get", "gateway.mode")).out == "local\n"


@pytest.mark.parametrize(
    ("path", "value"), [("gateway.port", "abc"), ("gateway.mode", "sideways"), ("gateway.prot", "1")]
)
def test_config_set_refuses_what_is_wrong_and_changes_nothing(
    config: Any, tmp_path: Path, path: str, value: str
) -> None:
    before = (tmp_path / "state/openclaw.json").read_bytes()
    done = config("set", path, value)
    assert done.code == 1 and path in done.err
    assert (tmp_path / "state/openclaw.json").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"), [(b'{"a": 1,,}', "1:9"), ('{} // på svenska'.encode("latin-1"), "UTF-8")]
)
def test_a_file_that_cannot_be_read_is_neither_shown_nor_written(
    config: Any, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "state/openclaw.json").write_bytes(content)
    for words in (["get"], ["get", "gateway.port"], ["set", "gateway.port", "3001"], ["unset", "gateway.port"]):
        done = failed(config(*words))
        assert said in done.err and done.out == "", done.text
    assert (tmp_path / "state/openclaw.json").read_bytes() == content


def test_config_get_shows_what_an_included_file_says(config: Any, tmp_path: Path) -> None:
    (tmp_path / "state/part.json5").write_text("{gateway: {port: 19009}}")
    (tmp_path / "state/openclaw.json").write_text('{"$include": "./part.json5"}')
    assert succeeded(config("get", "gateway.port")).out == "19009\n"


def test_config_set_makes_a_list_where_the_path_wants_one_and_takes_negative_numbers(config: Any) -> None:
    succeeded(config("set", "agents.list[0].id", "main"))
    assert json.loads(succeeded(config("get", "agents.list", "--json")).out) == [{"id": "main"}]
    assert "-1" in failed(config("set", "gateway.port", "-1")).err


@pytest.mark.parametrize("words", [["set", "", "{}"], ["unset", ""]])
def test_an_empty_path_is_not_the_whole_file(config: Any, words: list[str]) -> None:
    assert "path is empty" in failed(config(*words)).err
    assert succeeded(config("get", "gateway.port")).out == "19003\n"


def test_config_validate_names_the_place(config: Any, tmp_path: Path) -> None:
    succeeded(config("validate"))
    file = tmp_path / "state/openclaw.json"
    file.write_text(file.read_text().replace("19003", '"abc"'))
    done = config("validate")
    assert done.code == 1 and re.search(r"openclaw\.json:\d+:\d+", done.text) and "gateway.port" in done.text


def test_a_change_by_the_cli_reaches_the_running_gateway(gateway: Gateway, model: FakeOpenAIChat) -> None:
    succeeded(gateway.command("config", "set", "agents.defaults.maxConcurrent", "9"))
    with connect(gateway.port) as client:
        eventually(
            "the gateway to take it up",
            lambda: client.request("config.get")["config"]["agents"]["defaults"]["maxConcurrent"] == 9,
            5,
        )


def test_doctor_says_where_the_running_gateway_listens(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state), args=["--bind", "lan"])
    told = gateway.command("doctor").out
    assert f"listens on port {gateway.port} for the network (--bind lan); asks for token" in told
    gateway.stop()
    told = gateway.command("doctor").out
    assert "for this machine only (gateway.bind: loopback)" in told


@pytest.mark.parametrize(
    ("gateway", "code", "said"),
    [
        ({"mode": "local"}, 0, "ok   Listens on"),
        # A container, as the tests may run in, is started with a command that nobody sees.
        ({"auth": {"mode": "none"}}, None, "`gateway.mode` is not `local`"),
        ({"mode": "remote", "remote": {"url": "ws://other:18789"}}, 0, "ok   Uses the gateway at ws://other:18789"),
        ({"mode": "remote"}, 1, "`gateway.remote.url` does not say where the gateway is"),
    ],
)
def test_doctor_knows_what_the_machine_is_for(
    openclaw: Path, tmp_path: Path, gateway: dict[str, Any], code: int | None, said: str
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    config = state / "openclaw.json"
    config.write_text(json.dumps({"gateway": gateway}))
    config.chmod(0o600)
    port = str(free_port())
    done = alone(
        tmp_path, "doctor", "--non-interactive", ANTHROPIC_API_KEY="sk-ant-x", OPENCLAW_GATEWAY_PORT=port
    )
    assert code in (None, done.code) and said in done.out, done.text
    assert gateway.get("mode") != "remote" or "vendor" not in done.out


def test_first_commands_that_run_at_once_are_one_computer(gateway: Gateway, tmp_path: Path) -> None:
    def known() -> set[str]:
        listed = json.loads(succeeded(gateway.command("devices", "list", "--json")).out)
        return {device["deviceId"] for device in listed["paired"]}

    before = known()
    words = [str(binary()), "health", "--url", gateway.url.replace("http", "ws"), "--token", TOKEN]
    env = scrubbed_environment(tmp_path, tmp_path / "state", {})
    commands = [subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL) for _ in range(6)]
    assert [command.wait(20) for command in commands] == [0] * 6
    assert len(known() - before) == 1


@pytest.mark.parametrize(
    ("home", "workspace"), [("relative", "~/work"), ("/tmp", "a/" * 60_000)], ids=["relative home", "long path"]
)
def test_doctor_finds_the_end_of_a_path_that_leads_nowhere(
    openclaw: Path, tmp_path: Path, home: str, workspace: str
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/openclaw.json").write_text(
        json.dumps({"gateway": {"mode": "local"}, "agents": {"defaults": {"workspace": workspace}}})
    )
    done = run_openclaw("doctor", home=tmp_path, state=tmp_path / "state", env={"HOME": home})
    assert done.code == 1 and "openclaw" in done.text, f"{done.code}: {done.text[-500:]}"


def test_doctor_says_where_no_gateway_can_listen(start: Any, openclaw: Path, tmp_path: Path, state: Path) -> None:
    state.mkdir(mode=0o700)
    config = gateway_config(state)
    with socket.create_server(("127.0.0.1", 0)) as other:
        config["gateway"]["port"] = other.getsockname()[1]
        (state / "openclaw.json").write_text(json.dumps(config))
        told = failed(run_openclaw("doctor", home=tmp_path, state=state)).out
        assert f"BAD  No gateway can start: Port {config['gateway']['port']} is already in use." in told

    config["gateway"] |= {"bind": "custom", "customBindHost": "203.0.113.9"}
    (state / "openclaw.json").write_text(json.dumps(config))
    advice = "This machine has no address `203.0.113.9`. Set `gateway.customBindHost` to an address that it has"
    assert f"No gateway can start: {advice}" in failed(run_openclaw("doctor", home=tmp_path, state=state)).out
    gateway = start(args=[], ready=False)
    gateway.wait_for_line(f"Gateway failed to start: {advice}")


def test_doctor_knows_that_the_queue_of_a_channel_has_its_effect(openclaw: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    more = {"messages": {"queue": {"byChannel": {"telegram": "followup"}}}}
    (state / "openclaw.json").write_text(json.dumps(gateway_config(state, more=more)))
    assert "no effect" not in alone(tmp_path, "doctor", "--non-interactive").out


def test_doctor_lists_keys_that_have_no_effect_yet(openclaw: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "openclaw.json").write_text(json.dumps(gateway_config(state, more={"talk": {"voiceId": "x"}})))
    done = alone(tmp_path, "doctor", "--non-interactive")
    assert "talk" in done.text and "no effect yet" in done.text.lower()


def test_doctor_says_that_the_skills_of_a_place_are_not_looked_at(openclaw: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    more = {
        "channels": {
            "discord": {"guilds": {"1": {"channels": {"general": {"skills": ["a"], "users": ["2"]}}}}},
            "telegram": {"groups": {"-100": {"skills": ["a"], "topics": {"7": {"skills": []}}}}},
        },
        "bindings": [{"agentId": "main", "comment": "who answers", "match": {"channel": "discord"}}],
    }
    (state / "openclaw.json").write_text(json.dumps(gateway_config(state, more=more)))
    done = alone(tmp_path, "doctor", "--non-interactive")
    listed = [line.split("`")[1] for line in done.out.splitlines() if line.endswith("is known but has no effect yet")]
    assert sorted(listed) == [
        "channels.discord.guilds.1.channels.general.skills",
        "channels.telegram.groups.-100.skills",
        "channels.telegram.groups.-100.topics.7.skills",
    ], done.text


def test_doctor_and_log_say_which_secrets_of_the_file_are_not_used(start: Any, state: Path) -> None:
    more = {"models": {"providers": {"openai": {"apiKey": "sk-old-0123456789", "baseUrl": "http://127.0.0.1:9/v1", "models": []}}}}
    env = {"OPENCLAW_GATEWAY_TOKEN": "another-token-0123456789", "OPENAI_API_KEY": "sk-new-0123456789"}
    gateway = start(gateway_config(state, more=more), env=env)
    done = gateway.command("doctor", "--non-interactive", env=env)
    for text in (done.text, gateway.output):
        assert "gateway.auth.token: shadowed by the environment variable `OPENCLAW_GATEWAY_TOKEN`" in text
        assert "models.providers.openai.apiKey: shadowed by the environment variable `OPENAI_API_KEY`" in text
        assert TOKEN not in text and "sk-old" not in text and "sk-new" not in text


def test_doctor_says_what_the_running_gateway_warns_of_where_the_shell_has_another_environment(
    start: Any, state: Path
) -> None:
    more = {"gateway": {"auth": {"password": "of-the-file"}}}
    gateway = start(gateway_config(state, more=more), env={"OPENCLAW_GATEWAY_PASSWORD": "another"})
    done = gateway.command("doctor", "--non-interactive")
    assert "The running gateway warns: gateway.auth.password: shadowed" in done.text


def test_a_command_speaks_to_the_remote_gateway_that_the_config_names(gateway: Gateway, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    remote = {"url": f"ws://127.0.0.1:{gateway.port}", "token": TOKEN}
    (state / "openclaw.json").write_text(json.dumps({"gateway": {"mode": "remote", "remote": remote, "port": 9}}))
    assert f"reachable at ws://127.0.0.1:{gateway.port}" in succeeded(alone(tmp_path, "status")).out
    (state / "openclaw.json").write_text(json.dumps({"gateway": {"mode": "remote"}}))
    assert "`gateway.remote.url` is not a gateway address" in alone(tmp_path, "status").text


def test_a_command_speaks_to_a_gateway_behind_tls(gateway: Gateway, tmp_path: Path) -> None:
    """As from a computer at home to the page of a deployment: a name, port 443 and a certificate."""
    name = "my-openclaw.fly.dev"
    with FakeProxy({name: gateway.port}, tmp_path) as proxy:
        trusted = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(proxy.certificate)}
        there = ("--url", f"wss://{name}", "--token", TOKEN)
        done = succeeded(alone(tmp_path, "gateway", "probe", *there, **trusted))
        assert f"wss://{name}:443" in done.out
        answered = alone(tmp_path, "agent", "-m", "Say it [[add:over and out]]", *there, **trusted)
        assert "over and out" in succeeded(answered).out
        state = tmp_path / "state"
        remote = {"mode": "remote", "remote": {"url": f"https://{name}/", "token": TOKEN}}
        (state / "openclaw.json").write_text(json.dumps({"gateway": remote}))
        succeeded(alone(tmp_path, "health", **trusted))

        stranger = failed(alone(tmp_path, "health", HTTPS_PROXY=proxy.url))
        assert "certificate" in stranger.err.lower()
        wrong = failed(alone(tmp_path, "health", *there[:3], "another-token-of-length", **trusted))
        assert "Pass the token" in wrong.err


def test_commands_find_a_gateway_whose_port_only_its_command_line_names(gateway: Gateway) -> None:
    done = succeeded(run_openclaw("health", home=gateway.home, state=gateway.state))
    assert done.err == ""


def test_a_lock_file_that_was_removed_is_made_anew_and_tells_the_port(start: Any, state: Path) -> None:
    """As the deployment page says: `rm -f /data/gateway.*.lock`."""
    gateway = start(gateway_config(state))
    for _ in range(2):
        for path in state.glob("gateway.*.lock"):
            path.unlink()
        eventually("the file again", lambda: any(path.stat().st_size for path in state.glob("gateway.*.lock")), 5)
        succeeded(run_openclaw("health", home=gateway.home, state=state))
        told = succeeded(run_openclaw("status", home=gateway.home, state=state))
        assert f"reachable at ws://127.0.0.1:{gateway.port}" in told.out
        again = failed(run_openclaw("gateway", "--port", str(gateway.port), home=gateway.home, state=state))
        assert f"gateway already running (pid {gateway.pid})" in again.text
    gateway.stop()
    assert not list(state.glob("gateway.*.lock"))


def test_what_is_wrong_with_an_option_is_told_although_a_gateway_runs(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    for option, value in (("--port", "abc"), ("--bind", "nosuch")):
        told = failed(run_openclaw("gateway", "run", option, value, home=gateway.home, state=state))
        assert value in told.text and "already running" not in told.text
    assert succeeded(run_openclaw("system", "heartbeat", "last", home=gateway.home, state=state)).out.startswith("There has been")


def test_doctor_names_variables_that_nothing_reads(openclaw: Path, tmp_path: Path) -> None:
    done = alone(tmp_path, "doctor", OPENCLAW_AGENT_DIR="/x", OPENCLAW_SKIP_CRON="1")
    assert "note Set, and read by nothing here: `OPENCLAW_AGENT_DIR`, `OPENCLAW_SKIP_CRON`\n" in done.out


def test_the_port_of_a_gateway_that_is_gone_is_forgotten(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    gateway.kill()
    assert list(state.glob("gateway.*.lock")), "a kill leaves the file"
    done = failed(run_openclaw("health", home=gateway.home, state=state))
    assert f":{gateway.port}" not in done.text and ":18789" in done.text


def test_the_log_is_followed_over_a_restart(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}))
    words = [str(binary()), "logs", "--follow", "--interval", "50"]
    environment = scrubbed_environment(gateway.home, state, {})
    follower = Process(words, environment, gateway.home)
    try:
        follower.wait_for_line("listening on")
        done = succeeded(run_openclaw("gateway", "restart", home=gateway.home, state=state))
        assert f"pid {gateway.pid}" in done.out
        follower.wait_for_line("closed the connection")
        follower.wait_for_line("listening on", after=len(follower.lines))
    finally:
        follower.discard()


def test_a_restart_that_the_config_does_not_allow_is_refused(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"commands": {"restart": False}}))
    done = failed(run_openclaw("gateway", "restart", home=gateway.home, state=state))
    assert "commands.restart" in done.err and "restarting" not in gateway.output


def test_a_gateway_is_stopped_unless_its_machine_would_end_with_it(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    on_fly = {"FLY_APP_NAME": "my-app", "FLY_MACHINE_ID": "148e21ea7e8389"}
    refused = failed(run_openclaw("gateway", "stop", home=gateway.home, state=state, env=on_fly))
    assert "fly machine update 148e21ea7e8389" in refused.err and gateway.running

    done = succeeded(run_openclaw("gateway", "stop", home=gateway.home, state=state))

    assert "has stopped" in done.out and gateway.wait_for_exit() == 0
    none = failed(run_openclaw("gateway", "stop", home=gateway.home, state=state))
    assert "No gateway runs" in none.err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"primary": "openai/gpt-x"}),
        ({"primary": "a/b", "fallbacks": ["c/d"]}, {"primary": "openai/gpt-x", "fallbacks": ["c/d"]}),
        ("a/b", "openai/gpt-x"),
    ],
)
def test_models_set_changes_the_model_alone(tmp_path: Path, before: Any, after: Any) -> None:
    state = tmp_path / "state"
    state.mkdir()
    model = {"agents": {"defaults": {"model": before}}} if before else {}
    (state / "openclaw.json").write_text(json.dumps({"gateway": {"mode": "local"}, **model}))
    succeeded(run_openclaw("models", "set", "openai/gpt-x", home=tmp_path, state=state))
    assert json.loads((state / "openclaw.json").read_text())["agents"]["defaults"]["model"] == after
    wrong = failed(run_openclaw("models", "set", "gpt-x", home=tmp_path, state=state))
    assert "`gpt-x` is no model" in wrong.err


def test_models_set_takes_aliases_and_says_what_has_no_effect(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    defaults = {"models": {"openai/gpt-x": {"alias": "fast"}}}
    agents = {"defaults": defaults, "list": [{"id": "main", "model": "openai/gpt-y"}]}
    gateway = {"mode": "remote", "remote": {"url": "ws://127.0.0.1:9"}}
    (state / "openclaw.json").write_text(json.dumps({"gateway": gateway, "agents": agents}))

    done = succeeded(alone(tmp_path, "models", "set", "fast"))

    assert json.loads((state / "openclaw.json").read_text())["agents"]["defaults"]["model"] == {"primary": "openai/gpt-x"}
    assert "`main` answers with a model of its own" in done.err and "'agents.list[0].model' openai/gpt-x" in done.err
    assert "the gateway elsewhere has its own" in done.err


def test_a_model_of_a_vendor_that_nobody_knows_is_told(start: Any, state: Path, tmp_path: Path) -> None:
    refused = failed(alone(tmp_path, "models", "set", "nosuch/m"))
    assert "No vendor `nosuch` is known" in refused.err and not (state / "openclaw.json").exists()
    (state / "openclaw.json").unlink(missing_ok=True)
    model = {"agents": {"defaults": {"model": "nosuch/m"}}}
    gateway = start(gateway_config(state, more=model), env={"OPENAI_API_KEY": "sk-test"})
    found = gateway.command("doctor", env={"OPENAI_API_KEY": "sk-test"})
    assert found.code == 1 and "No vendor `nosuch` is known" in found.out, found.text
    assert "Default: nosuch/m, whose vendor has no key" in gateway.command("models", "status").out


def test_the_alias_of_a_model_is_set_as_the_advice_says(tmp_path: Path) -> None:
    advice = alone(tmp_path, "models", "aliases").err
    command = re.search("`openclaw (config set [^`]*)`", advice)
    assert command, advice
    words = shlex.split(command[1].replace("VENDOR/MODEL", "openai/gpt-4.1").replace("NAME", "fast"))
    succeeded(alone(tmp_path, *words))
    written = json.loads((tmp_path / "state/openclaw.json").read_text())
    assert written["agents"]["defaults"]["models"] == {"openai/gpt-4.1": {"alias": "fast"}}


def test_the_dashboard_of_a_remote_gateway_is_there(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    remote = {"url": "wss://gateway.example/", "token": TOKEN}
    (tmp_path / "state/openclaw.json").write_text(json.dumps({"gateway": {"mode": "remote", "remote": remote}}))
    assert f"https://gateway.example:443/#token={TOKEN}" in succeeded(alone(tmp_path, "dashboard")).out


def test_a_gateway_among_other_processes_gets_no_signal(start: Any, state: Path) -> None:
    """As from a second container with the same volume: the number in the lock file is another's there."""
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}))
    environment = scrubbed_environment(gateway.home, state, {})
    for verb in ("restart", "stop"):
        words = ["unshare", "--pid", "--fork", "--mount-proc", str(binary()), "gateway", verb]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        if "unshare" in done.stderr:
            pytest.skip(f"no processes of its own here: {done.stderr}")
        assert done.returncode == 1 and "none of the processes here" in done.stderr, done.stderr
    assert gateway.running and "restarting" not in gateway.output


def test_what_a_service_such_as_cron_has_started_is_stopped(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    group = next(path for path in (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup")) if path.exists())
    service = group / "openclaw-test.slice/cron.service"
    try:
        service.mkdir(parents=True)
        (service / "cgroup.procs").write_text(str(gateway.pid))
    except OSError as reason:
        pytest.skip(f"no control group can be made here: {reason}")
    try:
        assert "cron.service" in Path(f"/proc/{gateway.pid}/cgroup").read_text()
        done = run_openclaw("gateway", "stop", home=gateway.home, state=state)
        assert done.code == 0 and gateway.wait_for_exit() == 0, done.text
    finally:
        gateway.discard()
        eventually("the group to be empty", lambda: not (service / "cgroup.procs").read_text())
        service.rmdir()
        service.parent.rmdir()


def test_doctor_closes_what_others_can_read(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    config = state / "openclaw.json"
    config.write_text("{}")
    config.chmod(0o644)
    assert "chmod 600" in run_openclaw("doctor", home=tmp_path, state=state).out
    done = run_openclaw("doctor", "--fix", "--deep", home=tmp_path, state=state)
    assert f"Closed to others: {config}" in done.out and "Note: `--deep`" in done.err, done.text
    assert (state.stat().st_mode & 0o777, config.stat().st_mode & 0o777) == (0o700, 0o600)


def test_doctor_only_names_what_is_no_file_of_the_state_directory(tmp_path: Path) -> None:
    state, outside = tmp_path / "state", tmp_path / "outside"
    state.mkdir(mode=0o700)
    outside.mkdir(mode=0o755)
    secret, linked = outside / "token", outside / "env"
    secret.write_text("topsecretvalue-0123456789")
    secret.chmod(0o640)
    linked.write_text("SHARED=1")
    linked.chmod(0o644)
    (state / ".env").symlink_to(linked)
    (state / "secret").write_text("topsecretvalue-0123456789")
    (state / "secret").chmod(0o644)
    files = {"a": secret, "b": outside, "c": state / "secret"}
    providers = {name: {"source": "file", "path": str(path), "mode": "singleValue"} for name, path in files.items()}
    keys = {name: {"source": "file", "provider": name, "id": "value"} for name in files}
    models = {name: {"baseUrl": "http://127.0.0.1:1", "models": [], "apiKey": key} for name, key in keys.items()}
    config = state / "openclaw.json"
    config.write_text(json.dumps({"secrets": {"providers": providers}, "models": {"providers": models}}))
    config.chmod(0o600)

    done = run_openclaw("doctor", "--fix", home=tmp_path, state=state)

    modes = {path: path.stat().st_mode & 0o777 for path in (secret, outside, linked, state / "secret")}
    assert modes == {secret: 0o640, outside: 0o755, linked: 0o644, state / "secret": 0o600}, done.text
    assert f"chmod 600 {secret}" in done.out and f"chmod 600 {state}/.env" in done.out, done.text
    assert f"chmod 600 {outside}`" not in done.out and f"Closed to others: {state}/secret" in done.out, done.text


def test_doctor_names_what_says_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    guilds = {"YOUR_GUILD_ID": {"channels": {"general": {"allow": True}}}}
    (state / "openclaw.json").write_text(json.dumps({"channels": {"discord": {"guilds": guilds}}}))
    done = run_openclaw("doctor", home=tmp_path, state=state, env={"OPENCLAW_GATEWAY_PORT": "abc"})
    assert "`channels.discord.guilds.YOUR_GUILD_ID` still has the example's words" in done.out, done.text
    assert "`OPENCLAW_GATEWAY_PORT` is `abc`" in done.out


def test_on_fly_the_dashboard_is_where_fly_shows_it(gateway: Gateway) -> None:
    done = succeeded(gateway.command("dashboard", env={"FLY_APP_NAME": "my-app"}))
    assert "https://my-app.fly.dev/#token=" in done.out and "fly proxy" in done.out
