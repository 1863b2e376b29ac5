"""docs/operating.md describes the settings and make targets that exist."""

import re
from pathlib import Path

from pipelines.dags.settings import DagSettings
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_tables_contain_every_setting_with_its_default():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|\*\(empty\)\*) \|", PAGE, re.MULTILINE)
    classes = EmbeddedSettings, PipelineSettings, DagSettings
    fields = {name: field for settings in classes for name, field in settings.model_fields.items()}
    assert dict(rows) == {name.upper(): str(field.default) for name, field in fields.items()}


def test_every_named_make_target_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", PAGE)) <= targets
