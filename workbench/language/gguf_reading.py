"""A GGUF file read once while transformers loads a model and a tokenizer of it.

The package ``gguf`` reads a file's header in plain Python, a vocabulary token by token, through slices of a memory map
that each cost as much as the reading itself; transformers has it read three times, and has the table of the tensors'
names made anew for each tensor. That is most of what such a model takes to load: with one reading, of plain arrays
over the same memory, and one table it takes a fifth of the time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt


@contextmanager
def reading_once() -> Iterator[None]:
    """A stretch in which each GGUF file that is opened is read once; what was read is let go of at its end.

    Raises ImportError where ``gguf`` is not installed. Not to be entered by two threads at once.
    """
    import gguf  # an extra

    module: Any = gguf
    originals = {name: getattr(module, name) for name in ("GGUFReader", "get_tensor_name_map")}

    class PlainReader(module.GGUFReader):  # type: ignore[misc]
        """A reader whose slices are plain arrays."""

        @property
        def data(self) -> npt.NDArray[Any]:
            return self._plain

        @data.setter
        def data(self, mapped: npt.NDArray[Any]) -> None:
            self._plain = np.asarray(mapped)

    vars(module).update(GGUFReader=cache(PlainReader), get_tensor_name_map=cache(originals["get_tensor_name_map"]))
    try:
        yield
    finally:
        vars(module).update(originals)
