"""What changed about runs that had ended, so that a reader who has read them all once need not do so again.

A run that lives changes by its own supervisor and is read again for as long as it lives. One that has ended changes
only by hand (tags, notes, another measurement) or goes; each of these writes notes it here, in its own transaction.
"""

from store.connection import Database

_DELETIONS = "deletions"


def note_edit(db: Database, run_id: int) -> None:
    """Say that something about this run has changed; within the transaction that changes it."""
    db.connection.execute("INSERT OR REPLACE INTO run_edits (run_id) VALUES (?)", (run_id,))


def note_late_edit(db: Database, run_id: int) -> None:
    """``note_edit``, where the run has ended; what changes while it lives is read again anyway."""
    db.connection.execute(
        "INSERT OR REPLACE INTO run_edits (run_id) "
        "SELECT id FROM runs WHERE id = ? AND status NOT IN ('queued', 'running')",
        (run_id,),
    )


def note_deletion(db: Database) -> None:
    """Say that a run goes; within the transaction that deletes it."""
    db.connection.execute(
        "INSERT INTO store_info VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
        (_DELETIONS,),
    )


def edits_after(db: Database, number: int) -> tuple[list[int], int]:
    """The runs that changed after edit ``number``, and the number of the newest edit (``number`` if there is none)."""
    rows = db.rows("SELECT run_id, n FROM run_edits WHERE n > ? ORDER BY n", (number,))
    return [row[0] for row in rows], rows[-1][1] if rows else number


def count_deletions(db: Database) -> int:
    """How many runs were ever deleted; it only grows."""
    found = db.row("SELECT value FROM store_info WHERE key = ?", (_DELETIONS,))
    return int(found[0]) if found else 0
