"""Events as bytes: the payload of one record of a spool, and back again, exactly.

Points are packed binary, because they are written in the innermost loop of a training; every other event is JSON with,
where it carries packed columns, their bytes behind it. NaN and infinity survive both ways. Nothing here depends on the
process: what one version wrote, the same version reads on any machine.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from store.packed_records import Column, ExampleSet, Outcomes, Trials
from store.records import ClassFigures, Figure, FigureGroup, Phase
from workbench.events import (
    CheckpointKept,
    ClassesFound,
    DataDescribed,
    EnvironmentFound,
    Event,
    ExampleSetFound,
    FiguresFound,
    Finished,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    Progressed,
    TrialsFound,
)

LAYOUT: Final = 1
POINTS: Final = 2
LOST: Final = 3
EVENT: Final = 4

_LAYOUT_HEAD = struct.Struct("<BI")
_LOST = struct.Struct("<BQ")
_EVENT_HEAD = struct.Struct("<BI")

Body = dict[str, Any]
Blobs = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of the metrics that are logged together, and how their points are packed.

    A points payload is the kind, the layout's id, the time, the step and one float64 for each name.
    """

    id: int
    names: tuple[str, ...]
    struct: struct.Struct

    @classmethod
    def of(cls, layout_id: int, names: tuple[str, ...]) -> "Layout":
        """The layout of points that carry a value for each of ``names``, in that order."""
        return cls(layout_id, names, struct.Struct(f"<BIdq{len(names)}d"))

    def encode(self) -> bytes:
        """The payload that defines the layout; it stands in the spool before the first points that use it."""
        return _LAYOUT_HEAD.pack(LAYOUT, self.id) + json.dumps(self.names).encode()

    @classmethod
    def decode(cls, payload: bytes) -> "Layout":
        """The layout that a payload defines."""
        _, layout_id = _LAYOUT_HEAD.unpack_from(payload)
        return cls.of(layout_id, tuple(json.loads(payload[_LAYOUT_HEAD.size :])))


def layout_id_of(payload: bytes) -> int:
    """Which layout the points of a payload use."""
    return int(_LAYOUT_HEAD.unpack_from(payload)[1])


def encode_lost(points: int) -> bytes:
    """The payload that says how many points found no room."""
    return _LOST.pack(LOST, points)


def decode_lost(payload: bytes) -> int:
    """The number of points in a payload of ``encode_lost``."""
    return int(_LOST.unpack(payload)[1])


def encode_event(event: Event, at: float) -> bytes:
    """The payload of any event but points."""
    encode, _ = _CODECS[type(event).__name__]
    body, blobs = encode(event)
    document = json.dumps([type(event).__name__, at, body, [len(blob) for blob in blobs]], default=_plain).encode()
    return b"".join((_EVENT_HEAD.pack(EVENT, len(document)), document, *blobs))


def decode_event(payload: bytes) -> tuple[Event, float]:
    """The event in a payload of ``encode_event``, and its time; raises ValueError or KeyError where it is none."""
    _, size = _EVENT_HEAD.unpack_from(payload)
    start = _EVENT_HEAD.size + size
    name, at, body, sizes = json.loads(payload[_EVENT_HEAD.size : start])
    blobs = []
    for blob_size in sizes:
        blobs.append(payload[start : start + blob_size])
        start += blob_size
    _, decode = _CODECS[name]
    return decode(body, blobs), at


def _plain(value: Any) -> Any:
    """A NumPy scalar or array, a tensor, a path or an enumeration's member as what JSON knows."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _encode_fields(event: Any) -> tuple[Body, Blobs]:
    return {field.name: getattr(event, field.name) for field in fields(event)}, ()


def _encode_phase(event: PhaseEntered) -> tuple[Body, Blobs]:
    return {"phase": event.phase.value}, ()


def _decode_phase(body: Body, _: Blobs) -> PhaseEntered:
    return PhaseEntered(Phase(body["phase"]))


def _encode_figures(event: FiguresFound) -> tuple[Body, Blobs]:
    return {"figures": [[f.group.value, f.name, f.value, f.note] for f in event.figures]}, ()


def _decode_figures(body: Body, _: Blobs) -> FiguresFound:
    return FiguresFound(
        tuple(Figure(FigureGroup(group), name, value, note) for group, name, value, note in body["figures"])
    )


def _encode_classes(event: ClassesFound) -> tuple[Body, Blobs]:
    classes = [[c.label, c.precision, c.recall, c.f1, c.support] for c in event.classes]
    return {"classes": classes, "confusion": event.confusion}, ()


def _decode_classes(body: Body, _: Blobs) -> ClassesFound:
    classes = tuple(ClassFigures(*row) for row in body["classes"])
    return ClassesFound(classes, tuple(tuple(row) for row in body["confusion"]))


def _encode_columns(columns: Mapping[str, Column]) -> tuple[Body, list[bytes]]:
    heads = {name: [column.dtype, list(column.shape)] for name, column in columns.items()}
    return heads, [column.data for column in columns.values()]


def _decode_columns(heads: Body, blobs: Blobs) -> dict[str, Column]:
    return {
        name: Column(dtype, tuple(shape), data)
        for (name, (dtype, shape)), data in zip(heads.items(), blobs, strict=True)
    }


def _encode_example_set(event: ExampleSetFound) -> tuple[Body, Blobs]:
    examples = event.example_set
    packed = {"ids": examples.ids}
    if examples.contents is not None:
        packed["contents"] = Column("|u1", (len(examples.contents),), examples.contents)
    heads, blobs = _encode_columns(packed)
    return {"key": examples.key, "n": examples.n, "columns": heads}, [*blobs, examples.previews]


def _decode_example_set(body: Body, blobs: Blobs) -> ExampleSetFound:
    columns = _decode_columns(body["columns"], blobs[:-1])
    contents = columns["contents"].data if "contents" in columns else None
    return ExampleSetFound(ExampleSet(body["key"], body["n"], columns["ids"], blobs[-1], contents))


def _encode_outcomes(event: OutcomesFound) -> tuple[Body, Blobs]:
    outcomes = event.outcomes
    heads, blobs = _encode_columns(outcomes.columns)
    body = {"example_set": outcomes.example_set, "labels": outcomes.labels, "n": outcomes.n, "columns": heads}
    return body, blobs


def _decode_outcomes(body: Body, blobs: Blobs) -> OutcomesFound:
    columns = _decode_columns(body["columns"], blobs)
    return OutcomesFound(Outcomes(body["example_set"], tuple(body["labels"]), body["n"], columns))


def _encode_trials(event: TrialsFound) -> tuple[Body, Blobs]:
    trials = event.trials
    heads, blobs = _encode_columns(trials.columns)
    body = {
        "conditions": dict(trials.conditions),
        "n": trials.n,
        "columns": heads,
        "measured_at": trials.measured_at,
    }
    return body, blobs


def _decode_trials(body: Body, blobs: Blobs) -> TrialsFound:
    columns = _decode_columns(body["columns"], blobs)
    return TrialsFound(Trials(body["conditions"], body["n"], columns, body["measured_at"]))


_Codec = tuple[Callable[[Any], tuple[Body, Blobs]], Callable[[Body, Blobs], Event]]

_CODECS: Mapping[str, _Codec] = {
    "PhaseEntered": (_encode_phase, _decode_phase),
    "LineLogged": (_encode_fields, lambda body, _: LineLogged(**body)),
    "Progressed": (_encode_fields, lambda body, _: Progressed(**body)),
    "FiguresFound": (_encode_figures, _decode_figures),
    "EnvironmentFound": (_encode_fields, lambda body, _: EnvironmentFound(**body)),
    "DataDescribed": (_encode_fields, lambda body, _: DataDescribed(**body)),
    "ClassesFound": (_encode_classes, _decode_classes),
    "ExampleSetFound": (_encode_example_set, _decode_example_set),
    "OutcomesFound": (_encode_outcomes, _decode_outcomes),
    "TrialsFound": (_encode_trials, _decode_trials),
    "CheckpointKept": (_encode_fields, lambda body, _: CheckpointKept(**body)),
    "Finished": (_encode_fields, lambda body, _: Finished(**body)),
}
