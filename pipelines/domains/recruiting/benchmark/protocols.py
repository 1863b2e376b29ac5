"""Runs the protocols of applications, R2 to R5, on both periods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.domains.recruiting.benchmark import hire, match, rank
from pipelines.domains.recruiting.benchmark.graded import graded
from pipelines.domains.recruiting.benchmark.hire_models import fit_all, fit_decided
from pipelines.domains.recruiting.benchmark.measures import SERVED, Records
from pipelines.domains.recruiting.benchmark.period_data import PeriodData, find_segments
from pipelines.domains.recruiting.benchmark.periods import PERIODS
from script_shared.domain import Domain, Parameters
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.labels import MATCHED
from script_shared.domains.recruiting.matching.fitted_models import fit_models
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.models.ranking.training_samples import Period
from script_shared.tables import Tables


@dataclass(frozen=True, slots=True)
class ApplicationResult:
    """The result of the protocols.

    Attributes:
        records: see `measures`.
        promises: by model and promised precision, the threshold and what it approves.
        predictions: protocol, model, segment, query_id, rank, item_id, score.
    """

    records: Records = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    predictions: list[pl.DataFrame] = field(default_factory=list)


def run_protocols(
    domain: Domain, parameters: Parameters, tables: Tables, options: MatchParameters
) -> ApplicationResult:
    """Run R2 to R5 on both periods.

    Args:
        domain: the recruiting domain.
        parameters: of training.
        tables: the refined tables.
        options: of the classifiers.
    """
    result = ApplicationResult()
    for name, period in PERIODS.items():
        _run((domain, parameters, options), tables, (name, period), result)
    return result


def _run(
    models_of: tuple[Domain, Parameters, MatchParameters],
    tables: Tables,
    named_period: tuple[str, Period],
    out: ApplicationResult,
) -> None:
    (domain, parameters, options), (name, period) = models_of, named_period
    data = PeriodData.build(tables, period, options)
    of_openings, of_applicants = find_segments(domain, parameters, data)
    models = fit_models(data.train_on(MATCHED), data.day, options)
    out.records.extend(rank.rank(name, data, models, options))
    order = models.orders["advanced"].score(data.request_features)
    ranks = rank.rank_within(order, data.openings)
    out.predictions.append(data.list_predictions(rank.PROTOCOL, of_openings, order, ranks))
    of_all = fit_all(data, options)
    applicants = HireClassifier()
    applicants.fit(tables, period.start_ms)
    records, promises = hire.hire(name, data, of_all, fit_decided(data, applicants, options))
    out.records.extend(records)
    out.promises.extend(promises)
    out.predictions.append(data.list_predictions(hire.PROTOCOL, of_applicants, of_all[SERVED].tested))
    matches = match.fit_match_models(tables, data, models)
    out.records.extend(match.match(name, data, matches))
    out.predictions.append(data.list_predictions(match.PROTOCOL, of_applicants, matches[SERVED].tested))
    out.records.extend(graded(name, data, models))
