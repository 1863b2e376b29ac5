#!/bin/sh
# Sets the passwords of the database users from the environment, and creates the user and the database of the
# event log if they do not exist; that user has no access to Airflow's database.
#
# The Postgres image runs this script once, when its volume is empty. Run it again after a password in .env
# changed:
#   docker compose up --detach postgres
#   docker compose exec postgres sh /docker-entrypoint-initdb.d/users.sh
set -eu

psql --quiet --set=ON_ERROR_STOP=1 \
    --set=owner="${POSTGRES_USER:?}" --set=owner_secret="${POSTGRES_PASSWORD:?see .env.example}" \
    --set=secret="${EVENTS_PASSWORD:?see .env.example}" \
    --username "${POSTGRES_USER:?}" --dbname "${POSTGRES_DB:?}" <<'SQL'
ALTER ROLE :"owner" PASSWORD :'owner_secret';
SELECT 'CREATE ROLE events LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'events') \gexec
ALTER ROLE events PASSWORD :'secret';
SELECT 'CREATE DATABASE events OWNER events'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'events') \gexec
REVOKE ALL ON DATABASE events FROM PUBLIC;
REVOKE ALL ON DATABASE airflow FROM PUBLIC;
SQL
