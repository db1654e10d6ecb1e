"""The fake Telegram refuses what Telegram refuses, in Telegram's own words."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
import telegram
from telegram.error import InvalidToken

from fakes.faults import Refuse
from fakes.telegram import Attachment, FakeTelegram
from harness.telegram_raw import call, refused


def button(**more: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b"} | more]]}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"chat_id": "{ann}"}, "message text is empty"),
    ("sendMessage", {"chat_id": "{ann}", "text": "  \n"}, "text must be non-empty"),
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 5, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "{ann}", "text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"chat_id": "{ann}", "text": "😀" * 2049}, "message is too long"),
    ("sendMessage", {"chat_id": "{ann}", "text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "a <b>b", "parse_mode": "HTML"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "å <br>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "br" at byte offset 3',
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "<b>a</i>", "parse_mode": "HTML"},
        'can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "a.b", "parse_mode": "MarkdownV2"},
        "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "*a", "parse_mode": "MarkdownV2"},
        "can't parse entities: Can't find end of Bold entity at byte offset 0",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "*a", "parse_mode": "Markdown"},
        "can't parse entities: Can't find end of the entity starting at byte offset 0",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "x", "reply_markup": button(callback_data="x" * 65)},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "x", "reply_markup": button()},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        "sendMessage",
        {"chat_id": "{ann}", "text": "x", "reply_parameters": {"message_id": 7}},
        "message to be replied not found",
    ),
    ("editMessageText", {"chat_id": "{ann}", "message_id": 7, "text": "x"}, "message to edit not found"),
    ("editMessageText", {"chat_id": "{ann}", "message_id": "{hers}", "text": "x"}, "message can't be edited"),
    ("deleteMessage", {"chat_id": "{ann}", "message_id": 7}, "message to delete not found"),
    ("sendChatAction", {"chat_id": "{ann}", "action": "dance"}, "wrong parameter action in request"),
    ("setMessageReaction", {"chat_id": "{ann}", "message_id": 7}, "message to react not found"),
    (
        "setMessageReaction",
        {"chat_id": "{ann}", "message_id": "{hers}", "reaction": [{"type": "emoji", "emoji": "🦆"}]},
        "REACTION_INVALID",
    ),
    ("sendPhoto", {"chat_id": "{ann}"}, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": "{ann}", "photo": "AgACunknown"}, "wrong file identifier/HTTP URL specified"),
    ("sendMediaGroup", {"chat_id": "{ann}", "media": []}, "there are no messages to send"),
    ("sendPoll", {"chat_id": "{ann}", "question": "?", "options": []}, "poll must have at least one answer option"),
    (
        "sendPoll",
        {"chat_id": "{ann}", "question": "?" * 301, "options": ["a"]},
        "poll question length must not exceed 300",
    ),
    ("getFile", {"file_id": "unknown"}, "invalid file_id"),
    ("setMyCommands", {"commands": [{"command": "Big", "description": "d"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "c" * 33, "description": "d"}]}, "command length must not exceed 32"),
    ("setMyCommands", {"commands": [{"command": "c", "description": ""}]}, "command description must be non-empty"),
    ("setMyCommands", {"commands": [{"command": "c", "description": "d"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "7"},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("setWebhook", {"url": "http://claw.example/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
    (
        "setWebhook",
        {"url": "https://claw.example:3000/x"},
        "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
    ),
    ("setWebhook", {"url": "https://claw.example", "secret_token": "å"}, "secret token contains unallowed characters"),
    ("createForumTopic", {"chat_id": "{family}", "name": "x"}, "the chat is not a forum"),
    ("sendMessageDraft", {"chat_id": "{ann}", "draft_id": 0, "text": "x"}, "RANDOM_ID_INVALID"),
]


@pytest.mark.parametrize(("method", "values", "error"), REFUSED, ids=[f"{m} {e[:40]}" for m, _, e in REFUSED])
def test_a_bad_call_is_refused_in_telegrams_own_words(
    fake: FakeTelegram, method: str, values: dict[str, Any], error: str
) -> None:
    ann = fake.user("Ann")
    places = {"{ann}": ann.id, "{hers}": ann.writes(ann.chat, "mine").id, "{family}": fake.group().id}
    status, answer = call(fake, method, **{k: places.get(v, v) if isinstance(v, str) else v for k, v in values.items()})
    assert (status, answer) == (400, {"ok": False, "error_code": 400, "description": f"Bad Request: {error}"})
    assert refused(fake) and not fake.messages(ann.chat)


@pytest.mark.parametrize(
    "values", [{"reply_parameters": "[1]"}, {"reply_parameters": {"message_id": "x"}}, {"reply_markup": "{"}]
)
def test_a_parameter_of_the_wrong_shape_is_refused(fake: FakeTelegram, values: Any) -> None:
    assert call(fake, "sendMessage", chat_id=fake.user("Ann").id, text="x", **values)[0] == 400
    assert refused(fake)


def test_marked_text_becomes_entities(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    text = (
        f'<b>bold <i>both</i></b> <a href="tg://user?id={ann.id}">Ann</a> <a href="https://x.y/">link</a> '
        '<pre><code class="language-py">x = 1 &lt; 2</code></pre> <tg-spoiler>s</tg-spoiler> /status @claw_bot'
    )
    assert call(fake, "sendMessage", chat_id=ann.id, text=text, parse_mode="HTML")[0] == 200
    message = fake.messages(ann.chat)[0]
    found = [(entity.type, message.body.part(entity)) for entity in message.body.entities]
    assert found == [
        ("bold", "bold both"),
        ("italic", "both"),
        ("text_mention", "Ann"),
        ("text_link", "link"),
        ("pre", "x = 1 < 2"),
        ("spoiler", "s"),
        ("bot_command", "/status"),
        ("mention", "@claw_bot"),
    ]
    entities = message.wire()["entities"]
    assert entities[2]["user"]["first_name"] == "Ann" and entities[4]["language"] == "py"


def test_text_counts_after_parsing(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    text = "<b>" + "😀" * 2048 + "</b>"
    assert call(fake, "sendMessage", chat_id=ann.id, text=text, parse_mode="HTML")[0] == 200
    assert fake.messages(ann.chat)[0].body.entities[0].length == 4096


def test_tokens_and_methods_that_do_not_exist(fake: FakeTelegram) -> None:
    assert call(fake, "getMe", token=f"{fake.token}x") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert call(fake, "getMe", token="x")[0] == 404
    assert call(fake, "getmoney")[1]["description"] == "Not Found: method not found"
    assert len(refused(fake)) == 3
    with pytest.raises(InvalidToken):
        asyncio.run(telegram.Bot(f"{fake.token}x", base_url=f"{fake.url}/bot").initialize())
    refused(fake)


def test_a_parameter_that_means_nothing_is_a_violation_though_telegram_ignores_it(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    assert call(fake, "sendMessage", chat_id=ann.id, text="x", parsemode="HTML")[0] == 200
    assert "'parsemode'" in refused(fake)[0]


def test_a_hasty_send_after_a_429_is_a_violation(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    fake.fail("sendMessage", Refuse(429, 5))
    status, answer = call(fake, "sendMessage", chat_id=ann.id, text="x")
    assert (status, answer["parameters"]) == (429, {"retry_after": 5})
    threading.Event().wait(0.3)  # longer than a call can be on its way
    call(fake, "sendMessage", chat_id=ann.id, text="x")
    assert "before retry_after" in refused(fake)[0]


def test_privacy_mode_hides_what_does_not_concern_the_bot(fake: FakeTelegram) -> None:
    ann, family = fake.user("Ann"), fake.group()
    fake.world.privacy_mode = True
    sent = call(fake, "sendMessage", chat_id=family.id, text="hello")[1]["result"]["message_id"]
    ann.writes(family, "between us")
    ann.writes(family, "@claw_bot hello")
    ann.writes(family, "/status@other_bot")
    ann.writes(family, "/status")
    ann.replies(family.messages[sent], "to you")
    updates = call(fake, "getUpdates")[1]["result"]
    assert [update["message"]["text"] for update in updates] == ["@claw_bot hello", "/status", "to you"]


def test_files_beyond_twenty_mebibytes_cannot_be_fetched(fake: FakeTelegram) -> None:
    ann = fake.user("Ann")
    message = ann.sends(ann.chat, Attachment("document", bytes(20 * 1024 * 1024 + 1), "big.bin"))
    answer = call(fake, "getFile", file_id=message.content["document"]["file_id"])
    assert answer[1]["description"] == "Bad Request: file is too big"
