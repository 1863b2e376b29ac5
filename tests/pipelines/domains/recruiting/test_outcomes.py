"""Events of one application become one row in each direction."""

from datetime import UTC, datetime

import polars as pl

from pipelines.domains.recruiting.outcomes import merge_outcomes
from pipelines.domains.recruiting.tables import assemble_tables
from script_shared.domains.recruiting.tables import INTERACTIONS, ITEMS

OPENING, APPLICANT = "opening:1", "applicant:2"


def day(number):
    return datetime(2024, 1, number, tzinfo=UTC)


def rows(*events):
    fields = [
        {"user_id": OPENING, "item_id": APPLICANT, "timestamp": time, "status": status, "updated_at": updated}
        for time, status, updated in events
    ]
    schema = {name: kind for name, kind in INTERACTIONS.dtypes.items() if name != "recruiter"}
    return INTERACTIONS.conform(pl.DataFrame(fields, schema))


def test_application_keeps_its_first_time_and_gets_its_last_outcome():
    events = rows(
        (day(5), "Entrevista Técnica", day(5)),
        (day(1), "Prospect", None),
        (day(9), "Contratado pela Decision", day(9)),
    )
    [row] = merge_outcomes(events).to_dicts()
    assert (row["timestamp"], row["status"], row["updated_at"]) == (
        day(1),
        "Contratado pela Decision",
        day(9),
    )


def test_outcome_of_a_file_is_replaced_by_a_later_event_only():
    of_file = (day(1), "Não Aprovado pelo RH", day(6))
    [older] = merge_outcomes(rows(of_file, (day(4), "Entrevista Técnica", day(4)))).to_dicts()
    [newer] = merge_outcomes(rows(of_file, (day(8), "Contratado pela Decision", day(8)))).to_dicts()
    assert (older["status"], newer["status"]) == ("Não Aprovado pelo RH", "Contratado pela Decision")


def test_rows_of_different_applications_are_unchanged():
    events = rows((day(1), "Prospect", None))
    others = events.with_columns(user_id=pl.lit("opening:3"))
    both = pl.concat([events, others])
    assert merge_outcomes(both).equals(both)


def test_assembled_tables_have_one_interaction_for_each_direction_of_an_application():
    events = rows((day(1), "Prospect", None), (day(2), "Recusado", day(2)))
    reverse = events.with_columns(user_id="item_id", item_id="user_id")
    items = ITEMS.conform(pl.DataFrame({"item_id": []}, {"item_id": pl.String}))
    tables = assemble_tables(pl.concat([events, reverse]), items)
    assert tables.interactions["status"].to_list() == ["Recusado", "Recusado"]
    assert tables.users["interactions"].to_list() == [1, 1]
