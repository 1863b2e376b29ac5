import re

import pytest

from pipelines.ingest.local import link_files, local_path
from script_shared.errors import InputError

KIND = re.compile(r"[ab]\.csv")


@pytest.mark.parametrize("uri", ["", "/no/such/place", "file:///no/such/place"])
def test_a_place_that_is_not_there(uri):
    with pytest.raises(InputError, match=r"no .*folder or file"):
        local_path(uri)


def test_an_address_elsewhere_says_what_to_do():
    with pytest.raises(InputError, match="ftp:// URIs are not supported") as caught:
        local_path("ftp://example.org/a.zip")
    assert "give a folder" in caught.value.remedy


def test_a_file_address_with_blanks(tmp_path):
    folder = tmp_path / "two words"
    folder.mkdir()
    assert local_path(folder.as_uri()) == folder


def test_only_files_of_the_kinds_come_along(tmp_path):
    (tmp_path / "origin").mkdir()
    for name in ("a.csv", "b.csv", "secret.csv"):
        (tmp_path / "origin" / name).write_text(name)
    link_files(tmp_path / "origin", [KIND], tmp_path / "raw")
    assert sorted(file.name for file in (tmp_path / "raw").iterdir()) == ["a.csv", "b.csv"]
    assert (tmp_path / "raw" / "a.csv").read_text() == "a.csv"


def test_a_file_that_is_no_zip(tmp_path):
    (tmp_path / "a.tar").write_text("x")
    with pytest.raises(InputError, match=r"a\.tar: the file is not a zip archive"):
        link_files(tmp_path / "a.tar", [KIND], tmp_path / "raw")
