"""What a model thought of each token of some texts, in windows that give every token half a context or more.

The recipe. A text is read from its start token in windows of ``window`` tokens; the first window predicts all its
tokens, each further one begins half a window later and predicts only what no window before it did. So every token is
predicted once, from all that stands before it or from at least half a window. Windows of about the same length are
read together, padded on the right, where a causal model does not see it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from workbench.errors import BadValue, UnusableModel
from workbench.language.checkpoints import LanguageModel
from workbench.language.memory import reporting_memory

LONGEST_WINDOW: Final = 2048
"""Tokens of a window unless another length is asked for: eager attention takes memory by its square."""
_BATCH_BYTES: Final = 2**28
"""Of the largest tensors that a batch of windows makes: logits, one layer's attention and what it computes between."""
_CHUNK: Final = 256
"""Rows of logits that are turned into probabilities at once."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens from ``begin`` up to ``end`` are read, and those from ``first`` to ``end``, itself included, predicted."""

    begin: int
    first: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class TokenFigures:
    """What was thought of n tokens, each column of shape (n,); of the likeliest tokens (n, k)."""

    bits: npt.NDArray[np.float64]
    """-log2 of the token's probability."""
    rank: npt.NDArray[np.int64]
    """1 where the token was the most probable one."""
    entropy_bits: npt.NDArray[np.float64]
    """Of the distribution that the token was taken from."""
    likeliest: npt.NDArray[np.int64]
    likeliest_probability: npt.NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence["TokenFigures"]) -> "TokenFigures":
        """The figures of one stretch of tokens after another's, at least one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    @classmethod
    def none(cls, top: int = 0) -> "TokenFigures":
        """The figures of no tokens."""
        empty = np.empty(0)
        return cls(empty, empty.astype(np.int64), empty, np.empty((0, top), np.int64), np.empty((0, top)))


def plan_windows(length: int, window: int, first: int = 1) -> list[Window]:
    """The windows that predict tokens ``first`` (at least 1) to ``length`` - 1 of a text of ``length`` tokens."""
    windows, step = [], max(1, window // 2)
    begin = 0
    while first < length:
        if first > begin + window:
            begin += -(-(first - begin - window) // step) * step
        end = min(begin + window, length - 1)
        windows.append(Window(begin, first, end))
        first, begin = end + 1, begin + step
    return windows


def window_length(model: LanguageModel, asked: int | None = None) -> int:
    """The window for a model: as asked, else the model's context, at most ``LONGEST_WINDOW``. Raises BadValue."""
    context = model.facts.context_length
    longest = LONGEST_WINDOW if context is None else context
    if asked is None:
        return min(longest, LONGEST_WINDOW)
    if not 2 <= asked <= (asked if context is None else context):
        raise BadValue(f"window must be 2 to {longest:,} tokens, the context of {model.source}, not {asked:,}.")
    return asked


def score_tokens(
    model: LanguageModel,
    sequences: Sequence[Sequence[int]],
    *,
    window: int,
    firsts: Sequence[int] | None = None,
    top: int = 0,
    progress: Progress | None = None,
) -> list[TokenFigures]:
    """The figures of the tokens of each sequence from its ``first`` (by default 1) on; token 0 is only read.

    ``top`` is how many of the likeliest tokens are kept for each. ``progress`` is told the tokens that are done and all
    of them after each step, and may raise to end the work. Raises OutOfMemory, and UnusableModel for weights that make
    no number of a text.
    """
    firsts = [1] * len(sequences) if firsts is None else firsts
    work = [
        (place, planned)
        for place, ids in enumerate(sequences)
        for planned in plan_windows(len(ids), window, firsts[place])
    ]
    found: dict[tuple[int, int], TokenFigures] = {}
    done, total = 0, sum(planned.end - planned.first + 1 for _, planned in work)
    with reporting_memory("score this text", "Use a shorter window, or a GPU with more room."):
        for batch in _batches(work, model):
            rows = [sequences[place][planned.begin : planned.end + 1] for place, planned in batch]
            for (place, planned), figures in zip(batch, _score_batch(model, rows, batch, top), strict=True):
                if not np.isfinite(figures.bits).all():
                    raise UnusableModel(
                        f"What {model.source} makes of this text is no number (NaN or infinite): its weights are "
                        f"damaged, or too large for {model.facts.dtype}. Use float32, or another checkpoint."
                    )
                found[place, planned.first] = figures
                done += len(figures.bits)
            if progress is not None:
                progress(done, total)
    by_sequence: list[list[TokenFigures]] = [[] for _ in sequences]
    for place, first in sorted(found):
        by_sequence[place].append(found[place, first])
    return [TokenFigures.joined([TokenFigures.none(top), *parts]) for parts in by_sequence]


def _batches(work: list[tuple[int, Window]], model: LanguageModel) -> Iterator[list[tuple[int, Window]]]:
    """Windows of about the same length, the longest first, as many as there is room for."""
    ordered = sorted(work, key=lambda item: item[1].begin - item[1].end)
    begin = 0
    while begin < len(ordered):
        planned = ordered[begin][1]
        rows = max(1, _BATCH_BYTES // _row_bytes(model, planned.end - planned.begin))
        yield ordered[begin : begin + rows]
        begin += rows


def _row_bytes(model: LanguageModel, length: int) -> int:
    """About what a window of ``length`` tokens takes while it is read with eager attention, in float32."""
    config = model.network.config.get_text_config(decoder=True)
    heads, width = getattr(config, "num_attention_heads", None) or 1, getattr(config, "hidden_size", None) or 0
    return 4 * length * (model.facts.vocabulary + heads * length + 4 * width)


@torch.inference_mode()
def _score_batch(
    model: LanguageModel, rows: list[Sequence[int]], batch: list[tuple[int, Window]], top: int
) -> list[TokenFigures]:
    width = max(map(len, rows)) - 1
    ids = torch.zeros((len(rows), width), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row) - 1] = torch.tensor(row[:-1])
    network: Any = model.network
    logits = network(input_ids=ids.to(model.facts.device), use_cache=False).logits
    figures = []
    for place, (row, (_, planned)) in enumerate(zip(rows, batch, strict=True)):
        start = planned.first - planned.begin
        targets = torch.tensor(row[start:], device=logits.device)
        figures.append(_figures(logits[place, start - 1 : len(row) - 1], targets, top))
    return figures


def _figures(logits: Tensor, targets: Tensor, top: int) -> TokenFigures:
    """The figures of ``targets`` (n,) under ``logits`` (n, vocabulary)."""
    parts = []
    for begin in range(0, len(targets), _CHUNK):
        log_p = logits[begin : begin + _CHUNK].float().log_softmax(dim=-1)
        of_target = log_p.gather(1, targets[begin : begin + _CHUNK, None])
        likeliest = log_p.topk(top, dim=-1)
        # A probability of 0 adds nothing to the entropy, and its logarithm is no number.
        entropy = -(log_p.exp() * log_p.clamp(min=torch.finfo(log_p.dtype).min)).sum(dim=-1)
        parts.append(
            TokenFigures(
                bits=(-of_target[:, 0].double() / np.log(2)).cpu().numpy(),
                rank=((log_p > of_target).sum(dim=-1) + 1).cpu().numpy(),
                entropy_bits=(entropy.double() / np.log(2)).cpu().numpy(),
                likeliest=likeliest.indices.cpu().numpy(),
                likeliest_probability=likeliest.values.double().exp().cpu().numpy(),
            )
        )
    return TokenFigures.joined(parts)
