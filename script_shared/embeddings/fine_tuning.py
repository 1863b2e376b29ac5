"""Fine-tunes a sentence transformer on graded pairs of texts, with PyTorch.

The loss is the sum of two: the squared error of the cosine and the grade, and for matches the contrastive
loss of finding the right text among those of the batch (Henderson et al., arXiv 1705.00652).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.embeddings.correlation import TextPairs
from script_shared.embeddings.hub import HubEmbedder
from script_shared.types import IntArray

if TYPE_CHECKING:
    from torch import Tensor


class FineTuneParameters(BaseModel):
    """How a model is fine-tuned.

    Attributes:
        epochs: passes over the pairs.
        batch: pairs of a step.
        learning_rate: of AdamW, after the warm-up.
        warm_up: share of the steps during which the learning rate rises from 0; it falls to 0 afterwards.
        matching_grade: pairs of this grade or a higher one match.
        contrastive: weight of the contrastive loss; that of the cosine's is 1.
        seed: of the order of the pairs and of dropout.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = 4
    batch: int = 30
    learning_rate: float = 2e-5
    warm_up: float = 0.1
    matching_grade: float = 0.5
    contrastive: float = 0.1
    seed: int = 0


_DEFAULT = FineTuneParameters()


def fine_tune(
    embedder: HubEmbedder, pairs: TextPairs, parameters: FineTuneParameters = _DEFAULT
) -> list[float]:
    """Change the weights of a model; return the mean loss of each epoch."""
    import torch

    torch.manual_seed(parameters.seed)
    rng, step = np.random.default_rng(parameters.seed), _Step(embedder, pairs, parameters)
    embedder.model.train()
    losses = []
    for _ in range(parameters.epochs):
        order = rng.permutation(len(pairs.grade))
        batches = (
            order[start : start + parameters.batch] for start in range(0, len(order), parameters.batch)
        )
        losses.append(float(np.mean([step.run(rows) for rows in batches])))
    embedder.model.eval()
    # The fingerprint is that of other weights now.
    vars(embedder).pop("fingerprint", None)
    return losses


class _Step:
    """The losses, the optimiser and its schedule."""

    def __init__(self, embedder: HubEmbedder, pairs: TextPairs, parameters: FineTuneParameters) -> None:
        import torch
        from sentence_transformers.sentence_transformer import losses

        self._embedder, self._pairs, self._parameters = embedder, pairs, parameters
        self._cosine = losses.CosineSimilarityLoss(embedder.model)
        self._contrastive = losses.MultipleNegativesRankingLoss(embedder.model)
        self._optimiser = torch.optim.AdamW(embedder.model.parameters(), lr=parameters.learning_rate)
        steps = parameters.epochs * -(-len(pairs.grade) // parameters.batch)
        rising = max(1, int(parameters.warm_up * steps))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser, lambda step: min(step / rising, (steps - step) / max(1, steps - rising))
        )

    def run(self, rows: IntArray) -> float:
        """Change the weights by the pairs at some rows; return their loss."""
        import torch

        grade = torch.tensor(np.asarray(self._pairs.grade, np.float32)[rows])
        loss = self._cosine(self._read(rows), grade)
        matches = rows[self._pairs.grade[rows] >= self._parameters.matching_grade]
        if len(matches) > 1 and self._parameters.contrastive:
            loss = loss + self._parameters.contrastive * self._contrastive(self._read(matches), grade[:0])
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._embedder.model.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()
        return float(loss.detach())

    def _read(self, rows: IntArray) -> list[dict[str, Tensor]]:
        columns: list[Any] = [self._pairs.left, self._pairs.right]
        return [self._embedder.tokenise([column[row] for row in rows.tolist()]) for column in columns]
