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
SHA256 = hashlib.sha256(CONTENTS).hexdigest()
RETRIES = RetryPolicy(attempts=3, pause_s=0.001, timeout_s=5)


@pytest.fixture(autouse=True)
def bypass_proxy(monkeypatch):
    """Connect to local servers without a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,127.0.0.2")


def fetch(uri, folder):
    with fetch_uri(uri, folder, RETRIES) as path:
        return Path(path).read_bytes()


def list_files(folder):
    """Return the names of the files below a folder, without locks."""
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock")


class TestComplete:
    def test_download_returns_the_file_and_leaves_no_files(self, tmp_path):
        with serve_file(CONTENTS) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert list_files(tmp_path) == []

    def test_local_path_is_returned_unchanged(self, tmp_path):
        with fetch_uri("some/folder", tmp_path / "downloads") as path:
            assert path == "some/folder"
        assert not (tmp_path / "downloads").exists()

    def test_file_without_content_length_is_downloaded(self, tmp_path):
        with serve_file(CONTENTS, length=False) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_file_name_is_taken_from_the_url(self, tmp_path):
        with serve_file(b"x") as served, fetch_uri(served.address, tmp_path, RETRIES) as path:
            assert Path(path).name == "clicks.zip"


class TestInterrupted:
    def test_interrupted_download_resumes_at_its_last_byte(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 300_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request.get("Range") for request in served.requests] == [
            None,
            "bytes=400000-",
            "bytes=700000-",
        ]
        assert served.requests[1]["If-Range"] == '"one"'

    def test_later_run_resumes_the_download(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError, match="interrupted after 400000 bytes") as caught:
                fetch(served.address, tmp_path)
            assert "resumes" in caught.value.remedy
            assert list_files(tmp_path) == ["clicks.zip.json", "clicks.zip.part"]
            served.cuts, served.requests = [], []
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request["Range"] for request in served.requests] == ["bytes=400000-"]
        assert list_files(tmp_path) == []

    def test_changed_file_restarts_the_download(self, tmp_path):
        other = CONTENTS[::-1]
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            served.contents, served.tag, served.cuts = other, '"two"', []
            assert fetch(served.address, tmp_path) == other

    def test_shortened_file_restarts_the_download(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            served.contents, served.cuts = CONTENTS[:1000], []
            served.statuses = [416]
            assert fetch(served.address, tmp_path) == CONTENTS[:1000]

    def test_server_without_ranges_restarts_the_download(self, tmp_path):
        with serve_file(CONTENTS, ranges=False, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    @pytest.mark.parametrize("tag", [None, 'W/"weak"'])
    def test_parts_without_a_strong_validator_are_not_joined(self, tmp_path, tag):
        with serve_file(CONTENTS, tag=tag, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request.get("Range") for request in served.requests] == [None, None]

    def test_modification_date_is_a_validator(self, tmp_path):
        date = "Wed, 01 May 2024 00:00:00 GMT"
        with serve_file(CONTENTS, tag=None, modified=date, cuts=[400_000]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS
        assert served.requests[1]["If-Range"] == date

    def test_damaged_metadata_restarts_the_download(self, tmp_path):
        with serve_file(CONTENTS, cuts=[400_000, 0, 0, 0, 0]) as served:
            with pytest.raises(DownloadError):
                fetch(served.address, tmp_path)
            (metadata,) = tmp_path.rglob("*.json")
            metadata.write_text("[")
            served.cuts = []
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_file_is_kept_if_the_caller_fails(self, tmp_path):
        with serve_file(CONTENTS) as served:
            with pytest.raises(ZeroDivisionError), fetch_uri(served.address, tmp_path, RETRIES):
                _ = 1 / 0
            served.requests = []
            assert fetch(served.address, tmp_path) == CONTENTS
        assert [request["Range"] for request in served.requests] == ["bytes=1000000-"]

    def test_busy_server_is_retried(self, tmp_path):
        with serve_file(CONTENTS, statuses=[503, 429]) as served:
            assert fetch(served.address, tmp_path) == CONTENTS

    def test_server_that_stays_busy_is_an_error(self, tmp_path):
        with (
            serve_file(CONTENTS, statuses=[503] * 3) as served,
            pytest.raises(DownloadError, match="the server answers 503"),
        ):
            fetch(served.address, tmp_path)

    def test_refused_connection_is_an_error(self, tmp_path):
        with serve_file(CONTENTS) as served:
            pass
        with pytest.raises(DownloadError, match="interrupted after 0 bytes"):
            fetch(served.address, tmp_path)


class TestRejected:
    def test_correct_checksum_is_accepted(self, tmp_path):
        with serve_file(CONTENTS) as served:
            assert fetch(f"{served.address}#sha256={SHA256.upper()}", tmp_path) == CONTENTS

    def test_wrong_checksum_is_rejected_and_leaves_no_files(self, tmp_path):
        with (
            serve_file(CONTENTS) as served,
            pytest.raises(InputError, match=f"sha-256 is {SHA256}, not 0000"),
        ):
            fetch(f"{served.address}#sha256={'0' * 64}", tmp_path)
        assert list_files(tmp_path) == []

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_inaccessible_file_is_rejected(self, tmp_path, status):
        with (
            serve_file(CONTENTS, statuses=[status]) as served,
            pytest.raises(InputError, match=f"answers {status}") as caught,
        ):
            fetch(served.address, tmp_path)
        assert "in a browser" in caught.value.remedy

    def test_web_page_is_rejected(self, tmp_path):
        with (
            serve_file(b"<html>", kind="text/html; charset=utf-8") as served,
            pytest.raises(InputError, match="the URL is a web page"),
        ):
            fetch(served.address, tmp_path)

    def test_content_encoding_is_rejected(self, tmp_path):
        with (
            serve_file(b"x", encoding="br") as served,
            pytest.raises(InputError, match="with a content encoding"),
        ):
            fetch(served.address, tmp_path)

    def test_redirect_to_an_unencrypted_url_needs_a_checksum(self, tmp_path):
        with (
            serve_file(CONTENTS, host="127.0.0.2") as unencrypted,
            serve_file(b"", statuses=[302], location=unencrypted.address) as served,
        ):
            with pytest.raises(InputError, match="not encrypted"):
                fetch(served.address, tmp_path)
            served.statuses = [302]
            assert fetch(f"{served.address}#sha256={SHA256}", tmp_path) == CONTENTS

    @pytest.mark.parametrize(
        ("uri", "message"),
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
    def test_invalid_uri_is_rejected(self, tmp_path, uri, message):
        with pytest.raises(InputError, match=message) as caught:
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
    def test_file_names_are_sanitised(self, uri, name):
        assert parse_uri(uri).name == name


class TestGoogleDrive:
    def test_unreachable_drive_is_reported_with_the_url_of_the_file(self, tmp_path, monkeypatch):
        with serve_file(b"") as served:
            closed_address = served.address
        monkeypatch.setenv("HTTPS_PROXY", closed_address)
        monkeypatch.setenv("https_proxy", closed_address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(DownloadError, match="Google Drive refused the file") as caught:
            fetch("gdrive:10zmuxXi05ayfiREA9hi", tmp_path)
        assert "drive.google.com/file/d/10zmuxXi05ayfiREA9hi/view" in caught.value.remedy


INTERACTIONS = "user_id,item_id,timestamp\n" + "".join(
    f"u{n % 9},i{n % 5},{1_700_000_000_000 + n}\n" for n in range(50)
)


class TestStage:
    """The stages from the server to refined tables."""

    def test_downloaded_archive_is_refined(self, tmp_path):
        path = write_zip(tmp_path / "a.zip", ("mine/interactions.csv", INTERACTIONS))
        volume = Volume(tmp_path / "data")
        with serve_file(path.read_bytes()) as served:
            download(load("news"), volume, "run-1", "tables", served.address, 1.0)
        assert refine(load("news"), volume, "run-1", "tables")["reads"]["kept"] == 50
        assert list_files(volume.downloads) == []

    @pytest.mark.parametrize("kind", ["truncated", "encrypted", "outside its folder", "link", "web page"])
    def test_invalid_archive_leaves_the_earlier_files(self, tmp_path, kind):
        path = write_zip(tmp_path / "a.zip", ("interactions.csv", INTERACTIONS))
        volume = Volume(tmp_path / "data")
        download(load("news"), volume, "run-1", "tables", str(path), 1.0)
        corrupt = corrupt_archive(path, kind)
        with serve_file(corrupt) as served, pytest.raises(InputError, match=kind):
            download(load("news"), volume, "run-1", "tables", served.address, 1.0)
        assert list_files(volume.downloads) == []
        assert refine(load("news"), volume, "run-1", "tables")["reads"]["kept"] == 50


def corrupt_archive(path, kind):
    """Return the bytes of an archive that is invalid in the given way."""
    copy = path.with_name("corrupt.zip")
    if kind == "truncated":
        return path.read_bytes()[:-30]
    if kind == "encrypted":
        copy.write_bytes(path.read_bytes())
        encrypt(copy)
        return copy.read_bytes()
    if kind == "web page":
        return b"<!DOCTYPE html><title>Quota exceeded</title>"
    name = "../interactions.csv" if kind.startswith("outside") else link("interactions.csv")
    return write_zip(copy, (name, INTERACTIONS)).read_bytes()


SCRIPT = """
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


def run_with_file_limit(limit, uri, root, stage):
    """Run a stage of run-1 in a process whose files are limited to `limit` bytes."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, uri, str(root), "run-1", str(limit), stage],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


class TestFullDisk:
    def test_download_to_a_full_disk_keeps_its_part_and_resumes(self, tmp_path):
        path = write_zip(tmp_path / "a.zip", ("interactions.csv", INTERACTIONS), ("noise.bin", CONTENTS))
        root = tmp_path / "data"
        with serve_file(path.read_bytes()) as served:
            code, text = run_with_file_limit(300_000, served.address, root, "download")
            assert code == 3, text
            assert "the disk is full" in text
            assert "Remedy: free space" in text
            assert not list((root / "raw").glob("*"))
            served.requests = []
            download(load("news"), Volume(root), "run-1", "tables", served.address, 1.0)
        assert served.requests[0]["Range"] == "bytes=300000-"
        assert refine(load("news"), Volume(root), "run-1", "tables")["reads"]["kept"] == 50

    def test_refined_run_is_kept_if_its_repetition_fills_the_disk(self, tmp_path):
        rows = "".join(f"u{n},i{n},{1_700_000_000_000 + n}\n" for n in range(3_000))
        path = write_zip(tmp_path / "a.zip", ("interactions.csv", "user_id,item_id,timestamp\n" + rows))
        volume = Volume(tmp_path / "data")
        download(load("news"), volume, "run-1", "tables", str(path), 1.0)
        refine(load("news"), volume, "run-1", "tables")
        before = {file.name: file.read_bytes() for file in (volume.refined / "run-1").iterdir()}
        code, text = run_with_file_limit(10_000, "", volume.root, "refine")
        assert code == 3, text
        assert "the disk is full" in text
        assert {file.name: file.read_bytes() for file in (volume.refined / "run-1").iterdir()} == before
        assert sorted(path.name for path in volume.refined.iterdir()) == ["latest", "run-1"]

    def test_missing_disk_space_is_reported_before_the_download(self, tmp_path):
        with (
            serve_file(b"x", declared=2**60) as served,
            pytest.raises(VolumeFullError, match="1152921504606846976 bytes are missing"),
        ):
            fetch(served.address, tmp_path)


def test_metadata_contains_the_validator_of_the_part(tmp_path):
    with serve_file(CONTENTS, cuts=[1, 0, 0, 0]) as served, pytest.raises(DownloadError):
        fetch(served.address, tmp_path)
    (metadata,) = tmp_path.rglob("*.json")
    assert json.loads(metadata.read_text()) == {"validator": '"one"'}
