import re
import zipfile

import pytest

from pipelines.ingest.archives import BOMB_MIN_BYTES, MAX_ARCHIVE_BYTES, MAX_RATIO, list_members, read_member
from pipelines.ingest.raw_files import find_files
from script_shared.errors import InputError
from tests.support.data.archives import encrypt, link, write_zip

KIND = re.compile(r"clicks/a\.csv")
SOUND = ("clicks/a.csv", "id\n1\n")


def _read_all(place):
    return [read_member(place, member) for member in list_members(place, KIND)]


def refusal(place):
    with pytest.raises(InputError) as caught:
        _read_all(place)
    assert caught.value.remedy
    assert str(caught.value).startswith("clicks.zip")
    return str(caught.value)


def test_a_sound_archive_is_read(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", SOUND, ("clicks/b.txt", "other"))
    (file,) = find_files(tmp_path, KIND)
    assert (file.name, file.path, file.load()) == ("clicks.zip/clicks/a.csv", place, b"id\n1\n")


@pytest.mark.parametrize("name", ["../a.csv", "clicks/../../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv"])
def test_a_member_outside_its_folder(tmp_path, name):
    text = refusal(write_zip(tmp_path / "clicks.zip", SOUND, (name, "x")))
    assert "outside its folder" in text
    assert "do not trust" in text


def test_a_link(tmp_path):
    assert "contains a link" in refusal(
        write_zip(tmp_path / "clicks.zip", SOUND, (link("clicks/b.csv"), "/etc/passwd"))
    )


def test_an_encrypted_member(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", SOUND)
    encrypt(place)
    assert "clicks.zip/clicks/a.csv: the file is encrypted" in refusal(place)


def test_a_member_without_a_name_is_passed_over(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", SOUND, ("nameless", "x"))
    place.write_bytes(place.read_bytes().replace(b"nameless", b"\0ameless"))
    assert _read_all(place) == [b"id\n1\n"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_archive(tmp_path, share):
    place = write_zip(tmp_path / "clicks.zip", SOUND)
    contents = place.read_bytes()
    place.write_bytes(contents[: int(len(contents) * share)])
    assert "the archive is truncated" in refusal(place)


@pytest.mark.parametrize("contents", [b"<!DOCTYPE html><p>quota exceeded", b"\n <HTML>", b"<html lang=pt>"])
def test_a_web_page(tmp_path, contents):
    place = tmp_path / "clicks.zip"
    place.write_bytes(contents)
    assert "a web page, not a zip" in refusal(place)


@pytest.mark.parametrize("contents", [b"", b"Rar!", b"\x00" * 100])
def test_no_zip_at_all(tmp_path, contents):
    place = tmp_path / "clicks.zip"
    place.write_bytes(contents)
    assert "not a zip archive" in refusal(place)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", ("clicks/a.csv", b"0" * (BOMB_MIN_BYTES + 1)))
    (member,) = zipfile.ZipFile(place).infolist()
    assert member.file_size > MAX_RATIO * member.compress_size
    assert f"takes {BOMB_MIN_BYTES + 1} bytes unpacked" in refusal(place)


def declare(place, packed, unpacked):
    """Rewrite the sizes that an archive declares of its members."""
    contents = bytearray(place.read_bytes())
    start = contents.find(b"PK\x01\x02")
    while start >= 0:
        sizes = packed.to_bytes(4, "little") + unpacked.to_bytes(4, "little")
        contents[start + 20 : start + 28] = sizes
        start = contents.find(b"PK\x01\x02", start + 1)
    place.write_bytes(bytes(contents))


def test_a_bomb_that_declares_a_small_size_gives_no_more_than_that(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", ("clicks/a.csv", b"0" * (BOMB_MIN_BYTES + 1)))
    (member,) = zipfile.ZipFile(place).infolist()
    declare(place, member.compress_size, 5)
    assert "cannot be unpacked" in refusal(place)


def test_many_large_members_are_too_much_together(tmp_path):
    names = [f"clicks/{number}.csv" for number in range(MAX_ARCHIVE_BYTES // 2**32 + 1)]
    place = write_zip(tmp_path / "clicks.zip", *((name, "x") for name in names))
    declare(place, 2**32 - 4096, 2**32 - 2)
    with pytest.raises(InputError, match="takes more than 17179869184 bytes unpacked"):
        list_members(place, re.compile(r"clicks/\d\.csv"))


def test_a_damaged_member(tmp_path):
    place = write_zip(tmp_path / "clicks.zip", SOUND)
    contents = bytearray(place.read_bytes())
    at = contents.index(b"clicks/a.csv") + len("clicks/a.csv") + 1
    contents[at] ^= 0xFF
    place.write_bytes(bytes(contents))
    assert "clicks.zip/clicks/a.csv: the file cannot be unpacked" in refusal(place)
