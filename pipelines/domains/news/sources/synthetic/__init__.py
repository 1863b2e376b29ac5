"""The source `synthetic`: generated reads in the format of `webmedia`, with the published statistics."""

from pipelines.domains.news.sources.synthetic.files import GeneratedFiles
from pipelines.domains.news.sources.synthetic.generator import generate
from pipelines.domains.news.sources.synthetic.source import SyntheticSource

__all__ = ["GeneratedFiles", "SyntheticSource", "generate"]
