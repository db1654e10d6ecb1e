#!/bin/sh
# What a release may not be: over 20 MB, linked to full Foundation (44 MB of ICU), or to a library that should be static.
set -eu
cd "$(dirname "$0")/.."
limit_bytes=20000000

size=$(wc -c <dist/openclaw)
[ "$size" -le $limit_bytes ] || { echo "dist/openclaw has $size bytes; the limit is $limit_bytes." >&2; exit 1; }

[ -f .build-release/release/openclaw ] || { echo "There is no release build: make release" >&2; exit 1; }
symbols=$(nm .build-release/release/openclaw 2>/dev/null | grep -c ' [tTdD] \$s10Foundation' || true)
[ "$symbols" -eq 0 ] || { echo "$symbols symbols of full Foundation are linked; import FoundationEssentials at most." >&2; exit 1; }

if [ "$(uname -s)" = Linux ]; then
    shared=$(ldd dist/openclaw | grep -oE 'lib(event|crypto|sqlite3|swift|Foundation|curl)[^ ]*' || true)
    nm .build-release/release/openclaw | grep -q ' curl_multi_init$' || shared="$shared libcurl"
    [ -z "$shared" ] || { echo "These should be static: $shared" >&2; exit 1; }
fi
echo "dist/openclaw: $size bytes, no full Foundation, no needless shared library"
