"""`parse_mode=MarkdownV2` and the older `Markdown`, with Telegram's own words for each mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fakes.telegram.entities import Entity, Formatted, units
from fakes.telegram.html import checked_link, mistake

RESERVED = set("_*[]()~`>#+-=|{}.!\n")
WORDS = {"bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough"}
WORDS |= {"spoiler": "Spoiler", "code": "Code", "pre": "Pre", "text_link": "TextUrl", "blockquote": "BlockQuote"}
WORDS |= {"custom_emoji": "CustomEmoji"}
MARKS = {"bold": "*", "italic": "_", "underline": "__", "strikethrough": "~", "spoiler": "||", "code": "`"}
MARKS |= {"pre": "```", "text_link": "]", "custom_emoji": "]"}
STARTS = [(MARKS[kind], kind) for kind in ("underline", "italic", "bold", "strikethrough", "spoiler", "code")]
STARTS += [("![", "custom_emoji"), ("[", "text_link")]
LANGUAGE = re.compile(r"([^\s`]+)(?=\s)")
NEWLINE = re.compile(r"\r\n|\n\r|\n|\r")


@dataclass
class _Open:
    kind: str
    at: int  # in UTF-16 units of the text so far
    begin: int  # in characters of the source
    language: str = ""


class MarkdownReader:
    """Reads MarkdownV2 from left to right."""

    def __init__(self, source: str) -> None:
        self._source, self._at = source, 0
        self._out: list[str] = []
        self._units = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []
        self._quoting = False
        self._line_start = True

    def read(self) -> Formatted:
        while self._at < len(self._source):
            self._step(self._source[self._at])
        self._finish()
        self._entities.sort(key=lambda entity: (entity.offset, -entity.length))
        return Formatted("".join(self._out), self._entities)

    def _step(self, c: str) -> None:
        following = self._source[self._at + 1 : self._at + 2]
        if c == "\\" and following and 0 < ord(following) <= 126:
            self._write(following)
            self._at += 2
        elif c not in self._reserved():
            self._write(c)
            self._at += 1
        elif self._ends(c):
            self._end(c)
        else:
            self._begin(c)

    def _reserved(self) -> set[str]:
        return {"`"} if self._open and self._open[-1].kind in ("code", "pre") else RESERVED

    def _write(self, text: str) -> None:
        self._out.append(text)
        self._units += units(text)
        if text != "\r":
            self._line_start = text == "\n"

    def _ends(self, c: str) -> bool:
        if not self._open:
            return False
        if self._quoting and c == "\n" and self._source[self._at + 1 : self._at + 2] != ">":
            return True
        kind = self._open[-1].kind
        if kind == "italic":
            return c == "_" and self._source[self._at + 1 : self._at + 2] != "_"
        return kind in MARKS and self._source.startswith(MARKS[kind], self._at)

    def _begin(self, c: str) -> None:
        begin, rest = self._at, self._source[self._at :]
        if c == "\n":
            self._write("\n")
            self._at += 1
        elif c == ">" and self._line_start:
            self._at += 1
            if not self._quoting:
                self._quoting = True
                self._open.append(_Open("blockquote", self._units, begin))
        elif rest.startswith("```"):
            self._begin_pre(begin)
        else:
            for mark, kind in STARTS:
                if rest.startswith(mark):
                    self._at += len(mark)
                    self._open.append(_Open(kind, self._units, begin))
                    return
            raise mistake(f"Character '{c}' is reserved and must be escaped with the preceding '\\'")

    def _begin_pre(self, begin: int) -> None:
        self._at += 3
        language = LANGUAGE.match(self._source, self._at)
        self._at = language.end() if language else self._at
        if newline := NEWLINE.match(self._source, self._at):
            self._at = newline.end()
        self._open.append(_Open("pre", self._units, begin, language.group(1) if language else ""))

    def _end(self, c: str) -> None:
        if c == "\n" and self._quoting:
            self._end_quote()
            return
        opened = self._open.pop()
        self._at += len(MARKS[opened.kind])
        more: dict[str, object] = {"language": opened.language} if opened.language else {}
        kind = opened.kind
        if kind in ("text_link", "custom_emoji"):
            found = self._link(opened)
            if found is None:
                return
            kind, more = found
        if self._units > opened.at:
            self._entities.append(Entity(kind, opened.at, self._units - opened.at, dict(more)))

    def _link(self, opened: _Open) -> tuple[str, dict[str, object]] | None:
        if self._source[self._at : self._at + 1] != "(":
            if opened.kind == "custom_emoji":
                raise mistake("The entity must contain a tg://emoji or tg://time URL")
            text = Formatted("".join(self._out))
            return checked_link(text.part(Entity("", opened.at, self._units - opened.at)))
        self._at += 1
        url, begin = "", self._at
        while self._at < len(self._source) and self._source[self._at] != ")":
            if self._source[self._at] == "\\" and self._at + 1 < len(self._source):
                self._at += 1
            url += self._source[self._at]
            self._at += 1
        if self._at >= len(self._source):
            raise mistake(f"Can't find end of a URL at byte offset {self._bytes(begin)}")
        self._at += 1
        if opened.kind == "text_link":
            return checked_link(url)
        found = re.fullmatch(r"tg://emoji\?id=(\d+)", url)
        if not found:
            raise mistake("Invalid tg://emoji or tg://time URL specified")
        return "custom_emoji", {"custom_emoji_id": found.group(1)}

    def _end_quote(self) -> None:
        """A line that does not go on with `>` ends the quote; `||` at its very end makes it expandable."""
        kind = "blockquote"
        top = self._open[-1]
        if top.kind == "spoiler" and top.begin == self._at - 2:
            self._open.pop()
            kind = "expandable_blockquote"
        opened = self._open.pop()
        if opened.kind != "blockquote":
            raise self._unended(opened)
        self._quoting = False
        self._write("\n")
        self._at += 1
        self._entities.append(Entity(kind, opened.at, self._units - opened.at))

    def _finish(self) -> None:
        if self._quoting:
            kind = "blockquote"
            if self._open[-1].kind == "spoiler" and self._open[-1].begin == len(self._source) - 2:
                self._open.pop()
                kind = "expandable_blockquote"
            if self._open[-1].kind == "blockquote":
                opened = self._open.pop()
                if self._units > opened.at:
                    self._entities.append(Entity(kind, opened.at, self._units - opened.at))
        if self._open:
            raise self._unended(self._open[-1])

    def _unended(self, opened: _Open) -> Exception:
        word = "PreCode" if opened.kind == "pre" and opened.language else WORDS[opened.kind]
        return mistake(f"Can't find end of {word} entity at byte offset {self._bytes(opened.begin)}")

    def _bytes(self, characters: int) -> int:
        return len(self._source[:characters].encode())


def read_markdown_v2(text: str) -> Formatted:
    return MarkdownReader(text).read()


def read_markdown(text: str) -> Formatted:
    """The older dialect: no nesting, and only four marks."""
    out, entities, at = "", [], 0
    while at < len(text):
        c = text[at]
        if c == "\\" and text[at + 1 : at + 2] in ("_", "*", "`", "["):
            out, at = out + text[at + 1], at + 2
            continue
        if c not in "_*`[":
            out, at = out + c, at + 1
            continue
        kind, inner, after, more = _old_entity(text, at)
        entity = Entity(kind, units(out), units(inner), more)
        out, at = out + inner, after
        if inner and kind:
            entities.append(entity)
    return Formatted(out, entities)


def _old_entity(text: str, at: int) -> tuple[str, str, int, dict[str, object]]:
    """Kind (empty when it marks nothing), inner text, where to go on, and what more is known."""
    mark = "```" if text.startswith("```", at) else "]" if text[at] == "[" else text[at]
    begin = at + (3 if mark == "```" else 1)
    more: dict[str, object] = {}
    if mark == "```":
        if language := LANGUAGE.match(text, begin):
            more, begin = {"language": language.group(1)}, language.end()
        newline = NEWLINE.match(text, begin)
        begin = newline.end() if newline else begin
    end = text.find(mark, begin)
    if end < 0:
        offset = len(text[:at].encode())
        raise mistake(f"Can't find end of the entity starting at byte offset {offset}")
    inner, after = text[begin:end], end + len(mark)
    if mark != "]":
        return {"_": "italic", "*": "bold", "`": "code", "```": "pre"}[mark], inner, after, more
    url = inner
    if text[after : after + 1] == "(":
        close = text.find(")", after)
        close = len(text) if close < 0 else close
        url, after = text[after + 1 : close], close + 1
    link = checked_link(url)
    return (link[0], inner, after, link[1]) if link else ("", inner, after, more)
