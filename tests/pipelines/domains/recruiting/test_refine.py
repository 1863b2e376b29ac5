"""The stage `refine` with the domain recruiting."""

import json

import pytest

from pipelines.domains import load
from pipelines.settings import BotLimits, RefineOptions
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from tests.support.data.decision import applicant, application, opening, prospects, write_decision

OPTIONS = RefineOptions(bot_limits=BotLimits(per_hour=100, per_day=400))


@pytest.fixture
def volume(tmp_path):
    """A volume with the raw files of a run: one opening with 500 applications on one day."""
    raw = tmp_path / "raw"
    raw.mkdir()
    entries = prospects(*(application(str(code)) for code in range(500)))
    write_decision(raw, vagas={"1": opening()}, prospects={"1": entries}, applicants={"7": applicant()})
    volume = Volume(tmp_path / "volume")
    download(load("recruiting"), volume, "run", "decision", str(raw), 1.0)
    return volume


def test_tables_and_report_are_written(volume):
    report = refine(load("recruiting"), volume, "run", "decision", OPTIONS)
    folder = volume.refined / "run"
    assert json.loads((folder / "report.json").read_text())["applications"]["kept"] == 500
    assert report["openings"]["read"] == 1
    assert len(Tables.read(folder).items) == 501


def test_opening_with_many_applications_is_no_bot(volume):
    report = refine(load("recruiting"), volume, "run", "decision", OPTIONS)
    assert report["suspected_bots"]["users"] == 0
    assert len(Tables.read(volume.refined / "run").interactions) == 1_000
