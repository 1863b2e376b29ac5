"""What was not known on the day of an application changes neither its features nor its scores.

The data is generated. `LATER` is inside the period: what happened from then on is changed, and the
applications before it are compared.
"""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from pipelines.domains.recruiting.benchmark.periods import PERIODS
from pipelines.domains.recruiting.sources import SOURCES
from script_shared.domains.recruiting.labels import MATCHED
from script_shared.domains.recruiting.matching.features.feature_table import BY_RECRUITER, feature_groups
from script_shared.domains.recruiting.matching.fitted_models import fit_models
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.domains.recruiting.tables import select_applications, select_openings
from script_shared.models.ranking.boosting import BoostingParameters

PERIOD = PERIODS["2024-01 on"]
FEW = BoostingParameters(rounds=10, ensembles=1)
PARAMETERS = MatchParameters(trees=FEW, order=FEW)
START = datetime.fromtimestamp(PERIOD.start_ms / 1000, UTC)
LATER = START + timedelta(days=150)


def refine(files):
    return SOURCES["decision"].refine(files).tables


@pytest.fixture(scope="module")
def tables(generated_files):
    return refine(generated_files)


def build(tables):
    """Return the features of applications before `LATER` by their ids, and what they were computed from."""
    data = PeriodData.build(tables, PERIOD, PARAMETERS)
    ids = data.applications.select("opening_id", "applicant_id", "timestamp")
    rows = ids.with_row_index().filter(pl.col("timestamp") < LATER).sort("opening_id", "applicant_id")
    return data, rows, data.features[rows["index"].to_numpy()]


@pytest.fixture(scope="module")
def original(tables):
    return build(tables)


def score(data, rows):
    """Return all scores that models fitted before the period give to the rows."""
    models = fit_models(data.train_on(MATCHED), data.day, PARAMETERS)
    features = data.features[rows["index"].to_numpy()]
    orders = [order.score(features) for order in models.orders.values()]
    return np.stack([models.named.predict(features), models.unnamed.predict(features), *orders])


@pytest.fixture(scope="module")
def original_scores(original):
    return score(*original[:2])


def change(tables, columns, where=True):
    """Return the tables with changed columns of some interactions."""
    chosen = pl.when(where)
    kept = [chosen.then(value).otherwise(pl.col(name)).alias(name) for name, value in columns.items()]
    return replace(tables, interactions=tables.interactions.with_columns(kept))


def test_the_data_has_what_is_changed_below(tables, original):
    assert tables.interactions.filter(pl.col("updated_at") >= LATER).height > 50
    data, rows, features = original
    assert len(np.intersect1d(rows["index"], data.tested)) > 20
    assert np.nanstd(features, axis=0).astype(bool).mean() > 0.6


def test_statuses_after_the_day_change_no_score(tables, original, original_scores):
    """Outcomes of the own and of other applications, in any order and at any later time."""
    updated = pl.lit(LATER) + pl.duration(days=pl.int_range(pl.len()) % 90)
    status = pl.col("status").shuffle(3)
    changed = change(tables, {"status": status, "updated_at": updated}, pl.col("updated_at") >= LATER)
    assert not changed.interactions["status"].equals(tables.interactions["status"])
    data, rows, features = build(changed)
    np.testing.assert_array_equal(features, original[2])
    np.testing.assert_array_equal(score(data, rows), original_scores)


def test_statuses_before_the_day_change_features(tables, original):
    """The test above would see a change."""
    changed = change(tables, {"status": pl.col("status").shuffle(3)})
    assert not np.array_equal(build(changed)[2], original[2], equal_nan=True)


def test_a_missing_date_of_the_last_update_is_no_feature(tables, original):
    changed = change(tables, {"updated_at": None}, pl.col("updated_at") >= LATER)
    np.testing.assert_array_equal(build(changed)[2], original[2])


def test_later_applications_change_no_feature(tables, original):
    """How many applicants the opening will have, how often the applicant succeeds later, the limit of 25."""
    # An opening without applications has the time of its request; texts are fitted on it where that is old.
    old = select_openings(tables).filter(pl.col("published_at") < START)["opening_id"]
    earlier = select_applications(tables).filter(pl.col("timestamp") < LATER)["opening_id"]
    kept = sorted(set(old) - set(earlier))
    of_kept = pl.col("item_id").is_in(kept) | pl.col("user_id").is_in(kept)
    left = tables.interactions.filter((pl.col("timestamp") < LATER) | of_kept)
    assert left.height < tables.interactions.height - 50
    np.testing.assert_array_equal(build(replace(tables, interactions=left))[2], original[2])


def test_codes_change_no_feature(tables, original):
    """Codes are numbered over time: other numbers in a random order change nothing."""
    other = {}
    for ids in tables.items.partition_by("category"):
        other |= dict(zip(ids["item_id"], ids["item_id"].shuffle(5), strict=True))

    def rename(frame, *columns):
        return frame.with_columns(pl.col(name).replace_strict(other) for name in columns)

    _, rows, features = build(
        replace(
            tables,
            interactions=rename(tables.interactions, "item_id", "user_id"),
            items=rename(tables.items, "item_id"),
            users=rename(tables.users, "user_id"),
        )
    )
    places = {pair: place for place, pair in enumerate(rows.select("opening_id", "applicant_id").iter_rows())}
    order = [
        places[other[opening], other[applicant]]
        for opening, applicant in original[1].select("opening_id", "applicant_id").iter_rows()
    ]
    is_text = np.array(["title_" in name or "text_" in name for name in feature_groups()])
    difference = np.abs(np.nan_to_num(features[order]) - np.nan_to_num(original[2]))
    assert difference[:, ~is_text].max() < 1e-5
    # The openings of a day are in the order of their codes, on which the rounding of text vectors depends.
    assert difference[:, is_text].mean() < 0.005


def test_the_order_of_the_file_changes_no_score(tables, original, original_scores):
    def shuffle(frame):
        return frame.sample(fraction=1, shuffle=True, seed=2)

    changed = replace(
        tables,
        interactions=shuffle(tables.interactions),
        items=shuffle(tables.items),
        users=shuffle(tables.users),
    )
    data, rows, features = build(changed)
    np.testing.assert_array_equal(features, original[2])
    np.testing.assert_array_equal(score(data, rows), original_scores)


def test_comments_positions_and_names_are_read_into_no_table(generated_files, tables, tmp_path):
    """The comment, its length, the current position and the name change no refined table."""
    folder = tmp_path / "changed"
    shutil.copytree(generated_files, folder)
    file = folder / "prospects.json"
    openings = json.loads(file.read_text(encoding="utf-8"))
    entries = [entry for opening in openings.values() for entry in opening["prospects"]]
    for number, entry in enumerate(entries):
        entry["comentario"], entry["nome"] = "contratado " * (number % 7), f"person {number}"
    file.write_text(json.dumps(openings), encoding="utf-8")
    file = folder / "applicants.json"
    applicants = json.loads(file.read_text(encoding="utf-8"))
    for applicant in applicants.values():
        applicant["cargo_atual"] = {"cargo_atual": "contratado pela decision", "cliente": "a client"}
        applicant["infos_basicas"]["nome"] = "a name"
    file.write_text(json.dumps(applicants), encoding="utf-8")
    changed = refine(folder)
    for name in ("interactions", "items", "users"):
        assert getattr(changed, name).equals(getattr(tables, name)), name


def test_a_request_does_not_name_the_recruiter(original):
    """Only the features of the recruiter differ, and they tell nothing."""
    data = original[0]
    is_record = np.array(["recruiter" in name for name in feature_groups()])
    request, applied = data.request_features, data.test_features
    np.testing.assert_array_equal(request[:, ~is_record], applied[:, ~is_record])
    assert not np.nan_to_num(request[:, is_record]).any()
    assert np.nan_to_num(applied[:, is_record]).any()


def test_no_feature_is_named_after_an_outcome_of_the_own_application():
    forbidden = {"status", "updated", "update", "comment", "code", "id", "row"}
    found = [name for name in feature_groups() if forbidden & set(name.split("_"))]
    assert found == []


def test_only_features_by_recruiter_differ_where_the_recruiter_is_unknown(original):
    data = original[0]
    known, unknown = data.test_features, data.request_features
    differs = ((known != unknown) & ~(np.isnan(known) & np.isnan(unknown))).any(axis=0)
    groups = feature_groups()
    changed = {group for group, is_changed in zip(groups.values(), differs, strict=True) if is_changed}
    assert changed == set(BY_RECRUITER)
