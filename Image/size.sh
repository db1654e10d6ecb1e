#!/bin/sh
# size.sh FOLDER: says how large the image is, packed as registries keep it, and fails when that is over 60 MB.
set -eu
limit_bytes=60000000
size=$(tar -C "$1" -c . | gzip -6 | wc -c)
echo "$1: $size bytes packed, $(du -sm "$1" | cut -f1) MB unpacked"
[ "$size" -le $limit_bytes ] || { echo "The limit is $limit_bytes bytes packed." >&2; exit 1; }
