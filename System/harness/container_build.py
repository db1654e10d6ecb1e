"""The image as its Dockerfile builds it: by buildah, with no service of a container engine and no registry."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.gateway import REPOSITORY

DOCKERFILE = REPOSITORY / "Dockerfile"
DEBIAN = "localhost/debian:bookworm-slim"
FILES = "localhost/openclaw-files"
CHROOT = "--isolation=chroot"

# Lives until its standard input ends, so that neither memory nor a mount stays behind when the tests are killed. What buildah
# keeps beside its store, in /var/lib/containers, goes the same way.
KEEPER = """
mount -t tmpfs -o size=3g,mode=700 tmpfs "$1"
mount -t tmpfs -o size=16m,mode=755 tmpfs /var/lib
mkdir "$1/tmp"
echo ready
exec cat
"""


@dataclass(frozen=True)
class Image:
    """A file system, and what an engine starts in it when it is told nothing else."""

    root: Path
    entrypoint: list[str]
    command: list[str]
    folder: str
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def as_written(cls, root: Path) -> Image:
        """What the Dockerfile's last stage says, for a file system that was laid out without it."""
        text = DOCKERFILE.read_text().split(" AS base\n")[1]
        found = {name: re.search(rf"^{name} (.*)$", text, re.MULTILINE) for name in ("ENTRYPOINT", "CMD", "WORKDIR")}
        said = {name: match[1] for name, match in found.items() if match}
        return cls(root, json.loads(said["ENTRYPOINT"]), json.loads(said["CMD"]), said["WORKDIR"])


class CannotBuild(Exception):
    """No Dockerfile can be built on this machine; the words say why."""


class ContainerBuild:
    """`with ContainerBuild(folder) as build:` has a store of images that is in memory, empty, and gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self._store = folder

    def __enter__(self) -> ContainerBuild:
        if not shutil.which("buildah"):
            raise CannotBuild("buildah is not installed")
        self._store.mkdir()
        self._keeper = subprocess.Popen(
            ["unshare", "--mount", "sh", "-euc", KEEPER, "sh", self._store],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._keeper.stdout and self._keeper.stderr
        if self._keeper.stdout.readline() != "ready\n":
            raise CannotBuild(f"there is no memory for the images: {self._keeper.stderr.read().strip()}")
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.communicate("")

    def seen(self, path: str | Path) -> Path:
        """Where this process sees a file that only the builder's mounts have."""
        return Path(f"/proc/{self._keeper.pid}/root{path}")

    def buildah(self, *words: str | Path, variables: dict[str, str] | None = None) -> str:
        """What a call of buildah prints; an error in its own words when it fails."""
        own = {"TMPDIR": f"{self._store}/tmp", **(variables or {})}
        done = subprocess.run(
            [
                *("nsenter", f"--mount=/proc/{self._keeper.pid}/ns/mnt", "env"),
                *(f"{name}={value}" for name, value in own.items()),
                *("buildah", "--storage-driver=overlay", f"--root={self._store}/root", f"--runroot={self._store}/run"),
                *words,
            ],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise BuildFailed(f"buildah {words[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    @contextlib.contextmanager
    def container(self, image: str) -> Iterator[str]:
        """A container of an image, or of `scratch`, which is nothing at all."""
        name = self.buildah("from", "--pull-never", image)
        try:
            yield name
        finally:
            self.buildah("rm", name)

    def take(self, folder: Path, tag: str) -> None:
        """The files of a folder, with their owners, become an image of one layer."""
        with self.container("scratch") as container:
            self._copy(folder, self._mounted(container))
            self.buildah("commit", "--quiet", container, tag)

    def build(
        self,
        tag: str,
        more: str = "nothing",
        variables: dict[str, str] | None = None,
        arguments: dict[str, str] | None = None,
    ) -> None:
        """Builds the Dockerfile from what was taken as DEBIAN and FILES; `more` is its argument WITH."""
        arguments = {"DEBIAN": DEBIAN, "FILES": FILES, "WITH": more, **(arguments or {})}
        said = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        never = ["--pull-never", "--http-proxy=false"]
        self.buildah("build", "--layers", CHROOT, *never, *said, f"--tag={tag}", REPOSITORY, variables=variables)

    def run(self, tag: str, *command: str) -> str:
        """What a command prints that runs in a container of the image, without the entrypoint.

        By way of a file: what goes through buildah is lost once in a hundred times when the command is done at once."""
        with self.container(tag) as container:
            self.buildah("run", CHROOT, container, "--", "sh", "-euc", '"$@" >/said', "sh", *command)
            return (self._mounted(container) / "said").read_text().strip()

    def config(self, tag: str) -> dict[str, Any]:
        """The image's configuration, in the words of the Open Container Initiative."""
        return dict(json.loads(self.buildah("inspect", "--type=image", tag))["OCIv1"]["config"])

    def packed_bytes(self, tag: str) -> int:
        """What a registry keeps of the image: each layer compressed, and its description."""
        folder = self._store / "packed"
        self.buildah("push", "--quiet", "--format=oci", tag, f"oci:{folder}")
        size = sum(blob.stat().st_size for blob in self.seen(folder / "blobs/sha256").iterdir())
        shutil.rmtree(self.seen(folder))
        return size

    def lay_out(self, tag: str, root: Path) -> Image:
        """The image's file system, in a folder that outlives the builder."""
        root.mkdir()
        with self.container(tag) as container:
            self._copy(self._mounted(container), root)
        config = self.config(tag)
        variables = dict(line.split("=", 1) for line in config["Env"])
        return Image(root, config["Entrypoint"], config["Cmd"], config["WorkingDir"], variables)

    def _mounted(self, container: str) -> Path:
        return self.seen(self.buildah("mount", container))

    def _copy(self, source: Path, target: Path) -> None:
        """With owners and modes; `buildah copy` gives everything to root, as COPY does."""
        subprocess.run(["cp", "-a", f"{source}/.", target], check=True)


class BuildFailed(Exception):
    """What buildah said."""
