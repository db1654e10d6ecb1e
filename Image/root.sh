#!/bin/sh
# root.sh [FOLDER]: lays the image's file system out in a folder (dist/image-root), without a container engine. Needs root
# and debootstrap. Debian's part is kept in dist/image-base and made again when its lists change. WITH=chromium adds that.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-dist/image-root}
with=${WITH:-}
base=dist/image-base
release=bookworm

[ "$(id -u)" = 0 ] || { echo "Only root can lay the image's file system out; run it with sudo." >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
case $with in
    '' | chromium) ;;
    *) echo "WITH=$with takes its files from other images: build it with \`make image\`, where an engine is." >&2; exit 1 ;;
esac

packages() { sh Image/packages.sh Packages/debian.txt run $with | tr -s ' ' ',' | sed 's/,$//'; }

# The mirror that this machine's own lists name; without one debootstrap has its own.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $release" 'Component: main' 2>/dev/null |
        grep '/debian/*$' | head -n 1
}

# In memory, where there is a mount namespace to be had: dpkg waits for the disk after each file.
make_base() {
    # shellcheck disable=SC2046
    set -- debootstrap --variant=minbase --include="$(packages)" "$release"
    unshare --mount true 2>/dev/null || { "$@" $base $(mirror) && chroot $base sh <Image/settle.sh; return; }
    unshare --mount sh -euc '
        base=$1 mirror=$2
        shift 2
        mount -t tmpfs -o size=1g,mode=755 tmpfs /mnt
        "$@" /mnt $mirror
        chroot /mnt sh <Image/settle.sh
        cp -a /mnt/. "$base"' sh "$PWD/$base" "$(mirror)" "$@"
}

sum=$(cat Packages/debian.txt Image/settle.sh Image/root.sh | cksum)-$with
if [ "$(cat $base/.sum 2>/dev/null)" != "$sum" ]; then
    rm -rf $base
    mkdir -p $base
    make_base >dist/image-base.log 2>&1 || { tail -n 20 dist/image-base.log >&2; exit 1; }
    echo "$sum" >$base/.sum
fi

rm -rf "$folder"
mkdir -p "$folder"
cp -a $base/. "$folder"
rm "$folder/.sum"
sh Image/stage.sh "$folder"
