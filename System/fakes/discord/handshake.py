"""What Identify and Resume must say, and with which close code each mistake ends."""

from __future__ import annotations

from typing import Any

from fakes.discord.events import KNOWN, PRIVILEGED


class Close(Exception):
    """Ends the connection with a code from Discord's table."""

    def __init__(self, code: int, reason: str, fair: bool = False) -> None:
        self.code, self.reason, self.fair = code, reason, fair
        super().__init__(f"{code} {reason}")


UNKNOWN_OPCODE = Close(4001, "Unknown opcode.")
DECODE_ERROR = Close(4002, "Error while decoding payload.")
NOT_AUTHENTICATED = Close(4003, "Not authenticated.")
AUTHENTICATION_FAILED = Close(4004, "Authentication failed.")
ALREADY_AUTHENTICATED = Close(4005, "Already authenticated.")
INVALID_SEQUENCE = Close(4007, "Invalid seq.")
RATE_LIMITED = Close(4008, "Rate limited.")
TIMED_OUT = Close(4009, "Session timed out.")
INVALID_SHARD = Close(4010, "Invalid shard.")
SHARDING_REQUIRED = Close(4011, "Sharding required.")
INVALID_VERSION = Close(4012, "Invalid API version.")
INVALID_INTENTS = Close(4013, "Invalid intent(s).")
DISALLOWED_INTENTS = Close(4014, "Disallowed intent(s).")


def check_identify(data: Any, token: str, enabled: int, minimum_shards: int) -> tuple[int, tuple[int, int]]:
    """The intents and the shard, or the close code."""
    if not isinstance(data, dict) or not isinstance(data.get("properties"), dict):
        raise DECODE_ERROR
    if data.get("token") != token:
        raise AUTHENTICATION_FAILED
    shard = _shard(data.get("shard", [0, 1]))
    if shard[1] < minimum_shards:
        raise SHARDING_REQUIRED
    intents = data.get("intents")
    if not isinstance(intents, int) or intents < 0 or intents & ~KNOWN:
        raise INVALID_INTENTS
    if any(intents & bit and not enabled & bit for bit in PRIVILEGED):
        raise DISALLOWED_INTENTS
    return intents, shard


def check_resume(data: Any, token: str) -> tuple[str, int]:
    """The session's id and the last sequence number the client has seen."""
    if not isinstance(data, dict) or not isinstance(data.get("seq"), int):
        raise DECODE_ERROR
    if data.get("token") != token:
        raise AUTHENTICATION_FAILED
    return str(data.get("session_id")), data["seq"]


def _shard(value: Any) -> tuple[int, int]:
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) for n in value)):
        raise INVALID_SHARD
    shard, count = value
    if not 0 <= shard < count:
        raise INVALID_SHARD
    return shard, count
