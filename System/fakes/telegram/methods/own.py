"""The bot itself, and its files."""

from __future__ import annotations

from typing import Any

from fakes.telegram.call import Call, method
from fakes.telegram.files import MAXIMUM_DOWNLOAD_BYTES
from fakes.telegram.refusal import bad


@method("getMe")
def get_me(call: Call) -> dict[str, Any]:
    return call.world.bot.wire() | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.world.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": True,
    }


@method("getFile")
def get_file(call: Call) -> dict[str, Any]:
    kept = call.world.files.by_id(call.arguments.text("file_id"))
    if len(kept.data) > MAXIMUM_DOWNLOAD_BYTES:
        raise bad("file is too big", fair=True)
    return kept.wire() | {"file_path": kept.path}
