"""Professional levels, degrees and language levels: values of the data with their frequencies."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Floats, Ints


@dataclass(frozen=True)
class Level:
    """A professional level of openings.

    Attributes:
        name: value of the data.
        rank: 0 (trainee) to 6 (manager).
        technical, business: relative number of openings in technical and in business professions.
    """

    name: str
    rank: int
    technical: float
    business: float


LEVELS = (
    Level("Sênior", 4, 42.0, 5.0), Level("Analista", 3, 37.0, 42.0), Level("Pleno", 3, 15.0, 12.0),
    Level("Júnior", 2, 3.6, 14.0), Level("Especialista", 5, 3.1, 1.0), Level("Assistente", 1, 0.05, 10.0),
    Level("Gerente", 6, 0.5, 1.0), Level("Líder", 5, 0.45, 0.4), Level("Supervisor", 5, 0.1, 0.8),
    Level("Coordenador", 6, 0.12, 0.4), Level("Auxiliar", 1, 0.0, 0.5), Level("Aprendiz", 0, 0.0, 0.2),
    Level("Trainee", 0, 0.02, 0.05), Level("Técnico de Nível Médio", 1, 0.02, 0.0),
)  # fmt: skip
LEVEL_RANK = np.array([level.rank for level in LEVELS], np.int8)
SENIOR, SPECIALIST = 0, 4

#: Words for a rank in titles and CVs, by rank; an applicant's own level is one of them.
RANK_NAMES = ("Trainee", "Assistente", "Júnior", "Pleno", "Sênior", "Especialista", "Coordenador")
ENGLISH_RANK_NAMES = ("Trainee", "Assistant", "Junior", "Mid-level", "Senior", "Specialist", "Coordinator")
APPLICANT_RANK_WEIGHTS = np.array([0.01, 0.05, 0.15, 0.37, 0.31, 0.07, 0.04])
#: Salary by rank in proportion to a Pleno.
RANK_PAY = np.array([0.22, 0.35, 0.58, 1.0, 1.5, 1.85, 2.2])
YEARS_BY_RANK = np.array([0.5, 2.0, 3.0, 6.0, 11.0, 14.0, 16.0])
PLENO_SALARY = 7_000.0  # R$ a month, of a developer

#: Language levels by increasing ability, and their frequencies in openings and among applicants.
LANGUAGE_LEVELS = ("Nenhum", "Básico", "Técnico", "Intermediário", "Avançado", "Fluente")
NO_LANGUAGE, ADVANCED = 0, 4
OPENING_ENGLISH = np.array([0.264, 0.352, 0.014, 0.088, 0.179, 0.103])
OPENING_SPANISH = np.array([0.483, 0.457, 0.001, 0.018, 0.025, 0.016])
APPLICANT_ENGLISH = np.array([0.12, 0.39, 0.0, 0.23, 0.16, 0.10])
APPLICANT_SPANISH = np.array([0.33, 0.48, 0.0, 0.11, 0.03, 0.05])

OPENING_DEGREES = {
    "Ensino Superior Completo": 78.0, "Ensino Médio Completo": 10.4, "Ensino Superior Cursando": 5.0,
    "Ensino Técnico Completo": 4.7, "Ensino Superior Incompleto": 1.2, "Pós Graduação Completo": 0.4,
    "Pós Graduação Cursando": 0.1, "Ensino Médio Incompleto": 0.07, "Pós Graduação Incompleto": 0.05,
    "Ensino Fundamental Completo": 0.04, "Mestrado Completo": 0.03, "Ensino Técnico Cursando": 0.03,
}  # fmt: skip
APPLICANT_DEGREES = {
    "Ensino Superior Completo": 45.0, "Pós Graduação Completo": 21.0, "Ensino Superior Cursando": 9.0,
    "Ensino Superior Incompleto": 7.0, "Pós Graduação Cursando": 6.0, "Pós Graduação Incompleto": 4.0,
    "Ensino Técnico Completo": 4.0, "Ensino Médio Completo": 2.0, "Mestrado Completo": 1.0,
    "Doutorado Completo": 0.4, "Ensino Fundamental Completo": 0.3,
}  # fmt: skip


def sample_languages(shares: Floats, taste: Floats) -> Ints:
    """Return positions in LANGUAGE_LEVELS with the given shares; a higher taste has a higher level."""
    rank = np.empty(taste.size)
    rank[np.argsort(taste, kind="stable")] = (np.arange(taste.size) + 0.5) / max(taste.size, 1)
    return np.searchsorted(np.cumsum(shares) / shares.sum(), rank)
