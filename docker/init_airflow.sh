#!/bin/sh
# Prepares Airflow before its servers start: database, user, first run. Run again, it changes nothing, unless
# no run has succeeded yet and none is under way: then it triggers the first run again.
#
# Read from the environment: AIRFLOW_ADMIN_PASSWORD, at least 12 characters, for the user `admin`;
# FIRST_RUN_SOURCE, FIRST_RUN_URI and FIRST_RUN_SCALE, what the first run processes; no source, no run.
set -eu

password="${AIRFLOW_ADMIN_PASSWORD:?set the password of the user admin}"
users="${AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE:?set where the passwords are kept}"

if [ "${#password}" -lt 12 ]; then
    echo 'AIRFLOW_ADMIN_PASSWORD: at least 12 characters' >&2
    exit 2
fi

python docker/check_database.py
airflow db migrate

# Written beside its place and renamed: the server that reads it never sees a part.
umask 077
python -c 'import json, os; print(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}))' > "$users.new"
mv "$users.new" "$users"

if [ -z "${FIRST_RUN_SOURCE:-}" ]; then
    exit 0
fi

# Airflow starts no DAG that it has not read; its servers are not up yet, so this is done here.
airflow dags reserialize
python docker/first_run.py
