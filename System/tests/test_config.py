"""The configuration file: reading, writing, reloading, and what happens to mistakes in it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeAnthropic, FakeOpenAIChat
from harness import Client, Gateway, ModelConfig, Refused, connect, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import Finished, run_openclaw
from harness.golden import FOLDER

WATCHFUL = {"gateway": {"auth": {"token": TOKEN}, "reload": {"debounceMs": 50}}, "commands": {"restart": True}}
REDACTED = "__OPENCLAW_REDACTED__"
BACKUPS = ["openclaw.json.bak", *(f"openclaw.json.bak.{n}" for n in range(1, 5))]

COMMENTED = """// my gateway
{
  gateway: {
    mode: 'local', // runs here
    auth: { mode: "token", token: "${MY_TOKEN}" },
    reload: { debounceMs: 100 },
  },
  /* how it
     looks */
  ui: { seamColor: "#112233" },
  agents: { defaults: { workspace: "WORKSPACE", maxConcurrent: 3, }, },
  // the end
}
"""


@pytest.fixture
def commented(start: Any, state: Path) -> Gateway:
    """A gateway on a file a person wrote, with comments, loose syntax and a variable."""
    text = COMMENTED.replace("WORKSPACE", str(state / "workspace"))
    return start(text, env={"MY_TOKEN": TOKEN})


@pytest.fixture
def owner(commented: Gateway) -> Any:
    with connect(commented.port) as client:
        yield client


def max_concurrent(client: Client) -> int:
    found: int = client.request("config.get")["config"]["agents"]["defaults"]["maxConcurrent"]
    return found


def patch(client: Client, value: Any) -> Any:
    base = client.request("config.get")["hash"]
    return client.request("config.patch", {"raw": json.dumps(value), "baseHash": base})


# Reading


def test_get_tells_the_text_the_values_and_a_hash(commented: Gateway, owner: Client) -> None:
    snapshot = owner.request("config.get")
    assert snapshot["path"] == str(commented.config_path)
    assert (snapshot["exists"], snapshot["valid"]) == (True, True)
    assert snapshot["config"]["agents"]["defaults"]["maxConcurrent"] == 3
    assert snapshot["hash"] and snapshot["issues"] == []


def test_secrets_are_not_shown(commented: Gateway, owner: Client) -> None:
    text = json.dumps(owner.request("config.get"))
    assert TOKEN not in text
    assert REDACTED in text


def test_the_schema_describes_every_section_and_hides_secrets(owner: Client) -> None:
    answer = owner.request("config.schema")
    properties = answer["schema"]["properties"]
    assert {"gateway", "agents", "models", "channels", "session", "tools", "cron", "hooks"} <= set(properties)
    assert properties["gateway"]["properties"]["port"]["type"] in ("integer", "number")
    assert "$ref" not in json.dumps(answer["schema"]), "the form of older clients does not follow references"
    assert answer["uiHints"]["gateway.auth.token"]["sensitive"] is True
    assert answer["version"] and answer["generatedAt"]


# Writing


@pytest.mark.parametrize("method", ["config.set", "config.patch", "config.apply"])
def test_a_write_needs_the_hash_of_what_was_read(owner: Client, method: str) -> None:
    changed = {"raw": json.dumps({"ui": {"seamColor": "#445566"}})}
    assert owner.refusal(method, changed).message == "config base hash required; re-run config.get and retry"
    stale = owner.refusal(method, {**changed, "baseHash": "0" * 64})
    assert stale.message == "config changed since last load; re-run config.get and retry"


def test_a_patch_changes_one_value_and_leaves_every_other_byte(commented: Gateway, owner: Client) -> None:
    before = commented.config_path.read_text()
    patch(owner, {"ui": {"seamColor": "#445566"}})
    assert commented.config_path.read_text() == before.replace("#112233", "#445566")


def test_a_patch_adds_and_removes(commented: Gateway, owner: Client) -> None:
    patch(owner, {"logging": {"consoleStyle": "compact"}, "ui": None})
    text = commented.config_path.read_text()
    assert "seamColor" not in text and "consoleStyle" in text
    for kept in ("// my gateway", "// runs here", "// the end", "mode: 'local'", '"${MY_TOKEN}"', "maxConcurrent: 3,"):
        assert kept in text, f"expected {kept} to survive"
    snapshot = owner.request("config.get")
    assert snapshot["valid"] and snapshot["config"]["logging"]["consoleStyle"] == "compact"


def test_writing_back_what_was_read_restores_the_secrets(commented: Gateway, owner: Client) -> None:
    snapshot = owner.request("config.get")
    document = snapshot["config"]
    document["ui"] = {"seamColor": "#445566"}
    owner.request("config.set", {"raw": json.dumps(document), "baseHash": snapshot["hash"]})
    text = commented.config_path.read_text()
    assert REDACTED not in text
    assert '"${MY_TOKEN}"' in text, "the variable stays a variable"
    assert "// my gateway" in text
    connect(commented.port).close()


@pytest.mark.parametrize("method", ["config.set", "config.patch", "config.apply"])
def test_a_placeholder_that_was_typed_into_is_no_secret(commented: Gateway, owner: Client, method: str) -> None:
    snapshot, before = owner.request("config.get"), commented.config_path.read_text()
    for word in (f"{REDACTED}x", f"{REDACTED} ", "__OPENCLAW_REDAxCTED__", "OPENCLAW_REDACTED", REDACTED.lower()):
        document = snapshot["config"] | {"gateway": snapshot["config"]["gateway"] | {"auth": {"mode": "token", "token": word}}}
        refusal = owner.refusal(method, {"raw": json.dumps(document), "baseHash": snapshot["hash"]})
        assert "gateway.auth.token" in json.dumps(refusal.details), refusal
        assert REDACTED in json.dumps(refusal.details)
    done = commented.command("config", "set", "gateway.auth.token", f"{REDACTED}x")
    assert done.code == 1 and "`gateway.auth.token` holds" in done.text, done.text
    assert commented.config_path.read_text() == before


def test_a_text_with_the_placeholder_in_it_that_stands_there_hinders_no_change(commented: Gateway, owner: Client) -> None:
    note = f"never write {REDACTED} yourself"
    text = commented.config_path.read_text()
    commented.write_config(text.replace("ui: {", f"ui: {{ assistant: {{ name: '{note}' }},"))
    eventually("the file to be read", lambda: note in owner.request("config.get")["raw"])
    patch(owner, {"logging": {"consoleStyle": "compact"}})
    assert note in commented.config_path.read_text()


def test_five_backups_are_kept_and_everything_is_private(commented: Gateway, owner: Client) -> None:
    texts = [commented.config_path.read_text()]
    for n in range(7):
        patch(owner, {"agents": {"defaults": {"maxConcurrent": n + 4}}})
        texts.append(commented.config_path.read_text())
    assert [(commented.state / name).read_text() for name in BACKUPS] == texts[-2:-7:-1]
    assert not (commented.state / "openclaw.json.bak.5").exists()
    for name in ("openclaw.json", *BACKUPS):
        assert (commented.state / name).stat().st_mode & 0o777 == 0o600, name


@pytest.mark.parametrize(
    ("raw", "message", "path"),
    [
        ('{"bogusKey": 1}', "bogusKey", ""),
        ('{"gateway": {"port": "abc"}}', "expected number", "gateway.port"),
        ("[]", "expected object", ""),
        ('{"gateway": {"mode": "sideways"}}', "local", "gateway.mode"),
    ],
)
def test_an_invalid_document_is_refused_with_every_place(owner: Client, raw: str, message: str, path: str) -> None:
    base = owner.request("config.get")["hash"]
    refusal = owner.refusal("config.set", {"raw": raw, "baseHash": base})
    assert refusal.message.startswith("invalid config")
    issue = next(i for i in refusal.details["issues"] if i["path"].startswith(path))
    assert message in issue["message"]


def test_a_mistake_is_told_to_clients_as_on_the_command_line(owner: Client) -> None:
    raw = '{\n  "gateway": {\n    "bnd": 3,\n    "mode": "lokal"\n  }\n}'
    refusal = owner.refusal("config.apply", {"raw": raw, "baseHash": owner.request("config.get")["hash"]})
    issues = {issue["key"]: issue for issue in refusal.details["issues"]}
    unknown, wrong = issues["gateway.bnd"], issues["gateway.mode"]
    assert (unknown["path"], unknown["message"]) == ("gateway", 'Unrecognized key: "bnd"')
    assert unknown["detail"] == "unknown key; did you mean `bind`?"
    assert [unknown[name] for name in ("file", "line", "column")] == ["openclaw.json", 3, 5]
    assert wrong["path"] == "gateway.mode" and 'found the text "lokal"' in wrong["detail"]
    assert (wrong["line"], wrong["column"]) == (4, 13)


def test_broken_syntax_is_refused_with_line_and_column(owner: Client) -> None:
    base = owner.request("config.get")["hash"]
    refusal = owner.refusal("config.set", {"raw": "{\n not json", "baseHash": base})
    assert re.search(r"\b2:\d+", refusal.message), refusal.message
    (issue,) = refusal.details["issues"]
    assert issue["line"] == 2 and issue["message"] == refusal.message and issue["detail"]


def test_a_refused_write_changes_nothing(commented: Gateway, owner: Client) -> None:
    before = commented.config_path.read_bytes()
    base = owner.request("config.get")["hash"]
    owner.refusal("config.set", {"raw": '{"bogusKey": 1}', "baseHash": base})
    assert commented.config_path.read_bytes() == before
    assert not (commented.state / BACKUPS[0]).exists()


def test_a_patch_that_is_no_object_is_refused(owner: Client) -> None:
    base = owner.request("config.get")["hash"]
    assert (
        owner.refusal("config.patch", {"raw": "[]", "baseHash": base}).message == "config.patch raw must be an object"
    )


def test_changes_of_many_processes_at_once_are_all_in_the_file(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"gateway": {"reload": {"mode": "off"}}}))

    def change(number: int) -> Finished:
        return gateway.command("config", "set", f"env.vars.K{number}", f"v{number}", timeout=30)

    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(change, range(12)))
    assert [one.code for one in done] == [0] * 12, "\n".join(one.text for one in done)
    assert gateway.config["env"]["vars"] == {f"K{n}": f"v{n}" for n in range(12)}


def test_a_change_waits_while_another_process_changes_the_file(commented: Gateway) -> None:
    with (commented.state / ".openclaw.json.lock").open("w") as lock, ThreadPoolExecutor(1) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        change = pool.submit(commented.command, "config", "set", "ui.seamColor", "#445566")
        assert commented.get("/healthz").status == 200
        with pytest.raises(TimeoutError):
            change.result(1.5)
        assert "#112233" in commented.config_path.read_text()
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert change.result().code == 0
    assert "#445566" in commented.config_path.read_text()


def test_a_file_that_is_being_written_is_not_begun_anew(commented: Gateway) -> None:
    text = commented.config_path.read_text()
    commented.config_path.write_text("")
    refused = commented.command("config", "set", "ui.seamColor", "#445566")
    assert refused.code == 1 and "it is empty" in refused.err, refused.text
    assert commented.config_path.read_text() == ""
    commented.config_path.write_text(text)
    assert commented.command("config", "set", "ui.seamColor", "#445566").code == 0


def test_nobody_is_given_a_file_by_a_link_at_a_place_of_ours(commented: Gateway, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs")
    theirs.chmod(0o644)
    lock, copy = (commented.state / name for name in (".openclaw.json.lock", "openclaw.last-good.json"))
    for place in (lock, copy):
        place.unlink(missing_ok=True)
        place.symlink_to(theirs)
    assert commented.command("config", "set", "ui.seamColor", "#445566").code == 1
    lock.unlink()
    assert commented.command("config", "set", "ui.seamColor", "#445566").code == 0
    eventually("the copy to be a file", lambda: not copy.is_symlink())
    assert theirs.read_text() == "theirs"


def test_a_file_that_is_gone_while_a_gateway_runs_is_not_begun_anew(commented: Gateway, owner: Client) -> None:
    text = commented.config_path.read_text()
    base = owner.request("config.get")["hash"]
    commented.config_path.unlink()
    commented.wait_for_line("the file is gone")

    for words in (["config", "set", "ui.seamColor", "#445566"], ["config", "unset", "ui"], ["setup"]):
        refused = commented.command(*words)
        assert refused.code == 1 and "openclaw.last-good.json" in refused.err, refused.text
        assert not commented.config_path.exists()

    owner.request("config.patch", {"raw": '{"ui":{"seamColor":"#445566"}}', "baseHash": base})
    assert commented.config_path.read_text() == text.replace("#112233", "#445566")
    commented.wait_for_line(r"config hot reload applied \(ui\.seamColor\)")


@pytest.mark.parametrize("how", ["gone", "a folder"])
def test_a_file_that_cannot_be_read_is_told_wherever_one_asks(commented: Gateway, owner: Client, how: str) -> None:
    text = commented.config_path.read_text()
    commented.config_path.unlink()
    if how == "a folder":
        commented.config_path.mkdir()
    commented.wait_for_line("config reload skipped")

    shown = owner.request("config.get")
    assert shown["valid"] is False and shown["exists"] is (how != "gone")
    (issue,) = shown["issues"]
    assert ("the file is gone" if how == "gone" else "Is a directory") in issue["message"]
    checked = commented.command("config", "validate", "--json", env={"MY_TOKEN": TOKEN})
    assert checked.code == 1 and json.loads(checked.out)["issues"], checked.text
    said = commented.command("config", "validate", env={"MY_TOKEN": TOKEN})
    assert said.code == 1 and str(commented.config_path) in said.err and "defaults hold" not in said.text, said.text

    if how == "a folder":
        commented.config_path.rmdir()
    commented.config_path.write_text(text)
    eventually("the file to be fine again", lambda: owner.request("config.get")["valid"])
    assert commented.command("config", "validate", env={"MY_TOKEN": TOKEN}).code == 0


# Reloading


def by_tee(path: Path, text: str) -> None:
    path.write_text(text)


def by_rename(path: Path, text: str) -> None:
    temporary = path.with_name("upload.tmp")
    temporary.write_text(text)
    temporary.rename(path)


def by_delete_and_create(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def by_symlink_swap(path: Path, text: str) -> None:
    version = path.with_name("openclaw.version-2.json")
    version.write_text(text)
    link = path.with_name("link.tmp")
    link.symlink_to(version)
    os.replace(link, path)


def in_two_writes(path: Path, text: str) -> None:
    with path.open("w") as file:
        file.write(text[: len(text) // 2])
        file.flush()
        os.fsync(file.fileno())
        file.write(text[len(text) // 2 :])


@pytest.mark.parametrize("write", [by_tee, by_rename, by_delete_and_create, by_symlink_swap, in_two_writes])
def test_a_change_is_taken_up_whichever_way_it_is_written(
    commented: Gateway, owner: Client, write: Callable[[Path, str], None]
) -> None:
    write(commented.config_path, commented.config_path.read_text().replace("maxConcurrent: 3", "maxConcurrent: 7"))

    def seen() -> bool:
        return bool(owner.request("config.get")["config"]["agents"]["defaults"]["maxConcurrent"] == 7)

    eventually("the new value", seen, 5)
    assert owner.close_code is None, "such a change needs no restart"
    commented.wait_for_line(r"\[reload\]")


def test_several_changes_in_a_row_are_all_taken_up(commented: Gateway, owner: Client) -> None:
    for value in ("5", "6", "7"):
        by_rename(
            commented.config_path,
            re.sub(r"maxConcurrent: \d", f"maxConcurrent: {value}", commented.config_path.read_text()),
        )
        eventually(f"the value {value}", lambda wanted=int(value): max_concurrent(owner) == wanted, 5)


def test_an_invalid_change_leaves_the_old_values_running(commented: Gateway, owner: Client) -> None:
    by_tee(commented.config_path, "{ gateway: { mode: 'local', ")
    line = commented.wait_for_line(r"openclaw\.json:\d+:\d+")
    assert line
    assert owner.request("config.get")["valid"] is False
    assert owner.request("health")["ok"] is True


def test_a_new_token_locks_out_the_old_one(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    config = gateway_config(state, token="another-token-0123456789")
    gateway.write_config(config)

    def changed() -> bool:
        connect(gateway.port, auth={"token": "another-token-0123456789"}).close()
        return True

    eventually("the new token to be accepted", changed, 8)
    with pytest.raises(AssertionError, match="mismatch"):
        connect(gateway.port, auth={"token": TOKEN})


# Mistakes at the start


def test_a_broken_file_is_replaced_by_the_last_good_one_with_a_loud_message(start: Any, state: Path) -> None:
    start(gateway_config(state)).stop()
    assert (state / "openclaw.last-good.json").exists()
    (state / "openclaw.json").write_text('{\n  "gateway": {\n    "mode": "local",,\n  }\n}\n')
    gateway = start()
    gateway.wait_for_line(r"openclaw\.json:3:\d+")
    assert "last" in gateway.output.lower() and "good" in gateway.output.lower()
    connect(gateway.port).close()
    assert ",," in (state / "openclaw.json").read_text(), "the person's file is left for the person to mend"


def test_a_broken_file_without_a_good_one_ends_it_with_the_place(start: Any, state: Path) -> None:
    gateway = start('{\n  "gateway": {\n    "mode": "local",,\n  }\n}\n', ready=False)
    assert gateway.wait_for_exit() == 1
    assert re.search(r"openclaw\.json:3:\d+", gateway.output)


FIRST_MISTAKES = {
    "syntax": "{agents: {}",
    "an optional key": '{logging: {level: "loud"}}',
    "a variable that is missing": '{messages: {responsePrefix: "${NOT_SET}"}}',
}


@pytest.mark.parametrize("name", FIRST_MISTAKES)
def test_a_first_file_with_a_mistake_does_not_keep_a_gateway_from_running_on(
    start: Any, state: Path, name: str
) -> None:
    gateway = start(None, args=["--allow-unconfigured"], env={"OPENCLAW_GATEWAY_TOKEN": TOKEN})
    done = gateway.command("config", "validate")
    assert done.code == 0 and "defaults hold" in done.out, done.text
    gateway.write_config(FIRST_MISTAKES[name])
    gateway.wait_for_line("config reload skipped")
    gateway.stop()

    gateway = gateway.again()
    gateway.wait_until_ready()

    gateway.wait_for_line("the config has mistakes; running on the defaults, as before there was a config file")
    gateway.wait_for_line(r"openclaw\.json:1:|NOT_SET")
    told = gateway.command("doctor")
    assert told.code == 1 and "A start takes the defaults instead" in told.out, told.text
    with pytest.raises(Refused):
        connect(gateway.port, auth={})
    connect(gateway.port).close()
    gateway.write_config('{logging: {level: "debug"}}')
    gateway.wait_for_line("config hot reload applied")
    eventually("the file to be the good copy", lambda: "debug" in (state / "openclaw.last-good.json").read_text())
    gateway.discard()


def test_a_first_file_that_decides_wrongly_who_may_come_in_ends_it(start: Any, state: Path) -> None:
    gateway = start(None, args=["--allow-unconfigured"], env={"OPENCLAW_GATEWAY_TOKEN": TOKEN})
    gateway.stop()
    gateway.write_config('{gateway: {auth: {mode: "tokn"}}}')
    gateway = gateway.again()
    assert gateway.wait_for_exit() == 1


def test_an_empty_file_does_not_open_what_the_copy_closes(start: Any, state: Path) -> None:
    text = json.dumps(gateway_config(state, more={"logging": {"file": "${LOG_FILE}"}}))
    start(text, env={"LOG_FILE": str(state / "log.txt")}).stop()
    (state / "openclaw.json").write_text("")

    gateway = start(args=["--allow-unconfigured"], ready=False)

    assert gateway.wait_for_exit() == 1
    assert "the file is empty" in gateway.output and re.search(r"openclaw\.last-good\.json:1:\d+.*LOG_FILE", gateway.output)
    assert (state / "openclaw.last-good.json").read_text() == text


def test_a_config_that_is_gone_at_a_start_opens_nothing(start: Any, state: Path) -> None:
    start(gateway_config(state)).stop()
    (state / "openclaw.json").unlink()
    told = run_openclaw("doctor", home=state, state=state)
    assert told.code == 1 and "is gone" in told.out and "openclaw.last-good.json" in told.out, told.text

    gateway = start(args=["--allow-unconfigured"])

    gateway.wait_for_line("the file is gone.*openclaw.last-good.json")
    with pytest.raises(Refused):
        connect(gateway.port, auth={})
    with connect(gateway.port) as client:
        assert client.request("config.get")["valid"] is False
    gateway.stop()
    assert run_openclaw("setup", home=state, state=state).code == 0
    assert TOKEN in (state / "openclaw.json.bak").read_text(), "what it said before is not lost"


def test_an_env_file_that_cannot_be_read_is_told_and_opens_nothing(start: Any, state: Path) -> None:
    state.mkdir()
    os.mkfifo(state / ".env")
    gateway = start({"gateway": {"mode": "local"}}, ready=False)
    assert gateway.wait_for_exit() == 1
    assert ".env" in gateway.output and "gateway.auth.mode" in gateway.output
    assert ".env" in gateway.command("doctor").text

    gateway = start(gateway_config(state))

    gateway.wait_for_line(r"\.env.*not an ordinary file")
    with pytest.raises(Refused):
        connect(gateway.port, auth={})


def test_an_unknown_optional_key_is_set_aside_and_the_nearest_is_named(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"agents": {"defaults": {"maxConcurent": 4}}}))
    assert "agents.defaults.maxConcurent" in gateway.output
    assert "maxConcurrent" in gateway.output, "the nearest valid key is named"
    assert re.search(r"openclaw\.json:\d+:\d+", gateway.output)
    connect(gateway.port).close()


@pytest.mark.parametrize(
    "gateway_part",
    [
        {"auth": {"mode": "tokn", "token": TOKEN}},
        {"auth": {"mode": "token", "tokn": TOKEN}},
        {"auth": {"mode": "token", "token": 5}},
        {"bind": "everywhere"},
        {"trustedProxies": "all"},
    ],
)
def test_a_bad_security_key_ends_it(start: Any, state: Path, gateway_part: dict[str, Any]) -> None:
    gateway = start({"gateway": {"mode": "local", **gateway_part}}, ready=False)
    assert gateway.wait_for_exit() == 1, "nothing is served on a guess"
    assert re.search(r"openclaw\.json:\d+:\d+", gateway.output)


def test_all_mistakes_are_told_at_once(start: Any, state: Path) -> None:
    config = gateway_config(
        state, more={"gateway": {"port": "abc"}, "agents": {"defaults": {"maxConcurrent": "four"}}, "bogus": 1}
    )
    gateway = start(config, ready=False)
    gateway.wait_for_line(r"bogus")
    for path in ("gateway.port", "agents.defaults.maxConcurrent", "bogus"):
        assert path in gateway.output, f"expected {path} to be named"


TWO_MISTAKES = '{gateway: {mode: "local", port: "x"}, agents: {defaults: {maxConcurrent: "q"}}} // mine\n'


def test_every_command_tells_what_keeps_a_gateway_from_starting(state: Path) -> None:
    state.mkdir()
    (state / "openclaw.json").write_text(TWO_MISTAKES)
    for command in (["config", "validate"], ["doctor"]):
        told = run_openclaw(*command, home=state, state=state)
        assert told.code == 1
        assert "gateway.port" in told.text and "agents.defaults.maxConcurrent" in told.text
    verdict = json.loads(run_openclaw("config", "validate", "--json", home=state, state=state).out)
    assert verdict["valid"] is False and len(verdict["issues"]) == 2
    assert [verdict["issues"][0][key] for key in ("file", "line", "column")] == ["openclaw.json", 1, 33]
    assert run_openclaw("config", "get", "gateway.port", home=state, state=state).out == "x\n"


def test_mistakes_can_be_mended_one_by_one_and_no_new_one_comes_in(state: Path) -> None:
    state.mkdir()
    (state / "openclaw.json").write_text(TWO_MISTAKES)

    def change(*args: str) -> Finished:
        return run_openclaw("config", *args, home=state, state=state)

    assert change("set", "gateway.bind", "everywhere").code == 1
    first = change("set", "gateway.port", "3000")
    assert first.code == 0 and "1 mistake is left" in first.err
    second = change("unset", "agents.defaults.maxConcurrent")
    assert second.code == 0 and second.err == ""
    assert change("validate").code == 0
    assert (state / "openclaw.json").read_text().endswith("// mine\n")


def test_a_restart_after_a_dangerous_mistake_goes_on_with_what_ran(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"commands": {"restart": True}}))
    config = gateway_config(state, more={"gateway": {"auth": {"mode": "tokn"}}, "commands": {"restart": True}})
    before = len(gateway.lines)
    gateway.write_config(config)
    gateway.wait_for_line(r"reload skipped", after=before)
    before = len(gateway.lines)
    gateway.signal(signal.SIGUSR1)
    gateway.wait_for_line(r"goes on with the one before", after=before)
    gateway.wait_for_line(r"listening on", after=before)
    gateway.wait_until_ready()
    with pytest.raises(Refused):
        connect(gateway.port, auth={})
    connect(gateway.port).close()


def test_a_config_file_that_is_a_pipe_does_not_hold_the_gateway_up(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state))
    gateway.config_path.unlink()
    os.mkfifo(gateway.config_path)
    gateway.wait_for_line(r"\[reload\].*not an ordinary file")
    assert gateway.get("/healthz").status == 200


def test_a_missing_variable_is_named_with_its_place(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, token="${NOT_SET_ANYWHERE}"), ready=False)
    assert gateway.wait_for_exit() == 1
    assert "NOT_SET_ANYWHERE" in gateway.output and "gateway.auth.token" in gateway.output


# Where values come from


def test_the_sample_of_the_fly_page_starts_as_it_is(start: Any, state: Path, fake_anthropic: FakeAnthropic) -> None:
    env = {
        "OPENCLAW_GATEWAY_TOKEN": TOKEN,
        "ANTHROPIC_API_KEY": "sk-ant-test",
        "ANTHROPIC_BASE_URL": fake_anthropic.url,
    }
    gateway = start((FOLDER / "fly-sample.json").read_text(), args=["--bind", "lan"], env=env)
    gateway.wait_for_line(rf"\[gateway\] listening on ws://0\.0\.0\.0:{gateway.port} \(PID {gateway.pid}\)$")
    with connect(gateway.port) as client:
        assert client.request("config.get")["valid"] is True
        assert client.chat("hi")["state"] == "final"
    assert fake_anthropic.requests[0].body["model"] == "claude-opus-4-6"


def test_the_pages_voice_sample_is_known_and_said_to_do_nothing_yet(start: Any, state: Path) -> None:
    config = {
        "provider": "twilio",
        "tunnel": {"provider": "ngrok"},
        "webhookSecurity": {"allowedHosts": ["example.ngrok.app"]},
    }
    more = {"plugins": {"entries": {"voice-call": {"enabled": True, "config": config}}}}
    gateway = start(gateway_config(state, more=more))

    checked = gateway.command("config", "validate")

    assert checked.code == 0, checked.text
    assert "`plugins" in (said := gateway.command("doctor").text) and "is known but has no effect yet" in said


def test_env_files_fill_in_what_the_environment_lacks(start: Any, state: Path) -> None:
    state.mkdir()
    (state / ".env").write_text('MY_TOKEN="from the file"\nexport OTHER=1\n# a comment\n')
    gateway = start(gateway_config(state, token="${MY_TOKEN}"))
    connect(gateway.port, auth={"token": "from the file"}).close()
    gateway.stop()
    gateway = start(port=gateway.port, env={"MY_TOKEN": "from the environment"})
    connect(gateway.port, auth={"token": "from the environment"}).close()


def test_a_changed_env_file_is_taken_up_like_a_changed_config(start: Any, state: Path) -> None:
    state.mkdir()
    (state / ".env").write_text("MY_TOKEN=first\n")
    gateway = start(gateway_config(state, token="${MY_TOKEN}"))
    connect(gateway.port, auth={"token": "first"}).close()
    said = len(gateway.lines)
    by_rename(state / ".env", "MY_TOKEN=second\n")
    gateway.wait_for_line(r"requires gateway restart \(.*env\.MY_TOKEN\)", after=said)
    gateway.wait_for_line(r"listening on", after=said)
    gateway.wait_until_ready()
    connect(gateway.port, auth={"token": "second"}).close()
    assert gateway.running and "second" not in gateway.output


@pytest.fixture
def openai(openclaw: Path) -> Any:
    with FakeOpenAIChat(key="sk-right-key-0123456789") as fake:
        yield fake


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_an_env_file_that_is_away_for_a_moment_takes_no_key_away(
    start: Any, state: Path, openai: FakeOpenAIChat, how: str
) -> None:
    state.mkdir()
    file = state / ".env"
    file.write_text(f"OPENAI_API_KEY={openai.key}\n")
    config = gateway_config(state, [ModelConfig("openai", openai.url)], more=WATCHFUL)
    del config["models"]["providers"]["openai"]["apiKey"]
    gateway = start(config)
    gateway.wait_for_line("listening on")
    with connect(gateway.port) as client:
        assert client.chat("one")["state"] == "final"
        said = len(gateway.lines)
        if how == "gone":
            file.unlink()
        else:
            file.write_text("")
        gateway.wait_for_line(r"\.env` is (gone|empty); what it said stays in use until", after=said)
        assert client.chat("two")["state"] == "final"
        patch(client, {"ui": {"assistant": {"name": "Marvin"}}})
        assert client.request("agent.identity.get")["name"] == "Marvin"
        gateway.signal(signal.SIGUSR1)
        gateway.wait_for_line("listening on", after=said)
    gateway.wait_until_ready()
    with connect(gateway.port) as client:
        assert client.chat("three")["state"] == "final"
    assert {call.headers["authorization"] for call in openai.requests} == {f"Bearer {openai.key}"}

    # Whoever takes the variables out on purpose says so, or stops the gateway.
    said = len(gateway.lines)
    file.write_text("# OPENAI_API_KEY=\n")
    gateway.wait_for_line(r"requires gateway restart \(env\.OPENAI_API_KEY\)", after=said)


def test_what_a_client_wrote_is_in_effect_when_it_is_answered(start: Any, state: Path) -> None:
    """The watcher would notice as well, but a third of a second later."""
    gateway = start(gateway_config(state, more={"gateway": {"reload": {"debounceMs": 60_000}}}))
    with connect(gateway.port) as client:
        patch(client, {"ui": {"assistant": {"name": "Marvin"}}})
        assert client.request("agent.identity.get")["name"] == "Marvin"
        answer = patch(client, {"gateway": {"controlUi": {"enabled": False}}})
        assert answer["restart"]["reason"] == "config.patch"
    gateway.wait_for_line(r"requires gateway restart \(gateway\.controlUi\.enabled\)")


def test_the_log_follows_a_changed_level_at_once(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"logging": {"consoleLevel": "error"}}))
    with connect(gateway.port) as client:
        patch(client, {"logging": {"consoleLevel": "info"}})
        patch(client, {"agents": {"defaults": {"maxConcurrent": 6}}})
        gateway.wait_for_line(r"hot reload applied \(agents\.defaults\.maxConcurrent\)")
        patch(client, {"logging": {"consoleLevel": "error"}})
        patch(client, {"agents": {"defaults": {"maxConcurrent": 7}}})
    gateway.stop()
    assert gateway.output.count("agents.defaults.maxConcurrent") == 2, "detected and applied, once"


def test_a_channel_in_the_config_is_listed_with_the_reason_why_it_does_not_run(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state, more={"channels": {"slack": {"botToken": "slack-secret"}}}))
    with connect(gateway.port) as client:
        status = client.request("channels.status", {"probe": False})
    [account] = status["channelAccounts"]["slack"]
    assert (account["configured"], account["running"]) == (True, False)
    assert "Slack is not built into this gateway yet" in account["lastError"]
    assert account["lastError"] in gateway.output, "the log says it as well"
    assert "slack-secret" not in json.dumps(status) + gateway.output


def test_a_channel_that_is_on_without_a_token_is_told(start: Any, state: Path) -> None:
    channels = {"discord": {"enabled": True}, "telegram": {"accounts": {"work": {}, "off": {"enabled": False}}}}
    gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        patch(client, {"channels": channels})
        places = ["`DISCORD_BOT_TOKEN` or `channels.discord.token`", "`channels.telegram.accounts.work.botToken`"]
        for place in places:
            gateway.wait_for_line(rf"has no token, so nothing is read or sent there: set {place}")
        status = client.request("channels.status", {"probe": False})["channelAccounts"]
    discord, work, off = status["discord"][0], *sorted(status["telegram"], key=lambda one: one["accountId"] == "off")
    assert places[0] in discord["lastError"] and places[1] in work["lastError"] and off["lastError"] is None
    done = gateway.command("doctor")
    assert all(done.out.count(place) == 1 for place in places), done.out

    gateway.stop()
    gateway = start(port=gateway.port)
    assert gateway.output.count(places[0]) == 1, "once a start"


def test_lines_of_an_env_file_that_say_nothing_are_named_and_not_shown(start: Any, state: Path) -> None:
    file = state / ".env"
    file.parent.mkdir(exist_ok=True)
    file.write_text('A="x\ny"\nOPENAI_API_KEY: sk-hidden-1\n# a comment\n')
    gateway = start(gateway_config(state))
    gateway.wait_for_line(rf"`{file}`: line 3: not `NAME=value`")
    by_rename(file, "B=1\nOPENAI_API_KEY: sk-hidden-1\nsk-hidden-2\n")
    gateway.wait_for_line(rf"`{file}`: line 2, 3: not `NAME=value`")
    done = gateway.command("doctor")
    assert done.out.count(f"`{file}`: line 2, 3: not") == 1, done.out
    by_rename(file, "C=1\n")
    # The change before it restarts the gateway, and this one may come while it starts.
    eventually("nothing to be named", lambda: "not `NAME=value`" not in gateway.command("doctor").out)
    assert "sk-hidden" not in gateway.output + done.text


def test_a_list_of_an_included_file_is_changed_where_it_stands(state: Path) -> None:
    state.mkdir(exist_ok=True)
    (state / "more.json5").write_text("{ agents: { list: [{ id: 'a' }] }, logging: { level: 'debug' } }")
    file = state / "openclaw.json"
    file.write_text("{ $include: './more.json5', agents: { list: [{ id: 'b' }] } }")

    def change(*words: str) -> Any:
        return run_openclaw("config", *words, home=state, state=state)

    refused = change("set", "agents.list[0].name", "A")
    assert refused.code == 1 and "`agents.list[0]` comes from an included file; change it there" in refused.err
    refused = change("unset", "logging.level")
    assert refused.code == 1 and "`logging.level` comes from an included file; remove it there" in refused.err
    assert change("set", "agents.list[1].name", "B").code == 0
    assert change("set", "agents.list.2.id", "c").code == 0
    assert json.loads(change("get", "agents.list").out) == [{"id": "a"}, {"id": "b", "name": "B"}, {"id": "c"}]
    assert change("unset", "agents.list[1].name").code == 0
    assert file.read_text() == "{ $include: './more.json5', agents: { list: [{ id: 'b' }, {id: 'c'}] } }"


def test_includes_are_merged_and_watched(start: Any, state: Path) -> None:
    state.mkdir()
    (state / "agents.json5").write_text("{ defaults: { maxConcurrent: 5 } }")
    config = {"gateway": gateway_config(state)["gateway"], "agents": {"$include": "./agents.json5"}}
    gateway = start(config)
    with connect(gateway.port) as client:

        def value() -> int:
            found: int = client.request("config.get")["config"]["agents"]["defaults"]["maxConcurrent"]
            return found

        assert value() == 5
        by_rename(state / "agents.json5", "{ defaults: { maxConcurrent: 6 } }")
        eventually("the included value to change", lambda: value() == 6, 5)


def test_a_circle_of_includes_is_told_as_a_chain(start: Any, state: Path) -> None:
    state.mkdir()
    (state / "a.json").write_text('{"$include": "./b.json"}')
    (state / "b.json").write_text('{"$include": "./a.json"}')
    gateway = start('{"$include": "./a.json"}', ready=False)
    assert gateway.wait_for_exit() == 1
    assert "a.json" in gateway.output and "b.json" in gateway.output


@pytest.mark.parametrize("name", ["moltbot.json", "clawdbot.json"])
def test_older_file_names_are_read(start: Any, state: Path, name: str) -> None:
    state.mkdir()
    (state / name).write_text(json.dumps(gateway_config(state)))
    connect(start().port).close()


def test_the_path_can_be_named(start: Any, state: Path, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.json"
    path.write_text(json.dumps(gateway_config(state)))
    gateway = start(env={"OPENCLAW_CONFIG_PATH": str(path)})
    with connect(gateway.port) as client:
        assert client.request("config.get")["path"] == str(path)


@pytest.mark.parametrize(("args", "folder"), [(["--profile", "work"], ".openclaw-work"), (["--dev"], ".openclaw-dev")])
def test_a_profile_has_a_state_directory_of_its_own(start: Any, state: Path, args: list[str], folder: str) -> None:
    env = {"OPENCLAW_GATEWAY_TOKEN": TOKEN}
    gateway = start(verb=(*args, "gateway"), args=["--allow-unconfigured"], state_by_environment=False, env=env)
    assert (gateway.home / folder / "openclaw.sqlite").exists()
