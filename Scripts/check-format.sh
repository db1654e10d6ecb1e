#!/bin/sh
# Fails when swift-format would change a file.
set -eu
cd "$(dirname "$0")/.."
swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests
