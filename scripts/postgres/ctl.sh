#!/usr/bin/env bash
# Starts and stops the Postgres of install.sh, for tests and benchmarks only: loopback, no passwords, no fsync.
#   scripts/postgres/ctl.sh start|stop|status|url     start prints the connection string
# POSTGRES_FOLDER: .postgres of the checkout; POSTGRES_DATA: its data folder; POSTGRES_PORT: 55417
set -euo pipefail

usage() {
  echo "usage: scripts/postgres/ctl.sh start|stop|status|url" >&2
  exit 2
}
case ${1:-} in
  start | stop | status | url) [ $# = 1 ] || usage ;;
  -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) usage ;;
esac

FOLDER=$(realpath -m "${POSTGRES_FOLDER:-$(dirname "$0")/../../.postgres}")
DATA=$(realpath -m "${POSTGRES_DATA:-$FOLDER/data}")
PORT=${POSTGRES_PORT:-55417}
if [ ! -x "$FOLDER/bin/pg_ctl" ]; then
  echo "scripts/postgres/ctl.sh: no Postgres in $FOLDER; run scripts/postgres/install.sh first" >&2
  exit 1
fi

# Postgres refuses to run as root: an unprivileged user of the system takes its place.
if [ "$(id -u)" = 0 ]; then
  RUN_UID=$(id -u postgres 2>/dev/null || id -u nobody)
  RUN_GID=$(id -g postgres 2>/dev/null || id -g nobody)
  AS=(setpriv --reuid "$RUN_UID" --regid "$RUN_GID" --clear-groups env HOME=/tmp)
else
  RUN_UID=$(id -u)
  RUN_GID=$(id -g)
  AS=(env)
fi
cd /

case $1 in
  start)
    if [ ! -e "$DATA/PG_VERSION" ]; then
      install -d -m 700 -o "$RUN_UID" -g "$RUN_GID" "$DATA"
      "${AS[@]}" "$FOLDER/bin/initdb" -D "$DATA" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 >/dev/null
    fi
    if ! "${AS[@]}" "$FOLDER/bin/pg_ctl" -D "$DATA" -s status >/dev/null 2>&1; then
      "${AS[@]}" "$FOLDER/bin/pg_ctl" -D "$DATA" -w -t 60 -s -l "$DATA/server.log" start -o "-p $PORT \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100 -c timezone=UTC \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off -c shared_buffers=256MB" ||
        { echo "scripts/postgres/ctl.sh: Postgres did not start on port $PORT; see $DATA/server.log" >&2; exit 1; }
    fi
    ;;
  stop)
    "${AS[@]}" "$FOLDER/bin/pg_ctl" -D "$DATA" -s status >/dev/null 2>&1 || exit 0
    exec "${AS[@]}" "$FOLDER/bin/pg_ctl" -D "$DATA" -m fast -w -s stop
    ;;
  status)
    exec "${AS[@]}" "$FOLDER/bin/pg_ctl" -D "$DATA" status
    ;;
esac
# Line 4 of postmaster.pid is the port that a running server really has.
[ -r "$DATA/postmaster.pid" ] && PORT=$(sed -n 4p "$DATA/postmaster.pid")
echo "postgresql://postgres@127.0.0.1:$PORT/postgres?sslmode=disable"
