#!/bin/bash
# Run once by the PostgreSQL image, on an empty volume: a role and a database of its own for every service, as the
# address in its secret says. No service can connect to another's.
set -euo pipefail

for service in community events registrations notifications; do
    # postgresql://role:password@host:port/database
    address=$(<"${SECRETS_FOLDER:-/run/secrets}/${service}_database_url")
    rest=${address#*://}
    login=${rest%%@*}
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        --set role="${login%%:*}" --set password="${login#*:}" --set database="${rest##*/}" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
    echo "database of $service: ${rest##*/}"
done
