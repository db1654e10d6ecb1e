"""Runs the release binary and writes the names of what it used: functions, found with callgrind, and variables
(link-order.sh)."""

import bisect
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


class Variables:
    """The binary's variables, and which of them a process has changed."""

    def __init__(self):
        sections = subprocess.run(["readelf", "-SW", BINARY], capture_output=True, text=True, check=True).stdout
        # Name, address, place in the file, size.
        found = re.findall(r"\] (\.data|\.bss) +\w+ +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", sections)
        self.sections = [(name, *(int(number, 16) for number in numbers)) for name, *numbers in found]
        text = subprocess.run(["nm", "--defined-only", "-S", BINARY], capture_output=True, text=True, check=True).stdout
        symbols = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) [bBdDvV] (.+)$", text, re.M)
        self.symbols = sorted((int(address, 16), int(size, 16), name) for address, size, name in symbols)

    def changed(self, pid):
        names = set()
        with open(BINARY, "rb") as program, open(f"/proc/{pid}/mem", "rb") as memory:
            for section, address, place, size in self.sections:
                memory.seek(address)
                now = memory.read(size)
                program.seek(place)
                before = bytes(size) if section == ".bss" else program.read(size)
                words = (word for word in range(0, size, 8) if now[word : word + 8] != before[word : word + 8])
                names |= {name for word in words if (name := self.at(address + word))}
        return names

    def at(self, address):
        start, size, name = self.symbols[bisect.bisect_right(self.symbols, (address, sys.maxsize)) - 1]
        return name if start <= address < start + size else None


def variables():
    """What a start changes, then what a turn changes: few pages of variables are then a process's own."""
    known = Variables()
    bench.BINARY = BINARY
    with bench.Bare() as model, bench.Gateway(model.port) as gateway:
        start = known.changed(gateway.pid)
        gateway.rate("turns", 2, 3)
        return sorted(start) + sorted(known.changed(gateway.pid) - start)


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
    used = variables()
    (ROOT / "Scripts/link-order.txt").write_text("\n".join(order + used) + "\n")
    print(f"{len(order)} functions, {len(used)} variables")


if __name__ == "__main__":
    main()
