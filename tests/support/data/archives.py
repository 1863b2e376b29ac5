"""Zip archives that a loader must reject."""

import zipfile

ENCRYPTED_FLAG = 0x1


def write_zip(path, *members):
    """Write a zip of (name or ZipInfo, contents) pairs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members:
            archive.writestr(name, contents)
    return path


def encrypt(path):
    """Set the flag of encryption in both headers of the first member."""
    contents = bytearray(path.read_bytes())
    contents[contents.index(b"PK\x03\x04") + 6] |= ENCRYPTED_FLAG
    contents[contents.index(b"PK\x01\x02") + 8] |= ENCRYPTED_FLAG
    path.write_bytes(bytes(contents))


def link(name):
    """Return a member that is a symbolic link."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = 0o120777 << 16
    return member
