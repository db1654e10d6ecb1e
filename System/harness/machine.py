"""A cloud machine: the image's file system, a volume, a network and a bound on memory, without a container engine.

Linux namespaces make it: one process holds the file systems and the network for as long as the machine lives, and each
start of the command is process 1 of a new set of processes, as in a container."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import http.client
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from fakes.background import background
from fakes.loopback import HOST
from fakes.relay import relay
from harness.container_build import Image
from harness.gateway import Finished, Process
from harness.waiting import eventually

T = TypeVar("T")
IMAGE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MEMORY_BYTES = 256 << 20
VOLUME_BYTES = 32 << 20
START_SECONDS = 15
CLONE_NEWNET = 0x40000000
GROUPS = Path("/sys/fs/cgroup")
_numbers = itertools.count()

# Lives until its standard input ends, so that nothing stays behind when the tests are killed.
KEEPER = """
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$IMAGE,upperdir=$FOLDER/upper,workdir=$FOLDER/work" "$FOLDER/root"
mount --rbind /dev "$FOLDER/root/dev"
if [ -n "$VOLUME" ]; then
    mkdir -p "$FOLDER/root$MOUNT"
    mount -o loop "$VOLUME" "$FOLDER/root$MOUNT" || mount -t tmpfs -o size=$VOLUME_BYTES,mode=755 tmpfs "$FOLDER/root$MOUNT"
fi
ip link set lo up
echo ready
exec cat
"""


class Machine:
    """`with Machine(image, folder) as machine:` has an empty volume that belongs to root, and runs nothing yet."""

    def __init__(self, image: Image, folder: Path, mount: str | None = "/data") -> None:
        self.image, self.folder, self.mount = image, folder, mount
        self.root = folder / "root"
        for part in ("root", "upper", "work"):
            (folder / part).mkdir(parents=True)
        number = random.randrange(1 << 14)
        self.address = f"172.30.{number >> 6}.{(number & 63) * 4 + 2}"
        self.gate = f"172.30.{number >> 6}.{(number & 63) * 4 + 1}"
        self.address6 = f"fdaa:0:{number:x}:a7b:1::3"
        self.gate6 = f"fdaa:0:{number:x}:a7b:1::1"
        self._link = f"oc{os.getpid() % 100000}h{next(_numbers)}"
        self._lent: list[asyncio.Server] = []
        self._started: list[Run] = []
        self.memory = MemoryGroup.make(MEMORY_BYTES, self._link)
        self.run_now: Run | None = None

    def __enter__(self) -> Machine:
        volume = self._make_volume() if self.mount else ""
        self._keeper = subprocess.Popen(
            ["unshare", "--mount", "--net", "sh", "-euc", KEEPER],
            env={
                **{"PATH": os.environ["PATH"], "IMAGE": str(self.image.root), "FOLDER": str(self.folder)},
                **{"VOLUME": str(volume), "VOLUME_BYTES": str(VOLUME_BYTES), "MOUNT": self.mount or ""},
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout and self._keeper.stdout.readline() == "ready\n", "the machine could not be made"
        self._connect()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for run in self._started:
            if kind is not None:
                print(f"--- the machine said ---\n{run.output}")
            run.discard()
        for lent in self._lent:
            background.loop.call_soon_threadsafe(lent.close)
        # Now, and not when the system gets to it: a browser of the next test would notice.
        subprocess.run(["ip", "link", "delete", self._link], check=False)
        self._keeper.communicate("")
        self.memory.remove()

    def _make_volume(self) -> Path:
        file = self.folder / "volume.ext4"
        with file.open("wb") as made:
            made.truncate(VOLUME_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", file], check=True)
        return file

    def _connect(self) -> None:
        """A cable between this machine's network and ours, with both families."""
        keeper = self._keeper.pid
        for line in (
            f"link add {self._link} type veth peer name eth0 netns {keeper}",
            f"addr add {self.gate}/30 dev {self._link}",
            f"addr add {self.gate6}/112 dev {self._link} nodad",
            f"link set {self._link} up",
        ):
            subprocess.run(["ip", *line.split()], check=True)
        inside = (
            f"ip addr add {self.address}/30 dev eth0 && ip addr add {self.address6}/112 dev eth0 nodad"
            " && ip link set eth0 up"
        )
        subprocess.run(["nsenter", f"--net=/proc/{keeper}/ns/net", "sh", "-euc", inside], check=True)

    def wait_for_network(self) -> None:
        """Until our end of the cable changes no more: a browser drops what it loads when an address is added."""
        show = ["ip", "-6", "addr", "show", "dev", self._link, "tentative"]
        eventually("a network at rest", lambda: not subprocess.run(show, capture_output=True, check=True).stdout)

    # What the platform does

    def start(
        self,
        command: str | list[str] | None = None,
        env: dict[str, str] | None = None,
        entrypoint: bool = True,
        root: bool = True,
    ) -> Run:
        """Runs a command, or the image's own, as the image does: split at spaces, after the entrypoint, as process 1."""
        words = command.split() if isinstance(command, str) else command or self.image.command
        user = [] if root else ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
        run = Run(
            [
                *("sh", "-euc", 'echo $$ > "$0"; exec "$@"', str(self.memory.door)),
                *("nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", f"--net=/proc/{self._keeper.pid}/ns/net"),
                *["unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc", f"--wd={self.image.folder}"],
                f"--root={self.root}",
                *user,
                *(self.image.entrypoint if entrypoint else []),
                *words,
            ],
            {"PATH": IMAGE_PATH, "HOME": "/root", "TERM": "dumb", **self.image.variables, **(env or {})},
        )
        self._started.append(run)
        self.run_now, self._environment = run, env or {}
        return run

    def wait_until_ready(self, timeout: float = START_SECONDS) -> None:
        def ready() -> bool:
            assert self.run_now
            if not self.run_now.running:
                raise RuntimeError(f"the command ended; it said:\n{self.run_now.output}")
            return self.get("/readyz")[0] == 200

        eventually("GET /readyz to answer 200", ready, timeout)

    def stop(self, kill_signal: int = signal.SIGINT, kill_timeout: float = 10) -> tuple[int, float]:
        """The signal, and SIGKILL when its time is over. The exit code, and the seconds it took."""
        run = self._running()
        started = time.monotonic()
        os.kill(run.first_process, kill_signal)
        try:
            code = run.wait_for_exit(kill_timeout)
        except AssertionError:
            run.kill()
            raise
        return code, time.monotonic() - started

    def kill(self) -> None:
        """The power goes: no process gets to say goodbye."""
        run = self._running()
        os.kill(run.first_process, signal.SIGKILL)
        run.wait_for_exit(5)

    # What its owner does

    def ssh(self, *command: str, stdin: str = "", timeout: float = 20) -> Finished:
        """`fly ssh console --command`: as root, beside the gateway, without a shell."""
        inside = [f"--target={self._running().first_process}", "--mount", "--pid", "--net", "--root"]
        started = time.monotonic()
        done = subprocess.run(
            ["nsenter", *inside, "env", "-C", "/", *command],
            env={"PATH": IMAGE_PATH, "HOME": "/root", "TERM": "dumb", **self.image.variables, **self._environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Finished(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def console(self, script: str) -> Finished:
        """`fly ssh console`: what somebody types into the shell."""
        return self.ssh("bash", stdin=script)

    def remount(self, options: str) -> None:
        """The volume from now on, for example `ro`."""
        where = f"--mount=/proc/{self._keeper.pid}/ns/mnt"
        subprocess.run(["nsenter", where, "mount", "-o", f"remount,{options}", f"{self.root}{self.mount}"], check=True)

    def prepare(self, script: str) -> str:
        """Runs a script as root on the machine's file system, also when nothing else runs there."""
        where = f"--mount=/proc/{self._keeper.pid}/ns/mnt"
        command = ["nsenter", where, "chroot", str(self.root), "sh", "-euc", script]
        return subprocess.run(command, env={"PATH": IMAGE_PATH}, check=True, capture_output=True, text=True).stdout

    # Its network

    def get(self, path: str, host: str | None = None, port: int = 3000) -> tuple[int, str]:
        """Status and body of a request from outside, over IPv4 unless another address is given."""
        connection = http.client.HTTPConnection(host or self.address, port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def lend(self, *ports: int) -> None:
        """Servers on our loopback are on the machine's loopback too, at the same ports."""
        for port in ports:
            inside = self._in_its_network(lambda port=port: socket.create_server((HOST, port)))  # type: ignore[misc]
            self._lent.append(background.run(relay(inside, port)))

    def _in_its_network(self, work: Callable[[], T]) -> T:
        """A socket belongs to the network of the thread that made it."""
        result: list[T] = []

        def run() -> None:
            with open(f"/proc/{self._keeper.pid}/ns/net") as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            result.append(work())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        return result[0]

    def _running(self) -> Run:
        assert self.run_now, "nothing was started on this machine"
        return self.run_now


class Run(Process):
    """One start of the machine's command."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        super().__init__(argv, env, Path("/"))

    @property
    def first_process(self) -> int:
        """The number that we know process 1 by. The namespaces are made by a chain of programs that become one another."""
        return eventually("process 1 to be there", lambda: next(_children(self.pid), None), 5)

    def tree(self) -> list[int]:
        """Process 1 and all below it, parents first."""
        found = [self.first_process]
        for process in found:
            found.extend(_children(process))
        return found


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        yield from (int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


class MemoryGroup:
    """A control group with a bound on memory; without the right to make one, no bound."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.door = folder / "cgroup.procs" if folder else Path("/dev/null")

    @classmethod
    def make(cls, limit_bytes: int, name: str) -> MemoryGroup:
        for parent, limit in ((GROUPS / "memory", "memory.limit_in_bytes"), (GROUPS, "memory.max")):
            folder = parent / f"openclaw-{name}"
            try:
                folder.mkdir()
                (folder / limit).write_text(str(limit_bytes))
                return cls(folder)
            except OSError:
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return cls(None)

    @property
    def is_bounded(self) -> bool:
        return self._folder is not None

    def kills(self) -> int:
        """How often a process was ended because memory ran out."""
        assert self._folder
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                lines = (self._folder / name).read_text().splitlines()
                return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
        return 0

    def remove(self) -> None:
        if self._folder:
            eventually("the control group to be empty", self._removed, 5)

    def _removed(self) -> bool:
        assert self._folder
        self._folder.rmdir()
        return True


def obstacle() -> str | None:
    """Why no machine can be made here; None when one can."""
    if os.geteuid() != 0:
        return "only root can make namespaces and lay out a file system"
    missing = [tool for tool in ("debootstrap", "unshare", "nsenter", "ip", "mkfs.ext4") if not shutil.which(tool)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        return "this system gives no mount, network or process namespaces"
    return None
