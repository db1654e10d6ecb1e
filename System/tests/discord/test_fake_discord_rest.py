"""The fake Discord refuses what Discord refuses, with Discord's own codes."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import Any

import aiohttp
import pytest

from fakes.discord import FORUM, FakeDiscord, Interaction
from harness.discord_raw import ask, leaves, refused

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


def test_a_post_shares_its_id_with_its_first_message_and_knows_no_nonce(fake: FakeDiscord) -> None:
    forum = fake.channel("ideas", kind=FORUM)
    path = f"/channels/{forum.id}/threads"
    _, post, _ = ask(fake, "POST", path, {"name": "An idea", "message": {"content": "What about this?"}})
    ask(fake, "POST", path, {"name": "Another", "message": {"content": "x"}})
    assert post["id"] == post["message"]["id"] == post["message"]["channel_id"]

    _, active, _ = ask(fake, "GET", f"/guilds/{fake.guild().id}/threads/active")
    assert [thread["name"] for thread in active["threads"]] == ["Another", "An idea"]
    assert active["threads"][1]["owner_id"] == str(fake.world.bot.id)

    assert ask(fake, "GET", f"/channels/{forum.id}/messages")[1]["code"] == 50024
    assert ask(fake, "POST", path, {"name": "Nothing", "message": {}})[1]["code"] == 50006
    refused(fake)
    assert ask(fake, "POST", path, {"name": "Marked", "message": {"content": "x", "nonce": "1"}})[0] == 201
    assert "'nonce'" in refused(fake)[0]


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
