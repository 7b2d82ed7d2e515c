"""Packing points into compressed chunks, and back, to the bit.

A chunk is five columns in the order in which the points were logged: metric id, attempt and step as differences, time
as differences of the bits of its float64, value as the bits of its float64 (NaN where there is none). Each column is an
array of little-endian 64-bit integers, turned so that all first bytes come first, then all second bytes, and so on:
what repeats then stands together, and zlib finds it. No NumPy: reading a chunk must not cost its import.

Format: one byte 1 (the version), then zlib of the five turned columns, one after the other.
"""

import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress
from typing import TypeAlias

CHUNK_POINTS = 16_384
"""The most points in a chunk: what one short transaction packs in about 20 ms."""

RawPoint: TypeAlias = tuple[int, int, int, float | None, float]
"""Metric id, attempt, step, value, time."""

TimedPoint: TypeAlias = tuple[int, int, float | None, float]
"""Attempt, step, value, time."""

_VERSION = b"\x01"
_MASK = 2**64 - 1
_WIDTH = 8


def encode_chunk(points: Sequence[RawPoint]) -> bytes:
    """The points as a chunk. Steps are signed 64-bit integers; times and values any float64 but NaN."""
    metrics, attempts, steps, values, times = zip(*points, strict=True)
    known = [float("nan") if value is None else value for value in values]
    columns = (
        _differences(metrics),
        _differences(attempts),
        _differences(steps),
        _differences(_bits(times)),
        _bits(known),
    )
    return _VERSION + zlib.compress(b"".join(_turn(column) for column in columns), 6)


def decode_chunk(chunk: bytes) -> list[RawPoint]:
    """The points that ``encode_chunk`` packed; raises ValueError for a version that this program does not know."""
    metrics, attempts, steps, times, values = _columns(chunk)
    return list(
        zip(_sums(metrics), _sums(attempts), _sums(steps), _known(values), _as_floats(_sums(times)), strict=True)
    )


def decode_metric(chunk: bytes, metric_id: int, first_step: int, last_step: int) -> list[TimedPoint]:
    """The points of one metric from one step to another; columns are unfolded only as far as they are needed."""
    metrics, attempts, steps, times, values = _columns(chunk)
    ids = _sums(metrics)
    n = ids.count(metric_id)
    if n == 0:
        return []
    at_step = _sums(steps)
    found: Iterable[TimedPoint] = zip(_sums(attempts), at_step, _known(values), _as_floats(_sums(times)), strict=True)
    if n < len(ids):
        found = compress(found, [number == metric_id for number in ids])
    if first_step <= min(at_step) and max(at_step) <= last_step:
        return list(found)
    return [point for point in found if first_step <= point[1] <= last_step]


def _columns(chunk: bytes) -> "list[array[int]]":
    """Metric ids, attempts, steps and times as differences; values as bits."""
    if chunk[:1] != _VERSION:
        raise ValueError(f"a chunk of unknown version {chunk[:1]!r}")
    plain = zlib.decompress(chunk[1:])
    length = len(plain) // 5
    return [_turn_back(plain[start : start + length]) for start in range(0, len(plain), length)]


def _differences(numbers: Iterable[int]) -> list[int]:
    """Each number less the one before it, modulo 2**64."""
    before = 0
    result = []
    for number in numbers:
        result.append((number - before) & _MASK)
        before = number
    return result


def _sums(differences: "array[int]") -> "array[int]":
    """The signed 64-bit numbers that lie these differences apart."""
    totals = list(accumulate(array("q", differences.tobytes())))
    try:
        return array("q", totals)
    except OverflowError:
        # Numbers so far apart that their difference was folded; rare, and so the quick way is tried first.
        return array("q", array("Q", [total & _MASK for total in totals]).tobytes())


def _bits(numbers: Sequence[float]) -> "array[int]":
    return array("Q", array("d", numbers).tobytes())


def _as_floats(bits: "array[int]") -> "array[float]":
    return array("d", bits.tobytes())


def _known(bits: "array[int]") -> list[float | None]:
    # NaN is the only float that is not itself.
    return [value if value == value else None for value in _as_floats(bits)]


def _turn(numbers: Iterable[int]) -> bytes:
    column = array("Q", numbers)
    if sys.byteorder == "big":
        column.byteswap()
    plain = column.tobytes()
    return b"".join(plain[place::_WIDTH] for place in range(_WIDTH))


def _turn_back(turned: bytes) -> "array[int]":
    plain = bytearray(len(turned))
    n = len(turned) // _WIDTH
    for place in range(_WIDTH):
        plain[place::_WIDTH] = turned[place * n : (place + 1) * n]
    column = array("Q", bytes(plain))
    if sys.byteorder == "big":
        column.byteswap()
    return column
