"""What is done to a message that is there: edit, delete, react, pin, copy."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.entities import MAXIMUM_CAPTION_UNITS, Formatted
from fakes.telegram.keyboard import read_markup
from fakes.telegram.methods.messages import UNSEEN, read_text, send
from fakes.telegram.model import Message
from fakes.telegram.refusal import bad

DELETE_SECONDS = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
STANDARD_EMOJI = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 "
    "👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
EMOJI = set(STANDARD_EMOJI.split(" "))


@method("editMessageText")
def edit_text(call: Call) -> dict[str, Any]:
    body = read_text(call)
    message = _own(call)
    if message.is_caption or "poll" in message.content:
        raise bad("there is no text in the message to edit")
    return _change(call, message, body)


@method("editMessageCaption")
def edit_caption(call: Call) -> dict[str, Any]:
    body = call.arguments.formatted("caption", entities="caption_entities")
    if body.units > MAXIMUM_CAPTION_UNITS:
        raise bad("message caption is too long")
    message = _own(call)
    if not message.is_caption:
        raise bad("there is no caption in the message to edit")
    return _change(call, message, body)


@method("editMessageReplyMarkup")
def edit_markup(call: Call) -> dict[str, Any]:
    message = _own(call)
    return _change(call, message, message.body)


def _own(call: Call) -> Message:
    message = call.message("message to edit")
    if message.author is not call.world.bot:
        raise bad("message can't be edited")
    return message


def _change(call: Call, message: Message, body: Formatted) -> dict[str, Any]:
    """A keyboard that is not sent again is taken away."""
    call.arguments.ignore(*UNSEEN)
    markup = read_markup(call.arguments)
    if (body, markup) == (message.body, message.markup):
        raise bad(NOT_MODIFIED)
    call.admit(message.chat)
    call.world.edit(message, body, markup)
    return message.wire()


@method("deleteMessage")
def delete(call: Call) -> bool:
    _delete(call, call.message("message to delete"))
    return True


@method("deleteMessages")
def delete_several(call: Call) -> bool:
    """Up to a hundred; what is not there is passed over."""
    numbers = call.arguments.parsed("message_ids", "message identifiers")
    if not isinstance(numbers, list):
        raise bad("expected an Array of message identifiers")
    if not numbers:
        raise bad("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad("too many message identifiers specified")
    chat = call.chat()
    for message in [chat.messages[int(n)] for n in numbers if int(n) in chat.messages]:
        _delete(call, message)
    return True


def _delete(call: Call, message: Message) -> None:
    is_old = message.date < call.world.clock.now() - DELETE_SECONDS
    foreign = message.author is not call.world.bot and not message.chat.is_private
    if is_old or (foreign and "can_delete_messages" in message.chat.lacks):
        raise bad("message can't be deleted", fair=True)
    call.world.delete(message)


@method("setMessageReaction")
def react(call: Call) -> bool:
    """A bot may put one of the standard emoji on a message, or none."""
    message = call.message("message to react", to_write=False)
    call.arguments.ignore("is_big")
    wanted = call.arguments.parsed("reaction", "reaction types") or []
    if not isinstance(wanted, list):
        raise bad("expected an Array of ReactionType")
    for one in wanted:
        if not isinstance(one, dict) or one.get("type") not in ("emoji", "custom_emoji"):
            raise bad("can't parse ReactionType: invalid reaction type specified")
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = [str(one.get("emoji", "")).replace("\ufe0f", "") for one in wanted]
    if any(one not in EMOJI for one in emoji):
        raise bad("REACTION_INVALID")
    call.world.react(message, call.world.bot, emoji)
    return True


@method("pinChatMessage")
def pin(call: Call) -> bool:
    message = call.message("message to pin")
    call.arguments.ignore(*UNSEEN)
    if "can_pin_messages" in message.chat.lacks:
        raise bad("not enough rights to manage pinned messages in the chat", fair=True)
    message.chat.pinned.append(message.id)
    return True


@method("unpinChatMessage")
def unpin(call: Call) -> bool:
    chat = call.chat()
    number = call.arguments.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    return True


@method("copyMessage")
def copy(call: Call) -> dict[str, Any]:
    source = call.world.chats.get(call.arguments.integer("from_chat_id"))
    if source is None:
        raise bad("chat not found")
    message = source.messages.get(call.arguments.integer("message_id"))
    if message is None:
        raise bad("message to copy not found")
    more = {"is_caption": message.is_caption, "content": dict(message.content)}
    return {"message_id": send(call, call.chat(), message.body, **more).id}


@method("answerCallbackQuery")
def answer_callback(call: Call) -> bool:
    callback = call.world.callbacks.get(call.arguments.text("callback_query_id"))
    text = call.arguments.text("text")
    answer = {"text": text, "show_alert": call.arguments.boolean("show_alert"), "url": call.arguments.text("url")}
    call.arguments.ignore("cache_time")
    if callback is None or callback.is_old(call.world.clock.now()):
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    callback.answer = answer
    call.world.notify()
    return True
