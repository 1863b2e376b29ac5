"""Registries on S3 over HTTP, on a local server."""

from uuid import uuid4

import pytest

from script_shared.releases.object_store import ObjectStore
from tests.support.releases.registries import ObjectStorage, write_tiny
from tests.support.releases.registry_contract import RegistryContract

pytestmark = [pytest.mark.integration, pytest.mark.slow]


class TestS3Registry(RegistryContract):
    @pytest.fixture
    def storage(self, s3_server, tmp_path):
        return ObjectStorage(ObjectStore.open(s3_server.url(uuid4().hex)), tmp_path)

    def test_large_file_is_uploaded_in_parts_and_read_in_blocks(self, storage):
        content = bytes(range(256)) * (20 * 2**20 // 256)
        release = write_tiny(storage.open(), fill=lambda folder: (folder / "large").write_bytes(content))
        copy = storage.open("other").get(release.id)
        assert copy.path("large").read_bytes() == content
