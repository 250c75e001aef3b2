#!/usr/bin/env bash
# A PgBouncer in transaction mode, as Neon's pooled hosts run it, before the Postgres of ctl.sh; for tests only.
#   scripts/postgres/pgbouncer.sh start|stop     start prints the connection string
# POSTGRES_FOLDER, POSTGRES_DATA, POSTGRES_PORT: as for ctl.sh; PGBOUNCER_PORT: the port after POSTGRES_PORT
set -euo pipefail

usage() {
  echo "usage: scripts/postgres/pgbouncer.sh start|stop" >&2
  exit 2
}
case ${1:-} in
  start | stop) [ $# = 1 ] || usage ;;
  -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) usage ;;
esac

FOLDER=$(realpath -m "${POSTGRES_FOLDER:-$(dirname "$0")/../../.postgres}")
DATA=$(realpath -m "${POSTGRES_DATA:-$FOLDER/data}")
PORT=${POSTGRES_PORT:-55417}
[ -r "$DATA/postmaster.pid" ] && PORT=$(sed -n 4p "$DATA/postmaster.pid")
POOL_PORT=${PGBOUNCER_PORT:-$((PORT + 1))}
STATE="$DATA.pgbouncer"
if [ ! -x "$FOLDER/bin/pgbouncer" ]; then
  echo "scripts/postgres/pgbouncer.sh: no pgbouncer in $FOLDER; run scripts/postgres/install.sh first" >&2
  exit 1
fi
running() {
  [ -r "$STATE/pgbouncer.pid" ] && kill -0 "$(cat "$STATE/pgbouncer.pid")" 2>/dev/null
}

case $1 in
  start)
    if ! running; then
      AS=(env)
      mkdir -p "$STATE"
      # PgBouncer refuses to run as root, too.
      if [ "$(id -u)" = 0 ]; then
        RUN_UID=$(id -u postgres 2>/dev/null || id -u nobody)
        RUN_GID=$(id -g postgres 2>/dev/null || id -g nobody)
        chown "$RUN_UID:$RUN_GID" "$STATE"
        AS=(setpriv --reuid "$RUN_UID" --regid "$RUN_GID" --clear-groups env HOME=/tmp)
      fi
      cat >"$STATE/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=$PORT user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $POOL_PORT
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 200
logfile = $STATE/pgbouncer.log
pidfile = $STATE/pgbouncer.pid
INI
      chmod a+r "$STATE/pgbouncer.ini"
      (cd / && "${AS[@]}" "$FOLDER/bin/pgbouncer" -q -d "$STATE/pgbouncer.ini") ||
        { echo "scripts/postgres/pgbouncer.sh: it did not start on port $POOL_PORT; see $STATE/pgbouncer.log" >&2; exit 1; }
    fi
    echo "postgresql://postgres@127.0.0.1:$POOL_PORT/postgres?sslmode=disable"
    ;;
  stop)
    running && kill "$(cat "$STATE/pgbouncer.pid")" || true
    ;;
esac
