"""Transactions, and what SQLite's errors become."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from store_fixtures import add_queued, add_running

from store import runs
from store.connection import Database
from store.database import open_for_writing, open_read_only
from store.errors import StoreBusy, StoreError
from store.logs import add_log_lines, read_log

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def add_and_fail(db: Database) -> None:
    with db.atomic():
        add_queued(db)
        with db.atomic():
            add_queued(db)
        raise ZeroDivisionError


def test_a_block_is_written_whole_or_not_at_all(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        add_and_fail(db)
    assert runs.list_runs(db) == []
    with db.atomic():
        add_queued(db)
        add_queued(db)
    assert len(runs.list_runs(db)) == 2


def test_an_inner_block_joins_the_outer_one(db: Database, store_file: Path) -> None:
    with open_read_only(store_file) as reader:
        with db.atomic():
            with db.atomic():
                add_queued(db)
            assert runs.list_runs(reader) == []
        assert len(runs.list_runs(reader)) == 1


def test_a_read_transaction_sees_one_moment(db: Database, store_file: Path) -> None:
    with open_read_only(store_file) as reader, reader.reading():
        assert runs.list_runs(reader) == []
        add_queued(db)
        assert runs.list_runs(reader) == []
        with reader.reading():
            assert runs.list_runs(reader) == []


def test_a_write_within_a_read_is_a_mistake_that_shows_at_once(db: Database) -> None:
    with db.reading(), pytest.raises(RuntimeError, match="only read"), db.atomic():
        pass
    add_queued(db)


def test_readers_go_on_during_a_long_write(db: Database, store_file: Path) -> None:
    run = add_running(db)
    with open_read_only(store_file, wait_s=0) as reader, db.atomic():
        for batch in range(20):
            add_log_lines(db, run.id, 1, [(float(line), "info", f"{batch}-{line}") for line in range(100)])
            assert read_log(reader, run.id) == []
    assert len(read_log(db, run.id)) == 2000


def test_a_store_that_stays_locked_is_busy(db: Database, store_file: Path) -> None:
    with open_for_writing(store_file, wait_s=0.05) as second:
        with db.atomic(), pytest.raises(StoreBusy, match="Another process has held the store"):
            add_queued(second)
        add_queued(second)


def add_much(db: Database, run_id: int) -> None:
    with db.atomic():
        for line in range(1000):
            add_log_lines(db, run_id, 1, [(0.0, "info", f"{line} " * 100)])


def test_a_full_disk_is_said_and_nothing_of_the_block_is_kept(db: Database) -> None:
    run = add_running(db)
    pages = db.row("PRAGMA page_count")
    assert pages is not None
    db.rows(f"PRAGMA max_page_count = {pages[0] + 2}")
    with pytest.raises(StoreError, match=r"disk that holds the store .* is full"):
        add_much(db, run.id)
    assert read_log(db, run.id) == []
    db.rows("PRAGMA max_page_count = 1000000")
    add_log_lines(db, run.id, 1, [(0.0, "info", "there is room again")])
    assert len(read_log(db, run.id)) == 1


def test_mistakes_of_this_program_are_not_dressed_up(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        db.rows("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.IntegrityError):
        add_log_lines(db, 99, 1, [(0.0, "info", "of a run that is not there")])


def test_a_checkpoint_brings_the_log_into_the_file(db: Database, store_file: Path) -> None:
    add_queued(db)
    assert db.checkpoint()
    with closing(sqlite3.connect(f"file:{store_file}?immutable=1", uri=True)) as bare:
        assert bare.execute("SELECT count(*) FROM runs").fetchone() == (1,)


def test_a_checkpoint_that_readers_hold_up_says_so(
    db: Database, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.connection._CHECKPOINT_WAIT_MS", 10)
    with open_read_only(store_file) as reader, reader.reading():
        runs.list_runs(reader)
        add_queued(db)
        assert not db.checkpoint()
    assert db.checkpoint()


def write_lines(path: str, run_id: int, lines: int) -> None:
    with open_for_writing(path) as db:
        for line in range(lines):
            with db.atomic():
                # A read before the write: a deferred transaction would fail here under contention.
                runs.get_run(db, run_id)
                add_log_lines(db, run_id, 1, [(float(line), "info", str(line))])


def test_many_writers_lose_nothing(db: Database, store_file: Path) -> None:
    ids = [add_running(db).id for _ in range(3)]
    writers = [SPAWN.Process(target=write_lines, args=(str(store_file), run_id, 100)) for run_id in ids]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    for run_id in ids:
        assert [line.text for line in read_log(db, run_id)] == [str(line) for line in range(100)]


def write_and_close(path: str) -> None:
    with open_for_writing(path) as db:
        add_queued(db)


def test_opening_the_store_again_does_not_cut_off_a_reader_in_the_same_process(store_file: Path) -> None:
    """A second look at the file must not drop the locks by which others know that a reader is there."""
    write_and_close(str(store_file))
    with open_read_only(store_file) as reader:
        assert len(runs.list_runs(reader)) == 1
        for expected in (2, 3, 4):
            open_read_only(store_file).close()
            writer = SPAWN.Process(target=write_and_close, args=(str(store_file),))
            writer.start()
            writer.join(60)
            assert len(runs.list_runs(reader)) == expected
