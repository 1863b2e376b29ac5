"""Registries in a folder and on an object store in memory."""

import pytest

from tests.support.releases.registries import FolderStorage, open_memory
from tests.support.releases.registry_contract import RegistryContract


class TestFolderRegistry(RegistryContract):
    @pytest.fixture
    def storage(self, tmp_path):
        return FolderStorage(tmp_path / "releases")


class TestObjectRegistry(RegistryContract):
    @pytest.fixture
    def storage(self, tmp_path):
        return open_memory(tmp_path)
