#!/bin/sh
# Prepares Airflow once before its servers start: database, user, first run. Run again, it changes nothing.
#
# Read from the environment: AIRFLOW_ADMIN_PASSWORD, at least 12 characters, for the user `admin`;
# FIRST_RUN_SOURCE, FIRST_RUN_URI and FIRST_RUN_SCALE, what the first run processes; no source, no run.
set -eu

first='process_data'
password="${AIRFLOW_ADMIN_PASSWORD:?set the password of the user admin}"
users="${AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE:?set where the passwords are kept}"

if [ "${#password}" -lt 12 ]; then
    echo 'AIRFLOW_ADMIN_PASSWORD: at least 12 characters' >&2
    exit 2
fi

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
runs=$(airflow dags list-runs "$first" --output json)
if ! printf '%s' "$runs" | grep -q '"run_id"'; then
    conf=$(python -c '
import json, os
told = os.environ.get
scale = float(told("FIRST_RUN_SCALE") or 0.01)
print(json.dumps({"source": told("FIRST_RUN_SOURCE"), "uri": told("FIRST_RUN_URI", ""), "scale": scale}))
')
    airflow dags trigger "$first" --run-id first --conf "$conf"
fi
