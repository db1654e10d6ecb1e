"""The commands of the page that people follow, in its order, with their results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes import Text
from harness import Device, Refused, connect, eventually
from harness.config import TOKEN
from harness.machine import Machine
from tests.image.conftest import FLY, Deployment, World, deployments, page_config


@pytest.mark.parametrize("file", deployments().values(), ids=deployments())
def test_a_deployment_starts_unconfigured_in_256_mb(machine: Machine, file: Path) -> None:
    """Steps 2 to 4: what `fly deploy` starts, on a volume that is new."""
    deployment = Deployment.read(file)

    run = machine.start(deployment.command, deployment.variables)
    machine.wait_until_ready()

    run.wait_for_line(r"\[gateway\] listening on ws://0\.0\.0\.0:3000 \(PID \d+\)")
    for host in (machine.address, machine.address6):
        assert machine.get("/healthz", host)[0] == 200
        assert machine.get("/readyz", host)[0] == 200
    assert "<html" in machine.get("/", machine.address6)[1]
    if machine.memory.is_bounded:
        assert machine.memory.kills() == 0


def test_the_page_from_top_to_bottom(machine: Machine, world: World) -> None:
    deployment = Deployment.read(deployments()["the page's"])
    secrets = {"ANTHROPIC_API_KEY": "sk-ant-test-0123456789", "DISCORD_BOT_TOKEN": world.discord.token}
    variables = {**deployment.variables, **world.variables, **secrets}

    # 4. Deploy, then look at the logs.
    run = machine.start(deployment.command, variables)
    machine.wait_until_ready()
    run.wait_for_line(r"\[gateway\] listening on ws://0\.0\.0\.0:3000 \(PID \d+\)")

    # 5. The console: the config file, as typed.
    config = page_config(world.discord)
    typed = machine.console(f"mkdir -p /data\ncat > /data/openclaw.json << 'EOF'\n{config}EOF\n")
    assert (typed.code, typed.text) == (0, "")

    # `fly machine restart`: SIGINT, and the same command again.
    code, seconds = machine.stop()
    assert code == 0 and seconds < 5
    run = machine.start(deployment.command, variables)
    machine.wait_until_ready()
    run.wait_for_line(r"\[gateway\] listening on ws://0\.0\.0\.0:3000 \(PID \d+\)")
    run.wait_for_line(r"\[discord\] logged in to discord as \S+")
    channel, ann = world.discord.channel("general"), world.discord.user("Ann")
    world.anthropic.script.append(Text("Hello Ann."))
    ann.writes(channel, "hello #q1")
    assert world.discord.wait_for_message(channel).content == "Hello Ann."
    assert world.anthropic.requests[0].body["model"] == "claude-opus-4-6"

    # Troubleshooting: the stale lock file, with and without a shell that knows stars.
    assert machine.ssh("rm", "-f", "/data/gateway.*.lock").code == 0
    assert machine.console("rm -f /data/gateway.*.lock").code == 0
    machine.stop()
    machine.start(deployment.command, variables)
    machine.wait_until_ready()

    # Troubleshooting: is the config there?
    shown = machine.ssh("cat", "/data/openclaw.json")
    assert shown.code == 0 and json.loads(shown.out)["gateway"]["bind"] == "auto"

    # Writing the config: by tee, and after rm as `sftp put` does.
    changed = json.loads(config)
    changed["agents"]["defaults"]["maxConcurrent"] = 2
    text = json.dumps(changed)
    before = len(machine.run_now.lines) if machine.run_now else 0
    assert machine.ssh("tee", "/data/openclaw.json", stdin=text).out == text
    assert machine.run_now
    machine.run_now.wait_for_line(r"reload", after=before)
    assert machine.ssh("rm", "/data/openclaw.json").code == 0
    assert machine.ssh("ls", "/data/openclaw.json").code != 0
    assert machine.ssh("tee", "/data/openclaw.json", stdin=text).code == 0
    eventually(
        "the new file to be the gateway's",
        lambda: machine.ssh("openclaw", "config", "get", "agents.defaults.maxConcurrent").out.strip() == "2",
    )

    # Updates: another command for the machine, without --allow-unconfigured.
    machine.stop()
    run = machine.start("node dist/index.js gateway --port 3000 --bind lan", variables)
    machine.wait_until_ready()
    run.wait_for_line(r"\[gateway\] listening on ws://0\.0\.0\.0:3000 \(PID \d+\)")
    assert machine.ssh("ls", "/data").code == 0
    if machine.memory.is_bounded:
        assert machine.memory.kills() == 0


def test_openclaw_over_ssh_needs_no_options(fly: Machine) -> None:
    """The page's own fly.toml says the port in the command only."""
    said = fly.ssh("openclaw", "status")
    assert said.code == 0, said.text
    assert fly.ssh("openclaw", "health").code == 0
    assert TOKEN not in said.text


def test_fly_doctor_on_the_machine_knocks_where_everybody_comes(machine: Machine) -> None:
    deployment = Deployment.read(deployments()["the page's"])
    variables = {**deployment.variables, "FLY_PRIVATE_IP": machine.address6, "ANTHROPIC_API_KEY": "sk-ant-test-0123456789"}
    machine.start(deployment.command, variables)
    machine.wait_until_ready()

    good = machine.ssh("openclaw", "fly", "doctor")
    assert good.code == 0, good.text
    for answered in (
        "IPv6 at [::1]:3000",
        f"Fly's private network (WireGuard, `fly proxy`) at [{machine.address6}]:3000",
        f"Fly's proxy at {machine.address}:3000",
    ):
        assert f"ok   The gateway answers {answered}\n" in good.out, good.text

    # "App is not listening on expected address": the page's command without --bind lan.
    machine.stop()
    run = machine.start(deployment.command.replace("--bind lan", "--bind loopback"), variables)
    run.wait_for_line("listening on ws://127.0.0.1:3000")
    bad = machine.ssh("openclaw", "fly", "doctor")
    assert bad.code == 1
    for refused in (f"[{machine.address6}]:3000", f"{machine.address}:3000"):
        assert f" at {refused} (Connection refused): Fly says" in bad.out, bad.text
    assert "ok   The gateway answers IPv6 at [::1]:3000\n" in bad.out
    assert '--port 3000 --bind lan" -y -a my-openclaw' in bad.out


def test_fly_doctor_sees_a_config_that_lies_where_nobody_reads_it(machine: Machine) -> None:
    """The page's step 5, with OPENCLAW_STATE_DIR left out: "Config not being read", "State is not persisted"."""
    machine.prepare("echo '{}' > /data/openclaw.json")
    variables = {name: value for name, value in FLY.items() if name != "OPENCLAW_STATE_DIR"}
    machine.start(Deployment.read(deployments()["the page's"]).command, {**variables, "OPENCLAW_STATE_DIR": "/tmp/state"})
    machine.wait_until_ready()
    found = machine.ssh("openclaw", "fly", "doctor")
    assert found.code == 1
    assert "BAD  `/data/openclaw.json` is not read: the gateway reads `/tmp/state/openclaw.json`" in found.out, found.text
    assert 'OPENCLAW_STATE_DIR = "/data"' in found.out and "[mounts]" not in found.out, "one fix, not its opposite too"


def test_without_a_token_the_start_says_what_to_set(machine: Machine) -> None:
    variables = {name: value for name, value in FLY.items() if name != "OPENCLAW_GATEWAY_TOKEN"}
    run = machine.start(Deployment.read(deployments()["the page's"]).command, variables)
    assert run.wait_for_exit() != 0
    assert "fly secrets set OPENCLAW_GATEWAY_TOKEN=" in run.output


@pytest.mark.parametrize("way", ["WireGuard", "fly proxy"])
def test_a_private_deployment_lets_its_owner_in(machine: Machine, way: str) -> None:
    """Plain http: at the machine's own address, or as localhost on one's own computer."""
    deployment = Deployment.read(deployments()["fly.private.toml"])
    machine.start(deployment.command, {**deployment.variables, "FLY_PRIVATE_IP": machine.address6})
    machine.wait_until_ready()
    host = f"[{machine.address6}]:3000" if way == "WireGuard" else "localhost:3000"

    headers = {"Host": host, "Origin": f"http://{host}"}
    page = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
    with connect(3000, host=machine.address6, headers=headers, client=page, device=Device()) as client:
        assert client.request("health")["ok"] is True
    with pytest.raises(Refused):
        connect(3000, host=machine.address6, headers=headers, client=page, device=Device(), auth={"token": "wrong"})
