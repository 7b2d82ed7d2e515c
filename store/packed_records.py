"""The nouns that hold packed columns, a value for each test example or timed call: outcomes, trials, races.

As in ``records``, figures that are not known are ``None``, and times are seconds since the epoch, UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A packed column of numbers: a NumPy dtype string, a shape, and zlib-compressed bytes.

    The store keeps and returns the bytes as they are; ``workbench.evaluation.columns`` packs and unpacks them.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """The test part that runs of one split share: example ids (uint64) in the order of the outcomes.

    ``key`` is a hash of the ids. ``previews`` is zlib-compressed JSON, a list of one short inert text an example.
    ``contents`` is what the examples hold (``workbench.evaluation.contents``); None where that was not kept.
    """

    key: str
    n: int
    ids: Column
    previews: bytes
    contents: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a run's model said about each example of its test part, in the order of its example set.

    Classification: ``truth`` and ``predicted`` index into ``labels``; ``probabilities`` is float16 of shape (n, K), or
    (n,) holding the second class's probability when K is 2; ``loss`` is each example's log loss as float32.

    Regression: no ``labels``; ``truth`` and ``predicted`` are float64 of shape (n,).

    Language modelling: no ``labels``; an example is a unit of text (a document, or a fixed span of bytes), in the order
    of the text. ``bits`` (float64) is the length of its code, ``bytes`` (uint32) its length in UTF-8, ``tokens``
    (uint32) how many tokens it makes, ``right`` (uint32, where it was kept) how many of them were the most probable.
    """

    example_set: str
    labels: tuple[str, ...]
    n: int
    columns: Mapping[str, Column]
    """Keys, by task: truth, predicted, probabilities, loss; truth, predicted; bits, bytes, tokens, right."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Timed prediction calls of one run under one set of conditions.

    ``columns``: ``ms`` (float64 milliseconds, in the order of the calls), ``block`` (uint16) and ``process`` (uint16).
    ``conditions`` says batch size, threads, device, driver, torch, precision, warm-up calls, load before and after, who
    shared the device and what slowed it down.
    """

    conditions: Mapping[str, Any]
    n: int
    columns: Mapping[str, Column]
    measured_at: float


@dataclass(frozen=True, slots=True)
class NewRace:
    """The latency of two runs' models measured again side by side: alternating blocks of calls, in fresh processes.

    ``columns``, one value a timed call in their order: ``ms`` (float32 milliseconds), ``process`` (uint16), ``pair`` of
    blocks within the process (uint16), ``side`` (uint8, 0 for A) and ``position`` of the block in its pair (uint8).
    ``conditions`` says what ``Trials.conditions`` says, and how the race was done. The attempts are the runs' newest
    ones at the time: a run that was trained on has another checkpoint.
    """

    a_run_id: int
    b_run_id: int
    a_attempt: int
    b_attempt: int
    measured_at: float
    conditions: Mapping[str, Any]
    n: int
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Race:
    """A race as it is stored."""

    id: int
    race: NewRace
