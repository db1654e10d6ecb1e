#!/bin/sh
# install.sh GROUP…: runs in the image. Installs the packages of these groups, and leaves nothing of the installation.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2046
apt-get install -y --no-install-recommends $(sh "$here/packages.sh" "$here/debian.txt" "$@")
sh "$here/settle.sh"
