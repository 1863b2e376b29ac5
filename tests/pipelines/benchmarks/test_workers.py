import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import polars as pl

from pipelines.benchmarks.workers import use_single_threads


def test_worker_has_one_thread_and_the_parent_environment_is_restored(monkeypatch):
    monkeypatch.setenv("POLARS_MAX_THREADS", "3")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = dict(os.environ)
    with use_single_threads(), ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(pl.thread_pool_size).result() == 1
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert dict(os.environ) == before
