"""What a platform's health checks and a person's `curl` see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, connect, eventually, gateway_config
from harness.config import TOKEN

PROBES = ["/health", "/healthz", "/ready", "/readyz", "/startupz"]


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_answers_without_a_token_and_is_never_cached(gateway: Gateway, path: str) -> None:
    reply = gateway.get(path)
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("name", ["docker-compose.yml", "fly.toml", "fly.private.toml", "railway.toml", "render.yaml"])
def test_what_the_platforms_ask_is_answered(gateway: Gateway, name: str) -> None:
    text = (Path(__file__).parents[2] / name).read_text()
    paths = re.findall(r"/(?:health|ready)z\b(?=[\"'\]]|$)", text, re.M)
    assert paths
    for path in paths:
        assert gateway.get(path).status == 200
        done = gateway.command("health", "--live", f"{gateway.url}{path}")
        assert done.code == 0, done.text


@pytest.mark.parametrize("path", ["/health", "/healthz"])
def test_alive_says_live(gateway: Gateway, path: str) -> None:
    assert gateway.get(path).json == {"ok": True, "status": "live"}


@pytest.mark.parametrize("path", ["/ready", "/readyz"])
def test_ready_says_ready_and_keeps_its_detail_for_those_with_a_token(start: Any, state: Path, path: str) -> None:
    gateway = start(gateway_config(state), args=["--bind", "lan"])
    assert gateway.get(path, headers={"X-Forwarded-For": "203.0.113.9"}).json == {"ready": True}
    detailed = gateway.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).json
    assert detailed["ready"] is True and type(detailed["uptimeMs"]) is int


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_probe_only_reads(gateway: Gateway, path: str, method: str) -> None:
    reply = gateway.get(path, method)
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", PROBES)
def test_head_has_the_headers_and_no_body(gateway: Gateway, path: str) -> None:
    reply = gateway.get(path, "HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 0


def test_health_over_the_socket_has_what_the_apps_decode(gateway: Gateway, generation: int) -> None:
    with connect(gateway.port, generation) as client:
        health = client.request("health")
    assert health["ok"] is True
    assert type(health["ts"]) is int and type(health["durationMs"]) is int
    assert type(health["heartbeatSeconds"]) is int
    assert type(health["sessions"]["count"]) is int
    assert isinstance(health["channels"], dict) and isinstance(health["channelOrder"], list)


def test_a_first_conversation_is_counted_at_once(start: Any, state: Path, fake_chat: FakeOpenAIChat) -> None:
    gateway: Gateway = start(gateway_config(state, [ModelConfig("fake", fake_chat.url)]))
    with connect(gateway.port) as client:
        assert client.request("health")["sessions"]["count"] == 0
        client.chat("hi")
        eventually("it to be counted", lambda: client.request("health")["sessions"]["count"] == 1, 4)
    assert "Sessions: 1" in gateway.command("health").out
