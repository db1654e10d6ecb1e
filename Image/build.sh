#!/bin/sh
# Builds the image with docker, podman or buildah. NAME names it, WITH adds a program (Dockerfile).
set -eu
cd "$(dirname "$0")/.."
name=${NAME:-openclaw:local}
with=${WITH:-nothing}

for engine in docker podman; do
    if command -v $engine >/dev/null && $engine info >/dev/null 2>&1; then
        exec $engine build --build-arg "WITH=$with" --tag "$name" .
    fi
done
command -v buildah >/dev/null && exec buildah build --build-arg "WITH=$with" --tag "$name" .
echo "Neither docker, podman nor buildah runs here. \`make image-root\` lays the image's file system out without one." >&2
exit 1
