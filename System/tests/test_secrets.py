"""Secrets that the config only refers to: `{source, provider, id}`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, Refused, connect, eventually, gateway_config
from harness.gateway import run_openclaw
from harness.platforms import Platform, TelegramPlatform, own_connector

TOKEN = "token-in-a-file-0123456789abcdef"
NEW_TOKEN = "token-that-came-later-0123456789"
KEY = "sk-key-in-a-file-0123456789"


def ref(source: str, id: str, provider: str | None = None) -> dict[str, str]:
    return {"source": source, "id": id} | ({"provider": provider} if provider else {})


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    path = tmp_path / "vault.json"
    path.write_text(json.dumps({"gateway": {"token": TOKEN}, "keys": [KEY]}))
    path.chmod(0o600)
    return path


def config_of(state: Path, vault: Path, model: FakeOpenAIChat, **more: Any) -> dict[str, Any]:
    config = gateway_config(state, [ModelConfig("fake", model.url)], more=more)
    config["gateway"]["auth"] = {"mode": "token", "token": ref("file", "/gateway/token", "vault")}
    config["models"]["providers"]["fake"]["apiKey"] = ref("file", "/keys/0")
    config["secrets"] = {
        "providers": {"vault": {"source": "file", "path": str(vault)}},
        "defaults": {"file": "vault"},
    }
    return config


def test_token_and_key_come_from_a_file_and_are_never_shown(
    start: Any, state: Path, vault: Path, fake_chat: FakeOpenAIChat
) -> None:
    config = config_of(state, vault, fake_chat)
    gateway = start(config)

    with pytest.raises(Refused):
        connect(gateway.port)
    with connect(gateway.port, auth={"token": TOKEN}) as client:
        assert client.chat("hi")["state"] == "final"
        assert fake_chat.requests[0].headers["authorization"] == f"Bearer {KEY}"
        shown = json.dumps(client.request("config.get"))
        # A write by a client keeps what refers, and what was not touched.
        patch = {"agents": {"defaults": {"maxConcurrent": 2}}}
        client.request("config.patch", {"raw": json.dumps(patch), "baseHash": client.request("config.get")["hash"]})
    told = shown + gateway.output + gateway.command("doctor").text + gateway.command("status").text
    log = "".join(path.read_text() for path in (state / "logs").iterdir())
    assert TOKEN not in told + log and KEY not in told + log
    assert gateway.config["gateway"]["auth"]["token"] == config["gateway"]["auth"]["token"]
    assert gateway.config["models"] == config["models"]
    assert gateway.config["agents"]["defaults"]["maxConcurrent"] == 2
    assert gateway.command("config", "validate").code == 0


def test_a_file_of_secrets_that_others_can_read_is_told(
    start: Any, state: Path, vault: Path, fake_chat: FakeOpenAIChat
) -> None:
    gateway = start(config_of(state, vault, fake_chat))
    said = f"note Others can read {vault}: `chmod 600 {vault}`"
    assert said not in gateway.command("doctor").out
    vault.chmod(0o644)
    told = gateway.command("doctor")
    assert told.code == 0 and said in told.out, told.text


def test_a_secret_that_changes_in_its_file_is_taken_up(
    start: Any, state: Path, vault: Path, fake_chat: FakeOpenAIChat
) -> None:
    gateway = start(config_of(state, vault, fake_chat))

    vault.write_text(json.dumps({"gateway": {"token": TOKEN}, "keys": ["sk-another-key-0123456789"]}))
    gateway.wait_for_line(r"config hot reload applied \(models\.providers\.fake\.apiKey\)")
    with connect(gateway.port, auth={"token": TOKEN}) as client:
        assert client.chat("hi")["state"] == "final"
    assert fake_chat.requests[-1].headers["authorization"] == "Bearer sk-another-key-0123456789"

    vault.write_text(json.dumps({"gateway": {"token": NEW_TOKEN}, "keys": [KEY]}))
    gateway.wait_for_line(r"requires gateway restart \(gateway\.auth\.token\)")
    gateway.wait_until_ready()
    eventually("the new token to count", lambda: connect(gateway.port, auth={"token": NEW_TOKEN}).close() or True)
    with pytest.raises(Refused):
        connect(gateway.port, auth={"token": TOKEN})
    assert NEW_TOKEN not in gateway.output


def test_a_start_without_the_token_that_was_meant_is_refused_in_words(
    openclaw: Path, tmp_path: Path, state: Path, vault: Path, fake_chat: FakeOpenAIChat
) -> None:
    state.mkdir()
    (state / "openclaw.json").write_text(json.dumps(config_of(state, vault, fake_chat), indent=1))
    vault.unlink()
    for command in (["gateway", "--port", "1"], ["config", "validate"]):
        done = run_openclaw(*command, home=tmp_path, state=state)
        assert done.code == 1
        assert f"gateway.auth.token: the file `{vault}` of `secrets.providers.vault` cannot be read" in done.text
        assert "openclaw.json:" in done.text


@pytest.mark.parametrize("left", [None, {}, {"gateway": {"token": TOKEN}}], ids=["no file", "nothing", "no key"])
def test_a_secret_that_is_lost_while_it_runs_stays_in_use_and_hinders_no_change(
    start: Any, state: Path, vault: Path, fake_chat: FakeOpenAIChat, left: dict[str, Any] | None
) -> None:
    gateway = start(config_of(state, vault, fake_chat))
    if left is None:
        vault.unlink()
    else:
        vault.write_text(json.dumps(left))
    gateway.wait_for_line(r"models\.providers\.fake\.apiKey: the file .*; the secret that was read before stays in use")
    with connect(gateway.port, auth={"token": TOKEN}) as client:
        base = client.request("config.get")["hash"]
        client.request("config.patch", {"raw": '{"ui": {"assistant": {"name": "Marvin"}}}', "baseHash": base})
        assert client.request("agent.identity.get")["name"] == "Marvin"
        assert client.chat("hi")["state"] == "final"
        shown = client.request("config.get")
        assert shown["valid"] and "stays in use" in json.dumps(shown["warnings"])
    assert fake_chat.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    with pytest.raises(Refused):
        connect(gateway.port)


def test_a_person_who_is_taken_out_while_a_secret_is_lost_is_out(
    start: Any, state: Path, tmp_path: Path, fake_chat: FakeOpenAIChat
) -> None:
    platform = TelegramPlatform()
    with platform.fake:
        key = tmp_path / "key.json"
        key.write_text(json.dumps({"keys": [KEY]}))
        key.chmod(0o600)
        ann, bob = platform.person("Ann"), platform.person("Bob")
        vendor = {**ModelConfig("fake", fake_chat.url).entry(), "apiKey": ref("file", "/keys/0", "f")}
        gateway = own_connector(start, state, fake_chat, platform)(
            more={
                "secrets": {"providers": {"f": {"source": "file", "path": str(key)}}},
                "models": {"mode": "merge", "providers": {"fake": vendor}},
            },
            **platform.dm_policy("allowlist", [str(ann.id), str(bob.id)]),
        )
        platform.ask(bob, platform.direct(bob))
        platform.wait_until_answered()
        key.unlink()
        gateway.wait_for_line(r"models\.providers\.fake\.apiKey: the file .* cannot be read")
        allowed = {"channels": {"telegram": {"allowFrom": [str(ann.id)]}}}
        with connect(gateway.port) as client:
            base = client.request("config.get")["hash"]
            client.request("config.patch", {"raw": json.dumps(allowed), "baseHash": base})
        asked = len(fake_chat.requests)
        platform.says(bob, platform.direct(bob), "still there?")
        platform.ask(ann, platform.direct(ann))
        platform.wait_until_answered()
        assert len(fake_chat.requests) == asked + 1, "only Ann was answered"


@pytest.mark.parametrize("place", ["elsewhere", "another key"])
def test_a_change_that_loses_a_secret_that_is_in_use_is_refused(
    start: Any, state: Path, vault: Path, fake_chat: FakeOpenAIChat, place: str
) -> None:
    gateway = start(config_of(state, vault, fake_chat))
    changes = {
        "elsewhere": {"secrets": {"providers": {"vault": {"path": f"{vault}.not-there"}}}},
        "another key": {"models": {"providers": {"fake": {"apiKey": ref("file", "/keys/7")}}}},
    }
    with connect(gateway.port, auth={"token": TOKEN}) as client:
        base = client.request("config.get")["hash"]
        refusal = client.refusal("config.patch", {"raw": json.dumps(changes[place]), "baseHash": base})
        assert refusal.message.startswith("invalid config") and "models.providers.fake.apiKey" in json.dumps(
            refusal.details
        )
        assert client.request("config.get")["hash"] == base


def test_a_key_that_cannot_be_read_stops_nothing_else(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)])
    config["models"]["providers"]["fake"]["apiKey"] = ref("env", "NOT_SET_ANYWHERE")
    gateway = start(config, env={"FLY_APP_NAME": "my-app"}, args=("--bind", "loopback"))

    said = r"models\.providers\.fake\.apiKey: the environment variable `NOT_SET_ANYWHERE` is not set; set it: `fly secrets set NOT_SET_ANYWHERE=… -a my-app`"
    gateway.wait_for_line(said)
    assert gateway.get("/readyz").status == 200
    found = gateway.command("doctor", env={"FLY_APP_NAME": "my-app"})
    assert found.code == 1 and "BAD  openclaw.json:" in found.out and "`NOT_SET_ANYWHERE` is not set" in found.out


@pytest.mark.parametrize("source", ["env", "file"])
def test_a_bot_logs_in_with_a_token_that_stands_elsewhere(
    start: Any, state: Path, tmp_path: Path, fake_chat: FakeOpenAIChat, platform: Platform, source: str
) -> None:
    secret = platform.fake.token  # type: ignore[attr-defined]
    place = tmp_path / "bot"
    place.write_text(secret + "\n")
    providers = {"bot": {"source": "file", "path": str(place), "mode": "singleValue"}}
    reference = ref("env", "MY_BOT") if source == "env" else ref("file", "value", "bot")
    section = platform.section() | {platform.token_key: reference}
    more = {"channels": {platform.id: section}, "secrets": {"providers": providers}}
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more=more)

    gateway: Gateway = start(config, env={"MY_BOT": secret})

    platform.wait_until_connected(gateway)
    ann = platform.person("Ann")
    platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    assert secret not in gateway.output
    assert gateway.config["channels"][platform.id][platform.token_key] == reference


def test_a_bot_whose_token_cannot_be_read_says_why(
    start: Any, state: Path, fake_chat: FakeOpenAIChat, platform: Platform
) -> None:
    section = platform.section() | {platform.token_key: ref("exec", "x", "vault")}
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"channels": {platform.id: section}})

    gateway = start(config)

    why = f"channels.{platform.id}.{platform.token_key}: secrets from `exec` are not read by this gateway"
    gateway.wait_for_line(why.replace(".", r"\."))
    with connect(gateway.port) as client:
        account = eventually(
            "the account to have failed",
            lambda: next(
                a for a in client.request("channels.status", {})["channelAccounts"][platform.id] if a.get("lastError")
            ),
        )
    assert why in account["lastError"]
