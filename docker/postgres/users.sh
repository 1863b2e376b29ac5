#!/bin/sh
# Run once by the image of Postgres, when its volume is empty: a user and a database for the event log,
# which cannot reach Airflow's.
set -eu

psql --quiet --set=ON_ERROR_STOP=1 --set=secret="${EVENTS_PASSWORD:?see .env.example}" \
    --username "${POSTGRES_USER:?}" --dbname "${POSTGRES_DB:?}" <<'SQL'
CREATE ROLE events LOGIN PASSWORD :'secret' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE events OWNER events;
REVOKE ALL ON DATABASE events FROM PUBLIC;
REVOKE ALL ON DATABASE airflow FROM PUBLIC;
SQL
