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
