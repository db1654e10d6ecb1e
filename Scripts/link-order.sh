#!/bin/sh
# Writes Scripts/link-order.txt: the functions that a start, `status` and a turn run through, and the variables that they
# change. The linker lays them side by side, so that little of the program comes into memory, and little of that is the
# process's own (DEPENDENCIES.md). Needs valgrind; takes some minutes.
#
# Only speed and memory depend on the list: names that are gone are passed over, and new ones lie where they fall.
set -eu
cd "$(dirname "$0")/.."
sh Scripts/release.sh
sh Benchmarks/run.sh size
exec python3 Scripts/link-order.py
