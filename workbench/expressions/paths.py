"""Finding a value in the JSON of a run or of a comparison by the path that a person writes.

A path is the way through the keys (``metrics.accuracy``), or a short form of it: a figure or a parameter of a run by
its bare name (``accuracy``, ``p95_ms``, ``learning_rate``), a row of a comparison by its metric (``accuracy.delta``),
either run of a comparison by its letter (``a.accuracy``). Lists of named objects, as rows and warnings are, read like
objects.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from workbench.evaluation.metrics import METRICS

MISSING: Final = object()
"""What ``resolve`` returns where a document has nothing at a path."""

RUN_GROUPS: Final = ("metrics", "parameters", "latency", "cost", "size", "data", "environment")
"""Where a bare name is looked up in a run. Parameters come before latency, since both hold a ``batch_size``."""

_NAMING_KEYS = ("metric", "key", "code", "class")

_ROW_KEYS = (
    *("a.value", "a.low", "a.high", "b.value", "b.low", "b.high", "delta", "delta_low", "delta_high", "relative"),
    *("p_value", "p_adjusted", "n", "verdict"),
)
"""What may be asked of any row of a comparison, also of a figure that neither run has."""


def resolve(document: Mapping[str, Any], segments: Sequence[str]) -> Any:
    """What ``document`` holds at the path of ``segments``: a plain value where any reading of it leads to one.

    ``parameters`` alone, for instance, is the number of weights (``size.parameters``), not the object of settings.
    """
    found: Any = MISSING
    for value in _readings(document, segments):
        if not isinstance(value, Mapping):
            return value
        found = value
    return found


def name_of(item: Any) -> Any:
    """The name under which an element of a list is looked up: a row's metric, a warning's code, or the item itself."""
    if isinstance(item, Mapping):
        for key in _NAMING_KEYS:
            if key in item:
                return item[key]
    return item


def known_paths(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every path, in full and short form, that leads to a value in at least one of ``documents``."""
    known: set[str] = set()
    for document in documents:
        known.update(full_paths(document))
        known.update(_short_paths(document))
    return known


def _readings(document: Mapping[str, Any], segments: Sequence[str]) -> Iterator[Any]:
    """The values that a path may mean, likeliest first."""
    yield from descend(document, segments)
    if "rows" in document:
        yield from descend(document["rows"], segments)
        side = document.get(segments[0])
        if segments[0] in ("a", "b") and isinstance(side, Mapping) and len(segments) > 1:
            yield from _readings(side, segments[1:])
        return
    for group in RUN_GROUPS:
        yield from descend(document.get(group), segments)


def descend(value: Any, segments: Sequence[str]) -> Iterator[Any]:
    """The values below ``value``, likeliest first; several only where a key itself holds dots."""
    if not segments:
        yield value
        return
    children = _children(value)
    for length in range(len(segments), 0, -1):
        key = ".".join(segments[:length])
        if key in children:
            yield from descend(children[key], segments[length:])


def _children(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return {str(name_of(item)): item for item in value if not isinstance(name_of(item), Mapping)}
    return {}


def full_paths(value: Any, prefix: str = "") -> Iterator[str]:
    """Every way through the keys of ``value``, to inner objects and to plain values."""
    for key, child in _children(value).items():
        path = f"{prefix}.{key}" if prefix else str(key)
        yield path
        yield from full_paths(child, path)


def _short_paths(document: Mapping[str, Any]) -> Iterator[str]:
    if "rows" in document:
        yield from full_paths(document["rows"])
        yield from (f"{metric}.{key}" for metric in METRICS for key in _ROW_KEYS)
        for side in ("a", "b"):
            if isinstance(document.get(side), Mapping):
                yield from (f"{side}.{path}" for path in _short_paths(document[side]))
        return
    for group in RUN_GROUPS:
        yield from full_paths(document.get(group))
