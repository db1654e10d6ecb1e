"""Accounts get other names, or exchange their bots: what people have written meanwhile is answered all the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, gateway_config
from harness.platforms import Platform, wait_for_status

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
        self.config["channels"][kind.id]["accounts"] = {
            name: {kind.token_key: self.bots[bot].fake.token, "apiRoot": self.bots[bot].fake.url}  # type: ignore[attr-defined]
            for name, bot in accounts.items()
        }
        options = {} if self.port is None else {"port": self.port}
        gateway: Gateway = self.start(self.config, env={}, **options)
        self.port = gateway.port
        for _ in accounts if kind.id == "discord" else ():
            gateway.wait_for_line(r"logged in to discord as")
        for name in accounts if kind.id == "telegram" else ():
            gateway.wait_for_line(rf"\[telegram\] \[{name}\] starting provider")
        return gateway


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
