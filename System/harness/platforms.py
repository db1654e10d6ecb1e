"""What tests that run for each chat platform have to know of it. A new platform is one subclass of `Platform`, named in
`PLATFORMS`."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fakes import FakeOpenAIChat
from fakes.chat_platform import ChatPlatform
from fakes.discord import FakeDiscord
from fakes.discord.uploads import Upload
from fakes.telegram import Attachment, FakeTelegram
from harness.client import connect
from harness.config import ModelConfig, gateway_config
from harness.gateway import Gateway
from harness.waiting import eventually
from harness.webchat import WebChat

numbers = itertools.count(1)
# `more` for `connector`: each message has an answer of its own, also when others wait.
ONE_BY_ONE = {"messages": {"queue": {"mode": "followup"}}}
Connect = Callable[..., Gateway]
Start = Callable[..., Gateway]


@dataclass(frozen=True)
class Place:
    """Where people and the bot write; `inner` is the part of `outer` that is a conversation of its own, if there is one."""

    outer: Any
    inner: Any = None


class Platform:
    """One fake, with one bot on it, too impatient to make tests wait."""

    id: ClassVar[str]
    # What tests with the marker `needs` may ask of it: `bot`: a service of somebody else's, where an account of ours logs
    # in, may be refused, and meets people whom the config lets in or not.
    can: ClassVar[frozenset[str]] = frozenset({"bot"})
    # The variable that logs in the default account, and the key that logs in any.
    variable: ClassVar[str]
    token_key: ClassVar[str]
    second_token: ClassVar[str]
    # What posts a message, and how long one may be, in UTF-16 units.
    post: ClassVar[str]
    longest: ClassVar[int]
    # Whether a send whose answer was lost can be told from a new one.
    knows_repeats: ClassVar[bool]
    fake: ChatPlatform

    def environment(self, token: str | None = None) -> dict[str, str]:
        """What logs the bot in."""
        return {self.variable: token or self.fake.token}  # type: ignore[attr-defined]

    def section(self) -> dict[str, Any] | None:
        """Everybody is answered, everywhere, with or without a mention; None for a channel that is always there."""
        raise NotImplementedError

    def dm_policy(self, policy: str, allow: list[str]) -> dict[str, Any]:
        """Who may write directly, over `section`."""
        return {"dmPolicy": policy, "allowFrom": allow}

    def group_policy(self, policy: str, place: Place | None = None, **rule: Any) -> dict[str, Any]:
        """Over `section`: `place` is the only one that is listed, with this rule; without it none is."""
        raise NotImplementedError

    def wait_until_connected(self, gateway: Gateway) -> None:
        raise NotImplementedError

    def person(self, name: str) -> Any:
        return self.fake.user(name)  # type: ignore[attr-defined]

    def direct(self, person: Any) -> Place:
        raise NotImplementedError

    def group(self, name: str = "general") -> Place:
        raise NotImplementedError

    def inside(self, person: Any, group: Place, name: str) -> Place:
        """A thread or topic of a group."""
        raise NotImplementedError

    @property
    def mention(self) -> str:
        raise NotImplementedError

    def says(self, person: Any, place: Place, text: str) -> Any:
        raise NotImplementedError

    def sends_picture(self, person: Any, place: Place, name: str, mime: str, data: bytes, text: str) -> Any:
        """A file that its sender takes for a picture, with a text."""
        raise NotImplementedError

    def target(self, place: Place) -> str:
        """A chat as programs name it."""
        return str(place.outer.id)

    def answers(self, place: Place) -> list[str]:
        """What the bot has written there, oldest first."""
        raise NotImplementedError

    def reactions(self, message: Any) -> list[str]:
        """Emoji below a message."""
        raise NotImplementedError

    def presses(self, person: Any, place: Place, title: str) -> None:
        """A button below the newest message there."""
        person.clicks(self.fake.messages(place.outer)[-1], title)  # type: ignore[attr-defined]

    def tell_again(self) -> None:
        """What the gateway was told before is told again when it connects the next time."""
        raise NotImplementedError

    def drop(self) -> None:
        """Ends what the gateway listens with."""
        raise NotImplementedError

    def wait_until_told(self, gateway: Gateway, sent: int) -> None:
        """Until the gateway knows that so many of its messages have arrived."""
        wait_for_status(gateway, self, "the news of all answers", lambda s: s.get("sent") == sent)

    # The same for all

    def kills(self, gateway: Gateway) -> None:
        """SIGKILL, and the fake knows of it."""
        gateway.kill()
        self.fake.killed()

    def ask(self, person: Any, place: Place, text: str = "What time is it?") -> str:
        """Writes a question that is answered with its own mark."""
        mark = f"#q{next(numbers)}"
        self.says(person, place, f"{text} {mark} [[add:It is six. {mark}]]")
        return mark

    def ask_at_length(self, person: Any, place: Place) -> str:
        """The same for an answer that takes four seconds to write."""
        mark = f"#q{next(numbers)}"
        self.says(person, place, f"Tell me all. {mark} [[slow:{mark}]]")
        return mark

    def wait_until_answered(self, timeout: float = 20) -> None:
        """Until no question is open; then each has exactly one answer."""
        self.fake.wait_until("an answer to each question", lambda: not self.fake.ledger.losses, timeout)
        self.fake.ledger.assert_exactly_once()

    def wait_for_answers(self, place: Place, number: int = 1, timeout: float = 20) -> list[str]:
        """At least so many messages of the bot in a place."""
        return self.fake.wait_until(
            f"{number} messages of the bot", lambda: (a := self.answers(place))[number - 1 :] and a, timeout
        )


class DiscordPlatform(Platform):
    id = "discord"
    variable = "DISCORD_BOT_TOKEN"
    token_key = "token"
    second_token = "MjM0NTY3ODkwMTIzNDU2Nzg5.GfAkEt.second-discord-token-for-tests-0000"
    post = "POST /channels/{channel}/messages"
    longest = 2000
    knows_repeats = True

    def __init__(self, **options: Any) -> None:
        self.fake: FakeDiscord = FakeDiscord(**options)
        self.fake.rest.buckets.pace = 0.1
        self.fake.gateway.identify_seconds = 0.5

    def section(self) -> dict[str, Any]:
        everybody = {"dmPolicy": "open", "allowFrom": ["*"], "groupPolicy": "open"}
        return everybody | {"guilds": {"*": {"requireMention": False}}, "apiRoot": self.fake.url}

    def group_policy(self, policy: str, place: Place | None = None, **rule: Any) -> dict[str, Any]:
        if place is None:
            return {"groupPolicy": policy, "guilds": {}}
        channels = {str(place.outer.id): {"allow": True} | rule}
        return {"groupPolicy": policy, "guilds": {str(place.outer.guild.id): {"channels": channels}}}

    def wait_until_connected(self, gateway: Gateway) -> None:
        gateway.wait_for_line(r"logged in to discord as")

    def direct(self, person: Any) -> Place:
        return Place(self.fake.direct(person))

    def group(self, name: str = "general") -> Place:
        return Place(self.fake.channel(name))

    def inside(self, person: Any, group: Place, name: str) -> Place:
        return Place(person.starts_thread(group.outer, name))

    @property
    def mention(self) -> str:
        return self.fake.mention

    def says(self, person: Any, place: Place, text: str) -> Any:
        return person.writes(place.outer, text)

    def sends_picture(self, person: Any, place: Place, name: str, mime: str, data: bytes, text: str) -> Any:
        return person.writes(place.outer, text, attachments=[Upload(name, data)])

    def target(self, place: Place) -> str:
        return f"channel:{place.outer.id}"

    def reactions(self, message: Any) -> list[str]:
        return list(message.reactions)

    def answers(self, place: Place) -> list[str]:
        return [message.content for message in self.fake.messages(place.outer)]

    def tell_again(self) -> None:
        self.fake.gateway.repeats_after_resume = 50
        self.drop()

    def drop(self) -> None:
        known = self.fake.gateway.resumes
        self.fake.script(lambda gateway: gateway.drop())
        self.fake.wait_until("a resume", lambda: self.fake.gateway.resumes > known)


class TelegramPlatform(Platform):
    id = "telegram"
    variable = "TELEGRAM_BOT_TOKEN"
    token_key = "botToken"
    second_token = "7100000002:AASecondTelegramTokenForTests_0000000000"
    post = "sendMessage"
    longest = 4096
    knows_repeats = False

    def __init__(self, **options: Any) -> None:
        self.fake: FakeTelegram = FakeTelegram(**options)
        self.fake.world.updates.pace = 0.05
        self.fake.webhook.pace = 0.05

    def section(self) -> dict[str, Any]:
        everybody = {"dmPolicy": "open", "allowFrom": ["*"], "groupPolicy": "open"}
        return everybody | {"groups": {"*": {"requireMention": False}}, "apiRoot": self.fake.url}

    def group_policy(self, policy: str, place: Place | None = None, **rule: Any) -> dict[str, Any]:
        return {"groupPolicy": policy, "groups": {} if place is None else {str(place.outer.id): rule}}

    def wait_until_connected(self, gateway: Gateway) -> None:
        gateway.wait_for_line(r"\[telegram\] \[default\] starting provider \(@claw_bot\)")
        if "webhookUrl" not in gateway.config["channels"]["telegram"]:
            self.fake.wait_for_poll()

    def direct(self, person: Any) -> Place:
        return Place(person.chat)

    def group(self, name: str = "general") -> Place:
        return Place(self.fake.forum(name))

    def inside(self, person: Any, group: Place, name: str) -> Place:
        return Place(group.outer, person.opens_topic(group.outer, name))

    @property
    def mention(self) -> str:
        return f"@{self.fake.world.bot.username}"

    def says(self, person: Any, place: Place, text: str) -> Any:
        return person.writes(place.outer, text, topic=place.inner)

    def sends_picture(self, person: Any, place: Place, name: str, mime: str, data: bytes, text: str) -> Any:
        return person.sends(place.outer, Attachment("document", data, name, mime), text)

    def reactions(self, message: Any) -> list[str]:
        return [emoji for each in message.reactions.values() for emoji in each]

    def answers(self, place: Place) -> list[str]:
        topic = place.inner.id if place.inner else None
        return [message.text for message in self.fake.messages(place.outer) if message.topic == topic]

    def tell_again(self) -> None:
        updates = self.fake.world.updates
        self.fake.wait_until("a poll to be told again", lambda: self.fake.on_loop(updates.repeat))
        self.fake.wait_until("it to be confirmed again", lambda: not updates.waiting)

    def drop(self) -> None:
        self.fake.restart()
        self.fake.wait_for_poll()


class WebChatPlatform(Platform):
    """The gateway's own socket. Nobody logs in, and the gateway is where everything stands: people read it there."""

    id = "webchat"
    can = frozenset()
    longest = 1 << 20
    knows_repeats = True

    def __init__(self) -> None:
        self.chat = WebChat()
        self.fake = self.chat  # type: ignore[assignment]

    def environment(self, token: str | None = None) -> dict[str, str]:
        return {}

    def section(self) -> None:
        return None

    def wait_until_connected(self, gateway: Gateway) -> None:
        self.chat.open(gateway.port)

    def wait_until_told(self, gateway: Gateway, sent: int) -> None:
        pass  # what can be read is on disk

    def direct(self, person: Any) -> Place:
        return Place(f"agent:main:webchat-{person.id}")

    def group(self, name: str = "general") -> Place:
        return Place(f"agent:main:webchat-group-{name}")

    def inside(self, person: Any, group: Place, name: str) -> Place:
        return Place(f"{group.outer}-{name.lower()}")

    def says(self, person: Any, place: Place, text: str) -> Any:
        return self.chat.says(place.outer, text)

    def answers(self, place: Place) -> list[str]:
        return self.chat.answers(place.outer)

    def tell_again(self) -> None:
        self.chat.tell_again()

    def drop(self) -> None:
        self.chat.drop()


PLATFORMS: dict[str, type[Platform]] = {
    kind.id: kind for kind in (DiscordPlatform, TelegramPlatform, WebChatPlatform)
}


@contextlib.contextmanager
def platform_of(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """The platform that a fixture's parameter names; skips the test where it lacks what the test `needs`."""
    marks = [name for mark in request.node.iter_markers("needs") for name in mark.args]
    if missing := set(marks) - PLATFORMS[request.param].can:
        pytest.skip(f"{request.param} has no {', '.join(sorted(missing))}")
    platform = PLATFORMS[request.param]()
    with platform.fake:
        yield platform


def connector(start: Start, state: Path, model: FakeOpenAIChat, *platforms: Platform) -> Connect:
    """Makes a function that starts a gateway whose bots are on `platforms`, and waits until they listen.

    Keywords named as a platform go over its section; `more` goes over the rest of the configuration. With `again` it is a
    new process on the state directory of the last one, with its configuration. Without `waits` the bots need not listen
    yet, without `ready` the process has only been started."""

    def connect_bots(
        again: Gateway | None = None,
        waits: bool = True,
        ready: bool = True,
        more: dict[str, Any] | None = None,
        tokens: dict[str, str] | None = None,
        **sections: dict[str, Any],
    ) -> Gateway:
        env = {k: v for p in platforms for k, v in p.environment((tokens or {}).get(p.id)).items()}
        if again is not None:
            gateway = start(port=again.port, env=env, ready=ready)
        else:
            channels = {p.id: own | sections.get(p.id, {}) for p in platforms if (own := p.section()) is not None}
            config = gateway_config(state, [ModelConfig("fake", model.url)], more={"channels": channels} | (more or {}))
            gateway = start(config, env=env, ready=ready)
        for platform in platforms if waits else ():
            platform.wait_until_connected(gateway)
        return gateway

    return connect_bots


def own_connector(start: Start, state: Path, model: FakeOpenAIChat, platform: Platform) -> Connect:
    """The same for one platform: further keywords go over its section, and `token` is its bot's."""
    connect = connector(start, state, model, platform)

    def connect_bot(
        again: Gateway | None = None,
        waits: bool = True,
        ready: bool = True,
        more: dict[str, Any] | None = None,
        **section: Any,
    ) -> Gateway:
        tokens = {platform.id: section.pop("token", platform.fake.token)}  # type: ignore[attr-defined]
        return connect(again=again, waits=waits, ready=ready, more=more, tokens=tokens, **{platform.id: section})

    return connect_bot


def accounts(gateway: Gateway, platform: Platform) -> dict[str, dict[str, Any]]:
    """What `channels.status` says of a platform, by account."""
    with connect(gateway.port) as client:
        found = client.request("channels.status", {})["channelAccounts"][platform.id]
    return {str(account["accountId"]): account for account in found}


def wait_for_status(
    gateway: Gateway, platform: Platform, what: str, probe: Callable[[dict[str, Any]], Any], account: str = "default"
) -> dict[str, Any]:
    """The status of an account, once `probe` finds in it what is waited for."""

    def found() -> dict[str, Any] | None:
        status = accounts(gateway, platform)[account]
        assert probe(status), json.dumps(status)
        return status

    return eventually(what, found, 20)
