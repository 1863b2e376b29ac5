"""Small files for the source `webmedia`."""

import csv

HOUR_MS = 3_600_000
START_MS = 1_657_000_000_000 // HOUR_MS * HOUR_MS
READER_FIELDS = [
    "userId",
    "userType",
    "historySize",
    "history",
    "timestampHistory",
    "numberOfClicksHistory",
    "timeOnPageHistory",
    "scrollPercentageHistory",
    "pageVisitsCountHistory",
    "timestampHistory_new",
]
ARTICLE_FIELDS = ["page", "url", "issued", "modified", "title", "body", "caption"]


def reader(number, **changed):
    """Return the row of a reader with three reads, an hour apart."""
    times = [START_MS + hour * HOUR_MS + number * 1000 for hour in range(3)]
    row = {
        "userId": f"reader-{number}",
        "userType": "Logged" if number % 2 else "Non-Logged",
        "historySize": "3",
        "history": ", ".join(f"page-{(number + position) % 6}" for position in range(3)),
        "timestampHistory": ", ".join(map(str, times)),
        "numberOfClicksHistory": "1, 12, 3",
        "timeOnPageHistory": f"{20_000 + number}, 60000, 90500",
        "scrollPercentageHistory": "43.2, 100.0, 7",
        "pageVisitsCountHistory": "1, 2, 1",
    }
    row["timestampHistory_new"] = row["timestampHistory"]
    return row | changed


def article(number, **changed):
    """Return the row of an article."""
    row = {
        "page": f"page-{number}",
        "url": f"http://g1.globo.com/sp/sao-paulo/noticia/2022/07/05/noticia-{number}.ghtml",
        "issued": f"2022-07-0{number + 1} 05:00:00+00:00",
        "modified": "2023-06-30 00:00:00+00:00",
        "title": f"Título {number}",
        "body": 'Duas linhas,\ncom "aspas" e vírgulas',
        "caption": "",
    }
    return row | changed


def write_webmedia(folder, users=None, articles=None):
    """Write the given rows, or twelve valid readers and six articles; return the two files."""
    users = [reader(number) for number in range(12)] if users is None else users
    articles = [article(number) for number in range(6)] if articles is None else articles
    files = folder / "treino_parte1.csv", folder / "itens-parte1.csv"
    for file, fields, rows in zip(files, (READER_FIELDS, ARTICLE_FIELDS), (users, articles), strict=True):
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fields)
            writer.writeheader()
            writer.writerows(rows)
    return files
