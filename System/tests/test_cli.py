"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, FakeProxy
from harness import Gateway, connect, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import Finished, run_openclaw

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
        (["--dev", "--profile", "work", "config", "file"], "Leave out `--dev` or `--profile`"),
        (["gateway", "--token=", "--verbose"], "`--token` needs a value"),
        (["gateway", "--token", "--verbose"], "`--verbose` is an option"),
        (["status", "--json=yes"], "`--json` takes no value"),
        (["--json", "status"], "`--json` stands before the command"),
        (["--update"], "install the new version"),
        (["gateway", "--tailscale", "serve"], "Run `tailscale serve PORT`"),
        (["gateway", "--reset"], "nothing is deleted here"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(gateway: Gateway, args: list[str], said: str) -> None:
    assert said in failed(gateway.command(*args)).err


def test_status_shows_usage_when_asked(gateway: Gateway) -> None:
    succeeded(gateway.command("agent", "--message", "hi"))
    assert "Cost" not in succeeded(gateway.command("status")).out
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


def test_agent_as_json_has_the_payloads(gateway: Gateway) -> None:
    done = succeeded(gateway.command("agent", "--session-id", "cli-test", "--message", "[[say:as json]]", "--json"))
    assert json.loads(done.out)["result"]["payloads"][0]["text"] == "as json"


def test_agent_ends_with_one_when_the_model_fails(gateway: Gateway) -> None:
    done = gateway.command("agent", "--message", "[[err:400]]", timeout=40)
    assert done.code == 1 and done.err.strip()


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


def test_channels_are_listed_from_the_config_when_no_gateway_runs(openclaw: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    channels = {"telegram": {"botToken": "1:t"}, "discord": {"enabled": False, "accounts": {"work": {}}}}
    (tmp_path / "state/openclaw.json").write_text(json.dumps({"channels": channels}))
    done = succeeded(alone(tmp_path, "channels", "list"))
    assert re.search(r"telegram +default +on", done.out) and re.search(r"discord +work +off", done.out), done.out
    assert "Gateway not reachable" in done.err
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
    done = succeeded(gateway.command("status", env=wrong))
    assert "refused the login" in done.out and "unreachable" not in done.out
    assert "`OPENCLAW_GATEWAY_TOKEN`" in done.out and "`gateway.auth.token`" in done.out and "`--token`" in done.out
    told = json.loads(succeeded(gateway.command("status", "--json", env=wrong)).out)
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
    assert f"127.0.0.1:{gateway.port}" in succeeded(alone(tmp_path, "status")).out
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


def test_the_port_of_a_gateway_that_is_gone_is_forgotten(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    gateway.kill()
    assert list(state.glob("gateway.*.lock")), "a kill leaves the file"
    done = failed(run_openclaw("health", home=gateway.home, state=state))
    assert f":{gateway.port}" not in done.text and ":18789" in done.text
