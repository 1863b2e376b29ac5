"""Writes the tables of openings, applicants and applications as Parquet, in bounded memory."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.domains.recruiting.sources.synthetic.applicants.applicant_rows import ApplicantRow
from pipelines.domains.recruiting.sources.synthetic.applications.funnel import NO_UPDATE
from pipelines.domains.recruiting.sources.synthetic.files.vagas_file import make_opening_record
from pipelines.domains.recruiting.sources.synthetic.openings.opening_rows import OpeningRow
from pipelines.domains.recruiting.sources.synthetic.vocabulary.names import FREE_EMAIL_DOMAINS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import EPOCH, Ints
from pipelines.domains.recruiting.sources.synthetic.vocabulary.staff_names import StaffNames
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES
from pipelines.domains.recruiting.sources.synthetic.world import World

ROWS_AT_A_TIME = 10_000
_TIME = pa.timestamp("ms", "UTC")
_EPOCH_MS = round(datetime(EPOCH.year, EPOCH.month, EPOCH.day, tzinfo=UTC).timestamp() * 1000)
_DAY_MS = 86_400_000

_OPENING_TEXTS = (
    "title", "description", "location", "city", "state", "level", "degree", "english", "spanish",
    "other_language", "areas", "activities", "competencies", "contract", "client", "priority", "kind",
)  # fmt: skip
OPENING_SCHEMA = pa.schema(
    [("opening_id", pa.string()), ("created_at", _TIME)]
    + [(name, pa.string()) for name in _OPENING_TEXTS]
    + [("sap", pa.bool_()), ("pcd_opening", pa.bool_()), ("analyst", pa.string()), ("value", pa.string())]
)
_APPLICANT_TEXTS = (
    "title", "description", "location", "city", "state", "area", "skills", "certificates",
    "other_certificates",
)  # fmt: skip
_APPLICANT_FLAGS = (
    "has_email", "has_phone", "has_linkedin", "has_objective", "corporate_email", "is_complete",
)  # fmt: skip
APPLICANT_SCHEMA = pa.schema(
    [("applicant_id", pa.string()), ("created_at", _TIME)]
    + [(name, pa.string()) for name in _APPLICANT_TEXTS]
    + [("salary", pa.float64())]
    + [(name, pa.string()) for name in ("level", "degree", "english", "spanish", "other_language", "cv")]
    + [(name, pa.bool_()) for name in _APPLICANT_FLAGS]
)
APPLICATION_SCHEMA = pa.schema([
    ("opening_id", pa.string()), ("applicant_id", pa.string()), ("applied_at", _TIME),
    ("status", pa.string()),
    ("updated_at", _TIME), ("recruiter", pa.string()),
])  # fmt: skip


def _to_ms(day: int) -> int:
    return _EPOCH_MS + day * _DAY_MS


def _write(path: Path, schema: pa.Schema, records: Iterable[dict[str, Any]]) -> None:
    source = iter(records)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while chunk := list(islice(source, ROWS_AT_A_TIME)):
            writer.write_table(pa.Table.from_pylist(chunk, schema))


def write_opening_table(path: Path, world: World, rows: Iterable[OpeningRow], names: StaffNames) -> None:
    """Write the openings; `created_at` is the first application, or the request if there is none."""
    first = np.full(len(world.openings), np.iinfo(np.int64).max)
    np.minimum.at(first, world.applications.opening, world.applications.day)
    created = np.where(world.openings.size > 0, first, world.openings.day)
    _write(path, OPENING_SCHEMA, (_make_opening(row, int(created[row.number]), names) for row in rows))


def _make_opening(row: OpeningRow, created: int, names: StaffNames) -> dict[str, Any]:
    record = make_opening_record(row, names)
    basics, profile = record["informacoes_basicas"], record["perfil_vaga"]
    activities = profile["principais_atividades"]
    competencies = profile["competencia_tecnicas_e_comportamentais"]
    return {
        "opening_id": str(row.code),
        "created_at": _to_ms(created),
        "title": basics["titulo_vaga"],
        "description": activities if activities == competencies else f"{activities}\n{competencies}",
        "location": f"{profile['estado']}, {profile['cidade']}",
        "city": profile["cidade"],
        "state": profile["estado"],
        "level": profile["nivel profissional"],
        "degree": profile["nivel_academico"],
        "english": profile["nivel_ingles"],
        "spanish": profile["nivel_espanhol"],
        "other_language": profile["outro_idioma"],
        "areas": profile["areas_atuacao"],
        "activities": activities,
        "competencies": competencies,
        "contract": basics["tipo_contratacao"],
        "client": basics["cliente"],
        "priority": basics["prioridade_vaga"],
        "kind": "/".join(filter(None, (basics["origem_vaga"], basics["objetivo_vaga"]))),
        "sap": basics["vaga_sap"] == "Sim",
        "pcd_opening": profile["vaga_especifica_para_pcd"] == "Sim",
        "analyst": basics["analista_responsavel"],
        "value": record["beneficios"]["valor_venda"],
    }


def write_applicant_table(path: Path, world: World, rows: Iterable[ApplicantRow]) -> None:
    """Write the applicants."""
    _write(path, APPLICANT_SCHEMA, (_make_applicant(row, world) for row in rows))


def _make_applicant(row: ApplicantRow, world: World) -> dict[str, Any]:
    form = row.form
    city, _, state = form.location.partition(", ")
    tells_salary = form.salary not in ("", "a combinar")
    return {
        "applicant_id": str(row.code),
        "created_at": _to_ms(row.created_day),
        "title": form.title,
        "description": "\n".join(filter(None, (form.knowledge, form.area))),
        "location": form.location,
        "city": city,
        "state": state,
        "area": form.area,
        "skills": form.knowledge,
        "certificates": form.certificates,
        "other_certificates": form.other_certificates,
        "salary": round(float(world.applicants.salary[row.number]), -2) if tells_salary else None,
        "level": form.level,
        "degree": form.degree,
        "english": form.english,
        "spanish": form.spanish,
        "other_language": form.other_language.strip("-"),
        "cv": row.cv,
        "has_email": True,
        "has_phone": True,
        "has_linkedin": bool(form.linkedin),
        "has_objective": bool(form.title),
        "corporate_email": not row.email.endswith(FREE_EMAIL_DOMAINS),
        "is_complete": True,
    }


def write_application_table(path: Path, world: World, names: StaffNames) -> None:
    """Write the applications by day."""
    order = np.argsort(world.applications.day, kind="stable")
    with pq.ParquetWriter(path, APPLICATION_SCHEMA, compression="zstd") as writer:
        for table in _list_application_tables(world, order, names):
            writer.write_table(table)


def _list_application_tables(world: World, order: Ints, names: StaffNames) -> Iterator[pa.Table]:
    applications, outcomes = world.applications, world.outcomes
    statuses = pa.array([status.name for status in STATUSES])
    recruiters = pa.array(names.recruiters)
    for start in range(0, order.size, 10 * ROWS_AT_A_TIME):
        rows = order[start : start + 10 * ROWS_AT_A_TIME]
        updated = outcomes.updated_day[rows]
        columns = [
            pa.array(world.opening_code[applications.opening[rows]]).cast(pa.string()),
            pa.array(world.applicant_code[applications.applicant[rows]]).cast(pa.string()),
            pa.array(_EPOCH_MS + applications.day[rows] * _DAY_MS).cast(_TIME),
            statuses.take(pa.array(outcomes.status[rows])),
            pa.array(_EPOCH_MS + updated * _DAY_MS, mask=updated == NO_UPDATE).cast(_TIME),
            recruiters.take(pa.array(applications.recruiter[rows])),
        ]
        yield pa.Table.from_arrays(columns, schema=APPLICATION_SCHEMA)
