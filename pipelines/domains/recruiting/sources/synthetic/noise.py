"""Noise of the export: placeholders of dates, notations of salaries, broken words and wrong encodings."""

from datetime import date, timedelta

from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import EPOCH

NO_DATE, NO_ISO_DATE = "00-00-0000", "0000-00-00"
MOJIBAKE_SHARE = 0.005
BROKEN_WORDS_SHARE = 0.04
HOURS_A_MONTH = 168


def to_date(day: int) -> date:
    """Return the date of a day since EPOCH."""
    return EPOCH + timedelta(days=day)


def format_day(day: int) -> str:
    """Format a day since EPOCH as in the data: 19-04-2021."""
    return to_date(day).strftime("%d-%m-%Y")


def format_reais(amount: float) -> str:
    """Format an amount with Brazilian separators: 12.000,00."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def format_salary(amount: float, draws: Draws) -> str:
    """Write a monthly salary in one of the notations of the form; some say nothing."""
    whole = round(amount / 100) * 100
    notations = (
        (0.24, f"{whole}"),
        (0.42, f"{whole},00"),
        (0.58, format_reais(whole)),
        (0.78, f"R$ {format_reais(whole)}"),
        (0.88, f"{max(1, round(whole / 1000))}k"),
        (0.95, f"{format_reais(whole / HOURS_A_MONTH)}/h"),
    )
    share = draws.number(1_000) / 1_000
    return next((text for limit, text in notations if share < limit), "a combinar")


def garble(text: str) -> str:
    """Return a text whose UTF-8 bytes were read as Windows-1252; bytes that it lacks are read as Latin-1."""
    return "".join(_read_as_windows_1252(byte) for byte in text.encode())


def _read_as_windows_1252(byte: int) -> str:
    raw = bytes([byte])
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def break_words(text: str, draws: Draws) -> str:
    """Insert line breaks into words, as at the right margin of a PDF."""
    for _ in range(draws.between(2, 5)):
        place = draws.number(max(len(text) - 2, 1)) + 1
        if text[place - 1 : place + 1].isalpha():
            text = f"{text[:place]}\n{text[place:]}"
    return text
