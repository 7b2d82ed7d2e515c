"""Reading into storage of a fixed size, so that a step is the same work each time and need not be thought of anew.

Between two tokens Python walks through all layers of a network and asks for each of its hundreds of small kernels; a
GPU waits for that longer than it computes. Here keys and values stand in tensors of a fixed size, which the next text
uses again, and where a text has got to is a number on the device. Such a step can be recorded once as a CUDA graph and
launched as one, which takes a few steps' time; or be compiled, which also makes its kernels fewer, and takes a minute.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

import torch
from torch import Tensor
from torch._dynamo.exc import TorchDynamoException
from transformers import StaticCache
from transformers.cache_utils import StaticLayer

from workbench.errors import BadValue
from workbench.generation.reading import Reader
from workbench.generation.settings import Decoding
from workbench.generation.ties import LOGIT_BOUNDS
from workbench.language.checkpoints import LanguageModel

_ROOM_STEP: Final = 256
_REPEATS: Final = 3
"""Steps that a GPU is to make before all that happens once has happened: libraries loaded, kernels chosen."""


class NotRecordable(Exception):
    """The steps of a network cannot be recorded here; the reason, in a clause."""


class FixedReader(Reader):
    """A reader of one row with room for ``room`` tokens; ``prepare`` comes before the first ``read``."""

    def __init__(self, model: LanguageModel, tokens: int) -> None:
        super().__init__(model)
        # Rounded up to a room that few different texts lead to: each one is prepared for itself.
        self.room = -(-tokens // _ROOM_STEP) * _ROOM_STEP
        self._cache = StaticCache(config=model.network.config, max_cache_len=self.room)

    @torch.inference_mode()
    def prepare(self) -> None:
        """Does all that is done once for a room; what that is is the kinds' own matter."""
        self.read([[0]])  # any token: the storage is made when the first one comes
        self._prepare_step({"past_key_values": self._cache, "use_cache": True, **self._extras})
        self.go_back(0)

    @torch.inference_mode()
    def go_back(self, tokens: int) -> bool:
        """Forgets all but the first ``tokens``; False, and nothing done, where only windows of the text are stored."""
        if tokens == 0:
            self._cache.reset()
        elif tokens != len(self.ids):
            if not _keeps_everything(self._cache):
                return False
            self._stand_at(tokens)
        del self.ids[tokens:]
        return True

    def _prepare_step(self, inputs: dict[str, Any]) -> None:
        """Makes ``_step`` ready, after one token; ``inputs`` are those of each step besides its token."""
        raise NotImplementedError

    def _stand_at(self, tokens: int) -> None:
        """Has the next token be written behind the first ``tokens``; what stands further on is not attended to."""
        for layer in self._cache.layers:
            layer.cumulative_length.fill_(tokens)


class RecordedReader(FixedReader):
    """Whose steps were recorded as a CUDA graph: the same kernels in the same order, without what Python costs."""

    decoding: ClassVar = Decoding.GRAPH
    _token: Tensor
    _logits: Tensor
    _replay: Callable[[], None]

    def _prepare_step(self, inputs: dict[str, Any]) -> None:
        """Raises NotRecordable where the device refuses, and where what was recorded is not what the network does."""
        self._token = torch.zeros((1, 1), dtype=torch.long, device=self.device)

        def step() -> Tensor:
            return self._read(input_ids=self._token, **inputs)

        expected = [step().clone() for _ in range(2)]
        try:
            self._replay, self._logits = record(step, self.device)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:  # as the CUDA driver's complaints come
            raise NotRecordable(_first_line(error)) from error
        self._stand_at(1)
        bound = 2 * LOGIT_BOUNDS.get(self._model.facts.dtype, LOGIT_BOUNDS["bfloat16"])
        for place, logits in enumerate(expected, start=1):
            self._replay()
            if not torch.allclose(self._logits, logits, rtol=0, atol=bound, equal_nan=True):
                raise NotRecordable(f"token {place} came out otherwise when it was replayed")

    def _step(self, **inputs: Any) -> Tensor:
        self._token.copy_(inputs["input_ids"])
        self._replay()
        return self._logits


class CompiledReader(FixedReader):
    """Whose steps are compiled; raises BadValue where that cannot be done here."""

    decoding: ClassVar = Decoding.COMPILED

    def __init__(self, model: LanguageModel, tokens: int) -> None:
        super().__init__(model, tokens)
        self._compiled: Any = torch.compile(model.network, mode="reduce-overhead")

    def _prepare_step(self, inputs: dict[str, Any]) -> None:
        token = torch.zeros((1, 1), dtype=torch.long, device=self.device)
        for _ in range(_REPEATS):  # on a GPU it is compiled, warmed up and recorded
            self._step(input_ids=token, **inputs)

    def _step(self, **inputs: Any) -> Tensor:
        torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        try:
            logits: Tensor = self._compiled(**inputs).logits
        except TorchDynamoException as error:
            reason = _first_line(getattr(error, "inner_exception", error))
            raise BadValue(
                f"The steps of {self._model.source} cannot be compiled here ({reason}). Leave decoding at auto."
            ) from error
        return logits


def record(step: Callable[[], Tensor], device: torch.device) -> tuple[Callable[[], None], Tensor]:
    """What ``step`` launches on a GPU, as a CUDA graph: what launches all of it again, and the tensor that then is new.

    The steps here count: ``step`` moves on some times. The recipe is that of torch's notes on CUDA graphs: warmed up on
    a stream of its own, then captured, with other threads left alone.
    """
    with torch.cuda.device(device):
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(_REPEATS):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            logits = step()
    return graph.replay, logits


def is_steady(model: LanguageModel) -> bool:
    """Whether each step of a network is the same work on tensors, as its authors say of those that can be compiled."""
    return bool(getattr(model.network, "_can_compile_fullgraph", False))


def is_recordable(model: LanguageModel) -> bool:
    """Whether a step does not depend on numbers that Python keeps, which a recording would repeat for ever."""
    return is_steady(model) and _keeps_everything(StaticCache(config=model.network.config, max_cache_len=_ROOM_STEP))


def _keeps_everything(cache: StaticCache) -> bool:
    """Not so where layers keep a window of the text: where they stand in it is a number of Python's."""
    return all(type(layer) is StaticLayer for layer in cache.layers)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:200] if lines else type(error).__name__
