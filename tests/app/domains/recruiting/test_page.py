"""The page of recruiting in a real browser."""

import csv
import io
from urllib.parse import quote

import httpx
import pytest

from tests.support.processes.api_process import run_api, wait_for
from tests.support.processes.browser import PageSession, open_browser
from tests.support.processes.recruiting_client import ITEMS
from tests.support.releases.release_copies import create_registry, publish_copy

pytestmark = [pytest.mark.integration, pytest.mark.tools("chromium")]

OPENING, APPLICANT = "140", "1020"
MARKUP = "<img src=x onerror=\"document.body.dataset.attacked='yes'\">"
VIEWS = {
    "openings": "#/",
    "no opening": "#/?state=Acre",
    "text": "#/?text=java",
    "opening": f"#/openings/{OPENING}",
    "what-if": f"#/openings/{OPENING}/what-if",
    "applicant": f"#/applicants/{APPLICANT}",
    "search": "#/search",
    "not found": "#/openings/unheard-of",
}
LANGUAGES = {"en": "Openings", "pt-BR": "Vagas"}


@pytest.fixture(scope="module")
def base_url(release, tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    publish_copy(create_registry(root, "recruiting"), release, None)
    with run_api(root, root / "log.txt", domain="recruiting") as (_, client):
        wait_for(lambda: client.get("/openings").status_code == 200, "the service has a release")
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="module")
def browser():
    with open_browser() as browser:
        yield browser


@pytest.fixture
def open_session(browser, base_url):
    sessions = []

    def open_session(view="#/", locale="en", **context):
        session = PageSession(browser, base_url, locale=locale, **context)
        sessions.append(session)
        session.open(view)
        return session

    yield open_session
    for session in sessions:
        session.context.close()


@pytest.mark.parametrize("locale", ["en", pytest.param("pt-BR", marks=pytest.mark.slow)])
def test_no_view_violates_a_rule_of_accessibility(open_session, locale):
    session = open_session(locale=locale)
    for view, path in VIEWS.items():
        session.page.emulate_media(color_scheme="light")
        session.open(path)
        for details in session.page.locator("summary").all()[:3]:
            details.click()
        assert session.find_violations() == [], view
        session.page.emulate_media(color_scheme="dark")
        assert session.find_violations("color-contrast") == [], f"{view}, dark"


@pytest.mark.parametrize("width", [320, 1280])
def test_no_view_is_wider_than_the_window(open_session, width):
    session = open_session(viewport={"width": width, "height": 800})
    for view, path in VIEWS.items():
        session.open(path)
        assert session.page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_views_report_no_error_and_request_no_other_host(open_session, base_url):
    session = open_session()
    for view, path in VIEWS.items():
        session.open(path)
        expected = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
        assert set(session.errors) <= set(expected if view == "not found" else ()), view
    assert {url for url in session.requests if not url.startswith((base_url, "data:", "about:"))} == set()
    assert len(session.requests) > len(VIEWS)


def test_edit_of_a_found_opening_changes_the_places_of_its_applicants(open_session):
    session = open_session()
    page = session.page
    page.get_by_label("Title or description").fill("java")
    page.get_by_label("English").fill("Básico")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("most similar text first").wait_for()
    first = page.locator("main ol h3 a").first
    title = first.inner_text()
    assert "Java" in title
    first.click()
    session.wait_for_heading(title)
    assert page.locator("dl.results").count() == 20
    page.get_by_role("link", name="What if?").click()
    session.wait_for_heading("What if?")
    assert page.locator(".change").all_inner_texts() == ["same place"] * 20
    page.locator("select[name=english]").select_option("Fluente")
    page.get_by_text("English ≥ Básico → English ≥ Fluente").wait_for()
    session.wait()
    assert any(text.startswith(("▲", "▼")) for text in page.locator(".change").all_inner_texts())
    page.go_back()
    session.wait_for_heading(title)
    page.go_back()
    session.wait_for_heading("Openings")
    assert page.get_by_label("Title or description").input_value() == "java"


def test_requirement_is_added_and_another_removed(open_session):
    session = open_session(f"#/openings/{OPENING}/what-if")
    page = session.page
    page.get_by_label("Add requirements").fill("Kubernetes")
    page.get_by_role("group", name="Requirements that count").get_by_label("SAP MM").uncheck()
    page.get_by_role("button", name="Compare").click()
    page.locator("dt", has_text="Removed").wait_for()
    session.wait()
    assert page.locator("section > dl").inner_text().split("\n") == [
        "Added",
        "Kubernetes",
        "Removed",
        "SAP MM",
    ]


@pytest.mark.parametrize(("locale", "title"), LANGUAGES.items())
def test_language_of_the_browser_decides_first(open_session, locale, title):
    session = open_session(locale=locale)
    assert session.page.locator("h1").inner_text() == title
    assert session.page.locator("html").get_attribute("lang") == locale


def test_language_is_switched_and_the_view_stays(open_session):
    session = open_session("#/?city=Recife")
    session.page.get_by_label("Language").select_option("pt-BR")
    session.wait_for_heading("Vagas")
    assert session.page.locator("html").get_attribute("lang") == "pt-BR"
    assert session.page.get_by_label("Cidade").input_value() == "Recife"
    assert session.page.get_by_text("1–20 de 20, mais recentes primeiro").count() == 1
    assert "#/?city=Recife" in session.page.url


def test_languages_have_the_same_texts(open_session):
    keys = "JSON.stringify(Object.values(TEXTS).map((texts) => Object.keys(texts)))"
    english, portuguese = open_session().page.evaluate(f"JSON.parse({keys})")
    assert english == portuguese


def test_every_control_is_reached_with_the_keyboard(open_session):
    session = open_session()
    page, reached = session.page, []
    title = page.locator("main ol h3 a").first.inner_text()
    while title not in reached:
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("({ name, id, textContent } = document.activeElement, name || id || textContent)")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert len(reached) < 20
    links, controls = reached[:4], reached[4:-1]
    assert links == ["Openings", "Search by text", "Model card", "API"]
    fields = ["text", "city", "state", "level", "english", "contract", "is_for_disabled", "Search"]
    assert controls == ["key", "language", *fields]
    page.keyboard.press("Enter")
    session.wait_for_heading(title)
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_markup_in_a_title_stays_text(open_session, base_url):
    opening = {"opening_id": "<b>9", "title": MARKUP, "skills": f"Java {MARKUP}", "city": MARKUP}
    response = httpx.post(f"{base_url}/openings", json=opening, headers=ITEMS)
    assert response.json()["accepted"] == 1, response.text
    code = quote("<b>9", safe="")
    wait_for(lambda: httpx.get(f"{base_url}/openings/{code}").status_code == 200, "the opening is known")
    for path in ("#/", f"#/openings/{code}", f"#/openings/{code}/what-if", f"#/?text={quote(MARKUP)}"):
        session = open_session(path)
        assert session.page.locator("img, main b").count() == 0
        assert session.page.evaluate("document.body.dataset.attacked") is None
        assert session.errors == []
        assert session.page.get_by_text(MARKUP).count() or MARKUP in session.page.content() or "text=" in path
    assert httpx.delete(f"{base_url}/openings/{code}", headers=ITEMS).status_code == 204


def test_list_is_exported_as_csv(open_session):
    session = open_session(f"#/openings/{OPENING}?english=Fluente")
    with session.page.expect_download() as download:
        session.page.get_by_role("button", name="Export as CSV").click()
    assert download.value.suggested_filename == f"opening-{OPENING}.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) > 20
    assert {row["english"] for row in rows} == {"Fluente"}
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, len(rows) + 1)]
    assert all("English" in row["met"] for row in rows)
