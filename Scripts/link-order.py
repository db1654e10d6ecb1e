"""Runs the release binary under callgrind and writes the names of the functions it went through (link-order.sh)."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Benchmarks"))
import bench

# Before it is stripped: callgrind needs the names.
BINARY = ROOT / ".build-release/release/openclaw"


class Recorder:
    """The binary in callgrind, as a program that the bench can start in the binary's place."""

    def __init__(self, folder, name):
        self.out = folder / f"{name}.out"
        self.program = folder / f"{name}.sh"
        plain = folder / "openclaw"
        if not plain.exists():
            # valgrind stumbles over the debug information of so large a program.
            subprocess.run(["strip", "-g", "-o", plain, BINARY], check=True)
        self.program.write_text(
            f'#!/bin/sh\nexec valgrind -q --tool=callgrind --demangle=no --callgrind-out-file={self.out} {plain} "$@"\n')
        self.program.chmod(0o755)

    @property
    def names(self):
        found = re.findall(r"^c?fn=\(\d+\) (.+)$", self.out.read_text(), re.M)
        return {re.sub(r"'\d+$", "", name) for name in found}


def main():
    healthy = bench.healthy
    bench.healthy = lambda port, path="/healthz", timeout=120: healthy(port, path, 120)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        start, turn, status = (Recorder(folder, name) for name in ("start", "turn", "status"))
        bench.BINARY = start.program
        with bench.Gateway():
            pass
        bench.BINARY = turn.program
        with bench.Bare() as model, bench.Gateway(model.port) as gateway:
            gateway.rate("turns", 2, 3)
            bench.BINARY = status.program
            subprocess.run([bench.BINARY, "status"], env=gateway.environment | {"OPENCLAW_GATEWAY_PORT": str(gateway.port)},
                           stdout=subprocess.DEVNULL, check=True)
        text = subprocess.run(["nm", "--defined-only", folder / "openclaw"], capture_output=True, text=True, check=True).stdout
        ours = set(re.findall(r"^[0-9a-f]+ [tTwWvV] (.+)$", text, re.M))
        order = []
        # What both need lies in the middle of nothing else: first what every process runs, then what only some do.
        for group in (status.names & start.names, status.names, start.names, turn.names):
            order += sorted((group & ours).difference(order))
    (ROOT / "Scripts/link-order.txt").write_text("\n".join(order) + "\n")
    print(f"{len(order)} functions")


if __name__ == "__main__":
    main()
