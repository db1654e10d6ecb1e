"""Faults of Telegram in the middle of work, and several at once: nothing is lost, and only what may be is repeated."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from fakes import FakeOpenAIChat, Hold, Text, ToolCall
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Fault, Held, Late, Refuse
from fakes.telegram import Attachment, FakeTelegram
from fakes.telegram.people import Person
from fakes.telegram.server import IN_FLIGHT_SECONDS
from harness import Gateway, connect
from harness.client import Refused
from harness.platforms import ONE_BY_ONE, TelegramPlatform
from tests.telegram.conftest import Connect
from tests.telegram.test_telegram import JPEG, ask, numbers, wait_until_answered

MOST_UNITS = 4096


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# Listening


@pytest.mark.crash
@pytest.mark.parametrize("how", ["killed", "changed"])
def test_an_account_serves_while_telegram_is_slow_to_say_whose_it_is(
    fake: FakeTelegram,
    platform: TelegramPlatform,
    connect_bot: Connect,
    fake_chat: FakeOpenAIChat,
    state: Path,
    how: str,
) -> None:
    ann, may_go_on, greets = fake.user("Ann"), threading.Event(), threading.Event()
    asking = {"tools": {"exec": {"security": "allowlist", "ask": "on-miss"}}}
    gateway = connect_bot(more=asking, dmPolicy="allowlist", allowFrom=[str(ann.id)])
    says = Hold(may_go_on, ToolCall("message", {"action": "send", "message": "In between."}))
    runs = ToolCall("exec", {"command": "echo ran >> ran.txt"})
    fake_chat.script += [says, runs, Text("The end.")]
    ann.writes(ann.chat, "Do it.")
    fake_chat.wait_for_request(1)
    fake.fail("getMe", Held(greets))

    if how == "killed":
        platform.kills(gateway)
        fake_chat.script.insert(0, says)
        connect_bot(again=gateway, waits=False)
    else:
        config = gateway.config
        config["channels"]["telegram"]["linkPreview"] = False
        gateway.write_config(config)
    fake.wait_until("the question whose it is", lambda: not fake.faults.left())
    known = len(fake.requests)
    fake.wait_until("that it types", lambda: any(c.method == "sendChatAction" for c in fake.requests[known:]))
    may_go_on.set()

    fake.wait_for_message(ann.chat, 2)
    said, question = fake.messages(ann.chat)
    assert said.text == "In between." and "needs approval" in question.text
    greets.set()
    ann.clicks(question, "Allow once")
    assert fake.wait_for_message(ann.chat, 3).text == "The end."
    assert (state / "workspace/ran.txt").read_text() == "ran\n" and fake.violations == []



def test_an_answer_comes_from_the_account_that_has_the_new_token_of_its_bot(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    """BotFather has given a new one, and it is set in another account than the old one."""
    gateway = connect_bot()
    ann, may_go_on = fake.user("Ann"), threading.Event()
    fake_chat.script.append(Hold(may_go_on, Text("Here I am.")))
    ann.writes(ann.chat, "Where are you?")
    fake_chat.wait_for_request(1)
    fake.renew_token()
    config = gateway.config
    config["channels"]["telegram"]["accounts"] = {"default": {}, "new": {"botToken": fake.token}}
    gateway.write_config(config)
    gateway.wait_for_line(r"\[telegram\] \[new\] starting provider")

    may_go_on.set()

    assert fake.wait_for_message(ann.chat).text == "Here I am."
    fake.violations.clear()  # the old token is refused: that is the test


@pytest.mark.parametrize("slow", ["a file", "a press"])
def test_a_chat_that_is_slow_holds_up_no_other(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, slow: str
) -> None:
    connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")
    late = Late(12)
    if slow == "a file":
        fake.fail("getFile", late)
        ann.sends(ann.chat, Attachment("photo", JPEG, "a.jpg"), "Look! [[say:I see.]]")
    else:
        call = {"action": "send", "message": "Which way?", "buttons": [[{"text": "Left", "callback_data": "left"}]]}
        fake_chat.script += [ToolCall("message", call), Text("NO_REPLY")]
        ann.writes(ann.chat, "Ask me the way.")
        button = fake.wait_for_message(ann.chat)
        fake.fail("answerCallbackQuery", late)
        ann.clicks(button, "Left")
    fake.wait_until("the slow call", lambda: not fake.faults.left())

    mark = ask(bob, bob.chat)

    fake.wait_until("the other chat's answer", lambda: mark not in fake.ledger.losses, 8)
    ask(ann, ann.chat)
    wait_until_answered(fake, 30)
    assert fake.violations == []


@pytest.mark.slow
@pytest.mark.timeout(100)
def test_another_poller_that_does_not_stop_is_named_once_and_outlived(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")

    for _ in range(3):
        fake.wait_for_poll()
        fake.world.updates.interrupt("Conflict: terminated by other getUpdates request")
        fake.wait_until("the poll to end", lambda: not fake.world.updates.has_poll)
    ask(ann, ann.chat)

    # It stands down for 20 to 40 s, and looks twice.
    wait_until_answered(fake, 70)
    assert gateway.output.count("HTTP 409") == 1


def test_a_webhook_that_somebody_set_meanwhile_is_taken_away(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")

    fake.on_loop(lambda: fake.webhook.set("https://elsewhere.example/hook", "", 40))
    fake.on_loop(lambda: fake.world.updates.interrupt("Conflict: terminated by setWebhook request"))
    ask(ann, ann.chat)

    wait_until_answered(fake, 40)
    assert not fake.webhook.webhook.url


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_poll_that_is_never_answered_is_given_up(fake: FakeTelegram, connect_bot: Connect) -> None:
    """As when a router on the way has forgotten the connection."""
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("getUpdates", Late(600))
    fake.wait_until("the poll", lambda: not fake.faults.left())

    ask(ann, ann.chat)

    wait_until_answered(fake, 60)


@pytest.mark.parametrize("wait", [1, 7])
def test_a_flood_while_listening_is_waited_out(fake: FakeTelegram, connect_bot: Connect, wait: int) -> None:
    connect_bot()
    ann = fake.user("Ann")

    fake.fail("getUpdates", Refuse(429, retry_after=wait))
    ask(ann, ann.chat)

    wait_until_answered(fake, 30)


def picture(name: str) -> Attachment:
    return Attachment("photo", JPEG, f"{name}.jpg")


def send_album(person: Person, pieces: int = 2, pause: float = 0) -> str:
    """Sends an album that is answered with its own mark."""
    mark = f"#q{next(numbers)}"
    for number in range(pieces):
        words = "" if number else f"Which? {mark} [[add:That one. {mark}]]"
        person.sends(person.chat, picture(str(number)), words, album=mark)
        time.sleep(pause)
    return mark


def send_slow_file(fake: FakeTelegram, person: Person, seconds: float) -> str:
    """A question with a picture that Telegram gives after a while."""
    mark = f"#q{next(numbers)}"
    fake.fail("getFile", Late(seconds))
    person.sends(person.chat, picture("a"), f"Look! {mark} [[add:I see. {mark}]]")
    return mark


def images(fake_chat: FakeOpenAIChat, mark: str) -> list[int]:
    """How many pictures each request has whose last message is the marked one."""
    last = [json.dumps(request.body["messages"][-1]) for request in fake_chat.requests]
    return [words.count('"image_url": {') for words in last if mark in words]


@pytest.mark.crash
@pytest.mark.parametrize("other", ["an album", "a long text"])
def test_an_album_whose_files_are_being_fetched_outlives_a_kill(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, other: str
) -> None:
    gateway = connect_bot(more=ONE_BY_ONE)
    ann, bob = fake.user("Ann"), fake.user("Bob")
    fake.fail("getFile", Late(12))
    mark = send_album(ann)
    fake.wait_until("the slow file to be asked for", lambda: not fake.faults.left())

    if other == "an album":
        send_album(bob)
    else:
        bob.writes(bob.chat, "w" * 4090)
    fake.wait_until("Telegram to have nothing left", lambda: not fake.world.updates.waiting)
    gateway.kill()
    fake.killed()
    connect_bot(again=gateway)

    wait_until_answered(fake)
    assert images(fake_chat, mark) == [2]


def test_an_album_that_is_slow_holds_up_nobody_elses(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")
    fake.fail("getFile", Late(10))
    send_album(ann)
    fake.wait_until("the slow file to be asked for", lambda: not fake.faults.left())

    mark = send_album(bob)

    fake.wait_until("the other's answer", lambda: mark not in fake.ledger.losses, 6)
    wait_until_answered(fake)


def test_a_topic_that_is_slow_holds_up_no_other(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann, bob, forum = fake.user("Ann"), fake.user("Bob"), fake.forum()
    tea, cake = ann.opens_topic(forum, "Tea"), ann.opens_topic(forum, "Cake")
    fake.fail("getFile", Late(10))
    mark = f"#q{next(numbers)}"
    ann.sends(forum, picture("a"), f"Look! {mark} [[add:I see. {mark}]]", topic=tea)
    fake.wait_until("the slow file to be asked for", lambda: not fake.faults.left())

    others = [ask(bob, forum, topic=cake), ask(bob, forum)]

    fake.wait_until("the others' answers", lambda: not set(others) & set(fake.ledger.losses), 6)
    wait_until_answered(fake)


@pytest.mark.parametrize("fault", [Refuse(502), Refuse(429, retry_after=2)], ids=repr)
def test_an_album_is_one_message_although_telegram_cannot_be_asked_meanwhile(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, fault: Fault
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.wait_for_poll()
    fake.fail("getUpdates", fault)

    mark = send_album(ann, 3, 0.15)

    wait_until_answered(fake)
    assert images(fake_chat, mark) == [3]


@pytest.mark.crash
def test_an_album_is_one_message_over_a_kill(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"
    ann.sends(ann.chat, picture("a"), f"Which? {mark} [[add:That one. {mark}]]", album="7")
    fake.wait_until("Telegram to have nothing left", lambda: not fake.world.updates.waiting)
    gateway.kill()
    fake.killed()
    ann.sends(ann.chat, picture("b"), album="7")
    fake.fail("getUpdates", Late(1.5))

    connect_bot(again=gateway)

    wait_until_answered(fake)
    assert images(fake_chat, mark) == [2] and len(fake_chat.requests) == 1


@pytest.mark.parametrize("end", ["a reload", "a stop"])
def test_a_file_that_is_being_fetched_comes_although_the_channel_stops(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, end: str
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    mark = send_slow_file(fake, ann, 5)
    fake.wait_until("the file to be asked for", lambda: not fake.faults.left())

    if end == "a reload":
        config = gateway.config
        config["channels"]["telegram"]["historyLimit"] = 7
        gateway.write_config(config)
    else:
        gateway.stop()
        fake.killed()
        connect_bot(again=gateway)

    wait_until_answered(fake)
    assert images(fake_chat, mark) == [1]


def test_what_an_account_was_taking_comes_although_its_name_changes(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    token = TelegramPlatform.second_token
    with FakeTelegram(token=token, username="paw_bot") as other:
        gateway = connect_bot(accounts={"default": {}, "second": {"botToken": token, "apiRoot": other.url}})
        other.wait_for_poll()
        ann = other.user("Ann")
        mark = f"#q{next(numbers)}"
        other.fail("getFile", Late(8))
        ann.sends(ann.chat, picture("a"), f"Look! {mark} [[add:I see. {mark}]]")
        other.wait_until("Telegram to have nothing left", lambda: not other.world.updates.waiting)

        config = gateway.config
        accounts = config["channels"]["telegram"]["accounts"]
        accounts["work"] = accounts.pop("second")
        gateway.write_config(config)

        wait_until_answered(other)
        assert images(fake_chat, mark) == [1]


@pytest.mark.crash
@pytest.mark.timeout(90)
@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "goes on"])
def test_a_slow_file_and_a_hundred_messages_hold_up_nobody_else(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, is_killed: bool
) -> None:
    gateway = connect_bot(groups={"*": {"requireMention": True}}, groupPolicy="open")
    ann, bob, family = fake.user("Ann"), fake.user("Bob"), fake.group("Family")
    mark = send_slow_file(fake, ann, 15)
    fake.wait_until("the file to be asked for", lambda: not fake.faults.left())
    for number in range(120):
        ann.writes(family, f"chatter {number}")

    other = ask(bob, bob.chat)

    fake.wait_until("the other's answer", lambda: other not in fake.ledger.losses, 8)
    ask(ann, ann.chat)
    if is_killed:
        fake.wait_until("Telegram to have nothing left", lambda: not fake.world.updates.waiting)
        gateway.kill()
        fake.killed()
        connect_bot(again=gateway)
    wait_until_answered(fake, 40)
    assert images(fake_chat, mark) == [1]


@pytest.mark.crash
@pytest.mark.parametrize("way", ["Telegram answers nothing", "a webhook has been set"])
def test_a_slow_file_that_telegram_has_no_more_is_taken_without_telegram(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, way: str
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    mark = send_slow_file(fake, ann, 15)
    fake.wait_until("Telegram to have nothing left", lambda: not fake.world.updates.waiting)
    gateway.kill()
    fake.killed()

    if way == "Telegram answers nothing":
        fake.fail("getUpdates", Refuse(502), 1000)
    else:
        config = gateway.config
        config["channels"]["telegram"] |= {"webhookUrl": "https://claw.example", "webhookSecret": "s3cret-word"}
        gateway.write_config(config)
        fake.serve_webhook("https://claw.example", f"http://127.0.0.1:{gateway.port}")
    connect_bot(again=gateway, waits=False)

    wait_until_answered(fake)
    assert images(fake_chat, mark) == [1]


# Sending


@pytest.mark.parametrize("fault", [DoneThenError(500), DoneThenError(502), DoneThenCut()], ids=repr)
def test_an_answer_whose_receipt_was_lost_comes_at_most_twice(
    fake: FakeTelegram, connect_bot: Connect, fault: Fault
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", fault)

    ask(ann, ann.chat)
    ask(ann, ann.chat)

    wait_until_answered(fake)
    fake.wait_until("the second attempt", lambda: fake.ledger.excused)
    print("repeated after an answer that was lost:", len(fake.ledger.excused))
    assert fake.ledger.duplicates == [] and len(fake.messages(ann.chat)) == 3


def test_a_long_flood_holds_everything_back_and_keeps_order(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    people = [fake.user(f"P{number}") for number in range(3)]

    fake.fail("sendMessage", Refuse(429, retry_after=7), 2)
    for _ in range(2):
        for person in people:
            ask(person, person.chat)

    wait_until_answered(fake, 50)


def test_a_flood_holds_over_a_restart(fake: FakeTelegram, connect_bot: Connect) -> None:
    """Nothing is sent before Telegram's time is up: the fake would call that a violation."""
    first = connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")
    fake.fail("sendMessage", Refuse(429, retry_after=12))
    ask(ann, ann.chat)
    fake.wait_until("the refusal", lambda: fake.server.limited)
    time.sleep(IN_FLIGHT_SECONDS * 2)  # what comes now was not on its way already

    first.kill()
    fake.killed()
    connect_bot(again=first)
    ask(ann, ann.chat)
    mark = ask(bob, bob.chat)

    fake.wait_until("the other chat's answer", lambda: mark not in fake.ledger.losses, 8)
    assert len(fake.ledger.losses) == 2, "the chat that has to wait waits"
    wait_until_answered(fake, 40)
    assert fake.violations == []


def test_nothing_is_sent_while_telegram_asks_to_wait_not_even_that_somebody_types(
    fake: FakeTelegram, connect_bot: Connect
) -> None:
    connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")

    fake.fail("sendMessage", Refuse(429, retry_after=4))
    ask(ann, ann.chat)
    fake.wait_until("the refusal", lambda: fake.server.limited)
    time.sleep(IN_FLIGHT_SECONDS * 2)  # what comes now was not on its way already
    ask(ann, ann.chat)
    mark = ask(bob, bob.chat)

    fake.wait_until("the other chat's answer", lambda: mark not in fake.ledger.losses, 2)
    assert len(fake.ledger.losses) == 2, "the chat that has to wait waits"
    wait_until_answered(fake)
    assert fake.violations == []


def test_when_a_second_chat_is_asked_to_wait_nothing_is_sent(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    people = [fake.user(name) for name in ("Ann", "Bob", "Cy")]

    fake.fail("sendMessage", Refuse(429, retry_after=3), times=2)
    for person in people[:2]:
        ask(person, person.chat)
    fake.wait_until("the refusals", lambda: fake.server.limited == 2)
    time.sleep(IN_FLIGHT_SECONDS * 2)  # what comes now was not on its way already
    ask(people[2], people[2].chat)

    wait_until_answered(fake)
    assert fake.violations == []


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "changed"])
def test_files_of_which_some_are_posted_go_on_with_the_next(
    fake: FakeTelegram, connect_bot: Connect, state: Path, is_killed: bool
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    ann.writes(ann.chat, "hi [[say:hello]]")
    fake.wait_until("an answer", lambda: len(fake.messages(ann.chat)) == 1)
    for name, data in {"a.jpg": JPEG, "b.pdf": b"%PDF-1.4 x", "c.mp3": b"ID3xxxx"}.items():
        (state / "workspace" / name).write_bytes(data)
    files = [str(state / "workspace" / name) for name in ("a.jpg", "b.pdf", "c.mp3")]
    fake.fail("sendDocument", Refuse(429, retry_after=7))
    with connect(gateway.port) as client:
        to = {"channel": "telegram", "to": str(ann.chat.id), "idempotencyKey": "k1"}
        params = {**to, "message": "Here they are.", "mediaUrls": files}
        client.send({"type": "req", "id": "1", "method": "send", "params": params})
        fake.wait_until("the refusal", lambda: fake.server.limited)
        if is_killed:
            gateway.kill()
            fake.killed()
            connect_bot(again=gateway)
        else:
            config = gateway.config
            config["channels"]["telegram"]["linkPreview"] = False
            gateway.write_config(config)
        fake.wait_until("all of them", lambda: len(fake.messages(ann.chat)) == 4, 20)

    assert [message.text for message in fake.messages(ann.chat)][1:] == ["Here they are.", "", ""]
    assert fake.violations == []


def send_files(gateway: Gateway, person: Person, files: list[str]) -> None:
    to = {"channel": "telegram", "to": str(person.chat.id), "idempotencyKey": "k1"}
    with connect(gateway.port) as client:
        client.request("send", {**to, "message": "Here they are.", "mediaUrls": files})


def cannot_be_sent(folder: Path, flaw: str) -> str:
    """A file that we refuse, or the address of one that Telegram refuses."""
    if flaw == "elsewhere":
        return "https://pictures.example/b.jpg"
    (folder / "b.jpg").write_bytes(b"" if flaw == "empty" else JPEG + bytes(50 << 20))
    return str(folder / "b.jpg")


@pytest.mark.parametrize("flaw", ["empty", "too large", "elsewhere"])
def test_a_file_that_cannot_be_sent_takes_no_other_with_it(
    fake: FakeTelegram, connect_bot: Connect, state: Path, flaw: str
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    ask(ann, ann.chat)
    wait_until_answered(fake)
    folder = state / "workspace"
    for name in ("a.jpg", "c.jpg"):
        (folder / name).write_bytes(JPEG)

    with pytest.raises(Refused, match="b.jpg"):
        send_files(gateway, ann, [str(folder / "a.jpg"), cannot_be_sent(folder, flaw), str(folder / "c.jpg")])

    fake.wait_until("the rest of them and a word", lambda: len(fake.messages(ann.chat)) == 4)
    first, second, words = fake.messages(ann.chat)[1:]
    assert "photo" in first.content and "photo" in second.content
    assert (first.text, second.text) == ("Here they are.", "") and words.text.startswith("⚠️ b.jpg: ")


@pytest.mark.parametrize("flaw", ["too large together", "refused together", "a large picture"])
def test_files_that_cannot_be_one_album_come_apart(
    fake: FakeTelegram, connect_bot: Connect, state: Path, flaw: str
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    ask(ann, ann.chat)
    wait_until_answered(fake)
    start, ending = (b"%PDF", "pdf") if flaw == "too large together" else (JPEG, "jpg")
    files = [state / "workspace" / f"{name}.{ending}" for name in "abc"]
    for file in files:
        file.write_bytes(start + bytes(20 << 20 if ending == "pdf" else 0))
    if flaw == "a large picture":
        files[1].write_bytes(start + bytes(11 << 20))
    if flaw == "refused together":
        fake.fail("sendMediaGroup", Refuse(400, words="IMAGE_PROCESS_FAILED"))

    send_files(gateway, ann, [str(file) for file in files])

    fake.wait_until("all of them", lambda: len(fake.messages(ann.chat)) == 4)
    assert [message.text for message in fake.messages(ann.chat)][1:] == ["Here they are.", "", ""]
    assert fake.violations == []


def test_floods_of_telegrams_own_are_waited_out(fake: FakeTelegram, connect_bot: Connect) -> None:
    fake.world.flood.enabled = True
    fake.world.flood.pace = 0.4
    connect_bot(more=ONE_BY_ONE)
    ann = fake.user("Ann")

    for _ in range(8):
        ask(ann, ann.chat)

    wait_until_answered(fake, 50)
    assert fake.server.limited


def test_only_the_part_that_telegram_cannot_read_goes_out_plain(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(400, words="can't parse entities: Unexpected end tag at byte offset 3"))

    ann.writes(ann.chat, "[[say:**one**]]")
    fake.wait_for_message(ann.chat)
    ann.writes(ann.chat, "[[say:**two**]]")

    two = fake.wait_for_message(ann.chat, 2)
    assert fake.messages(ann.chat)[0].text == "**one**"
    assert two.text == "two" and two.marked("bold") == ["two"]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        ("🙂", None),
        ("**🙂b** ", "bold"),
        ("`a < b` ", "code"),
        ("[🙂](https://a.example/?q=1&r=2) ", "text_link"),
        ("👩‍👩‍👧‍👦", None),
    ],
    ids=["pictures", "bold", "code", "links", "families"],
)
def test_a_message_is_as_long_as_telegram_allows_after_formatting(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, piece: str, kind: str | None
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    text = piece * (9000 // units(piece))
    plain = re.sub(r"[`*]|\[|\]\(.*?\)", "", text)
    fake_chat.script.append(Text(text))

    ann.writes(ann.chat, "Much, please.")

    said = lambda: "".join(message.text for message in fake.messages(ann.chat))  # noqa: E731
    fake.wait_until("the whole answer", lambda: len(said().replace(" ", "")) >= len(plain.replace(" ", "")), 40)
    parts = fake.messages(ann.chat)
    assert said().replace(" ", "") == plain.replace(" ", "")
    assert all(units(part.text) <= MOST_UNITS for part in parts)
    if kind:
        assert sum(len(part.marked(kind)) for part in parts) == 9000 // units(piece)


# Clocks


@pytest.mark.parametrize("seconds", [-3600, 6 * 3600], ids=["back", "forward"])
def test_a_jump_of_telegrams_clock_does_no_harm(fake: FakeTelegram, connect_bot: Connect, seconds: float) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    ask(ann, ann.chat)
    wait_until_answered(fake)

    fake.clock.skip(seconds)
    ask(ann, ann.chat)
    wait_until_answered(fake)
    gateway.stop()
    ask(ann, ann.chat)
    connect_bot(again=gateway)

    wait_until_answered(fake)


def test_what_lay_unread_while_the_machine_was_suspended_is_asked_for_again(
    fake: FakeTelegram, connect_bot: Connect
) -> None:
    """Another machine, which takes over after twelve seconds at the soonest, has answered it meanwhile."""
    fake.world.updates.pace = 1
    gateway = connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")

    os.kill(gateway.pid, signal.SIGSTOP)
    ann.writes(ann.chat, "Transfer the money. [[say:Transferred.]]")
    fake.wait_until("the request to be answered", lambda: not fake.world.updates.has_poll)
    time.sleep(1)
    fake.on_loop(fake.world.updates.clear)
    time.sleep(11)
    os.kill(gateway.pid, signal.SIGCONT)
    ask(bob, bob.chat)

    wait_until_answered(fake)
    assert fake.messages(ann.chat) == []


# Everything at once


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_faults_and_kills_lose_nothing_and_repeat_only_what_may_be(
    fake: FakeTelegram, connect_bot: Connect, seed: int
) -> None:
    chance = random.Random(seed)
    ann, forum = fake.user("Ann"), fake.forum()
    topics = [ann.opens_topic(forum, f"t{number}") for number in range(3)]
    asking = [Refuse(502), CutBefore(), DoneThenCut(), ByteByByte()]
    sending = [DoneThenError(500), DoneThenCut(), CutBefore(), Refuse(500), Refuse(429, retry_after=1)]
    gateway = connect_bot()

    for round in range(10):
        fake.fail("getUpdates", chance.choice(asking))
        fake.fail("sendMessage", chance.choice(sending))
        ask(ann, ann.chat)
        ask(ann, forum, topic=chance.choice(topics))
        if round % 3 == 2:
            gateway.kill()
            fake.killed()
            gateway = connect_bot(again=gateway, waits=False)

    wait_until_answered(fake, 90)
    print("repeated after an answer that was lost:", len(fake.ledger.excused))
