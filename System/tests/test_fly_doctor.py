"""`openclaw fly doctor` on a machine: each heading of the deployment page's troubleshooting is something it looks at.

What it reads from a fly.toml is tested beside its code; `tests/image` has it on a machine that is laid out like Fly's."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeOpenAIChat
from harness import Gateway, ModelConfig, eventually, gateway_config
from harness.config import TOKEN
from harness.gateway import Finished, Process, binary, run_openclaw, scrubbed_environment
from harness.volume import Volume, mounted

FLY = {
    "FLY_APP_NAME": "my-app",
    "FLY_MACHINE_ID": "148e21ea7e8389",
    "FLY_PRIVATE_IP": "::1",
    "FLY_VM_MEMORY_MB": "256",
}
LAN = ("--bind", "lan")


@pytest.fixture
def config(state: Path, fake_chat: FakeOpenAIChat) -> dict[str, Any]:
    return gateway_config(state, [ModelConfig("fake", fake_chat.url)])


@pytest.fixture
def deployed(volume: Volume, start: Any, config: dict[str, Any]) -> Gateway:
    return start(config, args=LAN, env=FLY)


def doctor(gateway: Gateway, **env: str) -> Finished:
    return gateway.command("fly", "doctor", env={**FLY, **env})


def finding(done: Finished, words: str) -> str:
    """What mends the one problem that has these words in it."""
    assert done.code == 1, done.text
    lines = done.out.splitlines()
    [at] = [index for index, line in enumerate(lines) if words in line]
    assert lines[at].startswith("BAD "), done.text
    mend = []
    for line in lines[at + 1 :]:
        if not line.startswith("       "):
            break
        mend.append(line.strip())
    return "\n".join(mend)


def test_fly_doctor_finds_nothing_on_a_machine_without_fault(deployed: Gateway) -> None:
    done = doctor(deployed)
    assert done.code == 0, done.text
    assert f"ok   The gateway answers IPv6 at [::1]:{deployed.port}\n" in done.out
    assert f"`fly proxy`) at [::1]:{deployed.port}\n" in done.out
    assert f"`internal_port` in fly.toml must be {deployed.port}\n" in done.out
    assert "One gateway holds the lock (pid " in done.out
    assert TOKEN not in done.text
    told = deployed.command("fly", "doctor", "--json", env=FLY)
    # What the kernel of the machine the tests run on has counted is not ours.
    found = [one for one in json.loads(told.out)["findings"] if "the kernel has ended" not in one["text"]]
    assert all(one["weight"] == "ok" for one in found), told.text


# "App is not listening on expected address"


def test_fly_doctor_sees_a_gateway_that_only_hears_ipv4(volume: Volume, start: Any, config: dict[str, Any]) -> None:
    config["gateway"] |= {"bind": "custom", "customBindHost": "127.0.0.1"}
    gateway = start(config, env=FLY)

    done = doctor(gateway)

    mend = finding(done, f"does not answer IPv6 at [::1]:{gateway.port} (Connection refused)")
    command = f"openclaw gateway --allow-unconfigured --port {gateway.port} --bind lan"
    assert f'fly machine update 148e21ea7e8389 --command "{command}" -y -a my-app' in mend
    assert "[processes]" in mend
    assert "App is not listening on expected address" in done.out


def test_fly_doctor_sees_a_private_address_where_nobody_listens(
    volume: Volume, start: Any, config: dict[str, Any]
) -> None:
    """On loopback a command on the machine gets an answer, and WireGuard none."""
    gateway = start(config, args=("--bind", "loopback"), env=FLY)

    done = doctor(gateway, FLY_PRIVATE_IP="::ffff:127.0.0.2")

    assert f"ok   The gateway answers IPv6 at [::1]:{gateway.port}\n" in done.out
    assert "--bind lan" in finding(done, "does not answer Fly's private network (WireGuard, `fly proxy`)")


# "Health checks failing / connection refused"


def test_fly_doctor_asks_the_port_that_the_command_named(deployed: Gateway) -> None:
    """The page's fly.toml says the port in the command only, and nothing but the lock file knows it then."""
    done = run_openclaw("fly", "doctor", home=deployed.home, state=deployed.state, env=FLY)
    assert done.code == 0 and f"`internal_port` in fly.toml must be {deployed.port}" in done.out, done.text


def test_fly_doctor_says_when_no_gateway_answers(deployed: Gateway) -> None:
    deployed.stop()
    mend = finding(doctor(deployed), f"No gateway answers on port {deployed.port} (Connection refused)")
    assert mend == "fly logs -a my-app\nfly machine restart 148e21ea7e8389 -a my-app"


def test_fly_doctor_says_why_checks_are_answered_with_503(deployed: Gateway, volume: Volume) -> None:
    volume.fill()
    eventually("the gateway to notice", lambda: deployed.get("/readyz").status == 503)
    done = doctor(deployed)
    assert finding(done, "The gateway runs and is not ready: volume full") == "fly logs -a my-app"
    assert "fly volumes extend VOLUME" in finding(done, f"The volume of `{volume.folder}` is full (0 MB of 32 MB free)")


# "OOM / memory issues"


def test_fly_doctor_sees_too_little_memory(deployed: Gateway) -> None:
    mend = finding(doctor(deployed, FLY_VM_MEMORY_MB="128"), "128 MB of memory is less than")
    assert mend == "fly machine update 148e21ea7e8389 --vm-memory 256 -y -a my-app"
    generous = doctor(deployed, FLY_VM_MEMORY_MB="2048")
    # On a machine whose kernel has ended programs, twice as much is advised instead.
    told = ("note 2048 MB of memory costs more than is needed", "--vm-memory 4096 ")
    assert generous.code == 0 and any(words in generous.out for words in told), generous.out


# "Gateway lock issues"


def test_fly_doctor_says_that_a_lock_file_left_behind_stops_nothing(deployed: Gateway) -> None:
    [lock] = deployed.state.glob("gateway.*.lock")
    deployed.kill()
    assert f"ok   The lock file `{lock}` was left behind by a gateway that is gone" in doctor(deployed).out

    again: Process = deployed.again()
    try:
        again.wait_for_line("listening on")
        lock.unlink()
        done = doctor(deployed)
        assert done.code == 0 and f"One gateway holds the lock (pid {again.pid})" in done.out, done.text
    finally:
        again.discard()


# "Config not being read", "Writing config via SSH"


def test_fly_doctor_sees_a_config_with_mistakes(deployed: Gateway) -> None:
    deployed.config_path.write_text("{ gateway: { port: 'x' } }")
    assert finding(doctor(deployed), "has mistakes, and is not read as it stands") == "openclaw config validate"


def test_fly_doctor_sees_a_config_of_root(deployed: Gateway, tmp_path: Path) -> None:
    """What `tee` over SSH wrote, asked for as the gateway's own user."""
    if os.geteuid() != 0:
        pytest.skip("only root can leave a file that others cannot read")
    deployed.config_path.chmod(0o600)
    with everybody_may_pass(tmp_path):
        done = run_as_nobody(deployed)
    mend = finding(done, f"`{deployed.config_path}`")
    assert f"chown openclaw: {deployed.config_path}" in mend


@contextlib.contextmanager
def everybody_may_pass(folder: Path) -> Iterator[None]:
    """Lets others through to `folder`, which is kept from them otherwise."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.parents) if path.stat().st_mode & 0o001 == 0}
    for path, mode in modes.items():
        path.chmod(mode & 0o7777 | 0o001)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode & 0o7777)


def run_as_nobody(gateway: Gateway) -> Finished:
    env = scrubbed_environment(gateway.home, gateway.state, {**FLY, "OPENCLAW_GATEWAY_TOKEN": TOKEN})
    done = subprocess.run(
        [str(binary()), "fly", "doctor"], env=env, cwd="/", user=65534, capture_output=True, text=True, timeout=20
    )
    return Finished(done.returncode, done.stdout, done.stderr, 0)


# "State is not persisted"


def test_fly_doctor_sees_a_state_directory_that_is_on_no_volume(
    start: Any, config: dict[str, Any], state: Path
) -> None:
    done = doctor(start(config, args=LAN, env=FLY))
    if os.stat(state).st_dev != os.stat("/").st_dev:
        pytest.skip("this machine keeps its temporary folders on another device")
    assert f'destination = "{state}"' in finding(done, "is not on a volume: it is lost at each deploy")


def test_a_workspace_on_no_volume_is_told_at_the_start_and_by_both_doctors(
    tmp_path: Path, volume: Volume, start: Any, config: dict[str, Any]
) -> None:
    if os.stat(tmp_path).st_dev != os.stat("/").st_dev:
        pytest.skip("this machine keeps its temporary folders on another device")
    workspace, log = tmp_path / "Ann's clawd", tmp_path / "gateway.log"
    workspace.mkdir()
    (workspace / "MEMORY.md").write_text("new")
    config["agents"]["defaults"]["workspace"] = str(workspace)
    config["logging"] = {**config.get("logging", {}), "file": str(log)}
    gateway = start(config, args=LAN, env=FLY)

    done = doctor(gateway)

    told = f"`agents.defaults.workspace` is `{workspace}`, which is on no volume"
    quoted = str(workspace).replace("'", "'\\''")
    mend = f"cp -a '{quoted}/.' {{0}} && openclaw config set agents.defaults.workspace {{0}}"
    assert finding(done, told) == mend.format(f"{gateway.state}/workspace")
    elsewhere = f"openclaw config set logging.file {gateway.state}/logs/{log.name}"
    assert finding(done, f"`logging.file` is `{log}`") == elsewhere
    assert told in gateway.output and f"`logging.file` is `{log}`" in gateway.output
    assert told in gateway.command("doctor", env=FLY).out

    before = gateway.state / "workspace/MEMORY.md"
    before.parent.mkdir(exist_ok=True)
    before.write_text("old")
    typed = finding(doctor(gateway), told)
    assert typed == mend.format(f"{gateway.state}/workspace-moved")
    path = tmp_path / "bin"
    path.mkdir()
    (path / "openclaw").symlink_to(binary())
    environment = scrubbed_environment(gateway.home, gateway.state, {"PATH": f"{path}:/usr/bin:/bin"})
    subprocess.run(["sh", "-c", typed], env=environment, check=True)
    assert before.read_text() == "old"
    assert (gateway.state / "workspace-moved/MEMORY.md").read_text() == "new"
    assert gateway.command("config", "get", "agents.defaults.workspace").out.strip().endswith("workspace-moved")


def test_a_workspace_that_cannot_be_made_is_told_at_the_start_and_by_the_doctor(
    state: Path, start: Any, config: dict[str, Any]
) -> None:
    state.mkdir(exist_ok=True)
    (state / "file").write_text("")
    config["agents"]["defaults"]["workspace"] = f"{state}/file/clawd"
    gateway = start(config)
    told = f"is `{state}/file/clawd`, and `{state}/file` cannot be written: Not a directory"
    assert told in gateway.output and told in gateway.command("doctor").out


def test_fly_doctor_sees_a_volume_that_is_mounted_read_only(
    tmp_path: Path, state: Path, start: Any, config: dict[str, Any]
) -> None:
    with mounted(state, image=tmp_path / "volume.ext4") as volume:
        gateway = start(config, args=LAN, env=FLY)
        volume.break_down()
        mend = finding(doctor(gateway), f"The volume of `{state}` is mounted read-only")
        gateway.discard()
    assert "`fly machine restart 148e21ea7e8389 -a my-app`" in mend


# Secrets


def test_fly_doctor_names_the_secrets_that_are_missing(volume: Volume, start: Any, config: dict[str, Any]) -> None:
    config["gateway"].pop("auth", None)
    config.pop("models", None)
    config.pop("agents", None)
    gateway = start(config, args=("--bind", "loopback"), env=FLY)
    done = doctor(gateway)
    assert finding(done, "The gateway has no token").startswith("fly secrets set OPENCLAW_GATEWAY_TOKEN=")
    assert finding(done, "No model vendor has a key").startswith("fly secrets set ANTHROPIC_API_KEY=")


def test_fly_doctor_names_the_secret_of_a_bot_that_the_config_has(
    volume: Volume, start: Any, config: dict[str, Any]
) -> None:
    config["channels"] = {"discord": {"enabled": True}, "telegram": {"enabled": False}}
    gateway = start(config, args=LAN, env=FLY)
    done = doctor(gateway)
    assert finding(done, "Discord has no token") == "fly secrets set DISCORD_BOT_TOKEN=… -a my-app"
    assert "Telegram" not in done.out and "Discord" not in doctor(gateway, DISCORD_BOT_TOKEN="x.y.z").out
