"""The variants of an experiment: which release answers which user."""

from __future__ import annotations

from typing import NamedTuple

from app.experiments.assignment import Assignment
from app.experiments.challenger import Challenger
from app.serving.inference_log import Answer, InferenceLogger
from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import ReleaseWatcher
from script_shared.inference.results import Recommendation
from script_shared.releases.state import CHALLENGER, CHAMPION


class Variant(NamedTuple):
    """The release that answers a user.

    Attributes:
        name: `champion` or `challenger`.
        release: the release.
        experiment: the name of the experiment; empty for none.
    """

    name: str
    release: LoadedRelease
    experiment: str

    def record(
        self,
        inference_logger: InferenceLogger,
        user_id: str | None,
        recommendation: Recommendation,
        started: float,
        engine_seconds: float,
    ) -> str | None:
        """Count and log a recommendation; return the impression's id, None when it is not logged.

        Args:
            inference_logger: counts and logs it.
            user_id: the user; None for one without an id.
            recommendation: the items that the user receives.
            started: when the request arrived, by `time.perf_counter`.
            engine_seconds: time in the engine.
        """
        release = self.release
        release.count_items(recommendation)
        origin = self.name, self.experiment, release.id, release.engine.now_ms()
        return inference_logger.record(Answer(user_id, recommendation, *origin, started, engine_seconds))


class Variants:
    """Chooses the variant of each user.

    Args:
        champion: watches the champion.
        assignment: assigns users to the challenger.
        challenger: watches the challenger; None without an experiment.
    """

    def __init__(
        self, champion: ReleaseWatcher, assignment: Assignment, challenger: Challenger | None
    ) -> None:
        self._champion, self.assignment, self._challenger = champion, assignment, challenger

    def choose(self, user_id: str | None) -> Variant:
        """Return the variant of a user; one without an id gets the champion.

        Raises:
            NotReadyError: no release is served yet; says why.
        """
        challenger = self.challenger
        if challenger is None:
            return Variant(CHAMPION, self._champion.release, "")
        if user_id is not None and self.assignment.is_challenger(user_id):
            return Variant(CHALLENGER, challenger, self.assignment.experiment)
        return Variant(CHAMPION, self._champion.release, self.assignment.experiment)

    def refresh(self) -> None:
        """Load new releases now, also those that were rejected a moment ago."""
        for watcher in (self._champion, self._challenger):
            if watcher is not None:
                watcher.refresh(retry_now=True)

    @property
    def challenger(self) -> LoadedRelease | None:
        """The challenger that is served; None when there is none."""
        return self._challenger.release_or_none if self._challenger else None

    @property
    def challenger_fault(self) -> str | None:
        """Why the challenger was rejected; None when it was not."""
        rejected = self._challenger.rejected if self._challenger else None
        return str(rejected) if rejected else None
