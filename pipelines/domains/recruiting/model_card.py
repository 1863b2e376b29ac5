"""The model card of a release: what the models are for, what they read, how good and how fair they are.

The sections follow Mitchell et al., Model Cards for Model Reporting (FAT* 2019), and what articles 11 to 15
of the EU AI Act and article 20 of the LGPD ask an operator to be able to tell.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.domains.recruiting import card_texts
from pipelines.domains.recruiting.card_data import describe_data
from pipelines.domains.recruiting.columns_read import NEVER_READ, NEVER_STORED, list_columns_read
from pipelines.plans.plan import Plan, ReleaseRecord
from pipelines.reporting.model_card_page import render_model_card
from pipelines.settings import PipelineSettings
from pipelines.stages.evaluate_classifier import read_classifier_measures
from pipelines.stages.report import read_audit, read_metrics
from script_shared.arrays import Bundle
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.ranking import METRICS
from script_shared.models.classifier import Classifier, DecisionClassifier
from script_shared.storage.partitions import find_partition

JSON_FILE, PAGE_FILE = "model_card.json", "model_card.html"
#: Changes with the names of the sections.
FORMAT = 1
_DIGITS = 4


def write_model_card(plan: Plan, record: ReleaseRecord) -> Mapping[str, bytes]:
    """Return the model card of a release as JSON and as a page; see `Plan.release_documents`."""
    card = describe_release(plan, record)
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False)
    return {JSON_FILE: text.encode(), PAGE_FILE: render_model_card(card).encode()}


def describe_release(plan: Plan, record: ReleaseRecord) -> dict[str, Any]:
    """Return the model card as JSON values.

    Args:
        plan: the plan of the domain.
        record: the release.
    """
    facts, volume, run = record.facts, record.volume, record.run
    classifiers = dict(_load_classifiers(plan, record))
    audit = read_audit(volume, run)
    return {
        "format": FORMAT,
        "title": card_texts.TITLE,
        "release": {"run": facts.run, "data_fingerprint": facts.data_fingerprint, "replayed": facts.replay},
        "intended_use": card_texts.INTENDED_USE,
        "not_intended_for": card_texts.NOT_INTENDED_FOR,
        "human_oversight": card_texts.HUMAN_OVERSIGHT,
        "contact": PipelineSettings.read().model_card_contact or card_texts.NO_CONTACT,
        "data": describe_data(record),
        "models": _describe_models(record, classifiers),
        "columns_read": list_columns_read(plan, facts.parameters),
        "columns_never_read": {f"{table}.{name}": why for (table, name), why in NEVER_READ.items()},
        "fields_never_stored": dict(NEVER_STORED),
        "figures": _describe_figures(record),
        "audit": audit if audit is not None else card_texts.NOT_AUDITED,
        "limits": card_texts.LIMITS,
        "retention": card_texts.RETENTION,
        "law": card_texts.LAW,
    }


def _load_classifiers(plan: Plan, record: ReleaseRecord) -> Iterator[tuple[str, Classifier]]:
    for name, classifier in plan.domain.classifiers(record.facts.parameters).items():
        folder = find_partition(record.volume.artifacts / record.run, name) / "model"
        classifier.load(Bundle.read(folder))
        yield name, classifier


def _describe_models(record: ReleaseRecord, classifiers: Mapping[str, Classifier]) -> dict[str, Any]:
    lists = {
        f"lists of {name}": {"model": segment["model"], "meaning": card_texts.MEANINGS["lists"]}
        for name, segment in record.facts.segments.items()
    }
    return lists | {name: _describe_classifier(name, model) for name, model in classifiers.items()}


def _describe_classifier(name: str, classifier: Classifier) -> dict[str, Any]:
    """Return what the probability means, its features, and its threshold where it decides."""
    described: dict[str, Any] = {
        "meaning": card_texts.MEANINGS.get(name, card_texts.MEANINGS["classifier"]),
        "features": list(classifier.feature_names),
    }
    if isinstance(classifier, DecisionClassifier):
        approves = math.isfinite(classifier.threshold)
        described["operating_mode"] = classifier.operating_mode
        described["threshold"] = classifier.threshold if approves else card_texts.APPROVES_NOBODY
        described["details"] = dict(classifier.description)
    return described


def _describe_figures(record: ReleaseRecord) -> dict[str, Any]:
    metrics = read_metrics(record.volume, record.run)
    return {
        "lists": [_describe_list(entry) for entry in metrics] or card_texts.NOT_EVALUATED,
        "classifiers": _describe_measures(record) or card_texts.NOT_EVALUATED,
    }


def _describe_list(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the measures of the lists of a segment and model, each with its 95 % interval."""
    names = {"segment": entry["segment"], "model": entry["model"], "users": entry["users"]}
    return names | {
        metric: f"{entry[metric]:.3f} [{entry[f'{metric}_low']:.3f} {entry[f'{metric}_high']:.3f}]"
        for metric in METRICS
    }


def _describe_measures(record: ReleaseRecord) -> dict[str, Any]:
    """Return the measures of each evaluated classifier, calibration included."""
    found = {}
    for entry in read_classifier_measures(record.volume, record.run):
        if "measures" in entry:
            gains = {
                f"log loss below {name}": "{:.4f} [{:.4f} {:.4f}]".format(*difference)
                for name, difference in entry["differences"].items()
            }
            found[entry["name"]] = {**_round(entry["measures"][SERVED]), **gains}
    return found


def _round(measures: Mapping[str, Any]) -> dict[str, Any]:
    rounded = ((name, value) for name, value in measures.items())
    return {name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in rounded}
