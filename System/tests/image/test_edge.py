"""Behind Fly's edge: the right token gets in, wrong ones are counted by visitor, and what the edge drops comes back."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from fakes.edge import NAME, FakeEdge
from harness import Client, Device, Refused, connect, eventually
from harness.browser import Tab, browser
from harness.certificates import Authority
from harness.config import TOKEN
from harness.machine import Machine
from tests.image.conftest import COMMAND, FLY, World

PAGE = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
OWN_ORIGIN = {"Host": NAME, "Origin": f"https://{NAME}"}
# More than the gateway allows a visitor in a minute.
MANY = 12


@dataclass
class Front:
    """What a visitor sees of the machine."""

    edge: FakeEdge
    trust: ssl.SSLContext

    def open(self, visitor: str = "203.0.113.1", headers: dict[str, str] | None = None, **changes: Any) -> Client:
        self.edge.visitor = visitor
        params = {"client": PAGE, "device": Device(), **changes}
        return connect(self.edge.port, headers={**OWN_ORIGIN, **(headers or {})}, tls=self.trust, **params)

    def refusal(self, visitor: str, headers: dict[str, str] | None = None, token: str = "wrong") -> Refused | None:
        try:
            self.open(visitor, headers, auth={"token": token}).close()
        except Refused as refused:
            return refused
        return None


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def front(fly: Machine, authority: Authority) -> Iterator[Front]:
    with FakeEdge(authority.server(), (fly.address6, 3000)) as edge:
        yield Front(edge, ssl.create_default_context(cafile=str(authority.file)))


@pytest.mark.parametrize("generation", [3, 4])
def test_the_right_token_is_let_in_without_pairing(front: Front, generation: int) -> None:
    with front.open(generation=generation) as client:
        assert client.request("health")["ok"] is True


def test_wrong_tokens_are_refused_and_counted_by_visitor(front: Front) -> None:
    first = front.refusal("203.0.113.66")
    assert first and first.details["code"] == "AUTH_TOKEN_MISMATCH"
    for _ in range(MANY):
        front.refusal("203.0.113.66")

    guesser = front.refusal("203.0.113.66", token=TOKEN)
    assert guesser and guesser.details["code"] == "AUTH_RATE_LIMITED"
    assert front.refusal("203.0.113.7", token=TOKEN) is None, "another visitor has nothing to do with it"


def test_a_visitor_cannot_say_who_he_is(front: Front) -> None:
    for number in range(MANY):
        claim = f"198.51.100.{number}"
        front.refusal("203.0.113.66", {"Fly-Client-IP": claim, "X-Forwarded-For": claim})
    claim = "198.51.100.99"
    guesser = front.refusal("203.0.113.66", {"Fly-Client-IP": claim, "X-Forwarded-For": claim}, TOKEN)
    assert guesser and guesser.details["code"] == "AUTH_RATE_LIMITED"


def test_another_sites_page_is_refused(front: Front) -> None:
    refused = front.refusal("203.0.113.1", {"Origin": "https://evil.example"}, TOKEN)
    assert refused is not None


def test_what_the_edge_drops_may_come_back(fly: Machine, authority: Authority) -> None:
    with FakeEdge(authority.server(), (fly.address6, 3000), idle_seconds=0.5) as edge:
        front = Front(edge, ssl.create_default_context(cafile=str(authority.file)))
        device = Device()
        client = front.open(device=device)
        assert client.closed(timeout=10) == 1006
        edge.idle_seconds = 60
        with front.open(device=device) as again:
            assert again.request("health")["ok"] is True


def test_a_stop_says_goodbye_through_the_edge(fly: Machine, front: Front) -> None:
    client = front.open()
    code, seconds = fly.stop()
    assert code == 0 and seconds < 5
    assert client.closed() == 1012
    fly.start(COMMAND, FLY)
    fly.wait_until_ready()
    front.open().close()


@pytest.mark.browser
def test_the_page_lets_a_person_in_and_talks(machine: Machine, world: World, authority: Authority) -> None:
    """Chromium, https, a public name: paste the token, say hello."""
    machine.start(COMMAND, {**FLY, **world.variables, "ANTHROPIC_API_KEY": "sk-ant-test-0123456789"})
    machine.wait_until_ready()
    machine.wait_for_network()
    with FakeEdge(authority.server(), (machine.address6, 3000)) as edge:
        with browser(f"MAP {NAME} 127.0.0.1:{edge.port}") as chrome:
            context = chrome.new_context(ignore_https_errors=True, locale="en-US")
            tab = Tab(context.new_page(), f"https://{NAME}").open().log_in(TOKEN)
            tab.say("hello")
            expect(tab.answers.last).not_to_be_empty()
            eventually("the vendor to be asked", lambda: bool(world.anthropic.requests))
            tab.picture("behind-the-edge")
            assert not tab.errors, tab.errors
            context.close()
