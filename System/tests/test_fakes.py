"""The fakes are judged by the vendors' own SDKs: what those read and send is what the gateway must read and send."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors as gemini_errors
from google.genai import types

from fakes import (
    Cut,
    Error,
    ErrorEvent,
    FakeAnthropic,
    FakeGemini,
    FakeOpenAIChat,
    FakeOpenAIResponses,
    FakeServer,
    Hold,
    OneByteChunks,
    Silence,
    Text,
    ToolCall,
)

DOT_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}

Ask = Callable[..., "Heard"]


class StreamFailed(Exception):
    """A stream an SDK handed over without complaint, but that was not whole."""


class Heard:
    """What an SDK made of a stream."""

    def __init__(self) -> None:
        self.text = ""
        self.pieces = 0
        self.thinking = ""
        self.tool: tuple[str, dict[str, Any]] | None = None
        self.usage: tuple[int, int, int] | None = None


def ask_anthropic(fake: FakeServer, message: str, with_tool: bool = False, image: bool = False) -> Heard:
    client = anthropic.Anthropic(api_key="k", base_url=fake.url, max_retries=0)
    content: list[Any] = [{"type": "text", "text": message}]
    if image:
        source = {"type": "base64", "media_type": "image/png", "data": DOT_PNG}
        content.append({"type": "image", "source": source})
    messages: list[Any] = [{"role": "user", "content": content}]
    tools: Any = (
        [{"name": "read", "description": "Reads.", "input_schema": SCHEMA}] if with_tool else anthropic.NOT_GIVEN
    )
    while True:
        heard = Heard()
        with client.messages.stream(model="claude-fake-1", max_tokens=2000, messages=messages, tools=tools) as stream:
            for text in stream.text_stream:
                heard.text += text
                heard.pieces += 1
            final = stream.get_final_message()
        heard.usage = (final.usage.input_tokens, final.usage.output_tokens, final.usage.cache_read_input_tokens or 0)
        calls = [block for block in final.content if block.type == "tool_use"]
        heard.thinking = "".join(block.thinking for block in final.content if block.type == "thinking")
        if not calls:
            return heard
        messages.append(
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in final.content]}
        )
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": json.dumps(call.input)} for call in calls]
        messages.append({"role": "user", "content": results})


def ask_chat(fake: FakeServer, message: str, with_tool: bool = False, image: bool = False) -> Heard:
    client = openai.OpenAI(api_key="k", base_url=fake.url, max_retries=0)
    content: list[Any] = [{"type": "text", "text": message}]
    if image:
        content.append({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DOT_PNG}"}})
    messages: list[Any] = [{"role": "user", "content": content}]
    tools: Any = (
        [{"type": "function", "function": {"name": "read", "parameters": SCHEMA}}] if with_tool else openai.NOT_GIVEN
    )
    while True:
        heard, calls = Heard(), {}
        options: Any = {"include_usage": True}
        stream = client.chat.completions.create(
            model="fake-1", messages=messages, tools=tools, stream=True, stream_options=options
        )
        for chunk in stream:
            if chunk.usage:
                details = chunk.usage.prompt_tokens_details
                cached = (details.cached_tokens if details else 0) or 0
                heard.usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens, cached)
            for choice in chunk.choices:
                heard.text += choice.delta.content or ""
                heard.pieces += bool(choice.delta.content)
                heard.thinking += getattr(choice.delta, "reasoning_content", "") or ""
                for call in choice.delta.tool_calls or []:
                    function = calls.setdefault(call.index, {"id": call.id, "name": "", "arguments": ""})
                    assert call.function
                    function["name"] += call.function.name or ""
                    function["arguments"] += call.function.arguments or ""
        if not calls:
            return heard
        said = [{"id": c.pop("id"), "type": "function", "function": c} for c in calls.values()]
        messages.append({"role": "assistant", "content": heard.text or None, "tool_calls": said})
        messages += [{"role": "tool", "tool_call_id": c["id"], "content": c["function"]["arguments"]} for c in said]


def ask_responses(fake: FakeServer, message: str, with_tool: bool = False, image: bool = False) -> Heard:
    client = openai.OpenAI(api_key="k", base_url=fake.url, max_retries=0)
    content: list[Any] = [{"type": "input_text", "text": message}]
    if image:
        content.append({"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{DOT_PNG}"})
    items: list[Any] = [{"role": "user", "content": content}]
    tools: Any = (
        [{"type": "function", "name": "read", "parameters": SCHEMA, "strict": False}] if with_tool else openai.NOT_GIVEN
    )
    while True:
        heard, final = Heard(), None
        for event in client.responses.create(model="resp-fake-1", input=items, tools=tools, stream=True, store=False):
            if event.type == "response.output_text.delta":
                heard.text += event.delta
                heard.pieces += 1
            if event.type == "response.reasoning_summary_text.delta":
                heard.thinking += event.delta
            if event.type == "error":
                raise StreamFailed(event.message)
            if event.type == "response.completed":
                final = event.response
        if final is None:
            raise StreamFailed("the stream ended without response.completed")
        assert final.usage
        cached = final.usage.input_tokens_details.cached_tokens
        heard.usage = (final.usage.input_tokens, final.usage.output_tokens, cached)
        calls = [item for item in final.output if item.type == "function_call"]
        if not calls:
            return heard
        items += [item.model_dump(exclude_none=True) for item in final.output]
        items += [{"type": "function_call_output", "call_id": c.call_id, "output": c.arguments} for c in calls]


def gemini_client(fake: FakeServer) -> genai.Client:
    options = types.HttpOptions(
        base_url=fake.url.removesuffix("/v1beta"), retry_options=types.HttpRetryOptions(attempts=1)
    )
    return genai.Client(api_key="k", vertexai=False, http_options=options)


def ask_gemini(fake: FakeServer, message: str, with_tool: bool = False, image: bool = False) -> Heard:
    client = gemini_client(fake)
    parts = [types.Part(text=message)]
    if image:
        parts.append(types.Part.from_bytes(data=base64.b64decode(DOT_PNG), mime_type="image/png"))
    contents: list[Any] = [types.Content(role="user", parts=parts)]
    function = types.FunctionDeclaration(name="read", parameters_json_schema=SCHEMA)
    config = types.GenerateContentConfig(
        tools=[types.Tool(function_declarations=[function])] if with_tool else None,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    while True:
        heard, said, finished = Heard(), [], False
        for chunk in client.models.generate_content_stream(model="gem-fake-1", contents=contents, config=config):
            assert chunk.candidates and chunk.candidates[0].content
            finished = finished or chunk.candidates[0].finish_reason is not None
            for part in chunk.candidates[0].content.parts or []:
                said.append(part)
                if part.thought:
                    heard.thinking += part.text or ""
                elif part.text:
                    heard.text += part.text
                    heard.pieces += 1
            usage = chunk.usage_metadata
            assert usage
            heard.usage = (
                usage.prompt_token_count or 0,
                usage.candidates_token_count or 0,
                usage.cached_content_token_count or 0,
            )
        if not finished:
            raise StreamFailed("the stream ended without a finish reason")
        calls = [part.function_call for part in said if part.function_call]
        if not calls:
            return heard
        contents.append(types.Content(role="model", parts=said))
        answers = [types.FunctionResponse(id=c.id, name=c.name, response={"output": json.dumps(c.args)}) for c in calls]
        contents.append(types.Content(role="user", parts=[types.Part(function_response=a) for a in answers]))


VENDORS: dict[str, tuple[type[FakeServer], Ask]] = {
    "anthropic": (FakeAnthropic, ask_anthropic),
    "chat": (FakeOpenAIChat, ask_chat),
    "responses": (FakeOpenAIResponses, ask_responses),
    "gemini": (FakeGemini, ask_gemini),
}
USER = [{"role": "user", "content": "hi"}]
SMALLEST: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("/v1/messages", {"model": "m", "max_tokens": 9, "stream": True, "messages": USER}),
    "chat": ("/v1/chat/completions", {"model": "m", "stream": True, "messages": USER}),
    "responses": ("/v1/responses", {"model": "m", "stream": True, "input": "hi"}),
    "gemini": (
        "/v1beta/models/m:streamGenerateContent?alt=sse",
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
    ),
}
HEADERS = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    "authorization": "Bearer k",
    "x-goog-api-key": "k",
}
FAILURES = (anthropic.APIError, openai.APIError, gemini_errors.APIError, httpx2.HTTPError, StreamFailed)
every_vendor = pytest.mark.parametrize("vendor", VENDORS)


@every_vendor
def test_the_sdk_reads_the_default_answer_piece_by_piece_with_its_usage(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type() as fake:
        heard = ask(fake, "hi")
    assert heard.text == "Hello from the fake model."
    assert heard.pieces == 5, "five words, five pieces"
    assert heard.usage is not None and heard.usage[0] == 100 and heard.usage[2] == 30


@every_vendor
def test_a_tool_call_goes_out_and_its_result_comes_back(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type() as fake:
        heard = ask(fake, 'please [[tool:read {"path":"AGENTS.md"}]]', with_tool=True)
    assert heard.text == 'Tool said: {"path": "AGENTS.md"}'
    assert len(fake.requests) == 2


@every_vendor
def test_reasoning_and_a_tool_call_survive_the_round_trip(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type(
        [ToolCall("read", {"path": "a"}, text="Let me look.", thinking="hmm"), Text("Done.", thinking="ok")]
    ) as fake:
        heard = ask(fake, "go", with_tool=True)
    assert heard.text == "Done."
    assert heard.thinking == "ok"


@every_vendor
def test_tool_calls_side_by_side_are_answered_side_by_side(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    both = ToolCall("read", {"path": "a"}, thinking="both", beside=(ToolCall("read", {"path": "b"}),))
    with fake_type([both]) as fake:
        heard = ask(fake, "go", with_tool=True)
    assert heard.text == 'Tool said: {"path": "b"}'
    assert len(fake.requests) == 2


LISTS: dict[str, Callable[[FakeServer], list[str]]] = {
    "anthropic": lambda fake: [m.id for m in anthropic.Anthropic(api_key="k", base_url=fake.url).models.list()],
    "chat": lambda fake: [m.id for m in openai.OpenAI(api_key="k", base_url=fake.url).models.list()],
    "responses": lambda fake: [m.id for m in openai.OpenAI(api_key="k", base_url=fake.url).models.list()],
    "gemini": lambda fake: gemini_models(gemini_client(fake)),
}


def gemini_models(client: genai.Client) -> list[str]:
    talking = [m for m in client.models.list() if "generateContent" in (m.supported_actions or [])]
    return [str(m.name).removeprefix("models/") for m in talking]


@every_vendor
def test_the_models_are_listed_and_others_unknown(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type(models=("some-model-1", "some-model-2")) as fake:
        assert LISTS[vendor](fake) == ["some-model-1", "some-model-2"]
        with pytest.raises(FAILURES) as caught:
            ask(fake, "hi")
    error: Any = caught.value
    assert getattr(error, "status_code", None) == 404 or error.code == 404


@pytest.mark.parametrize("vendor", ["anthropic", "chat", "responses"])
def test_a_rate_limit_says_when_to_come_back(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type([Error(429, retry_after="7")]) as fake, pytest.raises(FAILURES) as caught:
        ask(fake, "hi")
    error: Any = caught.value
    assert type(error).__name__ == "RateLimitError" and error.response.headers["retry-after"] == "7"


@every_vendor
def test_an_image_is_accepted(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type() as fake:
        assert ask(fake, "[[say:a dot]]", image=True).text == "a dot"


@every_vendor
def test_one_byte_chunks_read_the_same(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type([OneByteChunks(Text("Grüße, 世界"))]) as fake:
        assert ask(fake, "hi").text == "Grüße, 世界"


@every_vendor
@pytest.mark.parametrize(
    "step", [Error(429, retry_after=1), Error(529), Error(500), ErrorEvent(), Cut()], ids=lambda s: repr(s)[:14]
)
def test_a_fault_reaches_the_sdk_as_an_error(vendor: str, step: Any) -> None:
    fake_type, ask = VENDORS[vendor]
    with fake_type([step]) as fake, pytest.raises(FAILURES):
        ask(fake, "hi")


@every_vendor
@pytest.mark.parametrize("after", [0, 2])
def test_silence_lasts_until_the_client_hangs_up(vendor: str, after: int) -> None:
    path, body = SMALLEST[vendor]
    with VENDORS[vendor][0]([Silence(after=after)]) as fake:
        connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=0.5)
        connection.request("POST", path, json.dumps(body), HEADERS)
        response = connection.getresponse()
        assert response.status == 200
        with pytest.raises(TimeoutError):
            response.read()
        response.close()
        connection.close()
        assert fake.requests[0].client_closed.wait(5), "the fake should notice that the client hung up"


@every_vendor
@pytest.mark.parametrize("change", [{"bogus": 1}, {"tools": "none"}], ids=["unknown key", "tools of the wrong type"])
def test_a_request_the_vendor_would_refuse_is_refused_and_remembered(vendor: str, change: dict[str, Any]) -> None:
    path, body = SMALLEST[vendor]
    fake = VENDORS[vendor][0]()
    with pytest.raises(AssertionError, match="would have refused"), fake:
        connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=5)
        connection.request("POST", path, json.dumps({**body, **change}), HEADERS)
        assert connection.getresponse().status == 400


SIGNED = "dGhvdWdodC1zaWduYXR1cmU="
ROUND = [
    {"role": "user", "parts": [{"text": "go"}]},
    {"role": "model", "parts": [{"functionCall": {"name": "read", "args": {}}}]},
    {"role": "user", "parts": [{"functionResponse": {"name": "read", "response": {"output": "x"}}}]},
]


def round_with(signature: str | None, *after: dict[str, Any]) -> dict[str, Any]:
    part = {**ROUND[1]["parts"][0], **({"thoughtSignature": signature} if signature else {})}
    return {"contents": [ROUND[0], {"role": "model", "parts": [part]}, ROUND[2], *after]}


LATER = ({"role": "model", "parts": [{"text": "x"}]}, {"role": "user", "parts": [{"text": "and now?"}]})


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("gemini-3.8-flash", round_with(SIGNED), 200),
        ("gemini-3.8-flash", round_with("skip_thought_signature_validator"), 200),
        ("gemini-3.8-flash", round_with(None), 400),
        ("gemini-3.8-flash", round_with("b3RoZXI="), 400),
        ("gemini-3.8-flash", round_with(None, *LATER), 200),
        ("gemini-2.5-pro", round_with(None), 200),
    ],
    ids=["its own", "the word for none", "none", "another", "none in an earlier turn", "an older model"],
)
def test_gemini_checks_the_signatures_of_the_turn_under_way(name: str, body: dict[str, Any], status: int) -> None:
    with FakeGemini() as fake:
        connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=5)
        path = f"/v1beta/models/{name}:streamGenerateContent?alt=sse"
        connection.request("POST", path, json.dumps(body), HEADERS)
        assert connection.getresponse().status == status
        fake.violations.clear()


@every_vendor
def test_hold_answers_when_it_is_let_go(vendor: str) -> None:
    fake_type, ask = VENDORS[vendor]
    go, heard = threading.Event(), []
    with fake_type([Hold(go, Text("late"))]) as fake:
        asking = threading.Thread(target=lambda: heard.append(ask(fake, "hi").text))
        asking.start()
        fake.wait_for_request()
        assert not heard
        go.set()
        asking.join(10)
    assert heard == ["late"]
