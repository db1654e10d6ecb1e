#!/bin/sh
# Makes a fresh machine able to build: system packages (as root or with sudo; otherwise prints the line to run) and the
# Swift toolchain check. `prepare.sh test` also brings what the whole suite needs, `prepare.sh bench` what measuring needs.
set -eu
cd "$(dirname "$0")/.."
wanted_swift=6.3

groups="build run ${1:-}"

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
    line="apt-get update && apt-get install -y --no-install-recommends ${missing% }"
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive sh -c "$line"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo DEBIAN_FRONTEND=noninteractive sh -c "$line"
    else
        as_root="su -c"
        if command -v sudo >/dev/null; then as_root="sudo sh -c"; fi
        printf 'These packages are missing. Run this line, then the same make command again:\n\n  %s "%s"\n\n' "$as_root" "$line" >&2
        exit 1
    fi
}

install_homebrew() {
    command -v brew >/dev/null || { echo "Install Homebrew from https://brew.sh, then run make again." >&2; exit 1; }
    for formula in $(grep -v '^#' Packages/homebrew.txt); do
        brew list "$formula" >/dev/null 2>&1 || brew install "$formula"
    done
    # Homebrew has no React: the page's packages come from npm, in the versions Debian has.
    [ -d UI/node_modules ] || npm --prefix UI install --no-audit --no-fund
}

check_swift() {
    said=none
    if command -v swift >/dev/null; then said=$(swift --version 2>&1 || true); fi
    found=$(echo "$said" | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
    [ -n "$found" ] && [ "$(printf '%s\n%s\n' "$wanted_swift" "$found" | sort -V | head -1)" = "$wanted_swift" ] && return
    cat >&2 <<EOF
Swift $wanted_swift or newer is needed; found: ${found:-$said}.
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
