#!/bin/sh
# stale.sh FILE SOURCE…: succeeds when FILE is missing, or older than one of the sources or something in them.
# Folders count too: their time tells of files that came or went.
file=$1
shift
[ ! -e "$file" ] || [ -n "$(find "$@" -newer "$file" 2>/dev/null | head -n 1)" ]
