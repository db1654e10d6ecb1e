"""Small checks several vendors make; each returns the complaints it has."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


def unknown_keys(value: dict[str, Any], known: Iterable[str], where: str) -> list[str]:
    return [f"{where}.{key}: unknown key" for key in value if key not in set(known)]


def image_problems(mime: Any, data: Any, where: str) -> list[str]:
    if mime not in MAGIC:
        return [f"{where}: unsupported image type {mime!r}"]
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        return [f"{where}: not base64: {error}"]
    if not raw.startswith(MAGIC[mime]):
        return [f"{where}: the bytes are not {mime}"]
    return []


def data_url_problems(url: Any, where: str) -> list[str]:
    if not isinstance(url, str):
        return [f"{where}: an image URL must be a string"]
    if not url.startswith("data:"):
        return [] if url.startswith("https://") else [f"{where}: neither https nor data URL"]
    head, comma, data = url.partition(",")
    if not comma or not head.endswith(";base64"):
        return [f"{where}: a data URL needs `;base64,`"]
    return image_problems(head[len("data:") : -len(";base64")], data, where)


def schema_problems(schema: Any, where: str) -> list[str]:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return [f"{where}: the parameters must be a JSON Schema of type object"]
    required = schema.get("required", [])
    missing = [name for name in required if name not in schema.get("properties", {})]
    return [f"{where}: required names {missing} that are no property"] if missing else []
