"""Folding puts what a trainer wrote into the store exactly once, whoever is interrupted when."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import logs, runs, series
from store.database import Database, open_for_writing
from store.details import get_detail
from store.errors import StoreError
from store.folders import create_run_folder
from store.outcomes import get_outcomes
from store.packed_records import Column, ExampleSet, Outcomes
from store.records import Attempt, NewRun, Phase
from workbench.events import (
    EnvironmentFound,
    ExampleSetFound,
    Finished,
    LineLogged,
    OutcomesFound,
    PhaseEntered,
    PointsLogged,
    Progressed,
)
from workbench.runs.folding import Folding
from workbench.runs.recorder import Recorder


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as opened:
        yield opened


@pytest.fixture
def attempt(db: Database) -> Attempt:
    run = runs.add_run(db, NewRun("run", "mlp", "iris", "classification", 0, 0, "cpu", 1, {}, {}))
    claimed = runs.claim(db, run.id, device="cpu", threads=1, host="h", boot_id="b", supervisor_pid=1, at=1.0)
    assert claimed is not None
    return claimed


@pytest.fixture
def folder(db: Database, attempt: Attempt) -> Path:
    return create_run_folder(db.path, attempt.run_id)


@pytest.fixture
def recorder(folder: Path) -> Iterator[Recorder]:
    opened = Recorder(folder / "spool")
    yield opened
    opened.close()


def steps(db: Database, attempt: Attempt) -> list[int]:
    return [point.step for point in series.read_points(db, attempt.run_id)]


def lines(db: Database, attempt: Attempt) -> list[tuple[str, str]]:
    return [(line.level, line.text) for line in logs.read_log(db, attempt.run_id)]


def test_folding_again_adds_only_what_is_new(db: Database, attempt: Attempt, folder: Path, recorder: Recorder) -> None:
    folding = Folding(db, attempt, folder)
    recorder.log(1, {"loss": 0.5})
    assert folding.fold()
    assert not folding.fold()
    recorder.log(2, {"loss": 0.25})
    assert folding.fold()
    assert steps(db, attempt) == [1, 2]
    folding.close()


def test_a_transaction_that_fails_is_folded_again(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.log(1, {"loss": 0.5})
    recorder.write(Finished("done"))
    folding = Folding(db, attempt, folder)

    def fail(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patched:
        patched.setattr("store.attempts.advance", fail)
        with pytest.raises(StoreError):
            folding.fold()
    assert steps(db, attempt) == []
    assert folding.finished is None
    folding.fold_all()
    assert steps(db, attempt) == [1]
    assert folding.finished == Finished("done")
    folding.close()


def test_who_follows_is_told_each_record_once_and_only_what_is_in_the_store(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    folding = Folding(db, attempt, folder, lambda records: told.extend(record.entry for record in records))

    def fail(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    recorder.log(1, {"loss": 0.5})
    with monkeypatch.context() as patched:
        patched.setattr("store.attempts.advance", fail)
        with pytest.raises(StoreError):
            folding.fold()
    assert told == []
    folding.fold_all()
    recorder.log(2, {"loss": 0.25})
    folding.fold_all()
    assert [entry for entry in told if isinstance(entry, PointsLogged)] == [
        PointsLogged(1, {"loss": 0.5}),
        PointsLogged(2, {"loss": 0.25}),
    ]
    folding.close()


def test_another_process_goes_on_where_the_first_stopped(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    recorder.log(1, {"loss": 0.5})
    first = Folding(db, attempt, folder)
    first.fold()
    second = Folding(db, attempt, folder)  # with the offsets of before
    recorder.log(2, {"loss": 0.5})
    second.fold_all()
    first.fold_all()
    assert steps(db, attempt) == [1, 2]
    for folding in (first, second):
        folding.close()


def test_the_last_word_is_known_to_one_who_comes_after_it_was_folded(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    recorder.write(Finished("failed", "why"))
    first = Folding(db, attempt, folder)
    first.fold_all()
    first.close()
    offset = (folder / "spool").stat().st_size
    later = Folding(db, Attempt(*_with_offset(attempt, offset)), folder)
    assert later.finished == Finished("failed", "why")
    later.close()


def _with_offset(attempt: Attempt, offset: int) -> list[object]:
    values = [getattr(attempt, name) for name in attempt.__slots__]
    values[attempt.__slots__.index("spool_offset")] = offset
    return values


def test_events_change_the_run(db: Database, attempt: Attempt, folder: Path, recorder: Recorder) -> None:
    recorder.write(PhaseEntered(Phase.TRAINING))
    recorder.write(EnvironmentFound({"torch": "2.13"}))
    for done in range(3):
        recorder.write(Progressed(done, 10, "epochs"))
    folding = Folding(db, attempt, folder)
    folding.fold_all()
    folding.close()
    run = runs.get_run(db, attempt.run_id)
    assert (run.phase, run.progress_done, run.progress_unit) == (Phase.TRAINING, 2, "epochs")
    assert get_detail(db, run.id).environment["torch"] == "2.13"


def test_a_value_that_is_no_number_is_kept_as_unknown(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    recorder.write(PointsLogged(1, {"loss": float("nan"), "scale": float("inf")}))
    folding = Folding(db, attempt, folder)
    folding.fold_all()
    folding.close()
    assert [point.value for point in series.read_points(db, attempt.run_id)] == [None, None]


def test_an_event_that_cannot_be_kept_is_named_and_does_not_stop_the_rest(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    column = Column("<u1", (1,), b"x")
    recorder.write(OutcomesFound(Outcomes("an unknown set", ("a", "b"), 1, {"truth": column})))
    recorder.log(1, {"loss": 0.5})
    recorder.write(ExampleSetFound(ExampleSet("key", 1, column, b"")))
    recorder.write(OutcomesFound(Outcomes("key", ("a", "b"), 1, {"truth": column})))
    folding = Folding(db, attempt, folder)
    folding.fold_all()
    folding.close()
    assert steps(db, attempt) == [1]
    assert get_outcomes(db, attempt.run_id) is not None
    [(level, text)] = lines(db, attempt)
    assert level == "error"
    assert "OutcomesFound" in text


def test_lines_come_from_events_and_from_what_was_printed(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    recorder.write(LineLogged("two\nlines \udc80", "warning"))
    (folder / "output.log").write_bytes(b"printed\nunfinished")
    folding = Folding(db, attempt, folder)
    folding.fold()
    assert lines(db, attempt) == [("warning", "two"), ("warning", "lines \\udc80"), ("output", "printed")]
    folding.fold_all()
    folding.close()
    assert lines(db, attempt)[3:] == [("output", "unfinished")]


def test_a_damaged_record_becomes_a_line_of_the_log(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    recorder.log(1, {"loss": 0.5})
    recorder.log(2, {"loss": 0.5})
    os.truncate(folder / "spool", (folder / "spool").stat().st_size - 1)
    with (folder / "spool").open("ab") as file:
        file.write(b"\x00")
    folding = Folding(db, attempt, folder)
    folding.fold_all()
    folding.close()
    assert steps(db, attempt) == [1]
    [(level, text)] = lines(db, attempt)
    assert (level, text[:20]) == ("error", "The spool is damaged")


def test_a_large_spool_is_folded_in_several_transactions(
    db: Database, attempt: Attempt, folder: Path, recorder: Recorder
) -> None:
    for step in range(40_000):
        recorder.log(step, {"loss": 0.5})
    folding = Folding(db, attempt, folder)
    rounds = 0
    while folding.fold(last=True):
        rounds += 1
    folding.close()
    assert rounds > 1
    assert steps(db, attempt) == list(range(40_000))
