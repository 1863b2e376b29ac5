"""Comments of recruiters, which tell the outcome, as in the data."""

from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.noise import format_reais
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES

_BY_WORD = {
    "Contratado": ("Contratado, início na segunda-feira", "Aprovado pelo gestor, documentação em andamento"),
    "Aprovado": ("Aprovado, aguardando proposta", "Cliente aprovou, falta alinhar o valor"),
    "Não Aprovado pelo RH": ("Não tem a experiência solicitada", "Perfil júnior para a vaga",
    "Inglês insuficiente"),
    "Não Aprovado pelo Requisitante": ("Requisitante não aprovou o perfil", "Perfil fora do escopo"),
    "Não Aprovado pelo Cliente": (
        "Reprovado na entrevista técnica", "Cliente preferiu outro candidato",
        "Não aprovado, faltou vivência",
    ),
    "Desistiu": ("Desistiu, recebeu contraproposta", "Aceitou outra proposta",
    "Não concorda com o valor de {}"),
    "Sem interesse": ("Sem interesse no momento", "Só aceita remoto", "Pretende R$ {}"),
    "Entrevista": ("Entrevista agendada para quinta-feira às 15h", "Aguardando retorno da entrevista"),
    "Encaminhado": ("CV encaminhado, pretende R$ {}", "Disponível em 30 dias", "Encaminhado ao gestor"),
}  # fmt: skip
_OTHER = ("Em contato com o candidato", "Pretende R$ {}", "Aguardando retorno")


def _find_templates(status: str) -> tuple[str, ...]:
    matches = [word for word in _BY_WORD if status.startswith(word)]
    return _BY_WORD[max(matches, key=len)] if matches else _OTHER


_TEMPLATES = [_find_templates(status.name) for status in STATUSES]


def write_comment(status: int, salary: float, draws: Draws) -> str:
    """Return the comment of an application; empty where the status usually has none."""
    if not draws.chance(STATUSES[status].comment_share):
        return ""
    return draws.pick(_TEMPLATES[status]).format(format_reais(round(salary, -2)))
