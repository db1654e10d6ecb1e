"""Topics of a forum."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.model import GENERAL_TOPIC, Chat, Topic
from fakes.telegram.refusal import bad

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


@method("createForumTopic")
def create(call: Call) -> dict[str, Any]:
    name = call.arguments.text("name")
    colour = call.arguments.integer("icon_color")
    call.arguments.ignore("icon_custom_emoji_id")
    chat = _forum(call)
    if not 1 <= len(name.strip()) <= 128:
        raise bad("TOPIC_TITLE_EMPTY" if not name.strip() else "TOPIC_TITLE_INVALID")
    if colour and colour not in COLOURS:
        raise bad("invalid icon color specified")
    topic = call.world.add_topic(chat, name.strip(), call.world.bot)
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": colour or COLOURS[0]}


@method("editForumTopic")
def edit(call: Call) -> bool:
    topic = _topic(call)
    name = call.arguments.text("name")
    call.arguments.ignore("icon_custom_emoji_id")
    if name in ("", topic.name):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name = name
    return True


@method("closeForumTopic")
def close(call: Call) -> bool:
    return _set_closed(call, True)


@method("reopenForumTopic")
def reopen(call: Call) -> bool:
    return _set_closed(call, False)


@method("deleteForumTopic")
def delete(call: Call) -> bool:
    topic = _topic(call)
    chat = _forum(call)
    chat.topics.pop(topic.id)
    for message in [m for m in chat.messages.values() if m.topic == topic.id]:
        call.world.delete(message)
    return True


def _set_closed(call: Call, closed: bool) -> bool:
    topic = _topic(call)
    if topic.is_closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.is_closed = closed
    return True


def _forum(call: Call) -> Chat:
    chat = call.chat()
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    if "can_manage_topics" in chat.lacks:
        raise bad("not enough rights to create a topic", fair=True)
    return chat


def _topic(call: Call) -> Topic:
    chat = _forum(call)
    number = call.arguments.integer("message_thread_id")
    if number == GENERAL_TOPIC or number not in chat.topics:
        raise bad("TOPIC_ID_INVALID")
    return chat.topics[number]
