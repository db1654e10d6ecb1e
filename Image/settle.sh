#!/bin/sh
# Runs in the image once its packages are there: makes the user and his folders, and removes what nobody reads there.
set -eu
user=openclaw
id=1000
home=/home/node

if ! getent passwd "$user" >/dev/null; then
    groupadd --gid "$id" "$user"
    useradd --uid "$id" --gid "$id" --home-dir "$home" --shell /bin/bash "$user"
fi
mkdir -p /app "$home/.openclaw" /data
chown "$id:$id" "$home" "$home/.openclaw" /data
chmod 700 "$home/.openclaw" /data

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* /var/log/* \
    /usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/lintian /usr/share/linda
