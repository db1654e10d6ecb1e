"""Files: kept under an id, found again under a path below the bot's own root."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from fakes.telegram.arguments import Arguments, Uploaded
from fakes.telegram.refusal import Refusal, bad

MAXIMUM_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAXIMUM_UPLOAD_BYTES = 50 * 1024 * 1024
MAXIMUM_PHOTO_BYTES = 10 * 1024 * 1024
FOLDERS = {"photo": "photos", "voice": "voice", "audio": "music", "video": "videos", "sticker": "stickers"}
PHOTO_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")


@dataclass
class Kept:
    kind: str
    name: str
    mime: str
    data: bytes
    id: str = field(default_factory=lambda: "AgAC" + secrets.token_urlsafe(24))
    unique_id: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    path: str = ""

    def wire(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class FileShelf:
    def __init__(self) -> None:
        self._by_id: dict[str, Kept] = {}
        self._by_path: dict[str, Kept] = {}

    def keep(self, kind: str, uploaded: Uploaded) -> Kept:
        kept = Kept(kind, uploaded.name, uploaded.mime, uploaded.data)
        if kind == "sticker":  # the same one, whoever sends it
            kept.unique_id = hashlib.sha256(uploaded.data).hexdigest()[:12]
        suffix = uploaded.name.rpartition(".")[2] if "." in uploaded.name else "bin"
        kept.path = f"{FOLDERS.get(kind, 'documents')}/file_{len(self._by_id)}.{suffix}"
        self._by_id[kept.id] = self._by_path[kept.path] = kept
        return kept

    def by_id(self, file_id: str) -> Kept:
        if kept := self._by_id.get(file_id):
            return kept
        raise bad("invalid file_id" if file_id else "file_id not specified")

    def by_path(self, path: str) -> Kept | None:
        kept = self._by_path.get(path)
        return kept if kept and len(kept.data) <= MAXIMUM_DOWNLOAD_BYTES else None

    def sent(self, arguments: Arguments, kind: str, source: str | None = None) -> Kept:
        """What a method sends: a new file, a file by id, or `attach://NAME`; `source` overrides the parameter."""
        uploaded = arguments.file(kind) if source is None else None
        text = arguments.text(kind) if source is None else source
        if text.startswith("attach://"):
            uploaded = arguments.file(text.removeprefix("attach://"))
            if uploaded is None:
                raise bad(f"there is no {kind} in the request")
        if uploaded is not None:
            _check_size(kind, uploaded)
            return self.keep(kind, uploaded)
        if not text:
            raise bad(f"there is no {kind.replace('_', ' ')} in the request")
        if text.startswith(("http://", "https://")):
            raise Refusal(400, "failed to get HTTP URL content", fair=True)  # nothing is fetched from here
        if text not in self._by_id:
            raise bad("wrong file identifier/HTTP URL specified")
        return self._by_id[text]


def _check_size(kind: str, uploaded: Uploaded) -> None:
    if not uploaded.data:
        raise bad("file must be non-empty")
    if len(uploaded.data) > MAXIMUM_UPLOAD_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo":
        if len(uploaded.data) > MAXIMUM_PHOTO_BYTES:
            raise bad("file is too big")
        if not uploaded.data.startswith(PHOTO_STARTS):
            raise bad("IMAGE_PROCESS_FAILED")
