"""Commands as they are called over `fly ssh console -C`, from scripts and at a terminal: with pipes or a pty."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, gateway_config
from harness.config import TOKEN
from harness.gateway import Finished, binary, scrubbed_environment
from harness.platforms import Platform
from harness.terminal import Terminal

SECONDS = 20


@pytest.fixture
def bot(platform: Platform, fake_chat: FakeOpenAIChat, start: Any, state: Path) -> Gateway:
    """A gateway that knows where the platform is and has no token for it."""
    channels = {platform.id: platform.section()}
    return start(gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"channels": channels}))


def argv(*args: str) -> list[str]:
    return [str(binary()), *args]


def environment(gateway: Gateway) -> dict[str, str]:
    return scrubbed_environment(gateway.home, gateway.state, {"OPENCLAW_GATEWAY_PORT": str(gateway.port)})


def at_terminal(gateway: Gateway, *args: str) -> Terminal:
    return Terminal(argv(*args), environment(gateway), gateway.home)


def without_input(gateway: Gateway, *args: str) -> Finished:
    """Standard input is closed, as a job of a scheduler has it."""
    done = subprocess.run(
        argv(*args), env=environment(gateway), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
    )
    return Finished(done.returncode, done.stdout, done.stderr, 0)


def token_of(platform: Platform) -> str:
    return platform.fake.token  # type: ignore[attr-defined]


def is_set_up(gateway: Gateway, platform: Platform) -> bool:
    return gateway.config["channels"][platform.id].get(platform.token_key) == token_of(platform)


@pytest.mark.parametrize("verb", ["add", "login"])
@pytest.mark.parametrize("named", [lambda id: ["--channel", id], lambda id: [id]], ids=["option", "word"])
def test_a_token_comes_through_a_pipe(
    bot: Gateway, platform: Platform, verb: str, named: Callable[[str], list[str]]
) -> None:
    done = bot.command("channels", verb, *named(platform.id), stdin=token_of(platform) + "\n")
    assert done.code == 0 and "is set up as @" in done.out, done.text
    assert token_of(platform) not in done.text
    assert is_set_up(bot, platform)
    platform.wait_until_connected(bot)


@pytest.mark.parametrize("verb", ["add", "login"])
def test_a_token_is_typed_unseen_at_a_terminal(bot: Gateway, platform: Platform, verb: str) -> None:
    with at_terminal(bot, "channels", verb, platform.id) as terminal:
        terminal.expect("Token of the .* bot: ")
        assert not terminal.echoes
        terminal.type(token_of(platform) + "\n")
        terminal.expect("is set up as @")
        assert terminal.wait_for_exit() == 0
        assert token_of(platform) not in terminal.seen
    assert is_set_up(bot, platform)


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_who_ends_at_the_question_changes_nothing(bot: Gateway, platform: Platform, key: str) -> None:
    before = bot.config_path.read_text()
    with at_terminal(bot, "channels", "add", platform.id) as terminal:
        terminal.expect("Token of the .* bot: ")
        terminal.type(key)
        terminal.expect("was not changed")
        assert terminal.wait_for_exit() == 1
    assert bot.config_path.read_text() == before


def test_without_a_token_nobody_waits(bot: Gateway, platform: Platform) -> None:
    done = without_input(bot, "channels", "login", platform.id)
    assert done.code == 1 and "No token came." in done.err and "`--token`" in done.err
    nowhere = without_input(bot, "channels", "add")
    assert nowhere.code == 1 and "Say which platform is meant: `" in nowhere.err
    absent = without_input(bot, "channels", "login", "whatsapp")
    assert absent.code == 1 and "`whatsapp` is not built into this gateway." in absent.err


def test_a_token_that_is_none_is_told_in_any_case(bot: Gateway, platform: Platform) -> None:
    with at_terminal(bot, "channels", "add", platform.id) as terminal:
        terminal.answer("Token of the .* bot: ", "two words")
        terminal.expect("it has spaces")
        assert terminal.wait_for_exit() == 1
    done = bot.command("channels", "add", platform.id, stdin="two words\n")
    assert done.code == 1 and "it has spaces" in done.err


# What only tells something says the same everywhere


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["channels", "list"], ["channels", "status"]])
def test_what_is_told_is_the_same_with_a_pipe_and_at_a_terminal(gateway: Gateway, command: list[str]) -> None:
    piped = gateway.command(*command)
    closed = without_input(gateway, *command)
    with at_terminal(gateway, *command) as terminal:
        code = terminal.wait_for_exit()
    assert (piped.code, closed.code, code) == (0, 0, 0), piped.text + terminal.seen
    for text in (piped.out, closed.out, terminal.seen):
        assert "\x1b" not in text and TOKEN not in text
        assert first_words(text) == first_words(piped.out)


def first_words(text: str) -> list[str]:
    """Of each line; what follows may be an age or a number."""
    return [line.split()[0] for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("command", [["status", "--json"], ["channels", "status", "--json"], ["doctor", "--json"]])
def test_json_is_json_at_a_terminal_too(gateway: Gateway, command: list[str]) -> None:
    assert json.loads(without_input(gateway, *command).out)
    with at_terminal(gateway, *command) as terminal:
        assert terminal.wait_for_exit() == 0
    assert json.loads(terminal.seen)


@pytest.mark.parametrize("command", [["status"], ["doctor"]])
def test_a_gateway_that_is_away_is_told_without_a_terminal(start: Any, state: Path, command: list[str]) -> None:
    gateway = start(gateway_config(state, [ModelConfig("fake", "http://127.0.0.1:9/v1")]))
    gateway.stop()
    done = without_input(gateway, *command)
    assert "not reachable" in done.out and done.code == 0, done.text
