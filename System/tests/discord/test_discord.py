"""The gateway as a bot on Discord: what the page promises, and every way the connection and the requests can fail.

A question carries a mark, and tells the fake model to answer with the same mark: the fake's ledger then knows whether
each was answered once, in place and in order."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat, Hold, Text
from fakes.discord import FakeDiscord
from fakes.discord.channel import FORUM, Channel
from fakes.discord.events import CONTENT
from fakes.discord.gateway import SESSION_SECONDS
from fakes.discord.interaction import DEFERRED
from fakes.discord.message import EPHEMERAL
from fakes.discord.people import Person
from fakes.discord.uploads import Upload
from fakes.faults import CutBefore, DoneThenCut, DoneThenError, Fault, Late, Refuse
from harness import Gateway, connect, eventually
from harness.platforms import DiscordPlatform
from tests.discord.conftest import Connect

POST = "POST /channels/{channel}/messages"
numbers = itertools.count(1)


def ask(person: Person, channel: Channel, text: str = "What time is it?") -> str:
    """Writes a question that is answered with its own mark."""
    mark = f"#q{next(numbers)}"
    person.writes(channel, f"{text} {mark} [[add:It is six. {mark}]]")
    return mark


def wait_until_answered(fake: FakeDiscord, timeout: float = 20) -> None:
    """Until no question is open; then each has exactly one answer."""
    fake.wait_until("an answer to each question", lambda: not fake.ledger.losses, timeout)
    fake.ledger.assert_exactly_once()


def wait_for_identifies(fake: FakeDiscord, number: int, timeout: float = 20) -> None:
    fake.wait_until(f"{number} identifies", lambda: fake.gateway.identifies >= number, timeout)
    fake.wait_until_connected()


def wait_for_resumes(fake: FakeDiscord, number: int = 1, timeout: float = 20) -> None:
    fake.wait_until(f"{number} resumes", lambda: fake.gateway.resumes >= number, timeout)
    fake.wait_until_connected()


# The page


def test_the_block_of_the_page_answers_everything_in_general_and_nothing_else(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    general, other, ann = fake.channel("general"), fake.channel("random"), fake.user("Ann")
    elsewhere = fake.channel("general", fake.guild("Elsewhere"))

    gateway.wait_for_line(r"\[discord\] logged in to discord as claw$")
    ann.writes(other, f"{fake.mention} hello?")
    ann.writes(elsewhere, f"{fake.mention} hello?")
    ask(ann, general)

    wait_until_answered(fake)
    assert fake.messages(other) == [] and fake.messages(elsewhere) == []


def test_a_thread_has_its_channels_rule_and_its_own_conversation(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    thread = ann.starts_thread(general, "Tea")
    other = ann.starts_thread(fake.channel("random"), "Coffee")

    ann.writes(other, "hello?")
    ask(ann, thread)

    wait_until_answered(fake)
    assert fake.messages(other) == []


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_message_a_thread_hangs_on_is_shown_with_its_first_message(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, is_shown: bool
) -> None:
    channel = {} if is_shown else {"includeThreadStarter": False}
    guild = {"requireMention": False, "users": [str(fake.user("Ann").user.id)], "channels": {"general": channel}}
    connect_bot(guilds={str(fake.guild().id): guild})
    ann, mallory, general = fake.user("Ann"), fake.user("Mallory"), fake.channel("general")
    ask(ann, general, "Name a bird. [[add:A heron stands there.]]")
    wait_until_answered(fake)
    mine = fake.messages(general)[-1]
    told = [ann.writes(general, f"{fake.mention} I saw a crane. #q900 [[say:Fine. #q900]]")]
    wait_until_answered(fake)
    told += [mallory.writes(general, "Here is a vulture.")]

    for starter, seen in ((mine, "A heron stands there."), (told[0], "Ann: I saw a crane."), (told[1], "vulture")):
        thread = ann.starts_thread(general, "Birds", starter)
        fake_chat.requests.clear()
        ask(ann, thread, "And where is it now?")
        wait_until_answered(fake)
        ask(ann, thread, "Once more.")
        wait_until_answered(fake)

        first, second = (str(seen.body["messages"][-1]["content"]) for seen in fake_chat.requests)
        assert (seen in first) == (is_shown and starter is not told[1]), "a stranger's words are not passed on"
        assert seen not in second, "the conversation knows it by now"


def test_two_bots_do_not_answer_each_other_for_ever(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot(allowBots=True, botLoopProtection={"maxEventsPerWindow": 2, "cooldownSeconds": 2})
    robot, ann, general = fake.user("Robot", is_bot=True), fake.user("Ann"), fake.channel("general")
    for _ in range(2):
        ask(robot, general)
        wait_until_answered(fake)

    robot.writes(general, "Thank you!")
    eventually("a reason that people can read", lambda: "botLoopProtection" in status(gateway))
    ask(ann, general)
    wait_until_answered(fake)
    time.sleep(2)
    ask(robot, general)

    wait_until_answered(fake)


def test_the_menu_of_all_platforms_can_be_turned_off(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot(more={"commands": {"native": False}})
    ask(fake.user("Ann"), fake.channel("general"))

    wait_until_answered(fake)
    menus = [seen.body for seen in fake.requests if seen.route == "PUT /applications/{application}/commands"]
    assert [menu for menu in menus if menu] == []


def test_a_post_in_a_forum_is_answered_in_its_thread(fake: FakeDiscord, connect_bot: Connect) -> None:
    forum = fake.channel("help", kind=FORUM)
    connect_bot(guilds={str(fake.guild().id): {"requireMention": False, "channels": {"help": {}}}})
    ann = fake.user("Ann")

    thread = ann.opens_post(forum, "A question", "How? #q900 [[say:Like this. #q900]]").channel

    fake.wait_for_message(thread)
    wait_until_answered(fake)


def test_messages_written_while_nobody_was_there_are_not_answered_at_the_first_start(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    ann.writes(general, "Is anybody there?")

    connect_bot()
    ask(ann, general)

    wait_until_answered(fake)
    assert len(fake.messages(general)) == 1


# What is said


def asked(model: FakeOpenAIChat, words: str) -> str:
    """The newest request to the model in which these words are."""
    found = [json.dumps(seen.body, ensure_ascii=False) for seen in model.requests]
    return next((text for text in reversed(found) if words in text), "")


def test_what_is_written_after_a_first_start_that_got_nowhere_is_answered_at_the_next(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    before = ann.writes(general, "Nobody is here yet. [[add:I was not here.]]")
    fake.gateway.refused_identifies = 100
    first = connect_bot(waits=False)
    eventually("a login that is refused", lambda: fake.gateway.identifies)
    ask(ann, general)
    first.kill()
    fake.gateway.refused_identifies = 0

    connect_bot(again=first)

    wait_until_answered(fake)
    assert [message for message in fake.messages(general) if "I was not here" in message.content] == [], before


def test_an_answer_shows_that_it_is_being_written_and_calls_nobody_but_people(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake_chat.script.append(Text(f"@everyone and <@&{fake.role('friends').id}> and <@{ann.id}>"))

    ann.writes(general, "Call all.")

    answer = fake.wait_for_message(general)
    assert not answer.mention_everyone and answer.mention_roles == [] and answer.mentions == [ann.user]
    assert general.typed_at


def test_typing_is_shown_for_as_long_as_the_answer_takes(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    thought = threading.Event()
    fake_chat.script.append(Hold(thought, Text("Yes.")))

    ann.writes(general, f"{fake.mention} think it over.")

    fake.wait_until("it to be shown again", lambda: len(general.typed_at) >= 2, 15)
    thought.set()
    assert 5 < general.typed_at[1] - general.typed_at[0] < 10
    assert fake.wait_for_message(general).content == "Yes."


def test_a_reply_points_at_the_question_when_the_config_wants_it(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot(replyToMode="all")
    general = fake.channel("general")

    question = fake.user("Ann").writes(general, "When? [[say:At six.]]")

    assert fake.wait_for_message(general).replied_to is question


def test_a_question_that_was_deleted_is_answered_all_the_same(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(replyToMode="all")
    ann, general, deleted = fake.user("Ann"), fake.channel("general"), threading.Event()
    fake_chat.script.append(Hold(deleted, Text("At six.")))

    question = ann.writes(general, "When?")
    fake_chat.wait_for_request()
    ann.deletes(question)
    deleted.set()

    assert fake.wait_for_message(general).content == "At six."


def test_people_channels_and_quotes_are_told_by_name(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    first = fake.user("Bob").writes(general, "The tea is cold.")
    fake.wait_for_message(general)

    ann.replies(first, f"{fake.mention} ask <@{fake.user('Bob').id}> in <#{general.id}>")

    fake.wait_for_message(general, 2)
    request = asked(fake_chat, "ask @Bob in #general")
    assert "The tea is cold." in request and "<@" not in request


def test_a_file_is_fetched_without_the_token(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    gateway = connect_bot()
    general = fake.channel("general")

    fake.user("Ann").writes(general, "Read this.", attachments=[Upload("notes.txt", b"the secret is tea")])

    fake.wait_for_message(general)
    assert "notes.txt" in asked(fake_chat, "Read this.")
    files = [path for path in gateway.state.rglob("*notes*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [b"the secret is tea"]


def test_a_reaction_to_an_answer_is_told_with_the_next_message(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    question = ann.writes(general, "Hello")
    answer = fake.wait_for_message(general)

    ann.reacts(answer, "👍")
    ann.reacts(question, "🎉")
    ann.writes(general, "What did I do?")

    fake.wait_for_message(general, 2)
    request = asked(fake_chat, "What did I do?")
    assert "Ann reacted with 👍" in request and "🎉" not in request


def test_a_thread_that_was_put_away_while_nobody_was_here_is_read(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    known = ann.starts_thread(general, "Trip")
    ann.writes(known, "[[say:Well met.]]")
    fake.wait_for_message(known)
    gateway.kill()
    fake.killed()
    fake.on_loop(fake.gateway.forget_sessions)
    new = ann.starts_thread(general, "Later")
    for number, thread in enumerate((known, new)):
        ann.writes(thread, f"Is anybody there? [[say:Yes, {number}.]]")
        thread.archived, thread.archived_at = True, fake.clock.now()

    connect_bot(again=gateway)

    assert fake.wait_for_message(known, 2).content == "Yes, 0."
    assert fake.wait_for_message(new).content == "Yes, 1."


def test_what_is_said_in_such_a_thread_now_comes_after_what_was_said_then(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    gateway.kill()
    fake.killed()
    fake.on_loop(fake.gateway.forget_sessions)
    thread = ann.starts_thread(general, "Trip")
    ann.writes(thread, "First [[say:one]]")
    thread.archived, thread.archived_at = True, fake.clock.now()
    fake.fail("GET /channels/{channel}/threads/archived/public", Refuse(429, retry_after=1.5))

    connect_bot(again=gateway)
    ann.writes(thread, "Second [[say:two]]")

    fake.wait_until("both answers", lambda: len(fake.messages(thread)) == 2)
    assert [message.content for message in fake.messages(thread)] == ["one", "two"]


def test_a_channel_whose_threads_cannot_be_listed_holds_up_nobody(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    thread = ann.starts_thread(general, "Trip")
    for place in (general, thread):
        ann.writes(place, "[[say:Well met.]]")
        fake.wait_for_message(place)
    gateway.kill()
    fake.killed()
    fake.on_loop(fake.gateway.forget_sessions)
    ann.writes(thread, "[[say:One.]]")
    fake.fail("GET /channels/{channel}/threads/archived/public", Refuse(500), times=3)

    connect_bot(again=gateway)
    ann.writes(general, "[[say:Two.]]")
    ann.writes(thread, "[[say:Three.]]")

    assert fake.wait_for_message(general, 2).content == "Two."
    assert [fake.wait_for_message(thread, n).content for n in (2, 3)] == ["One.", "Three."]
    # Its old session is tried once.
    assert (fake.gateway.resumes, fake.gateway.identifies) == (1, 2)


def test_whose_roles_cannot_be_had_at_once_is_not_taken_for_a_stranger(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    ann, general, friends = fake.user("Ann"), fake.channel("general"), fake.role("friends")
    fake.on_loop(lambda: fake.guild().member_roles.setdefault(ann.id, []).append(friends.id))
    rule = {"requireMention": False, "roles": [str(friends.id)]}
    gateway = connect_bot(guilds={str(fake.guild().id): rule})
    ann.writes(general, "[[say:Well met.]]")
    fake.wait_for_message(general)
    gateway.kill()
    fake.killed()
    fake.on_loop(fake.gateway.forget_sessions)
    ann.writes(general, "[[say:Here I am.]]")
    fake.fail("GET /guilds/{guild}/members/{user}", Refuse(503), times=3)

    connect_bot(again=gateway)

    assert fake.wait_for_message(general, 2, 40).content == "Here I am."


def test_what_stands_behind_a_thousand_messages_is_answered_too(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ann.writes(general, "[[say:Well met.]]")
    fake.wait_for_message(general)
    gateway.kill()
    fake.killed()
    fake.on_loop(fake.gateway.forget_sessions)
    other = fake.user("Bob", is_bot=True)
    for number in range(1050):
        other.writes(general, f"Line {number}")
    ann.writes(general, "[[say:Still here.]]")

    connect_bot(again=gateway)

    assert fake.wait_for_message(general, 2, 40).content == "Still here."


def test_all_who_wrote_directly_while_nobody_was_here_are_answered(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot(dmPolicy="open", allowFrom=["*"])
    chats = [(person, fake.direct(person)) for person in (fake.user(f"P{number}") for number in range(60))]
    for person, chat in chats:
        person.writes(chat, "[[say:Well met.]]")
    for _, chat in chats:
        fake.wait_for_message(chat, 1, 40)
    gateway.stop()
    fake.on_loop(fake.gateway.forget_sessions)
    for person, chat in chats:
        person.writes(chat, "[[say:Yes.]]")

    connect_bot(again=gateway)

    for _, chat in chats:
        assert fake.wait_for_message(chat, 2, 40).content == "Yes."


def test_a_page_of_a_wall_before_discord_loses_nothing(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    fake.fail(POST, Refuse(403, page=True), times=2)
    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake, 40)
    assert fake.faults.left() == {}


def runs_too_late(
    command: str, fake: FakeDiscord, connect_bot: Connect, monkeypatch: pytest.MonkeyPatch
) -> tuple[Person, Channel]:
    """Ann runs a command in a channel, and Discord takes the answer only when its time is over."""
    monkeypatch.setattr("fakes.discord.interaction.TOKEN_SECONDS", 1.5)
    ann, general = fake.user("Ann"), fake.channel("general")
    connect_bot(allowFrom=[str(ann.id)])
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    fake.fail("PATCH /webhooks/{webhook}/{token}/messages/@original", Refuse(503), times=3)
    ann.runs(command, general)
    return ann, general


def test_what_was_for_one_person_is_not_shown_to_all(
    fake: FakeDiscord, connect_bot: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, general = runs_too_late("/whoami", fake, connect_bot, monkeypatch)
    assert "Please ask again" in fake.wait_for_message(general, 1, 30).content
    assert str(ann.id) not in "".join(message.content for message in fake.messages(general))
    fake.violations.clear()  # the lifetime was cut


def test_that_an_answer_came_too_late_is_said_once_however_long_it_is(
    fake: FakeDiscord, connect_bot: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, general = runs_too_late("/commands", fake, connect_bot, monkeypatch)
    fake.wait_for_message(general, 1, 30)
    ask(ann, general)

    fake.wait_until("the answer to what came after", lambda: not fake.ledger.losses)
    assert ["Please ask again" in message.content for message in fake.messages(general)] == [True, False]
    fake.violations.clear()  # the lifetime was cut


def test_another_bot_of_the_same_account_has_its_own_menu(
    fake: FakeDiscord, connect_bot: Connect, second_fake: FakeDiscord
) -> None:
    gateway = connect_bot()
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    gateway.stop()
    config = gateway.config
    config["channels"]["discord"] |= {"apiRoot": second_fake.url, "token": second_fake.token}
    gateway.write_config(config)

    connect_bot(again=gateway, token=second_fake.token)

    second_fake.wait_until("its menu", lambda: second_fake.world.commands.get(None))
    assert second_fake.violations == []


@pytest.fixture
def second_fake() -> Iterator[FakeDiscord]:
    """Another bot's Discord."""
    with FakeDiscord(DiscordPlatform.second_token, "Paw") as fake:
        fake.rest.buckets.pace = 0.1
        yield fake


def test_the_same_command_is_answered_each_time(fake: FakeDiscord, connect_bot: Connect) -> None:
    ann = fake.user("Ann")
    connect_bot(allowFrom=[str(ann.id)], slashCommand={"ephemeral": False})
    general = fake.channel("general")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    for fault in (False, True):
        if fault:
            fake.fail("PATCH /webhooks/{webhook}/{token}/messages/@original", Refuse(500))
        ran = fake.wait_for_answer(ann.runs("/whoami", general))
        fake.wait_until("the answer", lambda ran=ran: ran.original and ran.original.content)


@pytest.mark.parametrize("fault", [DoneThenCut(), DoneThenError(502)], ids=["cut", "502"])
def test_a_long_answer_to_a_command_comes_once(fake: FakeDiscord, connect_bot: Connect, fault: Fault) -> None:
    ann = fake.user("Ann")
    connect_bot(allowFrom=[str(ann.id)], slashCommand={"ephemeral": False})
    general = fake.channel("general")
    menu = fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    [new] = [wire for (_, name), wire in menu.items() if name == "new"]
    fake.fail("POST /webhooks/{webhook}/{token}", fault)

    ran = ann.runs("/new", general, **{new["options"][0]["name"]: f"[[say:{' '.join(f'word{n}' for n in range(400))}]]"})

    fake.wait_until("the end", lambda: any("word399" in part.content for part in ran.followups))
    time.sleep(1.5)
    assert [part.content.split()[-1] for part in ran.followups].count("word399") == 1
    assert fake.faults.left() == {}


def test_more_files_than_a_message_holds_are_sent_in_several(
    fake: FakeDiscord, connect_bot: Connect, tmp_path: Path
) -> None:
    gateway = connect_bot()
    files = [tmp_path / f"{number}.txt" for number in range(12)]
    for file in files:
        file.write_text(file.name)
    media = [word for file in files for word in ("--media", str(file))]
    target = ["--channel", "discord", "--target", f"channel:{fake.channel('general').id}"]

    sent = gateway.command("message", "send", *target, "-m", "All of them", *media)

    assert sent.code == 0, sent.text
    first, second = fake.messages(fake.channel("general"))
    names = [attachment["filename"] for message in (first, second) for attachment in message.attachments]
    assert (first.content, second.content) == ("All of them", "") and names == [file.name for file in files]


def test_who_reacts_is_known_by_name_also_where_discord_says_only_a_number(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(dmPolicy="allowlist", allowFrom=["ann"])
    ann = fake.user("Ann")
    direct = fake.direct(ann)
    ann.writes(direct, "Hello")
    answer = fake.wait_for_message(direct)

    ann.reacts(answer, "👍")
    ann.writes(direct, "What did I do?")

    fake.wait_for_message(direct, 2)
    assert "Ann reacted with 👍" in asked(fake_chat, "What did I do?")


def test_what_nobody_asked_the_bot_is_shown_with_what_somebody_did(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot(guilds={str(fake.guild().id): {"channels": {"general": {}}}})
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.user("Bob").writes(general, "The tea is at six.")
    ann.writes(general, f"{fake.mention} when is it?")

    fake.wait_for_message(general)
    assert "The tea is at six." in asked(fake_chat, "when is it?")
    assert len(fake_chat.requests) == 1


def test_a_stranger_who_writes_directly_gets_a_code_and_no_answer(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    direct = fake.direct(ann)

    ann.writes(direct, "Hello?")
    invitation = fake.wait_for_message(direct).content
    ask(ann, general)

    wait_until_answered(fake)
    assert re.search(r"\b[A-HJ-NP-Z2-9]{8}\b", invitation) and str(ann.id) in invitation
    assert not asked(fake_chat, "Hello?")


# The connection


def test_a_heartbeat_that_is_not_acknowledged_ends_the_connection_and_not_the_session(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.gateway.heartbeat_seconds = 0.4
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.script(lambda gateway: gateway.withhold_acks(2))
    wait_for_resumes(fake)
    ask(ann, general)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 1


def test_a_connection_that_says_nothing_more_is_noticed_and_what_was_missed_is_told_again(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.gateway.heartbeat_seconds = 0.4
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.script(lambda gateway: gateway.fall_silent())
    ask(ann, general)
    ask(ann, general)

    wait_for_resumes(fake)
    wait_until_answered(fake)
    assert fake.gateway.identifies == 1


def test_a_session_that_is_lost_while_its_connection_stays_open_is_noticed_and_what_was_missed_is_read(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    fake.gateway.heartbeat_seconds, fake.gateway.most_sends = 0.1, 1000
    connect_bot(dm={"policy": "open", "allowFrom": ["*"]})
    ann, general = fake.user("Ann"), fake.channel("general")
    places = (fake.direct(ann), general, ann.starts_thread(general, "Nothing said yet"))
    for place in places[:2]:
        ask(ann, place)
    wait_until_answered(fake)

    fake.on_loop(fake.gateway.forget_sessions)
    for place in places:
        ask(ann, place)

    wait_for_identifies(fake, 2)
    wait_until_answered(fake)


@pytest.mark.parametrize(
    "fault",
    [
        lambda gateway: gateway.ask_to_reconnect(),
        lambda gateway: gateway.invalidate(resumable=True),
        lambda gateway: gateway.drop(),
        lambda gateway: gateway.drop(mid_frame=True),
        lambda gateway: gateway.close(4000, "Unknown error."),
        lambda gateway: gateway.close(1001, "going away"),
    ],
    ids=["op 7", "op 9 resumable", "drop", "drop mid-frame", "close 4000", "close 1001"],
)
def test_a_lost_connection_is_resumed_and_no_message_is_lost(
    fake: FakeDiscord, connect_bot: Connect, fault: Any
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.script(fault)
    ask(ann, general)

    fake.wait_until("a new connection", lambda: fake.gateway.resumes + fake.gateway.identifies >= 2)
    wait_until_answered(fake)


@pytest.mark.parametrize("code", [4007, 4009])
def test_a_session_that_is_over_begins_anew_and_what_was_missed_is_read(
    fake: FakeDiscord, connect_bot: Connect, code: int
) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.on_loop(fake.gateway.forget_sessions)
    ask(ann, general)
    fake.script(lambda gateway: gateway.close(code))

    wait_for_identifies(fake, 2)
    wait_until_answered(fake)


def test_op_9_without_resume_begins_anew_and_reads_channels_threads_and_direct_chats(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    connect_bot(dm={"policy": "open", "allowFrom": ["*"]})
    ann, general = fake.user("Ann"), fake.channel("general")
    thread, direct = ann.starts_thread(general, "Tea"), fake.direct(ann)
    for place in (general, thread, direct):
        ask(ann, place)
    wait_until_answered(fake)

    fake.on_loop(fake.gateway.forget_sessions)
    for place in (general, thread, direct):
        ask(ann, place)
        ask(ann, place)
    fake.script(lambda gateway: gateway.invalidate(resumable=False))

    wait_for_identifies(fake, 2)
    wait_until_answered(fake)


def test_events_told_twice_are_answered_once(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    ask(ann, general)
    wait_until_answered(fake)

    fake.gateway.repeats_after_resume = 50
    fake.script(lambda gateway: gateway.drop())
    wait_for_resumes(fake)
    ask(ann, general)

    wait_until_answered(fake)


def test_bytes_that_come_one_by_one_are_read(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.one_byte_writes = True
    connect_bot()

    ask(fake.user("Ann"), fake.channel("general"))

    wait_until_answered(fake)


def test_a_restart_of_discord_is_survived(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.restart(keep_sessions=False)
    ask(ann, general)

    wait_until_answered(fake, 40)


# What nothing but a change helps


def test_a_token_that_is_not_valid_is_named_and_the_gateway_goes_on(fake: FakeDiscord, connect_bot: Connect) -> None:
    gateway = connect_bot(token="MTAw.wrong.token", waits=False)

    gateway.wait_for_line(r"\[discord\].*(DISCORD_BOT_TOKEN|channels\.discord\.token)")
    assert gateway.get("/healthz").status == 200
    fake.violations.clear()  # a wrong token is refused: that is the test


def test_intents_that_are_switched_off_are_named_with_their_switch(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.world.enabled_intents &= ~CONTENT
    gateway = connect_bot(waits=False)

    gateway.wait_for_line(r"\[discord\].*Message Content Intent.*Developer Portal")
    assert fake.gateway.closes[4014] == 1, "asked once, and not again and again"
    assert gateway.get("/healthz").status == 200
    fake.violations.clear()  # the switch is off: that is the test


def test_a_bot_of_many_servers_says_which_of_its_connections_it_is(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.minimum_shards = 2
    gateway = connect_bot(waits=False)
    gateway.wait_for_line(r"stopped: .*\(4011\)\. Set `channels\.discord\.shard`")
    gateway.kill()
    fake.violations.clear()  # one connection too few is refused: that is the test

    connect_bot(shard=[(fake.guild().id >> 22) % 2, 2])

    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake)


def test_no_more_logins_are_tried_when_discord_allows_none(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.gateway.session_starts_left = 0
    gateway = connect_bot(waits=False)

    fake.wait_until("a look at the limit", lambda: [s for s in fake.requests if s.route == "GET /gateway/bot"])
    eventually("a status with the reason", lambda: "no more logins" in status(gateway))
    assert fake.gateway.identifies == 0


def status(gateway: Gateway) -> str:
    return gateway.command("channels", "status", "--json").text


# Requests


@pytest.mark.parametrize("fault", [DoneThenError(500), DoneThenError(502), DoneThenCut()], ids=["500", "502", "cut"])
def test_a_message_that_was_posted_although_the_answer_failed_is_not_posted_again(
    fake: FakeDiscord, connect_bot: Connect, fault: Any
) -> None:
    connect_bot()
    general = fake.channel("general")

    fake.fail(POST, fault)
    ask(fake.user("Ann"), general)

    wait_until_answered(fake)
    fake.wait_until("the faults to be used up", lambda: not fake.faults.left())
    assert len(fake.messages(general)) == 1
    assert fake.ledger.excused == []


@pytest.mark.parametrize("fault", [Refuse(500), Refuse(503), CutBefore()], ids=["500", "503", "cut"])
def test_a_message_that_was_not_posted_is_posted_again(fake: FakeDiscord, connect_bot: Connect, fault: Any) -> None:
    connect_bot()

    fake.fail(POST, fault, times=3)
    ask(fake.user("Ann"), fake.channel("general"))

    wait_until_answered(fake, 40)


def test_a_storm_of_429_is_waited_out(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")

    fake.fail(POST, Refuse(429, retry_after=0.3), times=6)
    fake.fail(POST, Refuse(429, retry_after=0.5, everywhere=True), times=2)
    for _ in range(8):
        ask(ann, general)

    wait_until_answered(fake, 60)


def test_a_wait_that_discord_has_asked_for_outlasts_a_change_of_the_account(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake.fail(POST, Refuse(429, retry_after=6, everywhere=True))
    ask(ann, general)
    gateway.wait_for_line("a part of a reply was not sent")

    config = json.loads(gateway.config_path.read_text())
    config["channels"]["discord"]["historyLimit"] = 7
    gateway.write_config(config)

    # What comes too early is a violation.
    wait_until_answered(fake, 40)


def test_a_wrong_clock_on_either_side_does_no_harm(fake: FakeDiscord, connect_bot: Connect) -> None:
    fake.clock.header_skew_seconds = 3600.0
    connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    fake.clock.skip(3 * 3600)
    fake.script(lambda gateway: gateway.drop())
    for _ in range(8):
        ask(ann, general)

    wait_until_answered(fake, 60)


# Crashes


@pytest.mark.crash
def test_a_kill_resumes_the_session(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)
    first.kill()
    ask(ann, general)
    connect_bot(again=first)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 1 and fake.gateway.resumes >= 1


def test_after_a_restart_discord_is_asked_once_about_each_place(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    threads = [ann.starts_thread(general, f"t{n}") for n in range(8)]
    ask(ann, general)
    wait_until_answered(fake)

    # Killed, it may be told of the guild again when it resumes, and then has nothing to ask.
    first.stop()
    before = len(fake.requests)
    for thread in threads:
        ask(ann, thread)
    connect_bot(again=first)

    wait_until_answered(fake)
    places = ("GET /channels/{channel}", "GET /guilds/{guild}")
    asked = Counter(seen.path for seen in fake.requests[before:] if seen.route in places)
    assert asked and max(asked.values()) == 1, asked


@pytest.mark.crash
def test_after_a_long_outage_the_channels_are_read(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    ask(ann, general)
    wait_until_answered(fake)

    first.kill()
    for _ in range(3):
        ask(ann, general)
    fake.clock.skip(SESSION_SECONDS * 5)
    fake.wait_until("the connection to end", lambda: not fake.gateway.sockets)
    connect_bot(again=first)

    wait_until_answered(fake)
    assert fake.gateway.identifies == 2


@pytest.mark.crash
def test_a_direct_chat_that_began_without_a_session_is_read_with_its_next_message(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    first = connect_bot(dmPolicy="open", allowFrom=["*"])
    known, unknown = fake.user("Ann"), fake.user("Bob")
    ask(known, fake.direct(known))
    wait_until_answered(fake)

    first.kill()
    fake.gateway.forget_sessions()
    for person in (known, unknown):
        ask(person, fake.direct(person))
    connect_bot(again=first)
    fake.wait_until("the known chat to be read", lambda: len(fake.ledger.losses) == 1)
    ask(unknown, fake.direct(unknown))

    wait_until_answered(fake)


@pytest.mark.crash
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kills_while_answering_lose_and_double_nothing(fake: FakeDiscord, connect_bot: Connect, seed: int) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    threads = [ann.starts_thread(general, f"t{n}") for n in range(3)]
    gateway = connect_bot()
    for turn in range(6):
        for place in (general, *threads):
            ask(ann, place)
        answered = seed + 3 * turn
        fake.wait_until("some answers", lambda n=answered: len(fake.ledger.losses) <= max(0, 4 * (turn + 1) - n))
        gateway.kill()
        gateway = connect_bot(again=gateway)

    wait_until_answered(fake, 60)
    assert fake.ledger.excused == []


# What cannot be posted


def test_a_file_that_is_too_large_is_named_and_its_words_are_posted(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path
) -> None:
    connect_bot()
    workspace = state / "workspace"
    workspace.mkdir(exist_ok=True)
    (workspace / "film.mp4").write_bytes(bytes(10 * 1024 * 1024 + 1))
    general = fake.channel("general")

    fake_chat.script.append(Text("Here it is.\nMEDIA: film.mp4"))

    fake.user("Ann").writes(general, "Show me.")

    answer = fake.wait_for_message(general)
    assert answer.content.startswith("Here it is.\n⚠️ `film.mp4`: The file is too large for Discord")
    assert not answer.attachments
    fake.violations.clear()  # too large a file is refused: that is the test


def test_words_that_a_server_does_not_take_are_answered_for(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    general = fake.channel("general")
    fake.world.moderated.add("heck")

    fake.user("Ann").writes(general, "[[say:What the heck.]]")

    answer = fake.wait_for_message(general)
    assert "could not be posted" in answer.content and "AutoMod" in answer.content


@pytest.mark.parametrize("permission", ["ATTACH_FILES", "READ_MESSAGE_HISTORY"])
def test_what_the_bot_may_not_add_never_takes_the_words_with_it(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, state: Path, permission: str
) -> None:
    connect_bot(replyToMode="first")
    (state / "workspace").mkdir(exist_ok=True)
    (state / "workspace/notes.txt").write_bytes(b"tea")
    general = fake.channel("general")
    general.lacks.add(permission)
    fake_chat.script.append(Text("Here they are.\nMEDIA: notes.txt"))

    fake.user("Ann").writes(general, "Show me.")

    answer = fake.wait_for_message(general)
    assert answer.content.startswith("Here they are.")
    assert bool(answer.attachments) == (permission != "ATTACH_FILES")
    assert ("notes.txt" in answer.content) == (permission == "ATTACH_FILES")


@pytest.mark.parametrize("piece", ["[", "[[a"])
def test_an_answer_that_repeats_itself_holds_nobody_up(
    fake: FakeDiscord, connect_bot: Connect, fake_chat: FakeOpenAIChat, piece: str
) -> None:
    gateway = connect_bot()
    general = fake.channel("general")
    fake_chat.script.append(Text(piece * 16_000))

    fake.user("Ann").writes(general, "Repeat yourself.")

    longest = 0.0
    while not fake.messages(general):
        asked = time.monotonic()
        assert gateway.get("/healthz").status == 200
        longest = max(longest, time.monotonic() - asked)
    assert longest < 2


# Commands and buttons


def test_commands_are_registered_once_and_answered_in_their_place(fake: FakeDiscord, connect_bot: Connect) -> None:
    first = connect_bot()
    ann, general = fake.user("Ann"), fake.channel("general")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))

    interaction = fake.wait_for_answer(ann.runs("/status", general))
    fake.wait_until("an answer", lambda: interaction.original and interaction.original.content)

    assert interaction.answered_with == DEFERRED
    assert interaction.original and interaction.original.flags & EPHEMERAL
    first.kill()
    connect_bot(again=first)
    menu = lambda verb: [s for s in fake.requests if s.route.startswith(f"{verb} /applications")]  # noqa: E731
    fake.wait_until("a second look at the menu", lambda: len(menu("GET")) >= 2)
    assert len(menu("PUT")) == 1


def test_what_may_follow_a_command_is_offered_and_pressed(fake: FakeDiscord, connect_bot: Connect) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    connect_bot(allowFrom=[str(ann.id)])
    menu = fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    [verbose] = [wire for (_, name), wire in menu.items() if name == "verbose"]
    assert [choice["value"] for choice in verbose["options"][0]["choices"]] == ["on", "full", "off"]

    typing = fake.wait_for_answer(ann.completes("/think", general, "level", "hi"))
    assert [choice["value"] for choice in typing.choices] == ["high", "xhigh"]
    shown = ann.runs("/verbose", general)
    fake.wait_until("the choices", lambda: shown.original and shown.original.buttons)
    assert shown.original
    ann.clicks(shown.original, "full")
    fake.wait_until("the choice to be made", lambda: any("set to full" in m.content for m in fake.messages(general)))
    denied = fake.user("Bob").runs("/verbose", general)
    fake.wait_until("the refusal", lambda: denied.original and "`allowFrom`" in denied.original.content)


def test_a_command_in_a_channel_that_is_not_listed_is_told_so(fake: FakeDiscord, connect_bot: Connect) -> None:
    connect_bot()
    ann = fake.user("Ann")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))

    interaction = ann.runs("/status", fake.channel("random"))

    fake.wait_until("an answer", lambda: interaction.original and interaction.original.content)
    assert interaction.original and "channels.discord.guilds" in interaction.original.content


def test_a_command_where_the_bot_may_not_look_is_told_so(fake: FakeDiscord, connect_bot: Connect) -> None:
    ann, general = fake.user("Ann"), fake.channel("general")
    first = connect_bot(allowFrom=[str(ann.id)], dmPolicy="allowlist")
    thread = ann.starts_thread(general, "Secret")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))
    first.stop()
    connect_bot(again=first)
    fake.fail("GET /channels/{channel}", Refuse(403), times=5)

    shown = ann.runs("/status", thread)

    fake.wait_until("a word", lambda: shown.original and "do not answer" in shown.original.content)


def test_a_stranger_is_let_in_by_the_owner_at_the_command_line(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot()
    ann = fake.user("Ann")
    chat = fake.direct(ann)
    ann.writes(chat, "hello")
    fake.wait_until("a code", lambda: len(fake.messages(chat)) >= 1)
    listed = gateway.command("pairing", "list", "discord", "--json")
    [request] = json.loads(listed.out)["requests"]
    assert request["id"] == str(ann.id) and request["code"] in fake.messages(chat)[0].content

    wrong = gateway.command("pairing", "approve", "discord", "XXXXXXXX")
    assert wrong.code != 0 and "no pending pairing request has this code" in wrong.err
    approved = gateway.command("pairing", "approve", "discord", request["code"].lower())
    assert "Ann may write now." in approved.out
    ann.writes(chat, "[[say:hi Ann]]")
    fake.wait_until("an answer", lambda: any("hi Ann" in message.content for message in fake.messages(chat)))


def test_what_is_offered_while_one_types_is_for_those_who_may_use_commands(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    ann, bob = fake.user("Ann"), fake.user("Bob")
    connect_bot(allowFrom=[str(ann.id)])
    general, random = fake.channel("general"), fake.channel("random")
    fake.wait_until("commands to be registered", lambda: fake.world.commands.get(None))

    def offered(person: Person, channel: Channel) -> list[str]:
        return [choice["value"] for choice in fake.wait_for_answer(person.completes("/think", channel, "level", "hi")).choices]

    assert offered(ann, general) == ["high", "xhigh"]
    assert offered(bob, general) == [] and offered(ann, random) == [] and offered(bob, fake.direct(bob)) == []


# Clients


def test_what_a_client_sends_keeps_its_order_while_a_target_is_looked_for(
    fake: FakeDiscord, connect_bot: Connect
) -> None:
    gateway = connect_bot(more={"messages": {"queue": {"mode": "followup"}}})
    ask(fake.user("Ann"), fake.channel("general"))
    wait_until_answered(fake)
    fake.fail("GET /guilds/{guild}/members/search", Late(1.0))
    session = {"sessionKey": "agent:main:errands"}
    with connect(gateway.port) as client:
        target = {"deliver": True, "channel": "discord", "to": "@Ann"}
        client.start("agent", {**session, **target, "message": "first [[add:one]]", "idempotencyKey": "k1"})
        client.start("chat.send", {**session, "message": "second [[add:two]]", "idempotencyKey": "k2"})
        assert client.chat_end("k2")["state"] == "final"
        asked = [str(m["content"]) for m in client.history("agent:main:errands") if m["role"] == "user"]
    assert len(asked) == 2 and "first" in asked[0], asked
