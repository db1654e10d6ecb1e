"""One gateway process: the real binary, in a state directory and an environment of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.waiting import eventually

REPOSITORY = Path(__file__).resolve().parents[2]
KEPT_VARIABLES = ("PATH", "LANG", "LD_LIBRARY_PATH")
START_SECONDS = 15


def binary() -> Path:
    return Path(os.environ.get("OPENCLAW_BINARY") or REPOSITORY / ".build/debug/openclaw").absolute()


def echo_binary() -> Path:
    return Path(os.environ.get("OPENCLAW_ECHO_BINARY") or REPOSITORY / ".build/debug/wire-echo").absolute()


def _ports() -> Iterator[int]:
    """Below those that the system gives to outgoing connections, and other ones for each process of the suite."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + 2_500 * (worker % 8)
    start = os.getpid() % 2_500
    while True:
        yield from range(first + start, first + 2_500)
        yield from range(first, first + start)


_candidates = _ports()


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that nothing else of the suite will be given soon."""
    for port in _candidates:
        # No browser goes there.
        if port == 10_080:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the candidates never end")


def scrubbed_environment(home: Path, state: Path | None, extra: dict[str, str]) -> dict[str, str]:
    """Nothing of the machine leaks in: no keys, no cloud variables, another home."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    state_directory = {"OPENCLAW_STATE_DIR": str(state)} if state else {}
    return {**kept, "HOME": str(home), "TZ": "UTC", "NO_COLOR": "1", **state_directory, **extra}


@dataclass(frozen=True)
class Finished:
    """A command that ran to its end."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def text(self) -> str:
        return self.out + self.err


def run_openclaw(
    *args: str,
    home: Path,
    state: Path | None,
    env: dict[str, str] | None = None,
    timeout: float = 20,
    stdin: str = "",
) -> Finished:
    started = time.monotonic()
    done = subprocess.run(
        [str(binary()), *args],
        env=scrubbed_environment(home, state, env or {}),
        cwd=home,
        input=stdin,
        capture_output=True,
        timeout=timeout,
        text=True,
        errors="replace",
    )
    return Finished(done.returncode, done.stdout, done.stderr, time.monotonic() - started)


class Process:
    """A started program whose output is read line by line."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._child = subprocess.Popen(
            argv,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.pid = self._child.pid
        self._readers = [
            threading.Thread(target=self._read, args=(pipe,), daemon=True)
            for pipe in (self._child.stdout, self._child.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, pipe: Any) -> None:
        for raw in pipe:
            with self._said:
                self.lines.append(raw.decode(errors="replace").rstrip("\n"))
                self._said.notify_all()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def wait_for_line(self, pattern: str, timeout: float = 10, after: int = 0) -> re.Match[str]:
        """The first line from index `after` on that matches."""

        def found() -> re.Match[str] | None:
            return next((m for line in self.lines[after:] if (m := re.search(pattern, line))), None)

        with self._said:
            match = self._said.wait_for(lambda: found() or not self.running, timeout)
        hit = found()
        assert hit, (
            f"expected a line matching {pattern!r} ({'still running' if match is None or self.running else 'it ended'}); it said:\n{self.output}"
        )
        return hit

    def wait_for_exit(self, timeout: float = 10) -> int:
        try:
            code = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"expected the process to end within {timeout} s; it said:\n{self.output}") from None
        for reader in self._readers:
            reader.join(2)
        return code

    def signal(self, number: int) -> None:
        self._child.send_signal(number)

    def kill(self) -> None:
        """SIGKILL: nothing in the process gets to say goodbye."""
        self._child.kill()
        self._child.wait()

    def stop(self, timeout: float = 10) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds it took."""
        started = time.monotonic()
        self._child.terminate()
        return self.wait_for_exit(timeout), time.monotonic() - started

    def discard(self) -> None:
        """Ends the process and what it started, whatever state it is in."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._child.wait()

    # What it costs

    def memory(self) -> dict[str, int]:
        """Kilobytes: resident, and written by this process alone. Code it reads comes and goes, and says nothing of growth."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        figure = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
        return {"resident": figure["Rss"], "private": figure["Private_Dirty"]}

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def has_opened(self, library: str) -> bool:
        return library in Path(f"/proc/{self.pid}/maps").read_text()

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))


@dataclass
class Launch:
    """How to start a gateway: everything has a default, tests name what they care about."""

    state: Path
    config: dict[str, Any] | str | None = None
    args: Iterable[str] = ()
    env: dict[str, str] | None = None
    verb: tuple[str, ...] = ("gateway",)
    port: int | None = None
    pass_port: bool = True
    state_by_environment: bool = True
    under: Iterable[str] = ()
    """A command that starts the one behind it."""


class Gateway(Process):
    """`with Gateway(Launch(state=…, config=…)) as gateway:` is ready when the block starts and gone when it ends."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.state = launch.state
        self.port = launch.port or free_port()
        self.home = launch.state.parent / "home"
        self.home.mkdir(exist_ok=True)
        self.state.mkdir(exist_ok=True)
        if launch.config is not None:
            self.write_config(launch.config)
        state = self.state if launch.state_by_environment else None
        env = scrubbed_environment(self.home, state, launch.env or {})
        port = ["--port", str(self.port)] if launch.pass_port else []
        super().__init__([*launch.under, str(binary()), *launch.verb, *port, *launch.args], env, self.home)

    def __enter__(self) -> Gateway:
        try:
            self.wait_until_ready()
        except BaseException:
            self.discard()
            raise
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            print(f"--- the gateway said ---\n{self.output}")
        self.discard()

    @property
    def config_path(self) -> Path:
        return self.state / "openclaw.json"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> Any:
        """What the file says now."""
        return json.loads(self.config_path.read_text())

    def write_config(self, config: dict[str, Any] | str) -> None:
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        self.config_path.write_text(text)
        self.config_path.chmod(0o600)

    def wait_until_ready(self, timeout: float = START_SECONDS) -> None:
        def ready() -> bool:
            if not self.running:
                self.wait_for_exit()
                raise RuntimeError(f"the gateway ended with {self._child.returncode}; it said:\n{self.output}")
            return self.get("/readyz").status == 200

        eventually("GET /readyz to answer 200", ready, timeout)

    def get(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            pairs = response.getheaders()
            return Reply(response.status, {k.lower(): v for k, v in pairs}, response.read())
        finally:
            connection.close()

    def again(self, **changes: Any) -> Gateway:
        """A new process on the same state directory and port; the configuration file stays as it is."""
        values = {**vars(self.launch), "config": None, "port": self.port, **changes}
        return Gateway(Launch(**values))

    def command(
        self, *args: str, env: dict[str, str] | None = None, timeout: float = 20, stdin: str = ""
    ) -> Finished:
        """Runs the CLI beside this gateway, on the same state directory."""
        port = {"OPENCLAW_GATEWAY_PORT": str(self.port)}
        return run_openclaw(
            *args, home=self.home, state=self.state, env={**port, **(env or {})}, timeout=timeout, stdin=stdin
        )


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class Echo(Process):
    """The small server that consists of the wire code alone."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        super().__init__([str(echo_binary()), str(self.port)], scrubbed_environment(folder, None, {}), folder)
        eventually("wire-echo to listen", self._listens, START_SECONDS)

    def _listens(self) -> bool:
        if not self.running:
            raise RuntimeError(f"wire-echo ended; it said:\n{self.output}")
        socket.create_connection(("127.0.0.1", self.port), 1).close()
        return True


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to
