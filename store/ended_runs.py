"""Runs that took place elsewhere: they are done from the beginning, and nobody here ever claimed them."""

from store.connection import Database
from store.records import NewRun, Run
from store.runs import add_run, get_run


def add_ended_run(db: Database, new: NewRun, *, at: float) -> Run:
    """Keep a run that is done at ``at``, when it became known here; when it began, and how long it took, is not known.

    A name that is taken gets a number, as with ``add_run``.
    """
    with db.atomic() as connection:
        run = add_run(db, new)
        connection.execute("UPDATE runs SET status = 'done', finished_at = ? WHERE id = ?", (at, run.id))
        return get_run(db, run.id)
