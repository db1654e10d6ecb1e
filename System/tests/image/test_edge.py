"""Behind Fly's edge: the right token gets in, wrong ones are counted by visitor, and what the edge drops comes back."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from playwright.sync_api import expect

from fakes.edge import NAME, FakeEdge
from harness import Client, Device, Refused, connect, eventually
from harness.browser import Tab, browser
from harness.certificates import Authority
from harness.config import TOKEN
from harness.gateway import Finished, run_openclaw
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


def test_the_command_line_of_a_computer_at_home_is_let_in_with_the_token(
    front: Front, authority: Authority, tmp_path: Path
) -> None:
    """By its own key, which it keeps; the right token makes that known, as it does for the page."""
    home, state = tmp_path / "home", tmp_path / "home/.openclaw"
    home.mkdir()
    there = {"SSL_CERT_FILE": str(authority.file)}
    address = f"wss://127.0.0.1:{front.edge.port}"

    def at_home(*words: str) -> Finished:
        return run_openclaw(*words, home=home, state=state, env=there)

    for words in (("status",), ("sessions",), ("channels", "status"), ("logs",), ("devices", "list")):
        done = at_home(*words, "--url", address, "--token", TOKEN)
        assert done.code == 0 and "missing scope" not in done.text, done.text
    assert "reachable at wss://" in at_home("status", "--url", address, "--token", TOKEN).out

    key = state / "identity/device.json"
    kept = json.loads(key.read_text())
    assert key.stat().st_mode & 0o777 == 0o600 and kept["version"] == 1
    assert load_pem_private_key(kept["privateKeyPem"].encode(), None).public_key() == load_pem_public_key(
        kept["publicKeyPem"].encode()
    )
    assert kept["deviceId"] in at_home("devices", "list", "--json", "--url", address, "--token", TOKEN).out
    assert json.loads(key.read_text()) == kept, "one computer, one key"

    state.joinpath("openclaw.json").write_text(
        json.dumps({"gateway": {"mode": "remote", "remote": {"url": address, "token": TOKEN}}})
    )
    assert "reachable at wss://" in at_home("status").out
    wrong = at_home("status", "--url", address, "--token", "another-token-of-length")
    assert wrong.code == 1 and "refused the login" in wrong.out


def test_a_command_without_a_key_says_what_was_refused(front: Front, authority: Authority, tmp_path: Path) -> None:
    """The file is in the way of the folder that the key would be in."""
    (tmp_path / "state").write_text("")
    address = f"wss://127.0.0.1:{front.edge.port}"
    words = ("status", "--url", address, "--token", TOKEN)
    done = run_openclaw(*words, home=tmp_path, state=tmp_path / "state", env={"SSL_CERT_FILE": str(authority.file)})
    assert done.code == 1 and "missing scope: operator.read" in done.out, done.text
    assert "unreachable" not in done.out and "does not learn which computer this is" in done.err


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
