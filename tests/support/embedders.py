"""Contract tests of text embedders; an embedder's test class only says how to make one."""

import numpy as np

#: Texts of three subjects; the texts of a subject share words.
SUBJECTS = (
    ("Analista contábil", "Analista contábil de impostos", "Contador: analista contábil"),
    ("Desenvolvedor Java", "Desenvolvedor Java de sistemas", "Programador: desenvolvedor Java"),
    ("Enfermeira de hospital", "Enfermeira em hospital geral", "Enfermagem: enfermeira de hospital"),
)
TEXTS = [text for subject in SUBJECTS for text in subject]


class TextEmbedderContract:
    """The tests of every embedder; a subclass defines how to `make` one."""

    def make(self):
        raise NotImplementedError

    def test_vectors_have_the_length_one(self):
        embedder = self.make()
        vectors = embedder.encode(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimensions)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_a_text_without_content_is_zero(self):
        embedder = self.make()
        assert not embedder.encode(["", " \t\n"]).any()
        assert embedder.encode([]).shape == (0, embedder.dimensions)

    def test_a_vector_depends_on_its_text_alone(self):
        embedder = self.make()
        together = embedder.encode(["", *TEXTS])[1:]
        alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
        np.testing.assert_allclose(together, alone, atol=1e-5)

    def test_the_nearest_text_is_of_the_same_subject(self):
        vectors = self.make().encode(TEXTS)
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -1)
        assert [row // 3 for row in cosines.argmax(axis=1)] == [row // 3 for row in range(len(TEXTS))]

    def test_equal_models_have_the_same_fingerprint(self):
        assert self.make().fingerprint == self.make().fingerprint


class FittedEmbedderContract(TextEmbedderContract):
    """The tests of every embedder that is part of a release."""

    def make_other(self):
        """Return an embedder that is fitted on other texts."""
        raise NotImplementedError

    def test_a_loaded_embedder_encodes_like_the_fitted_one(self, tmp_path):
        embedder = self.make()
        embedder.dump().write(tmp_path / "model")
        loaded = type(embedder).load(type(embedder.dump()).read(tmp_path / "model"))
        assert np.array_equal(loaded.encode(TEXTS), embedder.encode(TEXTS))
        assert loaded.fingerprint == embedder.fingerprint

    def test_another_model_has_another_fingerprint(self):
        assert self.make().fingerprint != self.make_other().fingerprint
