"""The source `decision`: openings, applications and applicants of a staffing firm in three JSON files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.recruiting.tables import (
    assemble_tables,
    fill_published_at,
    find_end_of_days,
    prefix_ids,
    to_interactions,
)
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.plan import Refinement, Source
from script_shared.domains.recruiting.tables import APPLICANT, ITEMS, OPENING, make_id

_FILES = {name: re.compile(rf"(?:.*/)?{name}\.json") for name in ("prospects", "vagas", "applicants")}

_OPENING_FIELDS = {
    "title": ("informacoes_basicas", "titulo_vaga"),
    "body": ("perfil_vaga", "principais_atividades"),
    "skills": ("perfil_vaga", "competencia_tecnicas_e_comportamentais"),
    "areas": ("perfil_vaga", "areas_atuacao"),
    "city": ("perfil_vaga", "cidade"),
    "state": ("perfil_vaga", "estado"),
    "level": ("perfil_vaga", "nivel profissional"),
    "degree": ("perfil_vaga", "nivel_academico"),
    "english": ("perfil_vaga", "nivel_ingles"),
    "spanish": ("perfil_vaga", "nivel_espanhol"),
    "other_language": ("perfil_vaga", "outro_idioma"),
    "contract": ("informacoes_basicas", "tipo_contratacao"),
    "client": ("informacoes_basicas", "cliente"),
    "analyst": ("informacoes_basicas", "analista_responsavel"),
    "priority": ("informacoes_basicas", "prioridade_vaga"),
    "objective": ("informacoes_basicas", "objetivo_vaga"),
    "origin": ("informacoes_basicas", "origem_vaga"),
    "value": ("beneficios", "valor_venda"),
}
_APPLICANT_FIELDS = {
    "body": ("cv_pt",),
    "skills": ("informacoes_profissionais", "conhecimentos_tecnicos"),
    "areas": ("informacoes_profissionais", "area_atuacao"),
    "location": ("infos_basicas", "local"),
    "level": ("informacoes_profissionais", "nivel_profissional"),
    "degree": ("formacao_e_idiomas", "nivel_academico"),
    "english": ("formacao_e_idiomas", "nivel_ingles"),
    "spanish": ("formacao_e_idiomas", "nivel_espanhol"),
    "other_language": ("formacao_e_idiomas", "outro_idioma"),
    "certificates": ("informacoes_profissionais", "certificacoes"),
    "other_certificates": ("informacoes_profissionais", "outras_certificacoes"),
}


class DecisionSource(Source):
    """The three files of the staffing firm; see `docs/data-formats.md`."""

    name = "decision"

    @property
    def kinds(self) -> Sequence[FileKind]:
        """The kinds of files."""
        return [FileKind(name, pattern, {}) for name, pattern in _FILES.items()]

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link the files at `uri`; see `Source.acquire`."""
        link_files(local_path(uri), list(_FILES.values()), folder)

    def require_files(self, folder: Path, location: object) -> Sequence[RawFile]:
        """Return the files that exist; see `Source.require_files`."""
        return [file for pattern in _FILES.values() for file in find_files(folder, pattern)]

    def refine(self, folder: Path) -> Refinement:
        """Read the files; see `Source.refine`."""
        records = {name: _load(folder, pattern) for name, pattern in _FILES.items()}
        applications = _read_applications(records["prospects"])
        items = pl.concat(
            [_read_openings(records["vagas"], records["prospects"]), _read_applicants(records["applicants"])]
        )
        items = fill_published_at(items, applications)
        tables = assemble_tables(to_interactions(applications), items)
        return Refinement(tables, pl.DataFrame(), find_end_of_days(tables.interactions["timestamp"]), {})


def _load(folder: Path, pattern: re.Pattern[str]) -> Mapping[str, Any]:
    files = find_files(folder, pattern)
    return json.loads(files[0].load()) if files else {}


def _value(record: Mapping[str, Any], path: Sequence[str]) -> str | None:
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value.strip() or None if isinstance(value, str) else None


def _dates(name: str) -> pl.Expr:
    """Parse dates such as 19-04-2021 or 19-04-2021 07:29:49; zeros mean unknown."""
    day = pl.col(name).str.slice(0, 10).str.to_date("%d-%m-%Y", strict=False)
    return day.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC").alias(name)


def _to_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    schema = {**ITEMS.dtypes, "published_at": pl.String()}
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    for row in rows:
        for name, values in columns.items():
            values.append(row.get(name))
    return pl.DataFrame(columns, schema).with_columns(_dates("published_at"))


def _read_applications(prospects: Mapping[str, Any]) -> pl.DataFrame:
    rows = [
        (
            opening,
            person["codigo"],
            person["data_candidatura"],
            person["situacao_candidado"] or None,
            person["ultima_atualizacao"],
            person["recrutador"] or None,
        )
        for opening, entry in prospects.items()
        for person in entry["prospects"]
    ]
    names = ("opening_id", "applicant_id", "timestamp", "status", "updated_at", "recruiter")
    frame = pl.DataFrame(rows, dict.fromkeys(names, pl.String), orient="row")
    frame = frame.with_columns(_dates("timestamp"), _dates("updated_at"))
    return prefix_ids(prefix_ids(frame, OPENING, "opening_id"), APPLICANT, "applicant_id")


def _read_openings(openings: Mapping[str, Any], prospects: Mapping[str, Any]) -> pl.DataFrame:
    def rows() -> Iterator[dict[str, Any]]:
        for code, record in openings.items():
            fields = {name: _value(record, path) for name, path in _OPENING_FIELDS.items()}
            flags = {
                "is_sap": _value(record, ("informacoes_basicas", "vaga_sap")) == "Sim",
                "is_for_disabled": _value(record, ("perfil_vaga", "vaga_especifica_para_pcd")) == "Sim",
            }
            place = ", ".join(part for part in (fields["state"], fields["city"]) if part)
            created = _value(record, ("informacoes_basicas", "data_requisicao"))
            yield {"item_id": make_id(OPENING, code), "published_at": created, "category": OPENING} | (
                fields | flags | {"location": place or None}
            )
        for code, entry in prospects.items():
            if code not in openings:
                title = entry["titulo"].strip() or None
                yield {"item_id": make_id(OPENING, code), "category": OPENING, "title": title}

    return _to_frame(rows())


def _read_applicants(applicants: Mapping[str, Any]) -> pl.DataFrame:
    def rows() -> Iterator[dict[str, Any]]:
        for code, record in applicants.items():
            fields = {name: _value(record, path) for name, path in _APPLICANT_FIELDS.items()}
            title = _value(record, ("informacoes_profissionais", "titulo_profissional"))
            objective = _value(record, ("infos_basicas", "objetivo_profissional"))
            yield fields | {
                "item_id": make_id(APPLICANT, code),
                "category": APPLICANT,
                "published_at": _value(record, ("infos_basicas", "data_criacao")),
                "title": title or objective,
                "has_objective": objective is not None,
                "is_complete": bool(record.get("informacoes_pessoais")),
            }

    return _to_frame(rows())
