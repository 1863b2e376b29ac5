"""Audits of selections: rates by attribute, unknown groups, alarms."""

import json

import numpy as np

from pipelines.plans.audit import Selection, audit_selections

PERSONS = [f"p{n}" for n in range(400)]
#: The first half is of group a, then b; the last hundred are unknown.
GROUPS = {person: "a" if n < 200 else "b" for n, person in enumerate(PERSONS[:300])}


def select(rate_a, rate_b):
    rng = np.random.default_rng(0)
    rates = np.array([rate_a if GROUPS.get(person) == "a" else rate_b for person in PERSONS])
    return Selection("listed", "In a list.", PERSONS, rng.random(len(PERSONS)) < rates)


def test_each_attribute_is_audited_apart_and_unknown_persons_are_counted():
    audit = audit_selections([select(0.5, 0.5)], {"letter": GROUPS, "none": {}})
    [selection] = audit["selections"]
    assert selection["persons"] == 400
    assert selection["audits"]["letter"]["unknown"] == 100
    assert [group["n"] for group in selection["audits"]["letter"]["groups"]] == [200, 100]
    assert selection["audits"]["none"] == {
        "highest": None,
        "unknown": 400,
        "unknown_selected": selection["selected"],
        "alarms": [],
        "groups": [],
    }


def test_alarms_name_selection_attribute_and_group():
    audit = audit_selections([select(0.6, 0.2)], {"letter": GROUPS})
    assert audit["alarms"] == [{"selection": "listed", "attribute": "letter", "group": "b"}]
    assert audit_selections([select(0.5, 0.5)], {"letter": GROUPS})["alarms"] == []


def test_scores_above_the_median_are_selected():
    selection = Selection.above_median("score", "Above.", PERSONS[:5], [1, 2, 3, 4, 5])
    assert selection.selected.tolist() == [False, False, False, True, True]
    assert Selection.above_median("score", "Above.", [], []).selected.tolist() == []


def test_an_audit_is_json():
    audit = audit_selections([select(0.0, 0.0)], {"letter": GROUPS})
    assert json.loads(json.dumps(audit, allow_nan=False)) == audit
