from script_shared.domains.news.segments import news_segments
from script_shared.domains.news.tables import CONTEXT
from script_shared.models.components.als import Als, AlsParameters
from script_shared.models.components.audience_affinity import AudienceAffinity
from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.category_transitions import CategoryTransitions
from script_shared.models.components.clusters import ClusterParameters, Clusters
from script_shared.models.components.co_occurrence import CoOccurrence
from script_shared.models.components.context_popularity import ContextPopularity
from script_shared.models.components.popularity import MostPopular, MostPopularEver, Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.components.session_continuation import SessionContinuation
from script_shared.models.components.texts.content import Content, ContentParameters
from tests.support.contracts import STATE, ComponentContract, RecommenderContract

LOGGED, SEMI_LOGGED, ANONYMOUS = news_segments({})
#: The test data has too few users for more clusters.
CLUSTER_PARAMETERS = ClusterParameters(components=(2,), clusters=(2, 3))


class TestLogged(RecommenderContract):
    def make(self, dataset):
        return LOGGED.make_model()


class TestSemiLogged(RecommenderContract):
    def make(self, dataset):
        return SEMI_LOGGED.make_model()


class TestAnonymous(RecommenderContract):
    def make(self, dataset):
        return ANONYMOUS.make_model()


class TestMostPopular(RecommenderContract):
    def make(self, dataset):
        return MostPopular(1)


class TestMostPopularEver(RecommenderContract):
    def make(self, dataset):
        return MostPopularEver(dataset)


class TestPopularity(ComponentContract):
    def make(self):
        return Popularity(STATE.half_lives)


class TestContextPopularity(ComponentContract):
    def make(self):
        return ContextPopularity(CONTEXT, STATE.key_half_lives)


class TestRecency(ComponentContract):
    def make(self):
        return Recency()


class TestCoOccurrence(ComponentContract):
    def make(self):
        return CoOccurrence("co_occurrence", STATE.co_occurrence.half_lives, depth=8, fade=0.7, prior=0.3)


class TestCrossSession(ComponentContract):
    def make(self):
        return CoOccurrence("cross_session", STATE.cross_session.half_lives, depth=12, fade=0.93, prior=3.0)


class TestLastItem(ComponentContract):
    def make(self):
        half_lives = STATE.co_occurrence.half_lives
        return CoOccurrence("co_occurrence", half_lives, depth=1, fade=1.0, prior=0.3, name="last_item")


class TestSessionContinuation(ComponentContract):
    def make(self):
        return SessionContinuation((0.25, 1.0, 4.0))


class TestCategoryAffinity(ComponentContract):
    def make(self):
        return CategoryAffinity()


class TestCategoryTransitions(ComponentContract):
    def make(self):
        return CategoryTransitions()


class TestAudienceAffinity(ComponentContract):
    def make(self):
        return AudienceAffinity()


class TestAls(ComponentContract):
    def make(self):
        return Als(AlsParameters(factors=8))


class TestContent(ComponentContract):
    def make(self):
        return Content(ContentParameters())


class TestClusters(ComponentContract):
    def make(self):
        return Clusters(CLUSTER_PARAMETERS)
