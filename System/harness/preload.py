"""Calls of the C library that behave as elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.gateway import binary


def preloaded(source: str, folder: Path) -> dict[str, str]:
    """The environment of a gateway that has these functions instead; `folder` holds them."""
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler to make the functions with")
    if "statically linked" in subprocess.run(["ldd", binary()], capture_output=True, text=True).stdout:
        pytest.skip("a program without shared libraries cannot be given other functions")
    library, text = folder / "preload.so", folder / "preload.c"
    text.write_text(source)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, text], check=True)
    return {"LD_PRELOAD": str(library)}
