"""Generated reads in the WebMedia form: the published figures, dynamics worth learning, known dirt."""

from pipelines.domains.news.sources.synthetic.files import GeneratedFiles
from pipelines.domains.news.sources.synthetic.generator import generate

__all__ = ["GeneratedFiles", "generate"]
