"""The three files, and the meaning of their fields as docs/data-formats.md lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.domains.recruiting import columns
from pipelines.domains.recruiting.sources.decision.fields import (
    APPLICANT_FIELDS,
    APPLICANT_FLAGS,
    APPLICATION_FIELDS,
    OPENING_FIELDS,
    TITLE_FIELDS,
    FieldPath,
    Fields,
)
from pipelines.ingest.file_kinds import FileKind

#: The field of `prospects.json` with the list of applications.
LIST = "prospects"
#: Names of fields by which records are recognised.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    columns.APPLICATIONS: (LIST, "titulo", "modalidade"),
    columns.OPENINGS: ("informacoes_basicas", "perfil_vaga", "beneficios"),
    columns.APPLICANTS: (
        *("infos_basicas", "informacoes_pessoais", "informacoes_profissionais", "formacao_e_idiomas"),
        *("cv_pt", "cv_en"),
    ),
}
#: The name of each file, without its extension.
NAMES: Mapping[str, str] = {
    columns.APPLICATIONS: "prospects",
    columns.OPENINGS: "vagas",
    columns.APPLICANTS: "applicants",
}


def _describe(fields: Fields, kind: str, prefix: str = "") -> dict[str, str]:
    meanings = {**columns.REQUIRED[kind], **columns.OPTIONAL[kind]}
    return {f"{prefix}{_format(paths[0])}": f"{name}: {meanings[name]}" for name, paths in fields.items()}


def _format(path: FieldPath) -> str:
    return ".".join(part for part in path if part)


_APPLICATION = _describe(APPLICATION_FIELDS, columns.APPLICATIONS, f"{LIST}.")
_REQUIRED = (f"{LIST}.codigo", f"{LIST}.data_candidatura")
_TITLE = _describe(TITLE_FIELDS, columns.OPENINGS)
_FLAGS = {
    _format(path): f"{name}: only whether it is filled"
    for name, paths in APPLICANT_FLAGS.items()
    for path in paths
}


def _make_kind(name: str, fields: Mapping[str, str], table: str = "items") -> FileKind:
    pattern = re.compile(rf"(?:.*/)?{NAMES[name]}\.json")
    required = {path: fields[path] for path in _REQUIRED if path in fields}
    optional = {path: meaning for path, meaning in fields.items() if path not in required}
    return FileKind(name, pattern, required, optional, table)


#: Only applications have required fields.
KINDS = (
    _make_kind(columns.APPLICATIONS, _APPLICATION | _TITLE, "interactions"),
    _make_kind(columns.OPENINGS, _describe(OPENING_FIELDS, columns.OPENINGS)),
    _make_kind(columns.APPLICANTS, _FLAGS | _describe(APPLICANT_FIELDS, columns.APPLICANTS)),
)
