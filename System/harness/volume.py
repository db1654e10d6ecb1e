"""A small volume of its own for one state directory: it can be filled, freed and broken."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

VOLUME_BYTES = 32 << 20
CHUNK = bytes(64 << 10)


class Volume:
    """Mounted at `folder` while the fixture lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    @property
    def free_bytes(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def fill(self, leaving: int = 0) -> None:
        """Somebody else's file takes what is free but for so many bytes."""
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while self.free_bytes > leaving:
                file.write(CHUNK[: min(len(CHUNK), max(self.free_bytes - leaving, 1))])

    def make_room(self) -> None:
        self._filler.unlink()

    def break_down(self) -> None:
        """What ext4 does when it finds itself damaged: nothing can be written any more."""
        subprocess.run(["mount", "-o", "remount,abort", self.folder], check=True)

    def remount(self, mode: str) -> None:
        """`ro` or `rw`, of a volume that is well."""
        subprocess.run(["mount", "-o", f"remount,{mode}", self.folder], check=True)


@contextlib.contextmanager
def mounted(folder: Path, image: Path | None = None) -> Iterator[Volume]:
    """In memory, or ext4 in the file `image`."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={VOLUME_BYTES},mode=755", "tmpfs", str(folder)]
    if image:
        with image.open("wb") as made:
            made.truncate(VOLUME_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
        command = ["mount", "-o", "loop", str(image), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no volume can be mounted here: {done.stderr.strip()}")
    try:
        yield Volume(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def mounted_file(outside: Path, at: Path) -> Iterator[None]:
    """A single file from elsewhere, as a container mounts one."""
    at.touch(mode=0o600)
    done = subprocess.run(["mount", "--bind", outside, at], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no file can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)
