"""Races: the timed calls of two models side by side, as packed columns that the store keeps as they are."""

from store.columns import add_columns, read_columns
from store.connection import Database
from store.documents import decode, encode
from store.packed_records import NewRace, Race
from store.runs import get_run

_FIELDS = "id, a_run_id, b_run_id, a_attempt, b_attempt, measured_at, conditions, n"


def add_race(db: Database, race: NewRace) -> int:
    """Keep a race; returns its id. Raises UnknownRun where one of its runs has been deleted meanwhile."""
    with db.atomic() as connection:
        for run_id in (race.a_run_id, race.b_run_id):
            get_run(db, run_id)
        added = connection.execute(
            "INSERT INTO races (a_run_id, b_run_id, a_attempt, b_attempt, measured_at, conditions, n) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                race.a_run_id,
                race.b_run_id,
                race.a_attempt,
                race.b_attempt,
                race.measured_at,
                encode(race.conditions),
                race.n,
            ),
        )
        race_id = added.lastrowid or 0
        add_columns(db, "race_columns", race_id, race.columns)
    return race_id


def newest_race(db: Database, a_run_id: int, b_run_id: int) -> Race | None:
    """The newest race between two runs, whichever was A, under the checkpoints that they have now."""
    with db.reading():
        found = db.row(
            f"SELECT {_FIELDS} FROM races x WHERE (a_run_id, b_run_id) IN (VALUES (?, ?), (?, ?)) "
            "AND a_attempt = (SELECT attempt FROM runs WHERE id = x.a_run_id) "
            "AND b_attempt = (SELECT attempt FROM runs WHERE id = x.b_run_id) "
            "ORDER BY measured_at DESC, id DESC LIMIT 1",
            (a_run_id, b_run_id, b_run_id, a_run_id),
        )
        if found is None:
            return None
        race_id, a_id, b_id, a_attempt, b_attempt, measured_at, conditions, n = found
        columns = read_columns(db, "race_columns", "race_id", race_id)
    return Race(race_id, NewRace(a_id, b_id, a_attempt, b_attempt, measured_at, decode(conditions), n, columns))
