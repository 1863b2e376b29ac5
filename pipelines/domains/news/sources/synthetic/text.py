"""Generates titles, URLs, bodies and captions of articles from a vocabulary."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.diurnal import UTC_OFFSET_MS
from pipelines.domains.news.sources.synthetic.published_statistics import (
    DUPLICATE_TITLE_SHARE,
    DatasetSize,
    Floats,
    Ints,
    Rows,
    make_rng,
)
from pipelines.domains.news.sources.synthetic.regions import FIRST_NAMES, LAST_NAMES, NATIONAL, REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import (
    CATEGORIES,
    ROLES,
    TIME_PHRASES,
    TITLE_PREFIXES,
    TITLE_SUFFIXES,
    TRANSITIONS,
)

HOST = "http://g1.globo.com/"
MAX_ARTICLES_PER_URL = 50


class WordSampler:
    """Draws words from groups, such as categories or regions."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._words = pl.Series([word for group in groups for word in group])
        self._count = np.array([len(group) for group in groups])
        self._first = np.cumsum(self._count) - self._count

    def sample(self, group: Ints, uniform: Floats) -> pl.Series:
        """Return one word of each given group, by uniform random numbers from 0 to 1."""
        return self._words.gather(self._first[group] + (uniform * self._count[group]).astype(np.int64))


SUBJECTS = WordSampler([category.subjects for category in CATEGORIES])
VERBS = WordSampler([category.verbs for category in CATEGORIES])
OBJECTS = WordSampler([category.objects for category in CATEGORIES])
DETAILS = WordSampler([category.details for category in CATEGORIES])
LOWERCASE_DETAILS = WordSampler(
    [[detail[0].lower() + detail[1:] for detail in category.details] for category in CATEGORIES]
)
QUOTES = WordSampler([category.quotes for category in CATEGORIES])
CITIES = WordSampler([region.cities for region in (*REGIONS, NATIONAL)])
REGION_NAMES = WordSampler([[region.name] for region in (*REGIONS, NATIONAL)])


class TextGenerator:
    """Generates the texts of a catalogue; the articles of a story share subject, object, city and person."""

    def __init__(self, catalogue: Catalogue, size: DatasetSize, seed: int) -> None:
        self.catalogue, self._size, self._seed = catalogue, size, seed
        rng = make_rng(seed, "stories")
        stories = int(catalogue.story.max()) + 1
        #: Uniform random numbers of each article, equal within a story.
        self._shared = {
            name: rng.random(stories)[catalogue.story]
            for name in ("subject", "object", "city", "first_name", "last_name")
        }
        self._titles = self._make_titles(make_rng(seed, "titles"))
        self._urls = self._make_urls(make_rng(seed, "urls"))

    def generate(self, rows: Rows, part: int) -> pl.DataFrame:
        """Return URL, title, body and caption of the given articles; `part` selects the random numbers."""
        words = self._sample_words(rows, make_rng(self._seed, f"bodies {part}"))
        paragraphs = [words.select(paragraph).to_series() for paragraph in _PARAGRAPHS]
        body = pl.select(pl.concat_str(paragraphs, separator="\n")).to_series()
        return pl.DataFrame(
            {
                "url": self._urls.gather(rows),
                "title": self._titles.gather(rows),
                "body": body,
                "caption": words.select(_CAPTION).to_series(),
            }
        )

    def _sample_words(self, rows: Rows, rng: np.random.Generator) -> pl.DataFrame:
        """Return the words of each article by name."""
        category, region, n = self.catalogue.category[rows], self.catalogue.region[rows], len(rows)
        shared = {name: uniform[rows] for name, uniform in self._shared.items()}
        person = [_pick(FIRST_NAMES, shared["first_name"]), _pick(LAST_NAMES, shared["last_name"])]
        return pl.DataFrame(
            {
                "subject": SUBJECTS.sample(category, shared["subject"]),
                "verb": VERBS.sample(category, rng.random(n)),
                "object": OBJECTS.sample(category, shared["object"]),
                "city": CITIES.sample(region, shared["city"]),
                "region": REGION_NAMES.sample(region, np.zeros(n)),
                "time": _pick(TIME_PHRASES, rng.random(n)),
                "detail": DETAILS.sample(category, rng.random(n)),
                "quote": QUOTES.sample(category, rng.random(n)),
                "person": pl.select(pl.concat_str(person, separator=" ")).to_series(),
                "role": _pick(ROLES, rng.random(n)),
                "transition": _pick(TRANSITIONS, rng.random(n)),
                "lowercase_detail": LOWERCASE_DETAILS.sample(category, rng.random(n)),
                "subject_2": SUBJECTS.sample(category, rng.random(n)),
                "verb_2": VERBS.sample(category, rng.random(n)),
                "object_2": OBJECTS.sample(category, rng.random(n)),
                "age": rng.integers(18, 90, n),
                "transition_2": _pick(TRANSITIONS, rng.random(n)),
                "lowercase_detail_2": LOWERCASE_DETAILS.sample(category, rng.random(n)),
            }
        )

    def _make_titles(self, rng: np.random.Generator) -> pl.Series:
        n, category = len(self.catalogue), self.catalogue.category
        words = pl.DataFrame(
            {
                "prefix": _pick(TITLE_PREFIXES, rng.random(n)),
                "subject": SUBJECTS.sample(category, self._shared["subject"]),
                "verb": VERBS.sample(category, rng.random(n)),
                "object": OBJECTS.sample(category, self._shared["object"]),
                "city": CITIES.sample(self.catalogue.region, self._shared["city"]),
                "suffix": _pick(TITLE_SUFFIXES, rng.random(n)),
                "first_name": _pick(FIRST_NAMES, rng.random(n)),
                "last_name": _pick(LAST_NAMES, rng.random(n)),
                "form": rng.integers(0, 3, n),
            }
        )
        sentence = pl.format("{}{} {} {} em {}", "prefix", "subject", "verb", "object", "city")
        form, speaker = pl.col("form"), pl.format(", diz {} {}", "first_name", "last_name")
        ending = pl.when(form == 1).then(pl.format("; {}", "suffix")).otherwise(speaker)
        ending = pl.when(form == 0).then(pl.lit("")).otherwise(ending)
        titles = _number_equal_titles(words.select((sentence + ending).alias("title")))
        return _duplicate_titles(titles, rng)

    def _make_urls(self, rng: np.random.Generator) -> pl.Series:
        catalogue = self.catalogue
        local_time = pl.Series(catalogue.published_ms + UTC_OFFSET_MS).cast(pl.Datetime("ms"))
        parts = pl.DataFrame(
            {
                "path": _sample_paths(catalogue, rng),
                "day": local_time.dt.strftime("%Y/%m/%d"),
                "slug": _make_slugs(self._titles),
            }
        )
        urls = parts.select(pl.format(HOST + "{}/noticia/{}/{}.ghtml", "path", "day", "slug")).to_series()
        return urls.gather(_assign_shared_urls(catalogue, self._size))


def _pick(words: Sequence[str], uniform: Floats) -> pl.Series:
    return pl.Series(list(words)).gather((uniform * len(words)).astype(np.int64))


def _duplicate_titles(titles: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Replace some titles by other titles, in the published share."""
    n = max(1, round(titles.len() * DUPLICATE_TITLE_SHARE))
    rows = rng.choice(titles.len(), 2 * n, replace=False)
    source = np.arange(titles.len())
    source[rows[:n]] = rows[n:]
    return titles.gather(source)


def _number_equal_titles(titles: pl.DataFrame) -> pl.Series:
    """Append a number to repeated titles, so that all titles differ."""
    nth = pl.col("title").cum_count().over("title")
    numbered = pl.format("{}; boletim {}", "title", nth)
    return titles.select(pl.when(nth > 1).then(numbered).otherwise("title").alias("title")).to_series()


def _make_slugs(titles: pl.Series) -> pl.Series:
    ascii_titles = titles.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"[^a-z0-9 -]+", "")
    return ascii_titles.str.replace_all(r"[ -]+", "-")


def _sample_paths(catalogue: Catalogue, rng: np.random.Generator) -> pl.Series:
    """Return the URL paths before the date: a national category, a region, or a region and its category."""
    paths = [[category.path for category in CATEGORIES]]
    for region in REGIONS:
        paths.append([region.path for _ in CATEGORIES])
        paths.append([f"{region.path}/{category.regional_path}".rstrip("/") for category in CATEGORIES])
    has_category = rng.random(len(catalogue)) < 0.4
    row = np.where(catalogue.region < 0, 0, 1 + 2 * catalogue.region + has_category)
    all_paths = pl.Series([path for row_paths in paths for path in row_paths])
    return all_paths.gather(row * len(CATEGORIES) + catalogue.category)


def _assign_shared_urls(catalogue: Catalogue, size: DatasetSize) -> Ints:
    """Return the article whose URL each article has: some old articles with the same path share one."""
    source = np.arange(len(catalogue))
    old = source[: len(catalogue) - catalogue.fresh]
    path = (catalogue.region[old] + 1) * len(CATEGORIES) + catalogue.category[old]
    rows = old[path == np.bincount(path).argmax()]
    most = min(MAX_ARTICLES_PER_URL, max(2, size.items // 500))
    for articles in (most, most // 2, most // 4):
        source[rows[:articles]] = rows[0] if rows.size else 0
        rows = rows[articles:]
    return source


_PARAGRAPHS = (
    pl.format("{} {} {} em {} {}. {}", "subject", "verb", "object", "city", "time", "detail"),
    pl.format('"{}", disse {}, {}, em entrevista concedida {}.', "quote", "person", "role", "time"),
    pl.format("{} {}", "transition", "lowercase_detail"),
    pl.format("{} também {} {}, assunto que se repete em {}.", "subject_2", "verb_2", "object_2", "region"),
    pl.format("{}, de {} anos, acompanha {} desde o início e mora em {}.", "person", "age", "object", "city"),
    pl.format(
        "{} {}\n\nVeja mais notícias de {}, em texto, foto e vídeo.",
        "transition_2",
        "lowercase_detail_2",
        "region",
    ),
)
_CAPTION = pl.format("{} {} {} {}, em {}", "subject", "verb", "object", "time", "city")
