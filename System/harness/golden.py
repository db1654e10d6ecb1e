"""Recorded conversations: reading them, sending them again, and comparing shapes instead of values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Container, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator, ValidationError

from harness.config import TOKEN
from harness.device import Device, signing_payload

FOLDER = Path(__file__).resolve().parents[1] / "golden"
RECORDED_TOKENS = ("tok-v3-0123456789abcdef", "tok-v4-0123456789abcdef")
LITERAL_KEYS = {
    "type",
    "kind",
    "status",
    "state",
    "role",
    "code",
    "phase",
    "stream",
    "stopReason",
    "decision",
    "disposition",
    "reason",
    "toolName",
    "isError",
    "errorKind",
    "chatType",
    "scope",
    "ok",
    "aborted",
    "deleted",
    "protocol",
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


def difference(expected: Any, actual: Any, where: str = "", on_purpose: Container[str] = ()) -> list[str]:
    """What is missing, of another type, or another word in `actual`; more keys than expected are fine.

    Paths are keys joined by dots, `[]` for the items of a list; what `on_purpose` names is not looked into, and
    where it names `path.*` only the type is compared."""
    if where in on_purpose or expected is None:
        return []
    if f"{where}.*" in on_purpose and _kind(expected) == _kind(actual):
        return []
    if isinstance(expected, dict):
        return _object_difference(expected, actual, where, on_purpose)
    if isinstance(expected, list):
        return _list_difference(expected, actual, where, on_purpose)
    if _kind(expected) != _kind(actual) and not (_is_money(where) and isinstance(actual, (int, float))):
        return [f"{where}: expected {_kind(expected)}, found {_kind(actual)} {str(actual)[:60]}"]
    if where.rpartition(".")[2] in LITERAL_KEYS and expected != actual:
        return [f"{where}: expected {expected!r}, found {actual!r}"]
    return []


def _object_difference(expected: Frame, actual: Any, where: str, on_purpose: Container[str]) -> list[str]:
    if not isinstance(actual, dict):
        return [f"{where}: expected an object, found {_kind(actual)}"]
    problems = []
    for key, value in expected.items():
        path = f"{where}.{key}"
        if key in actual:
            problems += difference(value, actual[key], path, on_purpose)
        elif path not in on_purpose:
            problems.append(f"{path}: missing")
    return problems


def _list_difference(expected: list[Any], actual: Any, where: str, on_purpose: Container[str]) -> list[str]:
    """Each item is like one that was recorded: the nearest of its role or type."""
    if not isinstance(actual, list):
        return [f"{where}: expected a list, found {_kind(actual)}"]
    if not expected:
        return []
    if not actual:
        return [f"{where}: expected items, found none"]
    problems = []
    for item in actual:
        found = [difference(sample, item, f"{where}[]", on_purpose) for sample in _alike(item, expected)]
        problems += min(found, key=len)
    return list(dict.fromkeys(problems))


def _is_money(where: str) -> bool:
    """The recorded model was free, so its dollars are the integer 0."""
    return ".cost." in where or where.endswith(("Cost", "costUsd", "CostUsd"))


def _alike(item: Any, samples: list[Any]) -> list[Any]:
    """The samples of the item's kind, else of its role, else all."""
    for keys in (("role", "type", "stopReason"), ("role", "type")):
        if isinstance(item, dict):
            alike = [s for s in samples if isinstance(s, dict) and all(s.get(key) == item.get(key) for key in keys)]
            if alike:
                return alike
    return samples


def _kind(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list", dict: "object"}
    return names.get(type(value), "null")


# The published schema


# The original itself sends these, which are newer than its published schema.
NEWER_THAN_THE_SCHEMA = {
    "HelloOk.auth": {"method"},
    "AgentEvent": {"agentId", "sessionId", "sessionKey"},
    "ChannelsStatusResult": {"statusIssues"},
    "HelloOk.snapshot.presence.[]": {"clientId"},
    "PresenceEntry": {"clientId"},
}


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / "v4/protocol.schema.json").read_text())
    return schema


def schema_problems(definition: str, value: Any) -> list[str]:
    """What the published schema of generation 4 says against this value."""
    schema = {**_schema(), "$ref": f"#/definitions/{definition}"}
    errors = Draft202012Validator(schema).iter_errors(value)
    return [
        f"{definition} {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
        for e in errors
        if not _is_newer(definition, e)
    ]


def _is_newer(definition: str, error: ValidationError) -> bool:
    """An unknown key, and one the recordings have too."""
    if error.validator != "additionalProperties":
        return False
    unknown = set(error.instance) - set(error.schema.get("properties", {}))
    path = ["[]" if isinstance(key, int) else key for key in error.absolute_path]
    return unknown <= NEWER_THAN_THE_SCHEMA.get(".".join([definition, *path]), set())


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
        kind = event_kind(frame)
        if kind in OPTIONAL_KINDS or kind.rpartition(" ")[0] in OPTIONAL_KINDS:
            continue
        if kind not in kinds[-2:] or kind not in ("agent assistant", "chat delta"):
            kinds.append(kind)
    return _without_flush(kinds)


def event_kind(frame: Frame) -> str:
    """What an event tells: its name, with the state or the stream and its phase."""
    name, payload = frame["event"], frame.get("payload") or {}
    if name == "chat":
        return f"chat {payload.get('state')}"
    if "stream" not in payload:
        return str(name)
    phase = (payload.get("data") or {}).get("phase")
    return f"{name} {payload['stream']}" + (f" {phase}" if phase else "")


def _without_flush(kinds: list[str]) -> list[str]:
    """The last delta may come again right before the end, if text is missing."""
    ends = ("chat final", "chat aborted", "chat error")
    return [
        kind
        for n, kind in enumerate(kinds)
        if not (kind == "chat delta" and kinds[n + 1 : n + 2] and kinds[n + 1] in ends)
    ]
