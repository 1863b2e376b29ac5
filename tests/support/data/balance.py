"""Checks the row counts of a refinement."""


def assert_balanced(refinement):
    """Assert that every row was kept or quarantined; return the number of rejected rows by reason."""
    kinds = {name: part for name, part in refinement.report.items() if "read" in part}
    for part in kinds.values():
        assert part["read"] == part["kept"] + sum(part["rejected"].values())
    rejected = {}
    for part in kinds.values():
        for reason, count in part["rejected"].items():
            rejected[reason] = rejected.get(reason, 0) + count
    counts = dict(refinement.quarantine["reason"].value_counts().iter_rows())
    assert counts == rejected
    return rejected
