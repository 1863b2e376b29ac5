import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from script_shared.embeddings.correlation import TextPairs, correlate
from script_shared.embeddings.tfidf import TfidfEmbedder, TfidfParameters
from tests.support.embedders import TEXTS

EMBEDDER = TfidfEmbedder.fit(TEXTS, TfidfParameters(dimensions=6), ())


@settings(deadline=None, derandomize=True, database=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        min_size=3,
        max_size=20,
    )
)
def test_correlation_equals_that_of_scipy(rows):
    left, right, grade = map(list, zip(*rows, strict=True))
    cosines = (EMBEDDER.encode(left) * EMBEDDER.encode(right)).sum(axis=1)
    if np.ptp(cosines) < 1e-4 or np.ptp(grade) == 0:
        return
    correlation = correlate(EMBEDDER, TextPairs(left, right, np.array(grade, np.float32)))
    assert correlation.pearson == pytest.approx(pearsonr(cosines, grade).statistic, abs=1e-4)
    assert correlation.spearman == pytest.approx(spearmanr(cosines, grade).statistic, abs=0.2)


def test_equal_grades_have_no_correlation():
    correlation = correlate(EMBEDDER, TextPairs(TEXTS[:3], TEXTS[3:6], np.ones(3, np.float32)))
    assert np.isnan(correlation.pearson)
    assert np.isnan(correlation.spearman)
