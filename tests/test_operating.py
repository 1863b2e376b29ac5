"""docs/operating.md matches the code."""

import re
from pathlib import Path

from pipelines.dags.settings import DagSettings
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text()


def documented_settings():
    """Return the settings in the tables of the page with their defaults."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|\*\(empty\)\*) \|", PAGE, re.MULTILINE)
    return dict(rows)


def test_the_tables_list_every_setting_with_its_default():
    kinds = EmbeddedSettings, PipelineSettings, DagSettings
    fields = {name: field for kind in kinds for name, field in kind.model_fields.items()}
    assert documented_settings() == {name.upper(): str(field.default) for name, field in fields.items()}


def test_mentioned_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", PAGE)) <= targets
