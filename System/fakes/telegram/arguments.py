"""The parameters of a method, however they were sent: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from fakes.telegram.entities import MAXIMUM_BYTES, Entity, Formatted, trimmed, with_found
from fakes.telegram.html import read_html
from fakes.telegram.markdown import read_markdown, read_markdown_v2
from fakes.telegram.refusal import Refusal, bad

MAXIMUM_UPLOAD_BYTES = 50 * 1024 * 1024
TRUE = ("true", "yes", "1")
READERS = {"html": read_html, "markdown": read_markdown, "markdownv2": read_markdown_v2}


@dataclass(frozen=True)
class Uploaded:
    name: str
    data: bytes
    mime: str


@dataclass
class Arguments:
    """Everything is text, as the server sees it. `unread` are parameters that no code asked for: misspelled ones."""

    values: dict[str, str] = field(default_factory=dict)
    files: dict[str, Uploaded] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        self._read.add(name)
        return self.values.get(name, "")

    def has(self, name: str) -> bool:
        return name in self.values

    def boolean(self, name: str) -> bool:
        return self.text(name).strip().lower() in TRUE

    def integer(self, name: str, default: int = 0, least: int | None = None, most: int | None = None) -> int:
        """What is no number is the default, and what is out of range is moved into it: so it is at Telegram."""
        try:
            number = int(self.text(name))
        except ValueError:
            return default
        number = number if least is None else max(number, least)
        return number if most is None else min(number, most)

    def parsed(self, name: str, what: str) -> Any:
        """A JSON parameter, or nothing; `what` names it in the error."""
        text = self.text(name)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            raise bad(f"can't parse {what} JSON object") from error

    def file(self, name: str) -> Uploaded | None:
        self._read.add(name)
        return self.files.get(name)

    def formatted(self, name: str, mode: str = "parse_mode", entities: str = "entities") -> Formatted:
        """Text with its entities, from a parse mode or from a list."""
        text, mode_name = self.text(name), self.text(mode)
        return read_formatted(text, mode_name, self.parsed(entities, "entities"))

    def ignore(self, *names: str) -> None:
        """Parameters that are right but change nothing anyone can observe here."""
        self._read.update(names)

    @property
    def unread(self) -> list[str]:
        return sorted((set(self.values) | set(self.files)) - self._read)


def read_formatted(text: str, mode: str, entities: Any) -> Formatted:
    if len(text.encode()) > MAXIMUM_BYTES:
        raise bad("text is too long")
    if text and mode and mode.lower() != "none":
        reader = READERS.get(mode.lower())
        if reader is None:
            raise bad("unsupported parse_mode")
        return with_found(trimmed(reader(text)))
    return with_found(trimmed(Formatted(text, _entities(entities))))


def _entities(value: Any) -> list[Entity]:
    if not isinstance(value, list):
        return []
    found = []
    for one in value:
        if not isinstance(one, dict):
            raise bad("can't parse MessageEntity: expected an Object")
        for key in ("type", "offset", "length"):
            if key not in one:
                raise bad(f"can't parse MessageEntity: Can't find field \"{key}\"")
        more = {key: value for key, value in one.items() if key not in ("type", "offset", "length")}
        found.append(Entity(str(one["type"]), int(one["offset"]), int(one["length"]), more))
    return found


async def read_arguments(request: web.Request) -> Arguments:
    """Later ways to send a parameter win over earlier ones; the body over the query."""
    arguments = Arguments(dict(request.query))
    if (request.content_length or 0) > MAXIMUM_UPLOAD_BYTES + 1024 * 1024:
        raise Refusal(413, "Request Entity Too Large")
    if not request.body_exists:
        return arguments
    if request.content_type == "multipart/form-data":
        await _read_multipart(request, arguments)
    elif request.content_type == "application/json":
        _read_json(await request.read(), arguments)
    elif request.content_type == "application/x-www-form-urlencoded":
        arguments.values |= {key: str(value) for key, value in (await request.post()).items()}
    return arguments


async def _read_multipart(request: web.Request, arguments: Arguments) -> None:
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        if part.filename:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            arguments.files[part.name or ""] = Uploaded(part.filename, data, mime)
        else:
            arguments.values[part.name or ""] = data.decode()


def _read_json(raw: bytes, arguments: Arguments) -> None:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise bad(f"can't parse JSON object: {error}") from error
    if not isinstance(body, dict):
        raise bad("JSON object expected")
    for key, value in body.items():
        if value is not None:
            arguments.values[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
