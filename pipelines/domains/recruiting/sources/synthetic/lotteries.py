"""Values of fields with their frequencies in the data, as tuples from which one is drawn."""

from collections.abc import Mapping

from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import (
    APPLICANT_DEGREES,
    OPENING_DEGREES,
)

_TICKETS = 2_000


def make_lottery(weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return the values, each repeated in proportion to its weight, and at least once."""
    total = sum(weights.values())
    return tuple(
        value for value, weight in weights.items() for _ in range(max(1, round(_TICKETS * weight / total)))
    )


CONTRACTS = make_lottery({
    "PJ/Autônomo": 4_065, "CLT Full": 3_150, "CLT Full, PJ/Autônomo": 2_136, "PJ/Autônomo, CLT Full": 1_280,
    "Hunting": 1_231, "Cooperado": 783, "": 604, "CLT Cotas": 414, "Cooperado, PJ/Autônomo": 83,
    "CLT Full, Cooperado, PJ/Autônomo": 66, "PJ/Autônomo, Cooperado": 63, "PJ/Autônomo, CLT Cotas": 37,
    "CLT Full, CLT Cotas, PJ/Autônomo": 17, "CLT Cotas, PJ/Autônomo": 17,
})  # fmt: skip
#: The term of a contract; a determinate one has two dates.
DETERMINATE = "Determinado"
TERMS = make_lottery({"Indeterminado": 5_323, DETERMINATE: 4_456, "": 4_302})
PURPOSES = make_lottery({"Contratação": 10_852, "": 3_087, "Prospecção": 96, "RFP": 42})
PRIORITIES = make_lottery({
    "Alta: Alta complexidade 3 a 5 dias": 8_534, "": 4_050, "Média: Média complexidade 6 a 10 dias": 1_070,
    "Baixa: Baixa complexidade 11 a 30 dias": 427,
})  # fmt: skip
SUBSTITUTION = "Substituição"
ORIGINS = make_lottery({"Nova Posição": 8_590, "": 5_143, SUBSTITUTION: 348})
DIVISIONS = make_lottery({"Decision São Paulo": 12_156, "Decision Campinas": 1_925})
WORKPLACES = make_lottery({"2000": 12_496, "1000": 1_585})
FOR_DISABLED = make_lottery({"Não": 12_113, "": 1_948, "Sim": 20})
AGE_RANGES = make_lottery({"De: Até:": 14_068, "De: 20 Até: 40": 6, "De: 25 Até: 45": 7})
WORKING_HOURS = make_lottery({"": 13_943, "09:00 as 18:00": 60, "Comercial": 40, "9 às 18": 38})
REGIONS = make_lottery({"": 12_669, "Sul": 999, "Outra": 167, "Oeste": 77, "Centro": 72, "Leste": 34})
DISTRICTS = make_lottery({"": 12_990, "Centro": 500, "Vila Nova": 300, "Jardim das Flores": 291})
TRAVEL = make_lottery({"": 6_998, "Não": 6_650, "Sim": 433})
EQUIPMENT = make_lottery({"": 7_150, "Nenhum -": 2_155, "Notebook padrão -": 2_023, "Outro -": 51})
OTHER_LANGUAGES = make_lottery({
    "": 13_708, "Português Básico": 167, "Português Fluente": 95, "Básico": 41, "Mandarim - Desejável": 9,
    "Francês Fluente": 7,
})  # fmt: skip
CONTRACT_TYPES = make_lottery({
    "": 13_485, "Cooperado": 293, "PJ": 251, "CLT": 140, "CLT - Estratégico": 28, "Hunting": 25,
})  # fmt: skip
OPENING_DEGREE_LOTTERY = make_lottery(OPENING_DEGREES)

APPLICANT_DEGREE_LOTTERY = make_lottery(APPLICANT_DEGREES)
CHANNELS = make_lottery({
    "Site de Empregos": 32, "Indeed": 29, "Outros": 24, "Anúncio": 11, "Nosso site": 6,
    "Indicação de amigo": 4,
    "Indicação de colaborador": 2, "Escolas/Faculdades": 1, "Indicação de cliente": 1,
})  # fmt: skip
MARITAL_STATUSES = make_lottery({"Solteiro": 55, "Casado": 38, "Divorciado": 6, "Viúvo": 1})
APPLICANT_LANGUAGES = make_lottery({
    "-": 96, "Português - Fluente": 3, "Francês - Intermediário": 0.4, "Francês - Básico": 0.3,
    "Italiano - Avançado": 0.3,
})  # fmt: skip
