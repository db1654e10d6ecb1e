"""What the config says of one chat or one person: which model answers, and how much of a conversation it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness.platforms import Connect, Platform, wait_for_status

pytestmark = pytest.mark.needs("bot")

APPLIED = r"\[reload\] config hot reload applied"


def asked(model: FakeOpenAIChat) -> list[str]:
    return [request.body["model"] for request in model.requests]


def models_of(platform: Platform, models: dict[str, str], **rules: Any) -> dict[str, Any]:
    section = (platform.section() or {}) | rules
    return {"channels": {"modelByChannel": {platform.id: models}, platform.id: section}}


def test_a_chat_and_what_is_inside_it_have_the_model_that_the_config_names(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    ann, group = platform.person("Ann"), platform.group()
    gateway = connect_bot(more=models_of(platform, {str(group.outer.id): "fake/fake-2"}))
    for place in (group, platform.inside(ann, group, "Tea"), platform.direct(ann)):
        platform.ask(ann, place)
        platform.wait_until_answered()
    assert asked(fake_chat) == ["fake-2", "fake-2", "fake-1"]

    config = gateway.config
    config["channels"]["modelByChannel"][platform.id] = {"*": "fake/fake-3", str(ann.id): "fake/fake-4"}
    gateway.write_config(config)
    gateway.wait_for_line(APPLIED)
    for place in (group, platform.direct(ann)):
        platform.ask(ann, place)
        platform.wait_until_answered()
    assert asked(fake_chat)[3:] == ["fake-3", "fake-4"]


def test_somebodys_own_choice_stands_over_the_chats_model(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    ann, group = platform.person("Ann"), platform.group()
    everywhere = platform.group_policy("allowlist", group, requireMention=False)
    owner = {"commands": {"ownerAllowFrom": [str(ann.id)]}}
    connect_bot(more=models_of(platform, {"*": "fake/fake-2"}, **everywhere) | owner)
    platform.says(ann, group, "/model fake/fake-3")
    platform.wait_for_answers(group)
    platform.ask(ann, group)
    platform.wait_until_answered()
    platform.says(ann, group, "/model default")
    platform.wait_for_answers(group, 3)
    platform.says(ann, group, "/model status")
    told = platform.wait_for_answers(group, 4)[-1]
    assert "fake/fake-2 (configured for this chat)" in told
    platform.ask(ann, group)
    platform.wait_until_answered()
    assert asked(fake_chat) == ["fake-3", "fake-2"]


def test_of_a_direct_chat_the_model_is_shown_as_much_as_the_config_says(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    ann, bob = platform.person("Ann"), platform.person("Bob")
    rules = {"dmHistoryLimit": 2, "dms": {str(bob.id): {"historyLimit": 1}}}
    connect_bot(more={"session": {"dmScope": "per-channel-peer"}}, **{platform.id: rules})
    for person in (ann, bob):
        for _ in range(3):
            platform.ask(person, platform.direct(person))
            platform.wait_until_answered()

    shown = [sum(message["role"] == "user" for message in request.body["messages"]) for request in fake_chat.requests]
    assert shown == [1, 2, 2, 1, 1, 1]


def test_a_misspelt_rule_of_who_is_answered_lets_nobody_in(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    ann, bob, group = platform.person("Ann"), platform.person("Bob"), platform.group()
    right, wrong = {"discord": ("users", "user"), "telegram": ("allowFrom", "allowForm")}[platform.id]
    rules = {key: platform.group_policy("allowlist", group, requireMention=False, **{key: [str(ann.id)]}) for key in (right, wrong)}
    gateway = connect_bot(**{platform.id: rules[right]})
    config = gateway.config
    platform.ask(ann, group)
    platform.wait_until_answered()

    config["channels"][platform.id] |= rules[wrong]
    gateway.write_config(config)
    gateway.wait_for_line("config reload skipped")
    platform.says(bob, group, "hi from bob")
    platform.ask(ann, group)
    platform.wait_until_answered()
    assert "bob" not in json.dumps([request.body for request in fake_chat.requests])

    platform.kills(gateway)
    gateway = connect_bot(again=gateway, waits=False)
    status = wait_for_status(gateway, platform, "the mistake", lambda s: s.get("lastError"))
    assert wrong in status["lastError"] and "openclaw.json:" in status["lastError"] and not status["connected"]
    assert wrong in gateway.command("doctor").text

    config["channels"][platform.id] |= rules[right]
    gateway.write_config(config)
    platform.wait_until_connected(gateway)
    platform.says(bob, group, "hi again from bob")
    platform.ask(ann, group)
    platform.wait_until_answered()
    assert "bob" not in json.dumps([request.body for request in fake_chat.requests])
