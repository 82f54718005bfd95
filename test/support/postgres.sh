#!/usr/bin/env bash
# Starts and stops a temporary PostgreSQL server for tests, on a free port of 127.0.0.1:
#   eval "$(test/support/postgres.sh start)"   # sets TEST_POSTGRES_URL and TEST_POSTGRES_DIR
#   npx vitest run test/adapters/state
#   test/support/postgres.sh stop              # stops the one in TEST_POSTGRES_DIR and deletes it
# If root starts it, it runs as the user postgres, because PostgreSQL refuses to run as root.
set -euo pipefail

as_owner() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

find_bin() {
  local found
  # shellcheck disable=SC2012
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$found" ]; then echo "$found"; return; fi
  found=$(command -v initdb) || { echo "postgres.sh: no initdb found; install PostgreSQL (apt-get install postgresql)" >&2; exit 1; }
  dirname "$(readlink -f "$found")"
}

start() {
  local bin dir port password=throw-away
  bin=$(find_bin)
  dir=$(as_owner mktemp -d "${TMPDIR:-/tmp}/postgres-for-tests.XXXXXX")
  echo "$password" | as_owner tee "$dir/password" >/dev/null
  as_owner "$bin/initdb" -D "$dir/data" -U replicator --pwfile="$dir/password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync >"/dev/null"
  for _ in 1 2 3 4 5; do
    port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
    # No fsync: the tests kill clients, never the server, and the data is deleted afterwards.
    if as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 30 \
      -o "-c listen_addresses=127.0.0.1 -p $port -k $dir -c fsync=off -c max_connections=60" start >/dev/null 2>&1; then
      echo "export TEST_POSTGRES_URL=postgres://replicator:$password@127.0.0.1:$port/postgres"
      echo "export TEST_POSTGRES_DIR=$dir"
      return
    fi
  done
  echo "postgres.sh: PostgreSQL did not start:" >&2
  as_owner tail -n 20 "$dir/log" >&2 || true
  exit 1
}

stop() {
  local dir=${TEST_POSTGRES_DIR:?not set, nothing to stop}
  case $dir in */postgres-for-tests.*) ;; *) echo "postgres.sh: TEST_POSTGRES_DIR=$dir was not created by this script" >&2; exit 1 ;; esac
  as_owner "$(find_bin)/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null
  as_owner rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) echo "usage: test/support/postgres.sh start|stop" >&2; exit 2 ;;
esac
