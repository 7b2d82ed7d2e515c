"""The spool: whatever is written is read back exactly, and what a kill or a bad disk leaves is told apart."""

import math
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    PointsLogged,
    Progressed,
    TrialsFound,
)
from workbench.runs.recorder import Recorder
from workbench.runs.spool import MAGIC, Damaged, Entry, SpoolReader

COLUMN = Column("<f4", (2, 3), b"\x00\xffpacked")
EVENTS: list[Event] = [
    PhaseEntered(Phase.PREPARING),
    PointsLogged(-1, {"loss": 0.1 + 0.2}),
    PointsLogged(2**40, {"loss": math.inf, "accuracy": -math.inf}),
    LineLogged("100 % ✓ \x1b[31m\udc80", "warning"),
    Progressed(0.5, None, "epochs"),
    FiguresFound(
        (Figure(FigureGroup.COST, "train_usd", None, "no price"), Figure(FigureGroup.METRICS, "accuracy", 1.0))
    ),
    EnvironmentFound({"cores": 2, "gpu": None, "load": [0.1, math.inf]}),
    DataDescribed({"labels": ["a", "b"], "report": {"rows": 10}}),
    ClassesFound((ClassFigures("a", None, 0.5, 0.25, 3),), ((1, 2), (3, 4))),
    ExampleSetFound(ExampleSet("key", 2, COLUMN, b"previews\n")),
    ExampleSetFound(ExampleSet("key", 2, COLUMN, b"previews\n", b"\x00contents\n")),
    OutcomesFound(Outcomes("key", ("a", "b"), 2, {"truth": COLUMN, "loss": Column("<u1", (0,), b"")})),
    TrialsFound(Trials({"batch_size": 1, "exclusive": True}, 2, {"ms": COLUMN}, 12.5)),
    CheckpointKept("checkpoint", 12, None),
    Finished("failed", "a sentence"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def written(path: Path, *events: Event) -> Path:
    recorder = Recorder(path)
    for event in events:
        recorder.write(event)
    assert recorder.close()
    return path


def entries(path: Path, *, last: bool = True, limit: int = 1 << 20, start: int = 0) -> list[Entry]:
    return list(read(path, last=last, limit=limit, start=start))


def read(path: Path, *, last: bool, limit: int, start: int) -> Iterator[Entry]:
    reader = SpoolReader(path)
    offset = start
    while True:
        batch = reader.read(offset, last=last, limit=limit)
        if batch.end == offset:
            reader.close()
            return
        offset = batch.end
        yield from (record.entry for record in batch.records)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_as_it_was(path: Path, event: Event) -> None:
    assert entries(written(path, event)) == [event]


def test_the_table_of_events_above_is_complete() -> None:
    assert {type(event) for event in EVENTS} == set(Event.__args__)


def test_nan_comes_back_as_nan(path: Path) -> None:
    [points] = entries(written(path, PointsLogged(1, {"loss": math.nan})))
    assert isinstance(points, PointsLogged)
    assert math.isnan(points.values["loss"])


def test_what_libraries_hand_over_instead_of_plain_numbers_is_written_as_such(path: Path) -> None:
    import numpy as np

    event = EnvironmentFound({"lr": np.float32(0.5), "shape": np.array([1, 2]), "path": Path("x")})
    points = PointsLogged(int(np.int64(3)), {"loss": np.float32(0.5)})  # type: ignore[dict-item]
    assert entries(written(path, event, points)) == [
        EnvironmentFound({"lr": 0.5, "shape": [1, 2], "path": "x"}),
        PointsLogged(3, {"loss": 0.5}),
    ]


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.dictionaries(st.text(max_size=5), st.floats(allow_nan=False), max_size=4),
        ),
        max_size=20,
    )
)
def test_points_of_any_names_in_any_mixture_come_back(
    tmp_path_factory: pytest.TempPathFactory, logged: list[tuple[int, dict[str, float]]]
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool"
    events = [PointsLogged(step, values) for step, values in logged]
    assert entries(written(path, *events)) == events
    assert entries(path, limit=40) == events


def test_a_reader_that_starts_in_the_middle_knows_the_names_of_before(path: Path) -> None:
    recorder = Recorder(path)
    recorder.log(1, {"loss": 0.5})
    middle = path.stat().st_size
    recorder.log(2, {"loss": 0.25})
    assert entries(path, start=middle) == [PointsLogged(2, {"loss": 0.25})]


def test_a_reader_follows_a_writer(path: Path) -> None:
    recorder = Recorder(path)
    reader = SpoolReader(path)
    offset = 0
    for step in range(5):
        recorder.log(step, {"loss": step / 2})
        batch = reader.read(offset)
        offset = batch.end
        assert [record.entry for record in batch.records] == [PointsLogged(step, {"loss": step / 2})]
    assert reader.read(offset).records == ()


def test_a_record_longer_than_a_read_is_read_whole(path: Path) -> None:
    event = LineLogged("x" * 5000)
    assert entries(written(path, event, event), limit=100) == [event, event]


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_torn_tail_is_not_seen(path: Path, cut: int) -> None:
    events = [LineLogged("first"), LineLogged("second")]
    whole = written(path, *events).stat().st_size
    os.truncate(path, whole - cut)
    assert entries(path) == events[:1]


def test_a_damaged_record_is_named_and_the_rest_is_read(path: Path) -> None:
    first, second, third = LineLogged("first"), LineLogged("second"), LineLogged("third")
    content = bytearray(written(path, first, second, third).read_bytes())
    content[content.index(b"second")] ^= 1
    path.write_bytes(content)
    before, damage, after = entries(path)
    assert (before, after) == (first, third)
    assert isinstance(damage, Damaged)
    assert "damaged at byte" in damage.message


def test_while_the_writer_lives_a_damaged_record_is_waited_for(path: Path) -> None:
    content = bytearray(written(path, LineLogged("first"), LineLogged("second")).read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert entries(path, last=False) == [LineLogged("first")]


@pytest.mark.parametrize("tail", [bytes(64), struct.pack("<II", 3, 0) + b"abc", b"\xff" * 64])
def test_rubbish_at_the_end_is_never_taken_for_a_record(path: Path, tail: bytes) -> None:
    written(path, LineLogged("first"))
    with path.open("ab") as file:
        file.write(tail)
    first, *rest = entries(path)
    assert first == LineLogged("first")
    assert all(isinstance(entry, Damaged) for entry in rest)


def test_a_spool_of_another_version_is_refused_in_a_sentence(path: Path) -> None:
    path.write_bytes(MAGIC[:-1] + b"\x63" + bytes(10))
    [damage] = entries(path)
    assert isinstance(damage, Damaged)
    assert "another version" in damage.message


def test_the_file_is_its_owners_alone(path: Path) -> None:
    assert written(path).stat().st_mode & 0o777 == 0o600
