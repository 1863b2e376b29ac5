"""The fields of the three JSON files that are read, by our column; names, contacts and comments are not.

A field is written `section.name`. Of several fields, the first that is filled counts. Two names are
misspelled in the published files, and accepted in both spellings.
"""

from __future__ import annotations

from collections.abc import Mapping

#: A field: its section, empty for the record itself, and its name.
FieldPath = tuple[str, str]
#: The fields of each column.
Fields = Mapping[str, tuple[FieldPath, ...]]


def _parse(**fields: str | tuple[str, ...]) -> Fields:
    """Return the fields of each column from texts such as `section.name`."""
    texts = {column: (text,) if isinstance(text, str) else text for column, text in fields.items()}
    return {column: tuple(map(_split, paths)) for column, paths in texts.items()}


def _split(text: str) -> FieldPath:
    section, _, name = text.rpartition(".")
    return section, name


#: Fields of an entry of the list `prospects`; the opening is the key of the record.
APPLICATION_FIELDS = _parse(
    applicant_id="codigo",
    timestamp="data_candidatura",
    status=("situacao_candidado", "situacao_candidato"),
    updated_at="ultima_atualizacao",
    recruiter="recrutador",
)
#: Fields of a record of `prospects.json`.
TITLE_FIELDS = _parse(title="titulo", contract="modalidade")
OPENING_FIELDS = _parse(
    published_at=("informacoes_basicas.data_requicisao", "informacoes_basicas.data_requisicao"),
    title="informacoes_basicas.titulo_vaga",
    body="perfil_vaga.principais_atividades",
    skills="perfil_vaga.competencia_tecnicas_e_comportamentais",
    areas="perfil_vaga.areas_atuacao",
    city="perfil_vaga.cidade",
    state="perfil_vaga.estado",
    level=("perfil_vaga.nivel profissional", "perfil_vaga.nivel_profissional"),
    degree="perfil_vaga.nivel_academico",
    english="perfil_vaga.nivel_ingles",
    spanish="perfil_vaga.nivel_espanhol",
    other_language="perfil_vaga.outro_idioma",
    contract="informacoes_basicas.tipo_contratacao",
    client="informacoes_basicas.cliente",
    analyst="informacoes_basicas.analista_responsavel",
    priority="informacoes_basicas.prioridade_vaga",
    objective="informacoes_basicas.objetivo_vaga",
    origin="informacoes_basicas.origem_vaga",
    is_sap="informacoes_basicas.vaga_sap",
    is_for_disabled="perfil_vaga.vaga_especifica_para_pcd",
    value="beneficios.valor_venda",
)
APPLICANT_FIELDS = _parse(
    published_at="infos_basicas.data_criacao",
    title=("informacoes_profissionais.titulo_profissional", "infos_basicas.objetivo_profissional"),
    body=("cv_pt", "cv_en"),
    skills="informacoes_profissionais.conhecimentos_tecnicos",
    areas="informacoes_profissionais.area_atuacao",
    location="infos_basicas.local",
    level="informacoes_profissionais.nivel_profissional",
    degree="formacao_e_idiomas.nivel_academico",
    english="formacao_e_idiomas.nivel_ingles",
    spanish="formacao_e_idiomas.nivel_espanhol",
    other_language="formacao_e_idiomas.outro_idioma",
    certificates="informacoes_profissionais.certificacoes",
    other_certificates="informacoes_profissionais.outras_certificacoes",
    salary="informacoes_profissionais.remuneracao",
    sex="informacoes_pessoais.sexo",
    disability="informacoes_pessoais.pcd",
)
#: Fields of which only is read whether any of them is filled.
APPLICANT_FLAGS = _parse(
    has_email=("infos_basicas.email", "informacoes_pessoais.email"),
    has_phone=("infos_basicas.telefone", "informacoes_pessoais.telefone_celular"),
    has_linkedin="informacoes_pessoais.url_linkedin",
    has_location="infos_basicas.local",
    has_objective="infos_basicas.objetivo_profissional",
)
#: The section that partial records lack.
PERSONAL_SECTION = "informacoes_pessoais"
#: Domains of e-mail providers that give addresses to anybody.
FREE_EMAIL_DOMAINS = ("gmail", "hotmail", "yahoo", "outlook", "live", "icloud", "bol", "uol", "terra")
