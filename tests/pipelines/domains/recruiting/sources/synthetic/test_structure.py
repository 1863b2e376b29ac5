"""The files have the keys of the real ones, in their order, and the codes agree between the files."""

import json
import re
import zipfile
from itertools import pairwise

import pytest

APPLICATION_KEYS = [
    "nome", "codigo", "situacao_candidado", "data_candidatura", "ultima_atualizacao", "comentario",
    "recrutador",
]  # fmt: skip
BASIC_KEYS = [
    "data_requicisao", "limite_esperado_para_contratacao", "titulo_vaga", "vaga_sap", "cliente",
    "solicitante_cliente", "empresa_divisao", "requisitante", "analista_responsavel", "tipo_contratacao",
    "prazo_contratacao", "data_inicial", "data_final", "objetivo_vaga", "prioridade_vaga", "origem_vaga",
    "nome_substituto", "superior_imediato", "nome", "telefone",
]  # fmt: skip
PROFILE_KEYS = [
    "pais", "estado", "cidade", "bairro", "regiao", "local_trabalho", "vaga_especifica_para_pcd",
    "faixa_etaria", "horario_trabalho", "nivel profissional", "nivel_academico", "nivel_ingles",
    "nivel_espanhol", "outro_idioma", "areas_atuacao", "principais_atividades",
    "competencia_tecnicas_e_comportamentais", "habilidades_comportamentais_necessarias",
    "demais_observacoes", "viagens_requeridas", "equipamentos_necessarios",
]  # fmt: skip
BENEFIT_KEYS = ["valor_venda", "valor_compra_1", "valor_compra_2"]
APPLICANT_SECTIONS = [
    "infos_basicas", "informacoes_pessoais", "informacoes_profissionais", "formacao_e_idiomas",
    "cargo_atual", "cv_pt", "cv_en",
]  # fmt: skip
APPLICANT_KEYS = {
    "infos_basicas": [
        "telefone_recado", "telefone", "objetivo_profissional", "data_criacao", "inserido_por", "email",
        "local", "sabendo_de_nos_por", "data_atualizacao", "codigo_profissional", "nome",
    ],
    "informacoes_pessoais": [
        "data_aceite", "download_cv", "nome", "cpf", "fonte_indicacao", "email", "email_secundario",
        "data_nascimento", "telefone_celular", "telefone_recado", "sexo", "estado_civil", "pcd", "endereco",
        "skype", "url_linkedin", "facebook",
    ],
    "informacoes_profissionais": [
        "titulo_profissional", "area_atuacao", "conhecimentos_tecnicos", "certificacoes",
        "outras_certificacoes", "remuneracao", "nivel_profissional", "qualificacoes", "experiencias",
    ],
    "formacao_e_idiomas": [
        "nivel_academico", "instituicao_ensino_superior", "cursos", "ano_conclusao", "nivel_ingles",
        "nivel_espanhol", "outro_idioma", "outro_curso",
    ],
    "cargo_atual": [
        "id_ibrati", "email_corporativo", "cargo_atual", "projeto_atual", "cliente", "unidade",
        "data_admissao", "data_ultima_promocao", "nome_superior_imediato", "email_superior_imediato",
    ],
}  # fmt: skip
DATE = re.compile(r"\d\d-\d\d-\d{4}")


def is_in_order(keys, documented):
    """Whether the keys are documented ones, in their order; some may be missing."""
    return list(keys) == [key for key in documented if key in keys]


class TestVagas:
    def test_sections_and_keys_are_in_the_documented_order(self, decision):
        for record in decision.vagas.values():
            assert list(record) == ["informacoes_basicas", "perfil_vaga", "beneficios"]
            assert is_in_order(record["informacoes_basicas"], BASIC_KEYS)
            assert is_in_order(record["perfil_vaga"], PROFILE_KEYS)
            assert list(record["beneficios"]) == BENEFIT_KEYS

    def test_sections_end_after_17_and_20_keys(self, decision):
        for record in decision.vagas.values():
            assert len(record["informacoes_basicas"]) == 17
            assert len(record["perfil_vaga"]) == 20

    def test_every_documented_key_occurs(self, decision):
        basics, profiles = (
            {key for record in decision.vagas.values() for key in record[section]}
            for section in ("informacoes_basicas", "perfil_vaga")
        )
        assert basics == set(BASIC_KEYS)
        assert profiles == set(PROFILE_KEYS)

    def test_a_determinate_contract_has_two_dates(self, decision):
        for record in decision.vagas.values():
            basics = record["informacoes_basicas"]
            assert ("data_inicial" in basics) == (basics["prazo_contratacao"] == "Determinado")

    def test_newest_openings_come_first_from_somewhere_on(self, decision):
        codes = [int(code) for code in decision.vagas]
        rises = sum(after > before for before, after in pairwise(codes))
        assert rises == 1


class TestProspects:
    def test_keys_are_in_the_documented_order(self, decision):
        for entry in decision.prospects.values():
            assert list(entry) == ["titulo", "modalidade", "prospects"]
            assert all(list(row) == APPLICATION_KEYS for row in entry["prospects"])

    def test_dates_are_day_month_year(self, decision):
        for _, row in decision.applications:
            assert DATE.fullmatch(row["data_candidatura"])
            assert DATE.fullmatch(row["ultima_atualizacao"]) or row["ultima_atualizacao"] == ""

    def test_no_applicant_applies_twice_for_an_opening(self, decision):
        pairs = [(opening, row["codigo"]) for opening, row in decision.applications]
        assert len(set(pairs)) == len(pairs)

    def test_every_applicant_has_a_record(self, decision):
        assert decision.applicants.keys() >= {row["codigo"] for _, row in decision.applications}

    def test_one_opening_in_a_hundred_has_no_record(self, decision):
        missing = decision.prospects.keys() - decision.vagas.keys()
        assert decision.prospects.keys() >= decision.vagas.keys()
        assert len(missing) == 14
        assert sum(bool(decision.prospects[code]["prospects"]) for code in missing) == 1


class TestApplicants:
    def test_sections_and_keys_are_in_the_documented_order(self, decision):
        for record in decision.applicants.values():
            assert list(record) == APPLICANT_SECTIONS
            assert all(is_in_order(record[section], keys) for section, keys in APPLICANT_KEYS.items())

    def test_every_documented_key_occurs(self, decision):
        for section, keys in APPLICANT_KEYS.items():
            assert {key for record in decision.applicants.values() for key in record[section]} == set(keys)

    def test_the_code_is_repeated_in_the_record(self, decision):
        for code, record in decision.applicants.items():
            assert record["infos_basicas"]["codigo_profissional"] == code

    def test_applicants_are_registered_before_they_apply(self, decision):
        for _, row in decision.applications:
            created = decision.applicants[row["codigo"]]["infos_basicas"]["data_criacao"]
            assert created[:10].split("-")[::-1] <= row["data_candidatura"].split("-")[::-1]


@pytest.mark.realdata
class TestRealFiles:
    def read(self, real_data, name):
        with zipfile.ZipFile(real_data / "decision" / f"{name}.zip") as archive:
            return json.loads(archive.read(f"{name}.json"))

    def list_orders(self, records, section):
        return {tuple(record[section]) for record in records.values() if record[section]}

    def test_orders_of_keys_of_openings_are_those_of_the_real_file(self, real_data, decision):
        real = self.read(real_data, "vagas")
        for section in ("informacoes_basicas", "perfil_vaga", "beneficios"):
            assert self.list_orders(decision.vagas, section) <= self.list_orders(real, section)

    def test_orders_of_keys_of_applicants_are_those_of_the_real_file(self, real_data, decision):
        real = self.read(real_data, "applicants")
        for section in ("infos_basicas", "informacoes_pessoais", "cargo_atual"):
            assert self.list_orders(decision.applicants, section) <= self.list_orders(real, section)

    def test_values_of_closed_fields_are_those_of_the_real_file(self, real_data, decision):
        real = self.read(real_data, "vagas")
        closed = {
            "informacoes_basicas": ["vaga_sap", "tipo_contratacao", "prazo_contratacao", "prioridade_vaga"],
            "perfil_vaga": ["estado", "nivel profissional", "nivel_academico", "nivel_ingles"],
        }
        for section, fields in closed.items():
            for field in fields:
                values = {record[section][field] for record in decision.vagas.values()}
                assert values <= {record[section][field] for record in real.values()}
