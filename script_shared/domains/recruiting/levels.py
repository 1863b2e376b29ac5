"""The scales of seniority and of degrees."""

from __future__ import annotations

from script_shared.requirements.folding import fold
from script_shared.requirements.levels import Level, Scale

#: `Analista` is no level: every seniority has analysts.
SENIORITIES = Scale.from_expressions(
    {
        "Trainee": "aprendiz estagiario estagiaria estagio trainee intern",
        "Assistente": "auxiliar assistente assistant",
        "Júnior": "junior jr",
        "Pleno": "pleno pl mid_level mid-level",
        "Sênior": "senior sr",
        "Especialista": (
            "especialista specialist lider principal coordenador coordenadora supervisor supervisora"
        ),
        "Gerente": "gerente manager diretor diretora head",
    }
)
#: The words of a CV that name a position: `principal` and `head` are everyday words, `sr` a form of address.
CV_SENIORITIES = Scale(
    SENIORITIES.labels,
    {word: rank for word, rank in SENIORITIES.ranks.items() if word not in {"principal", "head", "sr", "pl"}},
)
#: A grade wins over the name of a position: an `assistente administrativo pleno` is a Pleno.
_GRADES = frozenset({"Trainee", "Júnior", "Pleno", "Sênior"})
#: Who has not finished a level has finished the one below.
DEGREES = Scale.from_expressions(
    {
        "Ensino Fundamental": "ensino_fundamental ensino_medio_incompleto ensino_medio_cursando",
        "Ensino Médio": (
            "ensino_medio ensino_medio_completo ensino_tecnico_incompleto ensino_tecnico_cursando"
        ),
        "Ensino Técnico": "ensino_tecnico ensino_tecnico_completo",
        "Ensino Superior Incompleto": "ensino_superior_incompleto ensino_superior_cursando",
        "Ensino Superior": (
            "ensino_superior ensino_superior_completo pos_graduacao_incompleto pos_graduacao_cursando"
        ),
        "Pós-graduação": ("pos_graduacao pos_graduacao_completo mestrado_cursando mestrado_incompleto"),
        "Mestrado": "mestrado mestrado_completo doutorado_cursando doutorado_incompleto",
        "Doutorado": "doutorado doutorado_completo",
    }
)


def find_seniority(text: str | None, scale: Scale = SENIORITIES) -> Level | None:
    """Return the seniority that the first line with one names; None where no line does.

    Args:
        text: a title, or a CV, which begins with the present position.
        scale: the words that count.
    """
    for line in (text or "").splitlines():
        levels = [scale.level(rank) for rank in scale.find(fold(line).text)]
        if levels:
            return next((level for level in levels if level.label in _GRADES), levels[0])
    return None
