"""Chats and who is in them."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.model import User
from fakes.telegram.refusal import bad


@method("getChat")
def get_chat(call: Call) -> dict[str, Any]:
    chat = call.chat(to_write=False)
    more: dict[str, Any] = {"accent_color_id": 0, "max_reaction_count": 11}
    more["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    if not chat.is_private:
        allowed = ("can_send_messages", "can_send_photos", "can_send_documents", "can_pin_messages")
        more["permissions"] = {right: right not in chat.lacks for right in allowed}
    return chat.wire() | more


@method("getChatMember")
def get_member(call: Call) -> dict[str, Any]:
    chat = call.chat(to_write=False)
    number = call.arguments.integer("user_id")
    for user in chat.members:
        if user.id == number:
            return {"user": user.wire(), "status": "administrator" if user is call.world.bot else "member"} | (
                _rights() if user is call.world.bot else {}
            )
    raise bad("user not found")


@method("getChatAdministrators")
def get_administrators(call: Call) -> list[dict[str, Any]]:
    chat = call.chat(to_write=False)
    if chat.is_private:
        raise bad("there are no administrators in the private chat")
    owner: User | None = next((user for user in chat.members if not user.is_bot), None)
    return [{"user": owner.wire(), "status": "creator", "is_anonymous": False}] if owner else []


@method("getChatMemberCount")
def count_members(call: Call) -> int:
    return len(call.chat(to_write=False).members)


@method("leaveChat")
def leave(call: Call) -> bool:
    chat = call.chat()
    chat.kicked = True
    return True


def _rights() -> dict[str, bool]:
    rights = (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_manage_topics",
    )
    return dict.fromkeys(rights, False)
