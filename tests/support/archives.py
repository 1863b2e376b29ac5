"""Archives that a careful reader refuses."""

import zipfile

FLAG = 0x1


def write_zip(place, *members):
    """A zip of (name or ZipInfo, contents) pairs."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members:
            archive.writestr(name, contents)
    return place


def encrypt(place):
    """Set the flag that says that the first member is encrypted, in both of its headers."""
    contents = bytearray(place.read_bytes())
    contents[contents.index(b"PK\x03\x04") + 6] |= FLAG
    contents[contents.index(b"PK\x01\x02") + 8] |= FLAG
    place.write_bytes(bytes(contents))


def link(name):
    """What stands for a symbolic link in an archive."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = 0o120777 << 16
    return member
