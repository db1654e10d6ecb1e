"""A command at a pseudo-terminal of its own, with a person who reads and types."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import termios
import time
from pathlib import Path
from typing import Self


class Terminal:
    """`with Terminal(argv, env, cwd) as terminal:` the program's standard streams are the terminal, which controls it."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: Path) -> None:
        self.seen = ""
        self._read = 0
        self._code: int | None = None
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            # The background of a shell without job control starts programs that Ctrl-C does not reach.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(cwd)
            os.execve(argv[0], argv, env)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def expect(self, pattern: str, timeout: float = 20) -> re.Match[str]:
        """What the program says next, waiting for it; what came before is passed over."""
        deadline = time.monotonic() + timeout
        while not (match := re.search(pattern, self.seen[self._read :])):
            left = deadline - time.monotonic()
            assert left > 0 and self._take(left), f"expected {pattern!r}; the terminal shows:\n{self.seen}"
        self._read += match.end()
        return match

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def answer(self, pattern: str, text: str) -> None:
        self.expect(pattern)
        self.type(text + "\n")

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.descriptor)[3] & termios.ECHO)

    def wait_for_exit(self, timeout: float = 20) -> int:
        """The exit code, or the signal that ended it as a negative number."""
        deadline = time.monotonic() + timeout
        while self._code is None:
            if self.descriptor >= 0:
                self._take(0.05)
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
            assert self._code is not None or time.monotonic() < deadline, f"it did not end:\n{self.seen}"
        while self.descriptor >= 0 and self._take(0.05):
            pass
        return self._code

    def hang_up(self) -> None:
        """The line is lost: the terminal is gone, and the kernel sends SIGHUP."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _take(self, timeout: float) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # the program has closed its side
            time.sleep(0.01)
            return False
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)
