"""The gateway as a bot on Telegram: what people see, and every way that updates and requests can fail.

A question carries a mark, and tells the fake model to answer with the same mark: the fake's ledger then knows whether each
was answered once, in place and in order."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Text, ToolCall
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Refuse
from fakes.telegram import Attachment, FakeTelegram
from fakes.telegram.model import Chat, Topic
from fakes.telegram.people import Person
from harness import Gateway, eventually
from harness.platforms import ONE_BY_ONE, TelegramPlatform
from tests.telegram.conftest import Connect

numbers = itertools.count(1)
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8


def ask(person: Person, chat: Chat, text: str = "What time is it?", topic: Topic | None = None) -> str:
    """Writes a question that is answered with its own mark."""
    mark = f"#q{next(numbers)}"
    person.writes(chat, f"{text} {mark} [[add:It is six. {mark}]]", topic=topic)
    return mark


def wait_until_answered(fake: FakeTelegram, timeout: float = 20) -> None:
    """Until no question is open; then each has exactly one answer."""
    fake.wait_until("an answer to each question", lambda: not fake.ledger.losses, timeout)
    fake.ledger.assert_exactly_once()


def status(gateway: Gateway) -> dict[str, Any]:
    found = gateway.command("channels", "status", "--json")
    return dict(json.loads(found.out)["channelAccounts"]["telegram"][0])


# What people see


def test_a_question_is_answered_as_a_reply(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")

    ask(ann, ann.chat)

    wait_until_answered(fake)
    assert fake.messages(ann.chat)[0].reply_to is not None
    assert "typing" in ann.chat.actions


def test_markdown_is_formatted_and_escaped(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")

    ann.writes(ann.chat, "[[say:**bold** & `a < b` [x](https://a.example) <script>]]")

    answer = fake.wait_for_message(ann.chat)
    assert answer.text == "bold & a < b x <script>"
    assert answer.marked("bold") == ["bold"] and answer.marked("code") == ["a < b"] and answer.marked("text_link") == ["x"]


def test_topics_are_conversations_of_their_own(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann, forum = fake.user("Ann"), fake.forum()
    topic = ann.opens_topic(forum, "Tea")

    ask(ann, forum, topic=topic)
    ask(ann, forum)

    wait_until_answered(fake)
    assert {message.topic for message in fake.messages(forum)} == {topic.id, None}


def test_a_reaction_in_a_topic_is_told_with_the_next_message_there(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, forum = fake.user("Ann"), fake.forum()
    topic = ann.opens_topic(forum, "Tea")
    ask(ann, forum, topic=topic)
    wait_until_answered(fake)

    ann.reacts(fake.messages(forum)[0], "👍")
    ask(ann, forum, topic=topic)

    wait_until_answered(fake)
    assert "reacted with 👍 to your message" in json.dumps(fake_chat.requests[-1].body, ensure_ascii=False)


@pytest.mark.crash
def test_a_reaction_to_a_message_of_before_a_kill_is_told(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann, forum = fake.user("Ann"), fake.forum()
    topic = ann.opens_topic(forum, "Tea")
    ask(ann, forum, topic=topic)
    wait_until_answered(fake)
    other = ann.writes(forum, "My own words. [[say:So they are.]]", topic=topic)
    fake.wait_until("an answer", lambda: len(fake.messages(forum)) == 2)
    eventually("both to be known", lambda: status(gateway).get("sent") == 2)
    gateway.kill()
    connect_bot(again=gateway)

    ann.reacts(other, "👎")
    ann.reacts(fake.messages(forum)[0], "👍")
    ask(ann, forum, topic=topic)

    wait_until_answered(fake)
    told = json.dumps(fake_chat.requests[-1].body, ensure_ascii=False)
    assert "reacted with 👍 to your message" in told and "👎" not in told


def test_in_a_group_only_what_names_the_bot_is_answered(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot(groups={"*": {}})
    ann, family = fake.user("Ann"), fake.group()

    ann.writes(family, "hello all")
    ask(ann, family, "@claw_bot what time is it?")

    wait_until_answered(fake)
    assert len(fake.messages(family)) == 1


def test_a_group_that_is_not_in_the_map_is_not_answered(fake: FakeTelegram, connect_bot: Connect) -> None:
    family, others = fake.group(), fake.group("Others")
    connect_bot(groups={str(family.id): {"requireMention": False}})
    ann = fake.user("Ann")

    ann.writes(others, "hello?")
    ask(ann, family)

    wait_until_answered(fake)
    assert fake.messages(others) == []


def test_the_menu_is_set_once(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(customCommands=[{"command": "tea", "description": "Make tea"}])
    fake.wait_until("a menu", lambda: fake.world.commands)
    (menu,) = fake.world.commands.values()
    assert {"command": "tea", "description": "Make tea"} in menu
    assert "status" in [entry["command"] for entry in menu]

    gateway.kill()
    connect_bot(again=gateway)
    fake.wait_until("a second look", lambda: [s.method for s in fake.requests].count("getMyCommands") == 2)
    ann = fake.user("Ann")
    ask(ann, ann.chat)
    wait_until_answered(fake)
    assert [seen.method for seen in fake.requests].count("setMyCommands") == 1


def test_an_album_is_one_question(fake: FakeTelegram, connect_bot: Connect, fake_chat: Any) -> None:
    connect_bot()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"

    ann.sends(ann.chat, Attachment("photo", JPEG, "a.jpg"), album="7")
    ann.sends(ann.chat, Attachment("photo", JPEG, "b.jpg"), f"Which? {mark} [[say:That one. {mark}]]", album="7")
    ann.sends(ann.chat, Attachment("photo", JPEG, "c.jpg"), album="7")

    wait_until_answered(fake)
    assert len(fake.messages(ann.chat)) == 1
    assert str(fake_chat.requests[-1].body).count("image_url") >= 3


def test_a_text_that_telegram_has_cut_is_one_question(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"

    ann.writes(ann.chat, "word " * 819 + "x")
    ann.writes(ann.chat, f"{mark} [[say:Long. {mark}]]")

    wait_until_answered(fake)
    assert len(fake.messages(ann.chat)) == 1


def test_what_was_written_later_is_no_piece_of_a_long_text(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot(more=ONE_BY_ONE)
    gateway.stop()
    fake.killed()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"
    ann.writes(ann.chat, f"{mark} [[add:Long. {mark}]] " + "x" * 4040)
    fake.clock.skip(60)
    ask(ann, ann.chat)

    connect_bot(again=gateway)

    wait_until_answered(fake)
    assert len(fake_chat.requests) == 2


def test_a_mention_alone_asks_about_the_message_it_answers(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(groups={"*": {"requireMention": True}})
    ann, bob, family = fake.user("Ann"), fake.user("Bob"), fake.group()
    question = bob.writes(family, "Is Paris in France?")
    picture = bob.sends(family, Attachment("photo", JPEG, "a.jpg"))

    ann.replies(question, "@claw_bot")
    fake.wait_for_message(family)
    words = json.dumps(fake_chat.requests[-1].body["messages"][-1])
    assert "[In reply to Bob]\\n  Is Paris in France?" in words and "Ann: @claw_bot" in words

    ann.replies(picture, "@claw_bot what is this?")
    fake.wait_for_message(family, 2)
    words = json.dumps(fake_chat.requests[-1].body["messages"][-1])
    assert "data:image/jpeg" in words and "file of the answered message photo" in words


def test_a_command_that_answers_a_picture_does_not_fetch_it(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann, family = fake.user("Ann"), fake.group()
    picture = ann.sends(family, Attachment("photo", JPEG, "a.jpg"), "Look! [[say:I see.]]")
    fake.wait_for_message(family)
    fetched = [seen.method for seen in fake.requests].count("getFile")

    ann.replies(picture, "/status")

    fake.wait_for_message(family, 2)
    assert [seen.method for seen in fake.requests].count("getFile") == fetched


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(retry_after=1)], ids=["500", "429"])
def test_a_file_that_cannot_be_had_at_once_is_asked_for_again(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, fault: Refuse
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("getFile", fault)
    ann.sends(ann.chat, Attachment("photo", JPEG, "a.jpg"), "Look! [[say:I see.]]")
    fake.wait_for_message(ann.chat)
    assert "data:image/jpeg" in json.dumps(fake_chat.requests[-1].body)


def test_a_sticker_is_shown_once_and_then_told_in_words(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    sticker = Attachment("sticker", b"RIFF\x08\0\0\0WEBPVP8 ", "owl.webp", "image/webp")
    fake_chat.script += [Text("An owl that waves.")] * 2  # the answer and the description, whichever is first

    ann.sends(ann.chat, sticker)
    fake.wait_for_message(ann.chat)
    eventually("it to be described", lambda: len(fake_chat.requests) == 2)
    gateway.kill()
    connect_bot(again=gateway)
    ann.sends(ann.chat, sticker)

    eventually("it to be told in words", lambda: ": An owl that waves.]" in str(fake_chat.requests[-1].body))
    assert [seen.method for seen in fake.requests].count("getFile") == 1


def test_a_button_with_a_long_command_outlives_a_restart(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    answer = "[[say:" + "the long way round, " * 6 + "as you wish]]"
    call = {"action": "send", "message": "Which way?", "buttons": [[{"text": "Long", "callback_data": answer}]]}
    fake_chat.script += [ToolCall("message", call), Text("NO_REPLY")]
    ann.writes(ann.chat, "Ask me the way.")
    asked = fake.wait_for_message(ann.chat)

    gateway.kill()
    connect_bot(again=gateway)
    ann.clicks(asked, "Long")

    fake.wait_until("the answer", lambda: any("as you wish" in m.text for m in fake.messages(ann.chat)))


def test_words_that_were_posted_without_their_file_are_not_said_again_as_the_answer(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    connect_bot()
    ann = fake.user("Ann")
    empty = state / "workspace" / "empty.bin"
    empty.parent.mkdir(exist_ok=True)
    empty.touch()
    call = {"action": "send", "message": "Here is the report.", "media": str(empty)}
    fake_chat.script += [ToolCall("message", call), Text("Here is the report."), Text("That was all.")]
    ann.writes(ann.chat, "Send me the report.")
    fake.wait_until("its end", lambda: len(fake_chat.requests) == 2)

    ann.writes(ann.chat, "And?")

    fake.wait_until("the next answer", lambda: fake.messages(ann.chat)[-1:][0].text == "That was all.")
    assert sum("Here is the report." in message.text for message in fake.messages(ann.chat)) == 1
    assert "the file was not" in str(fake_chat.requests[1].body)


def test_an_edit_is_no_new_question(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"
    message = ann.writes(ann.chat, f"hello {mark} [[say:Hi. {mark}]]")
    wait_until_answered(fake)

    ann.edits(message, "hello again")
    ask(ann, ann.chat)

    wait_until_answered(fake)
    assert len(fake.messages(ann.chat)) == 2


# Trouble


@pytest.mark.parametrize(
    "fault", [Refuse(502), Refuse(500), CutBefore(), DoneThenCut(), ByteByByte()], ids=lambda f: type(f).__name__
)
def test_updates_survive_a_bad_answer(fake: FakeTelegram, connect_bot: Connect, fault: Any) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("getUpdates", fault, 2)

    ask(ann, ann.chat)

    wait_until_answered(fake)


def test_another_poller_is_named_once_and_survived(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    fake.world.updates.interrupt("Conflict: terminated by other getUpdates request")

    gateway.wait_for_line(r"\[telegram\] Another program asks for this bot's messages \(HTTP 409\)")
    ask(ann, ann.chat)

    wait_until_answered(fake)
    assert gateway.output.count("HTTP 409") == 1


@pytest.mark.parametrize("wait", [1, 3])
def test_a_flood_is_waited_out(fake: FakeTelegram, connect_bot: Connect, wait: int) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(429, retry_after=wait), 2)

    ask(ann, ann.chat)

    wait_until_answered(fake, 30)


def test_a_send_that_failed_after_it_was_done_may_repeat(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", DoneThenError(500))

    ask(ann, ann.chat)

    wait_until_answered(fake)
    fake.wait_until("the second attempt", lambda: fake.ledger.excused)
    print("repeated after an answer that was lost:", len(fake.ledger.excused))
    assert fake.ledger.duplicates == []


def test_formatting_that_telegram_refuses_goes_out_plain(fake: FakeTelegram, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(400, words="can't parse entities: Unexpected end tag at byte offset 3"))

    ann.writes(ann.chat, "[[say:**bold**]]")

    assert fake.wait_for_message(ann.chat).text == "**bold**"


def test_what_telegram_refuses_is_given_up_with_its_reason(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(400, words="not enough rights to send text messages to the chat"))

    ann.writes(ann.chat, "hello")
    gateway.wait_for_line(r"\[telegram\] a part of a reply was given up: The bot may not do that")
    ask(ann, ann.chat)

    wait_until_answered(fake)


def test_who_blocks_the_bot_stops_nobody_else(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann, bob = fake.user("Ann"), fake.user("Bob")
    ann.writes(ann.chat, "[[slow]]")
    ann.blocks_the_bot()

    ask(bob, bob.chat)

    wait_until_answered(fake)
    gateway.wait_for_line(r"The person has blocked the bot on Telegram", timeout=20)


def test_a_group_that_becomes_a_supergroup_is_answered_there(fake: FakeTelegram, connect_bot: Connect) -> None:
    old = fake.basic_group()
    gateway = connect_bot(groups={str(old.id): {"requireMention": False}})
    ann = fake.user("Ann")
    ask(ann, old)
    wait_until_answered(fake)

    new = fake.migrate(old)
    ask(ann, new)

    wait_until_answered(fake)
    gateway.wait_for_line(r"put `-100\d+` in its place in `channels.telegram.groups`")


def test_a_wrong_token_is_said_and_not_shown(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(token="7100000002:AAWrongTokenThatNobodyMayEverSee_00000", waits=False)

    gateway.wait_for_line(r"\[telegram\] stopped: Telegram does not accept the bot token \(HTTP 401\)")

    assert "AAWrongToken" not in gateway.output
    eventually("the reason in the status", lambda: "TELEGRAM_BOT_TOKEN" in (status(gateway)["lastError"] or "") or None)
    fake.violations.clear()


# Restarts


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_nothing_is_lost_or_doubled_by_a_storm_of_kills(fake: FakeTelegram, connect_bot: Connect) -> None:
    chance = random.Random(20)
    people = [fake.user(f"P{number}") for number in range(6)]
    gateway = connect_bot()
    for number in range(12):
        for person in chance.sample(people, 3):
            ask(person, person.chat)
        fake.wait_until("something sent", lambda: True, chance.random())
        if number == 6:  # a message that ten lives were too short for would be given up, in words
            wait_until_answered(fake)
        gateway.kill()
        fake.killed()
        gateway = connect_bot(again=gateway, waits=False)

    fake.wait_until("an answer to each question", lambda: not fake.ledger.losses, 60)
    print("repeated after an answer that was lost:", len(fake.ledger.excused))
    fake.ledger.assert_exactly_once()


def test_pieces_that_were_waiting_for_others_survive_a_kill(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    mark = f"#q{next(numbers)}"
    ann.writes(ann.chat, "word " * 819 + "x")
    fake.wait_until("the piece confirmed", lambda: not fake.world.updates.waiting)
    gateway.kill()

    ann.writes(ann.chat, f"{mark} [[say:Long. {mark}]]")
    connect_bot(again=gateway)

    wait_until_answered(fake)
    assert len(fake.messages(ann.chat)) == 1


# Webhook


def test_one_line_switches_to_a_webhook_and_back(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(webhookUrl="https://claw.example", webhookSecret="s3cret-word")
    fake.serve_webhook("https://claw.example", f"http://127.0.0.1:{gateway.port}")
    ann = fake.user("Ann")
    fake.wait_until("the webhook", lambda: fake.webhook.webhook.url == "https://claw.example/telegram-webhook")
    ask(ann, ann.chat)
    wait_until_answered(fake)
    assert "getUpdates" not in [seen.method for seen in fake.requests]

    gateway.kill()
    ask(ann, ann.chat)
    config = json.loads(gateway.config_path.read_text())
    del config["channels"]["telegram"]["webhookUrl"]
    gateway.write_config(config)
    gateway = connect_bot(again=gateway, waits=False)

    wait_until_answered(fake)
    gateway.wait_for_line(r"\[telegram\] webhook removed")


@pytest.mark.parametrize(
    "address",
    [
        {"webhookUrl": "https://claw.example"},
        {"webhookUrl": "https://claw.example/telegram-webhook"},
        {"webhookUrl": "https://claw.example", "webhookPath": "/hook"},
        {"webhookUrl": "https://claw.example/bots"},
    ],
    ids=["a path each", "one address", "one path", "an address of its own"],
)
def test_each_bot_with_a_webhook_answers_its_own_people(
    fake: FakeTelegram, connect_bot: Connect, address: dict[str, str]
) -> None:
    token = TelegramPlatform.second_token
    with FakeTelegram(token=token, username="paw_bot") as other:
        second = {"botToken": token, "apiRoot": other.url}
        gateway = connect_bot(waits=False, webhookSecret="s3cret-word", accounts={"second": second}, **address)
        for one in (fake, other):
            one.serve_webhook("https://claw.example", f"http://127.0.0.1:{gateway.port}")
            one.wait_until("the webhook", lambda one=one: bool(one.webhook.webhook.url))

        for one in (fake, other):
            ann, forum = one.user("Ann"), one.forum()
            ask(ann, ann.chat)
            ask(ann, forum)

        for one in (fake, other):
            wait_until_answered(one)


def test_what_is_written_to_the_bot_that_an_account_had_before_is_not_answered_by_the_new_one(
    fake: FakeTelegram, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    token = TelegramPlatform.second_token
    with FakeTelegram(token=token, username="paw_bot") as other:
        gateway = connect_bot(webhookUrl="https://claw.example", webhookSecret="s3cret-word")
        for one in (fake, other):
            one.serve_webhook("https://claw.example", f"http://127.0.0.1:{gateway.port}")
        fake.wait_until("the webhook", lambda: bool(fake.webhook.webhook.url))
        config = json.loads(gateway.config_path.read_text())
        config["channels"]["telegram"]["apiRoot"] = other.url
        gateway.stop()
        gateway.write_config(config)
        connect_bot(again=gateway, waits=False, token=token)
        other.wait_until("the webhook", lambda: bool(other.webhook.webhook.url))

        fake.user("Ann").writes(fake.user("Ann").chat, "For the old bot alone")

        fake.wait_until("its call to be turned away", lambda: "401" in str(fake.webhook.webhook.last_error))
        ask(other.user("Ann"), other.user("Ann").chat)
        wait_until_answered(other)
        assert len(fake_chat.requests) == 1 and len(other.messages(other.user("Ann").chat)) == 1


def test_calls_without_the_secret_are_turned_away(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(webhookUrl="https://claw.example", webhookSecret="s3cret-word")
    fake.wait_until("the webhook", lambda: bool(fake.webhook.webhook.url))

    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "s3cret-worx"}):
        answer = gateway.get("/telegram-webhook", "POST", headers, b'{"update_id": 1}')
        assert answer.status == 401
    right = {"X-Telegram-Bot-Api-Secret-Token": fake.webhook.webhook.secret}
    assert gateway.get("/telegram-webhook", "POST", right, b'{"update_id": 1}').status == 200
    assert gateway.get("/telegram-webhook", "POST", right, b"no JSON").status == 400


def test_a_webhook_without_a_secret_is_refused(fake: FakeTelegram, connect_bot: Connect) -> None:
    gateway = connect_bot(webhookUrl="https://claw.example", waits=False)

    gateway.wait_for_line(r"\[telegram\] stopped: `channels.telegram.webhookUrl` needs `channels.telegram.webhookSecret`")
