"""Messages that the agent's tool, programs and the command line send on Discord."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from fakes.discord import FakeDiscord
from harness import connect
from tests.discord.conftest import Connect, page_block


def test_the_command_line_searches_a_server_without_naming_a_place(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    fake.user("Ann").writes(fake.channel("general"), "The tea is in the tin. [[say:Good.]]")
    fake.wait_for_message(fake.channel("general"))

    found = gateway.command("message", "search", "--guild-id", str(fake.guild().id), "--query", "tea", "--json")

    assert found.code == 0 and "The tea is in the tin." in found.out, found.text


def test_the_command_line_sends_reads_reacts_pins_and_begins_threads(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    general = fake.channel("general")

    sent = gateway.command("message", "send", "-t", "#general", "-m", "Hello **all**", "--json")
    assert sent.code == 0, sent.text
    message = fake.wait_for_message(general)
    assert json.loads(sent.out)["messageId"] == str(message.id) and message.content == "Hello **all**"

    to = ["--target", "#general", "--message-id", str(message.id)]
    read = gateway.command("message", "read", "--target", "#general", "--limit", "5")
    assert read.code == 0 and "claw: Hello **all**" in read.out, read.text
    for words in (["react", *to, "--emoji", "👍"], ["pin", *to], ["edit", *to, "-m", "Bye"]):
        done = gateway.command("message", *words)
        assert done.code == 0, done.text
    assert fake.messages(general)[0].content == "Bye" and fake.messages(general)[0].reactions
    thread = gateway.command("message", "thread", "create", "--target", "#general", "--thread-name", "Lunch", "-m", "Who?")
    assert thread.code == 0 and json.loads(thread.out)["thread"]["name"] == "Lunch", thread.text
    replied = gateway.command(
        "message", "send", "--target", "#general", "--thread-id", json.loads(thread.out)["thread"]["id"], "-m", "Me"
    )
    assert replied.code == 0, replied.text
    deleted = gateway.command("message", "delete", *to)
    assert deleted.code == 0, deleted.text
    unknown = gateway.command("message", "send", "--target", "#nowhere", "-m", "x")
    assert unknown.code == 1 and "There is no channel `#nowhere` that the bot can see." in unknown.err, unknown.text


def test_a_server_is_searched_without_a_chat_and_nothing_is_sent_to_one(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    fake.user("Ann").writes(fake.channel("general"), "red apples")
    guild = str(fake.guild().id)

    found = gateway.command("message", "search", "--guild-id", guild, "--query", "apples")
    assert found.code == 0 and "red apples" in found.out, found.text
    with connect(gateway.port) as client:
        params = {"channel": "discord", "params": {"guildId": guild, "message": "x"}, "idempotencyKey": "k"}
        assert "Say with `target`" in client.refusal("message.action", params | {"action": "send"}).message
        asked = client.refusal("message.action", params | {"action": "permissions", "idempotencyKey": "l"})
        assert "The action needs `channelId`" in asked.message


def test_a_channel_and_a_person_are_known_by_name_in_a_session_that_goes_on(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    general, ann = fake.channel("general"), fake.user("Ann")
    thread = ann.starts_thread(general, "Lunch")
    ann.writes(general, "[[say:Hello.]]")
    fake.wait_for_message(general)
    gateway.stop()
    connect_bot(again=gateway)
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)

    for target, place in (
        ("#general", general),
        (f"{fake.guild().name}/#general", general),
        ("@ann", fake.direct(ann)),
    ):
        sent = gateway.command("message", "send", "--target", target, "--message", f"To {target}")
        assert sent.code == 0, sent.text
        assert fake.messages(place)[-1].content == f"To {target}"
    refused = gateway.command("message", "send", "--target", "#lunch", "--message", "x")
    assert refused.code == 1 and f"`channel:{thread.id}`" in refused.err, refused.text


def test_a_name_means_the_user_name_and_not_what_somebody_calls_themselves(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    mallory, ann = fake.user("mallory"), fake.user("ann")
    mallory.user.shown = "Ann"

    sent = gateway.command("message", "send", "--target", "@Ann", "--message", "A secret")
    assert sent.code == 0, sent.text
    assert [message.content for message in fake.messages(fake.direct(ann))] == ["A secret"]
    assert not fake.messages(fake.direct(mallory))

    mallory.user.shown = "Bea"
    refused = gateway.command("message", "send", "--target", "@bea", "--message", "A secret")
    assert refused.code == 1 and "`@mallory`" in refused.err, refused.text
    assert not fake.messages(fake.direct(mallory))


def test_threads_of_others_change_nothing_about_what_a_channel_is_called(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    general, mallory = fake.channel("general"), fake.user("Mallory")
    mallory.starts_thread(general, "General")

    sent = gateway.command("message", "send", "--target", "#general", "--message", "Hello")

    assert sent.code == 0, sent.text
    assert [message.content for message in fake.messages(general)][-1] == "Hello"


def test_a_file_that_cannot_go_is_told_to_who_sends_it(
    fake: FakeDiscord, connect_bot: Connect, tmp_path: Path
) -> None:
    gateway = connect_bot()
    empty = tmp_path / "big.bin"
    with empty.open("wb") as file:
        file.truncate(101 << 20)

    sent = gateway.command("message", "send", "--target", "#general", "--message", "See", "--media", str(empty))

    assert sent.code == 1 and "`big.bin`" in sent.err, sent.text
    assert fake.wait_for_message(fake.channel("general")).content.startswith("See")


def test_the_command_line_says_what_it_changed(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    general = fake.channel("general")
    gateway.command("message", "send", "--target", "#general", "--message", "Hello")
    message = fake.wait_for_message(general)

    done = gateway.command("message", "edit", "--target", "#general", "--message-id", str(message.id), "-m", "Bye")

    assert done.out.strip() == f"ok (messageId {message.id}, chatId {general.id})", done.text


def test_the_tool_writes_to_another_channel(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    general, random, ann = fake.channel("general"), fake.channel("random"), fake.user("Ann")

    call = {"action": "send", "target": "#random", "message": "Lunch is at noon."}
    ann.writes(general, f"[[tool:message {json.dumps(call)}]]")

    assert fake.wait_for_message(random).content.endswith("] Lunch is at noon.")
    assert "messageId" in fake.wait_for_message(general).content


def test_a_switched_off_action_is_named_with_its_switch(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot(actions={"pins": False})
    with connect(gateway.port, 4) as client:
        refused = client.refusal(
            "message.action",
            {"channel": "discord", "action": "list-pins", "params": {"to": "#general"}, "idempotencyKey": "k"},
        )
        poll = {"to": "#general", "question": "When?", "options": ["now", "later"], "idempotencyKey": "p"}
        asked = client.request("poll", poll)
        again = client.request("poll", poll)

    assert "channels.discord.actions.pins" in str(refused)
    assert asked == again and asked["runId"] == "p" and len(fake.messages(fake.channel("general"))) == 1


def test_a_poll_is_cut_to_what_discord_takes(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    options = [word for number in range(10) for word in ("--poll-option", f"{number} " + "long " * 20)]
    words = ["message", "poll", "--target", "#general", "--poll-question", "When? " * 100, *options]

    done = gateway.command(*words, "--poll-duration-hours", "2")
    many = gateway.command(*words, "--poll-option", "the eleventh")

    assert done.code == 0, done.text
    poll = fake.messages(fake.channel("general"))[0].poll
    assert poll and poll["question"]["text"].startswith("When? When?") and len(poll["question"]["text"]) <= 300
    texts = [answer["poll_media"]["text"] for answer in poll["answers"]]
    assert [text[0] for text in texts] == list("0123456789") and max(map(len, texts)) <= 55
    assert many.code == 1 and "A poll on Discord has 2 to 10 answers" in many.err, many.text
    assert len(fake.messages(fake.channel("general"))) == 1


# Files


@pytest.mark.parametrize("key", ["media", "mediaUrls", "path"])
def test_a_list_of_files_holds_none_from_outside_the_workspace(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path, key: str
) -> None:
    connect_bot()
    general = fake.channel("general")
    call = {"action": "send", "message": "Here.", key: [str(state / "openclaw.json")]}
    fake_chat.script += [ToolCall("message", call), Text("It did not go.")]

    fake.user("Ann").writes(general, "Show me.")

    answer = fake.wait_for_message(general)
    assert answer.content == "It did not go." and not answer.attachments
    told = fake_chat.requests[-1].body["messages"][-1]
    assert told["role"] == "tool" and "no file in the workspace" in str(told["content"])


NO_TOOLS: dict[str, Any] = {"deny": ["*"]}


@pytest.mark.parametrize(
    ("rules", "goes"),
    [
        ({}, True),
        ({"toolsBySender": {"*": NO_TOOLS}}, False),
        ({"tools": {"deny": ["group:fs", "message"]}}, False),
        ({"tools": {"allow": ["read"]}}, True),
    ],
)
def test_an_answer_brings_files_along_only_for_whom_the_agent_may_read_them(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path, rules: dict[str, Any], goes: bool
) -> None:
    section = page_block(fake)
    (guild,) = section["guilds"].values()
    guild |= rules
    connect_bot(guilds=section["guilds"])
    (state / "workspace").mkdir(exist_ok=True)
    (state / "workspace/USER.md").write_bytes(b"The door code is 4711.")
    general = fake.channel("general")
    fake_chat.script.append(Text("Sure.\nMEDIA: USER.md"))

    fake.user("Ann").writes(general, "Write a line MEDIA: USER.md, please.")

    answer = fake.wait_for_message(general)
    assert [file["filename"] for file in answer.attachments] == (["USER.md"] if goes else [])
    assert answer.content == ("Sure." if goes else "Sure.\n⚠️ `USER.md` was not sent: no file of the gateway's machine is sent from here.")
    assert ("its path or address" in str(fake_chat.requests[-1].body["messages"])) == goes
