"""What README says to ask the service is answered."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLE = r"^\$ curl (?:-H '(.*?): (.*?)' )?'http://127\.0\.0\.1:8001(.*?)'(?: --json '(.*?)')?$"
EXAMPLES = re.findall(EXAMPLE, PAGE, re.MULTILINE)


def test_every_curl_of_the_page_is_read():
    assert len(EXAMPLES) == PAGE.count("$ curl ")


@pytest.mark.parametrize(("header", "value", "path", "sent"), EXAMPLES)
def test_an_example_is_answered(open_door, header, value, path, sent):
    headers = {"Content-Type": "application/json"} if sent else {}
    headers |= {header: value} if header else {}
    answer = open_door.request("POST" if sent else "GET", path, content=sent, headers=headers)
    assert answer.status_code == 200
    wanted = value if header == "Accept" else ""
    assert answer.headers["content-type"].startswith(
        wanted or ("text/plain" if path == "/metrics" else "application/json")
    )
