"""The vendors' token servers: a refresh token is good for one new login (RFC 6749 §6)."""

from __future__ import annotations

import base64
import json
from typing import Any

from aiohttp import web

from fakes.server import FakeServer

CLIENTS = {"anthropic": "9d1c250a-e61b-44d9-88ed-5944d1962f5e", "openai": "app_EMoamEEZ73f0CkXaXp7hrann"}
LIFE_SECONDS = 28_800


class FakeLogins(FakeServer):
    """`refresh_tokens` are those that still count; `asked` is how often a new login was wanted."""

    def __init__(self, *refresh_tokens: str) -> None:
        super().__init__()
        self.refresh_tokens = set(refresh_tokens)
        self.asked = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/v1/oauth/token", self._anthropic), web.post("/oauth/token", self._openai)]

    def error_body(self, status: int, message: str) -> Any:
        return {"error": "invalid_request", "error_description": message}

    async def _anthropic(self, request: web.Request) -> web.Response:
        return self._answer(await request.json(), CLIENTS["anthropic"], "access-for-{}")

    async def _openai(self, request: web.Request) -> web.Response:
        return self._answer(dict(await request.post()), CLIENTS["openai"], chatgpt_token("account-1"))

    def _answer(self, fields: dict[str, Any], client: str, access: str) -> web.Response:
        self.asked += 1
        token = fields.get("refresh_token", "")
        if fields != {"grant_type": "refresh_token", "refresh_token": token, "client_id": client}:
            self.violations.append(f"a renewal says {sorted(fields)}")
        if token not in self.refresh_tokens:
            said = {"error": "invalid_grant", "error_description": "Refresh token not found or invalid"}
            return web.json_response(said, status=400)
        self.refresh_tokens.remove(token)
        self.refresh_tokens.add(f"{token}+")
        tokens = {"access_token": access.format(token), "refresh_token": f"{token}+", "token_type": "Bearer"}
        return web.json_response({**tokens, "expires_in": LIFE_SECONDS})


def chatgpt_token(account: str) -> str:
    """An access token as OpenAI's server writes it: a JWT with the account among its claims."""
    parts = [{"alg": "none"}, {"https://api.openai.com/auth": {"chatgpt_account_id": account}}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + ".x"
