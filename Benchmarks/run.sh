#!/bin/sh
# Builds the bare programs and prints the table, or with `soak` as the first word runs that. `make bench` and `make soak`
# call it after the release build.
set -eu
cd "$(dirname "$0")/.."
sh Scripts/prepare.sh bench
out=.build-bench
mkdir -p $out
cc=${CC:-cc}
$cc -O2 -o $out/bare Benchmarks/bare/server.c -levent_core -lcrypto
$cc -O2 -o $out/commits Benchmarks/bare/commits.c -lsqlite3
$cc -O2 -o $out/once Benchmarks/load/once.c
$cc -O2 -o $out/client Benchmarks/load/client.c
$cc -O2 -o $out/platforms Benchmarks/load/platforms.c -levent_core -lcrypto
script=bench
if [ "${1:-}" = soak ]; then
    script=soak
    shift
fi
exec python3 Benchmarks/$script.py "$@"
