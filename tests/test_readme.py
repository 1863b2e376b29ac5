"""README.md matches the code."""

import re
from pathlib import Path

from app.settings import ApiSettings
from pipelines.dags.settings import DagSettings
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ApiSettings, DagSettings, EmbeddedSettings, PipelineSettings)


def test_listed_settings_exist_with_their_defaults():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|\*\(empty\)\*) \|", PAGE, re.MULTILINE)
    defaults = {
        name.upper(): str(field.default).removesuffix(".0")
        for settings in SETTINGS
        for name, field in settings.model_fields.items()
    }
    assert len(rows) > 5
    assert dict(rows).items() <= defaults.items()


def test_mentioned_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= set(re.findall(r"\bmake ([a-z-]+)", PAGE)) <= targets


def test_linked_pages_exist():
    links = re.findall(r"\]\((?!http|#)([^)#]+)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
