#!/bin/sh
# Bundles the Control UI into dist/ui at the repository root.
# File names under assets/ carry a hash of their content, so a server may cache them for ever.
set -eu
ui=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out=$ui/../dist/ui
version=${OPENCLAW_VERSION:-$(git -C "$ui" describe --tags --always --dirty 2>/dev/null || echo development)}

# Nothing to do while the page is newer than what it is made of and says the same version.
made=$ui/../dist/ui.version
if [ "$(cat "$made" 2>/dev/null)" = "$version" ] && [ -e "$out/index.html" ] &&
    ! sh "$ui/../Scripts/stale.sh" "$made" "$ui/src" "$ui/index.html" "$ui/favicon.svg" "$ui/package.json" "$ui/build.sh"; then
    exit 0
fi

# Debian keeps its node packages here; an npm install in UI/node_modules is found first.
export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"
PATH="$ui/node_modules/.bin:$PATH"

rm -rf "$out"
mkdir -p "$out/assets"
cd "$ui"
# Debian's DOMPurify 2.4.1 carries a security patch with one check outside the function it was written for, where the
# name `shadowNode` means nothing and stops the page. An empty object lets that misplaced check pass; the same check
# runs in its right place for every node. The package from npm has no such free name, so nothing changes there.
esbuild src/main.tsx --bundle --minify --format=esm --target=es2021 --jsx=automatic --legal-comments=none \
    --define:shadowNode='{}' --define:process.env.NODE_ENV='"production"' --define:__VERSION__="\"$version\"" \
    --entry-names='app-[hash]' --outdir="$out/assets" --log-level=warning

script=$(basename "$out"/assets/app-*.js)
style=$(basename "$out"/assets/app-*.css)
# Deep links load what they need from assets/ at their own depth, so the icon lives there too.
icon=favicon-$(cksum <favicon.svg | cut -d' ' -f1).svg
cp favicon.svg "$out/assets/$icon"
sed -e "s/@SCRIPT@/$script/" -e "s/@STYLE@/$style/" -e "s/@ICON@/$icon/" index.html > "$out/index.html"

for file in "$out"/index.html "$out"/assets/*; do
    brotli --quality=11 --keep --force "$file"
    gzip -9 -n --keep --force "$file"
done

total=$(cat "$out"/*.br "$out"/assets/*.br | wc -c)
echo "Control UI $version: $total bytes in brotli"
limit=153600
if [ "$total" -gt "$limit" ]; then
    echo "The Control UI is larger than $limit bytes in brotli; find what grew before raising the limit." >&2
    exit 1
fi
echo "$version" >"$made"
