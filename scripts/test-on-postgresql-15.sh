#!/usr/bin/env bash
# Runs the SQL suite on PostgreSQL 15, from Debian's packages (postgresql-15, postgresql-15-pgtap), in a cluster of
# its own that is removed afterwards. Run by .ci/run; not part of `npm test`, which needs nothing installed.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=/usr/lib/postgresql/15/bin
if [ ! -x "$programs/initdb" ]; then
  echo "PostgreSQL 15 is not installed: apt-get install postgresql-15 postgresql-15-pgtap" >&2
  exit 1
fi

# PostgreSQL does not run as root.
as_postgres=()
[ "$(id -u)" -ne 0 ] || as_postgres=(setpriv --reuid postgres --regid postgres --init-groups --)

folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
[ "$(id -u)" -ne 0 ] || chown postgres "$folder"
stop() {
  "${as_postgres[@]}" "$programs/pg_ctl" --pgdata "$folder/data" --mode immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

"${as_postgres[@]}" "$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust \
  --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
"${as_postgres[@]}" "$programs/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait start \
  --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" >/dev/null

echo "The SQL suite on $("$programs/postgres" --version):"
EPIC_TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres" npm run --silent test:sql
