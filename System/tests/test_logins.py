"""Logins at vendors that an earlier release stored: read, renewed, kept, and named when they are over."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import Error, FakeAnthropic, FakeLogins, FakeOpenAIResponses, FakeProxy
from harness import Gateway, connect, gateway_config, stores
from tests.test_chat import text_of

HOUR = 3600
MODEL = {"agents": {"defaults": {"model": {"primary": "anthropic/claude-opus-5-5"}}}}


def oauth(ends_in: float, refresh: str | None = "refresh-1", **more: Any) -> dict[str, Any]:
    login = {"type": "oauth", "provider": "anthropic", "access": "access-0", "email": "me@example.com"}
    expires = int((time.time() + ends_in) * 1000)
    return {**login, "expires": expires, **({"refresh": refresh} if refresh else {}), **more}


def store(state: Path, profiles: dict[str, Any], agent: str = "main") -> None:
    """A state directory of the current release with these logins."""
    state.mkdir(exist_ok=True)
    stores.build(state)
    path = state / stores.rows()["agent"]["path"]
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM auth_profile_store")
        database.execute(
            "INSERT INTO auth_profile_store VALUES ('primary', ?, 0)",
            [json.dumps({"version": 1, "profiles": profiles})],
        )
    database.close()


@pytest.fixture
def logins() -> Iterator[FakeLogins]:
    with FakeLogins("refresh-1") as fake:
        yield fake


@pytest.fixture
def vendor(
    start: Any,
    state: Path,
    tmp_path: Path,
    fake_anthropic: FakeAnthropic,
    fake_responses: FakeOpenAIResponses,
    logins: FakeLogins,
) -> Iterator[Any]:
    """Starts a gateway that reaches the vendors by their own names, through a proxy and over TLS."""
    routes = {
        "api.anthropic.com": fake_anthropic.port,
        "platform.claude.com": logins.port,
        "chatgpt.com": fake_responses.port,
        "auth.openai.com": logins.port,
    }
    with FakeProxy(routes, tmp_path) as proxy:
        env = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": str(proxy.certificate)}

        def launch(more: dict[str, Any] | None = None, **variables: str) -> Gateway:
            return start(gateway_config(state, more=more or {}), env={**env, **variables})

        yield launch


def answer(gateway: Gateway) -> str:
    with connect(gateway.port) as client:
        ended = client.chat("hi", timeout=30)
    return ended.get("errorMessage") or text_of(ended["message"])


HELLO = "Hello from the fake model."


def test_an_imported_login_is_enough_for_an_answer(vendor: Any, state: Path, fake_anthropic: FakeAnthropic) -> None:
    store(state, {"anthropic:me": oauth(HOUR)})
    gateway = vendor()
    assert answer(gateway) == HELLO
    assert fake_anthropic.requests[0].headers["authorization"] == "Bearer access-0"
    assert fake_anthropic.requests[0].body["model"] == "claude-opus-5-5", "the usual model of the login's vendor"


def test_an_imported_key_is_enough_too(vendor: Any, state: Path, fake_anthropic: FakeAnthropic) -> None:
    store(state, {"anthropic:key": {"type": "api_key", "provider": "anthropic", "key": "stored-key"}})
    assert answer(vendor()) == HELLO
    assert fake_anthropic.requests[0].headers["x-api-key"] == "stored-key"


def test_the_environment_goes_first_unless_an_order_says_otherwise(
    vendor: Any, state: Path, fake_anthropic: FakeAnthropic
) -> None:
    store(state, {"anthropic:key": {"type": "api_key", "provider": "anthropic", "key": "stored-key"}})
    gateway = vendor(ANTHROPIC_API_KEY="key-of-the-environment")
    assert answer(gateway) == HELLO
    gateway.stop()
    ordered = vendor({"auth": {"order": {"anthropic": ["anthropic:key"]}}}, ANTHROPIC_API_KEY="key-of-the-environment")
    assert answer(ordered) == HELLO
    keys = [request.headers["x-api-key"] for request in fake_anthropic.requests]
    assert keys == ["key-of-the-environment", "stored-key"]


def test_an_ended_login_is_renewed_and_the_new_one_outlives_a_restart(
    vendor: Any, state: Path, fake_anthropic: FakeAnthropic, logins: FakeLogins
) -> None:
    store(state, {"anthropic:me": oauth(-HOUR)})
    gateway = vendor()
    assert answer(gateway) == HELLO
    gateway.stop()
    again = vendor()
    assert answer(again) == HELLO
    sent = [request.headers["authorization"] for request in fake_anthropic.requests]
    assert sent == ["Bearer access-for-refresh-1"] * 2
    assert logins.asked == 1, "a refresh token is good once, and the new login lasts"
    for secret in ("access-0", "refresh-1", "access-for-refresh-1"):
        assert secret not in gateway.output + again.output
        assert all(secret not in log.read_text() for log in (state / "logs").glob("*.log"))


def test_a_login_of_the_january_file_is_renewed_and_the_file_stays(
    vendor: Any, state: Path, fake_anthropic: FakeAnthropic
) -> None:
    path = state / "agents/main/agent/auth-profiles.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"version": 1, "profiles": {"anthropic:me": oauth(-HOUR)}}))
    before = path.read_bytes()
    gateway = vendor()
    assert answer(gateway) == HELLO
    gateway.stop()
    assert answer(vendor()) == HELLO
    assert fake_anthropic.requests[1].headers["authorization"] == "Bearer access-for-refresh-1"
    assert path.read_bytes() == before


@pytest.mark.parametrize("provider", ["openai", "openai-codex"])
@pytest.mark.parametrize("asked", ["openai/gpt-6.1-sol", "openai-codex/gpt-6.1-sol"])
def test_a_chatgpt_subscription_is_renewed_and_asked_for_its_account(
    vendor: Any, state: Path, fake_responses: FakeOpenAIResponses, provider: str, asked: str
) -> None:
    """Releases differ in the name such a login is stored under, and configs in the one it is asked by."""
    store(state, {f"{provider}:me": oauth(-HOUR, provider=provider)})
    assert answer(vendor({"agents": {"defaults": {"model": {"primary": asked}}}})) == HELLO
    request = fake_responses.requests[0]
    assert request.headers["chatgpt-account-id"] == "account-1"
    assert request.path == "/backend-api/codex/responses"


def test_what_a_vendor_says_of_a_login_is_shown_without_it(
    vendor: Any, state: Path, fake_anthropic: FakeAnthropic
) -> None:
    """Nothing in these words looks like a key: only who stored the login knows that they are."""
    secret = "opaque.access.of.mine"
    store(state, {"anthropic:me": oauth(HOUR, refresh=None, access=secret)})
    fake_anthropic.script.append(Error(403, f"The login {secret} may not do this"))
    gateway = vendor()
    said = answer(gateway)
    assert "may not do this" in said and "`ANTHROPIC_API_KEY`" in said and secret not in said
    assert secret not in gateway.output
    assert all(secret not in log.read_text() for log in (state / "logs").glob("*.log"))


def test_a_login_that_is_not_taken_any_more_is_named(vendor: Any, state: Path, logins: FakeLogins) -> None:
    store(state, {"anthropic:me": oauth(-HOUR, refresh="refresh-of-last-year")})
    said = answer(vendor())
    assert "`anthropic:me`" in said and "Refresh token not found or invalid" in said and "`ANTHROPIC_API_KEY`" in said
    assert "refresh-of-last-year" not in said


def test_an_ended_login_that_cannot_be_renewed_is_named(vendor: Any, state: Path) -> None:
    store(state, {"anthropic:me": oauth(-HOUR, refresh=None)})
    said = answer(vendor())
    assert said.startswith("The login `anthropic:me` ended on ") and "cannot be renewed here" in said
