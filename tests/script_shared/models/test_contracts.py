from script_shared.domains.news.segments import news_segments
from script_shared.domains.news.tables import CONTEXT
from script_shared.models.als import Als, AlsParameters
from script_shared.models.audience import Audience
from script_shared.models.clusters import ClusterParameters, Clusters
from script_shared.models.content import Content, ContentParameters
from script_shared.models.coreads import CoReads
from script_shared.models.onward import Onward
from script_shared.models.popularity import MostRead, MostReadEver, Popularity
from script_shared.models.recency import Recency
from script_shared.models.surroundings import Surroundings
from script_shared.models.taste import Taste
from tests.support.contracts import STATE, ComponentContract, RecommenderContract

LOGGED, SEMI_LOGGED, ANONYMOUS = news_segments({})
#: So few readers that more clusters would leave none.
FEW = ClusterParameters(components=(2,), clusters=(2, 3))


class TestLogged(RecommenderContract):
    def make(self, dataset):
        return LOGGED.make_model()


class TestSemiLogged(RecommenderContract):
    def make(self, dataset):
        return SEMI_LOGGED.make_model()


class TestAnonymous(RecommenderContract):
    def make(self, dataset):
        return ANONYMOUS.make_model()


class TestMostRead(RecommenderContract):
    def make(self, dataset):
        return MostRead(1)


class TestMostReadEver(RecommenderContract):
    def make(self, dataset):
        return MostReadEver(dataset)


class TestPopularity(ComponentContract):
    def make(self):
        return Popularity(STATE.half_lives)


class TestSurroundings(ComponentContract):
    def make(self):
        return Surroundings(CONTEXT, STATE.key_half_lives)


class TestRecency(ComponentContract):
    def make(self):
        return Recency()


class TestCoReads(ComponentContract):
    def make(self):
        return CoReads("coreads", STATE.coreads.half_lives, depth=8, fade=0.7, prior=0.3)


class TestReturns(ComponentContract):
    def make(self):
        return CoReads("returns", STATE.returns.half_lives, depth=12, fade=0.93, prior=3.0)


class TestLastRead(ComponentContract):
    def make(self):
        half_lives = STATE.coreads.half_lives
        return CoReads("coreads", half_lives, depth=1, fade=1.0, prior=0.3, name="last_read")


class TestOnward(ComponentContract):
    def make(self):
        return Onward((0.25, 1.0, 4.0))


class TestTaste(ComponentContract):
    def make(self):
        return Taste()


class TestAudience(ComponentContract):
    def make(self):
        return Audience()


class TestAls(ComponentContract):
    def make(self):
        return Als(AlsParameters(factors=8))


class TestContent(ComponentContract):
    def make(self):
        return Content(ContentParameters())


class TestClusters(ComponentContract):
    def make(self):
        return Clusters(FEW)
