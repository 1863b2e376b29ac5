"""Records of `applicants.json`."""

from dataclasses import dataclass

from pipelines.domains.recruiting.sources.synthetic import lotteries
from pipelines.domains.recruiting.sources.synthetic.applicants.applicant_rows import ApplicantRow
from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.files.json_file import Record
from pipelines.domains.recruiting.sources.synthetic.noise import NO_ISO_DATE, format_day, to_date
from pipelines.domains.recruiting.sources.synthetic.vocabulary.names import DEGREES, SCHOOLS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import LAST_DAY
from pipelines.domains.recruiting.sources.synthetic.vocabulary.staff_names import StaffNames

CONSENT_BEFORE_RECORDS = "Cadastro anterior ao registro de aceite"
COURSES_SHARE, DOWNLOAD_SHARE, FURTHER_KEYS_SHARE = 0.92, 0.013, 0.0016


@dataclass(frozen=True)
class Person:
    """What the files tell of a person beside the form.

    Attributes:
        sex: value of `sexo`.
        age: in years, on the day of the registration.
        is_disabled: whether `pcd` is Sim.
        employer: client of the firm that the person was placed at; empty for all others.
    """

    sex: str
    age: int
    is_disabled: bool
    employer: str


def make_applicant_record(row: ApplicantRow, person: Person, names: StaffNames) -> Record:
    """Return the sections of an applicant."""
    has_further_keys = row.draws.chance(FURTHER_KEYS_SHARE)
    form = row.form
    professional = {
        "titulo_profissional": form.title,
        "area_atuacao": form.area,
        "conhecimentos_tecnicos": form.knowledge,
        "certificacoes": form.certificates,
        "outras_certificacoes": form.other_certificates,
        "remuneracao": form.salary,
        "nivel_profissional": form.level,
    }
    return {
        "infos_basicas": _make_basics(row, names),
        "informacoes_pessoais": _make_personal(row, person),
        "informacoes_profissionais": professional
        | ({"qualificacoes": "", "experiencias": ""} if has_further_keys else {}),
        "formacao_e_idiomas": _make_education(row, has_further_keys),
        "cargo_atual": _make_position(row, person, names) if person.employer else {},
        "cv_pt": row.cv,
        "cv_en": "",
    }


def _format_moment(day: int, draws: Draws) -> str:
    clock = f"{draws.between(7, 19):02}:{draws.number(60):02}:{draws.number(60):02}"
    return f"{format_day(day)} {clock}"


def _make_basics(row: ApplicantRow, names: StaffNames) -> Record:
    draws = row.draws
    is_updated = draws.chance(0.6)
    updated_day = draws.between(row.created_day, LAST_DAY) if is_updated else row.created_day
    return {
        "telefone_recado": "",
        "telefone": row.phone,
        "objetivo_profissional": row.form.title,
        "data_criacao": _format_moment(row.created_day, draws),
        "inserido_por": "" if row.used_form else draws.pick(names.recruiters),
        "email": row.email,
        "local": row.form.location,
        "sabendo_de_nos_por": row.form.channel,
        "data_atualizacao": _format_moment(updated_day, draws),
        "codigo_profissional": str(row.code),
        "nome": row.name,
    }


def _make_personal(row: ApplicantRow, person: Person) -> Record:
    draws, is_known = row.draws, row.used_form
    accepted = f"{to_date(row.created_day):%d/%m/%Y} {draws.between(7, 19):02}:{draws.number(60):02}"
    download = {"download_cv": f"{row.code}.pdf"} if draws.chance(DOWNLOAD_SHARE) else {}
    birth_day = row.created_day - person.age * 365 - draws.number(365)
    return {
        "data_aceite": accepted if draws.chance(0.035) else CONSENT_BEFORE_RECORDS,
        **download,
        "nome": row.name,
        "cpf": "",
        "fonte_indicacao": "",
        "email": row.email,
        "email_secundario": "",
        "data_nascimento": format_day(birth_day) if is_known else NO_ISO_DATE,
        "telefone_celular": row.phone,
        "telefone_recado": "",
        "sexo": person.sex if is_known else "",
        "estado_civil": draws.pick(lotteries.MARITAL_STATUSES) if is_known else "",
        "pcd": ("Sim" if person.is_disabled else "Não") if is_known and draws.chance(0.92) else "",
        "endereco": "",
        "skype": "",
        "url_linkedin": row.form.linkedin,
        "facebook": "",
    }


def _make_education(row: ApplicantRow, has_further_keys: bool) -> Record:
    draws, form = row.draws, row.form
    record = {"nivel_academico": form.degree}
    if row.used_form and draws.chance(COURSES_SHARE):
        year = to_date(row.created_day).year - draws.number(20)
        record |= {
            "instituicao_ensino_superior": draws.pick(SCHOOLS) if draws.chance(0.1) else "",
            "cursos": draws.pick(DEGREES) if draws.chance(0.9) else "",
            "ano_conclusao": str(year) if draws.chance(0.95) else "0",
        }
    record |= {
        "nivel_ingles": form.english,
        "nivel_espanhol": form.spanish,
        "outro_idioma": form.other_language,
    }
    return record | ({"outro_curso": "Outro curso:"} if has_further_keys else {})


def _make_position(row: ApplicantRow, person: Person, names: StaffNames) -> Record:
    """Return the present position of somebody whom the firm placed; it tells the outcome."""
    draws = row.draws
    superior = draws.pick(names.analysts)
    return {
        "id_ibrati": str(draws.between(10_000, 99_999)),
        "email_corporativo": f"{row.name.split()[0].lower()}.{row.code}@decision.pr",
        "cargo_atual": row.form.title,
        "projeto_atual": "",
        "cliente": person.employer,
        "unidade": draws.pick(lotteries.DIVISIONS),
        "data_admissao": "31-12-1969",
        "data_ultima_promocao": NO_ISO_DATE,
        "nome_superior_imediato": superior,
        "email_superior_imediato": f"{superior.split()[0].lower()}@decision.pr",
    }
