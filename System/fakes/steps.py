"""What a fake model does next: one step answers one request."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any, Literal

DEFAULT_TEXT = "Hello from the fake model."
SLOW_WORDS = 60
SLOW_PAUSE_SECONDS = 0.1
# With an ending of its own: long enough to be seen while it is written.
BRISK_PAUSE_SECONDS = 0.06
TOOL_ECHO_CHARACTERS = 80


# Why an answer ends: it is whole, its longest length is reached, or the vendor's filter ends it.
End = Literal["whole", "length", "filter"]


@dataclass(frozen=True)
class Text:
    """A streamed answer. `chunks` is how many pieces, `pause` the seconds between two."""

    text: str = DEFAULT_TEXT
    chunks: int = 6
    pause: float = 0.0
    thinking: str | None = None
    end: End = "whole"


@dataclass(frozen=True)
class ToolCall:
    """The model asks for a tool, and for those `beside` it in the same answer, after `text` if there is any."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    thinking: str | None = None
    beside: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Error:
    """An HTTP error instead of an answer."""

    status: int
    message: str | None = None
    retry_after: int | str | None = None


@dataclass(frozen=True)
class ErrorEvent:
    """The stream starts, and after `after` pieces of text the vendor reports an error inside it."""

    after: int = 2
    message: str = "Overloaded"


@dataclass(frozen=True)
class Cut:
    """The connection is dropped after `after` pieces of text."""

    after: int = 3
    text: str = DEFAULT_TEXT


@dataclass(frozen=True)
class Silence:
    """`after` pieces of text, then nothing until the client hangs up."""

    after: int = 0
    text: str = DEFAULT_TEXT


@dataclass(frozen=True)
class Lingering:
    """All of an answer but the mark of its end; then the line is kept alive until the client hangs up."""

    text: str = DEFAULT_TEXT


@dataclass(frozen=True)
class OneByteChunks:
    """The same answer, one byte a write."""

    step: Step = Text()


@dataclass(frozen=True)
class Hold:
    """Nothing, not even a status line, until `event` is set; then `step`."""

    event: threading.Event
    step: Step = Text()


Step = Text | ToolCall | Error | ErrorEvent | Cut | Silence | Lingering | OneByteChunks | Hold


def pieces(text: str, count: int) -> list[str]:
    """Cuts a text into at most `count` pieces, between words where it can."""
    words = re.findall(r"\S+\s*|\s+", text)
    if len(words) < count:
        words = list(text) if len(text) <= count else words
    size = max(1, -(-len(words) // count)) if words else 1
    return ["".join(words[i : i + size]) for i in range(0, len(words), size)]


_MARKER = re.compile(r"\[\[(slow|cut|tool|err|say|add)(?::(.*?))?\]\](?!\])", re.DOTALL)


def step_for(texts: list[str], tool_result: str | None) -> Step:
    """Reads the markers people write into a message: `[[slow:ENDING]] [[cut]] [[err:N]] [[say:TEXT]] [[tool:NAME {json}]]`.

    The last one counts: what was not answered before may stand in front of it, also the result of a tool. Only `[[add:TEXT]]`
    and the ending of `slow` are said together with all of their kind, as answers to several questions at once."""
    found = [match.groups(default="") for text in texts for match in _MARKER.finditer(text)]
    if not found:
        return Text() if tool_result is None else Text("Tool said: " + tool_result[:TOOL_ECHO_CHARACTERS])
    kind, value = found[-1]
    if kind not in ADDED:
        return _marked(kind, value)
    every = " ".join(value for kind, value in found if kind in ADDED and value)
    return _marked("slow" if "slow" in [kind for kind, _ in found] else "say", every)


ADDED = ("add", "slow")


def _marked(kind: str, value: str) -> Step:
    if kind == "slow":
        words = " ".join(f"word{n}" for n in range(1, SLOW_WORDS + 1))
        if value:
            return Text(f"{words} {value}", chunks=SLOW_WORDS + 1, pause=BRISK_PAUSE_SECONDS)
        return Text(words, chunks=SLOW_WORDS, pause=SLOW_PAUSE_SECONDS)
    if kind == "cut":
        return Cut()
    if kind == "err":
        status = int(value)
        return Error(status, f"fake error {status}", retry_after=1 if status == 429 else None)
    if kind == "say":
        return Text(value)
    name, _, arguments = value.partition(" ")
    return ToolCall(name, json.loads(arguments or "{}"))
