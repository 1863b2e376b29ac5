"""`GET /`: one file that needs nothing from anywhere else and trusts nothing that it shows."""

import base64
import hashlib
import re

import pytest


@pytest.fixture(scope="module")
def page(client):
    return client.get("/")


def blocks(page, tag):
    return re.findall(rf"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)


def test_it_is_a_page(page):
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
def test_its_headers_are_strict(page, name, value):
    assert page.headers[name] == value


@pytest.mark.parametrize("tag", ["script", "style"])
def test_the_policy_allows_the_page_s_own_blocks_and_no_others(page, tag):
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    (block,) = blocks(page, tag)
    digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
    assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_it_loads_nothing_from_elsewhere(page):
    assert re.findall(r"(?:src|href|action)\s*=\s*[\"']([^\"']*)", page.text) == ["data:,", "docs"]
    assert not re.search(r"@import|url\(|\bimport\(|https?://|[\"'(=]\s*//", page.text)


def test_values_enter_it_as_text_only(page):
    (script,) = blocks(page, "script")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", script)
    assert not re.search(r"\son[a-z]+\s*=", page.text)
    assert "textContent" in script


def test_a_link_is_made_of_web_addresses_only(page):
    (script,) = blocks(page, "script")
    assert r"if (!/^https?:\/\//i.test(item.url" in script
