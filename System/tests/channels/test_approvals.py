"""A command that needs a yes is asked for in a chat, with buttons: what the press does, who may press, and what is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from harness import Gateway, connect, eventually
from harness.platforms import Connect, DiscordPlatform, Place, Platform

pytestmark = pytest.mark.needs("bot")
ASKING: dict[str, Any] = {"tools": {"exec": {"security": "allowlist", "ask": "on-miss"}}}
# What it starts cannot be told for certain, so it is asked for every time.
COMMAND = "echo ran >> ran.txt"
ONCE, ALWAYS, DENY = "Allow once", "Always allow", "Deny"


def ran(state: Path) -> str:
    path = state / "workspace/ran.txt"
    return path.read_text() if path.exists() else ""


def begin(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, command: str = COMMAND, **section: Any
) -> tuple[Gateway, Any, Place]:
    """The owner has the assistant run a command."""
    owner = platform.person("Olga")
    place = platform.direct(owner)
    gateway = connect_bot(**{platform.id: platform.dm_policy("allowlist", [str(owner.id)]) | section}, more=ASKING)
    fake_chat.script += [ToolCall("exec", {"command": command}), Text("That was it.")]
    platform.says(owner, place, "run it")
    return gateway, owner, place


def question(platform: Platform, place: Place, number: int = 1) -> Any:
    """The message with the buttons."""
    platform.wait_for_answers(place, number)
    message = platform.fake.messages(place.outer)[number - 1]  # type: ignore[attr-defined]
    assert "needs approval" in text_of(message), text_of(message)
    return message


def text_of(message: Any) -> str:
    return str(message.text if hasattr(message, "text") else message.content).replace("`Olga`", "Olga")


def titles(message: Any) -> list[str]:
    return [str(button.get("label") or button.get("text")) for button in message.buttons]


def settled(platform: Platform, message: Any, words: str) -> None:
    """What became of it stands in the question's place, and nobody can press any more."""
    platform.fake.wait_until(f"{words!r}", lambda: words in text_of(message) and not message.buttons)


def tool_result(fake_chat: FakeOpenAIChat) -> str:
    fake_chat.wait_for_request(2)
    return str([m["content"] for m in fake_chat.requests[1].body["messages"] if m["role"] == "tool"])


def refusal(platform: Platform, press: Any) -> str:
    """What only the one who pressed sees."""
    if isinstance(platform, DiscordPlatform):
        platform.fake.wait_until("a word to the one who pressed", lambda: press.followups)
        assert press.followups[0].flags & 64
        return str(press.followups[0].content)
    platform.fake.wait_until("an alert", lambda: press.answer)
    assert press.answer.get("show_alert") is True
    return str(press.answer["text"])


def test_the_owner_presses_and_the_command_runs_once(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    _, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)
    assert titles(message) == [ONCE, DENY] and COMMAND in text_of(message) and ran(state) == ""

    owner.clicks(message, ONCE)

    settled(platform, message, "Allowed once by Olga")
    platform.fake.wait_until("the answer", lambda: "That was it." in platform.answers(place)[-1])
    assert ran(state) == "ran\n" and COMMAND in text_of(message)


def test_a_program_that_is_allowed_for_good_is_not_asked_for_again(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    first, owner, place = begin(platform, connect_bot, fake_chat, "mkdir one")
    message = question(platform, place)
    assert titles(message) == [ONCE, ALWAYS, DENY]
    owner.clicks(message, ALWAYS)
    settled(platform, message, "from now on always")
    platform.fake.wait_until("the answer", lambda: "That was it." in platform.answers(place)[-1])
    platform.kills(first)
    connect_bot(again=first)

    fake_chat.script += [ToolCall("exec", {"command": "mkdir two && mkdir three"}), Text("Again.")]
    platform.says(owner, place, "and again")

    platform.fake.wait_until("the answer", lambda: "Again." in platform.answers(place)[-1])
    assert [(state / "workspace" / name).is_dir() for name in ("one", "two", "three")] == [True] * 3
    file = state / "exec-approvals.json"
    [entry] = json.loads(file.read_text())["agents"]["main"]["allowlist"]
    assert entry["pattern"].endswith("/mkdir") and entry["lastUsedCommand"] == "mkdir one"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_no_is_told_to_the_model_and_nothing_runs(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    _, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)

    owner.clicks(message, DENY)

    settled(platform, message, "Denied by Olga")
    assert "Olga denied this command" in tool_result(fake_chat) and ran(state) == ""


def test_a_stranger_in_the_room_may_not_press(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    owner, bob, room = platform.person("Olga"), platform.person("Bob"), platform.group()
    rules = {"approvers": [str(owner.id)], "target": "channel"}
    connect_bot(**{platform.id: {"execApprovals": rules}}, more=ASKING)
    fake_chat.script += [ToolCall("exec", {"command": COMMAND}), Text("That was it.")]
    platform.says(bob, room, "run it")
    message = question(platform, room)

    assert f"channels.{platform.id}.execApprovals.approvers" in refusal(platform, bob.clicks(message, ONCE))
    assert ran(state) == "" and titles(message) == [ONCE, DENY]
    owner.clicks(message, ONCE)

    settled(platform, message, "Allowed once by Olga")
    platform.fake.wait_until("the answer", lambda: "That was it." in platform.answers(room)[-1])
    assert ran(state) == "ran\n" and len(fake_chat.requests) == 2, "a press is no message to the model"


def test_the_second_press_is_told_what_the_first_one_did(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    _, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)

    owner.clicks(message, ONCE)
    late = owner.clicks(message, DENY)

    assert "Allowed once by" in refusal(platform, late)
    platform.fake.wait_until("the answer", lambda: "That was it." in platform.answers(place)[-1])
    assert ran(state) == "ran\n"


def test_a_gateway_that_is_killed_meanwhile_runs_nothing_and_takes_the_buttons_away(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    first, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)
    platform.kills(first)

    connect_bot(again=first)

    platform.fake.wait_until(
        "what became of it", lambda: any("The gateway was restarted" in text for text in platform.answers(place))
    )
    if message.buttons:  # the gateway did not live long enough to know of its message
        assert "No command with this id waits" in refusal(platform, owner.clicks(message, ONCE))
    platform.fake.wait_until("the answer", lambda: "That was it." in platform.answers(place)[-1])
    assert "whether it took effect is unknown" in tool_result(fake_chat) and ran(state) == ""


def test_a_run_that_is_stopped_takes_its_question_back(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    _, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)

    platform.says(owner, place, "/stop")

    settled(platform, message, "The run was stopped")
    assert ran(state) == "" and len(fake_chat.requests) == 1


def test_the_answer_can_be_written(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    _, owner, place = begin(platform, connect_bot, fake_chat)
    message = question(platform, place)
    short = text_of(message).split("/approve ")[1].split()[0]

    platform.says(owner, place, f"/approve {short} allow-once")

    settled(platform, message, "Allowed once by Olga")
    platform.fake.wait_until("the answer", lambda: any("That was it." in t for t in platform.answers(place)))
    assert ran(state) == "ran\n"


def test_where_nobody_is_known_who_may_decide_the_model_is_told_at_once_what_to_set(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    ann = platform.person("Ann")
    connect_bot(more=ASKING)
    fake_chat.script += [ToolCall("exec", {"command": COMMAND}), Text("I may not.")]

    platform.says(ann, platform.direct(ann), "run it")

    assert platform.wait_for_answers(platform.direct(ann)) == ["I may not."]
    assert f"`channels.{platform.id}.execApprovals.approvers`" in tool_result(fake_chat) and ran(state) == ""


def test_an_approver_who_cannot_be_reached_is_not_waited_for(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    owner, ann = platform.person("Olga"), platform.person("Ann")
    if isinstance(platform, DiscordPlatform):
        owner.user.refuses_dms = True
    else:
        owner.blocks_the_bot()
    connect_bot(more=ASKING, **{platform.id: {"execApprovals": {"approvers": [str(owner.id)]}}})
    fake_chat.script += [ToolCall("exec", {"command": COMMAND}), Text("I may not.")]

    platform.says(ann, platform.direct(ann), "run it")

    assert platform.wait_for_answers(platform.direct(ann)) == ["I may not."]
    assert "asked or reached" in tool_result(fake_chat) and ran(state) == ""


def test_a_request_of_a_client_is_put_to_the_approvers_and_other_chats_and_expires_there(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    owner, room = platform.person("Olga"), platform.group()
    target = {"channel": platform.id, "to": platform.target(room)}
    forward = {"approvals": {"exec": {"enabled": True, "mode": "targets", "targets": [target]}}}
    rules = {"enabled": True, "approvers": [str(owner.id)], "cleanupAfterResolve": False}
    place = platform.direct(owner)
    gateway = connect_bot(**{platform.id: {"execApprovals": rules}}, more=ASKING | forward)

    with connect(gateway.port) as client:
        request = client.start("exec.approval.request", {"command": "ls", "timeoutMs": 2500})
        asked = [question(platform, place), question(platform, room)]
        assert client.response(request)["payload"]["decision"] is None

    for message in asked:
        settled(platform, message, "Nobody decided in time")


def test_a_question_is_taken_away_when_it_is_answered_where_the_config_wants_that(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    if platform.id != "discord":
        pytest.skip("only Discord's section has the key")
    _, owner, place = begin(platform, connect_bot, fake_chat, execApprovals={"cleanupAfterResolve": True})

    owner.clicks(question(platform, place), ONCE)

    platform.fake.wait_until("only the answer", lambda: platform.answers(place) == ["That was it."])
    assert ran(state) == "ran\n"


def test_a_command_that_hides_something_is_shown_as_it_is(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    command = "echo 'harmless\u202e' ``` @everyone **x** \u200b; rm -r x"
    _, _, place = begin(platform, connect_bot, fake_chat, command)

    shown = text_of(question(platform, place))

    assert "\\u{202E}" in shown and "\\u{200B}" in shown and "\u202e" not in shown
    assert "@everyone **x**" in shown and titles(question(platform, place)) == [ONCE, DENY]


def test_a_command_too_long_to_be_read_there_can_only_be_denied_there(
    platform: Platform, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    command = f"echo {'x' * 9000} >> ran.txt"
    _, owner, place = begin(platform, connect_bot, fake_chat, command)
    eventually("the question", lambda: any("needs approval" in text for text in platform.answers(place)), 20)
    message = platform.fake.messages(place.outer)[-1]  # type: ignore[attr-defined]

    assert titles(message) == [DENY] and "Control UI" in text_of(message)
    owner.clicks(message, DENY)

    settled(platform, message, "Denied by Olga")
    assert ran(state) == ""
