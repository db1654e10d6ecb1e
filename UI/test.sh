#!/bin/sh
# Runs the unit tests of the parts that need no browser, with node's own test runner.
set -eu
ui=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out=$ui/../dist/ui-tests
export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"
PATH="$ui/node_modules/.bin:$PATH"
rm -rf "$out"
cd "$ui"
esbuild tests/*.test.ts --bundle --platform=node --format=esm --out-extension:.js=.mjs --outdir="$out" \
    --define:__VERSION__='"test"' --log-level=warning
exec node --test "$out"
