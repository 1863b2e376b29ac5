import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.recruiting.values.salaries import (
    DAYS_PER_MONTH,
    HOURS_PER_MONTH,
    MAX_SALARY,
    MIN_SALARY,
    MONTHS_PER_YEAR,
    parse_salary,
)
from tests.support.data.fuzzing import fuzz_settings


@pytest.mark.parametrize(
    ("text", "monthly"),
    [
        ("R$ 12.000,00", 12_000),
        ("R$12.000", 12_000),
        ("12k", 12_000),
        ("12,5k", 12_500),
        ("12 mil", 12_000),
        ("12000", 12_000),
        ("12 000,00", 12_000),
        ("12,000.00", 12_000),
        ("1.850", 1_850),
        ("R$ 4.000.00 mensal", 4_000),
        ("Fixo+Comissão=R$ 8.500,", 8_500),
        ("mensal / 4160", 4_160),
        ("R$ 11.000,00 CLT/mês", 11_000),
        ("16.000/m", 16_000),
        ("80,00/h", 80 * HOURS_PER_MONTH),
        ("R$ 80,00 por hora", 80 * HOURS_PER_MONTH),
        ("75/a hora", 75 * HOURS_PER_MONTH),
        ("80h", 80 * HOURS_PER_MONTH),
        ("12.000,00 p/ mês (168h)", 12_000),
        ("800 por dia", 800 * DAYS_PER_MONTH),
        ("144 mil por ano", 144_000 / MONTHS_PER_YEAR),
    ],
)
def test_notations(text, monthly):
    assert parse_salary(text) == pytest.approx(monthly)


@pytest.mark.parametrize("text", ["14.600 - PJ / 14.300 COOP", "14.600 a 16.000", "R$ 14.600,00 ou 15k"])
def test_first_amount_counts(text):
    assert parse_salary(text) == 14_600


@pytest.mark.parametrize(
    "text", ["", "a combinar", "-", "0", "0,00", "mensal", "US$ 5000", "€ 4.000", "5000 USD", "híbrido - CLT"]
)
def test_texts_without_an_amount_in_reais(text):
    assert parse_salary(text) is None


@pytest.mark.parametrize("text", ["12", "80,00", "3 salários", "1.234.567,89", "9" * 50])
def test_amounts_whose_meaning_is_unclear(text):
    assert parse_salary(text) is None


@fuzz_settings(300)
@given(st.one_of(st.text(max_size=30), st.text("0123456789.,kh/R$ mes", max_size=20)))
def test_any_text_gives_a_salary_in_the_range_or_none(text):
    salary = parse_salary(text)
    assert salary is None or MIN_SALARY <= salary <= MAX_SALARY


@fuzz_settings(100)
@given(st.integers(1_000, 99_999))
def test_notations_of_one_amount_agree(amount):
    brazilian = f"{amount:,}".replace(",", ".")
    texts = (
        str(amount),
        f"{amount},00",
        brazilian,
        f"R$ {brazilian},00",
        f"{amount:,}.00",
        f"{amount} por mês",
    )
    assert [parse_salary(text) for text in texts] == [amount] * len(texts)
