"""The keys and values of the tokens that a model has read, kept so that each new token costs one step.

transformers' own layers grow by concatenation: every token copies all keys and values of every layer, which at a
thousand tokens of GPT-2 is as much memory traffic as a seventh of its weights, allocated anew each time. Here they are
written into room that doubles when it is full, and forgetting the end of a text is a matter of looking at less of it.
"""

from typing import Any

from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer

_LEAST_ROOM = 256
"""Tokens of room that a layer begins with."""


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """One attention layer's keys and values, (rows, heads, tokens, width), as views of storage with room to spare."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room: tuple[Tensor, Tensor] | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Adds the keys and values of more tokens and returns those of all."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        before = self.get_seq_length()
        after = before + key_states.shape[-2]
        if self._room is None or self._room[0].shape[-2] < after:
            self._room = self._grow(key_states, before, after), self._grow(value_states, before, after)
            if self.keys is not None and self.values is not None and before:
                self._room[0][..., :before, :] = self.keys
                self._room[1][..., :before, :] = self.values
        keys, values = self._room
        keys[..., before:after, :] = key_states
        values[..., before:after, :] = value_states
        self.keys, self.values = keys[..., :after, :], values[..., :after, :]
        return self.keys, self.values

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Gives every row ``repeats`` neighbours like itself."""
        super().batch_repeat_interleave(repeats)
        self._room = None

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keeps the rows at ``indices`` only."""
        super().batch_select_indices(indices)
        self._room = None

    @staticmethod
    def _grow(states: Tensor, before: int, after: int) -> Tensor:
        rows, heads, _, width = states.shape
        return states.new_empty((rows, heads, max(_LEAST_ROOM, 2 * before, after), width))


def make_cache(config: PreTrainedConfig) -> DynamicCache:
    """An empty cache for a model: our layers where all tokens are attended to, transformers' own for other kinds."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def can_forget(cache: DynamicCache) -> bool:
    """Whether the last tokens can be taken back: not so where a layer keeps a window or a running state only."""
    return all(type(layer) is GrowingLayer for layer in cache.layers)


def forget_after(cache: DynamicCache, tokens: int) -> None:
    """Takes back all but the first ``tokens`` of a cache that ``can_forget``."""
    surplus = cache.get_seq_length() - tokens
    if surplus > 0:
        cache.crop(-surplus)
