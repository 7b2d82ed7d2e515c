"""Races in the store: kept whole, found from either side, gone with either run, and void after further training."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from store_fixtures import add_running

from store.database import Database, open_for_writing
from store.errors import UnknownRun
from store.packed_records import NewRace
from store.races import add_race, newest_race
from store.records import Run, RunStatus
from store.runs import delete_run, end_run
from workbench.evaluation.columns import pack, unpack


def make_race(a: Run, b: Run, *, at: float = 1.0) -> NewRace:
    columns = {"ms": pack(np.array([1.5, 2.5], dtype=np.float32)), "side": pack(np.array([0, 1], dtype=np.uint8))}
    return NewRace(a.id, b.id, a.attempt, b.attempt, at, {"seed": 3}, 2, columns)


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as db:
        yield db


@pytest.fixture
def runs(db: Database) -> tuple[Run, Run]:
    return add_running(db, name="one"), add_running(db, name="two")


def test_a_race_comes_back_as_it_was_kept(db: Database, runs: tuple[Run, Run]) -> None:
    race_id = add_race(db, make_race(*runs))
    found = newest_race(db, runs[0].id, runs[1].id)
    assert found is not None
    assert found.id == race_id
    assert found.race == make_race(*runs)
    assert unpack(found.race.columns["ms"]).tolist() == [1.5, 2.5]


def test_the_newest_race_of_a_pair_is_found_whichever_run_is_named_first(db: Database, runs: tuple[Run, Run]) -> None:
    a, b = runs
    add_race(db, make_race(a, b, at=5.0))
    newest = add_race(db, make_race(b, a, at=9.0))
    for first, second in ((a, b), (b, a)):
        found = newest_race(db, first.id, second.id)
        assert found is not None
        assert (found.id, found.race.a_run_id) == (newest, b.id)
    assert newest_race(db, a.id, add_running(db, name="three").id) is None


def test_a_race_of_a_model_that_was_trained_on_counts_no_longer(db: Database, runs: tuple[Run, Run]) -> None:
    a, b = runs
    add_race(db, make_race(a, b))
    with db.atomic() as connection:
        connection.execute("UPDATE runs SET attempt = attempt + 1 WHERE id = ?", (b.id,))
    assert newest_race(db, a.id, b.id) is None


@pytest.mark.parametrize("which", [0, 1])
def test_a_race_goes_with_either_run(db: Database, runs: tuple[Run, Run], which: int) -> None:
    add_race(db, make_race(*runs))
    end_run(db, runs[which].id, RunStatus.DONE, error=None, at=3.0)
    delete_run(db, runs[which].id)
    assert db.row("SELECT count(*) FROM races") == (0,)
    assert db.row("SELECT count(*) FROM race_columns") == (0,)
    with pytest.raises(UnknownRun):
        add_race(db, make_race(*runs))
