"""The tables of raw records, one for each of the three files: the code of a record and its JSON."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, OPENINGS

#: The table of each kind of file.
RAW_TABLES: Mapping[str, str] = {
    APPLICATIONS: "prospects_raw",
    OPENINGS: "vagas_raw",
    APPLICANTS: "applicants_raw",
}
#: How far the ingestion of a file has come; a row exists only while it is incomplete.
PROGRESS_TABLE = "ingest_progress"

CREATE_RAW = "CREATE TABLE IF NOT EXISTS {table} (codigo text PRIMARY KEY, payload jsonb NOT NULL)"
CREATE_PROGRESS = """
CREATE TABLE IF NOT EXISTS ingest_progress (
    table_name text, file_digest text, records bigint NOT NULL, PRIMARY KEY (table_name, file_digest)
)
"""
CREATE_STAGING = (
    "CREATE TEMPORARY TABLE staging (position integer, codigo text, payload jsonb) ON COMMIT DROP"
)
COPY_STAGING = "COPY staging FROM STDIN WITH (FORMAT csv)"
#: Of several records with one code the last counts; equal records are not written again.
MERGE_STAGING = """
INSERT INTO {table} AS stored (codigo, payload)
SELECT DISTINCT ON (codigo) codigo, payload FROM staging ORDER BY codigo, position DESC
ON CONFLICT (codigo) DO UPDATE SET payload = excluded.payload WHERE stored.payload <> excluded.payload
"""
READ_PROGRESS = "SELECT records FROM ingest_progress WHERE table_name = %s AND file_digest = %s"
WRITE_PROGRESS = """
INSERT INTO ingest_progress VALUES (%s, %s, %s)
ON CONFLICT (table_name, file_digest) DO UPDATE SET records = excluded.records
"""
DELETE_PROGRESS = "DELETE FROM ingest_progress WHERE table_name = %s AND file_digest = %s"
