"""Embedders of the library sentence-transformers, from a local folder or a model hub."""

from __future__ import annotations

import json
import os
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from script_shared.embeddings.pretrained import PretrainedEmbedder, missing_package
from script_shared.errors import EmbedderError
from script_shared.types import FeatureArray

# The package is loaded only where the embedder is used.
if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

#: Set to 1, it forbids requests to a model hub.
_OFFLINE = "HF_HUB_OFFLINE"
_OFF = ("", "0", "false", "no", "off")


class HubEmbedder(PretrainedEmbedder):
    """A transformer, with the mean of its tokens' vectors where the model does not define another pooling.

    Args:
        model: in evaluation mode.
        name: of the model; models of the family E5 need the prefix of a query.

    Attributes:
        model: the model.
        name: its name or folder.
    """

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self.model, self.name = model, name
        self._prefix = "query: " if "e5" in Path(name).name.lower() else ""

    @classmethod
    def load(cls, name: str) -> HubEmbedder:
        """Load a model; it runs on the CPU, and no code of the model's authors is run.

        Args:
            name: a folder, or else a name on the hub, which is looked up in the local cache only if
                `HF_HUB_OFFLINE` is set.

        Raises:
            EmbedderError: the package is not installed, or the model is not found.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise missing_package(f"hf:{name}", "sentence-transformers") from error
        is_local = Path(name).is_dir() or os.environ.get(_OFFLINE, "").lower() not in _OFF
        try:
            model = SentenceTransformer(
                name, device="cpu", local_files_only=is_local, trust_remote_code=False
            )
        except (OSError, ValueError) as error:
            what = f"the model cannot be loaded: {type(error).__name__}"
            remedy = f"give the folder of a model, or unset {_OFFLINE} to download it"
            raise EmbedderError(what, where=f"hf:{name}", remedy=remedy, details=str(error)) from error
        return cls(model, name)

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self.model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the vocabulary and the weights."""
        digest = blake2b(digest_size=16)
        digest.update(json.dumps(self.model.tokenizer.get_vocab(), sort_keys=True).encode())
        for name, tensor in sorted(self.model.state_dict().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(tensor.cpu().numpy()).data)
        return f"hf {digest.hexdigest()} {self.dimensions}"

    def _encode(self, texts: list[str]) -> FeatureArray:
        prefixed = [self._prefix + text for text in texts]
        return np.asarray(self.model.encode(prefixed, show_progress_bar=False), np.float32)

    def tokenise(self, texts: list[str]) -> dict[str, Tensor]:
        """Return the model's input for texts, which a loss needs."""
        return self.model.preprocess([self._prefix + text for text in texts])

    def save(self, folder: Path) -> None:
        """Write the model into a folder, from which `load` reads it."""
        self.model.save(str(folder), create_model_card=False)
