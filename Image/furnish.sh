#!/bin/sh
# furnish.sh DEBIAN GROUP… FOLDER: a copy of Debian with the packages of these groups, as the Dockerfile installs them.
set -eu
debian=$1
shift
groups=
while [ $# -gt 1 ]; do
    groups="$groups $1"
    shift
done
folder=$1
tools=/usr/local/lib/openclaw/image

cp -a "$debian/." "$folder"
mkdir -p "$folder$tools"
cp Packages/debian.txt Image/packages.sh Image/install.sh Image/settle.sh "$folder$tools"
# What a container engine lends to a command: how to find names, and the processes, where mounting is possible.
cp /etc/resolv.conf "$folder/etc/resolv.conf"
mount -t proc proc "$folder/proc" 2>/dev/null || true
# shellcheck disable=SC2086
chroot "$folder" sh "$tools/install.sh" $groups
umount "$folder/proc" 2>/dev/null || true
rm "$folder/etc/resolv.conf"
