#!/bin/sh
# Prepares Airflow before its servers start: database, user, first run. A repeated call changes nothing, unless
# no run has succeeded yet and none is in progress: then it triggers the first run again.
#
# Environment variables: AIRFLOW_ADMIN_PASSWORD, at least 12 characters, for the user `admin`; DOMAIN, the domain
# to train; FIRST_RUN_SOURCE, FIRST_RUN_URI and FIRST_RUN_SCALE, the data of the first run; without a source no
# run is triggered.
set -eu

password="${AIRFLOW_ADMIN_PASSWORD:?set the password of the user admin}"
users="${AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE:?set the path of the password file}"

if [ "${#password}" -lt 12 ]; then
    echo 'AIRFLOW_ADMIN_PASSWORD: at least 12 characters' >&2
    exit 2
fi

python docker/check_database.py
airflow db migrate

# The rename is atomic: the server never reads a partial file.
umask 077
python -c 'import json, os; print(json.dumps({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}))' > "$users.new"
mv "$users.new" "$users"

if [ -z "${FIRST_RUN_SOURCE:-}" ]; then
    exit 0
fi

# Airflow triggers only DAGs that it has parsed; its servers, which parse them, are not running yet.
airflow dags reserialize
python docker/first_run.py
