"""Tailscale brings others to a gateway that listens to this machine only."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from harness import Refused, connect, eventually, gateway_config

NAME = "claw.tail1234.ts.net"
STATUS = json.dumps({"BackendState": "Running", "Self": {"DNSName": f"{NAME}."}})
# What its proxy adds to a request from the tailnet.
FORWARDED = {
    "Host": NAME,
    "Origin": f"https://{NAME}",
    "X-Forwarded-For": "100.64.0.7",
    "X-Forwarded-Host": NAME,
    "X-Forwarded-Proto": "https",
    "Tailscale-User-Login": "me@example.com",
}
PAGE = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}


class Tailscale:
    """A program `tailscale` that writes down what it is told, and fails as long as it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.log = folder / "told"
        self.fault = folder / "fault"
        self.silence = folder / "silence"
        self.status = folder / "status"
        self.status.write_text(STATUS)
        program = folder / "tailscale"
        program.write_text(f"""#!/bin/sh
echo "$*" >>{self.log}
env | grep -q SECRET-TOKEN && echo leaked >>{self.log}
case "$1" in status) echo 'Warning: client version differs' >&2; cat {self.status};; esac
[ "$2" != --bg ] || [ ! -e {self.silence} ] || exec sleep 20
[ ! -e {self.fault} ] || {{ cat {self.fault} >&2; exit 1; }}
""")
        program.chmod(0o755)

    @property
    def told(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}:/usr/bin:/bin"}


@pytest.fixture
def tailscale(tmp_path: Path) -> Tailscale:
    return Tailscale(tmp_path / "bin")


def with_mode(state: Path, mode: str, **more: Any) -> dict[str, Any]:
    return gateway_config(state, more={"gateway": {"tailscale": {"mode": mode}, **more}})


def test_serve_is_turned_on_once_the_gateway_listens_and_stays_on(
    start: Any, state: Path, tailscale: Tailscale
) -> None:
    gateway = start(with_mode(state, "serve"), env={**tailscale.env, "OPENCLAW_GATEWAY_TOKEN": "SECRET-TOKEN-0123456789"})
    gateway.wait_for_line(rf"\[tailscale\] serve enabled: https://{NAME}/ \(WS via wss://{NAME}\)$")
    assert gateway.stop()[0] == 0
    assert tailscale.told == [f"serve --bg --yes {gateway.port}", "status --json --peers=false"]


def test_an_answer_that_makes_no_sense_is_only_no_name(start: Any, state: Path, tailscale: Tailscale) -> None:
    tailscale.status.write_text("}{")
    gateway = start(with_mode(state, "serve"), env=tailscale.env)
    gateway.wait_for_line(r"\[tailscale\] serve enabled; `tailscale serve status` says where$")
    assert gateway.stop()[0] == 0


def test_what_was_cut_off_is_taken_back_too(start: Any, state: Path, tailscale: Tailscale) -> None:
    tailscale.silence.touch()
    config = with_mode(state, "serve")
    config["gateway"]["tailscale"]["resetOnExit"] = True
    gateway = start(config, env=tailscale.env)
    eventually("Tailscale to be told", lambda: tailscale.told)
    assert gateway.stop()[0] == 0
    assert tailscale.told == [f"serve --bg --yes {gateway.port}", "serve reset"]


@pytest.mark.parametrize("by", ["option", "config"])
def test_it_is_taken_back_at_the_end_where_that_is_wished(
    start: Any, state: Path, tailscale: Tailscale, by: str
) -> None:
    if by == "option":
        config, args = gateway_config(state), ["--tailscale", "serve", "--tailscale-reset-on-exit"]
    else:
        config, args = with_mode(state, "off"), []
        config["gateway"]["tailscale"] = {"mode": "serve", "resetOnExit": True}
    gateway = start(config, args=args, env=tailscale.env)
    gateway.wait_for_line(r"\[tailscale\] serve enabled")
    assert gateway.stop()[0] == 0
    assert tailscale.told[-1] == "serve reset"


def test_an_option_beats_the_config_and_off_leaves_tailscale_alone(
    start: Any, state: Path, tailscale: Tailscale
) -> None:
    gateway = start(with_mode(state, "serve"), args=["--tailscale", "off"], env=tailscale.env)
    assert gateway.stop()[0] == 0
    assert tailscale.told == []


def test_what_fails_is_said_once_and_tried_again(start: Any, state: Path, tailscale: Tailscale) -> None:
    tailscale.fault.write_text("Logged out.\nLog in at: https://login.example/a\n")
    gateway = start(with_mode(state, "serve"), env=tailscale.env)
    gateway.wait_for_line(
        rf"serve failed: `tailscale serve --bg --yes {gateway.port}`: Logged out\. Log in at: https://login\.example/a$"
    )
    tailscale.fault.unlink()
    gateway.wait_for_line(r"\[tailscale\] serve enabled", 15)
    assert gateway.output.count("serve failed") == 1


def test_without_the_program_the_gateway_runs_and_says_so(start: Any, state: Path) -> None:
    gateway = start(with_mode(state, "serve"), env={"PATH": "/nowhere"})
    gateway.wait_for_line(r"serve failed: there is no program `tailscale` on PATH\.")
    connect(gateway.port).close()


def test_a_page_that_comes_through_it_logs_in_with_the_token_and_nobody_without(
    start: Any, state: Path, tailscale: Tailscale
) -> None:
    gateway = start(with_mode(state, "serve"), env=tailscale.env)
    with connect(gateway.port, headers=FORWARDED, client=PAGE) as client:
        client.request("health")
    with pytest.raises(Refused):
        connect(gateway.port, headers=FORWARDED, client=PAGE, auth={})
    with pytest.raises(Refused):
        connect(gateway.port, headers={**FORWARDED, "Origin": "https://evil.example"}, client=PAGE)


@pytest.mark.parametrize("mode", ["serve", "funnel"])
def test_others_are_brought_in_only_where_something_is_asked_of_them(start: Any, state: Path, mode: str) -> None:
    config = gateway_config(state, token=None, more={"gateway": {"tailscale": {"mode": mode}}})
    gateway = start(config, ready=False)
    assert gateway.wait_for_exit() == 1
    assert "without a token" in gateway.output


def test_everybody_is_brought_in_only_to_a_password(start: Any, state: Path, tailscale: Tailscale) -> None:
    refused = start(with_mode(state, "funnel"), ready=False, env=tailscale.env)
    assert refused.wait_for_exit() == 1
    assert "`gateway.tailscale.mode: funnel` lets everybody on the internet try to log in" in refused.output
    assert tailscale.told == []
    config = with_mode(state, "funnel", auth={"mode": "password", "password": "correct-horse-battery-staple"})
    gateway = start(config, env=tailscale.env)
    gateway.wait_for_line(rf"\[tailscale\] funnel enabled: https://{NAME}/")
    assert tailscale.told[0] == f"funnel --bg --yes {gateway.port}"


def test_it_brings_nobody_to_a_gateway_that_listens_elsewhere(start: Any, state: Path) -> None:
    gateway = start(gateway_config(state), ready=False, args=["--bind", "lan", "--tailscale", "serve"])
    assert gateway.wait_for_exit() == 1
    assert "`--tailscale serve` brings others to this machine's own address" in gateway.output


def test_turned_on_in_the_config_it_starts_at_once_and_an_unsafe_change_is_refused(
    start: Any, state: Path, tailscale: Tailscale
) -> None:
    gateway = start(gateway_config(state), env=tailscale.env)
    gateway.write_config(with_mode(state, "funnel"))
    gateway.wait_for_line(r"lets everybody on the internet try to log in")
    gateway.write_config({**with_mode(state, "serve"), "commands": {"restart": True}})
    gateway.wait_for_line(r"\[tailscale\] serve enabled")
    gateway.signal(signal.SIGUSR1)
    eventually("a restart to turn it on again", lambda: sum("serve --bg" in line for line in tailscale.told) == 2)
