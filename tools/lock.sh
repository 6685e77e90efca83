#!/bin/sh
# Resolve pyproject.toml into hashed lock files: everything first, so that the smaller sets agree with it.
set -eu
lock() {
    out=requirements/$1.txt; shift
    uv pip compile -q pyproject.toml --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
        --generate-hashes --no-emit-index-url --no-annotate --no-header -o "$out" "$@"
}
mkdir -p requirements
lock dev --extra paddle --extra faces --group dev
lock full --extra paddle --extra faces -c requirements/dev.txt
lock light -c requirements/dev.txt
