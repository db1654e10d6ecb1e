"""`parse_mode=HTML`: the few tags Telegram knows, with its own words for each mistake. Offsets in errors are bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fakes.telegram.entities import Entity, Formatted, units
from fakes.telegram.refusal import bad

KINDS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
KINDS |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"}
KINDS |= {"span": "spoiler", "code": "code", "pre": "pre", "a": "text_link", "tg-emoji": "custom_emoji"}
KINDS |= {"blockquote": "blockquote", "tg-time": "date_time"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(rb"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z]+));?")
SPACE = b" \t\r\n\v\f"
MAXIMUM_CODE_POINT = 0x10FFFF


@dataclass
class _Open:
    tag: str
    argument: str
    at: int
    attributes: dict[str, str] = field(default_factory=dict)


def mistake(text: str) -> Exception:
    return bad(f"can't parse entities: {text}")


class HtmlReader:
    """Reads bytes from left to right; `_out` is the plain text so far and `_open` the tags around it."""

    def __init__(self, text: str) -> None:
        self._raw = text.encode()
        self._at = 0
        self._out: list[str] = []
        self._units = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def read(self) -> Formatted:
        pending = bytearray()
        while self._at < len(self._raw):
            byte = self._raw[self._at : self._at + 1]
            if byte == b"&" and (decoded := self._reference()):
                self._write(pending.decode() + decoded)
                pending.clear()
            elif byte == b"<":
                self._write(pending.decode())
                pending.clear()
                self._tag()
            else:
                pending += byte
                self._at += 1
        self._write(pending.decode())
        if self._open:
            raise mistake(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        self._entities.sort(key=lambda entity: (entity.offset, -entity.length))
        return Formatted("".join(self._out), self._entities)

    def _write(self, text: str) -> None:
        self._out.append(text)
        self._units += units(text)

    def _reference(self) -> str:
        """Decodes `&lt;` and its kin; an unknown one stays as it is written."""
        decoded, end = _decode_reference(self._raw, self._at)
        if decoded:
            self._at = end
        return decoded

    def _tag(self) -> None:
        begin = self._at
        if self._raw[begin + 1 : begin + 2] == b"/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        self._at = begin + 1
        name = self._until(SPACE + b">").decode().lower()
        if self._at >= len(self._raw):
            raise mistake(f"Unclosed start tag at byte offset {begin}")
        if name not in KINDS:
            raise mistake(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._raw[self._at : self._at + 1] == b">":
                self._at += 1
                break
            self._attribute(name, begin, attributes)
        argument = _argument(name, attributes)
        if name == "span" and argument != "spoiler":
            raise mistake(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._open.append(_Open(name, argument, self._units, attributes))

    def _attribute(self, tag: str, begin: int, attributes: dict[str, str]) -> None:
        name = self._until(SPACE + b"=>/\"'").decode()
        if not name:
            raise mistake(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_space()
        if self._at >= len(self._raw):
            raise mistake(f'Unclosed start tag "{tag}" at byte offset {begin}')
        if self._raw[self._at : self._at + 1] != b"=":
            attributes[name] = ""
            return
        self._at += 1
        self._skip_space()
        if self._at >= len(self._raw):
            raise mistake(f'Unclosed start tag "{tag}" at byte offset {begin}')
        attributes[name] = self._value()
        if self._at >= len(self._raw):
            raise mistake(f"Unclosed start tag at byte offset {begin}")

    def _value(self) -> str:
        quote = self._raw[self._at : self._at + 1]
        if quote not in (b"'", b'"'):
            begin = self._at
            found = re.compile(rb"[A-Za-z0-9.\-]*").match(self._raw, begin)
            value = found.group() if found else b""
            self._at = begin + len(value)
            if self._raw[self._at : self._at + 1] not in [bytes([c]) for c in SPACE + b">"]:
                raise mistake(f"Unexpected end of name token at byte offset {begin}")
            return value.decode().lower()
        self._at += 1
        raw = self._until(quote)
        self._at += 1
        return _decoded(raw)

    def _end_tag(self, begin: int) -> None:
        if not self._open:
            raise mistake(f"Unexpected end tag at byte offset {begin}")
        self._at = begin + 2
        name = self._until(SPACE + b">").decode().lower()
        self._skip_space()
        if self._raw[self._at : self._at + 1] != b">":
            raise mistake(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._open[-1]
        if name and name != opened.tag:
            raise mistake(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"')
        self._open.pop()
        if self._units > opened.at:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity = Entity(KINDS[opened.tag], opened.at, self._units - opened.at)
        last = self._entities[-1] if self._entities else None
        same_place = last is not None and (last.offset, last.length) == (entity.offset, entity.length)
        if opened.tag == "a":
            url = opened.argument or Formatted("".join(self._out)).part(entity)
            if not (link := checked_link(url)):
                return
            entity = Entity(link[0], entity.offset, entity.length, link[1])
        elif opened.tag == "tg-emoji":
            if not opened.argument.isdecimal():
                raise mistake("Invalid custom emoji identifier specified")
            entity.more["custom_emoji_id"] = opened.argument
        elif opened.tag == "tg-time":
            if not opened.attributes.get("unix", "").isdecimal():
                return
            entity.more["unix_time"] = int(opened.attributes["unix"])
            if style := opened.attributes.get("format"):
                entity.more["date_time_format"] = style
        elif opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity.type = "expandable_blockquote"
        elif opened.tag == "pre" and last is not None and same_place and last.more.get("language"):
            last.type = "pre"
            return
        elif opened.tag == "code" and last is not None and same_place and last.type == "pre" and opened.argument:
            last.more["language"] = opened.argument
            return
        elif opened.tag == "code" and opened.argument and self._open and self._open[-1].tag == "pre":
            entity.more["language"] = opened.argument
        self._entities.append(entity)

    def _until(self, stops: bytes) -> bytes:
        begin = self._at
        while self._at < len(self._raw) and self._raw[self._at] not in stops:
            self._at += 1
        return self._raw[begin : self._at]

    def _skip_space(self) -> None:
        while self._at < len(self._raw) and self._raw[self._at] in SPACE:
            self._at += 1


def read_html(text: str) -> Formatted:
    return HtmlReader(text).read()


def checked_link(url: str) -> tuple[str, dict[str, object]] | None:
    """What a link becomes: a mention of a person, a link, or nothing when it is no address."""
    if found := re.fullmatch(r"tg://user\?id=(\d+)", url):
        return "text_mention", {"user_id": int(found.group(1))}
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url):
        return ("text_link", {"url": url}) if re.match(r"(https?|tg|ton|tonsite)://\S+", url, re.I) else None
    return ("text_link", {"url": f"http://{url}/"}) if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", url) else None


def _argument(tag: str, attributes: dict[str, str]) -> str:
    if tag == "a":
        return attributes.get("href", "")
    if tag == "code":
        name = attributes.get("class", "")
        return name.removeprefix("language-") if name.startswith("language-") else ""
    if tag == "span":
        name = attributes.get("class", "")
        return name.removeprefix("tg-") if name.startswith("tg-") else ""
    return attributes.get("emoji-id", "") if tag == "tg-emoji" else ""


def _decoded(raw: bytes) -> str:
    out, at = bytearray(), 0
    while at < len(raw):
        decoded, end = _decode_reference(raw, at) if raw[at : at + 1] == b"&" else ("", at)
        out += decoded.encode() if decoded else raw[at : at + 1]
        at = end if decoded else at + 1
    return out.decode()


def _decode_reference(raw: bytes, at: int) -> tuple[str, int]:
    match = REFERENCE.match(raw, at)
    if match is None:
        return "", at
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED.get(name.decode(), ""), match.end()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= MAXIMUM_CODE_POINT or 0xD800 <= code <= 0xDFFF:
        return "", at
    return chr(code), match.end()
