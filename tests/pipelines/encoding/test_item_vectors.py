from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.encoding.item_vectors import MAX_AGE_MS, TextRules, add_vectors, vectorize_items
from pipelines.encoding.parallel_text import transform_texts
from script_shared.models.components.texts.text_space import TextParameters, TextSpace, compose_text
from tests.support.small_datasets import hour_ms, make_dataset

RULES = TextRules(TextParameters(dimensions=4), ("de",))
TITLES = {f"i{n}": f"{('gol do time', 'lei nova', 'chuva forte')[n % 3]} {n % 7}" for n in range(30)}
INTERACTIONS = [(f"r{n}", f"i{n % 30}", 1 + n / 40) for n in range(120)]


def dataset(hours=5):
    return make_dataset(INTERACTIONS, hours=hours, items=TITLES)


def items(titles):
    return pl.DataFrame({"item_id": list(titles), "title": list(titles.values())})


@pytest.fixture(scope="module")
def first():
    return vectorize_items(dataset(), items(TITLES), RULES, None)


def vector(item_vectors, data, item):
    return item_vectors.vectors.rows[item_vectors.vectors.row[data.items.find(item)]]


def test_equal_texts_share_the_vector_of_the_space(first):
    data = dataset()
    assert len(first.texts) == len(set(TITLES.values())) < len(TITLES)
    for item, title in TITLES.items():
        assert np.array_equal(vector(first, data, item), first.space.transform([title])[0])
    assert not first.vectors.rows[0].any()
    assert add_vectors(data, first).catalogue.vectors is first.vectors


def test_unchanged_texts_reuse_their_vectors_and_new_texts_use_the_same_space(first):
    marked = replace(first, vectors=replace(first.vectors, rows=first.vectors.rows + 1))
    changed = TITLES | {"i3": "outra chuva forte"}
    data = dataset(6)
    second = vectorize_items(data, items(changed), RULES, marked)
    assert second.space is first.space
    assert second.fitted_ms == first.fitted_ms
    for item in TITLES:
        new = first.space.transform([changed[item]])[0]
        assert np.array_equal(vector(second, data, item), new if item == "i3" else new + 1)


def test_space_is_valid_for_a_week_and_for_the_same_rules(first):
    texts, fitted_ms = first.texts, first.fitted_ms
    assert first.is_valid_for(texts, fitted_ms, RULES)
    assert first.is_valid_for(texts, fitted_ms + MAX_AGE_MS, RULES)
    assert not first.is_valid_for(texts, fitted_ms + MAX_AGE_MS + 1, RULES)
    assert not first.is_valid_for(texts, fitted_ms - 1, RULES), "a newer space may contain later texts"
    assert not first.is_valid_for(texts, fitted_ms, RULES._replace(stop_words=()))
    assert not first.is_valid_for(texts, fitted_ms, RULES._replace(parameters=TextParameters(dimensions=5)))


@pytest.mark.parametrize(("known", "is_refitted"), [(15, False), (14, True)])
def test_space_with_less_than_half_of_the_texts_is_refitted(first, known, is_refitted):
    titles = {item: title if n < known else f"texto {n}" for n, (item, title) in enumerate(TITLES.items())}
    data = dataset(6)
    assert (vectorize_items(data, items(titles), RULES, first).fitted_ms == hour_ms(6)) is is_refitted


def test_imputed_category_is_part_of_the_text():
    data = make_dataset(INTERACTIONS, hours=5, categories={"i1": "esporte", "i2": "saude", "i3": "lei"})
    result = vectorize_items(data, items({}).cast({"item_id": pl.String, "title": pl.String}), RULES, None)
    names = [data.catalogue.categories[code] for code in data.catalogue.category.tolist()]
    expected = result.space.transform([compose_text(None, None, None, name) for name in names])
    assert np.array_equal(result.vectors.rows[result.vectors.row], expected)
    assert expected.any(axis=1).sum() > 10


def test_only_the_start_of_a_body_is_used():
    titles = pl.DataFrame({"item_id": ["i0", "i1"], "body": ["gol " * 5 + "lei", "gol " * 5 + "chuva"]})
    rules = TextRules(TextParameters(characters=20), ())
    result = vectorize_items(make_dataset(INTERACTIONS[:2], hours=5), titles, rules, None)
    assert len(result.texts) == 1


def test_parallel_transform_equals_the_serial_transform():
    space = TextSpace.fit(["red fish swims", "blue bird flies", "red bird sings"] * 20, TextParameters(), ())
    texts = [f"{colour} bird {number}" for number in range(9_000) for colour in ("red", "blue", "no", "a")]
    assert np.array_equal(transform_texts(space, texts), space.transform(texts))
