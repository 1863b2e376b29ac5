"""Frames and sentences of openings and CVs in Portuguese and English, without the name of any skill."""

from dataclasses import dataclass

from pipelines.domains.recruiting.sources.synthetic.vocabulary.duties import ENGLISH_DUTIES, PORTUGUESE_DUTIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import ENGLISH_RANK_NAMES, RANK_NAMES


@dataclass(frozen=True)
class OpeningPhrases:
    """The phrases of openings in one language; `{}` is a list of skills, a skill, a duty, a level or a city.

    Attributes:
        required, nice: sentences with a list of skills.
        required_items: lines with one skill.
        nice_heading: the heading of lines with nice skills.
        duties: sentences with a duty.
        duties_by_family: the duties.
        qualities: sentences without a skill.
        empty: texts that say nothing.
        english: a sentence with the level of English, from LANGUAGE_LEVELS.
        remote, on_site: sentences about the place.
        conjunction: between the last two skills of a list.
        rank_names: levels by rank.
    """

    required: tuple[str, ...]
    nice: tuple[str, ...]
    required_items: tuple[str, ...]
    nice_heading: str
    duties: tuple[str, ...]
    duties_by_family: dict[str, tuple[str, ...]]
    qualities: tuple[str, ...]
    empty: tuple[str, ...]
    english: tuple[str, ...]
    remote: tuple[str, ...]
    on_site: tuple[str, ...]
    conjunction: str
    rank_names: tuple[str, ...]


PORTUGUESE = OpeningPhrases(
    required=(
        "Sólidos conhecimentos em {}.", "Necessário experiência com {}.", "Obrigatório conhecimento em {}.",
        "Experiência comprovada em {}.", "Imprescindível vivência com {}.", "Requisitos: {}.",
        "Conhecimentos técnicos obrigatórios: {}.", "Domínio de {}.",
    ),
    nice=("Desejável: {}.", "Será um diferencial conhecimento em {}.", "Diferenciais: {}.",
    "Desejável vivência em {}."),
    required_items=(
        "Experiência com {}", "Vivência em {}", "Conhecimento em {}", "Sólidos conhecimentos em {}",
        "Domínio de {}",
        "Prática com {}",
    ),
    nice_heading="Desejável:",
    duties=("Responsável por {}.", "Atuar com {}.", "Atividades de {}.", "Realizar {}.", "Apoio em {}."),
    duties_by_family=PORTUGUESE_DUTIES,
    qualities=(
        "Boa comunicação oral e escrita.", "Perfil analítico e organizado.",
        "Capacidade de trabalhar em equipe.",
        "Facilidade de relacionamento com áreas usuárias.", "Comprometimento com prazos e entregas.",
        "Disponibilidade para início imediato.", "Pró-atividade e vontade de aprender.",
        "Profissional com senso de urgência e foco no cliente.", "Disponibilidade para viagens eventuais.",
        "Atuação em projeto estratégico do cliente.", "Horário comercial, de segunda a sexta-feira.",
        "Formação superior completa na área ou correlata.", "Capacidade de resolver problemas complexos.",
        "Vivência em ambientes de grande porte.", "Flexibilidade de horário quando necessário.",
    ),
    empty=("-", "Vide descrição da vaga", "A definir", "Conforme alinhado", "Ver anexo", "."),
    english=("", "Inglês básico.", "Inglês técnico para leitura.", "Inglês intermediário.",
    "Inglês avançado.",
             "Inglês fluente, com conversação diária."),
    remote=("Trabalho 100% remoto.", "Atuação home office.", "Regime remoto."),
    on_site=("Presencial em {}.", "Local de trabalho: {}.", "Atuação híbrida em {}."),
    conjunction=" e ",
    rank_names=RANK_NAMES,
)  # fmt: skip

ENGLISH = OpeningPhrases(
    required=(
        "Strong knowledge of {}.", "Proven experience with {}.", "Must have: {}.", "Required skills: {}.",
        "Hands-on experience in {}.", "Mandatory: {}.",
    ),
    nice=("Nice to have: {}.", "Knowledge of {} is a plus.", "Desirable: {}.", "Preferred skills: {}."),
    required_items=(
        "Experience with {}", "Knowledge of {}", "Solid background in {}", "Practice with {}",
        "Proficiency in {}",
    ),
    nice_heading="Nice to have:",
    duties=("Responsible for {}.", "You will work on {}.", "Main activity: {}.", "Participate in {}."),
    duties_by_family=ENGLISH_DUTIES,
    qualities=(
        "Good communication skills.", "Ability to work in a global team.", "Customer-oriented attitude.",
        "Self-motivated and organized.", "Bachelor's degree or equivalent.",
        "Availability for occasional travel.",
        "Ability to meet deadlines under pressure.", "The role reports to the local manager.",
        "You will join a growing regional team.", "Immediate start.",
    ),
    empty=("-", "See job description", "To be defined", "As discussed"),
    english=("", "Basic English.", "Technical English.", "Intermediate English.", "Advanced English.",
             "Fluent English, daily calls with other countries."),
    remote=("100% remote position.", "Work from home.", "Remote role."),
    on_site=("On site in {}.", "Location: {}.", "Hybrid work in {}."),
    conjunction=" and ",
    rank_names=ENGLISH_RANK_NAMES,
)  # fmt: skip

#: Notes of the recruiters: start, duration, way of work.
NOTES = (
    "Início imediato, {months} meses, {place}",
    "Projeto de {months} meses com possibilidade de renovação. {place}",
    "Vaga confidencial. Início em {days} dias. {place}", "{place}. Entrevista por vídeo com o gestor",
    "Contrato de {months} meses, horário comercial, {place}",
    "Urgente! Enviar até {days} currículos. {place}",
    "",
)  # fmt: skip
BEHAVIOUR = (
    "Comunicação, trabalho em equipe e organização", "Pró-atividade e comprometimento", "Bom relacionamento",
    "Liderança e visão de negócio", "Foco em resultados", "Resiliência e flexibilidade",
)  # fmt: skip
