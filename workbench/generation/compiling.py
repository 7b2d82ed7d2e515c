"""Reading with compiled steps: slow the first time, then without what Python costs between two tokens.

A GPU waits for Python at each of the hundreds of small kernels of a step; compiled, they are one launch. A compiled
step is bound to its storage: keys and values stand in tensors of a fixed size, which the next text uses again.
"""

from typing import Any, Final

import torch
from torch._dynamo.exc import TorchDynamoException
from transformers import StaticCache

from workbench.errors import BadValue
from workbench.generation.reading import Reader
from workbench.language.checkpoints import LanguageModel

_ROOM_STEP: Final = 256


class CompiledReader(Reader):
    """A reader of one row with room for ``room`` tokens; ``restart`` has it read another text."""

    def __init__(self, model: LanguageModel, room: int) -> None:
        super().__init__(model)
        self.room = _round_up(room)
        self._cache = StaticCache(config=model.network.config, max_cache_len=self.room)
        self._compiled: Any = torch.compile(model.network, mode="reduce-overhead")

    @torch.inference_mode()
    def restart(self) -> None:
        """Forgets everything that was read; the storage stays where it is, and what was compiled with it."""
        self._cache.reset()
        self.ids = []

    def go_back(self, tokens: int) -> bool:
        """False: what was read stands in storage that is filled from its beginning."""
        return tokens == len(self.ids)

    def _step(self, **inputs: Any) -> Any:
        torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        try:
            return self._compiled(**inputs)
        except TorchDynamoException as error:
            told = str(getattr(error, "inner_exception", error)).strip().splitlines()
            reason = told[0].rstrip(".") if told else type(error).__name__
            raise BadValue(
                f"The steps of {self._model.source} cannot be compiled here ({reason[:200]}). Leave compiled off."
            ) from error


def check_compilable(model: LanguageModel) -> None:
    """Raises BadValue for a network that cannot be compiled as one piece, as its authors say."""
    if not getattr(model.network, "_can_compile_fullgraph", False):
        raise BadValue(
            f"{model.source} is a {model.facts.architecture}, whose steps cannot be compiled. Leave compiled off."
        )


def _round_up(tokens: int) -> int:
    """A room that few different texts lead to: each one is compiled for itself."""
    return -(-tokens // _ROOM_STEP) * _ROOM_STEP
