#!/bin/sh
# debian.sh [FOLDER]: lays out what stands for debian:bookworm-slim where there is no registry: Debian's minimal system, without
# what that image leaves out too, and without what debootstrap takes over from this machine. Without a folder it goes to
# dist/image-debian and is kept there. Needs root and debootstrap.
set -eu
cd "$(dirname "$0")/.."
[ $# = 1 ] || exec sh Image/kept.sh dist/image-debian sh Image/debian.sh
release=bookworm

# The mirror that this machine's own lists name; without one debootstrap has its own. Over http: the minimal system has no
# certificates to check https with, and Debian's packages are signed.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" 'Component: main' 2>/dev/null |
        grep '/debian/*$' | head -n 1 | sed 's/^https:/http:/'
}

debootstrap --variant=minbase $release "$1" $(mirror)
cd "$1"
rm -rf debootstrap etc/hostname etc/resolv.conf var/lib/apt/lists/* var/cache/apt/* var/cache/debconf/*-old var/log/* \
    usr/share/man/* usr/share/info/* usr/share/locale/* usr/share/lintian/*
find usr/share/doc -mindepth 1 ! -type d ! -name copyright -delete
