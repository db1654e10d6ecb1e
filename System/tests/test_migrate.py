"""`openclaw migrate`: an installation of the original moves here with one command, and stays as it was."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import Gateway, ModelConfig, connect, gateway_config, stores
from harness.gateway import Finished, binary, copied, run_openclaw, scrubbed_environment
from harness.volume import Volume
from harness.waiting import eventually
from tests.test_import import JANUARY, conversations, digests


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
    assert done.code == 1 and "`skills`" in done.out, done.text
    assert f"`{original}/workspace` was left there" in done.out
    assert not (state / "workspace/SOUL.md").exists(), "a workspace that nobody names mixes with none"
    [bad] = [line for line in done.out.splitlines() if line.startswith("BAD ")]
    assert "`agents.list[2].workspace` is `/gone/elsewhere`" in bad and f"`{tmp_path}/elsewhere`: copy it there" in bad
    assert "holds more than a workspace" in done.out
    assert (state / "workspace/MEMORY.md").read_text() == "The boat is blue.\n"
    assert (state / "ws/MEMORY.md").read_text() == "The boat is green.\n"
    ours = json.loads((state / "openclaw.json").read_text())["agents"]
    places = [ours["defaults"]["workspace"], *(agent["workspace"] for agent in ours["list"])]
    lost = str(state / "workspace-lost")
    assert places == [str(state / "workspace"), *[str(state / "ws")] * 2, lost, str(tmp_path)]

    files(tmp_path / "elsewhere", MEMORY="The boat is red.")
    again = migrate(tmp_path, original)
    assert again.code == 0 and "which `" not in again.out, again.text
    assert Path(lost, "MEMORY.md").read_text() == "The boat is red."


@pytest.mark.parametrize("said", [None, "~/clawd", "/home/ann/clawd", "/root/clawd"])
def test_a_workspace_comes_along_that_was_copied_beside_the_state_directory(
    tmp_path: Path, original: Path, said: str | None
) -> None:
    """Both unpacked together on another machine: `.openclaw` and `clawd`, where January's default workspace is."""
    unpacked = tmp_path / "unpacked"
    shutil.copytree(original, unpacked / ".openclaw", symlinks=True)
    shutil.rmtree(unpacked / ".openclaw/workspace")
    files(unpacked / "clawd", MEMORY="The boat is blue.")
    write_config(unpacked / ".openclaw", {"agents": {"defaults": {"workspace": said}}} if said else {})

    done = migrate(tmp_path, unpacked / ".openclaw")

    assert done.code == 0 and "BAD" not in done.out, done.text
    state = tmp_path / "state"
    assert (state / "workspace/MEMORY.md").read_text() == "The boat is blue."
    ours = json.loads((state / "openclaw.json").read_text())
    assert ours.get("agents") == ({"defaults": {"workspace": str(state / "workspace")}} if said else None)


def test_januarys_default_workspace_comes_along_from_the_home_directory(tmp_path: Path, original: Path) -> None:
    shutil.rmtree(original / "workspace")
    write_config(original, {})
    source = tmp_path / "elsewhere/original"
    source.parent.mkdir()
    original.rename(source)
    files(tmp_path / "clawd", MEMORY="The boat is blue.")
    assert migrate(tmp_path, source).code == 0
    assert (tmp_path / "state/workspace/MEMORY.md").read_text() == "The boat is blue."


def test_files_that_the_config_includes_come_along(start: Any, tmp_path: Path, original: Path) -> None:
    (original / "parts").mkdir()
    (original / "parts/agents.json5").write_text("{ defaults: { workspace: '~/clawd' } } // mine\n")
    (tmp_path / "clawd").mkdir()
    (original / "openclaw.json").write_text('{gateway: {mode: "local"}, agents: {$include: "./parts/agents.json5"}}')

    done = migrate(tmp_path, original)

    state = tmp_path / "state"
    assert done.code == 0, done.text
    included = (state / "parts/agents.json5").read_text()
    assert "// mine" in included and str(state / "workspace") in included, "its agents work here"
    assert "'~/clawd'" in (original / "parts/agents.json5").read_text()
    checked = run_openclaw("config", "validate", home=tmp_path, state=state)
    assert checked.code == 0, checked.text
    again = migrate(tmp_path, original)
    assert again.code == 0 and "does not name" not in again.out, again.text


def test_a_workspace_whose_included_file_cannot_be_told_is_bad(tmp_path: Path, original: Path) -> None:
    (tmp_path / "clawd").mkdir()
    for name in ("a", "b"):
        (original / f"{name}.json5").write_text('{"defaults": {"workspace": "~/clawd"}}')
    write_config(original, {"agents": {"$include": ["./a.json5", "./b.json5"]}})
    done = migrate(tmp_path, original)
    assert done.code == 1 and "BAD  `agents.defaults.workspace` stands in an included file: put" in done.out, done.text


def test_januarys_workspaces_of_further_agents_come_along(tmp_path: Path, original: Path) -> None:
    shutil.rmtree(original / "workspace")
    files(tmp_path / "clawd", MEMORY="of main")
    files(tmp_path / "clawd-work", MEMORY="of work")
    write_config(original, {"agents": {"list": [{"id": "main", "default": True}, {"id": "work"}, {"id": "new"}]}})

    done = migrate(tmp_path, original)

    state = tmp_path / "state"
    assert done.code == 0, done.text
    assert (state / "workspace/MEMORY.md").read_text() == "of main"
    assert (state / "workspace-work/MEMORY.md").read_text() == "of work"
    [note] = [line for line in done.out.splitlines() if "No workspace is there" in line]
    assert f"`{state}/workspace-new`" in note and "clawd-new" in note


def test_the_workspace_of_the_first_versions_comes_along(tmp_path: Path, original: Path) -> None:
    shutil.rmtree(original / "workspace")
    files(tmp_path / "mine", MEMORY="of mine")
    write_config(original, {"agent": {"workspace": "~/mine"}})
    done = migrate(tmp_path, original)
    assert (tmp_path / "state/workspace/MEMORY.md").read_text() == "of mine", done.text


def test_a_copy_of_a_volume_under_another_name_has_its_workspace(tmp_path: Path, original: Path) -> None:
    write_config(original, {"agents": {"defaults": {"workspace": "/data/workspace"}}})
    done = migrate(tmp_path, original)
    assert done.code == 0 and "was left there" not in done.out, done.text
    state = tmp_path / "state"
    assert (state / "workspace/SOUL.md").read_text() == "A calm voice.\n"
    assert json.loads((state / "openclaw.json").read_text())["agents"]["defaults"]["workspace"] == f"{state}/workspace"


def test_a_link_to_the_state_directory_has_its_own_neighbours(tmp_path: Path, original: Path) -> None:
    shutil.rmtree(original / "workspace")
    home = tmp_path / "home"
    files(home / "clawd", MEMORY="The boat is blue.")
    (home / ".openclaw").symlink_to(original)
    write_config(original, {"agents": {"defaults": {"workspace": "/home/ann/clawd"}}})
    done = migrate(tmp_path, home / ".openclaw")
    assert done.code == 0, done.text
    assert (tmp_path / "state/workspace/MEMORY.md").read_text() == "The boat is blue."


def test_a_state_directory_of_this_gateway_moves_as_a_whole(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    done = run_openclaw("migrate", "--from", str(tmp_path / "state"), home=tmp_path, state=tmp_path / "other")
    assert done.code == 1 and "moves as a whole" in done.err and not (tmp_path / "other").exists(), done.text


def test_a_token_file_that_is_nowhere_is_told(tmp_path: Path, original: Path) -> None:
    token = "~/secrets/telegram.token"
    write_config(original, {"channels": {"telegram": {"tokenFile": token}}})
    first = migrate(tmp_path, original)
    assert first.code == 1 and f"BAD  `channels.telegram.tokenFile` is `{token}`" in first.out, first.text
    state = tmp_path / "state"
    looked = run_openclaw("doctor", home=tmp_path, state=state, env={"ANTHROPIC_API_KEY": "sk-ant-x"})
    there = f"BAD  `channels.telegram.tokenFile` is `{tmp_path}/secrets/telegram.token`, and there is no such file"
    assert looked.code == 1 and there in looked.out, looked.text

    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/telegram.token").write_text("123:secret")
    assert migrate(tmp_path, original).code == 0
    assert "tokenFile" not in run_openclaw("doctor", home=tmp_path, state=state).out


def test_a_second_one_at_once_is_told_of_the_first(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    code = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "d.execute('PRAGMA locking_mode = EXCLUSIVE'); d.execute('BEGIN EXCLUSIVE'); print(flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "state/openclaw.sqlite"), "migrate"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        done = migrate(tmp_path, original)
        refused = run_openclaw("gateway", "--allow-unconfigured", home=tmp_path, state=tmp_path / "state")
        first.communicate()
    assert done.code == 1 and f"Another `openclaw migrate` (pid {first.pid})" in done.err and "kill" not in done.err
    assert refused.code == 1 and f"`openclaw migrate` (pid {first.pid}) is at work here" in refused.err, refused.text


def test_a_volume_without_room_is_not_left_full(volume: Volume, tmp_path: Path, state: Path) -> None:
    source = tmp_path / "large"
    conversations(source, 1_000, "word " * 200)
    state.mkdir(exist_ok=True)
    volume.fill(leaving=8 << 20)

    done = run_openclaw("migrate", "--from", str(source), home=tmp_path, state=state)

    assert done.code == 1 and "has no room for the conversations" in done.err, done.text
    assert "Nothing was taken over" in done.err and volume.free_bytes > 7 << 20
    volume.make_room()
    done = run_openclaw("migrate", "--from", str(source), home=tmp_path, state=state)
    assert done.code == 0 and taken(state)["sessions"] == 10, done.text


def test_what_would_fill_the_volume_of_a_gateway_in_use_is_not_begun(
    start: Any, volume: Volume, tmp_path: Path, state: Path
) -> None:
    source = tmp_path / "large"
    conversations(source, 1_000, "word " * 200)
    start(gateway_config(state)).stop()
    volume.fill(leaving=8 << 20)
    free = volume.free_bytes

    done = run_openclaw("migrate", "--from", str(source), home=tmp_path, state=state)

    assert done.code == 1 and "What was here already stays" in done.err, done.text
    assert volume.free_bytes > free - (1 << 20)
    gateway: Gateway = start(gateway_config(state))
    with connect(gateway.port) as client:
        client.chat("there is room")


def test_a_workspace_without_room_is_told_once_and_leaves_the_gateway_its_room(
    start: Any, volume: Volume, tmp_path: Path, state: Path
) -> None:
    source = tmp_path / "original"
    (source / "workspace").mkdir(parents=True)
    (source / "openclaw.json").write_text("{}")
    for number in range(40):
        (source / f"workspace/{number}.bin").write_bytes(bytes(1 << 20))

    done = run_openclaw("migrate", "--from", str(source), home=tmp_path, state=state)

    assert done.code == 1, done.text
    (told,) = [line for line in done.out.splitlines() if "no room for them" in line]
    assert "files were left out, such as `" in told and "run the same command again" in told
    assert volume.free_bytes > 2 << 20
    gateway: Gateway = start(gateway_config(state))
    assert gateway.get("/readyz").status == 200


def test_a_state_directory_of_another_user_is_told_with_what_mends_it(reachable: Path) -> None:
    state = reachable / "state"
    state.mkdir()
    (state / "openclaw.json").write_text("{}")
    give(state, 0, 0o700)
    done = subprocess.run(
        [str(binary()), "gateway"], env=scrubbed_environment(reachable, state, {}), cwd=reachable, text=True,
        capture_output=True, user=NOBODY, group=NOBODY, extra_groups=[], check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1 and f"`chown -R {NOBODY} {state}`" in done.stderr, done.stderr


def test_a_second_time_doubles_nothing_and_keeps_what_is_here(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    mine = tmp_path / "state/workspace/SOUL.md"
    mine.write_text("Another voice.\n")
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    assert "taken over before" in done.out and "is there already and stays" in done.out
    assert mine.read_text() == "Another voice.\n"


def test_an_interrupted_copy_leaves_no_cut_file(tmp_path: Path, original: Path) -> None:
    large = original / "workspace/large.bin"
    with large.open("wb") as file:
        file.truncate(200 << 20)
    workspace = tmp_path / "state/workspace"
    words = [str(binary()), "migrate", "--from", str(original)]
    with subprocess.Popen(words, env=scrubbed_environment(tmp_path, tmp_path / "state", {}), cwd=tmp_path) as process:
        eventually("a part", lambda: any(path.stat().st_size > 1 << 20 for path in workspace.glob(".*.tmp")))
        process.kill()
    assert not (workspace / "large.bin").exists()

    done = migrate(tmp_path, original)

    assert done.code == 0 and "were here already" in done.out, done.text
    assert (workspace / "large.bin").stat().st_size == 200 << 20
    assert not list(workspace.glob(".*"))


def write_config(folder: Path, config: Any) -> None:
    (folder / "openclaw.json").write_text(json.dumps({"gateway": {"mode": "local"}, **config}))


def files(folder: Path, **texts: str) -> Path:
    """A folder with files: `SOUL="calm"` is `SOUL.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def test_no_two_workspaces_become_one(tmp_path: Path, original: Path) -> None:
    """The usual names here are taken there by others: `workspace` by b, `workspace-x` by y."""
    files(tmp_path / "clawd", SOUL="of main")
    files(tmp_path / "other", SOUL="of x")
    files(original / "workspace", SOUL="of b", ONLY="of b")
    files(original / "workspace-x", SOUL="of y")
    agents = [
        {"id": "main", "default": True},
        {"id": "b", "workspace": str(original / "workspace")},
        {"id": "x", "workspace": str(tmp_path / "other")},
        {"id": "y", "workspace": str(original / "workspace-x")},
    ]
    write_config(original, {"agents": {"defaults": {"workspace": "~/clawd"}, "list": agents}})

    for _ in range(2):
        done = migrate(tmp_path, original)
        assert done.code == 0, done.text
        ours = json.loads((tmp_path / "state/openclaw.json").read_text())["agents"]
        places = [Path(ours["defaults"]["workspace"]), *(Path(agent["workspace"]) for agent in ours["list"][1:])]
        assert len(set(places)) == 4 and all(place.parent == tmp_path / "state" for place in places)
        assert [(place / "SOUL.md").read_text() for place in places] == ["of main", "of b", "of x", "of y"]
        assert not (places[0] / "ONLY.md").exists()


def test_a_workspace_without_a_word_in_the_config_keeps_its_name(tmp_path: Path, original: Path) -> None:
    files(tmp_path / "other", SOUL="of x")
    files(original / "workspace-b", SOUL="of b")
    agents = [{"id": "main"}, {"id": "B"}, {"id": "x", "workspace": str(tmp_path / "other")}]
    write_config(original, {"agents": {"list": agents}})

    assert migrate(tmp_path, original).code == 0

    assert (tmp_path / "state/workspace/SOUL.md").read_text() == "A calm voice.\n"
    assert (tmp_path / "state/workspace-b/SOUL.md").read_text() == "of b"


def test_a_copy_of_a_machine_with_the_same_folders(tmp_path: Path, original: Path) -> None:
    """Both are at `/data`, say: what the config names there is the other one's, not what this gateway made."""
    ours = files(tmp_path / "state/workspace", HERE="of this one")
    (original / "telegram.token").write_text("123:secret")
    token = tmp_path / "state/telegram.token"
    write_config(
        original,
        {"agents": {"defaults": {"workspace": str(ours)}}, "channels": {"telegram": {"tokenFile": str(token)}}},
    )
    done = migrate(tmp_path, original)
    assert done.code == 0 and "was left there" not in done.out, done.text
    assert (ours / "SOUL.md").read_text() == "A calm voice.\n" and (ours / "HERE.md").exists()
    assert token.read_text() == "123:secret"


def test_a_second_time_mixes_no_workspaces(tmp_path: Path, original: Path) -> None:
    files(tmp_path / "clawd", SOUL="outside")
    files(original / "workspace", OLD="inside")
    write_config(original, {"agents": {"defaults": {"workspace": "~/clawd"}}})
    for _ in range(2):
        done = migrate(tmp_path, original)
        assert done.code == 0 and f"`{original}/workspace` was left there" in done.out, done.text
        assert not (tmp_path / "state/workspace/OLD.md").exists()
    assert "were here already" in done.out


def test_after_the_gateway_has_answered(start: Any, tmp_path: Path, original: Path, fake_chat: Any) -> None:
    """Its first files make way for the person's; what was said and written here stays, and nothing there is lost."""
    state = tmp_path / "state"
    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)])
    gateway: Gateway = start(config, state=state)
    with connect(gateway.port) as client:
        assert client.chat("hi [[say:new]]", "agent:main:main")["state"] == "final"
    gateway.stop()
    files(original / "workspace", AGENTS="mine", SOUL="mine", USER="mine", MEMORY="mine")
    (state / "workspace/MEMORY.md").write_text("written here")
    (state / "workspace/USER.md").write_text("written here")

    done = migrate(tmp_path, original)

    assert done.code == 0, done.text
    texts = {name: (state / f"workspace/{name}.md").read_text() for name in ("AGENTS", "SOUL", "USER", "MEMORY")}
    assert texts == {"AGENTS": "mine", "SOUL": "mine", "USER": "written here", "MEMORY": "written here"}
    [note] = [line for line in done.out.splitlines() if "other content" in line]
    assert "USER.md" in note and "MEMORY.md" in note and "SOUL.md" not in note
    assert "`agent:main:main-earlier`" in done.out
    gateway = start(config, state=state)
    with connect(gateway.port) as client:
        assert len(client.history("agent:main:main", limit=100)) == 2
        assert len(client.history("agent:main:main-earlier", limit=1000)) > 20


def test_links_are_neither_cut_nor_shared(tmp_path: Path, original: Path) -> None:
    dots = files(tmp_path / "dots", SOUL="calm")
    (dots / "folder").mkdir()
    contents = {
        ".env": "SAMPLE=2\n",
        "exec-approvals.json": '{"version": 1}',
        "agents/main/agent/auth-profiles.json": '{"version": 1, "profiles": {}}',
        "openclaw.json": '{"gateway": {"mode": "local"}}',
    }
    for number, (name, text) in enumerate(contents.items()):
        (dots / str(number)).write_text(text)
        (original / name).unlink()
        (original / name).symlink_to("../dots/0" if name == ".env" else dots / str(number))
    workspace = original / "workspace"
    (workspace / "SOUL.md").unlink()
    (workspace / "SOUL.md").symlink_to("../../dots/SOUL.md")
    for name, place in {"all": dots / "folder", "gone": "nowhere", "day": workspace / "memory/2026-01-30.md"}.items():
        (workspace / name).symlink_to(place)

    done = migrate(tmp_path, original)

    assert done.code == 0, done.text
    state = tmp_path / "state"
    for name, text in contents.items():
        assert not (state / name).is_symlink() and (state / name).read_text() == text, name
        assert (state / name).stat().st_mode & 0o077 == 0
    ours = state / "workspace"
    assert not (ours / "SOUL.md").is_symlink() and (ours / "SOUL.md").read_text() == "calm"
    assert (ours / "day").resolve() == ours / "memory/2026-01-30.md"
    assert not (ours / "all").exists() and not (ours / "gone").is_symlink()
    for name in ("SOUL.md", "all", "gone"):
        assert f"`{workspace}/{name}` is a link" in done.out


def test_sessions_are_read_where_the_config_keeps_them(start: Any, tmp_path: Path, original: Path) -> None:
    (tmp_path / "sessions").mkdir()
    shutil.move(original / "agents/main/sessions", tmp_path / "sessions/main")
    recorded = json.loads((tmp_path / "sessions/main/sessions.json").read_text())
    write_config(original, {"session": {"store": "~/sessions/{agentId}/sessions.json"}})
    state = tmp_path / "state"
    assert migrate(tmp_path, original).code == 0
    gateway: Gateway = start(gateway_config(state), state=state)
    with connect(gateway.port) as client:
        rows = {row["key"] for row in client.request("sessions.list", {"limit": 500})["sessions"]}
        assert client.history("agent:main:main", limit=1)
    assert set(recorded) <= rows


def test_sessions_that_are_not_there_are_told(tmp_path: Path, original: Path) -> None:
    write_config(original, {"session": {"store": "/gone/{agentId}/sessions.json"}})
    done = migrate(tmp_path, original)
    assert done.code == 0 and "`session.store` is `/gone/" in done.out, done.text


def test_files_with_secrets_come_along(tmp_path: Path, original: Path) -> None:
    """Under the tilde's spelling and a whole path; what else the config names over there is told."""
    home = tmp_path / "home"
    home.mkdir()
    source = home / ".openclaw"
    shutil.move(original, source)
    (source / "telegram.token").write_text("123:secret")
    (source / "telegram.token").chmod(0o644)
    (source / "deep").mkdir()
    (source / "deep/secrets.json").write_text('{"key": "secret"}')
    config = {
        "channels": {"telegram": {"tokenFile": "~/.openclaw/telegram.token"}},
        "secrets": {"providers": {"mine": {"source": "file", "path": str(source / "deep/secrets.json")}}},
        "logging": {"file": "~/.openclaw/logs/mine.log"},
    }
    write_config(source, config)
    state = tmp_path / "state"

    done = run_openclaw("migrate", "--from", str(source), home=home, state=state)

    assert done.code == 0 and "`logging.file` is `~/.openclaw/logs/mine.log`" in done.out, done.text
    ours = json.loads((state / "openclaw.json").read_text())
    token, secrets = ours["channels"]["telegram"]["tokenFile"], ours["secrets"]["providers"]["mine"]["path"]
    assert (token, secrets) == (str(state / "telegram.token"), str(state / "deep/secrets.json"))
    for path in (Path(token), Path(secrets)):
        assert "secret" in path.read_text() and path.stat().st_mode & 0o777 == 0o600


def test_it_says_what_it_left(tmp_path: Path, original: Path) -> None:
    left = ["credentials/whatsapp/default/creds.json", "notes.txt", "hooks/x.mjs", "agents/main/agent/AGENTS.md"]
    taken = ["credentials/telegram-pairing.json", "parts/a.json5", "openclaw.json.bak.1", "logs/x.log"]
    for name in [*left, *taken, "parts/b.json5"]:
        (original / name).parent.mkdir(parents=True, exist_ok=True)
        (original / name).write_text("{}")
    write_config(original, {"agents": {"$include": "./parts/a.json5"}})

    for _ in range(2):
        done = migrate(tmp_path, original)
        assert done.code == 0, done.text
        [note] = [line for line in done.out.splitlines() if "Left there" in line]
        for name in ("credentials/whatsapp", "notes.txt", "hooks", "agents/main/agent/AGENTS.md", "parts/b.json5"):
            assert f"`{name}`" in note
        for name in [*taken, "workspace", ".env", "agents", "credentials", "openclaw.json"]:
            assert f"`{name}`" not in note


def test_variables_in_the_config_mean_what_they_meant(tmp_path: Path, original: Path) -> None:
    files(tmp_path / "clawd", SOUL="of main")
    files(tmp_path / "named", SOUL="of b")
    (original / ".env").write_text(f"PLACE={tmp_path}/named\n")
    agents = [{"id": "main"}, {"id": "b", "workspace": "${PLACE}"}]
    write_config(original, {"agents": {"defaults": {"workspace": "${HOME}/clawd"}, "list": agents}})
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    assert (tmp_path / "state/workspace/SOUL.md").read_text() == "of main"
    assert (tmp_path / "state/workspace-b/SOUL.md").read_text() == "of b"


def test_names_that_are_no_text_are_told(tmp_path: Path, original: Path) -> None:
    workspace = os.fsencode(original / "workspace")
    os.mkdir(workspace + b"/m\xe5l")
    with open(workspace + b"/\xe5.md", "w") as file:
        file.write("x")
    done = migrate(tmp_path, original)
    assert done.code == 0 and done.out.count("is not UTF-8") == 2, done.text


def test_what_is_no_file_is_no_transcript(tmp_path: Path, original: Path) -> None:
    sessions = original / "agents/main/sessions"
    (sessions / "folder.jsonl").mkdir()
    (original / "cron/runs").mkdir(parents=True, exist_ok=True)
    for place in (sessions, original / "cron/runs"):
        os.mkfifo(place / "pipe.jsonl")
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    for name in ("pipe", "folder"):
        assert f"`{sessions}/{name}.jsonl` was left out, it is no file" in done.out


def test_an_agent_leads_to_no_place_outside(start: Any, tmp_path: Path, original: Path, fake_chat: Any) -> None:
    files(tmp_path / "clawd", SOUL="of evil")
    agents = [{"id": "main"}, {"id": "../../evil", "workspace": "~/clawd"}, {"id": "../../other"}]
    write_config(original, {"agents": {"list": agents}})
    done = migrate(tmp_path, original)
    assert done.code == 0, done.text
    state = tmp_path / "state"
    assert (state / "workspace-evil/SOUL.md").read_text() == "of evil"

    config = gateway_config(state, [ModelConfig("fake", fake_chat.url)], more={"agents": {"list": agents[::2]}})
    gateway: Gateway = start(config, state=state)
    with connect(gateway.port) as client:
        assert client.chat("hi [[say:hi]]", "agent:other:main")["state"] == "final"
    assert list(tmp_path.rglob("*other*")) == [state / "workspace-other"]


# What cannot be read

NOBODY = 65534


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that another user may enter, which pytest's own are not."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files to another user")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        if subprocess.run([binary(), "--version"], user=NOBODY, capture_output=True, check=False).returncode != 0:
            pytest.skip("another user cannot run the binary here")
        yield Path(folder)


def migrate_as_nobody(home: Path, folder: Path) -> Finished:
    words = [str(binary()), "migrate", "--from", str(folder)]
    env = scrubbed_environment(home, home / "state", {})
    done = subprocess.run(
        words, env=env, cwd=home, capture_output=True, text=True, user=NOBODY, group=NOBODY, extra_groups=[], check=False
    )
    return Finished(done.returncode, done.stdout, done.stderr, 0)


def give(folder: Path, user: int, mode: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
    folder.chmod(mode)


def taken(state: Path) -> dict[str, int]:
    tables = ["sessions", "transcripts", "messages", "paired_devices", "cron_jobs", "cron_runs"]
    with contextlib.closing(sqlite3.connect(state / "openclaw.sqlite")) as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.mark.parametrize(
    "closed",
    [
        "agents",
        "agents/main/sessions",
        "agents/main/sessions/sessions.json",
        "agents/main/sessions/d49cbc4a-e5a0-416b-b206-5ff16352cef6.jsonl",
        "devices/paired.json",
        "cron",
        "workspace/memory",
        "exec-approvals.json",
    ],
)
def test_what_this_user_may_not_read_is_named_and_comes_the_next_time(
    tmp_path: Path, original: Path, reachable: Path, closed: str
) -> None:
    assert migrate(tmp_path, original).code == 0
    source = reachable / "original"
    copied(original, source)
    give(source, NOBODY, 0o755)
    write_config(source, {})
    place = source / closed
    give(place, 0, 0o700 if place.is_dir() else 0o600)

    first = migrate_as_nobody(reachable, source)

    assert first.code == 1 and "it takes up what is missing" in first.out, first.text
    [bad] = [line for line in first.out.splitlines() if line.startswith("BAD ")]
    assert str(place) in bad, first.text

    give(place, NOBODY, 0o755)
    second = migrate_as_nobody(reachable, source)

    assert second.code == 0 and "BAD" not in second.out, second.text
    assert taken(reachable / "state") == taken(tmp_path / "state")
    assert (reachable / "state/workspace/memory/2026-01-30.md").exists()
    assert (reachable / "state/exec-approvals.json").exists()


def test_a_workspace_that_this_user_may_not_reach_gets_its_place_all_the_same(original: Path, reachable: Path) -> None:
    source, private = reachable / "original", reachable / "private"
    copied(original, source)
    files(private / "clawd", MEMORY="The boat is blue.")
    write_config(source, {"agents": {"defaults": {"workspace": str(private / "clawd")}}})
    give(source, NOBODY, 0o755)
    give(private, NOBODY, 0o755)
    os.chown(private, 0, 0)
    private.chmod(0o700)

    first = migrate_as_nobody(reachable, source)

    assert first.code == 1 and f"BAD  `{private}/clawd` cannot be read" in first.out, first.text

    private.chmod(0o755)
    second = migrate_as_nobody(reachable, source)

    assert second.code == 0, second.text
    workspace = reachable / "state/workspace"
    assert (workspace / "MEMORY.md").read_text() == "The boat is blue."
    ours = json.loads((reachable / "state/openclaw.json").read_text())
    assert ours["agents"]["defaults"]["workspace"] == str(workspace)


def test_files_of_the_config_that_could_not_be_read_come_the_next_time(original: Path, reachable: Path) -> None:
    source = reachable / "original"
    copied(original, source)
    vault = {"source": "file", "path": str(source / "keys.json"), "mode": "json"}
    write_config(source, {"channels": {"$include": "./parts.json5"}, "secrets": {"providers": {"v": vault}}})
    closed = [source / "parts.json5", source / "keys.json"]
    for path in closed:
        path.write_text("{}")
    give(source, NOBODY, 0o755)
    for path in closed:
        give(path, 0, 0o600)

    first = migrate_as_nobody(reachable, source)

    assert first.code == 1 and first.out.count("BAD ") == 2, first.text

    for path in closed:
        give(path, NOBODY, 0o600)
    second = migrate_as_nobody(reachable, source)

    assert second.code == 0, second.text
    state = reachable / "state"
    assert [(state / path.name).read_text() for path in closed] == ["{}", "{}"]
    os.chown(state, 0, 0)
    checked = run_openclaw("config", "validate", home=reachable, state=state)
    assert checked.code == 0, checked.text


def test_a_second_installation_is_told_to_go_elsewhere(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    copied(original, tmp_path / "copy")
    again = migrate(tmp_path, tmp_path / "copy")
    assert again.code == 0, again.text
    sessions = tmp_path / "other/agents/main/sessions"
    sessions.mkdir(parents=True)
    line = {"type": "message", "message": {"role": "user", "content": "hi", "timestamp": 5}}
    (sessions / "other.jsonl").write_text(json.dumps(line))

    done = migrate(tmp_path, tmp_path / "other")

    assert done.code == 1 and "another installation" in done.out and "OPENCLAW_STATE_DIR" in done.out, done.text


def test_a_folder_that_this_user_may_not_reach_is_not_called_absent(reachable: Path) -> None:
    done = migrate_as_nobody(reachable, Path("/proc/1/root/original"))
    assert done.code == 1 and "There is no folder" not in done.text and "As root" in done.text, done.text


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


def damaged(path: Path, table: str) -> bytes:
    """A root page that has forgotten half of its entries: SQLite reads the other half without complaint."""
    whole = path.read_bytes()
    with contextlib.closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    count = slice((page - 1) * size + 3, (page - 1) * size + 5)
    bytes_ = bytearray(whole)
    bytes_[count] = (int.from_bytes(whole[count], "big") // 2).to_bytes(2, "big")
    path.write_bytes(bytes_)
    return whole


def rows_of(state: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(f"file:{state}/openclaw.sqlite?mode=ro", uri=True)) as database:
        tables = ("sessions", "transcripts", "messages", "paired_devices", "cron_jobs")
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


@pytest.mark.parametrize("table", ["session_nodes", "transcript_events", "device_pairing_paired"])
def test_what_a_damaged_store_has_lost_is_told_and_comes_with_a_good_copy(tmp_path: Path, table: str) -> None:
    original = tmp_path / "original"
    stores.build(original)
    store = "state/openclaw.sqlite" if table.startswith("device") else "agents/main/agent/openclaw-agent.sqlite"
    whole = damaged(original / store, table)

    first = migrate(tmp_path, original)
    assert first.code == 1 and f"its table `{table}` is damaged" in first.text, first.text

    (original / store).write_bytes(whole)
    second = migrate(tmp_path, original)
    assert second.code == 0 and "Took over what was missing" in second.text, second.text
    undisturbed = run_openclaw("migrate", "--from", str(original), home=tmp_path, state=tmp_path / "other")
    assert undisturbed.code == 0 and rows_of(tmp_path / "state") == rows_of(tmp_path / "other")


@pytest.mark.parametrize("table", ["session_nodes", "transcript_events", "device_pairing_paired"])
@pytest.mark.parametrize("harm", ["forgets", "zeroed"])
def test_damage_of_an_index_alone_loses_nothing(tmp_path: Path, table: str, harm: str) -> None:
    original, whole = tmp_path / "original", tmp_path / "whole"
    stores.build(original)
    stores.build(whole)
    store = "state/openclaw.sqlite" if table.startswith("device") else "agents/main/agent/openclaw-agent.sqlite"
    index = f"sqlite_autoindex_{table}_1"
    if harm == "forgets":
        damaged(original / store, index)
    else:
        with contextlib.closing(sqlite3.connect(original / store)) as database:
            found = "SELECT rootpage FROM sqlite_master WHERE name = ?"
            zeroed(original / store, database.execute(found, (index,)).fetchone()[0])

    done = migrate(tmp_path, original)

    assert done.code == 0, done.text
    assert run_openclaw("migrate", "--from", str(whole), home=tmp_path, state=tmp_path / "other").code == 0
    assert rows_of(tmp_path / "state") == rows_of(tmp_path / "other")


def zeroed(path: Path, page: int) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = bytes(size)
    path.write_bytes(content)


def middle_page(path: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(path)) as database:
        found = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
        pages = [page for (page,) in database.execute(found, (table,))]
    return int(pages[len(pages) // 2])


def test_of_a_damaged_store_without_a_good_copy_comes_what_can_be_read(tmp_path: Path) -> None:
    original = tmp_path / "original"
    stores.build(original)
    store = original / "agents/main/agent/openclaw-agent.sqlite"
    said = json.dumps({"type": "message", "id": "m", "message": {"role": "user", "content": "x" * 300, "timestamp": 1}})
    entry = json.dumps({"sessionId": "s", "updatedAt": 1, "label": "y" * 300})
    with contextlib.closing(sqlite3.connect(store)) as database:
        insert = "INSERT INTO transcript_events (session_id, seq, event_json) VALUES (?, ?, ?)"
        database.executemany(insert, [(f"talk-{n % 5}", n, said.replace('"m"', f'"m{n}"')) for n in range(200)])
        insert = "INSERT INTO session_nodes (session_key, current_session_id, entry_json) VALUES (?, ?, ?)"
        keys = [(f"agent:main:k{n}", f"talk-{n}", entry.replace('"y', f'"{n}y')) for n in range(200)]
        database.executemany(insert, keys)
        database.commit()
    undisturbed = run_openclaw("migrate", "--from", str(original), home=tmp_path, state=tmp_path / "other")
    assert undisturbed.code == 0, undisturbed.text
    for table in ("transcript_events", "session_nodes"):
        zeroed(store, middle_page(store, table))

    refused = migrate(tmp_path, original)
    assert refused.code == 1 and "openclaw migrate --damaged" in refused.out, refused.text
    assert rows_of(tmp_path / "state")["sessions"] == 0

    taken = migrate(tmp_path, original, "--damaged")
    assert taken.code == 1 and "`talk-" in taken.out and "`session_nodes` is damaged" in taken.out, taken.text
    some, everything = rows_of(tmp_path / "state"), rows_of(tmp_path / "other")
    for kind in ("sessions", "messages"):
        assert everything[kind] - 30 < some[kind] < everything[kind], (kind, some, everything)
    again = migrate(tmp_path, original, "--damaged")
    assert again.code == 0 and rows_of(tmp_path / "state") == some, again.text


def garbled(path: Path, page: int) -> None:
    """The third row of a leaf claims a number far behind all others."""
    content = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    cell = start + int.from_bytes(content[start + 12 : start + 14], "big")
    while content[cell] & 0x80:
        cell += 1
    assert content[cell + 1] & 0x80, "a number of two bytes"
    content[cell + 1] |= 0x7F
    path.write_bytes(content)


def test_a_row_with_a_garbled_number_before_damage_costs_only_itself(tmp_path: Path) -> None:
    original = tmp_path / "original"
    stores.build(original)
    store = original / "agents/main/agent/openclaw-agent.sqlite"
    said = {"type": "message", "message": {"role": "user", "content": "x" * 300, "timestamp": 1}}
    with contextlib.closing(sqlite3.connect(store)) as database:
        database.execute("DELETE FROM transcript_events")
        insert = "INSERT INTO transcript_events (session_id, seq, event_json) VALUES (?, ?, ?)"
        rows = [(f"talk-{n % 20}", n, json.dumps({**said, "id": f"m{n}"})) for n in range(1500)]
        database.executemany(insert, rows)
        insert = "INSERT INTO session_nodes (session_key, current_session_id, entry_json) VALUES (?, ?, ?)"
        entries = [json.dumps({"sessionId": f"talk-{n}", "updatedAt": 1}) for n in range(20)]
        database.executemany(insert, [(f"agent:main:k{n}", f"talk-{n}", entries[n]) for n in range(20)])
        database.commit()
        found = "SELECT pageno FROM dbstat WHERE name = 'transcript_events' AND pagetype = 'leaf' ORDER BY path"
        leaves = [page for (page,) in database.execute(found)]
    garbled(store, leaves[20])
    # With readable ones between them.
    for page in leaves[21], leaves[40], leaves[42], leaves[44]:
        zeroed(store, page)

    done = migrate(tmp_path, original, "--damaged")

    assert done.code == 1 and "`transcript_events` is damaged" in done.out, done.text
    came, on_a_page = rows_of(tmp_path / "state")["messages"], 1500 // len(leaves) + 1
    assert 1499 - 5 * on_a_page <= came < 1500, done.text


def test_a_table_of_which_nothing_can_be_read_is_told_and_the_others_come(tmp_path: Path) -> None:
    original = tmp_path / "original"
    stores.build(original)
    store = original / "state/openclaw.sqlite"
    with contextlib.closing(sqlite3.connect(store)) as database:
        found = "SELECT rootpage FROM sqlite_master WHERE name = 'device_pairing_paired'"
        (page,) = database.execute(found).fetchone()
    zeroed(store, page)

    done = migrate(tmp_path, original, "--damaged")

    assert done.code == 1 and "`device_pairing_paired` is damaged" in done.out, done.text
    rows = rows_of(tmp_path / "state")
    assert rows["paired_devices"] == 0 and rows["cron_jobs"] == 1 and rows["sessions"] > 0, rows


def test_a_program_that_only_reads_the_database_is_not_taken_for_a_gateway(tmp_path: Path, original: Path) -> None:
    assert migrate(tmp_path, original).code == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "state/openclaw.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        done = migrate(tmp_path, original)
        started = run_openclaw("gateway", "--allow-unconfigured", home=tmp_path, state=tmp_path / "state")
    for refused in (done, started):
        assert refused.code == 1 and f"(pid {os.getpid()}), which is no gateway" in refused.err, refused.text
        assert "kill" not in refused.err
    assert migrate(tmp_path, original).code == 0
