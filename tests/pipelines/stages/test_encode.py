"""The stages after `encode` load the data that it writes."""

from dataclasses import fields

import numpy as np
import polars as pl
import pytest

from pipelines.domains import load
from pipelines.encoding.arrays import read_text_vectors
from pipelines.encoding.item_vectors import TextRules
from pipelines.stages.artifacts import load_dataset, load_refine_report
from pipelines.stages.encode import SNAPSHOT_AGE_MS, encode
from pipelines.stages.refine import refine
from script_shared.dataset import encode_tables
from script_shared.models.components.texts.text_space import TextSpace
from script_shared.models.ranking.state_replay import build_state
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition
from script_shared.tables import Tables
from tests.support.releases.runs import refined_clicks

PLAN = load("news")


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    return refined_clicks(tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def loaded(volume):
    return load_dataset(volume, "run-1")


@pytest.fixture(scope="module")
def expected(volume):
    tables = Tables.read(find_partition(volume.refined, "run-1"))
    as_of_ms = load_refine_report(volume, "run-1")["as_of_ms"]
    return encode_tables(tables, PLAN.domain.context, PLAN.weight, as_of_ms), PLAN.choose_parameters(tables)


def test_loaded_dataset_equals_the_encoded_tables(loaded, expected):
    (dataset, parameters), (expected_dataset, expected_parameters) = loaded, expected
    assert parameters == expected_parameters
    for name in ("users", "items", "keys"):
        assert list(getattr(dataset, name)) == list(getattr(expected_dataset, name))
    assert list(dataset.catalogue.categories) == list(expected_dataset.catalogue.categories)
    assert (dataset.context, dataset.as_of_ms) == (expected_dataset.context, expected_dataset.as_of_ms)
    assert dataset.user_types.tolist() == expected_dataset.user_types.tolist()
    for field in fields(expected_dataset.interactions):
        array = getattr(expected_dataset.interactions, field.name)
        assert np.array_equal(getattr(dataset.interactions, field.name), array)
        assert getattr(dataset.interactions, field.name).dtype == array.dtype
    for name in ("published_ms", "category"):
        assert np.array_equal(getattr(dataset.catalogue, name), getattr(expected_dataset.catalogue, name))


def test_every_item_has_a_vector(loaded):
    vectors = loaded[0].catalogue.vectors
    assert len(vectors.row) == len(loaded[0].items)
    assert np.linalg.norm(vectors.rows[vectors.row], axis=1) == pytest.approx(np.ones(len(vectors.row)))


def test_state_snapshot_ends_three_days_before_the_data(loaded, expected):
    dataset, parameters = loaded
    state = PLAN.domain.state(parameters)
    assert dataset.state_snapshot.end_ms == dataset.as_of_ms - SNAPSHOT_AGE_MS
    known = expected[0].before(dataset.state_snapshot.end_ms)
    assert np.array_equal(
        build_state(dataset.before(known.as_of_ms), state).histories.count_all(), known.interaction_counts
    )
    assert np.array_equal(build_state(dataset, state).histories.count_all(), dataset.interaction_counts)


def test_catalogue_has_the_order_of_the_item_positions(volume, loaded):
    catalogue = pl.read_parquet(volume.encoded / "run-1" / "catalogue.parquet")
    assert catalogue["item_id"].to_list() == list(loaded[0].items)
    assert catalogue.columns == ["item_id", "title", "url", "published_at", "category", "region"]


def test_next_run_reuses_all_vectors(volume):
    (volume.raw / "run-2").symlink_to(volume.raw / "run-1")
    refine(PLAN, volume, "run-2", "globo")
    before = read_text_vectors(volume.encoded / "run-1")
    report = encode(PLAN, volume, "run-2")
    after = read_text_vectors(volume.encoded / "run-2")
    assert report["reused"] == report["texts"] == len(before.texts)
    assert np.array_equal(after.vectors.rows, before.vectors.rows)
    assert (volume.encoded / "latest").read_text().strip() == "run-2"


def test_release_contains_the_space_of_its_item_vectors(small_volume):
    release = Registry(small_volume.releases).open()
    space = TextSpace.load(release.bundle("space"))
    dataset, parameters = load_dataset(small_volume, release.manifest.run)
    assert TextRules.for_domain(PLAN.domain, release.manifest.parameters) == TextRules.for_domain(
        PLAN.domain, parameters
    )
    texts = [f"category_{dataset.catalogue.categories[code]}" for code in dataset.catalogue.category.tolist()]
    model = release.bundle("models/logged").arrays
    items = np.flatnonzero(model["content.row"])
    assert len(items)
    expected = space.transform([texts[item] for item in items.tolist()])
    assert model["content.vectors"][model["content.row"][items]] == pytest.approx(expected, abs=1e-6)
