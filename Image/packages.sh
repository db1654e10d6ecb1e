#!/bin/sh
# packages.sh LIST GROUP…: the names of the packages of these groups in the list, on one line.
set -eu
list=$1
shift
for group; do sed -n "s/^$group //p" "$list"; done | tr '\n' ' '
