"""`openclaw migrate`: an installation of the original moves here with one command, and stays as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness import Gateway, connect, gateway_config
from harness.gateway import Finished, copied, run_openclaw
from tests.test_import import JANUARY, digests


@pytest.fixture
def original(tmp_path: Path) -> Path:
    """January's state directory with a workspace of its own, as its config names it."""
    folder = tmp_path / "original"
    copied(JANUARY, folder)
    workspace = folder / "workspace"
    (workspace / "memory").mkdir(parents=True)
    (workspace / "SOUL.md").write_text("A calm voice.\n")
    (workspace / "memory/2026-01-30.md").write_text("The boat is blue.\n")
    (workspace / "link").symlink_to("SOUL.md")
    login = folder / "agents/main/agent/auth-profiles.json"
    login.parent.mkdir(parents=True, exist_ok=True)
    login.write_text('{"version": 1, "profiles": {}}')
    (folder / ".env").write_text("SAMPLE=1\n")
    (folder / "exec-approvals.json").write_text('{"version": 1, "defaults": {"ask": "always"}}')
    (folder / "openclaw.json").write_text(
        "{\n  // mine\n  gateway: { mode: 'local' },\n"
        f"  agents: {{ defaults: {{ workspace: {json.dumps(str(workspace))} }} }},\n}}\n"
    )
    (folder / "moltbot.json").unlink(missing_ok=True)
    return folder


def migrate(tmp_path: Path, folder: Path | str, *words: str) -> Finished:
    return run_openclaw("migrate", "--from", str(folder), *words, home=tmp_path, state=tmp_path / "state")


def test_everything_comes_along(start: Any, tmp_path: Path, original: Path) -> None:
    before = digests(original)
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    state = tmp_path / "state"
    assert (state / "workspace/SOUL.md").read_text() == "A calm voice.\n"
    assert (state / "workspace/memory/2026-01-30.md").read_text() == "The boat is blue.\n"
    assert (state / "workspace/link").is_symlink()
    assert (state / "agents/main/agent/auth-profiles.json").exists()
    assert (state / ".env").read_text() == "SAMPLE=1\n"
    assert json.loads((state / "exec-approvals.json").read_text())["defaults"] == {"ask": "always"}
    config = (state / "openclaw.json").read_text()
    assert "// mine" in config and str(state / "workspace") in config and str(original) not in config
    assert (state / "openclaw.json").stat().st_mode & 0o077 == 0
    assert digests(original) == before, "the original stays as it was"

    recorded = json.loads((JANUARY / "agents/main/sessions/sessions.json").read_text())
    gateway: Gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        rows = {row["key"] for row in client.request("sessions.list", {"limit": 500})["sessions"]}
    assert set(recorded) <= rows


def test_workspaces_come_along_wherever_they_are(tmp_path: Path, original: Path) -> None:
    """One within the state directory under a name of its own, one beside it, one of a machine that is not this one."""
    (tmp_path / "clawd").mkdir()
    (tmp_path / "clawd/MEMORY.md").write_text("The boat is blue.\n")
    (original / "ws").mkdir()
    (original / "ws/MEMORY.md").write_text("The boat is green.\n")
    (original / "skills/one").mkdir(parents=True)
    agents = [{"id": "near", "workspace": str(original / "ws")}, {"id": "moved", "workspace": "/gone/.openclaw/ws"}]
    more = [{"id": "lost", "workspace": "/gone/elsewhere"}, {"id": "wide", "workspace": str(tmp_path)}]
    config = {"agents": {"defaults": {"workspace": "~/clawd"}, "list": agents + more}}
    (original / "openclaw.json").write_text(json.dumps(config))

    done = migrate(tmp_path, original)

    state = tmp_path / "state"
    assert done.code == 0 and "`skills`" in done.out, done.text
    assert f"`{original}/workspace` was left there" in done.out
    assert not (state / "workspace/SOUL.md").exists(), "a workspace that nobody names mixes with none"
    assert "/gone/elsewhere" in done.out and "holds more than a workspace" in done.out
    assert (state / "workspace/MEMORY.md").read_text() == "The boat is blue.\n"
    assert (state / "ws/MEMORY.md").read_text() == "The boat is green.\n"
    ours = json.loads((state / "openclaw.json").read_text())["agents"]
    places = [ours["defaults"]["workspace"], *(agent["workspace"] for agent in ours["list"])]
    assert places == [str(state / "workspace"), *[str(state / "ws")] * 2, "/gone/elsewhere", str(tmp_path)]


def test_files_that_the_config_includes_come_along(start: Any, tmp_path: Path, original: Path) -> None:
    (original / "parts").mkdir()
    (original / "parts/agents.json5").write_text("{ defaults: { workspace: '~/clawd' } } // mine\n")
    (tmp_path / "clawd").mkdir()
    (original / "openclaw.json").write_text('{gateway: {mode: "local"}, agents: {$include: "./parts/agents.json5"}}')

    done = migrate(tmp_path, original)

    assert done.code == 0 and "Set `agents.defaults.workspace`" in done.out, done.text
    assert "// mine" in (tmp_path / "state/parts/agents.json5").read_text()
    checked = run_openclaw("config", "validate", home=tmp_path, state=tmp_path / "state")
    assert checked.code == 0, checked.text


def test_a_second_time_doubles_nothing_and_keeps_what_is_here(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    mine = tmp_path / "state/workspace/SOUL.md"
    mine.write_text("Another voice.\n")
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    assert "taken over before" in done.out and "is there already and stays" in done.out
    assert mine.read_text() == "Another voice.\n"


def test_it_does_not_touch_a_directory_that_a_gateway_uses(gateway: Gateway, original: Path) -> None:
    done = gateway.command("migrate", "--from", str(original))
    assert done.code == 1 and "Stop it" in done.text


@pytest.mark.parametrize("folder", ["nowhere", "empty", "state"])
def test_a_folder_that_is_no_installation_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "state").mkdir()
    done = migrate(tmp_path, tmp_path / folder)
    assert done.code == 1 and folder in done.text, done.text


def test_it_asks_for_the_folder(tmp_path: Path) -> None:
    done = run_openclaw("migrate", home=tmp_path, state=tmp_path / "state")
    assert done.code == 1 and "--from" in done.text
