"""The fake Telegram is judged by python-telegram-bot, a client that works against the real one."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import io
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, MessageHandler, filters

from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Late, Refuse
from fakes.telegram import Attachment, FakeTelegram
from harness.telegram_raw import refused

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
Scenario = Callable[[telegram.Bot], Awaitable[None]]


def builder(fake: FakeTelegram) -> ApplicationBuilder[Any, Any, Any, Any, Any, Any]:
    urls = ApplicationBuilder().token(fake.token).base_url(f"{fake.url}/bot").base_file_url(f"{fake.url}/file/bot")
    urls = urls.get_updates_connection_pool_size(2)
    return urls


def with_bot(fake: FakeTelegram, scenario: Scenario) -> None:
    """Runs a scenario with a bot that calls methods and does not poll."""

    async def run() -> None:
        application = builder(fake).build()
        async with application.bot as bot:
            await scenario(bot)

    asyncio.run(run())


def echoing(fake: FakeTelegram, scenario: Callable[[asyncio.Queue[Update]], Awaitable[None]], **options: Any) -> None:
    """Runs a scenario with a bot that polls and answers every message with `echo`."""
    heard: asyncio.Queue[Update]

    async def echo(update: Update, _: Any) -> None:
        heard.put_nowait(update)
        if update.message and update.message.text:
            await update.message.reply_text(f"echo {update.message.text}", do_quote=True)

    async def keep(update: Update, _: Any) -> None:
        heard.put_nowait(update)

    async def run() -> None:
        nonlocal heard
        heard = asyncio.Queue()
        application: Application[Any, Any, Any, Any, Any, Any] = builder(fake).build()
        application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, echo))
        application.add_handler(telegram.ext.TypeHandler(Update, keep), group=1)
        async with application:
            await application.start()
            assert application.updater
            await application.updater.start_polling(poll_interval=0.02, timeout=5, allowed_updates=Update.ALL_TYPES)
            try:
                await scenario(heard)
            finally:
                await application.updater.stop()
                await application.stop()

    asyncio.run(run())


async def until(fake: FakeTelegram, what: str, probe: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(fake.wait_until, what, probe, 10)


# A client that works against Telegram


def test_a_bot_polls_hears_and_replies(fake: FakeTelegram) -> None:
    ann, family = fake.user("Ann"), fake.group()

    async def scenario(_: asyncio.Queue[Update]) -> None:
        question = ann.writes(ann.chat, "hello #q1")
        ann.writes(family, "hello all #q2")
        answer = (await until(fake, "an answer", lambda: fake.messages(ann.chat)))[0]
        assert answer.text == "echo hello #q1" and answer.reply_to is question
        await until(fake, "an answer in the group", lambda: fake.messages(family))

    echoing(fake, scenario)
    fake.ledger.assert_exactly_once()


def test_what_people_do_arrives_as_updates(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")

    async def scenario(heard: asyncio.Queue[Update]) -> None:
        async def next_update() -> Update:
            while True:
                update = await asyncio.wait_for(heard.get(), 10)
                if update.update_id not in seen:
                    seen.add(update.update_id)
                    return update

        seen: set[int] = set()
        written = ann.runs("/status now", ann.chat)
        first = await next_update()
        assert first.message and first.message.parse_entities(["bot_command"]), "a command is marked as one"
        ann.edits(written, "second")
        edited = await next_update()
        assert edited.edited_message and edited.edited_message.text == "second"
        ann.reacts(written, "👍")
        reacted = await next_update()
        assert reacted.message_reaction and len(reacted.message_reaction.new_reaction) == 1
        ann.sends(ann.chat, Attachment("voice", b"OggS", "v.ogg", "audio/ogg"), "listen")
        spoken = await next_update()
        assert spoken.message and spoken.message.voice and spoken.message.caption == "listen"
        file = await spoken.message.voice.get_file()
        assert bytes(await file.download_as_bytearray()) == b"OggS"
        ann.blocks_the_bot()
        left = await next_update()
        assert left.my_chat_member and left.my_chat_member.new_chat_member.status == "kicked"

    echoing(fake, scenario)


def test_buttons_edits_deletes_reactions_drafts_and_actions(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")

    async def scenario(bot: telegram.Bot) -> None:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Approve", callback_data="yes")]])
        sent = await bot.send_message(ann.id, "<b>May</b> I?", parse_mode="HTML", reply_markup=keyboard)
        message = fake.messages(ann.chat)[0]
        assert (message.text, message.marked("bold")) == ("May I?", ["May"])
        pressed = ann.clicks(message, "Approve")
        update = (await bot.get_updates(timeout=0))[-1]
        assert update.callback_query and update.callback_query.data == "yes"
        await update.callback_query.answer("Thanks")
        assert pressed.answer and pressed.answer["text"] == "Thanks"
        await sent.edit_text("Approved")
        assert (message.text, message.buttons) == ("Approved", [])
        with pytest.raises(BadRequest, match="[Mm]essage is not modified"):
            await sent.edit_text("Approved")
        await bot.set_message_reaction(ann.id, sent.message_id, "🔥")
        assert message.reactions[fake.world.bot.id] == ["🔥"]
        await bot.send_chat_action(ann.id, "typing")
        await bot.send_message_draft(ann.id, 1, "thin")
        await bot.send_message_draft(ann.id, 1, "think *about*", parse_mode="MarkdownV2")
        assert [body.text for _, body in ann.chat.drafts] == ["thin", "think about"]
        assert ann.chat.actions == ["typing"]
        await sent.delete()
        assert not fake.messages(ann.chat)

    with_bot(fake, scenario)
    assert [complaint for complaint in refused(fake) if "not modified" not in complaint] == []


def test_media_albums_polls_and_files(fake: FakeTelegram) -> None:
    ann, family = fake.user("Ann"), fake.group()

    async def scenario(bot: telegram.Bot) -> None:
        photo = await bot.send_photo(ann.id, PNG, caption="*dot*", parse_mode="MarkdownV2")
        again = await bot.send_photo(ann.id, photo.photo[-1].file_id)
        assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
        document = await bot.send_document(ann.id, io.BytesIO(b"text"), filename="a.txt")
        assert document.document and document.document.file_name == "a.txt"
        got = await (await document.document.get_file()).download_as_bytearray()
        assert bytes(got) == b"text"
        await bot.send_voice(ann.id, b"OggS")
        await bot.send_audio(ann.id, b"ID3", title="t", duration=3)
        await bot.send_video(ann.id, b"mp4")
        await bot.send_sticker(ann.id, b"webp")
        media = [telegram.InputMediaPhoto(PNG, caption="both"), telegram.InputMediaPhoto(PNG)]
        album = await bot.send_media_group(ann.id, media)
        assert len({message.media_group_id for message in album}) == 1 and album[0].caption == "both"
        poll = await bot.send_poll(family.id, "Lunch?", ["Yes", "No"], is_anonymous=False)
        ann.votes(fake.messages(family)[0], [1])
        kinds = [update.to_dict().keys() - {"update_id"} for update in await bot.get_updates(timeout=0)]
        assert {"poll_answer"} in kinds
        assert poll.poll and (await bot.stop_poll(family.id, poll.message_id)).options[1].voter_count == 1

    with_bot(fake, scenario)
    assert [message.content.keys() for message in fake.messages(ann.chat)][2] == {"document"}


def test_topics_replies_commands_and_chats(fake: FakeTelegram) -> None:
    ann, forum = fake.user("Ann"), fake.forum()
    topic = ann.opens_topic(forum, "Plans")

    async def scenario(bot: telegram.Bot) -> None:
        await bot.send_message(forum.id, "in the topic", message_thread_id=topic.id)
        assert fake.messages(forum)[0].topic == topic.id
        for number in (1, 999):
            with pytest.raises(BadRequest, match="[Mm]essage thread not found"):
                await bot.send_message(forum.id, "General has no number", message_thread_id=number)
        made = await bot.create_forum_topic(forum.id, "Mine")
        assert made.message_thread_id in forum.topics
        question = ann.writes(ann.chat, "what is red?")
        await bot.send_message(ann.id, "apples", reply_parameters=ReplyParameters(question.id, quote="red"))
        assert fake.messages(ann.chat)[0].quote == "red"
        await bot.send_message(ann.id, "?", reply_parameters=ReplyParameters(7, allow_sending_without_reply=True))
        await bot.set_my_commands([("status", "How it is"), ("model", "Which model")])
        assert [command.command for command in await bot.get_my_commands()] == ["status", "model"]
        assert (await bot.get_chat(forum.id)).is_forum
        assert (await bot.get_chat_member(forum.id, ann.id)).status == "member"

    with_bot(fake, scenario)
    assert len(refused(fake)) == 2, "the two topics that are none"


# Requests that go bad


def polls_on(fake: FakeTelegram, fault: Any) -> None:
    """The next poll meets a fault, and no message is lost or answered twice."""
    ann = fake.user("Ann")

    async def scenario(_: asyncio.Queue[Update]) -> None:
        await asyncio.to_thread(fake.wait_for_poll)
        fake.fail("getUpdates", fault)
        for n in range(3):
            ann.writes(ann.chat, f"message #q{n}")
        await until(fake, "three answers", lambda: len(fake.messages(ann.chat)) == 3)

    echoing(fake, scenario)
    fake.ledger.assert_exactly_once()


@pytest.mark.parametrize(
    "fault", [CutBefore(), DoneThenCut(), DoneThenError(502), Refuse(500), ByteByByte(), Late(0.2)], ids=repr
)
def test_a_poll_that_fails_loses_nothing(fake: FakeTelegram, fault: Any) -> None:
    polls_on(fake, fault)


def test_a_restart_of_the_server_loses_nothing(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")

    async def scenario(_: asyncio.Queue[Update]) -> None:
        await asyncio.to_thread(fake.wait_for_poll)
        await asyncio.to_thread(fake.restart)
        ann.writes(ann.chat, "after #q1")
        await until(fake, "an answer", lambda: fake.messages(ann.chat))

    echoing(fake, scenario)
    fake.ledger.assert_exactly_once()


@pytest.mark.parametrize(
    ("fault", "posted"),
    [(DoneThenError(502), 1), (DoneThenError(500), 1), (DoneThenCut(), 1), (CutBefore(), 0), (Refuse(500), 0)],
    ids=repr,
)
def test_an_answer_that_is_lost_tells_nothing_about_the_message(fake: FakeTelegram, fault: Any, posted: int) -> None:
    ann = fake.user("Ann")
    ann.writes(ann.chat, "ask #q1")
    fake.fail("sendMessage", fault)

    async def scenario(bot: telegram.Bot) -> None:
        with pytest.raises(TelegramError):
            await bot.send_message(ann.id, "answer #q1")
        assert len(fake.messages(ann.chat)) == posted
        await bot.send_message(ann.id, "answer #q1")

    with_bot(fake, scenario)
    assert (len(fake.ledger.excused), fake.ledger.duplicates) == (posted, [])


def test_a_repeat_after_a_good_answer_is_a_duplicate(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    ann.writes(ann.chat, "ask #q1 and #q2")

    async def scenario(bot: telegram.Bot) -> None:
        for _ in range(2):
            await bot.send_message(ann.id, "answer #q1")

    with_bot(fake, scenario)
    assert (fake.ledger.duplicates, fake.ledger.losses, fake.ledger.excused) == (["#q1"], ["#q2"], [])


def test_a_client_that_honours_429_posts_everything(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(429, 1))

    async def run() -> None:
        application = builder(fake).rate_limiter(AIORateLimiter(max_retries=3)).build()
        async with application.bot as bot:
            await bot.send_message(ann.id, "at last")

    asyncio.run(run())
    assert (len(fake.messages(ann.chat)), fake.server.limited) == (1, 1)


def test_floods_are_limited_when_told(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    fake.world.flood.enabled = True

    async def scenario(bot: telegram.Bot) -> None:
        with pytest.raises(RetryAfter) as caught:
            for n in range(5):
                await bot.send_message(ann.id, str(n))
        seconds = int(caught.value.message.split()[-2])
        assert 1 <= seconds <= 3
        fake.clock.skip(seconds)
        await bot.send_message(ann.id, "later")

    with_bot(fake, scenario)
    assert [message.text for message in fake.messages(ann.chat)] == ["0", "1", "2", "later"]


def test_blocked_kicked_moved_and_unknown_chats_have_their_errors(fake: FakeTelegram) -> None:
    ann, group, family = fake.user("Ann"), fake.basic_group(), fake.group()

    async def scenario(bot: telegram.Bot) -> None:
        ann.blocks_the_bot()
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(ann.id, "x")
        ann.kicks_the_bot(family)
        with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
            await bot.send_message(family.id, "x")
        moved = fake.migrate(group)
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(group.id, "x")
        assert caught.value.new_chat_id == moved.id
        await bot.send_message(moved.id, "here now")
        assert not fake.violations, "none of this is the bot's fault"
        with pytest.raises(BadRequest, match="[Cc]hat not found"):
            await bot.send_message(4, "x")

    with_bot(fake, scenario)
    assert len(refused(fake)) == 1


def test_two_pollers_conflict_and_the_later_one_goes_on(fake: FakeTelegram) -> None:
    async def scenario(bot: telegram.Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.to_thread(fake.wait_for_poll)
        second = asyncio.create_task(bot.get_updates(timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        fake.user("Ann").writes(fake.user("Ann").chat, "hi")
        assert len(await second) == 1
        await bot.set_webhook("https://claw.example/hook")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()

    with_bot(fake, scenario)
    assert fake.world.updates.conflicts == 2


def test_an_offset_forgets_what_was_before_it(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    for n in range(5):
        ann.writes(ann.chat, str(n))

    async def scenario(bot: telegram.Bot) -> None:
        async def texts(**options: Any) -> list[str]:
            fake.clock.skip(5)
            updates = await bot.get_updates(timeout=0, **options)
            return [str(update.message.text) for update in updates if update.message]

        first = (await bot.get_updates(limit=1))[0].update_id
        assert await texts(limit=2) == ["0", "1"], "not confirmed yet"
        assert await texts(offset=first + 2) == ["2", "3", "4"]
        assert await texts() == ["2", "3", "4"], "confirmed for good"
        assert await texts(offset=-1) == ["4"]
        assert await texts(allowed_updates=["callback_query"]) == ["4"]
        ann.writes(ann.chat, "not asked for")
        assert await texts() == ["4"]

    with_bot(fake, scenario)


# Webhook


@contextlib.contextmanager
def listener(answers: list[tuple[int, bytes]]) -> Iterator[tuple[str, list[tuple[str | None, Any]]]]:
    """An HTTP server that notes secret and body of each request, and answers as told, then with 200."""
    heard: list[tuple[str | None, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
            status, answer = answers.pop(0) if answers else (200, b"")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


def test_a_webhook_gets_each_update_with_its_secret_until_it_accepts(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    reply = json.dumps({"method": "sendMessage", "chat_id": ann.id, "text": "by answer"}).encode()
    with listener([(500, b""), (503, b""), (200, reply)]) as (address, heard):
        fake.serve_webhook("https://claw.example", address)

        async def scenario(bot: telegram.Bot) -> None:
            await bot.set_webhook("https://claw.example/hook", secret_token="s3cret", max_connections=2)
            ann.writes(ann.chat, "one")
            await until(fake, "an answer", lambda: fake.messages(ann.chat))
            info = await bot.get_webhook_info()
            assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
            ann.writes(ann.chat, "two")
            await until(fake, "an empty queue", lambda: not fake.world.updates.waiting)
            await bot.delete_webhook()

        with_bot(fake, scenario)
    assert {secret for secret, _ in heard} == {"s3cret"}
    assert [body["message"]["text"] for _, body in heard] == ["one", "one", "one", "two"]
    assert len({body["update_id"] for _, body in heard}) == 2
