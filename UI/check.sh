#!/bin/sh
# Type-checks the Control UI. tsc does not read NODE_PATH, so Debian's packages are named in a derived tsconfig.
set -eu
ui=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$ui"
if [ -d node_modules/typescript ]; then
    exec node_modules/.bin/tsc --noEmit --strict -p .
fi
packages=${NODE_PATH:-/usr/share/nodejs}
derived=$ui/../dist/ui-check
mkdir -p "$derived"
cat > "$derived/tsconfig.json" <<JSON
{
  "extends": "$ui/tsconfig.json",
  "compilerOptions": { "baseUrl": ".", "paths": { "*": ["$packages/@types/*", "$packages/*"] } },
  "include": ["$ui/src"]
}
JSON
exec tsc --noEmit --strict -p "$derived/tsconfig.json"
