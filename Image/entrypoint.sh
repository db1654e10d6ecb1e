#!/bin/sh
# Builds dist/openclaw-entrypoint. Static: it stays beside the gateway, with 0.7 MB in memory.
set -eu
cd "$(dirname "$0")/.."
sh Scripts/stale.sh dist/openclaw-entrypoint Image/entrypoint.c Image/entrypoint.sh || exit 0
mkdir -p dist
"${CC:-cc}" -std=gnu11 -Os -Wall -Wextra -Werror -static -s -o dist/openclaw-entrypoint.new Image/entrypoint.c
mv dist/openclaw-entrypoint.new dist/openclaw-entrypoint
