"""OpenAI's Chat Completions API, and the two listings compatible servers are asked for."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

from fakes.checks import data_url_problems, schema_problems, unknown_keys
from fakes.server import Answer, FakeServer, Seen, sse
from fakes.typed import typed_problems

MESSAGE_KEYS = {
    "system": "role content name",
    "developer": "role content name",
    "user": "role content name",
    "assistant": "role content name refusal tool_calls reasoning_content",
    "tool": "role content tool_call_id",
}
FINISH_REASONS = {"whole": "stop", "length": "length", "filter": "content_filter"}
TOOL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")


class FakeOpenAIChat(FakeServer):
    path_prefix = "/v1"
    wants_key = True

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/chat/completions", self.handle),
            web.get("/v1/models", self.list_models),
            web.get("/api/tags", self._tags),
        ]

    async def list_models(self, request: web.Request) -> web.Response:
        return openai_models(self.listed_models)

    async def _tags(self, request: web.Request) -> web.Response:
        """The listing by which Ollama is recognised."""
        return web.json_response({"models": [{"name": name, "model": name, "size": 1} for name in self.listed_models]})

    def problems(self, seen: Seen) -> list[str]:
        return (header_problems(seen.headers) if self.wants_key else []) + _body_problems(seen.body)

    def trailing(self, body: Any) -> tuple[list[str], str | None]:
        texts: list[str] = []
        for message in reversed(body["messages"]):
            if message["role"] == "tool":
                return texts, _flat(message["content"])
            if message["role"] != "user":
                break
            texts.insert(0, _flat(message["content"]))
        return texts, None

    def error_body(self, status: int, message: str) -> Any:
        return openai_error(status, message)

    def error_event(self, message: str) -> bytes:
        return sse({"error": {"message": message, "type": "server_error", "param": None, "code": None}})

    async def frames(self, seen: Seen, answer: Answer) -> AsyncIterator[tuple[bytes, bool]]:
        base = {
            "id": self.next_id("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": seen.body["model"],
        }
        with_usage = (seen.body.get("stream_options") or {}).get("include_usage", False)
        nothing_yet = {"usage": None} if with_usage else {}

        def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return sse({**base, **nothing_yet, "choices": [choice]})

        yield chunk({"role": "assistant", "content": ""}), False
        if answer.thinking:
            yield chunk({"reasoning_content": answer.thinking}), False
        for text in answer.texts:
            yield chunk({"content": text}), True
        for delta in self._tool_deltas(answer):
            yield chunk({"tool_calls": [delta]}), False
        yield chunk({}, _finish_reason(answer)), False
        if with_usage:
            yield sse({**base, "choices": [], "usage": _usage(answer)}), False
        yield sse("[DONE]"), False

    def _tool_deltas(self, answer: Answer) -> list[dict[str, Any]]:
        deltas: list[dict[str, Any]] = []
        for index, tool in enumerate(answer.tools):
            text = json.dumps(tool.arguments)
            head = {"index": index, "id": self.next_id("call_"), "type": "function"}
            half = len(text) // 2
            deltas.append({**head, "function": {"name": tool.name, "arguments": ""}})
            deltas += [{"index": index, "function": {"arguments": part}} for part in (text[:half], text[half:])]
        return deltas

    def whole(self, seen: Seen, answer: Answer) -> Any:
        message: dict[str, Any] = {"role": "assistant", "content": "".join(answer.texts) or None, "refusal": None}
        for tool in answer.tools:
            function = {"name": tool.name, "arguments": json.dumps(tool.arguments)}
            call = {"id": self.next_id("call_"), "type": "function", "function": function}
            message.setdefault("tool_calls", []).append(call)
        finish = _finish_reason(answer)
        return {
            "id": self.next_id("chatcmpl-"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": seen.body["model"],
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
            "usage": _usage(answer),
        }


def _finish_reason(answer: Answer) -> str:
    return "tool_calls" if answer.tools else FINISH_REASONS[answer.end]


def openai_error(status: int, message: str) -> Any:
    kinds = {429: "requests"}
    codes = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": codes.get(status)}}


def openai_models(names: tuple[str, ...]) -> web.Response:
    data = [{"id": name, "object": "model", "created": 1, "owned_by": "fake"} for name in names]
    return web.json_response({"object": "list", "data": data})


def header_problems(headers: dict[str, str]) -> list[str]:
    problems = []
    if not re.fullmatch(r"Bearer \S+", headers.get("authorization", "")):
        problems.append("Authorization: Bearer <key> is required")
    if not headers.get("content-type", "").startswith("application/json"):
        problems.append("the content-type must be application/json")
    return problems


def _usage(answer: Answer) -> dict[str, Any]:
    written = len(answer.texts)
    return {
        "prompt_tokens": 100,
        "completion_tokens": written,
        "total_tokens": 100 + written,
        "prompt_tokens_details": {"cached_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


def _body_problems(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["the body must be an object"]
    problems = typed_problems(_without_additions({**body, "stream": True}), CompletionCreateParamsStreaming, "body")
    if not body.get("model"):
        problems.append("model: required")
    if "max_tokens" in body and "max_completion_tokens" in body:
        problems.append("max_tokens and max_completion_tokens exclude each other")
    if "stream_options" in body and not body.get("stream"):
        problems.append("stream_options: only allowed when stream is true")
    return problems + _tool_problems(body) + _message_problems(body.get("messages"))


def _without_additions(body: dict[str, Any]) -> dict[str, Any]:
    """Without what compatible servers add to OpenAI's API."""
    messages = [{k: v for k, v in m.items() if k != "reasoning_content"} for m in body.get("messages") or []]
    return {**body, "messages": messages}


def _tool_problems(body: dict[str, Any]) -> list[str]:
    problems = []
    if body.get("tools") == []:
        problems.append("tools: must not be empty when present")
    if "tool_choice" in body and not body.get("tools"):
        problems.append("tool_choice: only allowed with tools")
    for n, tool in enumerate(body.get("tools") or []):
        function = tool.get("function", {})
        if tool.get("type") != "function":
            problems.append(f"tools.{n}.type: must be function")
        if not TOOL_NAME.match(function.get("name", "")):
            problems.append(f"tools.{n}.function.name: {function.get('name')!r}")
        if "parameters" in function:
            problems += schema_problems(function["parameters"], f"tools.{n}.function.parameters")
    return problems


def _message_problems(messages: Any) -> list[str]:
    if not isinstance(messages, list) or not messages:
        return ["messages: at least one message is required"]
    problems: list[str] = []
    pending: set[str] = set()
    for n, message in enumerate(messages):
        where, role = f"messages.{n}", message.get("role")
        if role not in MESSAGE_KEYS:
            problems.append(f"{where}.role: {role!r}")
            continue
        problems += unknown_keys(message, MESSAGE_KEYS[role].split(), where)
        if role == "tool":
            problems += _tool_answer_problems(message, pending, where)
            pending.discard(message.get("tool_call_id"))
            continue
        if pending:
            problems.append(f"{where}: tool_calls {sorted(pending)} must be answered before {role}")
        problems += _content_problems(message, where)
        pending = {call["id"] for call in message.get("tool_calls") or []}
    if pending:
        problems.append(f"messages: tool_calls {sorted(pending)} were never answered")
    return problems


def _tool_answer_problems(message: dict[str, Any], pending: set[str], where: str) -> list[str]:
    call = message.get("tool_call_id")
    problems = [] if call in pending else [f"{where}: role tool answers {call!r}, which no preceding tool_call has"]
    if not isinstance(message.get("content"), (str, list)):
        problems.append(f"{where}.content: required")
    return problems


def _content_problems(message: dict[str, Any], where: str) -> list[str]:
    content, problems = message.get("content"), []
    for n, call in enumerate(message.get("tool_calls") or []):
        problems += _call_problems(call, f"{where}.tool_calls.{n}")
    if message.get("tool_calls") == []:
        problems.append(f"{where}.tool_calls: must not be empty when present")
    if content is None and not message.get("tool_calls"):
        problems.append(f"{where}.content: required")
    if content == []:
        problems.append(f"{where}.content: must not be empty")
    if isinstance(content, list):
        for n, part in enumerate(content):
            problems += _part_problems(part, message["role"], f"{where}.content.{n}")
    return problems


def _call_problems(call: dict[str, Any], where: str) -> list[str]:
    problems = []
    if call.get("type") != "function" or not call.get("id"):
        problems.append(f"{where}: id and type function are required")
    try:
        if not isinstance(json.loads(call["function"]["arguments"]), dict):
            problems.append(f"{where}: the arguments must be an object")
    except (KeyError, TypeError, ValueError) as error:
        problems.append(f"{where}: the arguments must be a JSON string: {error}")
    return problems


def _part_problems(part: dict[str, Any], role: str, where: str) -> list[str]:
    kind = part.get("type")
    if kind == "text":
        return [] if isinstance(part.get("text"), str) else [f"{where}.text: required"]
    if kind == "image_url" and role == "user":
        return data_url_problems(part.get("image_url", {}).get("url"), where)
    return [f"{where}: {kind!r} is not allowed for {role}"]
