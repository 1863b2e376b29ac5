import pytest

pytest.importorskip("usearch")

from benchmarks.search import user_pools
from benchmarks.search.vector_indexes import SHARES, WEIGHTS, main


def test_every_kind_of_query_is_measured(capsys):
    main(sizes="2000", queries=5)
    title, header, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("2,000 x 208: built in")
    assert header.split() == ["weights", "allowed", "exact", "ms", "usearch", "ms", "recall@50"]
    assert len(rows) == len(WEIGHTS) * len(SHARES)
    assert all(float(row.split()[-1]) > 0.95 for row in rows)


def test_coarse_search_for_similar_users_finds_98_percent_of_the_exact_50(capsys):
    user_pools.main(sizes="12000", queries=20)
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[-1] == "recall"
    assert [int(row.split()[1]) for row in rows] == list(user_pools.RESULTS)
    assert float(rows[0].split()[-1]) >= 0.98
