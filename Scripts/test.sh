#!/bin/sh
# Runs every test: the rooms, the page's logic, then the real binaries with fakes that are real servers.
set -eu
cd "$(dirname "$0")/.."
export SWIFT_BACKTRACE=enable=no
# The rooms' tests share one loop; more at once only wait for one another.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8

swift build --build-tests --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors
swift test --skip-build
sh UI/build.sh
sh UI/test.sh
sh Scripts/python.sh
# Most of these tests wait: for a pause, a browser, a process that ends. So there are more at a time than cores.
workers=$((2 * $(getconf _NPROCESSORS_ONLN)))
OPENCLAW_BINARY="${OPENCLAW_BINARY:-$PWD/.build/debug/openclaw}" \
OPENCLAW_ECHO_BINARY="${OPENCLAW_ECHO_BINARY:-$PWD/.build/debug/wire-echo}" \
    .venv/bin/python -m pytest System -q -n $workers --dist loadgroup
