"""`GET /`: one page without external resources, which inserts all values as text."""

import base64
import hashlib
import re

import pytest


@pytest.fixture(scope="module")
def page(shared_client):
    return shared_client.get("/")


def blocks(page, tag):
    return re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)


def test_page_is_html_with_the_form(page):
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert all(f'name="{name}"' in page.text for name in ("user_id", "region", "device", "num_recs"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ],
)
def test_page_has_strict_headers(page, name, value):
    assert page.headers[name] == value


@pytest.mark.parametrize("tag", ["script", "style"])
def test_policy_allows_only_the_script_and_style_of_the_page(page, tag):
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    (block,) = blocks(page, tag)
    digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
    assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_page_loads_no_external_resource(page):
    assert re.findall(r"(?:src|href|action)\s*=\s*[\"']([^\"']*)", page.text) == ["data:,", "docs"]
    assert not re.search(r"@import|url\(|\bimport\(|https?://|[\"'(=]\s*//", page.text)


def test_script_inserts_values_as_text_only(page):
    (script,) = blocks(page, "script")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", script)
    assert not re.search(r"\son[a-z]+\s*=", page.text)
    assert "textContent" in script


def test_script_links_only_web_addresses(page):
    (script,) = blocks(page, "script")
    assert r"if (!/^https?:\/\//i.test(item.url" in script
