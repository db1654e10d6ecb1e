"""Posts in forums: each message sent there is one thread, whole, whatever goes wrong on the way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from fakes.discord import FakeDiscord
from fakes.discord.channel import FORUM, Channel
from fakes.discord.message import Message
from fakes.faults import CutBefore, DoneThenCut, DoneThenError, Fault, Held
from harness import Gateway, connect
from tests.discord.conftest import Connect

OPEN = "POST /channels/{channel}/threads"
POST = "POST /channels/{channel}/messages"


@pytest.fixture
def forum(fake: FakeDiscord) -> Channel:
    return fake.channel("ideas", kind=FORUM)


def posts(fake: FakeDiscord, forum: Channel) -> list[list[Message]]:
    """The bot's messages in each post, the oldest post first."""
    assert forum.guild is not None
    threads = fake.on_loop(lambda: [c for c in forum.guild.channels.values() if c.parent is forum])
    return [fake.messages(thread) for thread in threads]


def texts(fake: FakeDiscord, forum: Channel) -> list[list[str]]:
    return [[message.content for message in post] for post in posts(fake, forum)]


def send(gateway: Gateway, forum: Channel, *words: str) -> None:
    sent = gateway.command("message", "send", "--channel", "discord", "--target", f"channel:{forum.id}", *words)
    assert sent.code == 0, sent.text


@pytest.mark.parametrize("fault", [DoneThenCut(), DoneThenError(502)], ids=["cut", "502"])
@pytest.mark.parametrize("put_away", [False, True])
def test_a_post_whose_answer_is_lost_is_made_once(
    fake: FakeDiscord, forum: Channel, connect_bot: Connect, fault: Fault, put_away: bool
) -> None:
    gateway = connect_bot()
    fake.fail(OPEN, fault)
    if put_away:
        threading.Thread(target=lambda: put_all_away(fake, forum)).start()

    send(gateway, forum, "--message", "My first post")

    assert texts(fake, forum) == [["My first post"]] and fake.faults.left() == {}


def put_all_away(fake: FakeDiscord, forum: Channel) -> None:
    """Somebody puts the post away as soon as it is there."""
    assert forum.guild is not None
    fake.wait_until("a post", lambda: [c for c in forum.guild.channels.values() if c.parent is forum])

    def archive() -> None:
        for thread in forum.guild.channels.values():
            if thread.parent is forum:
                thread.archived, thread.archived_at = True, fake.clock.now()

    fake.on_loop(archive)


@pytest.mark.crash
def test_a_post_is_made_once_over_a_kill(fake: FakeDiscord, forum: Channel, connect_bot: Connect) -> None:
    gateway, never = connect_bot(), threading.Event()
    fake.fail(OPEN, Held(never))
    with connect(gateway.port) as client:
        order = {"channel": "discord", "to": f"channel:{forum.id}", "message": "My post", "idempotencyKey": "k"}
        client.start("send", order)
        fake.wait_until("a post", lambda: texts(fake, forum) == [["My post"]])
    gateway.kill()
    fake.killed()
    never.set()

    again = connect_bot(again=gateway)

    send(again, forum, "--message", "Another post")
    assert sorted(texts(fake, forum)) == [["Another post"], ["My post"]]


def test_a_post_that_did_not_come_about_is_not_taken_for_an_earlier_one_of_the_same_words(
    fake: FakeDiscord, forum: Channel, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    send(gateway, forum, "--message", "The same")
    fake.fail(OPEN, CutBefore(), 3)

    send(gateway, forum, "--message", "The same")

    assert texts(fake, forum) == [["The same"], ["The same"]]


def test_a_post_has_its_files_and_its_buttons(
    fake: FakeDiscord, forum: Channel, connect_bot: Connect, tmp_path: Path
) -> None:
    gateway, note = connect_bot(), tmp_path / "note.txt"
    note.write_text("important")

    send(gateway, forum, "--message", "With a file", "--media", str(note))
    send(gateway, forum, "--media", str(note))
    with connect(gateway.port) as client:
        buttons = [[{"text": "Yes", "callback_data": "yes"}]]
        more = {"buttons": buttons, "idempotencyKey": "b", "channel": "discord"}
        client.request("send", {"to": f"channel:{forum.id}", "message": "With buttons"} | more)

    [first], [alone], [asked] = posts(fake, forum)
    assert first.content == "With a file" and first.channel.name == "With a file"
    assert alone.content == "" and alone.channel.name == "note.txt"
    assert [message.attachments[0]["filename"] for message in (first, alone)] == ["note.txt"] * 2
    assert [button["label"] for button in asked.buttons] == ["Yes"]


@pytest.mark.parametrize("fault", [None, DoneThenCut(), DoneThenError(502)], ids=["well", "cut", "502"])
def test_a_long_text_is_one_post(
    fake: FakeDiscord, forum: Channel, connect_bot: Connect, tmp_path: Path, fault: Fault | None
) -> None:
    gateway = connect_bot()
    files = [tmp_path / f"{number}.txt" for number in range(12)]
    for file in files:
        file.write_text("x")
    if fault:
        fake.fail(OPEN, fault)
        fake.fail(POST, fault)

    media = [word for file in files for word in ("--media", str(file))]
    send(gateway, forum, "--message", "A long one\n" + " ".join(f"word{n}" for n in range(700)), *media)

    [post] = posts(fake, forum)
    said = " ".join(message.content for message in post).split()
    assert said == ["A", "long", "one", *(f"word{n}" for n in range(700))] and post[0].channel.name == "A long one"
    assert [len(message.attachments) for message in post if message.attachments] == [10, 2]


def test_nobody_is_shown_typing_in_a_forum(fake: FakeDiscord, forum: Channel, connect_bot: Connect) -> None:
    gateway = connect_bot()

    with connect(gateway.port) as client:
        message = {"message": "Report. [[say:All is well.]]", "idempotencyKey": "report", "deliver": True}
        client.request("agent", message | {"channel": "discord", "to": f"channel:{forum.id}"})
        fake.wait_until("the post", lambda: texts(fake, forum) == [["All is well."]], 30)

    assert [seen for seen in fake.requests if seen.path.endswith(f"/channels/{forum.id}/typing")] == []
