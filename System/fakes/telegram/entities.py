"""Text and what is marked in it. Telegram counts in UTF-16 code units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MAXIMUM_TEXT_UNITS = 4096
MAXIMUM_CAPTION_UNITS = 1024
MAXIMUM_BYTES = 1 << 15
FOUND = [
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w+")),
]


@dataclass
class Entity:
    type: str
    offset: int
    length: int
    more: dict[str, Any] = field(default_factory=dict)

    def wire(self) -> dict[str, Any]:
        return {"type": self.type, "offset": self.offset, "length": self.length} | self.more


@dataclass
class Formatted:
    text: str = ""
    entities: list[Entity] = field(default_factory=list)

    @property
    def units(self) -> int:
        return units(self.text)

    def wire(self, text_key: str, entities_key: str) -> dict[str, Any]:
        if not self.text:
            return {}
        wire: dict[str, Any] = {text_key: self.text}
        return wire | ({entities_key: [e.wire() for e in self.entities]} if self.entities else {})

    def part(self, entity: Entity) -> str:
        """The text an entity marks."""
        raw = self.text.encode("utf-16-le")
        return raw[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def trimmed(formatted: Formatted) -> Formatted:
    """Without the white space around; entities move and shrink with it."""
    start = units(formatted.text) - units(formatted.text.lstrip(" \n\t\r"))
    text = formatted.text.strip(" \n\t\r")
    length = units(text)
    kept = []
    for entity in formatted.entities:
        begin = max(entity.offset - start, 0)
        end = min(entity.offset + entity.length - start, length)
        if end > begin:
            kept.append(Entity(entity.type, begin, end - begin, entity.more))
    return Formatted(text, kept)


def with_found(formatted: Formatted) -> Formatted:
    """Adds commands, links, mentions and hashtags that are simply there, outside of code and links."""
    taken = [(e.offset, e.offset + e.length) for e in formatted.entities if e.type in ("code", "pre", "text_link")]
    found = list(formatted.entities)
    for kind, pattern in FOUND:
        for match in pattern.finditer(formatted.text):
            begin = units(formatted.text[: match.start()])
            end = begin + units(match.group())
            if all(end <= other or begin >= until for other, until in taken):
                found.append(Entity(kind, begin, end - begin))
                taken.append((begin, end))
    found.sort(key=lambda entity: (entity.offset, -entity.length))
    return Formatted(formatted.text, found)
