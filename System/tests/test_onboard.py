"""`openclaw onboard`: at a terminal, without one, interrupted, and again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeAnthropic, FakeOpenAIChat
from fakes.discord import FakeDiscord
from fakes.telegram import FakeTelegram
from harness import Gateway
from harness.gateway import Finished, binary, run_openclaw, scrubbed_environment
from harness.terminal import Terminal

KEY = "sk-ant-api03-onboarding-key-0123456789"
WRONG_KEY = "sk-ant-api03-of-somebody-else-0123456789"
TELEGRAM_TOKEN = "7000000001:a-token-of-nobody"
DISCORD_TOKEN = "MTAw.a-token-of.nobody"
GATEWAY_TOKEN = "gateway-token-of-the-tests-0123456789"
MODELS = ("claude-opus-5-5", "claude-haiku-5-5")


@pytest.fixture
def vendor(openclaw: Path) -> Iterator[FakeAnthropic]:
    """Takes one key, and lists two models."""
    with FakeAnthropic(key=KEY, models=MODELS) as fake:
        yield fake


@pytest.fixture
def telegram(openclaw: Path) -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def discord(openclaw: Path) -> Iterator[FakeDiscord]:
    with FakeDiscord() as fake:
        yield fake


Onboard = Callable[..., Finished]
OpenTerminal = Callable[..., Terminal]


@pytest.fixture
def variables(vendor: FakeAnthropic) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": vendor.url}


@pytest.fixture
def onboard(tmp_path: Path, state: Path, variables: dict[str, str]) -> Onboard:
    """Runs it without a terminal."""

    def run(*args: str, stdin: str = "", **env: str) -> Finished:
        return run_openclaw("onboard", *args, home=tmp_path, state=state, env={**variables, **env}, stdin=stdin)

    return run


@pytest.fixture
def at_terminal(tmp_path: Path, state: Path, variables: dict[str, str]) -> OpenTerminal:
    def open_terminal(*args: str, **env: str) -> Terminal:
        environment = scrubbed_environment(tmp_path, state, {**variables, **env})
        return Terminal([str(binary()), "onboard", *args], environment, tmp_path)

    return open_terminal


def config(state: Path) -> Any:
    return json.loads((state / "openclaw.json").read_text())


def steps(done: Finished) -> dict[str, Any]:
    return {step["name"]: step for step in json.loads(done.out)["steps"]}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written_by_hand(telegram: FakeTelegram, discord: FakeDiscord) -> str:
    return f"""{{
  // mine
  gateway: {{ mode: "local" }},
  channels: {{
    telegram: {{ apiRoot: "{telegram.url}" /* theirs */ }},
    discord: {{ apiRoot: "{discord.url}" }},
  }},
}}
"""


# At a terminal


def test_everything_is_asked_for_and_the_assistant_answers(
    start: Any,
    state: Path,
    variables: dict[str, str],
    vendor: FakeAnthropic,
    telegram: FakeTelegram,
    discord: FakeDiscord,
    at_terminal: OpenTerminal,
) -> None:
    gateway: Gateway = start(written_by_hand(telegram, discord), env=variables)

    with at_terminal() as terminal:
        terminal.expect("can run commands")
        terminal.expect("Config file: kept")
        terminal.answer("Number or name: ", "nobody")
        terminal.expect("`nobody` is none of them")
        terminal.answer("Number or name: ", "1")
        terminal.answer("Key of anthropic.*: ", WRONG_KEY)
        terminal.expect("did not accept the key.*the key is not ours")
        terminal.answer("Key of anthropic.*: ", KEY)
        terminal.answer(r"Model of anthropic \(Enter: claude-opus-5-5\): ", "claude-nothing")
        terminal.expect("has no model `claude-nothing`.*`claude-haiku-5-5`")
        terminal.answer("Model of anthropic.*: ", "claude-haiku-5-5")
        terminal.answer("Enter makes one.*: ", "")
        terminal.answer("Token of your Telegram bot.*: ", "1:wrong")
        terminal.expect("Telegram account `default` was not set up")
        telegram.violations.clear()
        terminal.answer("Token of your Telegram bot.*: ", telegram.token)
        terminal.expect("set up as @claw_bot.*pairing approve telegram")
        terminal.answer("Token of your Discord bot.*: ", "no token at all")
        terminal.expect("Discord account `default` was not set up")
        discord.violations.clear()
        terminal.answer("Token of your Discord bot.*: ", discord.token)
        terminal.expect("Discord: done")
        terminal.answer("Say .hi.*: ", "")
        terminal.expect("< Hello from the fake model.")
        terminal.expect("Summary")
        assert terminal.wait_for_exit() == 0, terminal.seen

    text = gateway.config_path.read_text()
    assert "// mine" in text and "/* theirs */" in text
    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n"
    assert vendor.requests[-1].headers["x-api-key"] == KEY
    assert vendor.requests[-1].body["model"] == "claude-haiku-5-5"
    for name in ("openclaw.json", ".env"):
        assert (state / name).stat().st_mode & 0o777 == 0o600
    told = terminal.seen + gateway.output
    for secret in (KEY, WRONG_KEY, telegram.token, discord.token, read_token(gateway)):
        assert secret not in told


def read_token(gateway: Gateway) -> str:
    link = gateway.command("dashboard").out
    assert "#token=" in link, link
    return link.partition("#token=")[2].strip()


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-d", "SIGINT", "hangup"])
def test_an_interrupted_run_goes_on_where_it_ended(end: str, state: Path, at_terminal: OpenTerminal) -> None:
    with at_terminal("--skip-channels") as terminal:
        terminal.answer("Number or name: ", "anthropic")
        terminal.answer("Key of anthropic.*: ", KEY)
        terminal.answer("Model of anthropic.*: ", "")
        terminal.expect("Enter makes one.*: ")
        if end == "hangup":
            terminal.hang_up()
            assert terminal.wait_for_exit() != 0
        elif end == "SIGINT":
            os.kill(terminal.pid, signal.SIGINT)
            assert terminal.wait_for_exit() == -signal.SIGINT
        else:
            terminal.type({"ctrl-c": "half a token\x03", "ctrl-d": "\x04"}[end])
            terminal.expect("What was answered is saved; `openclaw onboard` goes on from here")
            assert terminal.echoes
            assert terminal.wait_for_exit() == 1

    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n"
    assert config(state) == {
        "gateway": {"mode": "local"},
        "agents": {"defaults": {"model": {"primary": "anthropic/claude-opus-5-5"}}},
    }

    with at_terminal("--skip-channels", "--skip-test") as terminal:
        terminal.expect("Model: kept. anthropic/claude-opus-5-5.*`ANTHROPIC_API_KEY` in .*/.env; the vendor takes it")
        terminal.answer("Enter makes one.*: ", GATEWAY_TOKEN)
        assert terminal.wait_for_exit() == 0, terminal.seen
    assert config(state)["gateway"]["auth"] == {"mode": "token", "token": GATEWAY_TOKEN}
    assert GATEWAY_TOKEN not in terminal.seen


def test_every_question_can_be_passed_over(state: Path, at_terminal: OpenTerminal) -> None:
    with at_terminal("--accept-risk") as terminal:
        terminal.answer("Number or name: ", "")
        terminal.answer("Enter makes one.*: ", "skip")
        terminal.answer("Telegram bot.*: ", "")
        terminal.answer("Discord bot.*: ", "")
        terminal.answer("Say .hi.*: ", "n")
        terminal.expect("Summary")
        for command in ("--provider anthropic", "--gateway-token -", "--channel telegram", "--channel discord"):
            terminal.expect(f"skipped +openclaw .*{command}")
        assert terminal.wait_for_exit() == 0
    assert "can run commands" not in terminal.seen
    assert config(state) == {"gateway": {"mode": "local"}} and not (state / ".env").exists()


def test_secrets_in_options_leave_the_process_list(at_terminal: OpenTerminal) -> None:
    options = ["--anthropic-api-key", KEY, f"--gateway-token={GATEWAY_TOKEN}", "--skip-checks"]
    with at_terminal(*options) as terminal:
        terminal.expect("Model of anthropic.*: ")
        words = Path(f"/proc/{terminal.pid}/cmdline").read_bytes().decode()
        assert "--anthropic-api-key" in words and KEY not in words and GATEWAY_TOKEN not in words


def test_a_key_of_the_environment_that_is_refused_is_told_and_another_vendor_can_be_chosen(
    state: Path, fake_chat: FakeOpenAIChat, at_terminal: OpenTerminal
) -> None:
    state.mkdir()
    groq = {"baseUrl": fake_chat.url, "models": []}
    (state / "openclaw.json").write_text(json.dumps({"models": {"providers": {"groq": groq}}}))
    with at_terminal(
        "--skip-channels", "--skip-test", ANTHROPIC_API_KEY=WRONG_KEY, GROQ_API_KEY="key-of-groq"
    ) as terminal:
        terminal.expect("did not accept the key.*is the environment variable `ANTHROPIC_API_KEY`")
        terminal.expect("change it there")
        terminal.answer("Number or name: ", "groq")
        terminal.answer(r"Model of groq \(Enter: fake-1\): ", "")
        terminal.expect("Model: done. groq/fake-1. The key of groq is the environment variable `GROQ_API_KEY`")
        terminal.answer("Enter makes one.*: ", "my own, with 'spaces'")
        assert terminal.wait_for_exit() == 0, terminal.seen
    assert config(state)["agents"]["defaults"]["model"] == {"primary": "groq/fake-1"}
    assert config(state)["gateway"]["auth"]["token"] == "my own, with 'spaces'"
    assert not (state / ".env").exists() and WRONG_KEY not in terminal.seen and "key-of-groq" not in terminal.seen


def test_a_secret_named_by_a_dash_is_typed_unseen(state: Path, at_terminal: OpenTerminal) -> None:
    with at_terminal("--non-interactive", "--api-key", "-", "--skip-channels", "--skip-test") as terminal:
        terminal.answer("--api-key: ", KEY)
        assert terminal.wait_for_exit() == 0, terminal.seen
    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n" and KEY not in terminal.seen


# Without one


def test_everything_can_be_given(
    start: Any,
    state: Path,
    variables: dict[str, str],
    telegram: FakeTelegram,
    discord: FakeDiscord,
    onboard: Onboard,
) -> None:
    gateway: Gateway = start(written_by_hand(telegram, discord), env=variables)

    piped = "\n".join([KEY, GATEWAY_TOKEN, telegram.token, discord.token])
    secrets = ["--api-key-stdin", "--gateway-token", "-", "--telegram-token", "-", "--discord-token", "-"]
    others = ["--provider", "anthropic", "--model", "anthropic/claude-haiku-5-5", "--workspace", str(state / "desk")]
    done = onboard("--json", *secrets, *others, stdin=piped)

    assert done.code == 0, done.text
    states = {name: step["state"] for name, step in steps(done).items()}
    assert states == {
        name: "done" for name in ("Config file", "Model", "Gateway token", "Telegram", "Discord", "Test message")
    }
    agents = {"workspace": str(state / "desk"), "model": {"primary": "anthropic/claude-haiku-5-5"}}
    assert json.loads(gateway.command("config", "get", "agents.defaults", "--json").out) == agents
    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n"
    for secret in piped.split("\n"):
        assert secret not in done.text + gateway.output


def test_secrets_are_read_in_the_order_of_their_options(start: Any, state: Path, onboard: Onboard) -> None:
    options = ["--discord-token", "--telegram-token", "--api-key", "--gateway-token"]
    words = [word for option in options for word in (option, "-")]
    piped = "\n".join([DISCORD_TOKEN, TELEGRAM_TOKEN, KEY, GATEWAY_TOKEN])
    done = onboard("--skip-checks", "--skip-test", "--provider", "anthropic", *words, stdin=piped)

    assert done.code == 0, done.text
    written = config(state)
    assert written["channels"]["discord"]["token"] == DISCORD_TOKEN
    assert written["channels"]["telegram"]["botToken"] == TELEGRAM_TOKEN
    assert written["gateway"]["auth"]["token"] == GATEWAY_TOKEN
    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n"


@pytest.mark.parametrize("flags", [(), ("--non-interactive",), ("--json",)])
def test_without_a_terminal_nothing_is_asked(
    flags: tuple[str, ...], tmp_path: Path, state: Path, variables: dict[str, str], openclaw: Path
) -> None:
    """Standard input stays open and silent: a question would wait for ever."""
    silent, held = os.pipe()
    done = subprocess.run(
        [str(openclaw), "onboard", *flags],
        env=scrubbed_environment(tmp_path, state, variables),
        cwd=tmp_path,
        stdin=silent,
        capture_output=True,
        timeout=15,
        text=True,
    )
    os.close(held)
    os.close(silent)
    assert done.returncode == 1
    for named in ("--provider NAME --api-key-stdin", "ANTHROPIC_API_KEY", "--telegram-token -", "openclaw gateway"):
        assert named in done.stdout
    assert config(state)["gateway"]["auth"]["mode"] == "token"


def test_a_wrong_key_is_told_and_not_kept(state: Path, onboard: Onboard) -> None:
    done = onboard("--anthropic-api-key", WRONG_KEY, "--skip-channels")
    assert done.code == 1
    assert "did not accept the key (HTTP 401): the key is not ours" in done.out
    assert not (state / ".env").exists() and WRONG_KEY not in done.text

    unchecked = onboard("--anthropic-api-key", WRONG_KEY, "--skip-channels", "--skip-checks")
    assert unchecked.code == 0 and WRONG_KEY not in unchecked.text
    assert WRONG_KEY in (state / ".env").read_text()

    mended = onboard("--auth-choice", "apiKey", "--api-key", "-", "--skip-channels", stdin=KEY)
    assert mended.code == 0, mended.text
    assert (state / ".env").read_text() == f"ANTHROPIC_API_KEY={KEY}\n"


def test_what_the_environment_has_is_named_and_not_shown(state: Path, onboard: Onboard) -> None:
    env = {"ANTHROPIC_API_KEY": KEY, "OPENCLAW_GATEWAY_TOKEN": GATEWAY_TOKEN, "DISCORD_BOT_TOKEN": "token-of-discord"}
    done = onboard("--json", **env)
    assert done.code == 0, done.text
    for name, variable in zip(("Model", "Gateway token", "Discord"), env, strict=True):
        step = steps(done)[name]
        assert step["state"] == "kept" and f"the environment variable `{variable}`" in step["text"], step
    assert config(state) == {"gateway": {"mode": "local"}} and not (state / ".env").exists()
    assert not any(value in done.text for value in env.values())

    wrong = onboard("--json", **{**env, "ANTHROPIC_API_KEY": WRONG_KEY})
    assert wrong.code == 1
    assert "is the environment variable `ANTHROPIC_API_KEY`" in steps(wrong)["Model"]["text"]


def test_tailscale_is_set_up_for_the_gateway(state: Path, onboard: Onboard) -> None:
    done = onboard("--skip-model", "--skip-channels", "--tailscale", "serve", "--tailscale-reset-on-exit")
    assert done.code == 0, done.text
    assert config(state)["gateway"]["tailscale"] == {"mode": "serve", "resetOnExit": True}
    refused = onboard("--json", "--skip-model", "--skip-channels", "--tailscale", "funnel")
    assert "takes a password" in steps(refused)["Start"]["text"]


def test_a_second_run_changes_no_byte(state: Path, onboard: Onboard) -> None:
    assert onboard("--anthropic-api-key", KEY, "--gateway-bind", "lan").code == 0
    before = contents(state)
    again = onboard("--json")
    assert again.code == 0, again.text
    assert {steps(again)[name]["state"] for name in ("Config file", "Model", "Gateway token")} == {"kept"}
    assert contents(state) == before


def test_files_that_are_there_are_added_to(state: Path, onboard: Onboard) -> None:
    state.mkdir()
    (state / ".env").write_text("# mine\nexport OTHER='two words'\nANTHROPIC_API_KEY=old\nLAST=1")
    (state / "openclaw.json").write_text("{\n  // mine\n  gateway: { port: 4000, },\n}\n")
    assert onboard("--anthropic-api-key", KEY).code == 0
    env = (state / ".env").read_text()
    assert env == f"# mine\nexport OTHER='two words'\nANTHROPIC_API_KEY={KEY}\nLAST=1\n"
    text = (state / "openclaw.json").read_text()
    assert text.startswith("{\n  // mine\n  gateway: { port: 4000, ") and 'mode: "local"' in text


def test_a_file_with_mistakes_is_left_alone(state: Path, onboard: Onboard) -> None:
    state.mkdir()
    path = state / "openclaw.json"
    path.write_text('{ gateway: { port: "many" } }')
    done = onboard("--anthropic-api-key", KEY)
    assert done.code == 1 and "gateway.port" in done.text
    assert path.read_text() == '{ gateway: { port: "many" } }' and not (state / ".env").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_writes_belongs_to_the_owner_of_the_state_directory(state: Path, onboard: Onboard) -> None:
    state.mkdir()
    os.chown(state, 1000, 1000)
    assert onboard("--anthropic-api-key", KEY).code == 0
    owners = {path.name: path.stat().st_uid for path in state.iterdir()}
    assert set(owners.values()) == {1000} and {"openclaw.json", ".env"} <= set(owners), owners


def test_on_fly_the_link_and_the_restart_are_fly_s(onboard: Onboard) -> None:
    fly = {"FLY_APP_NAME": "my-claw", "FLY_MACHINE_ID": "148e12", "OPENCLAW_GATEWAY_TOKEN": GATEWAY_TOKEN}
    done = onboard("--skip-channels", ANTHROPIC_API_KEY=KEY, **fly)
    assert done.code == 0, done.text
    assert "Open https://my-claw.fly.dev/ in a browser" in done.out
    assert "`printenv OPENCLAW_GATEWAY_TOKEN` shows it" in done.out
    assert "fly machine restart 148e12" in done.out
    missing = onboard("--skip-channels", **fly)
    assert missing.code == 1 and "`fly secrets set ANTHROPIC_API_KEY=…`" in missing.out


def test_a_gateway_elsewhere_is_only_named_and_greeted(
    start: Any, tmp_path: Path, vendor: FakeAnthropic, variables: dict[str, str], onboard: Onboard
) -> None:
    there: Gateway = start(
        {"gateway": {"mode": "local", "auth": {"token": GATEWAY_TOKEN}}},
        state=tmp_path / "there",
        env={**variables, "ANTHROPIC_API_KEY": KEY},
    )
    url = f"ws://127.0.0.1:{there.port}"
    done = onboard("--mode", "remote", "--remote-url", url, "--remote-token", "-", stdin=GATEWAY_TOKEN)
    assert done.code == 0, done.text
    assert "< Hello from the fake model." in done.out and GATEWAY_TOKEN not in done.out

    unnamed = run_openclaw("onboard", "--mode", "remote", home=tmp_path, state=tmp_path / "new")
    assert unnamed.code == 1 and "--remote-url" in unnamed.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--provider", "nobody"], "No provider `nobody` is known"),
        (["--provider", "ollama", "--api-key", "x"], "name it with `--provider`"),
        (["--anthropic-api-key", "two words"], "`--anthropic-api-key` is empty, or has characters no key has"),
        (["--api-key", "-"], "`--api-key` is empty"),
        (["--anthropic-api-key", "a", "--openai-api-key", "b"], "One key at a time"),
        (["--gateway-port", "0"], "Invalid --gateway-port"),
        (["--skip-everything"], "Unknown option"),
    ],
)
def test_a_slip_is_told(args: list[str], said: str, state: Path, onboard: Onboard) -> None:
    done = onboard(*args)
    assert done.code == 1 and said in done.err, done.text
    assert not (state / ".env").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--gateway-auth", "password"], "no password is configured"),
        (["--gateway-bind", "lan", "--gateway-auth", "none"], "Refusing to listen beyond this machine"),
        (["--gateway-bind", "custom"], "set `gateway.customBindHost`"),
    ],
)
def test_a_config_with_which_no_gateway_starts_is_told(flags: list[str], said: str, onboard: Onboard) -> None:
    done = onboard("--skip-model", "--skip-test", *flags)
    assert done.code == 1 and said in done.out, done.text


def test_a_model_the_vendor_does_not_have_is_told(state: Path, onboard: Onboard) -> None:
    done = onboard("--json", "--anthropic-api-key", KEY, "--model", "claude-haiku")
    step = steps(done)["Model"]
    assert done.code == 1 and step["state"] == "failed"
    assert "no model `claude-haiku`. It has `claude-haiku-5-5`" in step["text"]


# Options of the original


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--skip-skills"], "Note: `--skip-skills`: there is no such step here"),
        (["--skip-ui", "--skip-hooks", "--skip-search"], "Note: `--skip-search`: there is no such step here"),
        (["--skip-bootstrap"], "Note: `--skip-bootstrap`: this command writes no files into the workspace"),
        (["--skip-daemon"], "Note: `--skip-daemon`: no service is installed anyway"),
        (["--no-install-daemon"], "Note: `--no-install-daemon`: no service is installed anyway"),
        (["--suppress-gateway-token-output"], "Note: `--suppress-gateway-token-output`: the token is never printed"),
        (["--node-manager", "pnpm"], "Note: `--node-manager pnpm`: there is no Node.js here"),
        (["--daemon-runtime", "node"], "Note: `--daemon-runtime node`: there is no Node.js here"),
        (["--flow", "quickstart"], "Note: `--flow quickstart`: there is one way here"),
        (["--secret-input-mode", "ref"], "Note: `--secret-input-mode ref`: keys are kept in `.env`"),
        (["--modern"], "Note: `--modern`: there is one way to be asked here"),
    ],
)
def test_an_option_for_a_step_that_there_is_none_of_says_what_happens_instead(
    args: list[str], said: str, onboard: Onboard
) -> None:
    done = onboard("--anthropic-api-key", KEY, "--skip-channels", *args)
    assert done.code == 0 and said in done.out, done.text
    assert "Model: done" in done.out
    as_json = onboard("--json", "--skip-channels", *args)
    assert as_json.code == 0 and json.loads(as_json.out)["ok"] is True


def test_a_service_is_asked_for_and_the_summary_says_that_there_is_none(onboard: Onboard) -> None:
    done = onboard("--anthropic-api-key", KEY, "--skip-channels", "--install-daemon")
    assert done.code == 0
    assert "Note: `--install-daemon`: no service is installed; let what starts programs on this machine" in done.out
    assert "Service: skipped. None is installed by this command." in done.out
    fly = {"FLY_APP_NAME": "my-claw", "FLY_MACHINE_ID": "148e12", "OPENCLAW_GATEWAY_TOKEN": GATEWAY_TOKEN}
    as_json = onboard("--json", "--skip-channels", "--install-daemon", **fly)
    assert steps(as_json)["Service"]["later"] == "fly machine restart 148e12"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--reset"], "`--reset` is not for this `onboard`: nothing is deleted here; stop the gateway"),
        (["--reset-scope", "full"], "nothing is deleted here"),
        (["--flow", "import"], "`openclaw migrate --from FOLDER`"),
        (["--import-from", "hermes"], "`openclaw migrate --from FOLDER`"),
        (["--import-secrets"], "`openclaw migrate --from FOLDER`"),
        (["--token", "sk-ant-oat01-secret"], "`--provider NAME --api-key -`"),
        (["--custom-base-url", "https://x/v1"], "`openclaw config set models.providers.NAME"),
    ],
)
def test_an_option_that_would_mislead_is_refused_before_anything_is_written(
    args: list[str], said: str, state: Path, onboard: Onboard
) -> None:
    done = onboard("--anthropic-api-key", KEY, *args)
    assert done.code == 1 and said in done.err, done.text
    assert "sk-ant-oat01-secret" not in done.text
    assert not state.exists() or not contents(state)


def test_the_gateways_token_can_be_referred_to(state: Path, onboard: Onboard) -> None:
    args = ("--anthropic-api-key", KEY, "--skip-channels", "--gateway-token-ref-env", "MY_TOKEN")
    missing = onboard(*args)
    assert missing.code == 1 and "the environment variable `MY_TOKEN` is not set" in missing.err, missing.text

    done = onboard(*args, MY_TOKEN=GATEWAY_TOKEN)

    assert done.code == 0 and "Gateway token: done" in done.out, done.text
    assert config(state)["gateway"]["auth"]["token"] == {"source": "env", "provider": "default", "id": "MY_TOKEN"}
    assert GATEWAY_TOKEN not in done.text + (state / "openclaw.json").read_text()
    again = onboard("--skip-channels", MY_TOKEN=GATEWAY_TOKEN)
    assert "Gateway token: kept" in again.out
