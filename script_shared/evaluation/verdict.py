"""Whether a release may take the champion's place, judged by scores alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from script_shared.evaluation.comparison import CHAMPION_REFITTED, SERVED, Comparison
from script_shared.evaluation.gates import Gate, Gates

PASSED, FAILED, UNSURE = "passed", "failed", "too few users"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one segment says of the release against one opponent.

    Attributes:
        segment: its name.
        opponent: the champion's configuration, or the best most-read list.
        readers: of the segment, over all cut-offs.
        difference, low, high: what the release has more of the metric, and the interval's ends.
        outcome: passed, failed or too few users.
    """

    segment: str
    opponent: str
    users: int
    difference: float
    low: float
    high: float
    outcome: str

    def __str__(self) -> str:
        """Say it in a line."""
        figures = f"{self.difference:+.3f} [{self.low:+.3f} {self.high:+.3f}], {self.users:,} readers"
        return f"{self.segment} against {self.opponent}: {self.outcome} ({figures})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a release may serve, why, and what each segment said."""

    promoted: bool
    reason: str
    findings: tuple[Finding, ...] = ()


def judge(comparisons: Sequence[Comparison], gates: Gates, *, new_configuration: bool) -> Verdict:
    """Judge a release by its scores.

    A segment in which it is worse than the champion's configuration, or than the best most-read list,
    refuses it. What nobody can tell refuses nothing, with one exception: another configuration than the
    champion's must have been compared with it in one segment at least.

    Args:
        comparisons: of the segments, with the champion's configuration among the models where it differs.
        gates: what counts as worse.
        new_configuration: whether there is a champion of another configuration.
    """
    findings = tuple(finding for each in comparisons for finding in _findings(each, gates))
    failed = [finding for finding in findings if finding.outcome == FAILED]
    if failed:
        return Verdict(False, f"{gates.metric}@10 is worse: {'; '.join(map(str, failed))}", findings)
    compared = [each for each in findings if each.opponent == CHAMPION_REFITTED and each.outcome == PASSED]
    if new_configuration and not compared:
        few = gates.champion.users
        what = f"no segment has the {few} users that a comparison with the champion's configuration takes"
        return Verdict(False, what, findings)
    return Verdict(True, _praise(findings, gates), findings)


def _findings(comparison: Comparison, gates: Gates) -> list[Finding]:
    best = comparison.models[comparison.best_baseline(gates.metric)]
    opponents = {CHAMPION_REFITTED: gates.champion, best: gates.popularity}
    return [
        _against(comparison, opponent, gate, gates.metric)
        for opponent, gate in opponents.items()
        if opponent in comparison.models
    ]


def _against(comparison: Comparison, opponent: str, gate: Gate, metric: str) -> Finding:
    difference, low, high = comparison.difference(SERVED, opponent, metric)
    outcome = FAILED if high < -gate.tolerance else PASSED
    if comparison.users < gate.users:
        outcome = UNSURE
    return Finding(comparison.segment, opponent, comparison.users, difference, low, high, outcome)


def _praise(findings: Sequence[Finding], gates: Gates) -> str:
    passed = [f"{each.segment} against {each.opponent}" for each in findings if each.outcome == PASSED]
    if not passed:
        few = gates.popularity.users
        return f"no segment has the {few} users that a comparison with most-read lists takes"
    return f"{gates.metric}@10 is not worse: {', '.join(passed)}"
