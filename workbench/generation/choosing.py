"""The next token out of a model's logits: the most probable one, or one that is drawn.

Order and meaning of the settings are those of transformers' ``generate`` (repetition penalty, temperature, top-k,
top-p, min-p, on float32 logits). What is different is the draw: each text has random numbers of its own, and one of
them picks the token by the inverse of the cumulated probabilities, so that a text depends on its seed and its logits
alone, not on the texts beside it nor on the device's generator.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.generation.settings import GenerationSettings

_LARGEST_DRAW = 1 - 2**-52
"""A draw below 1 that, times a sum in float64, stays below the sum."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A token a row, and how near each choice was to another: in logits where greedy, in probability where drawn."""

    tokens: list[int]
    margins: list[float] | None
    """None where nobody asked."""


def random_numbers(settings: GenerationSettings, sample: int) -> random.Random:
    """The random numbers of one sample: the same for the same seed, whatever is made beside it."""
    return random.Random(f"{settings.seed}/{sample}")


class Chooser:
    """Chooses the next token of each row; remembers which tokens have occurred where they are penalised."""

    def __init__(self, settings: GenerationSettings) -> None:
        self._settings = settings
        self._seen: Tensor | None = None

    def read(self, histories: Sequence[Sequence[int]], vocabulary: int, device: torch.device) -> None:
        """The tokens of each row's prompt, before the first choice."""
        if self._settings.repetition_penalty == 1.0:
            return
        self._seen = torch.zeros((len(histories), vocabulary), dtype=torch.bool, device=device)
        for row, history in enumerate(histories):
            self._seen[row, torch.tensor(list(history), device=device)] = True

    def keep_rows(self, rows: Tensor) -> None:
        """Forgets all rows but these, in this order."""
        if self._seen is not None:
            self._seen = self._seen[rows]

    def choose(self, logits: Tensor, draws: Sequence[random.Random], *, margins: bool) -> Chosen:
        """A token for each row of ``logits`` (rows, vocabulary); ``draws`` has the random numbers of each row."""
        scores = logits.float()
        if self._seen is not None:
            scores = penalise(scores, self._seen, self._settings.repetition_penalty)
        if self._settings.greedy:
            tokens = scores.argmax(dim=-1)
            top = scores.topk(2, dim=-1).values if margins else None
            found = None if top is None else (top[:, 0] - top[:, 1]).tolist()
        else:
            numbers = torch.tensor([min(draw.random(), _LARGEST_DRAW) for draw in draws], dtype=torch.float64)
            tokens, distances = draw_tokens(filtered(scores, self._settings), numbers.to(scores.device))
            found = distances.tolist() if margins else None
        if self._seen is not None:
            self._seen.scatter_(1, tokens[:, None], value=True)
        return Chosen(tokens.tolist(), found)


def penalise(scores: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """``scores`` with those of ``seen`` tokens made less likely (CTRL's repetition penalty, arXiv:1909.05858)."""
    return torch.where(seen, torch.where(scores < 0, scores * penalty, scores / penalty), scores)


def filtered(scores: Tensor, settings: GenerationSettings) -> Tensor:
    """``scores`` (rows, vocabulary) by temperature; minus infinity where a filter lets a token not through."""
    if settings.temperature != 1.0:
        scores = scores / settings.temperature
    if settings.top_k is not None:
        least = scores.topk(min(settings.top_k, scores.shape[-1]), dim=-1).values[:, -1:]
        scores = scores.masked_fill(scores < least, -torch.inf)
    if settings.top_p is not None:
        ascending, order = scores.sort(dim=-1)
        dropped = ascending.softmax(dim=-1).cumsum(dim=-1) <= 1 - settings.top_p
        dropped[:, -1] = False
        scores = scores.masked_fill(dropped.scatter(1, order, dropped), -torch.inf)
    if settings.min_p is not None:
        probabilities = scores.softmax(dim=-1)
        least = settings.min_p * probabilities.amax(dim=-1, keepdim=True)
        scores = scores.masked_fill(probabilities < least, -torch.inf)
    return scores


def draw_tokens(scores: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
    """The token at which each row's cumulated probabilities pass its number in [0, 1), and how far its edges are.

    Summed in float64: over a large vocabulary float32 would lose the rarer half of the tokens.
    """
    cumulated = scores.double().softmax(dim=-1).cumsum(dim=-1)
    points = numbers[:, None] * cumulated[:, -1:]
    # The first sum above the point; a token of probability 0 adds nothing and is never the first.
    tokens = torch.searchsorted(cumulated, points, right=True)
    upper = cumulated.gather(1, tokens)
    lower = torch.where(tokens > 0, cumulated.gather(1, (tokens - 1).clamp(min=0)), 0)
    # The outermost edges part no two tokens: below the first and above the last one there is none.
    below = torch.where(lower > 0, points - lower, 1)
    above = torch.where(upper < cumulated[:, -1:], upper - points, 1)
    return tokens[:, 0], torch.minimum(below, above)[:, 0]
