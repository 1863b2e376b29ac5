"""Titles, urls, bodies and captions, composed of words, places and people."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.diurnal import LOCAL
from pipelines.domains.news.sources.synthetic.published_statistics import (
    DUPLICATE_TITLES,
    Floats,
    Ints,
    Rows,
    Size,
    stream,
)
from pipelines.domains.news.sources.synthetic.regions import FIRST_NAMES, LAST_NAMES, NATIONAL, REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import (
    BRIDGES,
    ROLES,
    THEMES,
    TITLE_LEADS,
    TITLE_TAILS,
    WHEN,
)

HOST = "http://g1.globo.com/"
MOST_ON_ONE_URL = 50


class Lexicon:
    """Words by group (theme or region): a draw takes one word of each row's group."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self.words = pl.Series([word for group in groups for word in group])
        self.count = np.array([len(group) for group in groups])
        self.first = np.cumsum(self.count) - self.count

    def draw(self, group: Ints, luck: Floats) -> pl.Series:
        """One word a row."""
        return self.words.gather(self.first[group] + (luck * self.count[group]).astype(np.int64))


WHO = Lexicon([theme.who for theme in THEMES])
DID = Lexicon([theme.did for theme in THEMES])
WHAT = Lexicon([theme.what for theme in THEMES])
DETAIL = Lexicon([theme.details for theme in THEMES])
ASIDE = Lexicon([[detail[0].lower() + detail[1:] for detail in theme.details] for theme in THEMES])
QUOTE = Lexicon([theme.quotes for theme in THEMES])
CITY = Lexicon([region.cities for region in (*REGIONS, NATIONAL)])
REGION = Lexicon([[region.name] for region in (*REGIONS, NATIONAL)])


class Writer:
    """Writes the articles of one catalogue: what a story shares is drawn once a story."""

    def __init__(self, catalogue: Catalogue, size: Size, seed: int) -> None:
        self.catalogue, self.size, self.seed = catalogue, size, seed
        rng = stream(seed, "stories")
        stories = int(catalogue.story.max()) + 1
        self.shared = {
            name: rng.random(stories)[catalogue.story] for name in ("who", "what", "city", "first", "last")
        }
        self.titles = self._titles(stream(seed, "titles"))
        self.urls = self._urls(stream(seed, "urls"))

    def article(self, rows: Rows, part: int) -> pl.DataFrame:
        """Title, url, body and caption of the given articles, the ``part``-th lot of them."""
        rng = stream(self.seed, f"bodies {part}")
        told = self._told(rows, rng)
        paragraphs = [told.select(each).to_series() for each in _PARAGRAPHS]
        body = pl.select(pl.concat_str(paragraphs, separator="\n")).to_series()
        return pl.DataFrame(
            {
                "url": self.urls.gather(rows),
                "title": self.titles.gather(rows),
                "body": body,
                "caption": told.select(_CAPTION).to_series(),
            }
        )

    def _told(self, rows: Rows, rng: np.random.Generator) -> pl.DataFrame:
        """The words of each article, some its story's, some its own."""
        theme, region, n = self.catalogue.theme[rows], self.catalogue.region[rows], len(rows)
        shared = {name: luck[rows] for name, luck in self.shared.items()}
        person = [_any_of(FIRST_NAMES, shared["first"]), _any_of(LAST_NAMES, shared["last"])]
        return pl.DataFrame(
            {
                "who": WHO.draw(theme, shared["who"]),
                "did": DID.draw(theme, rng.random(n)),
                "what": WHAT.draw(theme, shared["what"]),
                "city": CITY.draw(region, shared["city"]),
                "region": REGION.draw(region, np.zeros(n)),
                "when": _any_of(WHEN, rng.random(n)),
                "detail": DETAIL.draw(theme, rng.random(n)),
                "quote": QUOTE.draw(theme, rng.random(n)),
                "person": pl.select(pl.concat_str(person, separator=" ")).to_series(),
                "role": _any_of(ROLES, rng.random(n)),
                "bridge": _any_of(BRIDGES, rng.random(n)),
                "aside": ASIDE.draw(theme, rng.random(n)),
                "who_else": WHO.draw(theme, rng.random(n)),
                "did_else": DID.draw(theme, rng.random(n)),
                "what_else": WHAT.draw(theme, rng.random(n)),
                "age": rng.integers(18, 90, n),
                "bridge_else": _any_of(BRIDGES, rng.random(n)),
                "aside_else": ASIDE.draw(theme, rng.random(n)),
            }
        )

    def _titles(self, rng: np.random.Generator) -> pl.Series:
        n, theme = len(self.catalogue), self.catalogue.theme
        words = pl.DataFrame(
            {
                "lead": _any_of(TITLE_LEADS, rng.random(n)),
                "who": WHO.draw(theme, self.shared["who"]),
                "did": DID.draw(theme, rng.random(n)),
                "what": WHAT.draw(theme, self.shared["what"]),
                "city": CITY.draw(self.catalogue.region, self.shared["city"]),
                "tail": _any_of(TITLE_TAILS, rng.random(n)),
                "first": _any_of(FIRST_NAMES, rng.random(n)),
                "last": _any_of(LAST_NAMES, rng.random(n)),
                "form": rng.integers(0, 3, n),
            }
        )
        plain = pl.format("{}{} {} {} em {}", "lead", "who", "did", "what", "city")
        ending = (
            pl.when(pl.col("form") == 0)
            .then(pl.lit(""))
            .when(pl.col("form") == 1)
            .then(pl.format("; {}", "tail"))
            .otherwise(pl.format(", diz {} {}", "first", "last"))
        )
        return self._a_few_twice(_told_apart(words.select((plain + ending).alias("title"))), rng)

    def _a_few_twice(self, titles: pl.Series, rng: np.random.Generator) -> pl.Series:
        twins = max(1, round(titles.len() * DUPLICATE_TITLES))
        rows = rng.choice(titles.len(), 2 * twins, replace=False)
        source = np.arange(titles.len())
        source[rows[:twins]] = rows[twins:]
        return titles.gather(source)

    def _urls(self, rng: np.random.Generator) -> pl.Series:
        catalogue = self.catalogue
        parts = pl.DataFrame(
            {
                "section": _sections(catalogue, rng),
                "day": pl.Series(catalogue.issued + LOCAL).cast(pl.Datetime("ms")).dt.strftime("%Y/%m/%d"),
                "slug": _slugs(self.titles),
            }
        )
        urls = parts.select(pl.format(HOST + "{}/noticia/{}/{}.ghtml", "section", "day", "slug")).to_series()
        return urls.gather(_shared_urls(catalogue, self.size))


def _any_of(words: Sequence[str], luck: Floats) -> pl.Series:
    return pl.Series(list(words)).gather((luck * len(words)).astype(np.int64))


def _told_apart(titles: pl.DataFrame) -> pl.Series:
    """Numbers the titles that came out alike, so that only the twins made on purpose remain."""
    nth = pl.col("title").cum_count().over("title")
    numbered = pl.format("{}; boletim {}", "title", nth)
    return titles.select(pl.when(nth > 1).then(numbered).otherwise("title").alias("title")).to_series()


def _slugs(titles: pl.Series) -> pl.Series:
    plain = titles.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"[^a-z0-9 -]+", "")
    return plain.str.replace_all(r"[ -]+", "-")


def _sections(catalogue: Catalogue, rng: np.random.Generator) -> pl.Series:
    """The part of the url before the date: the region, with the theme at times, or a national theme."""
    rows = [[theme.path for theme in THEMES]]
    for region in REGIONS:
        rows.append([region.path for _ in THEMES])
        rows.append([f"{region.path}/{theme.regional_path}".rstrip("/") for theme in THEMES])
    named = rng.random(len(catalogue)) < 0.4
    row = np.where(catalogue.region < 0, 0, 1 + 2 * catalogue.region + named)
    return pl.Series([path for paths in rows for path in paths]).gather(row * len(THEMES) + catalogue.theme)


def _shared_urls(catalogue: Catalogue, size: Size) -> Ints:
    """Running pages: a few old articles of one section stand on the same url, up to 50 of them."""
    source = np.arange(len(catalogue))
    old = source[: len(catalogue) - catalogue.fresh]
    section = (catalogue.region[old] + 1) * len(THEMES) + catalogue.theme[old]
    rows = old[section == np.bincount(section).argmax()]
    most = min(MOST_ON_ONE_URL, max(2, size.items // 500))
    for lot in (most, most // 2, most // 4):
        source[rows[:lot]] = rows[0] if rows.size else 0
        rows = rows[lot:]
    return source


_PARAGRAPHS = (
    pl.format("{} {} {} em {} {}. {}", "who", "did", "what", "city", "when", "detail"),
    pl.format('"{}", disse {}, {}, em entrevista concedida {}.', "quote", "person", "role", "when"),
    pl.format("{} {}", "bridge", "aside"),
    pl.format("{} também {} {}, assunto que se repete em {}.", "who_else", "did_else", "what_else", "region"),
    pl.format("{}, de {} anos, acompanha {} desde o início e mora em {}.", "person", "age", "what", "city"),
    pl.format(
        "{} {}\n\nVeja mais notícias de {}, em texto, foto e vídeo.", "bridge_else", "aside_else", "region"
    ),
)
_CAPTION = pl.format("{} {} {} {}, em {}", "who", "did", "what", "when", "city")
