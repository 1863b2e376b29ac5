"""Three small invented files with every kind of dirt, and the tables that they must become.

`files.json` contains them by their names.

`python -m tests.pipelines.domains.recruiting.sources.test_golden_files` writes the expected tables anew.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.data.balance import assert_balanced
from tests.support.data.decision import write_decision
from tests.support.data.refined_recruiting import SOURCE

FOLDER = Path(__file__).parents[4] / "golden" / "recruiting"
EXPECTED = FOLDER / "refined.json"


def describe(refinement):
    """Return tables, quarantine, report and warnings as JSON; values that are null are left out."""
    tables = {name: getattr(refinement.tables, name) for name in ("interactions", "items", "users")}
    frames = tables | {"quarantine": refinement.quarantine}
    rows = {
        name: [{key: value for key, value in row.items() if value is not None} for row in frame.to_dicts()]
        for name, frame in frames.items()
    }
    facts = {"report": refinement.report, "warnings": refinement.warnings, "as_of_ms": refinement.as_of_ms}
    return json.loads(json.dumps(rows | facts, default=str))


def refine(folder):
    """Write the files into a folder and refine them."""
    files = json.loads((FOLDER / "files.json").read_text(encoding="utf-8"))
    return SOURCE.refine(write_decision(folder, **files))


def test_files_become_the_expected_tables(tmp_path):
    refinement = refine(tmp_path)
    assert_balanced(refinement)
    assert describe(refinement) == json.loads(EXPECTED.read_text(encoding="utf-8"))


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        text = json.dumps(describe(refine(Path(name))), ensure_ascii=False, indent=1)
    EXPECTED.write_text(text + "\n", encoding="utf-8")
