"""Files on their way in, and where they can be fetched afterwards."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from fakes.discord.form import Form, is_snowflake
from fakes.discord.refusal import Refusal

MAXIMUM_FILE_BYTES = 10 * 1024 * 1024
MAXIMUM_REQUEST_BYTES = 25 * 1024 * 1024
MAXIMUM_FILES = 10
UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Upload:
    """`files[number]` of a multipart body, or what a person attaches."""

    name: str
    data: bytes
    number: int = 0
    description: str | None = None
    more: tuple[tuple[str, Any], ...] = ()


def too_large() -> Refusal:
    return Refusal(413, 40005)


def check_sizes(uploads: list[Upload]) -> None:
    if any(len(upload.data) > MAXIMUM_FILE_BYTES for upload in uploads):
        raise too_large()
    if len(uploads) > MAXIMUM_FILES:
        raise Refusal(400, 30015, "Maximum number of attachments in a message reached (10)")


def read_attachments(form: Form, uploads: list[Upload], kept: Set[int] = frozenset()) -> tuple[list[Upload], set[int]]:
    """The new files with what the body says about them, and which of the `kept` attachments stay.

    Without `attachments` in the body every new file is attached and every old one stays."""
    if not form.has("attachments"):
        return uploads, set(kept)
    by_number = {upload.number: upload for upload in uploads}
    described, stay = [], set()
    for part in form.forms("attachments"):
        part.string("description", most=1024)
        identity = part.value.get("id")
        number = int(str(identity)) if is_snowflake(identity) else -1
        if number in by_number:
            described.append(_described(by_number[number], part))
        elif number in kept:
            stay.add(number)
        else:
            part.fail("id", "ATTACHMENT_NOT_FOUND", f"Attachment data cannot be found for {identity!r}")
    return described, stay


def _described(upload: Upload, part: Form) -> Upload:
    more = tuple((key, part.value[key]) for key in ("title", "duration_secs", "waveform") if part.has(key))
    name = part.string("filename", 1, 260) or upload.name
    return Upload(name, upload.data, upload.number, part.value.get("description"), more)


class FileStore:
    """The CDN: files at signed addresses, served without the bot's token."""

    def __init__(self) -> None:
        self.address = ""
        self._files: dict[str, Upload] = {}

    def add(self, upload: Upload, channel_id: int, file_id: int) -> dict[str, Any]:
        name = UNSAFE.sub("_", upload.name)
        path = f"/attachments/{channel_id}/{file_id}/{name}"
        self._files[path] = upload
        url = f"{self.address}{path}?ex=7fffffff&is=60000000&hm={_signature(path)}&"
        wire: dict[str, Any] = {
            "id": str(file_id),
            "filename": name,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": content_type(name),
        }
        if upload.description:
            wire["description"] = upload.description
        return wire | dict(upload.more)

    def get(self, path: str, signature: str | None) -> Upload | None:
        return self._files.get(path) if signature == _signature(path) else None


def content_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _signature(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
