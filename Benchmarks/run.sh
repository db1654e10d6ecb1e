#!/bin/sh
# Builds the bare programs and prints the table. `make bench` calls it after the release build.
set -eu
cd "$(dirname "$0")/.."
out=.build-bench
mkdir -p $out
cc=${CC:-cc}
$cc -O2 -o $out/bare Benchmarks/bare/server.c -levent_core -lcrypto
$cc -O2 -o $out/commits Benchmarks/bare/commits.c -lsqlite3
$cc -O2 -o $out/once Benchmarks/load/once.c
$cc -O2 -o $out/client Benchmarks/load/client.c
exec python3 Benchmarks/bench.py "$@"
