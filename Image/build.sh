#!/bin/sh
# Builds the image with docker, podman or buildah. NAME names it, WITH adds a program (Dockerfile).
set -eu
cd "$(dirname "$0")/.."
set -- --build-arg "WITH=${WITH:-nothing}" --tag "${NAME:-openclaw:local}" .

for engine in docker podman; do
    if command -v $engine >/dev/null && $engine info >/dev/null 2>&1; then
        exec $engine build "$@"
    fi
done
if command -v buildah >/dev/null; then
    # Debian installs it without a program that runs containers; root can do without.
    command -v crun >/dev/null || command -v runc >/dev/null || export BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}"
    exec buildah build --layers "$@"
fi
echo "Neither docker, podman nor buildah runs here. \`make image-root\` lays the image's file system out without one." >&2
exit 1
