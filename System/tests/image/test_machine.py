"""The entrypoint and the gateway on a machine that is not as it should be."""

from __future__ import annotations

import json
import re
import shlex
import signal
import tomllib
from pathlib import Path

import pytest

from harness import Client, Device, Refused, connect, eventually
from harness.config import TOKEN
from harness.container_build import Image
from harness.gateway import REPOSITORY
from harness.machine import Machine, Run
from tests.image.conftest import COMMAND, FLY, World


def uid(run: Run) -> int:
    """Whose the last process below the first is: the gateway itself."""
    lines = Path(f"/proc/{run.tree()[-1]}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Uid:"))


def owners(machine: Machine) -> dict[str, int]:
    listed = machine.prepare("find /data -mindepth 0 -printf '%p %U\\n'").splitlines()
    return {path: int(owner) for path, owner in (line.rsplit(" ", 1) for line in listed)}


# Who runs, and whose the volume is


def test_the_gateway_is_not_root_and_the_volume_is_its_own(machine: Machine) -> None:
    machine.prepare(
        "mkdir -p /data/workspace/notes; umask 077; echo '{}' > /data/openclaw.json; echo a > /data/workspace/notes/a"
    )

    run = machine.start(COMMAND, FLY)
    machine.wait_until_ready()

    assert uid(run) == 1000
    whose = owners(machine)
    assert "/data/workspace/notes/a" in whose and "/data/openclaw.json" in whose
    whose.pop("/data/lost+found", None)
    assert set(whose.values()) == {1000}, whose
    assert machine.prepare("stat -c %u / /usr /app /etc").split() == ["0"] * 4


def test_a_second_volume_inside_the_first_is_its_own_too(machine: Machine) -> None:
    """As compose files of the original mount the workspace; beside it one that allows no change."""
    machine.prepare(
        "mkdir /data/closed /data/workspace && mount -t tmpfs -o size=1m none /data/closed"
        " && echo a > /data/closed/a && mount -o remount,ro /data/closed"
        " && mount -t tmpfs -o size=1m,mode=755 none /data/workspace && echo b > /data/workspace/b"
    )

    machine.start(COMMAND, FLY)
    machine.wait_until_ready()

    whose = owners(machine)
    assert whose["/data"] == whose["/data/workspace"] == whose["/data/workspace/b"] == 1000
    assert whose["/data/closed/a"] == 0


def test_the_originals_health_check_says_how_it_is(machine: Machine) -> None:
    machine.start(COMMAND, FLY)
    machine.wait_until_ready()
    script = "fetch('http://127.0.0.1:3000/healthz').then((r)=>process.exit(r.ok?0:1)).catch(()=>process.exit(1))"
    assert machine.ssh("node", "-e", script).code == 0


def test_a_link_out_of_the_volume_leads_nowhere(machine: Machine) -> None:
    machine.prepare("ln -s /etc /data/etc; ln -s /etc/passwd /data/passwd")
    machine.start(COMMAND, FLY)
    machine.wait_until_ready()
    assert machine.prepare("stat -c %u /etc /etc/passwd").split() == ["0", "0"]


def test_a_link_in_a_folders_place_hands_over_nothing_of_roots(machine: Machine) -> None:
    """The assistant may change its own home, and what it keeps on the volume."""
    machine.prepare(
        "mkdir /run/secrets && mount -t tmpfs -o mode=755 none /run/secrets"
        " && echo s > /run/secrets/key && mkdir /run/secrets/workspace && rm -rf /home/node/.openclaw"
        " && ln -s /run/secrets /home/node/.openclaw && ln -s /run/secrets /data/state && ln -s /etc /data/etc"
    )
    for state in ("/data/state", "/data/etc/made", "/data/new/state"):
        run = machine.start(["true"], {**FLY, "OPENCLAW_STATE_DIR": state})
        assert run.wait_for_exit(10) == 0
        assert re.search("/home/node/.openclaw cannot be handed", run.output)

    whose = machine.prepare(
        "stat -c %u /run/secrets /run/secrets/key /run/secrets/workspace /etc /data /data/new /data/new/state"
    )
    assert whose.split() == ["0", "0", "0", "0", "1000", "1000", "1000"]
    assert "made" not in machine.prepare("ls /etc")


def test_a_link_of_the_images_own_to_the_volume_is_nothing_to_tell(machine: Machine) -> None:
    machine.prepare("rm -rf /home/node/.openclaw; ln -s /data /home/node/.openclaw; echo '{}' > /data/openclaw.json")
    for state in ("/data", "/home/node/.openclaw"):
        run = machine.start(["true"], {**FLY, "OPENCLAW_STATE_DIR": state})
        assert run.wait_for_exit(10) == 0
        assert "entrypoint" not in run.output
        assert owners(machine)["/data/openclaw.json"] == 1000
        machine.prepare("chown 0 /data/openclaw.json")


@pytest.mark.parametrize(
    ("entrypoint", "root"), [(False, True), (True, False), (False, False)], ids=["root", "entrypoint as user", "user"]
)
def test_other_ways_to_start_end_in_the_same_place(machine: Machine, entrypoint: bool, root: bool) -> None:
    """A platform that replaces the entrypoint, and one that starts everything as user 1000."""
    if not root:
        machine.prepare("chown 1000 /data")
    run = machine.start(COMMAND, FLY, entrypoint=entrypoint, root=root)
    machine.wait_until_ready()
    assert uid(run) == 1000
    assert machine.stop()[0] == 0


def test_variables_and_flags_for_node_are_passed_over(machine: Machine) -> None:
    variables = {"NODE_ENV": "production", "NODE_OPTIONS": "--max-old-space-size=1536", "OPENCLAW_PREFER_PNPM": "1"}
    machine.start(COMMAND.replace("node ", "node --max-old-space-size=1536 "), {**FLY, **variables})
    machine.wait_until_ready()


def test_a_command_of_root_leaves_no_file_that_the_gateway_cannot_read(fly: Machine) -> None:
    """`openclaw` hands over what root wrote by hand, and writes as the gateway's own user."""
    before = len(fly.run_now.lines) if fly.run_now else 0
    written = fly.console("umask 077; rm -f /data/openclaw.json; echo '{}' > /data/openclaw.json")
    assert written.code == 0, written.text
    assert fly.run_now
    fly.run_now.wait_for_line(
        r"openclaw\.json`: Permission denied\. It belongs to user 0 .*`chown 1000 /data/openclaw\.json`", after=before
    )

    done = fly.ssh("openclaw", "config", "set", "logging.level", "info")
    assert done.code == 0, done.text

    assert {owner for path, owner in owners(fly).items() if path != "/data/lost+found"} == {1000}


# The first process


def test_orphans_are_buried(fly: Machine) -> None:
    assert fly.run_now
    before = len(fly.run_now.tree())
    assert fly.ssh("sh", "-c", "for n in 1 2 3; do (sleep 0.1 &) ; done").code == 0
    eventually("nobody to be left", lambda: len(fly.run_now.tree()) == before)  # type: ignore[union-attr]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_gateway_in_time(fly: Machine, number: int) -> None:
    code, seconds = fly.stop(number)
    assert code == 0 and seconds < 5


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -TERM $$"], 143),
        (["nothing-of-that-name"], 127),
        (["/etc"], 126),
    ],
)
def test_the_commands_end_is_the_machines_end(machine: Machine, command: list[str], code: int) -> None:
    assert machine.start(command).wait_for_exit() == code


# What goes wrong


def test_after_a_kill_it_starts_again_and_the_lock_is_no_matter(fly: Machine) -> None:
    assert "gateway." in fly.ssh("ls", "/data").out
    fly.kill()
    assert ".lock" in fly.prepare("ls /data"), "the file of the one that was killed"
    fly.start(COMMAND, FLY)
    fly.wait_until_ready()


def test_a_second_gateway_on_the_volume_is_told_of_the_first(fly: Machine) -> None:
    second = fly.ssh("openclaw", "gateway", "--allow-unconfigured", "--port", "3001", "--bind", "lan")
    assert second.code == 1 and "gateway already running (pid " in second.text
    assert fly.get("/readyz")[0] == 200


@pytest.mark.parametrize("variable", ["/data", "/data/state", "/var/lib/state"])
def test_without_a_volume_it_starts_too(image: Image, tmp_path: Path, variable: str) -> None:
    with Machine(image, tmp_path / "machine", mount=None) as machine:
        run = machine.start(COMMAND, {**FLY, "OPENCLAW_STATE_DIR": variable})
        machine.wait_until_ready()
        assert uid(run) == 1000


def test_a_volume_that_cannot_be_written_is_told(machine: Machine) -> None:
    machine.remount("ro")
    run = machine.start(COMMAND, FLY)
    run.wait_for_line(r"\[entrypoint\] /data cannot be handed to the user openclaw: Read-only file system")
    run.wait_for_line(r"The volume of `/data` is mounted read-only, .*`fly machine restart 148e21ea7e8389 -a my-openclaw`")
    run.wait_for_line("listening on")
    assert machine.get("/readyz") == (503, '{"ready":false,"reason":"volume read-only"}')
    assert machine.get("/healthz")[0] == 200
    assert "<html" in machine.get("/")[1]


def test_a_full_volume_loses_nothing_and_stops_nobody(machine: Machine, world: World) -> None:
    variables = {**FLY, **world.variables, "ANTHROPIC_API_KEY": "sk-ant-test-0123456789"}
    machine.start(COMMAND, variables)
    machine.wait_until_ready()
    with visit(machine) as page:
        assert page.chat("before")["state"] == "final"
        machine.console("cat /dev/zero > /data/filler 2>/dev/null")

        refused = eventually("a message to be refused", lambda: refusal(page))

        assert "The volume of `/data` is full" in refused.message and "fly volumes extend" in refused.message
        assert machine.get("/readyz") == (503, '{"ready":false,"reason":"volume full"}')
        assert machine.get("/healthz")[0] == 200
    assert machine.stop()[0] == 0
    machine.start(COMMAND, variables)
    eventually("it to start all the same", lambda: machine.get("/healthz")[0] == 200)
    assert machine.ssh("rm", "/data/filler").code == 0
    with visit(machine) as page:
        assert page.chat("after")["state"] == "final"
        assert any("before" in str(message["content"]) for message in page.history())


def visit(machine: Machine) -> Client:
    """The page, over plain http at a private address."""
    who = {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat"}
    origin = {"Origin": f"http://{machine.address}:3000"}
    return connect(3000, host=machine.address, client=who, headers=origin, device=Device())


def refusal(page: Client) -> Refused | None:
    """What is said to a message that cannot be kept; None while there is still room for it."""
    try:
        page.chat("x" * 100_000)
    except Refused as refused:
        return refused
    return None


# Other platforms


def test_railways_command_takes_the_port_it_is_given(machine: Machine) -> None:
    command = tomllib.loads((REPOSITORY / "railway.toml").read_text())["deploy"]["startCommand"]
    run = machine.start(shlex.split(command), {**FLY, "PORT": "8080"}, entrypoint=False)
    run.wait_for_line(r"listening on ws://0\.0\.0\.0:8080 ")
    assert uid(run) == 1000


def test_renders_command_is_the_pages() -> None:
    assert f"dockerCommand: {COMMAND}\n" in (REPOSITORY / "render.yaml").read_text()


def test_compose_starts_with_keys_that_are_empty(machine: Machine) -> None:
    """What is not set in the shell arrives as an empty variable."""
    text = (REPOSITORY / "docker-compose.yml").read_text()
    found = re.search(r"command: (\[.*\])", text)
    assert found
    command = json.loads(re.sub(r"\$\{\w+:-(\w*)\}", r"\1", found[1]))
    empty = dict.fromkeys(re.findall(r"(\w+): \$\{\w+:-\}", text), "")
    assert "ANTHROPIC_API_KEY" in empty

    run = machine.start(command, {"OPENCLAW_GATEWAY_TOKEN": TOKEN, **empty})

    run.wait_for_line(r"listening on ws://0\.0\.0\.0:18789 ")
    run.wait_for_line(r"agent model: none yet")
    assert machine.prepare("ls /home/node/.openclaw")
    assert machine.ssh("openclaw", "health").code == 0
