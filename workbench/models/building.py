"""From a catalogue entry to a model that can be trained: the one place that follows ``ModelEntry.builder``.

A builder is a function of the complete parameters and of the shape of the data. Importing its module is light; calling
it imports the library that it builds with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from workbench.models import ModelEntry
from workbench.parameters import Value


@dataclass(frozen=True, slots=True)
class DataShape:
    """What a model must know of its data: one example's shape, and how many classes there are.

    Examples come as flat rows of ``features`` float32 values; a model for images folds them back into ``input_shape``
    (channels, height, width).
    """

    input_shape: tuple[int, ...]
    classes: int

    @property
    def features(self) -> int:
        """Values in one example."""
        product = 1
        for size in self.input_shape:
            product *= size
        return product


def build(entry: ModelEntry, parameters: Mapping[str, Value], shape: DataShape) -> Any:
    """An untrained model: a ``torch.nn.Module`` of a neural entry, else a scikit-learn classifier.

    The initial weights of a network are drawn from torch's global generator; seed it before.
    """
    return builder_of(entry)(parameters, shape)


def builder_of(entry: ModelEntry) -> Callable[[Mapping[str, Value], Any], Any]:
    """The function that ``ModelEntry.builder`` names, its module imported.

    That of a language model takes its complete parameters and what it begins with: the documents of the training part,
    or the files of a checkpoint.
    """
    module, _, function = entry.builder.partition(":")
    builder: Callable[[Mapping[str, Value], Any], Any] = getattr(import_module(module), function)
    return builder
