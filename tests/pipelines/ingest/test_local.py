import re

import pytest

from pipelines.ingest.local import link_files, local_path
from script_shared.errors import InputError

NAME_PATTERN = re.compile(r"[ab]\.csv")


@pytest.mark.parametrize("uri", ["", "/no/such/place", "file:///no/such/place"])
def test_missing_path_is_rejected(uri):
    with pytest.raises(InputError, match=r"no .*folder or file"):
        local_path(uri)


def test_unsupported_scheme_is_rejected_with_a_remedy():
    with pytest.raises(InputError, match="ftp:// URIs are not supported") as caught:
        local_path("ftp://example.org/a.zip")
    assert "give a folder" in caught.value.remedy


def test_file_uri_with_blanks_is_decoded(tmp_path):
    folder = tmp_path / "two words"
    folder.mkdir()
    assert local_path(folder.as_uri()) == folder


def test_only_files_with_the_given_names_are_linked(tmp_path):
    (tmp_path / "origin").mkdir()
    for name in ("a.csv", "b.csv", "secret.csv"):
        (tmp_path / "origin" / name).write_text(name)
    link_files(tmp_path / "origin", [NAME_PATTERN], tmp_path / "raw")
    assert sorted(file.name for file in (tmp_path / "raw").iterdir()) == ["a.csv", "b.csv"]
    assert (tmp_path / "raw" / "a.csv").read_text() == "a.csv"


def test_file_that_is_no_zip_is_rejected(tmp_path):
    (tmp_path / "a.tar").write_text("x")
    with pytest.raises(InputError, match=r"a\.tar: the file is not a zip archive"):
        link_files(tmp_path / "a.tar", [NAME_PATTERN], tmp_path / "raw")
