"""The fake Discord is judged by discord.py: it must log in, hear, answer, and survive what goes wrong."""

from __future__ import annotations

import asyncio
import datetime
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from fakes.discord import FORUM, FakeDiscord, Upload
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Late, Refuse
from harness.discord_bot import Bot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
POST = "POST /channels/{channel}/messages"
Scenario = Callable[[Bot], Awaitable[None]]


@pytest.fixture
def play(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a scenario with a connected bot."""
    monkeypatch.setattr(Route, "BASE", fake.url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))

    @asynccontextmanager
    async def connected(**options: Any) -> AsyncIterator[Bot]:
        bot = Bot(**options)
        running = asyncio.create_task(bot.start(fake.token))
        waiting = asyncio.create_task(bot.is_ready_now.wait())
        await asyncio.wait([running, waiting], timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert bot.is_ready_now.is_set(), f"not ready; {running}; refused: {fake.violations}"
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)

    def run(scenario: Scenario, **options: Any) -> None:
        async def scene() -> None:
            async with connected(**options) as bot:
                await scenario(bot)

        asyncio.run(scene())

    return run


async def until(fake: FakeDiscord, what: str, probe: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(fake.wait_until, what, probe, 10)


# A client that works against Discord


def test_a_bot_logs_in_hears_and_replies(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")

    async def scenario(bot: Bot) -> None:
        question = ann.writes(general, "hello #q1", attachments=[Upload("my notes å.txt", b"hej")])
        heard = await bot.next()
        assert heard.attachments[0].filename == "my_notes__.txt"
        assert (heard.content, heard.author.display_name, heard.channel.name) == ("hello #q1", "Ann", "general")
        assert await heard.attachments[0].read() == b"hej"
        answer = await until(fake, "an answer", lambda: fake.messages(general))
        assert answer[0].text == "echo hello #q1"
        assert answer[0].replied_to is question and answer[0].mentions == [ann.user]

    play(scenario)
    fake.ledger.assert_exactly_once()


def test_edits_deletes_reactions_uploads_pins_and_history(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general = fake.channel("general")

    async def scenario(bot: Bot) -> None:
        channel = bot.get_channel(general.id)
        assert isinstance(channel, discord.TextChannel)
        sent = await channel.send("one", file=discord.File(io.BytesIO(PNG), "dot.png", description="a dot"))
        assert await sent.attachments[0].read() == PNG and sent.attachments[0].content_type == "image/png"
        async with channel.typing():
            assert len(general.typed_at) == 1
        await sent.edit(content="two", embed=discord.Embed(title="t", description="d"))
        await sent.add_reaction("👍")
        await sent.pin()
        assert [pin.id async for pin in channel.pins()] == [sent.id]
        mine = fake.messages(general)[0]
        assert (mine.text, list(mine.reactions), len(mine.attachments)) == ("two\nt\nd", ["👍"], 1)
        others = [await channel.send(f"number {n}") for n in range(4)]
        after = [message.content async for message in channel.history(after=others[1], limit=10)]
        assert after == ["number 2", "number 3"]
        newest = [message.content async for message in channel.history(limit=2)]
        assert newest == ["number 3", "number 2"]
        await others[0].delete()
        assert others[0].id not in general.messages

    play(scenario)


def test_what_people_do_arrives_as_events(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    forum = fake.channel("ideas", kind=FORUM)

    async def scenario(bot: Bot) -> None:
        bot.echoes = False
        written = ann.writes(general, "first")
        await bot.next()
        ann.edits(written, "second")
        assert (await bot.next()).content == "second"
        ann.reacts(written, "🎉")
        assert (await bot.next()).emoji.name == "🎉"
        ann.deletes(written)
        assert (await bot.next()).message_id == written.id
        ann.opens_post(forum, "An idea", "What about this?")
        thread = await bot.next()
        assert thread.name == "An idea" and thread.parent.name == "ideas"
        assert (await bot.next()).content == "What about this?"
        ann.writes(fake.direct(ann), "psst")
        assert isinstance((await bot.next()).channel, discord.DMChannel)

    play(scenario)


def test_commands_autocomplete_buttons_and_deferred_replies(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")

    async def scenario(bot: Bot) -> None:
        await bot.tree.sync()
        ran = ann.runs("/status", general, what="everything")
        await until(fake, "a followup", lambda: ran.original and ran.original.content)
        assert ran.original and ran.original.content == "everything is fine" and not ran.followups
        typed = ann.completes("/model", general, "name", "op")
        await until(fake, "choices", lambda: typed.choices)
        assert [choice["name"] for choice in typed.choices] == ["opus"]
        chosen = ann.runs("/model", general, name="opus")
        await until(fake, "an answer", lambda: chosen.answered_with)
        assert chosen.original and chosen.original.id not in general.messages, "only Ann sees it"
        clicked = ann.clicks(chosen.original, "Approve")
        await until(fake, "the click's answer", lambda: clicked.answered_with)
        assert chosen.original.content == "approved" and not chosen.original.buttons

    play(scenario)


def test_polls_threads_and_direct_messages_of_the_bot(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    forum = fake.channel("ideas", kind=FORUM)

    async def scenario(bot: Bot) -> None:
        channel, place = bot.get_channel(general.id), bot.get_channel(forum.id)
        assert isinstance(channel, discord.TextChannel) and isinstance(place, discord.ForumChannel)
        question = discord.Poll("Lunch?", duration=datetime.timedelta(hours=1))
        question.add_answer(text="Yes").add_answer(text="No")
        asked = await channel.send(poll=question)
        ann.votes(general.messages[asked.id], 1)
        again = await channel.fetch_message(asked.id)
        assert again.poll and again.poll.answers[0].vote_count == 1
        thread = await asked.create_thread(name="about lunch")
        await thread.send("in the thread")
        post = await place.create_thread(name="Post", content="First")
        assert post.message.content == "First"
        user = await bot.fetch_user(ann.id)
        await user.send("hello you")
        assert [m.text for m in fake.messages(fake.direct(ann))] == ["hello you"]

    play(scenario)


# Connections that go bad


def resumes_after(fake: FakeDiscord, play: Callable[..., None], fault: Callable[[Any], Any], **options: Any) -> None:
    """Writes a message while the connection is bad; it must be heard once, in the same session."""
    general, ann = fake.channel("general"), fake.user("Ann")

    async def scenario(bot: Bot) -> None:
        ann.writes(general, "before #q1")
        await bot.next()
        await asyncio.to_thread(fake.script, fault)
        ann.writes(general, "meanwhile #q2")
        assert (await bot.next()).content == "meanwhile #q2"
        await asyncio.wait_for(bot.was_resumed.wait(), 10)
        await until(fake, "both answers", lambda: len(fake.messages(general)) == 2)

    play(scenario, **options)
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)
    fake.ledger.assert_exactly_once()


@pytest.mark.parametrize(
    "fault",
    [
        lambda gateway: gateway.drop(),
        lambda gateway: gateway.drop(mid_frame=True),
        lambda gateway: gateway.ask_to_reconnect(),
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.close(4000, "Unknown error."),
    ],
    ids=["drop", "drop mid-frame", "op 7", "op 9 resumable", "close 4000"],
)
def test_a_lost_connection_is_resumed_without_loss(
    fake: FakeDiscord, play: Callable[..., None], fault: Callable[[Any], Any]
) -> None:
    resumes_after(fake, play, fault)


def test_a_silent_connection_is_left_and_resumed(fake: FakeDiscord, play: Callable[..., None]) -> None:
    fake.gateway.heartbeat_seconds = 0.2
    resumes_after(fake, play, lambda gateway: gateway.fall_silent(), heartbeat_timeout=0.5)


def test_missed_acks_are_noticed(fake: FakeDiscord, play: Callable[..., None]) -> None:
    fake.gateway.heartbeat_seconds = 0.2

    async def scenario(bot: Bot) -> None:
        await until(fake, "a heartbeat", lambda: fake.gateway.heartbeats > 0)
        await asyncio.to_thread(fake.script, lambda gateway: gateway.withhold_acks(100))
        await asyncio.wait_for(bot.was_resumed.wait(), 10)

    play(scenario, heartbeat_timeout=0.5)


def test_a_session_that_cannot_be_resumed_starts_anew(fake: FakeDiscord, play: Callable[..., None]) -> None:
    fake.gateway.identify_seconds = 0.01

    async def scenario(bot: Bot) -> None:
        bot.is_ready_now.clear()
        await asyncio.to_thread(fake.script, lambda gateway: gateway.invalidate(resumable=False))
        await asyncio.wait_for(bot.is_ready_now.wait(), 15)

    play(scenario)
    assert fake.gateway.identifies == 2


def test_events_repeated_after_a_resume_reach_the_client_twice(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")

    async def scenario(bot: Bot) -> None:
        bot.echoes = False
        ann.writes(general, "once")
        first = await bot.next()
        fake.gateway.repeats_after_resume = 1
        await asyncio.to_thread(fake.script, lambda gateway: gateway.drop())
        assert (await bot.next()).id == first.id

    play(scenario)


def test_the_gateway_in_single_bytes_and_a_restart(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    fake.gateway.one_byte_writes = True

    async def scenario(bot: Bot) -> None:
        ann.writes(general, "grüße 世界 #q1")
        assert (await bot.next()).content == "grüße 世界 #q1"
        await until(fake, "an answer", lambda: fake.messages(general))
        await asyncio.to_thread(fake.restart)
        await asyncio.wait_for(bot.was_resumed.wait(), 15)

    play(scenario)
    fake.ledger.assert_exactly_once()
    assert 0 <= fake.gateway.first_heartbeats[0] < 1


# Requests that go bad


@pytest.mark.parametrize(
    "fault",
    [DoneThenError(502), Late(0.2), ByteByByte(), Refuse(429, 0.2), Refuse(429, 0.2, True)],
    ids=lambda fault: repr(fault),
)
def test_a_bad_answer_leads_to_one_message(fake: FakeDiscord, play: Callable[..., None], fault: Any) -> None:
    general = fake.channel("general")
    fake.fail(POST, fault)

    async def scenario(bot: Bot) -> None:
        channel = bot.get_partial_messageable(general.id)
        await channel.send("only once #q1", nonce="17")

    play(scenario)
    assert [message.text for message in fake.messages(general)] == ["only once #q1"]
    assert not fake.faults.left()


@pytest.mark.parametrize(("fault", "posted"), [(DoneThenCut(), 1), (CutBefore(), 0)], ids=["done", "not done"])
def test_a_cut_connection_tells_nothing(fake: FakeDiscord, play: Callable[..., None], fault: Any, posted: int) -> None:
    general = fake.channel("general")
    fake.fail(POST, fault)

    async def scenario(bot: Bot) -> None:
        with pytest.raises((aiohttp.ClientError, OSError)):
            await bot.get_partial_messageable(general.id).send("?")

    play(scenario)
    assert len(fake.messages(general)) == posted


def test_buckets_are_announced_so_that_a_client_never_hits_them(fake: FakeDiscord, play: Callable[..., None]) -> None:
    general = fake.channel("general")
    fake.clock.header_skew_seconds = 3600

    async def scenario(bot: Bot) -> None:
        channel = bot.get_partial_messageable(general.id)
        await asyncio.gather(*(channel.send(str(n)) for n in range(12)))

    play(scenario)
    assert len(fake.messages(general)) == 12 and fake.rest.limited == 0
