"""Conversations that are longer than the model's window."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from fakes import Error, FakeAnthropic, FakeGemini, FakeOpenAIChat, FakeOpenAIResponses, FakeServer, Text, ToolCall
from fakes.server import Seen
from fakes.steps import Step
from harness import ModelConfig, connect, gateway_config
from harness.config import APIS
from tests.test_chat import DOT_PNG, text_of

KEY = "secret-key-of-the-test"
MAIN = "agent:main:main"


def config_of(state: Path, fake: FakeServer) -> Any:
    api = next(api for name, api in APIS.items() if any(kind.__name__ == name for kind in type(fake).__mro__))
    return gateway_config(state, [ModelConfig("small", fake.url, api, key=KEY)])


class SmallWindow:
    """Before a vendor's fake: a window of `window` bytes, whatever the config says, and the vendor's words for it."""

    window = 34_000
    words = ""
    refusals: int

    async def _play(self: Any, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        self.refusals = getattr(self, "refusals", 0)
        if len(json.dumps(seen.body, ensure_ascii=False).encode()) <= self.window:
            response: web.StreamResponse = await super()._play(request, seen, step)  # type: ignore[misc]
            return response
        self.refusals += 1
        if isinstance(step, ToolCall) or (isinstance(step, Text) and step.text == "Done."):
            self.script.appendleft(step)
        refusal: web.StreamResponse = self._error(seen, Error(400, self.words))
        return refusal


class SmallAnthropic(SmallWindow, FakeAnthropic):
    words = "prompt is too long: 213381 tokens > 200000 maximum"


class SmallChat(SmallWindow, FakeOpenAIChat):
    words = "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it"


class SmallResponses(SmallWindow, FakeOpenAIResponses):
    words = "Your input exceeds the context window of this model. Please adjust your input and try again."


class SmallGemini(SmallWindow, FakeGemini):
    words = "The input token count (213381) exceeds the maximum number of tokens allowed (131072)."


@pytest.mark.parametrize("kind", [SmallAnthropic, SmallChat, SmallResponses, SmallGemini], ids=lambda k: k.__name__)
def test_a_conversation_goes_on_where_the_window_is_smaller_than_the_config_says(
    kind: Any, start: Any, state: Path
) -> None:
    with kind() as fake, connect(start(config_of(state, fake)).port) as client:
        for number in range(14):
            ended = client.chat(f"message {number} " + "åäö ord " * 450, MAIN)
            assert ended["state"] == "final", ended
        assert fake.refusals == 1, "what the model takes is learned at once"
        assert "<summary>" in json.dumps(fake.requests[-1].body)
        assert not fake.violations


def test_pasted_texts_that_are_too_long_together_do_not_end_the_conversation(start: Any, state: Path) -> None:
    with SmallAnthropic() as fake, connect(start(config_of(state, fake)).port) as client:
        fake.window = 128_000 * 27 // 10
        for text in ("hej", "åäö ord " * 12_000, "åäö ord " * 11_000, "åäö ord " * 9_000, "och nu?"):
            ended = client.chat(text, MAIN)
            assert ended["state"] == "final", ended
        assert fake.refusals == 1


def test_in_the_middle_of_a_turn_no_tool_runs_twice(start: Any, state: Path) -> None:
    with SmallChat() as fake, connect(start(config_of(state, fake)).port) as client:
        fake.window = 100_000
        workspace = state / "workspace"
        workspace.mkdir(parents=True, exist_ok=True)
        (workspace / "f.txt").write_text("åäö ord\n" * 1_800)
        fake.script += [ToolCall("exec", {"command": "cat f.txt; echo x >> ran.txt"})] * 12 + [Text("Done.")]
        ended = client.chat("read the file twelve times", MAIN, timeout=40)
        assert ended["state"] == "final" and text_of(ended["message"]) == "Done.", ended
        assert (workspace / "ran.txt").read_text() == "x\n" * 12
        assert fake.refusals == 1
        messages = fake.requests[-1].body["messages"]
        assert [len(m.get("tool_calls") or []) for m in messages if m["role"] == "assistant"] == [1] * 12
        results = [m["content"] for m in messages if m["role"] == "tool"]
        assert len(results[0]) < 2_500 and len(results[-1]) > 10_000
        assert not fake.violations


def test_a_paste_that_is_too_long_shortens_no_other_conversation(
    start: Any, state: Path, fake_chat: FakeOpenAIChat
) -> None:
    with connect(start(config_of(state, fake_chat)).port) as client:
        for number in range(6):
            client.chat(f"part {number} " + "some prose in plain words " * 800, "agent:main:long")
        before = len(json.dumps(fake_chat.requests[-1].body))
        fake_chat.script.append(Error(400, SmallChat.words))
        paste = base64.b64encode(os.urandom(112_000)).decode()
        assert client.chat(paste, "agent:main:other")["state"] == "error"
        asked = len(fake_chat.requests)
        assert client.chat("and now?", "agent:main:long")["state"] == "final"
        assert len(fake_chat.requests) == asked + 1, "nothing is summarised"
        assert len(json.dumps(fake_chat.requests[-1].body)) > before


def picture(size: int) -> dict[str, str]:
    content = base64.b64encode(base64.b64decode(DOT_PNG) + os.urandom(size)).decode()
    return {"type": "image", "mimeType": "image/png", "fileName": "p.png", "content": content}


def pictures_in(request: Seen) -> list[str]:
    blocks = [b for m in request.body["messages"] for b in m["content"] if isinstance(b, dict)]
    return [b["source"]["data"] for b in blocks if b["type"] == "image"]


class SmallBody(FakeAnthropic):
    """Takes requests of 2 MB at most, as a server behind a proxy may."""

    refusals = 0

    async def _play(self, request: web.Request, seen: Seen, step: Step) -> web.StreamResponse:
        if len(json.dumps(seen.body)) <= 2_000_000:
            return await super()._play(request, seen, step)
        self.refusals += 1
        return self._error(seen, Error(413, "Request exceeds the maximum size"))


def test_pictures_that_are_too_large_together_are_shown_newest_first_and_none_is_held_against_the_model(
    start: Any, state: Path
) -> None:
    with SmallBody() as fake, connect(start(config_of(state, fake)).port) as client:
        pictures = [picture(500_000) for _ in range(3)]
        for place, new in enumerate(pictures):
            assert client.chat(f"picture {place}", MAIN, attachments=[new])["state"] == "final"
        assert fake.refusals == 1 and pictures_in(fake.requests[-1]) == [pictures[2]["content"]]
        assert client.chat("this one again", "agent:main:other", attachments=[pictures[0]])["state"] == "final"
        assert fake.refusals == 1 and pictures_in(fake.requests[-1]) == [pictures[0]["content"]]
        assert not fake.violations


def test_a_large_picture_that_the_model_cannot_read_is_sent_once(
    start: Any, state: Path, fake_anthropic: FakeAnthropic
) -> None:
    with connect(start(config_of(state, fake_anthropic)).port) as client:
        fake_anthropic.script.append(Error(400, "Could not process image"))
        client.chat("what is it?", MAIN, attachments=[picture(700_000)])
        good = picture(600_000)
        assert client.chat("and this?", MAIN, attachments=[good])["state"] == "final"
        shown = [pictures_in(request) for request in fake_anthropic.requests]
    assert [len(pictures) for pictures in shown] == [1, 0, 1] and shown[-1] == [good["content"]]
