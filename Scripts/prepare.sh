#!/bin/sh
# Makes a fresh machine able to build: system packages (as root or with sudo; otherwise prints the line to run) and the
# Swift toolchain check. `prepare.sh test` also brings what the whole suite needs.
set -eu
cd "$(dirname "$0")/.."
wanted_swift=6.3

groups="build run"
[ "${1:-}" = test ] && groups="build run test"

debian_packages() {
    for group in $groups; do sed -n "s/^$group //p" Packages/debian.txt; done
}

missing_debian() {
    for package in $(debian_packages); do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

install_debian() {
    missing=$(missing_debian | tr '\n' ' ')
    [ -z "$missing" ] && return
    line="apt-get install -y --no-install-recommends $missing"
    if [ "$(id -u)" = 0 ]; then
        apt-get update -q && DEBIAN_FRONTEND=noninteractive sh -c "$line"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo apt-get update -q && sudo DEBIAN_FRONTEND=noninteractive sh -c "$line"
    else
        printf 'These packages are missing. Run this line, then the same make command again:\n\n  sudo %s\n\n' "$line" >&2
        exit 1
    fi
}

install_homebrew() {
    command -v brew >/dev/null || { echo "Install Homebrew from https://brew.sh, then run make again." >&2; exit 1; }
    for formula in $(grep -v '^#' Packages/homebrew.txt); do
        brew list "$formula" >/dev/null 2>&1 || brew install "$formula"
    done
}

check_swift() {
    found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
    [ -n "$found" ] && [ "$(printf '%s\n%s\n' "$wanted_swift" "$found" | sort -V | head -1)" = "$wanted_swift" ] && return
    cat >&2 <<EOF
Swift $wanted_swift or newer is needed; found: ${found:-none}.
Get it with swiftly (https://www.swift.org/install):

  swiftly install $wanted_swift && swiftly use $wanted_swift

EOF
    exit 1
}

case "$(uname -s)" in
    Linux) command -v apt-get >/dev/null && install_debian ;;
    Darwin) install_homebrew ;;
esac
check_swift
