#!/bin/sh
# root.sh [FOLDER]: lays the image's file system out in a folder (dist/image-root), without a container engine. Needs root
# and debootstrap. Debian is kept in dist/image-debian, and with the packages in dist/image-base; each is made again when what
# it is made of changes. WITH=chromium adds that.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-dist/image-root}
with=${WITH:-}
base=dist/image-base

case $with in
    '' | chromium) ;;
    *) echo "WITH=$with takes its files from other images: build it with \`make image\`, where an engine is." >&2; exit 1 ;;
esac

sh Image/debian.sh
# shellcheck disable=SC2086
sh Image/kept.sh $base sh Image/furnish.sh dist/image-debian run $with

rm -rf "$folder"
mkdir -p "$folder"
cp -a $base/. "$folder"
sh Image/stage.sh "$folder"
