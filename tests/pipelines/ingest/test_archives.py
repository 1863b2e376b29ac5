import re
import zipfile

import pytest

from pipelines.ingest.archives import BOMB_MIN_BYTES, MAX_ARCHIVE_BYTES, MAX_RATIO, list_members, read_member
from pipelines.ingest.raw_files import find_files
from script_shared.errors import InputError
from tests.support.data.archives import encrypt, link, write_zip

NAME_PATTERN = re.compile(r"clicks/a\.csv")
VALID = ("clicks/a.csv", "id\n1\n")


def _read_all(path):
    return [read_member(path, member) for member in list_members(path, NAME_PATTERN)]


def get_rejection(path):
    with pytest.raises(InputError) as caught:
        _read_all(path)
    assert caught.value.remedy
    assert str(caught.value).startswith("clicks.zip")
    return str(caught.value)


def test_valid_archive_is_read(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", VALID, ("clicks/b.txt", "other"))
    (file,) = find_files(tmp_path, NAME_PATTERN)
    assert (file.name, file.path, file.load()) == ("clicks.zip/clicks/a.csv", path, b"id\n1\n")


@pytest.mark.parametrize("name", ["../a.csv", "clicks/../../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv"])
def test_member_outside_its_folder_is_rejected(tmp_path, name):
    text = get_rejection(write_zip(tmp_path / "clicks.zip", VALID, (name, "x")))
    assert "outside its folder" in text
    assert "do not trust" in text


def test_link_is_rejected(tmp_path):
    assert "contains a link" in get_rejection(
        write_zip(tmp_path / "clicks.zip", VALID, (link("clicks/b.csv"), "/etc/passwd"))
    )


def test_encrypted_member_is_rejected(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", VALID)
    encrypt(path)
    assert "clicks.zip/clicks/a.csv: the file is encrypted" in get_rejection(path)


def test_member_without_a_name_is_skipped(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", VALID, ("nameless", "x"))
    path.write_bytes(path.read_bytes().replace(b"nameless", b"\0ameless"))
    assert _read_all(path) == [b"id\n1\n"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_archive_is_rejected(tmp_path, share):
    path = write_zip(tmp_path / "clicks.zip", VALID)
    contents = path.read_bytes()
    path.write_bytes(contents[: int(len(contents) * share)])
    assert "the archive is truncated" in get_rejection(path)


@pytest.mark.parametrize("contents", [b"<!DOCTYPE html><p>quota exceeded", b"\n <HTML>", b"<html lang=pt>"])
def test_web_page_is_rejected(tmp_path, contents):
    path = tmp_path / "clicks.zip"
    path.write_bytes(contents)
    assert "a web page, not a zip" in get_rejection(path)


@pytest.mark.parametrize("contents", [b"", b"Rar!", b"\x00" * 100])
def test_file_that_is_no_zip_is_rejected(tmp_path, contents):
    path = tmp_path / "clicks.zip"
    path.write_bytes(contents)
    assert "not a zip archive" in get_rejection(path)


def test_zip_bomb_is_rejected_before_it_is_unpacked(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", ("clicks/a.csv", b"0" * (BOMB_MIN_BYTES + 1)))
    (member,) = zipfile.ZipFile(path).infolist()
    assert member.file_size > MAX_RATIO * member.compress_size
    assert f"takes {BOMB_MIN_BYTES + 1} bytes unpacked" in get_rejection(path)


def declare_sizes(path, packed, unpacked):
    """Rewrite the declared sizes of all members of an archive."""
    contents = bytearray(path.read_bytes())
    start = contents.find(b"PK\x01\x02")
    while start >= 0:
        sizes = packed.to_bytes(4, "little") + unpacked.to_bytes(4, "little")
        contents[start + 20 : start + 28] = sizes
        start = contents.find(b"PK\x01\x02", start + 1)
    path.write_bytes(bytes(contents))


def test_zip_bomb_that_declares_a_small_size_is_rejected(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", ("clicks/a.csv", b"0" * (BOMB_MIN_BYTES + 1)))
    (member,) = zipfile.ZipFile(path).infolist()
    declare_sizes(path, member.compress_size, 5)
    assert "cannot be unpacked" in get_rejection(path)


def test_total_size_of_the_members_is_limited(tmp_path):
    names = [f"clicks/{number}.csv" for number in range(MAX_ARCHIVE_BYTES // 2**32 + 1)]
    path = write_zip(tmp_path / "clicks.zip", *((name, "x") for name in names))
    declare_sizes(path, 2**32 - 4096, 2**32 - 2)
    with pytest.raises(InputError, match="takes more than 17179869184 bytes unpacked"):
        list_members(path, re.compile(r"clicks/\d\.csv"))


def test_damaged_member_is_rejected(tmp_path):
    path = write_zip(tmp_path / "clicks.zip", VALID)
    contents = bytearray(path.read_bytes())
    offset = contents.index(b"clicks/a.csv") + len("clicks/a.csv") + 1
    contents[offset] ^= 0xFF
    path.write_bytes(bytes(contents))
    assert "clicks.zip/clicks/a.csv: the file cannot be unpacked" in get_rejection(path)
