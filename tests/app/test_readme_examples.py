"""What README says to ask the service is answered."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ curl (?:-H '(.*?): (.*?)' )?'http://127\.0\.0\.1:8001(.*?)'$", PAGE, re.MULTILINE)


def test_every_curl_of_the_page_is_read():
    assert len(EXAMPLES) == PAGE.count("$ curl ")


@pytest.mark.parametrize(("header", "value", "path"), EXAMPLES)
def test_an_example_is_answered(client, header, value, path):
    answer = client.get(path, headers={header: value} if header else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(
        value or ("text/plain" if path == "/metrics" else "application/json")
    )
