"""OpenAI's Responses API."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

from fakes.checks import data_url_problems, schema_problems
from fakes.openai_chat import TOOL_NAME, header_problems, openai_error, openai_models
from fakes.server import Answer, FakeServer, Seen, sse
from fakes.typed import typed_problems

PARTS = {
    "user": {"input_text", "input_image", "input_file"},
    "system": {"input_text"},
    "developer": {"input_text"},
    "assistant": {"output_text", "refusal"},
}
INCOMPLETE_REASONS = {"length": "max_output_tokens", "filter": "content_filter"}
ENCRYPTED = "ZW5jcnlwdGVkLWJ5LXRoZS1mYWtl"


class FakeOpenAIResponses(FakeServer):
    path_prefix = "/v1"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/responses", self.handle),
            web.post("/backend-api/codex/responses", self.handle),
            web.get("/v1/models", self.list_models),
        ]

    async def list_models(self, request: web.Request) -> web.Response:
        return openai_models(self.listed_models)

    def problems(self, seen: Seen) -> list[str]:
        problems = header_problems(seen.headers) + _body_problems(seen.body)
        return problems + _subscription_problems(seen) if seen.path.startswith("/backend-api") else problems

    def trailing(self, body: Any) -> tuple[list[str], str | None]:
        if isinstance(body["input"], str):
            return [body["input"]], None
        texts: list[str] = []
        for item in reversed(body["input"]):
            if item.get("type") == "function_call_output":
                return texts, _flat(item["output"])
            if item.get("role") != "user":
                break
            texts.insert(0, _flat(item["content"]))
        return texts, None

    def error_body(self, status: int, message: str) -> Any:
        return openai_error(status, message)

    def error_event(self, message: str) -> bytes:
        return sse(
            {"type": "error", "code": "server_error", "message": message, "param": None, "sequence_number": 99}, "error"
        )

    async def frames(self, seen: Seen, answer: Answer) -> AsyncIterator[tuple[bytes, bool]]:
        number = 0

        def event(kind: str, **fields: Any) -> bytes:
            nonlocal number
            number += 1
            return sse({"type": kind, "sequence_number": number, **fields}, kind)

        response = self._response(seen, [], "in_progress", None)
        yield event("response.created", response=response), False
        yield event("response.in_progress", response=response), False
        output = self._output(answer)
        for index, item in enumerate(output):
            yield event("response.output_item.added", output_index=index, item=_unfilled(item)), False
            for kind, more, is_text in _item_events(item, answer):
                yield event(kind, item_id=item["id"], output_index=index, **more), is_text
            yield event("response.output_item.done", output_index=index, item=item), False
        done = {**response, **_ending(answer), "output": output, "usage": _usage(answer)}
        yield event(f"response.{done['status']}", response=done), False

    def whole(self, seen: Seen, answer: Answer) -> Any:
        return {**self._response(seen, self._output(answer), "completed", _usage(answer)), **_ending(answer)}

    def _response(self, seen: Seen, output: list[Any], status: str, usage: Any) -> dict[str, Any]:
        return {
            "id": self.next_id("resp_"),
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "model": seen.body["model"],
            "output": output,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": seen.body.get("tools", []),
            "top_p": 1.0,
            "usage": usage,
        }

    def _output(self, answer: Answer) -> list[dict[str, Any]]:
        output: list[dict[str, Any]] = []
        if answer.thinking:
            summary = [{"type": "summary_text", "text": answer.thinking}]
            head = {"id": self.next_id("rs_"), "type": "reasoning"}
            output.append({**head, "summary": summary, "encrypted_content": ENCRYPTED})
        if answer.texts:
            part = {"type": "output_text", "text": "".join(answer.texts), "annotations": [], "logprobs": []}
            head = {"id": self.next_id("msg_"), "type": "message", "role": "assistant"}
            output.append({**head, "status": "completed", "content": [part]})
        for tool in answer.tools:
            head = {"id": self.next_id("fc_"), "type": "function_call", "call_id": self.next_id("call_")}
            arguments = json.dumps(tool.arguments)
            output.append({**head, "name": tool.name, "arguments": arguments, "status": "completed"})
        return output


def _unfilled(item: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, dict[str, Any]] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    status = {} if item["type"] == "reasoning" else {"status": "in_progress"}
    return {**item, **empty[item["type"]], **status}


def _item_events(item: dict[str, Any], answer: Answer) -> list[tuple[str, dict[str, Any], bool]]:
    if item["type"] == "reasoning":
        return _reasoning_events(item)
    if item["type"] == "message":
        return _message_events(item, answer)
    text, half = item["arguments"], len(item["arguments"]) // 2
    deltas = [("response.function_call_arguments.delta", {"delta": part}, False) for part in (text[:half], text[half:])]
    return [*deltas, ("response.function_call_arguments.done", {"arguments": text, "name": item["name"]}, False)]


def _reasoning_events(item: dict[str, Any]) -> list[tuple[str, dict[str, Any], bool]]:
    part, at = item["summary"][0], {"summary_index": 0}
    empty = {**part, "text": ""}
    return [
        ("response.reasoning_summary_part.added", {**at, "part": empty}, False),
        ("response.reasoning_summary_text.delta", {**at, "delta": part["text"]}, False),
        ("response.reasoning_summary_text.done", {**at, "text": part["text"]}, False),
        ("response.reasoning_summary_part.done", {**at, "part": part}, False),
    ]


def _message_events(item: dict[str, Any], answer: Answer) -> list[tuple[str, dict[str, Any], bool]]:
    part, at = item["content"][0], {"content_index": 0}
    empty = {**part, "text": ""}
    deltas = [("response.output_text.delta", {**at, "delta": text, "logprobs": []}, True) for text in answer.texts]
    return [
        ("response.content_part.added", {**at, "part": empty}, False),
        *deltas,
        ("response.output_text.done", {**at, "text": part["text"], "logprobs": []}, False),
        ("response.content_part.done", {**at, "part": part}, False),
    ]


def _subscription_problems(seen: Seen) -> list[str]:
    """What the server of the ChatGPT subscriptions wants beyond the API."""
    problems = [] if seen.headers.get("chatgpt-account-id") else ["the chatgpt-account-id header is required"]
    if "max_output_tokens" in seen.body:
        problems.append("Unsupported parameter: max_output_tokens")
    if seen.body.get("store") is not False:
        problems.append("Store must be set to false")
    if not seen.body.get("instructions"):
        problems.append("Instructions are required")
    return problems


def _ending(answer: Answer) -> dict[str, Any]:
    """What the response says of its end."""
    if answer.end == "whole":
        return {"status": "completed"}
    return {"status": "incomplete", "incomplete_details": {"reason": INCOMPLETE_REASONS[answer.end]}}


def _usage(answer: Answer) -> dict[str, Any]:
    written = len(answer.texts)
    return {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 100 + written,
    }


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _body_problems(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["the body must be an object"]
    problems = typed_problems({**body, "stream": True}, ResponseCreateParamsStreaming, "body")
    if not isinstance(body.get("model"), str) or not body["model"]:
        problems.append("model: required")
    for n, tool in enumerate(body.get("tools") or []):
        if tool.get("type") != "function" or not TOOL_NAME.match(tool.get("name", "")):
            problems.append(f"tools.{n}: type function with a flat name is required, found {tool.get('name')!r}")
        problems += schema_problems(tool.get("parameters"), f"tools.{n}.parameters")
    if isinstance(body.get("input"), str) and body["input"]:
        return problems
    if not isinstance(body.get("input"), list) or not body["input"]:
        return [*problems, "input: required"]
    return problems + _input_problems(body["input"])


def _input_problems(items: list[dict[str, Any]]) -> list[str]:
    problems: list[str] = []
    open_calls: set[str] = set()
    for n, item in enumerate(items):
        where, kind = f"input.{n}", item.get("type", "message")
        if kind == "message":
            problems += _message_problems(item, where)
        elif kind == "function_call":
            problems += _call_problems(item, where)
            open_calls.add(item.get("call_id", ""))
        elif kind == "function_call_output":
            if item.get("call_id") not in open_calls:
                problems.append(f"{where}: no function_call has call_id {item.get('call_id')!r}")
            open_calls.discard(item.get("call_id", ""))
        elif kind == "reasoning":
            problems += _reasoning_problems(item, items[n + 1 : n + 2], where)
        else:
            problems.append(f"{where}.type: {kind!r}")
    if open_calls:
        problems.append(f"input: no tool output found for function call {sorted(open_calls)}")
    return problems


def _message_problems(item: dict[str, Any], where: str) -> list[str]:
    role, content = item.get("role"), item.get("content")
    if role not in PARTS:
        return [f"{where}.role: {role!r}"]
    if isinstance(content, str):
        return []
    problems = [] if content else [f"{where}.content: must not be empty"]
    for n, part in enumerate(content or []):
        if part.get("type") not in PARTS[role]:
            problems.append(f"{where}.content.{n}: {part.get('type')!r} is not allowed for {role}")
        if part.get("type") == "input_image":
            problems += data_url_problems(part.get("image_url"), f"{where}.content.{n}")
    return problems


def _call_problems(item: dict[str, Any], where: str) -> list[str]:
    problems = [f"{where}.{key}: required" for key in ("call_id", "name") if not item.get(key)]
    try:
        json.loads(item["arguments"])
    except (KeyError, TypeError, ValueError) as error:
        problems.append(f"{where}.arguments: must be a JSON string: {error}")
    if "id" in item and not str(item["id"]).startswith("fc_"):
        problems.append(f"{where}.id: must start with fc_")
    return problems


def _reasoning_problems(item: dict[str, Any], following: list[dict[str, Any]], where: str) -> list[str]:
    problems = []
    if not isinstance(item.get("summary"), list):
        problems.append(f"{where}.summary: required")
    if item.get("encrypted_content") not in (None, ENCRYPTED):
        problems.append(f"{where}.encrypted_content: is not what was sent")
    if not following or following[0].get("role", "assistant") != "assistant":
        problems.append(f"{where}: a reasoning item must be followed by the item it led to")
    return problems
