"""Sending text, drafts and signs of life."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.entities import MAXIMUM_TEXT_UNITS, Formatted
from fakes.telegram.keyboard import read_markup
from fakes.telegram.model import Chat, Message
from fakes.telegram.refusal import bad

UNSEEN = (
    "disable_notification",
    "protect_content",
    "link_preview_options",
    "disable_web_page_preview",
    "allow_paid_broadcast",
    "message_effect_id",
    "show_caption_above_media",
    "allow_sending_without_reply",
)
ACTIONS = (
    "cancel",
    "typing",
    "record_video",
    "upload_video",
    "record_audio",
    "record_voice",
    "upload_audio",
    "upload_voice",
    "upload_photo",
    "upload_document",
    "choose_sticker",
    "pick_up_location",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


@method("sendMessage")
def send_message(call: Call) -> dict[str, Any]:
    body = read_text(call)
    return send(call, call.chat(), body).wire()


def read_text(call: Call) -> Formatted:
    """The `text` of a message. Its length counts after parsing, in UTF-16 units."""
    if not call.arguments.text("text"):
        raise bad("message text is empty")
    body = call.arguments.formatted("text")
    if not body.text:
        raise bad("text must be non-empty")
    if body.units > MAXIMUM_TEXT_UNITS:
        raise bad("message is too long")
    return body


def send(call: Call, chat: Chat, body: Formatted, **more: Any) -> Message:
    """What all sending methods have in common: topic, reply, keyboard, flood limits."""
    call.arguments.ignore(*UNSEEN)
    markup = read_markup(call.arguments)
    topic = call.topic(chat)
    reply_to, quote = call.reply(chat)
    call.admit(chat)
    if topic is None and reply_to is not None and reply_to.chat is chat:
        topic = reply_to.topic
    more |= {"topic": topic, "reply_to": reply_to, "quote": quote, "markup": markup}
    return call.world.post(chat, body, call.delivery, **more)


@method("sendMessageDraft")
def send_message_draft(call: Call) -> bool:
    """Shows an unfinished answer in a private chat; the same `draft_id` replaces what is shown."""
    number = call.arguments.integer("draft_id")
    body = call.arguments.formatted("text")
    chat = call.chat()
    call.topic(chat)
    if not chat.is_private:
        raise bad("TEXTDRAFT_PEER_INVALID")
    if number == 0:
        raise bad("RANDOM_ID_INVALID")
    if body.units > MAXIMUM_TEXT_UNITS:
        raise bad("message is too long")
    chat.drafts.append((number, body))
    call.world.notify()
    return True


@method("sendChatAction")
def send_chat_action(call: Call) -> bool:
    action = call.arguments.text("action").lower()
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = call.chat()
    call.arguments.integer("message_thread_id")
    chat.actions.append(action)
    call.world.notify()
    return True
