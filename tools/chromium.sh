#!/bin/sh
# Make sure that a Chromium and a Chinese font are here for the browser tests; name the one command if they cannot be.
set -eu
command="apt-get install -y chromium fonts-noto-cjk"
if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && DEBIAN_FRONTEND=noninteractive $command && exit 0
fi
echo "missing: the browser tests need Chromium; run as root: $command" >&2
exit 1
