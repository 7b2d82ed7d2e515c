"""A CUDA graph without CUDA: the operations of a step, kept with their tensors, and done again on the same ones.

What a graph freezes this freezes, too: the operations, their order, and every number that Python had at the time. What
tensors hold is read anew at each replay, and the result is written where it was written first.
"""

from collections.abc import Callable
from typing import Any, Self
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

WARM_UPS = 3


class Recorder(TorchDispatchMode):
    """Keeps each operation that torch is asked for, with what it was given and gave.

    Meanwhile torch says that a graph is being captured, for which transformers has ways of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, Any, Any, Any]] = []
        self._capturing = patch("torch.cuda.is_current_stream_capturing", return_value=True)

    def __enter__(self) -> Self:
        self._capturing.start()
        return super().__enter__()  # type: ignore[no-any-return]

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._capturing.stop()

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        self.operations.append((function, args, kwargs or {}, result))
        return result

    def replay(self) -> dict[int, Tensor]:
        """Does everything again; what is new now, by the identity of what it was."""
        new: dict[int, Tensor] = {}

        def now(value: Any) -> Any:
            return new.get(id(value), value)

        for function, args, kwargs, result in self.operations:
            again = function(*tree_map(now, args), **tree_map(now, kwargs))
            for old, fresh in zip(tree_leaves(result), tree_leaves(again), strict=True):
                if isinstance(old, Tensor) and old is not fresh:
                    new[id(old)] = fresh
        return new

    def devices(self) -> set[str]:
        """The kinds of device on which any tensor of any operation was."""
        tensors = [leaf for operation in self.operations for leaf in tree_leaves(operation[1:])]
        return {tensor.device.type for tensor in tensors if isinstance(tensor, Tensor)}


def record(step: Callable[[], Tensor], _device: torch.device) -> tuple[Callable[[], None], Tensor]:
    """As ``fixed_reading.record``, on the CPU."""
    for _ in range(WARM_UPS):
        step()
    recorder = Recorder()
    with recorder:
        result = step()

    def replay() -> None:
        with torch.inference_mode():
            result.copy_(recorder.replay()[id(result)])

    return replay, result
