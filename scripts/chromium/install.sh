#!/usr/bin/env bash
# Debian's Chromium for the browser tests (npm run test:browser), where there is none. CHROMIUM names another one.
set -euo pipefail
case ${1:-} in -h | --help) sed -n '2s/^# //p' "$0"; exit 0 ;; esac
CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
[ -x "$CHROMIUM" ] && exit 0
fail() {
  echo "scripts/chromium/install.sh: $1; set CHROMIUM to a Chromium or Chrome of your own instead" >&2
  exit 1
}
command -v apt-get >/dev/null || fail "this needs Debian's apt"
[ "$(id -u)" = 0 ] || fail "installing needs root: apt-get install chromium"
apt-get -qq update || fail "the package lists cannot be read"
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null ||
  fail "the package cannot be installed"
