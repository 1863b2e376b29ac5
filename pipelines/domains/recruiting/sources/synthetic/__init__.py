"""The generator of `synthetic_decision`: openings, applicants and applications with a known matching rule."""

from pipelines.domains.recruiting.sources.synthetic.generator import generate, generate_tables
from pipelines.domains.recruiting.sources.synthetic.options import DRIFT_SWITCHES, WorldOptions

__all__ = ["DRIFT_SWITCHES", "WorldOptions", "generate", "generate_tables"]
