"""Records of `vagas.json`."""

from pipelines.domains.recruiting.sources.synthetic import lotteries
from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.files.json_file import Record, limit_keys
from pipelines.domains.recruiting.sources.synthetic.noise import (
    HOURS_A_MONTH,
    NO_DATE,
    format_day,
    format_reais,
)
from pipelines.domains.recruiting.sources.synthetic.openings.opening_rows import OpeningRow
from pipelines.domains.recruiting.sources.synthetic.vocabulary.areas import AREAS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import LANGUAGE_LEVELS, LEVELS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.staff_names import StaffNames

#: The export keeps so many keys of each section; what comes later is lost.
BASIC_KEYS, PROFILE_KEYS = 17, 20
NO_LIMIT_SHARE = 0.433
SAP_MARKED_SHARE = 0.17
BEHAVIOUR_SHARE = 0.19
NO_SPANISH_SHARE = 0.093


def make_opening_record(row: OpeningRow, names: StaffNames) -> Record:
    """Return the three sections of an opening."""
    return {
        "informacoes_basicas": limit_keys(_make_basics(row, names), BASIC_KEYS),
        "perfil_vaga": limit_keys(_make_profile(row), PROFILE_KEYS),
        "beneficios": {
            "valor_venda": _format_sale_value(row),
            "valor_compra_1": _format_purchase_value(row.offer, row.draws),
            "valor_compra_2": "R$" if row.draws.chance(0.997) else format_reais(round(row.offer, -2)),
        },
    }


def _format_areas(row: OpeningRow) -> str:
    """Return the areas, each followed by a hyphen."""
    areas = [row.area] if row.second_area < 0 else sorted((row.area, row.second_area))
    return "".join(f"{AREAS[area]}-" for area in areas)


def _make_basics(row: OpeningRow, names: StaffNames) -> Record:
    draws = row.draws
    contract, term = draws.pick(lotteries.CONTRACTS), draws.pick(lotteries.TERMS)
    is_sap = AREAS[row.area] == "TI - SAP" and draws.chance(SAP_MARKED_SHARE)
    limit = NO_DATE if draws.chance(NO_LIMIT_SHARE) else format_day(row.day + draws.between(3, 60))
    record = {
        "data_requicisao": format_day(row.day),
        "limite_esperado_para_contratacao": limit,
        "titulo_vaga": row.text.title,
        "vaga_sap": "Sim" if is_sap else "Não",
        "cliente": names.clients[row.client],
        "solicitante_cliente": draws.pick(names.analysts),
        "empresa_divisao": draws.pick(lotteries.DIVISIONS),
        "requisitante": draws.pick(names.recruiters),
        "analista_responsavel": names.analysts[row.analyst],
        "tipo_contratacao": contract,
        "prazo_contratacao": term,
    }
    if term == lotteries.DETERMINATE:
        start = row.day + draws.between(5, 40)
        record |= {
            "data_inicial": format_day(start),
            "data_final": format_day(start + draws.pick((90, 180, 365))),
        }
    origin = draws.pick(lotteries.ORIGINS)
    record |= {
        "objetivo_vaga": draws.pick(lotteries.PURPOSES),
        "prioridade_vaga": draws.pick(lotteries.PRIORITIES),
        "origem_vaga": origin,
    }
    if origin == lotteries.SUBSTITUTION:
        record["nome_substituto"] = draws.pick(names.recruiters)
    return record | {"superior_imediato": draws.pick(names.analysts), "nome": "", "telefone": ""}


def _make_profile(row: OpeningRow) -> Record:
    draws, content, text = row.draws, row.content, row.text
    city = CITIES[content.city]
    record = {
        "pais": "Brasil",
        "estado": city.state,
        "cidade": city.name,
        "bairro": draws.pick(lotteries.DISTRICTS),
        "regiao": draws.pick(lotteries.REGIONS),
        "local_trabalho": draws.pick(lotteries.WORKPLACES),
        "vaga_especifica_para_pcd": draws.pick(lotteries.FOR_DISABLED),
        "faixa_etaria": draws.pick(lotteries.AGE_RANGES),
        "horario_trabalho": draws.pick(lotteries.WORKING_HOURS),
        "nivel profissional": LEVELS[row.level].name,
        "nivel_academico": draws.pick(lotteries.OPENING_DEGREE_LOTTERY),
        "nivel_ingles": LANGUAGE_LEVELS[content.english],
        "nivel_espanhol": "" if draws.chance(NO_SPANISH_SHARE) else LANGUAGE_LEVELS[row.spanish],
        "outro_idioma": draws.pick(lotteries.OTHER_LANGUAGES),
        "areas_atuacao": _format_areas(row),
        "principais_atividades": text.activities,
        "competencia_tecnicas_e_comportamentais": text.competencies,
    }
    if draws.chance(BEHAVIOUR_SHARE):
        record["habilidades_comportamentais_necessarias"] = text.behaviour
    return record | {
        "demais_observacoes": text.notes,
        "viagens_requeridas": draws.pick(lotteries.TRAVEL),
        "equipamentos_necessarios": draws.pick(lotteries.EQUIPMENT),
    }


def _format_sale_value(row: OpeningRow) -> str:
    """Write what the client pays, an hour or a month, in one of the notations of the data, or nothing."""
    hour = row.offer * 1.6 / HOURS_A_MONTH
    kind = row.draws.number(100)
    if kind < 42:
        return "-"
    if kind < 70:
        return "- p/ mês (168h)"
    if kind < 84:
        return f"{hour:.0f} - p/ hora" if kind < 76 else f"{hour:.0f} -"
    if kind < 93:
        return f"{format_reais(hour)} -" if kind < 89 else f"{format_reais(hour)} - p/ hora"
    if kind < 97:
        return f"R$ {format_reais(round(row.offer * 1.6, -2))} - p/ mês (168h)"
    return "fechado - p/ mês (168h)"


def _format_purchase_value(offer: float, draws: Draws) -> str:
    kind = draws.number(100)
    if kind < 58:
        return "aberto"
    if kind < 70:
        return "R$"
    if kind < 82:
        return format_reais(offer / HOURS_A_MONTH)
    return f"R$ {format_reais(round(offer, -2))}" if kind < 90 else "a combinar"
