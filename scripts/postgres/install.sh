#!/usr/bin/env bash
# A real PostgreSQL 17 with pgvector, and PgBouncer, for tests and benchmarks, on Debian or Ubuntu, without touching the system:
#   scripts/postgres/install.sh [FOLDER]      FOLDER: .postgres of the checkout
# An apt of its own (own lists, own empty package status, Debian's keyring) downloads and verifies Debian's packages;
# they are unpacked beside the system, and wrappers in FOLDER/bin run each program with the C library it was built for.
# DEBIAN_MIRROR, DEBIAN_KEYRING: where they cannot be found. Remove it again: scripts/postgres/ctl.sh stop; rm -r FOLDER
set -euo pipefail

fail() {
  echo "scripts/postgres/install.sh: $1; set DATABASE_URL to a Postgres with pgvector of your own instead" >&2
  exit 1
}

case ${1:-} in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
for program in apt-get dpkg dpkg-deb realpath; do
  command -v "$program" >/dev/null || fail "this needs Debian's or Ubuntu's apt ('$program' is missing)"
done

FOLDER=$(realpath -m "${1:-$(dirname "$0")/../../.postgres}")
SUITE=trixie
STAMP="$SUITE-17-2"
[ "$(cat "$FOLDER/.stamp" 2>/dev/null)" = "$STAMP" ] && exit 0
if [ -e "$FOLDER" ] && [ -n "$(ls -A "$FOLDER")" ] && [ ! -e "$FOLDER/.unpacking" ] && [ ! -e "$FOLDER/.stamp" ]; then
  fail "$FOLDER holds something else"
fi

KEYRING=${DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
[ -r "$KEYRING" ] || fail "no keyring at $KEYRING (package debian-archive-keyring, or DEBIAN_KEYRING)"
# The mirror that this machine's own apt uses, where it is one of Debian's.
MIRROR=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$' || true)}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
ARCH=$(dpkg --print-architecture)
case $ARCH in
  amd64) TRIPLET=x86_64-linux-gnu ;;
  arm64) TRIPLET=aarch64-linux-gnu ;;
  *) fail "no packages for the architecture $ARCH" ;;
esac

rm -rf "$FOLDER/apt" "$FOLDER/root" "$FOLDER/bin"
APT="$FOLDER/apt"
mkdir -p "$APT/lists/partial" "$APT/archives/partial" "$APT/etc" "$FOLDER/root" "$FOLDER/bin"
: >"$FOLDER/.unpacking"
: >"$APT/status"
echo "deb [signed-by=$KEYRING arch=$ARCH] $MIRROR $SUITE main" >"$APT/etc/sources.list"
OPTIONS=(
  -o Dir::Etc::sourcelist="$APT/etc/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
  -o Dir::State="$APT" -o Dir::State::status="$APT/status" -o Dir::State::lists="$APT/lists"
  -o Dir::Cache="$APT" -o Dir::Cache::archives="$APT/archives"
  -o APT::Install-Recommends=false -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=3
)
apt-get "${OPTIONS[@]}" -qq update || fail "the package lists of $MIRROR cannot be read"

# Resolved against an empty status; what is kept is the server, the client, the extension and shared libraries.
PACKAGES=$(apt-get "${OPTIONS[@]}" -y -qq --print-uris install postgresql-17 postgresql-client-17 postgresql-17-pgvector pgbouncer |
  awk '{print $2}' | cut -d_ -f1 | sort -u |
  grep -E '^(postgresql-17|postgresql-client-17|postgresql-17-pgvector|pgbouncer|lib.*|zlib1g)$' |
  grep -v -E '^lib(llvm|z3|perl|json-perl|ipc-run-perl|io-pty-perl|text-|gdbm|db5|pam-modules|pam-runtime|semanage|sepol|debconf|proc2|c-l10n|c-bin)') ||
  fail "$MIRROR has no postgresql-17 with pgvector"
# shellcheck disable=SC2086 # one word per package
(cd "$APT/archives" && apt-get "${OPTIONS[@]}" -qq download $PACKAGES) || fail "the packages cannot be downloaded"
for package in "$APT"/archives/*.deb; do dpkg-deb -x "$package" "$FOLDER/root"; done

ROOT="$FOLDER/root"
SERVER="$ROOT/usr/lib/postgresql/17"
rm -rf "$APT" "$ROOT"/usr/share/{doc,man,locale,lintian,bug} "$SERVER"/lib/bitcode "$SERVER"/lib/llvmjit*
LOADER=$(ls "$ROOT"/usr/lib*/ld-linux-*.so.* "$ROOT/usr/lib/$TRIPLET"/ld-linux-*.so.* 2>/dev/null | head -1)
for program in "$SERVER"/bin/* "$ROOT/usr/sbin/pgbouncer"; do
  [ -f "$program" ] && head -c4 "$program" | grep -q ELF || continue
  mv "$program" "$program.elf"
  # argv[0] stays the wrapper's path, by which postgres finds its share and lib folders, and pg_ctl finds postgres.
  printf '#!/bin/sh\nexec "%s" --library-path "%s" --argv0 "%s" "%s" "$@"\n' \
    "$LOADER" "$ROOT/usr/lib/$TRIPLET" "$program" "$program.elf" >"$program"
  chmod 755 "$program"
  ln -s "$program" "$FOLDER/bin/$(basename "$program")"
done
chmod -R a+rX "$FOLDER"
"$FOLDER/bin/postgres" --version
rm "$FOLDER/.unpacking"
echo "$STAMP" >"$FOLDER/.stamp"
