"""How Discord says no."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    10002: "Unknown Application",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10011: "Unknown Role",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    20012: "You are not authorized to perform this action on this application",
    30003: "Maximum number of pins reached for the channel (250)",
    30010: "Maximum number of reactions reached (20)",
    30032: "Maximum number of application commands reached (100).",
    40005: "Request entity too large",
    40058: "Cannot send a message in a forum channel",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50021: "Cannot execute action on a system message",
    50024: "Cannot execute action on this channel type",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    160002: "Cannot reply without permission to read message history",
    160004: "A thread has already been created for this message",
    160005: "Thread is locked",
    200000: "Message was blocked by automatic moderation",
    520001: "Poll expired",
    520003: "Cannot edit a poll message",
    520006: "Cannot expire a non-poll message",
}


class Refusal(Exception):
    """An error answer. `fair` ones happen to correct clients too (a message was just deleted, a right was taken)."""

    def __init__(
        self, status: int, code: int = 0, message: str | None = None, errors: Any = None, fair: bool = False
    ) -> None:
        self.status, self.code, self.errors, self.fair = status, code, errors, fair
        self.message = message or MESSAGES[code]
        super().__init__(f"{status} {code} {self.message} {errors or ''}".strip())

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


def unknown(code: int, fair: bool = False) -> Refusal:
    return Refusal(404, code, fair=fair)


def invalid(path: str, code: str, message: str) -> Refusal:
    """A form error at one place; `path` is dotted, empty for the whole form."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for key in reversed(path.split(".") if path else []):
        errors = {key: errors}
    return Refusal(400, 50035, errors=errors)
