#!/bin/sh
# kept.sh FOLDER COMMAND…: lays a file system out in the folder, by a command that is given an empty one as its last argument;
# does nothing when the same command did that before, with the same scripts and packages. FOLDER.log has what it said.
set -eu
folder=$1
shift
sum="$(cat Packages/debian.txt Image/*.sh | cksum) $*"
[ "$(cat "$folder.sum" 2>/dev/null)" = "$sum" ] && exit

[ "$(id -u)" = 0 ] || { echo "Only root can lay the image's file system out; run it with sudo." >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }

# In memory, where there is a mount namespace to be had: dpkg waits for the disk after each file.
make() {
    unshare --mount true 2>/dev/null || { "$@" "$folder"; return; }
    unshare --mount sh -euc '
        mount -t tmpfs -o size=2g,mode=755 tmpfs /mnt
        folder=$1
        shift
        "$@" /mnt
        cp -a /mnt/. "$folder"' sh "$folder" "$@"
}

rm -rf "$folder" "$folder.sum"
mkdir -p "$folder"
make "$@" >"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; exit 1; }
echo "$sum" >"$folder.sum"
