"""The source `decision`: openings, applications and applicants of a staffing firm in three JSON files."""

from pipelines.domains.recruiting.sources.decision.source import DecisionSource

__all__ = ["DecisionSource"]
