"""What the headers of weight files say: how many numbers, of which type. Read without torch, some kilobytes a file.

A file of safetensors begins with eight bytes, the length of a JSON object that has the type and the shape of each
tensor (https://huggingface.co/docs/safetensors).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

from workbench.errors import UnusableModel

_LENGTH_BYTES: Final = 8
_LONGEST_HEADER: Final = 100_000_000
_BUFFERS = ("masked_bias", "rotary_emb.inv_freq")
_MASKS = ("attn.bias", "attention.bias")
_MASK_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class TensorsCounted:
    """What some weight files hold together."""

    parameters: int
    """Numbers that were trained: without the masks and tables that older checkpoints keep beside them."""
    dtype: str | None
    """The type of most of them in safetensors' words (``F32``, ``BF16``); None where there are none."""


def count_tensors(paths: Iterable[Path]) -> TensorsCounted:
    """The parameters in files of safetensors; raises UnusableModel for a file that is damaged or something else."""
    by_type: Counter[str] = Counter()
    for path in paths:
        header = _read_header(path)
        try:
            for name, tensor in header.items():
                if name != "__metadata__" and not _is_buffer(name, tensor["shape"]):
                    by_type[str(tensor["dtype"])] += prod(tensor["shape"])
        except (LookupError, TypeError):
            raise UnusableModel(f"{path} is no file of safetensors. Fetch or save the checkpoint again.") from None
    common = by_type.most_common(1)
    return TensorsCounted(by_type.total(), common[0][0] if common else None)


def _read_header(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            header = json.loads(file.read(length)) if 0 < length <= _LONGEST_HEADER else None
    except (OSError, ValueError) as error:
        raise UnusableModel(f"{path} cannot be read ({error}). Fetch or save the checkpoint again.") from None
    if not isinstance(header, dict):
        raise UnusableModel(f"{path} is no file of safetensors. Fetch or save the checkpoint again.")
    return header


def _is_buffer(name: str, shape: list[int]) -> bool:
    """Whether a tensor is a table that the architecture computes: GPT-2's first checkpoints keep 12 million of mask."""
    return name.endswith(_BUFFERS) or (name.endswith(_MASKS) and len(shape) == _MASK_DIMENSIONS)
