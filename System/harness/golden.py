"""Recorded conversations: reading them, sending them again, and comparing shapes instead of values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator

from harness.config import TOKEN
from harness.device import Device, signing_payload

FOLDER = Path(__file__).resolve().parents[1] / "golden"
RECORDED_TOKENS = ("tok-v3-0123456789abcdef", "tok-v4-0123456789abcdef")
NULLABLE_KEYS = {"everyMs", "contextTokens"}  # contract §4.4 and §4.8: null where nothing is set up
LITERAL_KEYS = {
    "type",
    "status",
    "state",
    "role",
    "code",
    "phase",
    "stream",
    "stopReason",
    "decision",
    "toolName",
    "isError",
}
Frame = dict[str, Any]


def scenarios(generation: int, prefix: str) -> list[str]:
    return sorted(file.stem for file in (FOLDER / f"v{generation}").glob(f"{prefix}*.json"))


def load(generation: int, scenario: str) -> list[Frame]:
    """The records of a scenario, with this test run's token in place of the recorded one."""
    text = (FOLDER / f"v{generation}" / f"{scenario}.json").read_text()
    for token in RECORDED_TOKENS:
        text = text.replace(token, TOKEN)
    frames: list[Frame] = json.loads(text)["frames"]
    return frames


def exchanges(frames: list[Frame]) -> list[tuple[Frame, Frame | None]]:
    """Each request that was sent, with its first answer."""
    answers: dict[tuple[Any, str], Frame] = {}
    for record in frames:
        if record["dir"] == "in" and record["frame"]["type"] == "res":
            answers.setdefault((record.get("conn"), record["frame"]["id"]), record["frame"])
    sent = [r for r in frames if r["dir"] == "out" and "method" in r["frame"]]
    return [(r["frame"], answers.get((r.get("conn"), r["frame"].get("id")))) for r in sent]


# Shapes


def difference(expected: Any, actual: Any, where: str = "") -> list[str]:
    """What is missing or of another type in `actual`; more keys than expected are fine."""
    if expected is None or where.endswith("details"):
        return []
    if actual is None and where.rpartition(".")[2] in NULLABLE_KEYS:
        return []
    if isinstance(expected, dict):
        return _object_difference(expected, actual, where)
    if isinstance(expected, list):
        return _list_difference(expected, actual, where)
    if _kind(expected) != _kind(actual):
        return [f"{where}: expected {_kind(expected)}, found {_kind(actual)} {str(actual)[:60]}"]
    if where.rpartition(".")[2] in LITERAL_KEYS and expected != actual:
        return [f"{where}: expected {expected!r}, found {actual!r}"]
    return []


def _object_difference(expected: Frame, actual: Any, where: str) -> list[str]:
    if not isinstance(actual, dict):
        return [f"{where}: expected an object, found {_kind(actual)}"]
    problems = []
    for key, value in expected.items():
        path = f"{where}.{key}"
        if key in actual:
            problems += difference(value, actual[key], path)
        elif value is not None:
            problems.append(f"{path}: missing")
    return problems


def _list_difference(expected: list[Any], actual: Any, where: str) -> list[str]:
    if not isinstance(actual, list):
        return [f"{where}: expected a list, found {_kind(actual)}"]
    if not expected or not actual:
        return []
    if len(expected) == len(actual):
        pairs = list(zip(expected, actual, strict=True))
        return [p for n, (e, a) in enumerate(pairs) for p in difference(e, a, f"{where}[{n}]")]
    tried = [difference(sample, actual[0], f"{where}[0]") for sample in expected]
    return min(tried, key=len)


def _kind(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list", dict: "object"}
    return names.get(type(value), "null")


def common(first: Any, second: Any) -> Any:
    """What two recordings of the same thing have in common: keys both have, types both use."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {key: common(value, second[key]) for key, value in first.items() if key in second}
    if isinstance(first, list) and isinstance(second, list):
        return [common(a, b) for a, b in zip(first, second, strict=False)]
    if _kind(first) != _kind(second):
        return None
    return first


def without(value: Any, keys: Iterable[str]) -> Any:
    """The same value without these keys at any depth."""
    dropped = set(keys)
    if isinstance(value, dict):
        return {key: without(inner, dropped) for key, inner in value.items() if key not in dropped}
    return [without(inner, dropped) for inner in value] if isinstance(value, list) else value


# The published schema


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / "v4/protocol.schema.json").read_text())
    return opened(schema)


def opened(schema: Any) -> Any:
    """Closed objects are opened: the original itself sends keys that are newer than its schema."""
    if isinstance(schema, dict):
        return {key: opened(value) for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    return [opened(item) for item in schema] if isinstance(schema, list) else schema


def schema_problems(definition: str, value: Any) -> list[str]:
    """What the published schema of generation 4 says against this value."""
    schema = {**_schema(), "$ref": f"#/definitions/{definition}"}
    errors = Draft202012Validator(schema).iter_errors(value)
    return [f"{definition} {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in errors]


# Devices


def resigned(
    params: Frame, recorded_nonce: str, recorded_ts: int, nonce: str, now: int, device: Device, token: str
) -> Frame:
    """The recorded `connect` params signed again with another key for another challenge, with the same faults in it."""
    old = params.get("device")
    if not old:
        return params
    raw = _decoded(old["publicKey"])
    signed_at = now + old["signedAt"] - recorded_ts
    new_nonce = None if "nonce" not in old else nonce if old["nonce"] == recorded_nonce else old["nonce"]
    version = _signature_version(params, old, raw, token)
    block = device.block(params, new_nonce, signed_at, version or 2)
    if version is None:
        block["signature"] = device.sign("something else")
    if raw is None or len(raw) != 32:
        block["publicKey"] = old["publicKey"]
    elif hashlib.sha256(raw).hexdigest() != old["id"]:
        block["id"] = old["id"]
    return {**params, "device": block}


def _decoded(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _signature_version(params: Frame, old: Frame, raw: bytes | None, token: str) -> int | None:
    """Which payload the recorded signature covers; None when it covers none."""
    signature = _decoded(old["signature"])
    if raw is None or len(raw) != 32 or signature is None:
        return 2
    recorded = {**params, "auth": {**(params.get("auth") or {})}}
    if recorded["auth"].get("token") == TOKEN:
        recorded["auth"]["token"] = token
    for version in (3, 2, 1):
        text = signing_payload(old["id"], recorded, old.get("nonce"), old["signedAt"], version)
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, text.encode())
            return version
        except InvalidSignature:
            continue
    return None


# Runs


OPTIONAL_KINDS = {
    "agent run_status",
    "agent usage",
    "agent item",
    "agent command_output",
    "agent thinking",
    "agent reasoning",
    "chat status",
    "agent lifecycle model",
    "agent lifecycle finishing",
    "agent lifecycle fallback_step",
}


def run_kinds(frames: Iterable[Frame], run: str) -> list[str]:
    """The kinds of events of one run, each stretch of text once, what an implementation may leave out left out."""
    kinds: list[str] = []
    for frame in frames:
        payload = frame.get("payload") or {}
        if frame.get("event") not in ("agent", "chat") or payload.get("runId") != run:
            continue
        kind = _event_kind(frame["event"], payload)
        if kind in OPTIONAL_KINDS or kind.rpartition(" ")[0] in OPTIONAL_KINDS:
            continue
        if kind not in kinds[-2:] or kind not in ("agent assistant", "chat delta"):
            kinds.append(kind)
    return _without_flush(kinds)


def _event_kind(event: str, payload: Frame) -> str:
    if event == "chat":
        return f"chat {payload.get('state')}"
    phase = (payload.get("data") or {}).get("phase")
    return f"agent {payload.get('stream')}" + (f" {phase}" if phase else "")


def _without_flush(kinds: list[str]) -> list[str]:
    """The last delta may come again right before the end, if text is missing."""
    ends = ("chat final", "chat aborted", "chat error")
    return [
        kind
        for n, kind in enumerate(kinds)
        if not (kind == "chat delta" and kinds[n + 1 : n + 2] and kinds[n + 1] in ends)
    ]
