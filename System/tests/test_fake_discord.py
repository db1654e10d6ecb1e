"""The fake Discord is judged by discord.py, a client that works against the real one, and by what the real one refuses."""

from __future__ import annotations

import asyncio
import datetime
import io
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from fakes.discord import FORUM, FakeDiscord, Interaction, Upload
from fakes.faults import ByteByByte, CutBefore, DoneThenCut, DoneThenError, Late, Refuse

QUIET_SECONDS = 0.2
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
POST = "POST /channels/{channel}/messages"
Scenario = Callable[["Bot"], Awaitable[None]]


class Bot(discord.Client):
    """Answers every message with `echo`, and keeps what it was told."""

    def __init__(self, **options: Any) -> None:
        intents = options.pop("intents", None) or discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.is_ready_now, self.was_resumed = asyncio.Event(), asyncio.Event()
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.echoes = True
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="status", description="Says how it is.")(status)
        self.tree.command(name="model", description="Chooses a model.")(model)

    async def on_ready(self) -> None:
        self.is_ready_now.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Does not wait the five seconds that discord.py leaves between two identifies."""

    async def on_resumed(self) -> None:
        self.was_resumed.set()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.put_nowait(message)
        if self.echoes:
            await message.channel.send(f"echo {message.content}", nonce=str(message.id), reference=message)

    async def on_message_edit(self, _: discord.Message, after: discord.Message) -> None:
        if after.author != self.user:
            self.heard.put_nowait(after)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.heard.put_nowait(event)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.heard.put_nowait(event)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.heard.put_nowait(thread)

    async def next(self) -> Any:
        return await asyncio.wait_for(self.heard.get(), 10)


async def status(interaction: discord.Interaction, what: str = "all") -> None:
    await interaction.response.defer()
    await interaction.followup.send(f"{what} is fine")


async def model(interaction: discord.Interaction, name: str) -> None:
    await interaction.response.send_message(f"now {name}", ephemeral=True, view=Choice())


async def offer(interaction: discord.Interaction, so_far: str) -> list[app_commands.Choice[str]]:
    names = ["opus", "sonnet"]
    return [app_commands.Choice(name=name, value=name) for name in names if name.startswith(so_far)]


model = app_commands.autocomplete(name=offer)(model)


class Choice(discord.ui.View):
    @discord.ui.button(label="Approve", style=discord.ButtonStyle.success)
    async def approve(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="approved", view=None)


@pytest.fixture
def fake() -> Iterator[FakeDiscord]:
    with FakeDiscord() as fake:
        fake.rest.buckets.pace = 0.1
        fake.channel("general")
        yield fake


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
        question = ann.writes(general, "hello #q1", attachments=[Upload("a.txt", b"hej")])
        heard = await bot.next()
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


# What Discord refuses


def ask(fake: FakeDiscord, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    sent = {"User-Agent": "DiscordBot (https://example.org, 1.0)", "Authorization": f"Bot {fake.token}"} | headers

    async def request() -> tuple[int, Any, dict[str, str]]:
        async with aiohttp.ClientSession() as session:
            async with session.request(method, fake.url + path, json=body, headers=sent) as response:
                is_json = response.content_type == "application/json"
                found = await response.json() if is_json else await response.text()
                return response.status, found, {key.lower(): value for key, value in response.headers.items()}

    return asyncio.run(request())


def refused(fake: FakeDiscord) -> list[str]:
    found, fake.violations = fake.violations[:], []
    return found


def leaves(errors: Any) -> list[str]:
    if isinstance(errors, dict) and "_errors" in errors:
        return [error["code"] for error in errors["_errors"]]
    return [code for value in errors.values() for code in leaves(value)] if isinstance(errors, dict) else []


BUTTON = {"type": 2, "style": 1, "label": "b", "custom_id": "x"}
COMMAND = {"name": "status", "description": "d"}
BAD_MESSAGES: list[tuple[str, dict[str, Any], int, int, str | None]] = [
    ("empty", {}, 400, 50006, None),
    ("only spaces", {"content": " \n"}, 400, 50006, None),
    ("too long", {"content": "x" * 2001}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
    ("long nonce", {"content": "x", "nonce": "n" * 26}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
    ("embed title", {"embeds": [{"title": "x" * 257}]}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
    ("embeds together", {"embeds": [{"description": "x" * 4000}] * 2}, 400, 50035, "MAX_EMBED_SIZE_EXCEEDED"),
    ("eleven embeds", {"embeds": [{"title": "x"}] * 11}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
    ("embed field", {"embeds": [{"fields": [{"name": "x"}]}]}, 400, 50035, "BASE_TYPE_REQUIRED"),
    ("six rows", {"components": [{"type": 1, "components": [BUTTON]}] * 6}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
    ("bare button", {"components": [BUTTON]}, 400, 50035, "BASE_TYPE_CHOICES"),
    (
        "same id",
        {"components": [{"type": 1, "components": [BUTTON, BUTTON]}]},
        400,
        50035,
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    (
        "long id",
        {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "x" * 101}]}]},
        400,
        50035,
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        "text beside layout",
        {"flags": 32768, "content": "x"},
        400,
        50035,
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        "unknown reply",
        {"content": "x", "message_reference": {"message_id": "1"}},
        400,
        50035,
        "REPLIES_UNKNOWN_MESSAGE",
    ),
    (
        "mentions both ways",
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        400,
        50035,
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ("unknown mention kind", {"content": "x", "allowed_mentions": {"parse": ["all"]}}, 400, 50035, "BASE_TYPE_CHOICES"),
    ("poll without answers", {"poll": {"question": {"text": "?"}, "answers": []}}, 400, 50035, "BASE_TYPE_BAD_LENGTH"),
    ("file that is not there", {"content": "x", "attachments": [{"id": 0}]}, 400, 50035, "ATTACHMENT_NOT_FOUND"),
    ("four stickers", {"sticker_ids": ["1"] * 4}, 400, 50035, "BASE_TYPE_MAX_LENGTH"),
]


@pytest.mark.parametrize("case", BAD_MESSAGES, ids=lambda case: case[0])
def test_a_bad_message_is_refused_with_discords_own_code(fake: FakeDiscord, case: Any) -> None:
    _, body, status, code, leaf = case
    found, answer, _ = ask(fake, "POST", f"/channels/{fake.channel('general').id}/messages", body)
    assert (found, answer["code"]) == (status, code), answer
    assert leaf is None or leaf in leaves(answer["errors"]), answer
    assert refused(fake) and not fake.messages(fake.channel("general"))


BAD_REQUESTS: list[tuple[str, str, str, Any, dict[str, str], int, int]] = [
    ("wrong token", "GET", "/users/@me", None, {"Authorization": "Bot x"}, 401, 0),
    ("token without Bot", "GET", "/users/@me", None, {"Authorization": "x"}, 401, 0),
    ("a browser's name", "GET", "/users/@me", None, {"User-Agent": "Mozilla/5.0"}, 403, 40333),
    ("no such path", "GET", "/nothing", None, {}, 404, 0),
    ("no such method", "PUT", "/users/@me/channels", None, {}, 405, 0),
    ("no such channel", "GET", "/channels/1", None, {}, 404, 10003),
    ("a name for an id", "GET", "/channels/general", None, {}, 400, 50035),
    ("no such message", "DELETE", "/channels/{general}/messages/1", None, {}, 404, 10008),
    ("two marks", "GET", "/channels/{general}/messages?before=1&after=2", None, {}, 400, 50035),
    ("limit 101", "GET", "/channels/{general}/messages?limit=101", None, {}, 400, 50035),
    ("no recipient", "POST", "/users/@me/channels", {}, {}, 400, 50035),
    ("unknown recipient", "POST", "/users/@me/channels", {"recipient_id": "1"}, {}, 404, 10013),
    ("unknown interaction", "POST", "/interactions/1/x/callback", {"type": 5}, {}, 404, 10062),
    ("unknown webhook", "POST", "/webhooks/1/x", {"content": "x"}, {}, 404, 10015),
    (
        "101 commands",
        "PUT",
        "/applications/{app}/commands",
        [COMMAND | {"name": f"c{n}"} for n in range(101)],
        {},
        400,
        30032,
    ),
    ("the same name", "PUT", "/applications/{app}/commands", [COMMAND] * 2, {}, 400, 50035),
    ("capitals", "POST", "/applications/{app}/commands", COMMAND | {"name": "Status"}, {}, 400, 50035),
    ("a space", "POST", "/applications/{app}/commands", COMMAND | {"name": "a b"}, {}, 400, 50035),
    ("no description", "POST", "/applications/{app}/commands", {"name": "status"}, {}, 400, 50035),
    ("long description", "POST", "/applications/{app}/commands", COMMAND | {"description": "x" * 101}, {}, 400, 50035),
    (
        "required last",
        "POST",
        "/applications/{app}/commands",
        COMMAND
        | {
            "options": [
                {"type": 3, "name": "a", "description": "d"},
                {"type": 3, "name": "b", "description": "d", "required": True},
            ]
        },
        {},
        400,
        50035,
    ),
    ("someone else's application", "GET", "/applications/1/commands", None, {}, 403, 20012),
    ("thread without a name", "POST", "/channels/{general}/threads", {"type": 11}, {}, 400, 50035),
    ("no emoji", "PUT", "/channels/{general}/messages/{message}/reactions/thumbsup/@me", None, {}, 400, 10014),
    ("another's message", "PATCH", "/channels/{general}/messages/{message}", {"content": "x"}, {}, 403, 50005),
]


@pytest.mark.parametrize("case", BAD_REQUESTS, ids=lambda case: case[0])
def test_a_bad_request_is_refused(fake: FakeDiscord, case: Any) -> None:
    _, method, path, body, headers, status, code = case
    general = fake.channel("general")
    message = fake.user("Ann").writes(general, "x")
    places = {"general": general.id, "app": fake.world.application_id, "message": message.id}
    found, answer, _ = ask(fake, method, path.format(**places), body, **headers)
    assert (found, answer["code"]) == (status, code), answer
    assert refused(fake)


def test_a_key_that_means_nothing_is_a_violation_though_discord_ignores_it(fake: FakeDiscord) -> None:
    status, _, _ = ask(fake, "POST", f"/channels/{fake.channel('general').id}/messages", {"content": "x", "nonse": "1"})
    assert status == 200
    assert "'nonse'" in refused(fake)[0]


@pytest.mark.parametrize("body", [{"content": "x", "allowed_mentions": {"users": ["Ann"]}}, ["x"], {"embeds": "x"}])
def test_a_body_of_the_wrong_shape_is_refused(fake: FakeDiscord, body: Any) -> None:
    assert ask(fake, "POST", f"/channels/{fake.channel('general').id}/messages", body)[0] == 400
    assert refused(fake)


def test_a_taken_right_or_a_deleted_message_is_no_fault_of_the_client(fake: FakeDiscord) -> None:
    general = fake.channel("general")
    message = fake.user("Ann").writes(general, "x")
    fake.user("Ann").deletes(message)
    body = {"content": "y", "message_reference": {"message_id": str(message.id)}}
    assert ask(fake, "POST", f"/channels/{general.id}/messages", body)[0] == 400
    general.lacks.add("SEND_MESSAGES")
    assert ask(fake, "POST", f"/channels/{general.id}/messages", {"content": "x"})[1]["code"] == 50013
    general.lacks.add("VIEW_CHANNEL")
    assert ask(fake, "GET", f"/channels/{general.id}/messages")[1]["code"] == 50001
    fake.user("Ann").user.refuses_dms = True
    direct = fake.direct(fake.user("Ann"))
    assert ask(fake, "POST", f"/channels/{direct.id}/messages", {"content": "x"})[1]["code"] == 50007


def test_a_nonce_is_unique_for_five_minutes(fake: FakeDiscord) -> None:
    general = fake.channel("general")
    body = {"content": "x", "nonce": "7", "enforce_nonce": True}
    ids = [ask(fake, "POST", f"/channels/{general.id}/messages", body)[1]["id"] for _ in range(2)]
    assert ids[0] == ids[1] and len(fake.messages(general)) == 1
    fake.clock.skip(301)
    assert ask(fake, "POST", f"/channels/{general.id}/messages", body)[1]["id"] != ids[0]


def test_a_bucket_that_is_empty_answers_429_and_a_hasty_repeat_is_a_violation(fake: FakeDiscord) -> None:
    fake.rest.buckets.pace = 1.0
    path = f"/channels/{fake.channel('general').id}/messages"
    answers = [ask(fake, "POST", path, {"content": str(n)}) for n in range(6)]
    assert [status for status, _, _ in answers] == [200] * 5 + [429]
    left = [int(headers["x-ratelimit-remaining"]) for _, _, headers in answers]
    assert left == [4, 3, 2, 1, 0, 0]
    _, body, headers = answers[-1]
    assert body["global"] is False and 0 < body["retry_after"] <= 5
    assert headers["x-ratelimit-scope"] == "user" and int(headers["retry-after"]) >= 1
    assert len({headers["x-ratelimit-bucket"] for _, _, headers in answers}) == 1
    other = fake.channel("other")
    assert ask(fake, "POST", f"/channels/{other.id}/messages", {"content": "x"})[0] == 200, "another channel"
    assert not fake.violations
    threading.Event().wait(0.3)  # longer than a request can be on its way
    assert ask(fake, "POST", path, {"content": "again"})[0] == 429
    assert "before Retry-After" in refused(fake)[0]


def test_fifty_requests_a_second_and_then_the_global_limit(fake: FakeDiscord) -> None:
    fake.rest.buckets.global_requests = 3
    fake.rest.buckets.pace = 1.0
    answers = [ask(fake, "GET", "/users/@me") for _ in range(4)]
    status, body, headers = answers[-1]
    assert (status, body["global"], headers["x-ratelimit-global"]) == (429, True, "true")
    assert "x-ratelimit-bucket" not in headers
    assert ask(fake, "GET", "/gateway", Authorization="")[0] == 200, "what needs no token does not count"


def test_too_many_invalid_requests_end_in_a_ban_without_json(fake: FakeDiscord) -> None:
    fake.rest.invalid_request_limit = 3
    for _ in range(3):
        ask(fake, "GET", "/users/@me", Authorization="Bot wrong")
    status, body, _ = ask(fake, "GET", "/users/@me")
    assert (status, body) == (429, "error code: 1015")
    fake.clock.skip(601)
    assert ask(fake, "GET", "/users/@me")[0] == 200
    refused(fake)


def test_an_interaction_must_be_answered_in_three_seconds_and_ends_after_fifteen_minutes(fake: FakeDiscord) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    app = fake.world.application_id
    ask(fake, "POST", f"/applications/{app}/commands", COMMAND)

    def answer(run: Interaction, body: Any) -> tuple[int, Any]:
        return ask(fake, "POST", f"/interactions/{run.id}/{run.token}/callback", body)[:2]

    late = ann.runs("/status", general)
    fake.clock.skip(3.1)
    assert late.failed(fake.clock.now())
    assert answer(late, {"type": 5})[1]["code"] == 10062
    run = ann.runs("/status", general)
    assert answer(run, {"type": 7, "data": {"content": "x"}})[0] == 400, "there is no message to update"
    assert answer(run, {"type": 5})[0] == 204
    assert answer(run, {"type": 5})[1]["code"] == 40060
    original = f"/webhooks/{app}/{run.token}/messages/@original"
    assert ask(fake, "PATCH", original, {"content": "done"})[1]["content"] == "done"
    fake.clock.skip(901)
    assert ask(fake, "PATCH", original, {"content": "later"})[1]["code"] == 50027
    assert len(refused(fake)) == 4


def test_files_beyond_ten_mebibytes_are_too_large(fake: FakeDiscord) -> None:
    async def upload() -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("files[0]", io.BytesIO(bytes(10 * 1024 * 1024 + 1)), filename="big.bin")
        headers = {"User-Agent": "DiscordBot (https://example.org, 1.0)", "Authorization": f"Bot {fake.token}"}
        path = f"{fake.url}/channels/{fake.channel('general').id}/messages"
        async with aiohttp.ClientSession() as session, session.post(path, data=form, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    status, answer = asyncio.run(upload())
    assert (status, answer["code"]) == (413, 40005)
    refused(fake)


def test_roles_and_channels_can_be_made_and_given(fake: FakeDiscord) -> None:
    guild, ann, role = fake.guild(), fake.user("Ann"), fake.role("helper")
    assert ask(fake, "POST", f"/guilds/{guild.id}/channels", {"name": "New Place"})[1]["name"] == "new-place"
    path = f"/guilds/{guild.id}/members/{ann.id}"
    assert ask(fake, "PUT", f"{path}/roles/{role.id}")[0] == 204
    assert ask(fake, "GET", path)[1]["roles"] == [str(role.id)]
    assert ask(fake, "DELETE", f"{path}/roles/{role.id}")[0] == 204
    assert ask(fake, "GET", path)[1]["roles"] == []


def test_search_finds_and_may_ask_to_come_back(fake: FakeDiscord) -> None:
    guild, general, ann = fake.guild(), fake.channel("general"), fake.user("Ann")
    for text in ("red apples", "green apples", "pears"):
        ann.writes(general, text)
    path = f"/guilds/{guild.id}/messages/search?content=apples"
    found = ask(fake, "GET", path)[1]
    assert [hit[0]["content"] for hit in found["messages"]] == ["green apples", "red apples"]
    fake.world.index_missing = 1
    assert ask(fake, "GET", path)[0] == 202


# The gateway's own rules


def converse(
    fake: FakeDiscord, payloads: list[Any], query: str = "v=10&encoding=json", root: str = "", leave_with: int = 1000
) -> tuple[int | None, list[Any]]:
    """Sends payloads; returns how the gateway closed, and what it said until it was quiet for a moment."""

    async def talk() -> tuple[int | None, list[Any]]:
        said = []
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{root or fake.gateway_url}/?{query}") as ws:
                for payload in payloads:
                    await (ws.send_str(payload) if isinstance(payload, str) else ws.send_json(payload))
                while True:
                    try:
                        message = await ws.receive(timeout=QUIET_SECONDS)
                    except TimeoutError:
                        await ws.close(code=leave_with)
                        return None, said
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return ws.close_code, said
                    said.append(message.json())

    return asyncio.run(talk())


def identify(fake: FakeDiscord, **more: Any) -> dict[str, Any]:
    data = {"token": fake.token, "intents": 37377, "properties": {"os": "linux", "browser": "x", "device": "x"}}
    return {"op": 2, "d": data | more}


BEAT = {"op": 1, "d": None}


@pytest.mark.parametrize(
    ("code", "payloads"),
    [
        (4001, lambda fake: [identify(fake), {"op": 99, "d": {}}]),
        (4002, lambda fake: ["{not json"]),
        (4002, lambda fake: [{"op": 1, "d": None, "more": "x" * 4096}]),
        (4003, lambda fake: [{"op": 3, "d": {}}]),
        (4004, lambda fake: [identify(fake, token="wrong")]),
        (4005, lambda fake: [identify(fake), identify(fake)]),
        (4008, lambda fake: [BEAT] * 121),
        (4010, lambda fake: [identify(fake, shard=[2, 2])]),
        (4013, lambda fake: [identify(fake, intents=1 << 30)]),
        (4014, lambda fake: [identify(fake, intents=1 << 15)]),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_a_mistake_on_the_gateway_has_its_close_code(fake: FakeDiscord, code: int, payloads: Any) -> None:
    if code == 4014:
        fake.world.enabled_intents = 0
    assert converse(fake, payloads(fake))[0] == code
    assert fake.gateway.closes[code] == 1 and refused(fake)


def test_other_versions_are_not_spoken_and_shards_can_be_demanded(fake: FakeDiscord) -> None:
    assert converse(fake, [], "v=3&encoding=json")[0] == 4012
    fake.gateway.minimum_shards = 2
    assert converse(fake, [identify(fake)])[0] == 4011
    refused(fake)


def test_how_a_client_leaves_decides_whether_it_can_resume(fake: FakeDiscord) -> None:
    root = fake.gateway.resume_address

    def session(leave_with: int) -> str:
        fake.clock.skip(5.1)
        _, said = converse(fake, [identify(fake)], leave_with=leave_with)
        ready = next(payload["d"] for payload in said if payload.get("t") == "READY")
        assert ready["resume_gateway_url"] == root != fake.gateway_url
        return ready["session_id"]

    def resume(identity: str, sequence: int, at: str = root, leave_with: int = 4000) -> tuple[int | None, list[Any]]:
        data = {"token": fake.token, "session_id": identity, "seq": sequence}
        return converse(fake, [{"op": 6, "d": data}], root=at, leave_with=leave_with)

    ended = session(1000)
    fake.wait_until("the session's end", lambda: ended not in fake.gateway.sessions)
    assert {"op": 9, "d": False} in resume(ended, 1)[1]
    kept = session(4000)
    fake.user("Ann").writes(fake.channel("general"), "missed")
    assert [payload.get("t") for payload in resume(kept, 2)[1]][1:] == ["MESSAGE_CREATE", "RESUMED"]
    assert resume(kept, 1000)[0] == 4007
    assert any("4007" in complaint for complaint in refused(fake))
    resume(kept, 2, at=fake.gateway_url)
    assert "instead of resume_gateway_url" in refused(fake)[0]
    fake.wait_until("the end of the connection", lambda: fake.gateway.sessions[kept].socket is None)
    fake.clock.skip(121)
    assert {"op": 9, "d": False} in resume(kept, 2)[1], "too late"


def test_a_second_identify_within_five_seconds_is_turned_away(fake: FakeDiscord) -> None:
    first, second = converse(fake, [identify(fake)])[1], converse(fake, [identify(fake)])[1]
    assert "READY" in [payload.get("t") for payload in first]
    assert {"op": 9, "d": False} in second
    fake.clock.skip(5.1)
    assert "READY" in [payload.get("t") for payload in converse(fake, [identify(fake)])[1]]


def test_without_the_content_intent_only_what_concerns_the_bot_has_text(fake: FakeDiscord) -> None:
    general, ann = fake.channel("general"), fake.user("Ann")
    seen: list[str] = []

    async def listen() -> None:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{fake.gateway_url}/?v=10&encoding=json") as ws:
                await ws.send_json(identify(fake, intents=1 << 9 | 1 << 12))
                await asyncio.to_thread(fake.wait_until_connected)
                for place, text in ((general, "secret"), (general, f"hi {fake.mention}"), (fake.direct(ann), "dm")):
                    ann.writes(place, text)
                while len(seen) < 3:
                    payload = await ws.receive_json(timeout=5)
                    if payload.get("t") == "MESSAGE_CREATE":
                        seen.append(payload["d"]["content"])

    asyncio.run(listen())
    assert seen == ["", f"hi {fake.mention}", "dm"]


def test_a_client_that_stops_beating_is_disconnected(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat_seconds = fake.gateway.late_heartbeat_seconds = 0.05
    assert converse(fake, [identify(fake)])[0] == 4009
    refused(fake)
