"""Google's Gemini API."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from fakes.checks import image_problems, unknown_keys
from fakes.server import Answer, FakeServer, Seen, sse
from fakes.typed import gemini_problems

TOP_LEVEL = [
    "contents",
    "systemInstruction",
    "system_instruction",
    "generationConfig",
    "generation_config",
    "tools",
    "toolConfig",
    "tool_config",
    "safetySettings",
    "safety_settings",
    "cachedContent",
    "cached_content",
    "labels",
]
PART_KINDS = ("text", "inlineData", "fileData", "functionCall", "functionResponse")
TOOL_NAME = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$")
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
FINISH_REASONS = {"whole": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}
SIGNATURE = "dGhvdWdodC1zaWduYXR1cmU="
UNSIGNED = "skip_thought_signature_validator"
"""What Google takes in a signature's place, for calls that another model made."""
UNCHECKED_MODELS = re.compile(r"gemini-[12]\b|gemma-")
"""Models older than the check of signatures."""
SCHEMA_KEYS_REFUSED = {"$schema", "$ref", "const", "patternProperties"}


class FakeGemini(FakeServer):
    path_prefix = "/v1beta"
    usual_model = "gem-fake-1"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(r"/{version:v1|v1beta}/models/{action:.+}", self.handle),
            web.get(r"/{version:v1|v1beta}/models", self._models),
        ]

    async def _models(self, request: web.Request) -> web.Response:
        made = {"displayName": "Fake", "supportedGenerationMethods": ["generateContent", "countTokens"]}
        models = [{**made, "name": f"models/{name}"} for name in self.listed_models]
        embedding = {"name": "models/embed-fake-1", "supportedGenerationMethods": ["embedContent"]}
        return web.json_response({"models": [*models, embedding]})

    def wants_stream(self, seen: Seen) -> bool:
        return ":streamGenerateContent" in seen.path

    def problems(self, seen: Seen) -> list[str]:
        return _request_problems(seen) + _body_problems(seen.body, self.model_of(seen))

    def model_of(self, seen: Seen) -> str:
        return seen.path.partition("/models/")[2].partition(":")[0]

    def trailing(self, body: Any) -> tuple[list[str], str | None]:
        texts: list[str] = []
        result: str | None = None
        for part in body["contents"][-1]["parts"]:
            if "functionResponse" in part:
                result = _flat(part["functionResponse"]["response"])
            elif "text" in part:
                texts.append(part["text"])
        return texts, result

    def error_body(self, status: int, message: str) -> Any:
        return {"error": {"code": status, "message": message, "status": STATUSES.get(status, "INTERNAL")}}

    def error_event(self, message: str) -> bytes:
        return sse(self.error_body(503, message))

    async def frames(self, seen: Seen, answer: Answer) -> AsyncIterator[tuple[bytes, bool]]:
        identity = {"modelVersion": "gem-fake-1", "responseId": self.next_id("gem")}
        pieces = self._parts(answer)
        if not pieces:
            candidate: dict[str, Any] = {"index": 0, "finishReason": FINISH_REASONS[answer.end]}
            yield sse({"candidates": [candidate], "usageMetadata": _usage(0), **identity}), False
        for n, (part, is_text) in enumerate(pieces):
            candidate = {"content": {"role": "model", "parts": [part]}, "index": 0}
            if n == len(pieces) - 1:
                candidate["finishReason"] = FINISH_REASONS[answer.end]
            yield sse({"candidates": [candidate], "usageMetadata": _usage(n + 1), **identity}), is_text

    def whole(self, seen: Seen, answer: Answer) -> Any:
        parts = [part for part, _ in self._parts(answer)]
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0, "finishReason": FINISH_REASONS[answer.end]}
        return {"candidates": [candidate], "usageMetadata": _usage(len(parts)), "modelVersion": "gem-fake-1"}

    def _parts(self, answer: Answer) -> list[tuple[dict[str, Any], bool]]:
        parts: list[tuple[dict[str, Any], bool]] = []
        if answer.thinking:
            parts.append(({"text": answer.thinking, "thought": True}, False))
        parts += [({"text": text}, True) for text in answer.texts]
        if answer.texts and not answer.tools:  # the end of a streamed text is signed on an empty part
            parts.append(({"text": "", "thoughtSignature": SIGNATURE}, False))
        for n, tool in enumerate(answer.tools):
            call = {"id": self.next_id("call"), "name": tool.name, "args": tool.arguments}
            signed = {"thoughtSignature": SIGNATURE} if n == 0 else {}  # those beside the first are not signed
            parts.append(({"functionCall": call, **signed}, False))
        return parts


def _usage(written: int) -> dict[str, int]:
    return {
        "promptTokenCount": 100,
        "candidatesTokenCount": written,
        "totalTokenCount": 100 + written,
        "cachedContentTokenCount": 30,
    }


def _flat(response: Any) -> str:
    for key in ("output", "result", "error", "content"):
        if isinstance(response, dict) and isinstance(response.get(key), str):
            return response[key]
    return json.dumps(response)


def _request_problems(seen: Seen) -> list[str]:
    url = urlsplit(seen.path)
    query = parse_qs(url.query)
    problems = []
    if not re.fullmatch(r"/v1(beta)?/models/[^/:]+:(streamGenerateContent|generateContent)", url.path):
        problems.append("the path must be models/{model}:generateContent or :streamGenerateContent")
    if not seen.headers.get("x-goog-api-key") and "key" not in query:
        problems.append("neither x-goog-api-key nor ?key=")
    if ":streamGenerateContent" in url.path and query.get("alt") != ["sse"]:
        problems.append("a stream without alt=sse is one JSON array, not events")
    return problems


def _body_problems(body: Any, model: str) -> list[str]:
    if not isinstance(body, dict):
        return ["the body must be an object"]
    problems = unknown_keys(body, TOP_LEVEL, "body") + gemini_problems(body)
    for n, tool in enumerate(body.get("tools") or []):
        for f, function in enumerate(tool.get("functionDeclarations") or tool.get("function_declarations") or []):
            problems += _function_problems(function, f"tools.{n}.functionDeclarations.{f}")
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        return [*problems, "contents: at least one is required"]
    problems += _contents_problems(contents)
    return problems if UNCHECKED_MODELS.match(model) else problems + _signature_problems(contents)


def _function_problems(function: dict[str, Any], where: str) -> list[str]:
    problems = []
    if not TOOL_NAME.match(function.get("name", "")):
        problems.append(f"{where}.name: {function.get('name')!r} does not match {TOOL_NAME.pattern}")
    refused = SCHEMA_KEYS_REFUSED | {"additionalProperties"}
    for key in sorted(_keys(function.get("parameters", {})) & refused):
        problems.append(f"{where}.parameters: unknown name {key!r}; use parametersJsonSchema for full JSON Schema")
    return problems


def _keys(schema: Any) -> set[str]:
    """The schema keywords in use; property names are data, not keywords."""
    if isinstance(schema, list):
        return set().union(*map(_keys, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    nested = [_keys(value) for key, value in schema.items() if key != "properties"]
    named = [_keys(value) for value in (schema.get("properties") or {}).values()]
    return set(schema).union(*nested, *named)


def _contents_problems(contents: list[dict[str, Any]]) -> list[str]:
    problems: list[str] = []
    calls: list[str] = []
    expected = "user"
    for n, content in enumerate(contents):
        where, role, parts = f"contents.{n}", content.get("role"), content.get("parts")
        if role != expected:
            problems.append(f"{where}: expected role {expected}, found {role!r}")
        expected = "model" if role == "user" else "user"
        if not parts:
            problems.append(f"{where}.parts: must not be empty")
            continue
        for p, part in enumerate(parts):
            problems += _part_problems(part, role, f"{where}.parts.{p}")
        answers = [_identity(part["functionResponse"]) for part in parts if "functionResponse" in part]
        if sorted(answers) != sorted(calls):
            problems.append(f"{where}: function responses {answers} do not match the preceding calls {calls}")
        calls = [_identity(part["functionCall"]) for part in parts if "functionCall" in part]
    if contents[-1].get("role") != "user":
        problems.append("contents: the last content must come from the user")
    return problems


def _identity(call: dict[str, Any]) -> tuple[str, str]:
    return call.get("name", ""), call.get("id", "")


def _signature_problems(contents: list[dict[str, Any]]) -> list[str]:
    """In the turn under way each step's first call must be signed; a signature anywhere must be whole."""
    problems: list[str] = []
    asked = [n for n, content in enumerate(contents) if content.get("role") == "user" and not _is_result(content)]
    for n, content in enumerate(contents):
        signatures = [part.get("thoughtSignature") for part in content["parts"] if "functionCall" in part]
        if n > max(asked, default=-1) and signatures and not signatures[0]:
            problems.append(f"contents.{n}: Function call is missing a thought_signature in functionCall parts")
        for part in content["parts"]:
            if part.get("thoughtSignature", SIGNATURE) not in (SIGNATURE, UNSIGNED):
                problems.append(f"contents.{n}: Corrupted thought signature")
    return problems


def _is_result(content: dict[str, Any]) -> bool:
    return any("functionResponse" in part for part in content["parts"])


def _part_problems(part: dict[str, Any], role: Any, where: str) -> list[str]:
    kinds = [kind for kind in PART_KINDS if kind in part]
    problems = unknown_keys(part, (*PART_KINDS, "thought", "thoughtSignature", "videoMetadata"), where)
    if len(kinds) != 1:
        return [*problems, f"{where}: exactly one of {PART_KINDS} is required, found {kinds}"]
    if kinds == ["text"] and not part["text"] and "thoughtSignature" not in part:
        problems.append(f"{where}.text: must not be empty")
    if kinds == ["inlineData"]:
        problems += _inline_problems(part["inlineData"], where)
    if kinds == ["functionCall"] and role != "model":
        problems.append(f"{where}: a functionCall can only come from the model")
    if kinds == ["functionResponse"] and not isinstance(part["functionResponse"].get("response"), dict):
        problems.append(f"{where}.functionResponse.response: must be an object")
    return problems


def _inline_problems(data: dict[str, Any], where: str) -> list[str]:
    """Both spellings of a field and both base64 alphabets are allowed in a protobuf's JSON."""
    standard = str(data.get("data")).replace("-", "+").replace("_", "/")
    return image_problems(data.get("mimeType", data.get("mime_type")), standard, where)
