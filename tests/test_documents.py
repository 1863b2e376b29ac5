"""README.md, CHANGELOG.md and docs/ name only existing paths and links, in lines of limited length."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FOLDERS = r"app|clients|pipelines|script_shared|tests|benchmarks|docker|docs|grafana|test_model"
#: `app/routes/events.py` is a path; `https://example.com/docs/x` and `logs/app/x` are not.
PATH = re.compile(rf"(?<![\w./:-])(?:{FOLDERS})/[\w./-]*\w")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
MAX_COLUMNS = 120


def make_anchor(heading):
    """Return the anchor that GitHub assigns to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_repository_path_exists(page):
    paths = PATH.findall(page.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_has_a_target(page):
    for link, section in LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / link if link else page
        assert target.exists(), link
        headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE) if section else []
        assert not section or section in map(make_anchor, headings), f"{link}#{section}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_prose_has_short_lines(page):
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    long_lines = [line for line in prose.splitlines() if len(line) > MAX_COLUMNS and not line.startswith("|")]
    assert long_lines == []
