import csv
import shutil

import pytest

from pipelines.domains.news.sources.webmedia import WebmediaSource
from tests.support.data.balance import assert_balanced
from tests.support.data.webmedia import reader, write_webmedia


@pytest.mark.realdata
def test_fifty_real_articles_are_read_completely(real_data, tmp_path):
    origin = real_data / "webmedia" / "itens-parte1.csv"
    with origin.open(newline="", encoding="utf-8") as file:
        rows = {row["page"]: row for row in csv.DictReader(file)}
    pages = sorted(rows)
    write_webmedia(
        tmp_path, [reader(n, history=", ".join(pages[n * 3 : n * 3 + 3])) for n in range(16)], articles=[]
    )
    shutil.copy(origin, tmp_path / "itens-parte1.csv")
    refinement = WebmediaSource().refine(tmp_path)
    assert assert_balanced(refinement) == {}
    items = refinement.tables.items
    assert items["item_id"].to_list() == pages
    assert items["body"].to_list() == [rows[page]["body"] for page in pages]
    assert items["title"].to_list() == [rows[page]["title"] for page in pages]
    assert items["published_at"].null_count() == 0
    issued = [f"{time:%Y-%m-%d %H:%M:%S}+00:00" for time in items["published_at"]]
    assert issued == [rows[page]["issued"] for page in pages]
    assert items["category"].null_count() <= 2
