import numpy as np
import pytest

pytest.importorskip("sentence_transformers")

from script_shared.embeddings.correlation import TextPairs, correlate
from script_shared.embeddings.factory import open_embedder
from script_shared.embeddings.fine_tuning import FineTuneParameters, fine_tune
from script_shared.errors import EmbedderError
from tests.support.embedders import TEXTS, TextEmbedderContract
from tests.support.tiny_transformer import write_tiny_transformer

#: Words of two sides that have the same subjects and share no word.
SUBJECTS = (
    ("contador impostos balanço", "fiscal contábil tributos"),
    ("java spring programador", "desenvolvedor backend jvm"),
    ("enfermeira hospital plantão", "saúde clínica pacientes"),
    ("vendas loja cliente", "comercial varejo atendimento"),
)


def make_pairs(seed, n):
    """Return pairs of texts of two to three words; those of one subject match."""
    rng, left, right, grade = np.random.default_rng(seed), [], [], []
    for _ in range(n):
        first = rng.integers(4)
        second = first if rng.random() < 0.5 else rng.integers(4)
        left.append(" ".join(rng.permutation(SUBJECTS[first][0].split())[: rng.integers(2, 4)]))
        right.append(" ".join(rng.permutation(SUBJECTS[second][1].split())[: rng.integers(2, 4)]))
        grade.append(float(first == second))
    return TextPairs(left, right, np.array(grade, np.float32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import torch

    torch.manual_seed(0)
    texts = [text for subject in SUBJECTS for text in subject]
    return write_tiny_transformer(tmp_path_factory.mktemp("transformer"), [*texts, *TEXTS])


class TestHubEmbedder(TextEmbedderContract):
    @pytest.fixture(autouse=True)
    def _model(self, folder):
        self.folder = folder

    def make(self):
        return open_embedder(f"hf:{self.folder}")


def test_fine_tuning_brings_matching_texts_together(folder, tmp_path):
    embedder, test = open_embedder(f"hf:{folder}"), make_pairs(1, 300)
    untrained, fingerprint = correlate(embedder, test), embedder.fingerprint
    parameters = FineTuneParameters(epochs=2, learning_rate=1e-3)
    losses = fine_tune(embedder, make_pairs(0, 900), parameters)
    trained = correlate(embedder, test)
    assert trained.spearman > untrained.spearman + 0.2
    assert trained.pearson > untrained.pearson + 0.2
    assert losses[1] < losses[0]
    assert embedder.fingerprint != fingerprint
    embedder.save(tmp_path / "tuned")
    loaded = open_embedder(f"hf:{tmp_path / 'tuned'}")
    assert loaded.fingerprint == embedder.fingerprint
    np.testing.assert_allclose(loaded.encode(test.left[:9]), embedder.encode(test.left[:9]), atol=1e-5)


def test_correlation_equals_that_of_sentence_transformers(folder):
    from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator

    embedder, pairs = open_embedder(f"hf:{folder}"), make_pairs(2, 60)
    evaluator = EmbeddingSimilarityEvaluator(
        pairs.left, pairs.right, pairs.grade.tolist(), show_progress_bar=False, write_csv=False
    )
    expected = evaluator(embedder.model)
    correlation = correlate(embedder, pairs)
    assert correlation.pearson == pytest.approx(expected["pearson_cosine"], abs=1e-4)
    assert correlation.spearman == pytest.approx(expected["spearman_cosine"], abs=1e-3)


@pytest.mark.parametrize("name", ["missing/model", "./missing-folder"])
def test_a_missing_model_is_not_downloaded_when_offline(monkeypatch, name):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbedderError, match="the model cannot be loaded") as caught:
        open_embedder(f"hf:{name}")
    assert name in caught.value.where
