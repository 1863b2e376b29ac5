"""Registries on S3 over HTTP, on a local server."""

from uuid import uuid4

import pytest

from script_shared.releases.object_store import ObjectStore
from tests.support.releases.registries import ObjectStorage
from tests.support.releases.registry_contract import RegistryContract

pytestmark = [pytest.mark.integration, pytest.mark.slow]


class TestS3Registry(RegistryContract):
    @pytest.fixture
    def storage(self, s3_server, tmp_path):
        return ObjectStorage(ObjectStore.open(s3_server.url(uuid4().hex)), tmp_path)
