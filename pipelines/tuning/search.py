"""The search: configurations tried one after the other, kept on disk, resumed where it was interrupted."""

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

from pipelines.tuning.parameters import defaults, suggest, with_values
from pipelines.tuning.scoring import Objective, mean_of
from pipelines.tuning.search_space import Space
from script_shared.domain import Parameters
from script_shared.errors import SettingsError

#: So many configurations are drawn at random and scored to the end before others are compared with them.
RANDOM_TRIALS = 4
_OVER = (TrialState.COMPLETE, TrialState.PRUNED)
_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Tried:
    """A configuration that was tried.

    Attributes:
        number: in the order in which they were over; 0 is the default.
        values: what was set, by place.
        ndcg: the mean over segments and the cut-offs that were scored.
        cutoffs: how many were.
        complete: whether it was scored at all of them.
    """

    number: int
    values: Mapping[str, Any]
    ndcg: float
    cutoffs: int
    complete: bool


class Search:
    """A study in a folder.

    Args:
        folder: where it lies, or will.
        space: what is tried.
        parameters: the default; keeps what is not tried.
        scorer: scores a configuration.
        cutoffs_ms: in order; after each, the worse half is given up.
        about: what must be the same when the search goes on.

    Raises:
        SettingsError: the folder holds a search of something else.
    """

    def __init__(
        self,
        folder: Path,
        space: Space,
        parameters: Parameters,
        scorer: Objective,
        cutoffs_ms: Sequence[int],
        about: Mapping[str, Any],
    ) -> None:
        self._default = defaults(space, parameters)
        self.folder, self.scorer = folder, scorer
        self._space, self._parameters, self._cutoffs = space, parameters, tuple(cutoffs_ms)
        self._seed = int(about["seed"])
        (folder / "scores").mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._storage = optuna.storages.RDBStorage(f"sqlite:///{folder / 'study.db'}")
        pruner = MedianPruner(n_startup_trials=RANDOM_TRIALS, n_warmup_steps=0)
        self._study = optuna.create_study(
            storage=self._storage, study_name="tune", direction="maximize", pruner=pruner, load_if_exists=True
        )
        self._claim({**about, "space": {place: repr(each) for place, each in space.items()}})

    def _claim(self, about: Mapping[str, Any]) -> None:
        """Say what is searched, or see that it is the same; give up what an interruption left."""
        new = json.loads(json.dumps({**about, "default": self._default}))
        old = self._study.user_attrs.get(_ABOUT)
        if old is None:
            self._study.set_user_attr(_ABOUT, new)
        elif old != new:
            others = ", ".join(name for name in new if new[name] != old.get(name))
            remedy = "choose another --out"
            raise SettingsError(f"holds a search with other {others}", where=str(self.folder), remedy=remedy)
        for left in self._study.get_trials(states=(TrialState.RUNNING,)):
            self._study.tell(left.number, state=TrialState.FAIL)

    def close(self) -> None:
        """Let go of the file."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def tried(self) -> list[Tried]:
        """Return the configurations that are over, the default first."""
        over = self._study.get_trials(states=_OVER)
        return [self._described(number, trial) for number, trial in enumerate(over)]

    def _described(self, number: int, trial: FrozenTrial) -> Tried:
        values = {place: _plain(trial.params[place]) for place in self._space}
        steps = trial.intermediate_values
        complete = trial.state == TrialState.COMPLETE
        return Tried(number, values, steps[max(steps)], len(steps), complete)

    def parameters_of(self, tried: Tried) -> Parameters:
        """Return a configuration whole."""
        return with_values(self._parameters, tried.values)

    def scores_of(self, number: int) -> pl.DataFrame:
        """Return a configuration's scores: segment, model (the number), cutoff, query_id, metrics."""
        scores = pl.read_parquet(self.folder / "scores" / f"{number}.parquet")
        return scores.with_columns(model=pl.lit(str(number)))

    def try_next(self) -> None:
        """Try one configuration: the default, then what the sampler thinks best.

        The sampler is seeded by the number, so that an interruption changes nothing of what follows.
        """
        number = len(self._study.get_trials(states=_OVER))
        self._study.sampler = TPESampler(n_startup_trials=RANDOM_TRIALS, seed=self._seed + number)
        if number == 0 and not self._study.get_trials(states=(TrialState.WAITING,)):
            self._study.enqueue_trial(self._default)
        trial = self._study.ask()
        parts = self._score(trial, with_values(self._parameters, suggest(trial, self._space)))
        scores = pl.concat(parts)
        scores.write_parquet(self.folder / "scores" / f"{number}.parquet")
        if len(parts) < len(self._cutoffs):
            self._study.tell(trial, state=TrialState.PRUNED)
        else:
            self._study.tell(trial, mean_of(scores))

    def _score(self, trial: Trial, parameters: Parameters) -> list[pl.DataFrame]:
        parts: list[pl.DataFrame] = []
        for step, cutoff in enumerate(self._cutoffs):
            parts.append(self.scorer.score(parameters, cutoff))
            trial.report(mean_of(pl.concat(parts)), step)
            if trial.should_prune():
                break
        return parts


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def best_of(tried: Sequence[Tried]) -> Tried:
    """Return the best of those that were scored at all cut-offs; the earlier of equals."""
    return max((each for each in tried if each.complete), key=lambda each: each.ndcg)
