"""A resumable search: trials run one after the other and are stored on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import polars as pl
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState

from pipelines.tuning.parameters import encode_defaults, set_values, suggest_values
from pipelines.tuning.scoring import Objective, compute_mean
from pipelines.tuning.search_space import SearchSpace
from script_shared.domain import Parameters
from script_shared.errors import SettingsError

#: The first trials are sampled at random and never pruned.
RANDOM_TRIALS = 4
_FINISHED_STATES = (TrialState.COMPLETE, TrialState.PRUNED)
_STUDY_ATTRIBUTE = "about"


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of a trial.

    Attributes:
        number: the position in the order of completion; trial 0 has the default parameters.
        values: the values that were set, by path.
        ndcg: the mean over segments and scored cut-offs.
        cutoffs: the number of scored cut-offs.
        complete: whether all cut-offs were scored.
    """

    number: int
    values: Mapping[str, Any]
    ndcg: float
    cutoffs: int
    complete: bool


class Search:
    """An Optuna study in a folder.

    Args:
        folder: the folder of the study; created if it does not exist.
        space: the values to try.
        parameters: the default parameters.
        objective: scores a configuration.
        cutoffs_ms: the cut-offs in order, ms UTC; after each one, trials below the median are pruned.
        study: the description of the study, which must be equal when it is resumed.

    Raises:
        SettingsError: the folder contains a different study.
    """

    def __init__(
        self,
        folder: Path,
        space: SearchSpace,
        parameters: Parameters,
        objective: Objective,
        cutoffs_ms: Sequence[int],
        study: Mapping[str, Any],
    ) -> None:
        self._default = encode_defaults(space, parameters)
        self.folder, self.objective = folder, objective
        self._space, self._parameters, self._cutoffs = space, parameters, tuple(cutoffs_ms)
        self._seed = int(study["seed"])
        (folder / "scores").mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'study.db'}")
        pruner = MedianPruner(n_startup_trials=RANDOM_TRIALS, n_warmup_steps=0)
        self._study = optuna.create_study(
            storage=self._storage, study_name="tune", direction="maximize", pruner=pruner, load_if_exists=True
        )
        self._open({**study, "space": {path: repr(values) for path, values in space.items()}})

    def _open(self, study: Mapping[str, Any]) -> None:
        """Store the description of a new study, or compare it; fail trials that were interrupted."""
        new = json.loads(json.dumps({**study, "default": self._default}))
        old = self._study.user_attrs.get(_STUDY_ATTRIBUTE)
        if old is None:
            self._study.set_user_attr(_STUDY_ATTRIBUTE, new)
        elif old != new:
            names = ", ".join(name for name in new if new[name] != old.get(name))
            message, remedy = f"the folder contains a search with other {names}", "choose another --out"
            raise SettingsError(message, where=str(self.folder), remedy=remedy)
        for trial in self._study.get_trials(states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)

    def close(self) -> None:
        """Close the database."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def results(self) -> list[TrialResult]:
        """Return the results of all finished trials, the default first."""
        trials = self._study.get_trials(states=_FINISHED_STATES)
        return [self._to_result(number, trial) for number, trial in enumerate(trials)]

    def _to_result(self, number: int, trial: FrozenTrial) -> TrialResult:
        values = {path: _decode(trial.params[path]) for path in self._space}
        steps = trial.intermediate_values
        complete = trial.state == TrialState.COMPLETE
        return TrialResult(number, values, steps[max(steps)], len(steps), complete)

    def get_parameters(self, result: TrialResult) -> Parameters:
        """Return the complete parameters of a trial."""
        return set_values(self._parameters, result.values)

    def read_scores(self, number: int) -> pl.DataFrame:
        """Return the scores of a trial: segment, model (the number), cutoff, query_id, metrics."""
        scores = pl.read_parquet(self.folder / "scores" / f"{number}.parquet")
        return scores.with_columns(model=pl.lit(str(number)))

    def run_trial(self) -> None:
        """Run one trial: the first with the default parameters, the others with suggested ones.

        The sampler is seeded by the number of the trial, so that a resumed search continues identically.
        """
        number = len(self._study.get_trials(states=_FINISHED_STATES))
        self._study.sampler = TPESampler(n_startup_trials=RANDOM_TRIALS, seed=self._seed + number)
        if number == 0 and not self._study.get_trials(states=(TrialState.WAITING,)):
            self._study.enqueue_trial(self._default)
        trial = self._study.ask()
        parts = self._score(trial, set_values(self._parameters, suggest_values(trial, self._space)))
        scores = pl.concat(parts)
        scores.write_parquet(self.folder / "scores" / f"{number}.parquet")
        if len(parts) < len(self._cutoffs):
            self._study.tell(trial, state=TrialState.PRUNED)
        else:
            self._study.tell(trial, compute_mean(scores))

    def _score(self, trial: Trial, parameters: Parameters) -> list[pl.DataFrame]:
        parts: list[pl.DataFrame] = []
        for step, cutoff in enumerate(self._cutoffs):
            parts.append(self.objective.score(parameters, cutoff))
            trial.report(compute_mean(pl.concat(parts)), step)
            if trial.should_prune():
                break
        return parts


def _decode(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def find_best(results: Sequence[TrialResult]) -> TrialResult:
    """Return the complete trial with the highest NDCG; the earliest of equals."""
    return max((result for result in results if result.complete), key=lambda result: result.ndcg)
