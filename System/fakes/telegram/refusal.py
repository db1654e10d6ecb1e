"""How the Bot API says no."""

from __future__ import annotations

from typing import Any

PREFIXES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refusal(Exception):
    """An error answer. `fair` ones happen to correct clients too: somebody blocked the bot, a message was deleted."""

    def __init__(
        self, status: int, description: str, parameters: dict[str, Any] | None = None, fair: bool = False
    ) -> None:
        self.status, self.parameters, self.fair = status, parameters, fair
        self.description = _with_prefix(status, description)
        super().__init__(f"{status} {self.description}")

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str, fair: bool = False) -> Refusal:
    return Refusal(400, description, fair=fair)


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds}, fair=True)


def _with_prefix(status: int, description: str) -> str:
    """`Bad Request: ` and a small letter, unless the text is a server's own constant such as BUTTON_DATA_INVALID."""
    prefix = PREFIXES.get(status)
    if prefix is None or description.startswith(prefix):
        return description
    is_constant = len(description) > 1 and (description[1] == "_" or description[1].isupper())
    return f"{prefix}: {description if is_constant else description[0].lower() + description[1:]}"
