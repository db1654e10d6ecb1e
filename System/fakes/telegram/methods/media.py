"""Sending photos, documents, sound, video, stickers and albums."""

from __future__ import annotations

from typing import Any

from fakes.telegram.arguments import read_formatted
from fakes.telegram.call import Call, method
from fakes.telegram.entities import MAXIMUM_CAPTION_UNITS, Formatted
from fakes.telegram.files import Kept
from fakes.telegram.methods.messages import send
from fakes.telegram.refusal import bad

MAXIMUM_ALBUM = 10
IN_ONE_ALBUM = ({"photo", "video", "live_photo"}, {"document"}, {"audio"})
DETAILS = (
    "duration",
    "width",
    "height",
    "performer",
    "title",
    "has_spoiler",
    "supports_streaming",
    "thumbnail",
    "disable_content_type_detection",
    "length",
    "cover",
    "start_timestamp",
    "emoji",
)


def media_content(kind: str, kept: Kept) -> dict[str, Any]:
    """The message field a file of this kind is in."""
    file = kept.wire()
    if kind == "photo":
        return {"photo": [file | {"width": 90, "height": 90}, file | {"width": 800, "height": 800}]}
    if kind in ("document", "audio", "video", "animation"):
        file |= {"file_name": kept.name, "mime_type": kept.mime}
    if kind == "voice":
        file |= {"mime_type": kept.mime}
    if kind in ("audio", "video", "voice", "animation", "video_note"):
        file |= {"duration": 1}
    if kind in ("video", "sticker", "animation"):
        file |= {"width": 512, "height": 512}
    if kind == "sticker":
        file |= {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍", "set_name": "fake"}
    if kind == "video_note":
        file |= {"length": 240}
    return {kind: file}


def _send_media(call: Call, kind: str) -> dict[str, Any]:
    arguments = call.arguments
    kept = call.world.files.sent(arguments, kind)
    arguments.ignore(*DETAILS)
    for name in DETAILS:
        arguments.file(name)
    body = _caption(arguments.formatted("caption", entities="caption_entities"))
    return send(call, call.chat(), body, is_caption=True, content=media_content(kind, kept)).wire()


def _caption(body: Formatted) -> Formatted:
    if body.units > MAXIMUM_CAPTION_UNITS:
        raise bad("message caption is too long")
    return body


@method("sendPhoto")
def send_photo(call: Call) -> dict[str, Any]:
    return _send_media(call, "photo")


@method("sendDocument")
def send_document(call: Call) -> dict[str, Any]:
    return _send_media(call, "document")


@method("sendVoice")
def send_voice(call: Call) -> dict[str, Any]:
    return _send_media(call, "voice")


@method("sendAudio")
def send_audio(call: Call) -> dict[str, Any]:
    return _send_media(call, "audio")


@method("sendVideo")
def send_video(call: Call) -> dict[str, Any]:
    return _send_media(call, "video")


@method("sendAnimation")
def send_animation(call: Call) -> dict[str, Any]:
    return _send_media(call, "animation")


@method("sendVideoNote")
def send_video_note(call: Call) -> dict[str, Any]:
    return _send_media(call, "video_note")


@method("sendSticker")
def send_sticker(call: Call) -> dict[str, Any]:
    return _send_media(call, "sticker")


@method("sendMediaGroup")
def send_media_group(call: Call) -> list[dict[str, Any]]:
    """Up to ten pieces that belong together; each is a message."""
    items = call.arguments.parsed("media", "media")
    if not isinstance(items, list):
        raise bad("expected an Array of InputMedia")
    if not items:
        raise bad("there are no messages to send")
    if len(items) > MAXIMUM_ALBUM:
        raise bad("too many messages to send as an album")
    pieces = [_piece(call, item) for item in items]
    kinds = {kind for kind, _, _ in pieces}
    if not any(kinds <= together for together in IN_ONE_ALBUM):
        raise bad("can't use the media of the specified type in the album")
    chat = call.chat()
    call.world.albums += 1
    album = str(13_000_000_000_000_000 + call.world.albums)
    return [
        send(call, chat, body, is_caption=True, content=media_content(kind, kept), album=album).wire()
        for kind, kept, body in pieces
    ]


def _piece(call: Call, item: Any) -> tuple[str, Kept, Formatted]:
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    kind = str(item.get("type", ""))
    if not any(kind in together for together in IN_ONE_ALBUM):
        raise bad(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    if not item.get("media"):
        raise bad("can't parse InputMedia: media not found")
    kept = call.world.files.sent(call.arguments, kind, str(item["media"]))
    body = read_formatted(str(item.get("caption", "")), str(item.get("parse_mode", "")), item.get("caption_entities"))
    return kind, kept, _caption(body)
