"""What a network has read in a batch of rows: one call a step, with the least work that the step needs.

Prompts of different lengths stand against the right edge, with a mask over the padding on their left and positions
counted from each one's own beginning, so that every row reads as if it were alone.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from workbench.generation.cache import can_forget, forget_after, make_cache
from workbench.generation.settings import Decoding
from workbench.language.checkpoints import LanguageModel


class Reader:
    """Some rows of tokens with their keys and values; ``read`` adds tokens to each and gives the logits after them."""

    decoding: ClassVar = Decoding.EAGER

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self.device = torch.device(model.facts.device)
        self._cache: Any = make_cache(model.network.config)
        self._padding: Tensor | None = None
        self._extras: dict[str, Any] = {"logits_to_keep": 1} if "logits_to_keep" in model.takes else {}
        self.ids: list[int] = []
        """What the first row has read, padding and all."""

    def read_prompts(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Reads a batch of prompts, from nothing, each as its own row; the logits (rows, vocabulary) after them."""
        longest = max(map(len, prompts))
        lengths = torch.tensor([len(ids) for ids in prompts], device=self.device)
        if int(lengths.min()) < longest:
            self._padding = longest - lengths
        # Under the mask any token will do.
        return self.read([[0] * (longest - len(ids)) + list(ids) for ids in prompts])

    @torch.inference_mode()
    def read(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        """Reads as many more tokens in each row; the logits (rows, vocabulary) after the last one."""
        before, more = len(self.ids), len(tokens[0])
        self.ids += tokens[0]
        extras = dict(self._extras)
        if self._padding is not None:
            columns = torch.arange(before + more, device=self.device)
            extras["attention_mask"] = (columns >= self._padding[:, None]).long()
            if "position_ids" in self._model.takes:
                extras["position_ids"] = (columns[before:] - self._padding[:, None]).clamp(min=0)
        ids = torch.tensor(tokens, device=self.device)
        work = self._step if before and more == 1 else self._read
        return work(input_ids=ids, past_key_values=self._cache, use_cache=True, **extras)[:, -1]

    def _read(self, **inputs: Any) -> Tensor:
        """The logits (rows, tokens, vocabulary) after more tokens; perhaps of the last one only."""
        logits: Tensor = self._model.network(**inputs).logits
        return logits

    def _step(self, **inputs: Any) -> Tensor:
        """The same after one more token in each row."""
        return self._read(**inputs)

    @torch.inference_mode()
    def repeat(self, times: int) -> None:
        """Gives each row as many neighbours that have read the same."""
        self._cache.batch_repeat_interleave(times)
        if self._padding is not None:
            self._padding = self._padding.repeat_interleave(times)

    @torch.inference_mode()
    def keep_rows(self, rows: Tensor) -> None:
        """Forgets all rows but these, in this order; of ``ids`` then only what all had in common is told."""
        self._cache.batch_select_indices(rows)
        if self._padding is not None:
            self._padding = self._padding[rows]

    def go_back(self, tokens: int) -> bool:
        """Forgets all but the first ``tokens``; False, and nothing done, where the network's memory cannot do that."""
        if tokens == len(self.ids):
            return True
        if self._padding is not None or not can_forget(self._cache):
            return False
        with torch.inference_mode():
            forget_after(self._cache, tokens)
        del self.ids[tokens:]
        return True
