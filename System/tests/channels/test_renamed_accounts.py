"""Accounts get other names, or exchange their bots: what people have written meanwhile is answered all the same."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text, ToolCall
from fakes.faults import Refuse
from harness import Gateway, ModelConfig, gateway_config
from harness.platforms import Platform, numbers, wait_for_status
from harness.waiting import eventually
from tests.channels.test_channels import PAIRING_CODE, lets_in

pytestmark = pytest.mark.needs("bot")
# As long as what Telegram cuts: it waits on disk for its next piece.
LONG = "L" * 4000


class House:
    """A gateway, and two bots on fakes of their own."""

    def __init__(self, start: Any, state: Path, model: FakeOpenAIChat, a: Platform, b: Platform) -> None:
        self.start, self.bots = start, {"a": a, "b": b}
        self.config = gateway_config(state, [ModelConfig("fake", model.url)], more={"channels": {a.id: a.section()}})
        self.port: int | None = None

    def run(self, **accounts: str) -> Gateway:
        """Starts it with these accounts, each with the bot of that name, and waits until they listen."""
        kind = self.bots["a"]
        self.set(accounts)
        options = {} if self.port is None else {"port": self.port}
        gateway: Gateway = self.start(self.config, env={}, **options)
        self.port = gateway.port
        if kind.id == "discord":
            said = "logged in to discord as"
            eventually("each account to listen", lambda: gateway.output.count(said) == len(accounts), 20)
        for name in accounts if kind.id == "telegram" else ():
            gateway.wait_for_line(rf"\[telegram\] \[{name}\] starting provider")
        return gateway

    def set(self, accounts: dict[str, str]) -> None:
        kind = self.bots["a"]
        self.config["channels"][kind.id]["accounts"] = {
            name: {kind.token_key: self.bots[bot].fake.token, "apiRoot": self.bots[bot].fake.url}  # type: ignore[attr-defined]
            for name, bot in accounts.items()
        }

    def change(self, gateway: Gateway, **accounts: str) -> None:
        """The same while it runs; waits until those that are new or have another bot know which it is."""
        before = self.config["channels"][self.bots["a"].id]["accounts"]
        self.set(accounts)
        after = self.config["channels"][self.bots["a"].id]["accounts"]
        said = "logged in to discord as" if self.bots["a"].id == "discord" else "starting provider"
        expected = gateway.output.count(said) + sum(before.get(name) != account for name, account in after.items())
        gateway.write_config(self.config)
        eventually("the changed accounts to listen", lambda: gateway.output.count(said) == expected, 20)


@pytest.fixture
def house(platform: Platform, start: Any, state: Path, fake_chat: FakeOpenAIChat) -> Iterator[House]:
    with contextlib.ExitStack() as stack:
        second = type(platform)(token=platform.second_token)
        stack.enter_context(second.fake)
        yield House(start, state, fake_chat, platform, second)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"one": "a"}, {"new": "a"}),
        ({"one": "a"}, {"one": "b", "old": "a"}),
        ({"one": "a", "two": "b"}, {"one": "b", "two": "a"}),
    ],
    ids=["renamed", "another bot in the old name", "exchanged"],
)
def test_what_came_while_accounts_were_changed_is_answered(
    platform: Platform, house: House, before: dict[str, str], after: dict[str, str]
) -> None:
    gateway = house.run(**before)
    bots = [house.bots[bot] for bot in before.values()]
    for name, bot in zip(before, bots, strict=True):
        ann = bot.person("Ann")
        bot.ask(ann, bot.direct(ann))
        bot.wait_until_answered()
        wait_for_status(gateway, platform, "it to be written down", lambda s: s.get("sent") == 1, name)
    if platform.id == "telegram":
        for bot in bots:
            bot.ask(bot.person("Ann"), bot.direct(bot.person("Ann")), LONG)
            updates = bot.fake.world.updates  # type: ignore[attr-defined]
            bot.fake.wait_until("it to be confirmed", lambda: not updates.waiting)  # type: ignore[attr-defined]  # noqa: B023
    gateway.kill()
    for bot in bots:
        bot.fake.killed()
        if platform.id == "discord":
            bot.ask(bot.person("Ann"), bot.direct(bot.person("Ann")))

    house.run(**after)

    for bot in bots:
        bot.wait_until_answered()


@pytest.mark.parametrize(
    ("before", "steps"),
    [
        ({"one": "a"}, [{"new": "a"}]),
        ({"one": "a", "two": "b"}, [{"one": "b", "two": "a"}]),
        ({"one": "a"}, [{"one": "b"}, {"one": "a"}]),
    ],
    ids=["renamed", "exchanged", "another bot for a while"],
)
def test_what_a_bot_was_asked_is_answered_by_it_alone(
    house: House, fake_chat: FakeOpenAIChat, before: dict[str, str], steps: list[dict[str, str]]
) -> None:
    gateway = house.run(**before)
    a, b = house.bots.values()
    mark = f"#q{next(numbers)}"
    may_go_on = threading.Event()
    fake_chat.script.append(Hold(may_go_on, Text(f"Only for you: {mark}")))
    a.says(a.person("Ann"), a.direct(a.person("Ann")), f"What is it? {mark}")
    fake_chat.wait_for_request(1)

    house.change(gateway, **steps[0])
    may_go_on.set()
    for step in steps[1:]:
        b.ask(b.person("Ann"), b.direct(b.person("Ann")))
        b.wait_until_answered()
        assert a.answers(a.direct(a.person("Ann"))) == []
        house.change(gateway, **step)

    a.wait_until_answered()
    assert not any(mark in answer for answer in b.answers(b.direct(b.person("Ann"))))


@pytest.mark.parametrize("mode", ["collect", "steer"])
def test_what_two_bots_were_asked_in_one_chat_is_answered_by_each(
    platform: Platform, house: House, fake_chat: FakeOpenAIChat, mode: str
) -> None:
    house.config["messages"] = {"queue": {"mode": mode}}
    gateway = house.run(one="a")
    a, b = house.bots.values()
    may_go_on = threading.Event()
    mark = f"#q{next(numbers)}"
    fake_chat.script += [Hold(may_go_on, ToolCall("exec", {"command": "true"})), Text(f"It is six. {mark}")]
    a.says(a.person("Ann"), a.direct(a.person("Ann")), f"What time is it? {mark}")
    fake_chat.wait_for_request(1)
    if mode == "collect":
        a.ask(a.person("Ann"), a.direct(a.person("Ann")))
        wait_for_status(gateway, platform, "both questions", lambda s: s.get("received") == 2, "one")

    house.change(gateway, one="b", two="a")
    b.ask(b.person("Ann"), b.direct(b.person("Ann")))
    wait_for_status(gateway, platform, "the question", lambda s: s.get("received") == 1, "one")
    may_go_on.set()

    for bot in (a, b):
        bot.wait_until_answered()


def test_a_bot_that_takes_an_account_is_heard_although_its_messages_have_the_numbers_of_the_last_one(
    house: House, fake_chat: FakeOpenAIChat
) -> None:
    gateway = house.run(one="a")
    for name, bot in house.bots.items():
        house.change(gateway, one=name)
        bot.ask(bot.person("Ann"), bot.group())
        bot.wait_until_answered()


def test_what_was_answered_is_not_answered_again_under_another_name(platform: Platform, house: House) -> None:
    gateway = house.run(one="a")
    ann = platform.person("Ann")
    for _ in range(3):
        platform.ask(ann, platform.direct(ann))
        platform.wait_until_answered()
    wait_for_status(gateway, platform, "it to be written down", lambda s: s.get("sent") == 3, "one")
    platform.kills(gateway)

    house.run(new="a")

    platform.ask(ann, platform.direct(ann))
    platform.wait_until_answered()
    assert len(platform.answers(platform.direct(ann))) == 4


def test_who_was_let_in_at_a_bot_is_let_in_there_and_nowhere_else(house: House) -> None:
    a, b = house.bots.values()
    house.config["channels"][a.id] |= a.dm_policy("pairing", [])
    gateway = house.run(one="a")
    lets_in(gateway, a, a.person("Ann"))

    house.change(gateway, one="b", new="a")

    a.ask(a.person("Ann"), a.direct(a.person("Ann")))
    a.wait_until_answered()
    b.says(b.person("Ann"), b.direct(b.person("Ann")), "Hello?")
    assert PAIRING_CODE.search(b.wait_for_answers(b.direct(b.person("Ann")))[0])


def test_what_an_earlier_version_has_left_is_found_when_accounts_exchange_their_bots(
    platform: Platform, house: House, state: Path
) -> None:
    if platform.id != "discord":
        pytest.skip("only Discord's sessions were kept without saying whose they are")
    gateway = house.run(one="a", two="b")
    bots = list(house.bots.values())
    for name, bot in zip(("one", "two"), bots, strict=True):
        bot.ask(bot.person("Ann"), bot.direct(bot.person("Ann")))
        bot.wait_until_answered()
        wait_for_status(gateway, platform, "it to be written down", lambda s: s.get("sent") == 1, name)
    gateway.stop()
    make_old(state)
    for bot in bots:
        bot.ask(bot.person("Ann"), bot.direct(bot.person("Ann")))

    house.run(one="b", two="a")

    for bot in bots:
        bot.wait_until_answered()


def test_what_an_earlier_version_has_left_is_said_by_its_own_bot_when_accounts_exchange_their_bots(
    platform: Platform, house: House, state: Path
) -> None:
    gateway = house.run(one="a", two="b")
    for name, bot in zip(("one", "two"), house.bots.values(), strict=True):
        bot.ask(bot.person("Ann"), bot.direct(bot.person("Ann")))
        bot.wait_until_answered()
        wait_for_status(gateway, platform, "it to be written down", lambda s: s.get("sent") == 1, name)
    a, b = house.bots.values()
    a.fake.fail(a.post, Refuse(500), 2)
    a.ask(a.person("Ann"), a.direct(a.person("Ann")))
    gateway.wait_for_line("a part of a reply was not sent")
    gateway.stop()
    with contextlib.closing(sqlite3.connect(state / "openclaw.sqlite")) as database, database:
        database.execute("DELETE FROM channel_bots")

    house.run(one="b", two="a")

    a.wait_until_answered()
    assert len(b.answers(b.direct(b.person("Ann")))) == 1


def test_a_command_is_decided_about_under_the_new_name_of_the_account_that_has_asked(
    house: House, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    bot = house.bots["a"]
    owner = bot.person("Olga")
    house.config["tools"] = {"exec": {"security": "allowlist", "ask": "on-miss"}}
    house.config["channels"][bot.id] |= bot.dm_policy("allowlist", [str(owner.id)])
    gateway = house.run(one="a")
    fake_chat.script += [ToolCall("exec", {"command": "echo ran >> ran.txt"}), Text("That was it.")]
    bot.says(owner, bot.direct(owner), "Run it.")
    bot.wait_for_answers(bot.direct(owner))

    house.change(gateway, new="a")
    bot.presses(owner, bot.direct(owner), "Allow once")

    assert bot.wait_for_answers(bot.direct(owner), 2)[-1] == "That was it."
    assert (state / "workspace/ran.txt").read_text() == "ran\n"


def test_a_command_is_nothing_to_those_at_the_bot_that_has_the_account_now(
    house: House, fake_chat: FakeOpenAIChat
) -> None:
    a, b = house.bots.values()
    here, there = a.person("Olga"), b.person("Olga")
    house.config["tools"] = {"exec": {"security": "allowlist", "ask": "on-miss"}}
    house.config["channels"][a.id] |= a.dm_policy("allowlist", sorted({str(here.id), str(there.id)}))
    gateway = house.run(one="a", two="b")
    fake_chat.script += [ToolCall("exec", {"command": "echo ran >> ran.txt"}), Text("That was it.")]
    a.says(here, a.direct(here), "Run it.")
    a.wait_for_answers(a.direct(here))

    house.change(gateway, one="b", two="a")
    b.says(there, b.direct(there), "/approve")
    a.says(here, a.direct(here), "/approve")

    assert "No command waits for approval" in b.wait_for_answers(b.direct(there))[0]
    assert "echo ran >> ran.txt" in a.wait_for_answers(a.direct(here), 2)[1]
    a.fake.violations.clear()  # on Discord it knows only one of the two who decide


def make_old(state: Path) -> None:
    """Takes out of the sessions what earlier versions did not note."""
    with contextlib.closing(sqlite3.connect(state / "openclaw.sqlite")) as database, database:
        rows = database.execute("SELECT rowid, value FROM channel_memory WHERE name = 'session'").fetchall()
        for row, text in rows:
            session = json.loads(text)
            del session["login"]
            database.execute("UPDATE channel_memory SET value = ? WHERE rowid = ?", (json.dumps(session), row))
        assert len(rows) == 2
