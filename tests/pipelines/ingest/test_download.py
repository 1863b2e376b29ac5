import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipelines.domains import load
from pipelines.ingest.download import fetch_uri
from pipelines.ingest.http import RetryPolicy
from pipelines.ingest.uri import parse_uri
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.errors import DownloadError, InputError, VolumeFullError
from script_shared.storage.volume import Volume
from tests.support.data.archives import encrypt, link, write_zip
from tests.support.processes.http_file_server import serve_file

CONTENTS = np.random.default_rng(0).bytes(1_000_000)
SUM = hashlib.sha256(CONTENTS).hexdigest()
QUICK = RetryPolicy(attempts=3, pause_s=0.001, timeout_s=5)


@pytest.fixture(autouse=True)
def directly(monkeypatch):
    """A proxy that this machine may have is not for servers on it."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,127.0.0.2")


def fetch(uri, folder):
    with fetch_uri(uri, folder, QUICK) as place:
        return Path(place).read_bytes()


def left_over(folder):
    """What stands below a folder, locks left out."""
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock")


class TestWhole:
    def test_a_file_is_fetched_and_nothing_is_left(self, tmp_path):
        with serve_file(CONTENTS) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert left_over(tmp_path) == []

    def test_a_local_path_is_given_as_it_is(self, tmp_path):
        with fetch_uri("some/folder", tmp_path / "downloads") as place:
            assert place == "some/folder"
        assert not (tmp_path / "downloads").exists()

    def test_a_file_of_unknown_length(self, tmp_path):
        with serve_file(CONTENTS, length=False) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_the_name_is_the_addresss(self, tmp_path):
        with serve_file(b"x") as served, fetch_uri(served.address, tmp_path, QUICK) as place:
            assert Path(place).name == "clicks.zip"


class TestInterrupted:
    def test_a_cut_connection_goes_on_where_it_was_cut(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 300_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request.get("Range") for request in served.requests] == [
            None,
            "bytes=400000-",
            "bytes=700000-",
        ]
        assert served.requests[1]["If-Range"] == '"one"'

    def test_a_later_run_goes_on(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError, match="interrupted after 400000 bytes") as caught:
                fetch(served.address, tmp_path)
            assert "resumes" in caught.value.remedy
            assert left_over(tmp_path) == ["clicks.zip.json", "clicks.zip.part"]
            served.cuts, served.requests = [], []
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request["Range"] for request in served.requests] == ["bytes=400000-"]
        assert left_over(tmp_path) == []

    def test_a_file_that_changed_meanwhile_begins_anew(self, tmp_path):
        other = CONTENTS[::-1]
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            served.contents, served.tag, served.cuts = other, '"two"', []
            assert fetch(served.address, tmp_path) == other

    def test_one_that_became_shorter_begins_anew(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            served.contents, served.cuts = CONTENTS[:1000], []
            served.statuses = [416]
            assert fetch(served.address, tmp_path) == CONTENTS[:1000]

    def test_without_ranges_it_begins_anew(self, tmp_path):
        with serve_file(CONTENTS, ranges=False, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    @pytest.mark.parametrize("tag", [None, 'W/"weak"'])
    def test_without_a_strong_validator_parts_are_not_joined(self, tmp_path, tag):
        with serve_file(CONTENTS, tag=tag, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request.get("Range") for request in served.requests] == [None, None]

    def test_a_date_is_a_validator(self, tmp_path):
        date = "Wed, 01 May 2024 00:00:00 GMT"
        with serve_file(CONTENTS, tag=None, modified=date, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert served.requests[1]["If-Range"] == date

    def test_damaged_notes_begin_anew(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            (notes,) = tmp_path.rglob("*.json")
            notes.write_text("[")
            served.cuts = []
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_a_caller_that_fails_finds_the_file_again(self, tmp_path):
        with serve_file(CONTENTS) as served:
            with pytest.raises(ZeroDivisionError), fetch_uri(served.address, tmp_path, QUICK):
                _ = 1 / 0
            served.requests = []
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request["Range"] for request in served.requests] == ["bytes=1000000-"]

    def test_a_busy_server_is_asked_again(self, tmp_path):
        with serve_file(CONTENTS, statuses=[503, 429]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_one_that_stays_busy_is_given_up(self, tmp_path):
        with (
            serve_file(CONTENTS, statuses=[503] * 3) as served,
            pytest.raises(DownloadError, match="the server answers 503"),
        ):
            fetch(served.address, tmp_path)

    def test_nobody_listens(self, tmp_path):
        with serve_file(CONTENTS) as served:
            pass
        with pytest.raises(DownloadError, match="interrupted after 0 bytes"):
            fetch(served.address, tmp_path)


class TestRefused:
    def test_a_checksum_that_fits(self, tmp_path):
        with serve_file(CONTENTS) as served:
            assert fetch(f"{served.address}#sha256={SUM.upper()}", tmp_path) == CONTENTS

    def test_one_that_does_not_leaves_nothing(self, tmp_path):
        with serve_file(CONTENTS) as served, pytest.raises(InputError, match=f"sha-256 is {SUM}, not 0000"):
            fetch(f"{served.address}#sha256={'0' * 64}", tmp_path)
        assert left_over(tmp_path) == []

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_what_may_not_be_read(self, tmp_path, status):
        with (
            serve_file(CONTENTS, statuses=[status]) as served,
            pytest.raises(InputError, match=f"answers {status}") as caught,
        ):
            fetch(served.address, tmp_path)
        assert "in a browser" in caught.value.remedy

    def test_a_web_page(self, tmp_path):
        with (
            serve_file(b"<html>", kind="text/html; charset=utf-8") as served,
            pytest.raises(InputError, match="the URL is a web page"),
        ):
            fetch(served.address, tmp_path)

    def test_a_file_packed_on_the_way(self, tmp_path):
        with (
            serve_file(b"x", encoding="br") as served,
            pytest.raises(InputError, match="with a content encoding"),
        ):
            fetch(served.address, tmp_path)

    def test_a_redirect_to_an_unprotected_address(self, tmp_path):
        with (
            serve_file(CONTENTS, host="127.0.0.2") as elsewhere,
            serve_file(b"", statuses=[302], location=elsewhere.address) as served,
        ):
            with pytest.raises(InputError, match="not encrypted"):
                fetch(served.address, tmp_path)
            served.statuses = [302]
            assert fetch(f"{served.address}#sha256={SUM}", tmp_path) == CONTENTS

    @pytest.mark.parametrize(
        ("uri", "what"),
        [
            ("http://example.org/a.zip", "not encrypted"),
            ("https:///a.zip", "has no host"),
            ("https://[::1/a.zip", "has no host"),
            ("https://example.org/a b.zip", "has no host"),
            ("https://example.org/a.zip#sha256=12", "the checksum is invalid"),
            ("https://example.org/a.zip#part", "the checksum is invalid"),
            ("gdrive:../../etc", "not the id of a file"),
            ("gdrive:", "not the id of a file"),
        ],
    )
    def test_addresses_that_are_none(self, tmp_path, uri, what):
        with pytest.raises(InputError, match=what) as caught:
            fetch(uri, tmp_path)
        assert caught.value.remedy

    @pytest.mark.parametrize(
        ("uri", "name"),
        [
            ("https://example.org/a/reads.zip?x=1", "reads.zip"),
            ("https://example.org/interactions.parquet", "interactions.parquet"),
            ("https://example.org/", "download.zip"),
            ("https://example.org/..%2f..%2fetc%2fpasswd", "passwd.zip"),
            ("https://example.org/%00%0a.zip", "__.zip"),
            ("gdrive:10zmuxXi05ayfiREA9hi", "10zmuxXi05ayfiREA9hi.zip"),
        ],
    )
    def test_names_are_made_harmless(self, uri, name):
        assert parse_uri(uri).name == name


class TestDrive:
    def test_drive_out_of_reach(self, tmp_path, monkeypatch):
        with serve_file(b"") as served:
            nobody = served.address
        monkeypatch.setenv("HTTPS_PROXY", nobody)
        monkeypatch.setenv("https_proxy", nobody)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(DownloadError, match="Google Drive refused the file") as caught:
            fetch("gdrive:10zmuxXi05ayfiREA9hi", tmp_path)
        assert "drive.google.com/file/d/10zmuxXi05ayfiREA9hi/view" in caught.value.remedy


READS = "user_id,item_id,timestamp\n" + "".join(
    f"u{n % 9},i{n % 5},{1_700_000_000_000 + n}\n" for n in range(50)
)


class TestStage:
    """From the server to refined tables."""

    def test_a_fetched_archive_is_refined(self, tmp_path):
        place = write_zip(tmp_path / "a.zip", ("mine/interactions.csv", READS))
        volume = Volume(tmp_path / "data")
        with serve_file(place.read_bytes()) as served:
            download(load("news"), volume, "run-1", "tables", served.address, 1.0)
        assert refine(load("news"), volume, "run-1", "tables")["reads"]["kept"] == 50
        assert left_over(volume.downloads) == []

    @pytest.mark.parametrize("kind", ["truncated", "encrypted", "outside its folder", "link", "web page"])
    def test_an_archive_that_is_none_leaves_what_stood_there(self, tmp_path, kind):
        place = write_zip(tmp_path / "a.zip", ("interactions.csv", READS))
        volume = Volume(tmp_path / "data")
        download(load("news"), volume, "run-1", "tables", str(place), 1.0)
        bad = spoil(place, kind)
        with serve_file(bad) as served, pytest.raises(InputError, match=kind):
            download(load("news"), volume, "run-1", "tables", served.address, 1.0)
        assert left_over(volume.downloads) == []
        assert refine(load("news"), volume, "run-1", "tables")["reads"]["kept"] == 50


def spoil(place, kind):
    """Return the archive's bytes made unusable."""
    copy = place.with_name("bad.zip")
    if kind == "truncated":
        return place.read_bytes()[:-30]
    if kind == "encrypted":
        copy.write_bytes(place.read_bytes())
        encrypt(copy)
        return copy.read_bytes()
    if kind == "web page":
        return b"<!DOCTYPE html><title>Quota exceeded</title>"
    name = "../interactions.csv" if kind.startswith("outside") else link("interactions.csv")
    return write_zip(copy, (name, READS)).read_bytes()


FULL = """
import resource, sys
from pipelines.domains import load
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.errors import VolumeFullError
from script_shared.storage.volume import Volume
from pathlib import Path
uri, root, run, limit, stage = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
volume, plan = Volume(Path(root)), load("news")
try:
    if stage == "download":
        download(plan, volume, run, "tables", uri, 1.0)
    else:
        refine(plan, volume, run, "tables")
except VolumeFullError as error:
    print(error)
    sys.exit(3)
"""


def with_small_files(limit, uri, root, stage):
    """Do a stage of run-1 in a process whose files may not grow beyond `limit` bytes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, uri, str(root), "run-1", str(limit), stage],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


class TestFullDisk:
    def test_a_download_without_room_keeps_its_part_and_goes_on_later(self, tmp_path):
        place = write_zip(tmp_path / "a.zip", ("interactions.csv", READS), ("noise.bin", CONTENTS))
        root = tmp_path / "data"
        with serve_file(place.read_bytes()) as served:
            code, text = with_small_files(300_000, served.address, root, "download")
            assert code == 3, text
            assert "the disk is full" in text
            assert "Remedy: free space" in text
            assert not list((root / "raw").glob("*"))
            served.requests = []
            download(load("news"), Volume(root), "run-1", "tables", served.address, 1.0)
        assert served.requests[0]["Range"] == "bytes=300000-"
        assert refine(load("news"), Volume(root), "run-1", "tables")["reads"]["kept"] == 50

    def test_a_refined_run_stays_when_its_repetition_finds_no_room(self, tmp_path):
        rows = "".join(f"u{n},i{n},{1_700_000_000_000 + n}\n" for n in range(3_000))
        place = write_zip(tmp_path / "a.zip", ("interactions.csv", "user_id,item_id,timestamp\n" + rows))
        volume = Volume(tmp_path / "data")
        download(load("news"), volume, "run-1", "tables", str(place), 1.0)
        refine(load("news"), volume, "run-1", "tables")
        before = {file.name: file.read_bytes() for file in (volume.refined / "run-1").iterdir()}
        code, text = with_small_files(10_000, "", volume.root, "refine")
        assert code == 3, text
        assert "the disk is full" in text
        assert {file.name: file.read_bytes() for file in (volume.refined / "run-1").iterdir()} == before
        assert sorted(path.name for path in volume.refined.iterdir()) == ["latest", "run-1"]

    def test_a_disk_with_less_room_than_the_file_needs_is_told_before(self, tmp_path):
        with (
            serve_file(b"x", declared=2**60) as served,
            pytest.raises(VolumeFullError, match="1152921504606846976 bytes are missing"),
        ):
            fetch(served.address, tmp_path)


def test_notes_say_which_version_a_part_is_of(tmp_path):
    with serve_file(CONTENTS, cuts=[1, 0, 0, 0]) as served, pytest.raises(DownloadError):
        fetch(served.address, tmp_path)
    (notes,) = tmp_path.rglob("*.json")
    assert json.loads(notes.read_text()) == {"validator": '"one"'}
