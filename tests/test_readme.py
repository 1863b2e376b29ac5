"""README.md describes the settings, make targets and pages that exist."""

import re
from pathlib import Path

from app.settings import ApiSettings
from pipelines.dags.settings import DagSettings
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.settings import PipelineSettings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ApiSettings, DagSettings, EmbeddedSettings, PipelineSettings)


def test_every_setting_of_the_table_exists_with_its_default():
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`|\*\(empty\)\*) \|", PAGE, re.MULTILINE)
    defaults = {
        name.upper(): str(field.default).removesuffix(".0")
        for settings in SETTINGS
        for name, field in settings.model_fields.items()
    }
    assert len(rows) > 5
    assert dict(rows).items() <= defaults.items()


def test_every_named_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= set(re.findall(r"\bmake ([a-z-]+)", PAGE)) <= targets


def test_readme_is_short():
    lines = PAGE.splitlines()
    assert len(lines) <= 200
    assert max(len(line) for line in lines if not line.startswith("|")) <= 120


def test_readme_links_every_page_of_the_documentation():
    links = set(re.findall(r"\]\((?!http|#)([^)#]+)", PAGE))
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")}
    assert pages <= links
