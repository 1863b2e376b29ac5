import polars as pl
import pytest

from pipelines.domains.recruiting.values.statuses import (
    STATUSES,
    find_unknown_statuses,
    normalise_statuses,
)
from pipelines.domains.recruiting.values.vocabularies import (
    AREAS,
    DEGREES,
    LANGUAGE_LEVELS,
    LEVELS,
    normalise_areas,
    normalise_choices,
    normalise_language,
    normalise_list,
)


def apply(function, *texts):
    return function(pl.Series("texts", texts, dtype=pl.String)).to_list()


def choose(column, *texts):
    empty = pl.DataFrame(
        {name: [None] * len(texts) for name in ("english", "spanish", "level", "degree", "state")}
    )
    frame = empty.cast(pl.String).with_columns(pl.Series(column, texts, dtype=pl.String))
    return normalise_choices(frame)[column].to_list()


class TestChoices:
    @pytest.mark.parametrize(
        ("column", "values"),
        [("english", LANGUAGE_LEVELS), ("spanish", LANGUAGE_LEVELS), ("level", LEVELS), ("degree", DEGREES)],
    )
    def test_spelling_does_not_matter(self, column, values):
        assert choose(column, *(value.lower() for value in values)) == [*values]
        assert choose(column, *(f" {value.upper()}" for value in values)) == [*values]

    def test_accents_do_not_matter(self):
        assert choose("english", "basico", "avancado", "tecnico") == ["Básico", "Avançado", "Técnico"]
        assert (
            choose("degree", "pos graduacao completo", "Pós-Graduação Completo")
            == ["Pós Graduação Completo"] * 2
        )

    def test_states_may_be_abbreviated(self):
        assert choose("state", "SP", "sao paulo", "Espirito Santo") == [
            "São Paulo",
            "São Paulo",
            "Espírito Santo",
        ]

    def test_other_values_stay(self):
        assert choose("english", "B2", None) == ["B2", None]


class TestAreas:
    def test_form_joins_areas_by_dashes(self):
        assert apply(normalise_areas, "TI - SAP-", "Administrativa-TI - Projetos-", "TI - UX") == [
            "TI - SAP",
            "Administrativa, TI - Projetos",
            "TI - UX",
        ]

    def test_repeated_areas_count_once(self):
        assert apply(normalise_areas, "TI - SAP, ti - sap; Comercial") == ["TI - SAP, Comercial"]

    def test_unknown_names_stay(self):
        assert apply(normalise_areas, "Front-end, Jurídica", "-", None) == ["Front-end, Jurídica", None, None]

    def test_every_area_is_its_own_spelling(self):
        assert apply(normalise_areas, *AREAS) == [*AREAS]


def test_order_of_contracts_has_no_meaning():
    assert apply(normalise_list, "PJ/Autônomo, CLT Full", "CLT Full,PJ/Autônomo", ",", None) == [
        "CLT Full, PJ/Autônomo",
        "CLT Full, PJ/Autônomo",
        None,
        None,
    ]


def test_dash_for_a_missing_level_of_a_language_is_removed():
    assert apply(normalise_language, "-", "Português -", "Francês - Básico", None) == [
        None,
        "Português",
        "Francês - Básico",
        None,
    ]


class TestStatuses:
    def test_spelling_does_not_matter(self):
        assert apply(normalise_statuses, *(status.lower() for status in STATUSES)) == [*STATUSES]
        assert apply(normalise_statuses, "NAO APROVADO PELO RH", None) == ["Não Aprovado pelo RH", None]

    def test_unknown_ones_stay_and_are_counted(self):
        statuses = pl.Series(["Em férias", "Prospect", None, "Em férias", "Talvez"])
        assert normalise_statuses(statuses).to_list() == statuses.to_list()
        assert find_unknown_statuses(statuses) == {"Em férias": 2, "Talvez": 1}
