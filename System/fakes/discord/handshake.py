"""What Identify and Resume must say, and with which close code each mistake ends."""

from __future__ import annotations

from typing import Any

from fakes.discord.events import KNOWN, PRIVILEGED

REASONS = {
    4001: "Unknown opcode.",
    4002: "Error while decoding payload.",
    4003: "Not authenticated.",
    4004: "Authentication failed.",
    4005: "Already authenticated.",
    4007: "Invalid seq.",
    4008: "Rate limited.",
    4009: "Session timed out.",
    4010: "Invalid shard.",
    4011: "Sharding required.",
    4012: "Invalid API version.",
    4013: "Invalid intent(s).",
    4014: "Disallowed intent(s).",
}
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED = range(4001, 4006)
INVALID_SEQUENCE, RATE_LIMITED, TIMED_OUT, INVALID_SHARD, SHARDING_REQUIRED = range(4007, 4012)
INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = range(4012, 4015)


class Close(Exception):
    """Ends the connection with a code from Discord's table."""

    def __init__(self, code: int) -> None:
        self.code, self.reason = code, REASONS[code]
        super().__init__(f"{code} {self.reason}")


def check_identify(data: Any, token: str, enabled: int, minimum_shards: int) -> tuple[int, tuple[int, int]]:
    """The intents and the shard, or the close code."""
    if not isinstance(data, dict) or not isinstance(data.get("properties"), dict):
        raise Close(DECODE_ERROR)
    if data.get("token") != token:
        raise Close(AUTHENTICATION_FAILED)
    shard = _shard(data.get("shard", [0, 1]))
    if shard[1] < minimum_shards:
        raise Close(SHARDING_REQUIRED)
    intents = data.get("intents")
    if not isinstance(intents, int) or intents < 0 or intents & ~KNOWN:
        raise Close(INVALID_INTENTS)
    if any(intents & bit and not enabled & bit for bit in PRIVILEGED):
        raise Close(DISALLOWED_INTENTS)
    return intents, shard


def check_resume(data: Any, token: str) -> tuple[str, int]:
    """The session's id and the last sequence number the client has seen."""
    if not isinstance(data, dict) or not isinstance(data.get("seq"), int):
        raise Close(DECODE_ERROR)
    if data.get("token") != token:
        raise Close(AUTHENTICATION_FAILED)
    return str(data.get("session_id")), data["seq"]


def _shard(value: Any) -> tuple[int, int]:
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) for n in value)):
        raise Close(INVALID_SHARD)
    shard, count = value
    if not 0 <= shard < count:
        raise Close(INVALID_SHARD)
    return shard, count
