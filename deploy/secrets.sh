#!/bin/sh
# deploy/secrets.sh FOLDER DATABASE-HOST [POOLER-HOST:PORT] [PARAMETERS]: makes the passwords, addresses and signing keys of a new
# deployment, a file each, for compose and Kubernetes. It needs openssl, and epic-server on the PATH; it overwrites nothing.
#
#   deploy/secrets.sh deploy/compose/secrets postgres pgbouncer:6432
#   deploy/secrets.sh deploy/kubernetes/server/secrets epic-db-rw '' '?sslmode=verify-full&sslrootcert=/etc/epic/database-ca/ca.crt'
set -eu
folder=$1 host=$2 pooler=${3:-$2:5432} parameters=${4:-}
umask 027
mkdir "$folder"
cd "$folder"

write() { printf '%s' "$2" >"$1"; }
password() { openssl rand -hex 24; }

postgres=$(password)
authenticator=$(password)
worker=$(password)
write postgres-password "$postgres"
write database-admin-url "postgres://postgres:$postgres@$host:5432/epic$parameters"
write database-url "postgres://epic_authenticator:$authenticator@$pooler/epic$parameters"
write database-direct-url "postgres://epic_authenticator:$authenticator@$host:5432/epic$parameters"
write database-worker-url "postgres://epic_worker:$worker@$host:5432/epic$parameters"
# before db/roles.sql, which gives no password and leaves those that there are
write logins.sql "create role epic_owner nologin;
create role epic_authenticator login noinherit password '$authenticator';
create role epic_worker login noinherit password '$worker';
"
write userlist.txt "\"epic_authenticator\" \"$authenticator\"
"
write first-password "$(openssl rand -base64 18)"
epic-server keys create keys.json
chmod 640 keys.json
