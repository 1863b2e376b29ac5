"""Decides whether a release may replace the champion, from the scores of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from script_shared.evaluation.comparison import CHAMPION_REFITTED, SERVED, Comparison
from script_shared.evaluation.gates import Gate, Gates

PASSED, FAILED, TOO_FEW = "passed", "failed", "too few users"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one gate in one segment.

    Attributes:
        segment: name of the segment or of the classifier.
        opponent: the champion's configuration, the best most-popular list, or the base rate.
        users: number of users, summed over cut-offs; of decided rows for a classifier.
        difference, low, high: how much better the release is than the opponent, and the interval.
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
        """Return a one-line summary."""
        figures = f"{self.difference:+.3f} [{self.low:+.3f} {self.high:+.3f}], {self.users:,} users"
        return f"{self.segment} against {self.opponent}: {self.outcome} ({figures})"


@dataclass(frozen=True, slots=True)
class PromotionDecision:
    """Whether a release is promoted, the reason in words, and the results of the gates."""

    promoted: bool
    reason: str
    findings: tuple[Finding, ...] = ()


def decide_promotion(
    comparisons: Sequence[Comparison],
    gates: Gates,
    *,
    new_configuration: bool,
    classifiers: Sequence[Finding] = (),
) -> PromotionDecision:
    """Decide whether a release is promoted.

    One failed gate in one segment rejects the release; a gate with too few users rejects nothing. A release
    with a new configuration must also pass the champion's gate in at least one segment.

    Args:
        comparisons: one a segment; they include the champion's configuration where it differs.
        gates: what counts as worse.
        new_configuration: whether there is a champion with another configuration.
        classifiers: the results of `judge_classifier`.
    """
    of_segments = [finding for comparison in comparisons for finding in _test(comparison, gates)]
    findings = (*of_segments, *classifiers)
    reasons = {f"{gates.metric}@10": of_segments, "log loss": classifiers}
    failed = [
        f"{measure} is worse: {'; '.join(str(finding) for finding in tested if finding.outcome == FAILED)}"
        for measure, tested in reasons.items()
        if any(finding.outcome == FAILED for finding in tested)
    ]
    if failed:
        return PromotionDecision(False, "; ".join(failed), findings)
    passed = [finding for finding in of_segments if finding.outcome == PASSED]
    if new_configuration and not any(finding.opponent == CHAMPION_REFITTED for finding in passed):
        needed = gates.champion.users
        reason = f"no segment has the {needed} users that the champion's gate needs"
        return PromotionDecision(False, reason, findings)
    return PromotionDecision(True, _describe_passed(passed, gates), findings)


def judge_classifier(
    name: str, rows: int, differences: Mapping[str, Sequence[float]], gates: Gates
) -> list[Finding]:
    """Return the results of the gates of a classifier: one against each other classifier.

    Args:
        name: of the classifier.
        rows: number of decided rows that were compared.
        differences: how much lower its log loss is, by the other classifier, and the ends of the interval.
        gates: `gates.classifier` is what counts as worse.
    """
    findings = []
    for opponent, (difference, low, high) in differences.items():
        outcome = FAILED if high < -gates.classifier.tolerance else PASSED
        outcome = TOO_FEW if rows < gates.classifier.users else outcome
        findings.append(Finding(name, opponent, rows, difference, low, high, outcome))
    return findings


def _test(comparison: Comparison, gates: Gates) -> list[Finding]:
    best = comparison.models[comparison.best_baseline(gates.metric)]
    opponents = {CHAMPION_REFITTED: gates.champion, best: gates.popularity}
    return [
        _test_opponent(comparison, opponent, gate, gates.metric)
        for opponent, gate in opponents.items()
        if opponent in comparison.models
    ]


def _test_opponent(comparison: Comparison, opponent: str, gate: Gate, metric: str) -> Finding:
    difference, low, high = comparison.difference(SERVED, opponent, metric)
    outcome = FAILED if high < -gate.tolerance else PASSED
    if comparison.users < gate.users:
        outcome = TOO_FEW
    return Finding(comparison.segment, opponent, comparison.users, difference, low, high, outcome)


def _describe_passed(passed: Sequence[Finding], gates: Gates) -> str:
    if not passed:
        needed = gates.popularity.users
        return f"no segment has the {needed} users that the popularity gate needs"
    names = [f"{finding.segment} against {finding.opponent}" for finding in passed]
    return f"{gates.metric}@10 is not worse: {', '.join(names)}"
