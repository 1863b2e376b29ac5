"""Who answers a reader: the champion, or the challenger of an experiment."""

from __future__ import annotations

from typing import NamedTuple

from app.experiments.assignment import Assignment
from app.experiments.challenger import Challenger
from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import ReleaseWatcher
from script_shared.releases.registry import CHALLENGER, CHAMPION


class Variant(NamedTuple):
    """One of the two: `champion` or `challenger`, what it serves, and in which experiment, empty for none."""

    name: str
    served: LoadedRelease
    experiment: str


class Variants:
    """Both releases, and who gets which.

    Args:
        champion: answers all that the challenger does not.
        split: draws the challenger's readers.
        challenger: None where there is no experiment.
    """

    def __init__(self, champion: ReleaseWatcher, split: Assignment, challenger: Challenger | None) -> None:
        self._champion, self.split, self._challenger = champion, split, challenger

    def of(self, user_id: str | None) -> Variant:
        """Return who answers a reader; one without an id is the champion's.

        Raises:
            NotReadyError: nothing is served yet; says why.
        """
        challenger = self.challenger
        if challenger is None:
            return Variant(CHAMPION, self._champion.served, "")
        if user_id is not None and self.split.picks(user_id):
            return Variant(CHALLENGER, challenger, self.split.experiment)
        return Variant(CHAMPION, self._champion.served, self.split.experiment)

    def look_again(self) -> None:
        """Look for new releases now, also at such as were refused a moment ago."""
        for each in (self._champion, self._challenger):
            if each is not None:
                each.look(patient=False)

    @property
    def challenger(self) -> LoadedRelease | None:
        """What the challenger serves; None while there is none."""
        return self._challenger.found if self._challenger else None

    @property
    def refusal(self) -> str | None:
        """Why the challenger had to be refused; None where it was not."""
        refusal = self._challenger.refusal if self._challenger else None
        return str(refusal) if refusal else None
