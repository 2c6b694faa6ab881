#!/bin/sh
# The rules of the tree that a script can check: sh tests/lint.sh BUILD
cd "$(dirname "$0")/.." && exec /usr/bin/python3 tests/lint.py "$@"
