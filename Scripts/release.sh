#!/bin/sh
# Builds dist/openclaw and dist/wire-echo: small, stripped, the C libraries static except libc, libm and libgcc_s.
# Each flag here was measured to pay (DEPENDENCIES.md).
set -eu
cd "$(dirname "$0")/.."
export SWIFT_BACKTRACE=enable=no
mkdir -p dist .build-static

# Nothing to do while both are newer than what they are made of.
sources="Sources Package.swift Scripts/release.sh Scripts/static-curl.sh Scripts/link-order.txt Scripts/no-unwind.ld"
if [ -z "${OPENCLAW_PIE:-}" ] && ! sh Scripts/stale.sh dist/openclaw $sources && ! sh Scripts/stale.sh dist/wire-echo $sources; then
    exit 0
fi

if [ "$(uname -s)" = Darwin ]; then
    swift build -c release --scratch-path .build-release --product openclaw
    swift build -c release --scratch-path .build-release --product wire-echo
else
    for library in libevent_core libcrypto libz libsqlite3; do
        ln -sf "$(gcc -print-file-name=$library.a)" .build-static/
    done
    ln -sf "$(g++ -print-file-name=libstdc++.a)" .build-static/
    curl=$(sh Scripts/static-curl.sh)
    # A fixed place for the program itself, as Go and Zig give it: its tables need no relocation, which would make 0.7 MB
    # of them private memory. Heap, stacks and libraries keep their random places. OPENCLAW_PIE=1 moves the program too.
    place=--no-pie
    [ -z "${OPENCLAW_PIE:-}" ] || place=--pie
    # Overlapping accesses are found by the debug build that the whole suite runs on; their checks cost 5 % of a turn.
    for product in openclaw wire-echo; do
        swift build -c release --scratch-path .build-release --static-swift-stdlib --disable-local-rpath --product $product \
            --explicit-target-dependency-import-check error \
            -Xlinker -L"$PWD/.build-static" \
            -Xswiftc -use-ld=lld -Xlinker $place -Xlinker --no-export-dynamic -Xlinker --gc-sections -Xlinker --icf=all \
            -Xlinker --symbol-ordering-file="$PWD/Scripts/link-order.txt" -Xlinker --no-warn-symbol-ordering \
            -Xlinker -T -Xlinker "$PWD/Scripts/no-unwind.ld" -Xlinker --no-eh-frame-hdr \
            -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --build-id=none \
            $curl -Xcc -Os -Xcc -ffunction-sections -Xcc -fdata-sections \
            -Xswiftc -Xfrontend -Xswiftc -function-sections \
            -Xswiftc -Xfrontend -Xswiftc -disable-dynamic-actor-isolation \
            -Xswiftc -enforce-exclusivity=unchecked
    done
fi

for product in openclaw wire-echo; do
    cp ".build-release/release/$product" "dist/$product.new"
    strip "dist/$product.new"
    mv "dist/$product.new" "dist/$product"
done
ls -l dist/openclaw dist/wire-echo
