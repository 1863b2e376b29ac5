"""Frames and sentences of CVs in Portuguese and English, without the name of any skill."""

from dataclasses import dataclass

from pipelines.domains.recruiting.sources.synthetic.vocabulary.duties import ENGLISH_DUTIES, PORTUGUESE_DUTIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import ENGLISH_RANK_NAMES, RANK_NAMES


@dataclass(frozen=True)
class CvPhrases:
    """The phrases of CVs in one language.

    Attributes:
        notice: the line that says that name and address are generated.
        summary_heading, skills_heading, jobs_heading, education_heading, languages_heading, courses_heading:
            headings.
        summaries: sentences with `{title}`, `{years}` and `{skills}`.
        skill_items: lines with a skill.
        experience: a line with `{skill}` and `{years}`.
        inexperience: a sentence about a skill that the person does not have.
        duties_by_family: lines without a skill.
        qualities: further lines.
        company, period, position, current, salary, degree, course, english, spanish: labels with `{}`.
        languages: the words for LANGUAGE_LEVELS.
        rank_names: levels by rank.
    """

    notice: str
    summary_heading: str
    skills_heading: str
    jobs_heading: str
    education_heading: str
    languages_heading: str
    courses_heading: str
    summaries: tuple[str, ...]
    skill_items: tuple[str, ...]
    experience: str
    inexperience: str
    duties_by_family: dict[str, tuple[str, ...]]
    qualities: tuple[str, ...]
    company: str
    period: str
    position: str
    current: str
    salary: str
    degree: str
    course: str
    english: str
    spanish: str
    languages: tuple[str, ...]
    rank_names: tuple[str, ...]


PORTUGUESE_CV = CvPhrases(
    notice="dados pessoais fictícios",
    summary_heading="resumo profissional",
    skills_heading="conhecimentos técnicos",
    jobs_heading="experiência profissional",
    education_heading="formação acadêmica",
    languages_heading="idiomas",
    courses_heading="cursos e certificados",
    summaries=(
        "profissional com {years} anos de experiência como {title}, com atuação em {skills}.",
        "{title} com {years} anos de vivência em empresas de grande porte, principalmente com {skills}.",
        "atuo há {years} anos na área; hoje como {title}, com foco em {skills}.",
        "carreira de {years} anos; experiência recente com {skills}. busco nova oportunidade como {title}.",
    ),
    skill_items=(
        "atuação com {} em projetos de grande porte", "desenvolvimento e manutenção de rotinas com {}",
        "sustentação do ambiente com apoio de {}", "evolução de soluções com uso de {}",
        "responsável por {} na equipe",
        "participação em implantação com {}", "apoio aos colegas em {}",
        "melhoria contínua das entregas com {}",
        "atendimento de demandas que envolvem {}", "trabalho diário com {}", "projeto piloto com {}",
        "migração e atualização com {}",
    ),
    experience="{years} anos de experiência com {skill}",
    inexperience="sem experiência em {}.",
    duties_by_family=PORTUGUESE_DUTIES,
    qualities=(
        "facilidade de comunicação e de trabalho em equipe", "perfil dinâmico e organizado",
        "interesse constante em aprender", "disponibilidade para viagens",
        "relacionamento direto com o cliente",
        "participação em reuniões semanais de acompanhamento", "cumprimento de prazos e de metas da área",
        "apoio à integração de novos colaboradores", "contato com equipes de outros estados",
        "elaboração de apresentações para a gerência", "registro das atividades no sistema da empresa",
    ),
    company="empresa: {}",
    period="período: {} a {}",
    position="cargo: {}",
    current="atual",
    salary="pretensão salarial: r$ {}",
    degree="{} em {} - {} ({})",
    course="curso de {} - {} horas ({})",
    english="inglês: {}",
    spanish="espanhol: {}",
    languages=("nenhum", "básico", "técnico", "intermediário", "avançado", "fluente"),
    rank_names=RANK_NAMES,
)  # fmt: skip

ENGLISH_CV = CvPhrases(
    notice="fictitious personal data",
    summary_heading="summary",
    skills_heading="technical skills",
    jobs_heading="professional experience",
    education_heading="education",
    languages_heading="languages",
    courses_heading="courses and certificates",
    summaries=(
        "professional with {years} years of experience as {title}, working with {skills}.",
        "{title} with {years} years in large companies, mainly with {skills}.",
    ),
    skill_items=(
        "worked with {} on large projects", "development and maintenance using {}",
        "responsible for {} in the team",
        "took part in a roll-out with {}", "daily work with {}", "improved deliveries with {}",
        "migration with {}",
    ),
    experience="{years} years of experience with {skill}",
    inexperience="no experience with {}.",
    duties_by_family=ENGLISH_DUTIES,
    qualities=(
        "good communication and teamwork", "organized and motivated", "available for travel",
        "direct contact with the client", "weekly follow-up meetings", "support of new colleagues",
    ),
    company="company: {}",
    period="period: {} to {}",
    position="position: {}",
    current="present",
    salary="expected salary: r$ {}",
    degree="{} in {} - {} ({})",
    course="course on {} - {} hours ({})",
    english="english: {}",
    spanish="spanish: {}",
    languages=("none", "basic", "technical", "intermediate", "advanced", "fluent"),
    rank_names=ENGLISH_RANK_NAMES,
)  # fmt: skip
