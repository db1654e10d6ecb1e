#!/bin/sh
# A Python of the checkout's own in .venv, with what System/requirements.txt pins.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/requirements.sum
sum=$(cksum <System/requirements.txt)
if [ ! -x .venv/bin/python ] || [ "$(cat $stamp 2>/dev/null)" != "$sum" ]; then
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r System/requirements.txt
    echo "$sum" >$stamp
fi
