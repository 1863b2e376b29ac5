"""What every refinement owes: nothing is lost between what was read and what was kept."""


def assert_balanced(refinement):
    """Every row read was kept or stands in the quarantine with a reason; return the rejected counts."""
    kinds = {name: part for name, part in refinement.report.items() if "read" in part}
    for part in kinds.values():
        assert part["read"] == part["kept"] + sum(part["rejected"].values())
    rejected = {}
    for part in kinds.values():
        for reason, count in part["rejected"].items():
            rejected[reason] = rejected.get(reason, 0) + count
    found = dict(refinement.quarantine["reason"].value_counts().iter_rows())
    assert found == rejected
    return rejected
