"""Owners and approvers are asked in the chat with them, however the config spells them, and nowhere else."""

from __future__ import annotations

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from harness.platforms import Connect, Platform
from tests.channels.test_approvals import ASKING, COMMAND

pytestmark = pytest.mark.needs("bot")


@pytest.mark.parametrize("spelling", ["{platform}:{id}", "user:{id}", "@olga", "Olga"])
def test_an_owner_is_asked_however_the_config_spells_them(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, spelling: str
) -> None:
    owner = platform.person("Olga")
    place = platform.direct(owner)
    if platform.id == "discord":
        platform.fake.channel("user-olga")  # type: ignore[attr-defined]
    entry = spelling.format(platform=platform.id, id=owner.id)
    connect_bot(**{platform.id: platform.dm_policy("allowlist", [entry])}, more=ASKING)
    if platform.id == "discord":
        mallory = platform.person("Mallory")
        thread = platform.inside(mallory, platform.group(), "user:@Olga")
    fake_chat.script += [ToolCall("exec", {"command": COMMAND}), Text("That was it.")]

    platform.says(owner, place, "run it")

    assert "needs approval" in platform.wait_for_answers(place)[0]
    platform.presses(owner, place, "Deny")
    platform.wait_for_answers(place, 2)
    if platform.id == "discord":
        assert not platform.answers(thread)
        assert not platform.fake.messages(platform.fake.channel("user-olga"))  # type: ignore[attr-defined]


def test_who_has_given_a_user_name_up_is_not_asked_in_its_place(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    if platform.id != "telegram":
        pytest.skip("only Telegram cannot be asked who has a name")
    olga, bob = platform.person("Olga"), platform.person("Bob")
    connect_bot(telegram={"execApprovals": {"approvers": ["@olga"]}}, more=ASKING)
    platform.says(olga, platform.direct(olga), "hi [[say:Hello.]]")
    platform.wait_for_answers(platform.direct(olga))
    olga.user.username = "somebody_else"
    fake_chat.script += [ToolCall("exec", {"command": COMMAND}), Text("I may not.")]

    platform.says(bob, platform.direct(bob), "run it")

    assert platform.wait_for_answers(platform.direct(bob)) == ["I may not."]
    assert platform.answers(platform.direct(olga)) == ["Hello."]
