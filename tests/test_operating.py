"""docs/operating.md says what is there."""

import re
from pathlib import Path

from pipelines.dags.settings import DagSettings
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text()


def documented():
    """The settings of the page's tables with their defaults."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|\*\(empty\)\*) \|", PAGE, re.MULTILINE)
    return dict(rows)


def test_every_setting_of_the_embedded_run_the_stages_and_the_dags_is_described_with_its_default():
    kinds = EmbeddedSettings, PipelineSettings, DagSettings
    fields = {name: field for kind in kinds for name, field in kind.model_fields.items()}
    assert documented() == {name.upper(): str(field.default) for name, field in fields.items()}


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", PAGE)) <= targets
