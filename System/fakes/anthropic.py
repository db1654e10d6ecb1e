"""Anthropic's Messages API."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from anthropic.types.message_create_params import MessageCreateParamsStreaming

from fakes.checks import image_problems, schema_problems
from fakes.server import Answer, FakeServer, Seen, sse
from fakes.typed import typed_problems

BLOCKS = {
    "user": {"text", "image", "document", "tool_result"},
    "assistant": {"text", "tool_use", "thinking", "redacted_thinking"},
}
TOOL_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")
TOOL_ID = re.compile(r"^[a-zA-Z0-9_-]+$")
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    402: "billing_error",
    504: "timeout_error",
    529: "overloaded_error",
}
STOP_REASONS = {"whole": "end_turn", "length": "max_tokens", "filter": "refusal"}
SIGNATURE = "c2lnbmVkLWJ5LXRoZS1mYWtl"
CACHE_MARKS = 4


class FakeAnthropic(FakeServer):
    usual_model = "claude-fake-1"

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/messages", self.handle), web.get("/v1/models", self._models)]

    async def _models(self, request: web.Request) -> web.Response:
        made = {"type": "model", "display_name": "Fake", "created_at": "2026-01-01T00:00:00Z"}
        data = [{**made, "id": name} for name in self.listed_models]
        page = {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}
        return web.json_response(page)

    def problems(self, seen: Seen) -> list[str]:
        return _header_problems(seen.headers) + _body_problems(seen.body)

    def trailing(self, body: Any) -> tuple[list[str], str | None]:
        texts: list[str] = []
        result: str | None = None
        for block in _blocks(body["messages"][-1]):
            if block["type"] == "tool_result":
                result = _flat(block.get("content", ""))
            elif block["type"] == "text":
                texts.append(block["text"])
        return texts, result

    def error_body(self, status: int, message: str) -> Any:
        kind = ERROR_TYPES.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}

    def error_event(self, message: str) -> bytes:
        return sse({"type": "error", "error": {"type": "overloaded_error", "message": message}}, "error")

    async def frames(self, seen: Seen, answer: Answer) -> AsyncIterator[tuple[bytes, bool]]:
        start = self._message(seen, [], None, _usage(0))
        yield _event("message_start", message=start), False
        yield _event("ping"), False
        for index, block in enumerate(self._content(answer)):
            empty, deltas = _deltas(block, answer)
            yield _event("content_block_start", index=index, content_block=empty), False
            for delta in deltas:
                is_text = delta["type"] == "text_delta"
                yield _event("content_block_delta", index=index, delta=delta), is_text
            yield _event("content_block_stop", index=index), False
        stop = {"stop_reason": _stop_reason(answer), "stop_sequence": None}
        yield _event("message_delta", delta=stop, usage=_usage(len(answer.texts))), False
        yield _event("message_stop"), False

    def whole(self, seen: Seen, answer: Answer) -> Any:
        return self._message(seen, self._content(answer), _stop_reason(answer), _usage(len(answer.texts)))

    def _message(self, seen: Seen, content: list[Any], stop_reason: str | None, usage: Any) -> Any:
        return {
            "id": self.next_id("msg_"),
            "type": "message",
            "role": "assistant",
            "model": seen.body["model"],
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": usage,
        }

    def _content(self, answer: Answer) -> list[dict[str, Any]]:
        content: list[dict[str, Any]] = []
        if answer.thinking:
            content.append({"type": "thinking", "thinking": answer.thinking, "signature": SIGNATURE})
        if answer.texts:
            content.append({"type": "text", "text": "".join(answer.texts)})
        for tool in answer.tools:
            content.append(
                {"type": "tool_use", "id": self.next_id("toolu_"), "name": tool.name, "input": tool.arguments}
            )
        return content


def _event(kind: str, **fields: Any) -> bytes:
    return sse({"type": kind, **fields}, kind)


def _usage(output: int) -> dict[str, int]:
    return {
        "input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 30,
        "output_tokens": output,
    }


def _stop_reason(answer: Answer) -> str:
    return "tool_use" if answer.tools else STOP_REASONS[answer.end]


def _deltas(block: dict[str, Any], answer: Answer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as it starts, and what fills it."""
    if block["type"] == "thinking":
        thought = {"type": "thinking_delta", "thinking": block["thinking"]}
        signed = {"type": "signature_delta", "signature": SIGNATURE}
        return {**block, "thinking": "", "signature": ""}, [thought, signed]
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": text} for text in answer.texts]
    text = json.dumps(block["input"])
    half = len(text) // 2
    parts = ["", text[:half], text[half:]]
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": part} for part in parts]


def _header_problems(headers: dict[str, str]) -> list[str]:
    problems = []
    bearer = headers.get("authorization", "").startswith("Bearer ")
    if not headers.get("x-api-key") and not bearer:
        problems.append("neither x-api-key nor Authorization: Bearer")
    if headers.get("x-api-key") and bearer:
        problems.append("both x-api-key and Authorization: Bearer")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", headers.get("anthropic-version", "")):
        problems.append("the anthropic-version header is required")
    if not headers.get("content-type", "").startswith("application/json"):
        problems.append("the content-type must be application/json")
    return problems


def _body_problems(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["the body must be an object"]
    problems = typed_problems({**body, "stream": True}, MessageCreateParamsStreaming, "body")
    if not body.get("model"):
        problems.append("model: required")
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        problems.append("max_tokens: a positive integer is required")
    problems += _thinking_problems(body) + _tool_problems(body) + _system_problems(body)
    problems += _message_problems(body.get("messages"), {t.get("name") for t in body.get("tools", [])})
    if (marks := _cache_marks(body)) > CACHE_MARKS:
        problems.append(f"at most {CACHE_MARKS} blocks may carry cache_control, found {marks}")
    return problems


def _cache_marks(value: Any) -> int:
    if isinstance(value, dict):
        return ("cache_control" in value) + sum(_cache_marks(v) for k, v in value.items() if k != "input_schema")
    return sum(map(_cache_marks, value)) if isinstance(value, list) else 0


def _thinking_problems(body: dict[str, Any]) -> list[str]:
    thinking = body.get("thinking")
    if thinking is None or thinking.get("type") != "enabled":
        return []
    budget, problems = thinking.get("budget_tokens"), []
    if not isinstance(budget, int) or budget < 1024:
        problems.append("thinking.budget_tokens: at least 1024")
    elif budget >= body.get("max_tokens", 0):
        problems.append("max_tokens must be greater than thinking.budget_tokens")
    if body.get("temperature", 1) != 1:
        problems.append("temperature may only be 1 when thinking is enabled")
    return problems


def _tool_problems(body: dict[str, Any]) -> list[str]:
    problems, names = [], set()
    for n, tool in enumerate(body.get("tools", [])):
        name = tool.get("name", "")
        if not TOOL_NAME.match(name):
            problems.append(f"tools.{n}.name: {name!r} does not match {TOOL_NAME.pattern}")
        if name in names:
            problems.append(f"tools: {name!r} twice")
        names.add(name)
        problems += schema_problems(tool.get("input_schema"), f"tools.{n}.input_schema")
    return problems


def _system_problems(body: dict[str, Any]) -> list[str]:
    system = body.get("system", "")
    if isinstance(system, str):
        return []
    return [
        f"system.{n}: only non-empty text" for n, b in enumerate(system) if b.get("type") != "text" or not b["text"]
    ]


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content)


def _message_problems(messages: Any, offered: set[Any]) -> list[str]:
    if not isinstance(messages, list) or not messages:
        return ["messages: at least one message is required"]
    problems: list[str] = []
    pending: set[str] = set()
    expected = "user"
    for n, message in enumerate(messages):
        where, role = f"messages.{n}", message.get("role")
        if role != expected:
            problems.append(f"{where}: expected role {expected}, found {role!r}")
        if role not in BLOCKS:
            continue
        blocks = _blocks(message)
        if not blocks:
            problems.append(f"{where}: empty content")
        for b, block in enumerate(blocks):
            problems += _block_problems(block, role, f"{where}.content.{b}")
        problems += _answer_problems(blocks, pending, where)
        pending = {block["id"] for block in blocks if block.get("type") == "tool_use"}
        expected = "assistant" if role == "user" else "user"
    if messages[-1].get("role") != "user":
        problems.append("messages: the last message must come from the user")
    if pending:
        problems.append(f"messages: tool_use {sorted(pending)} has no tool_result")
    return problems


def _answer_problems(blocks: list[dict[str, Any]], pending: set[str], where: str) -> list[str]:
    """Every tool_use must be answered by the next message, results first, and nothing else may be."""
    kinds = [block.get("type") for block in blocks]
    answered = [block.get("tool_use_id") for block in blocks if block.get("type") == "tool_result"]
    problems = []
    if set(answered) != pending:
        problems.append(f"{where}: tool_result for {sorted(map(str, answered))}, but tool_use was {sorted(pending)}")
    if len(answered) != len(set(answered)):
        problems.append(f"{where}: a tool_use is answered twice")
    if answered and "tool_result" in kinds[len(answered) :]:
        problems.append(f"{where}: tool_result blocks must come first")
    return problems


def _block_problems(block: dict[str, Any], role: str, where: str) -> list[str]:
    kind = block.get("type")
    if kind not in BLOCKS[role]:
        return [f"{where}: {kind!r} is not allowed for {role}"]
    problems = []
    if kind == "text" and not str(block.get("text", "")).strip():
        problems.append(f"{where}: text blocks must not be blank")
    if kind == "image":
        source = block.get("source", {})
        if source.get("type") != "url":
            problems += image_problems(source.get("media_type"), source.get("data"), where)
    if kind == "tool_use":
        problems += _tool_use_problems(block, where)
    if kind == "thinking" and block.get("signature") != SIGNATURE:
        problems.append(f"{where}: the thinking signature is not the one that was sent")
    if kind == "tool_result" and isinstance(block.get("content"), list):
        for n, part in enumerate(block["content"]):
            problems += _block_problems(part, "user", f"{where}.content.{n}")
    return problems


def _tool_use_problems(block: dict[str, Any], where: str) -> list[str]:
    problems = []
    if not TOOL_ID.match(str(block.get("id", ""))):
        problems.append(f"{where}.id: {block.get('id')!r} does not match {TOOL_ID.pattern}")
    if not TOOL_NAME.match(str(block.get("name", ""))):
        problems.append(f"{where}.name: {block.get('name')!r} does not match {TOOL_NAME.pattern}")
    if not isinstance(block.get("input"), dict):
        problems.append(f"{where}.input: must be an object")
    return problems
