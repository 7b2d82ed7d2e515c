"""Runs: adding them to the queue, claiming and ending them, finding and listing them.

Every transition between states is one conditional update: of any number of processes that try, one succeeds, and
nothing leaves an end state.

::

    queued ── claim ──► running ── end_run ──► done | failed | stopped | lost
       └───── end_run ──► stopped | lost
"""

import time
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from store.attempts import get_attempts
from store.connection import Database, Row
from store.documents import decode, encode, finite, storable
from store.edits import note_deletion, note_edit, note_late_edit
from store.errors import RunAlive, UnknownRun
from store.folders import first_free_id
from store.names import free_name
from store.records import Attempt, NewRun, Phase, Run, RunStatus

COLUMNS = (
    "id, name, status, phase, model, dataset, task, seed, split_seed, device, threads, parameters, spec, tags, notes, "
    "(SELECT groups.name FROM groups WHERE groups.id = group_id), parent_id, host, created_at, started_at, "
    "finished_at, heartbeat_at, error, stop_requested, "
    "progress_done, progress_total, progress_unit, lost_points, attempt"
)
_ENDS_OF_QUEUED = (RunStatus.STOPPED, RunStatus.LOST)


def add_run(db: Database, new: NewRun) -> Run:
    """Queue a run. A name that is taken gets a number: ``mlp-digits``, then ``mlp-digits-2``."""
    with db.atomic() as connection:
        found = db.row("SELECT seq FROM sqlite_sequence WHERE name = 'runs'")
        run_id = first_free_id(db.path, at_least=(found[0] if found else 0) + 1)
        values = {
            "id": run_id,
            "name": free_name(db, storable(new.name)),
            "model": new.model,
            "dataset": storable(new.dataset),
            "task": new.task,
            "seed": new.seed,
            "split_seed": new.split_seed,
            "device": new.device,
            "threads": new.threads,
            "parameters": encode(new.parameters),
            "spec": encode(new.spec),
            "tags": encode(list(new.tags)),
            "notes": storable(new.notes),
            "group_id": None if new.group is None else _group_id(db, storable(new.group)),
            "parent_id": new.parent_id,
            "host": new.host,
            "created_at": time.time(),
        }
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
        connection.execute("INSERT INTO details (run_id) VALUES (?)", (run_id,))
        return get_run(db, run_id)


def get_run(db: Database, run_id: int) -> Run:
    """The run of this id; raises UnknownRun."""
    found = db.row(f"SELECT {COLUMNS} FROM runs WHERE id = ?", (run_id,))
    if found is None:
        raise _unknown(db, str(run_id))
    return from_row(found)


def get_runs(db: Database, run_ids: Sequence[int]) -> dict[int, Run]:
    """The runs of these ids, those that there are."""
    if not run_ids:
        return {}
    rows = db.rows(f"SELECT {COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?))", (encode(list(run_ids)),))
    return {row[0]: from_row(row) for row in rows}


def exists(db: Database, run_id: int) -> bool:
    """Whether there is a run of this id."""
    return db.row("SELECT 1 FROM runs WHERE id = ?", (run_id,)) is not None


def find_run(db: Database, ref: str) -> Run:
    """The run that a person means: an id, a name, ``last`` (the newest) or ``last~N`` (N before it).

    Raises UnknownRun, which lists the nearest names.
    """
    ref = storable(ref.strip())
    word, _, steps = ref.partition("~")
    found: Row | None = None
    # SQLite's integers have 19 digits; nobody has that many runs.
    if ref == "last" or (word == "last" and steps.isdecimal() and len(steps) < 19):
        found = db.row(f"SELECT {COLUMNS} FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?", (int(steps or 0),))
    elif ref.isdecimal() and len(ref) < 19:
        found = db.row(f"SELECT {COLUMNS} FROM runs WHERE id = ?", (int(ref),))
    found = found or db.row(f"SELECT {COLUMNS} FROM runs WHERE name = ?", (ref,))
    if found is None:
        raise _unknown(db, ref)
    return from_row(found)


def list_runs(
    db: Database,
    *,
    statuses: Sequence[RunStatus] | None = None,
    limit: int | None = None,
    offset: int = 0,
    oldest_first: bool = False,
) -> list[Run]:
    """Runs, newest first unless asked otherwise; of the given statuses only, if any are given."""
    where = "" if statuses is None else "WHERE status IN (SELECT value FROM json_each(:statuses))"
    order = "ASC" if oldest_first else "DESC"
    rows = db.rows(
        f"SELECT {COLUMNS} FROM runs {where} ORDER BY id {order} LIMIT :limit OFFSET :offset",
        {"statuses": encode(list(statuses or ())), "limit": -1 if limit is None else limit, "offset": offset},
    )
    return [from_row(row) for row in rows]


def count_by_status(db: Database) -> dict[RunStatus, int]:
    """How many runs there are of each status; statuses that no run has are left out."""
    return {RunStatus(status): n for status, n in db.rows("SELECT status, count(*) FROM runs GROUP BY status")}


def claim(
    db: Database,
    run_id: int,
    *,
    device: str,
    threads: int | None,
    host: str,
    boot_id: str,
    supervisor_pid: int,
    at: float,
) -> Attempt | None:
    """Take a queued run: it is running from ``at`` on, as a new attempt. ``None`` if it was not queued any more."""
    with db.atomic() as connection:
        claimed = connection.execute(
            "UPDATE runs SET status = 'running', device = ?, threads = ?, host = ?, started_at = ?, heartbeat_at = ?, "
            "attempt = attempt + 1 WHERE id = ? AND status = 'queued' RETURNING attempt",
            (device, threads, host, at, at, run_id),
        ).fetchone()
        if claimed is None:
            return None
        connection.execute(
            "INSERT INTO attempts (run_id, number, host, boot_id, supervisor_pid, started_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (run_id, claimed[0], host, boot_id, supervisor_pid, at),
        )
        connection.execute("DELETE FROM queue_ranks WHERE run_id = ?", (run_id,))
        return get_attempts(db, run_id)[-1]


def end_run(
    db: Database,
    run_id: int,
    status: RunStatus,
    *,
    error: str | None,
    at: float,
    exit_code: int | None = None,
    signal: str | None = None,
    lost_points: int = 0,
) -> bool:
    """End a run and its newest attempt; False if it had ended before or may not end so (a queued run is never done)."""
    if not status.ended:
        raise ValueError(f"{status} is not an end")
    before = [RunStatus.RUNNING] if status not in _ENDS_OF_QUEUED else [RunStatus.RUNNING, RunStatus.QUEUED]
    with db.atomic() as connection:
        ended = connection.execute(
            "UPDATE runs SET status = ?, phase = NULL, error = ?, finished_at = ?, lost_points = lost_points + ? "
            f"WHERE id = ? AND status IN ({', '.join('?' * len(before))}) RETURNING attempt",
            (status, None if error is None else storable(error), at, lost_points, run_id, *before),
        ).fetchone()
        if ended is None:
            return False
        connection.execute(
            "UPDATE attempts SET finished_at = ?, exit_code = ?, signal = ? WHERE run_id = ? AND number = ?",
            (at, exit_code, signal, run_id, ended[0]),
        )
        connection.execute("DELETE FROM queue_ranks WHERE run_id = ?", (run_id,))
    return True


def set_phase(db: Database, run_id: int, phase: Phase) -> None:
    """Say what a running run does now; its progress begins anew."""
    _change(
        db,
        "UPDATE runs SET phase = ?, progress_done = NULL, progress_total = NULL, progress_unit = NULL "
        "WHERE id = ? AND status = 'running'",
        (phase, run_id),
    )


def set_progress(db: Database, run_id: int, done: float, total: float | None, unit: str) -> None:
    """Say how far a running run's phase is: ``done`` of ``total`` (None: not known) ``unit``."""
    _change(
        db,
        "UPDATE runs SET progress_done = ?, progress_total = ?, progress_unit = ? WHERE id = ? AND status = 'running'",
        (finite(done), finite(total), storable(unit), run_id),
    )


def set_heartbeat(db: Database, run_id: int, at: float) -> None:
    """Say that the supervisor of a queued or running run was alive at ``at``."""
    _change(db, "UPDATE runs SET heartbeat_at = ? WHERE id = ? AND status IN ('queued', 'running')", (at, run_id))


def set_trainer(db: Database, run_id: int, attempt: int, pid: int) -> None:
    """Record the trainer's process id."""
    _change(db, "UPDATE attempts SET trainer_pid = ? WHERE run_id = ? AND number = ?", (pid, run_id, attempt))


def request_stop(db: Database, run_id: int, force: bool) -> bool:
    """Ask a run to stop; a request by force is never weakened. False if it has ended: there is nobody to ask."""
    wish = "'force'" if force else "coalesce(stop_requested, 'clean')"
    return _change(
        db, f"UPDATE runs SET stop_requested = {wish} WHERE id = ? AND status IN ('queued', 'running')", (run_id,)
    )


def set_tags(db: Database, run_id: int, tags: Sequence[str]) -> None:
    """Replace the run's tags."""
    _edit(db, run_id, "tags", encode(list(tags)))


def set_notes(db: Database, run_id: int, notes: str) -> None:
    """Replace the run's notes."""
    _edit(db, run_id, "notes", storable(notes))


def delete_run(db: Database, run_id: int) -> None:
    """Delete every row of a run that has ended; its folder is left to the caller.

    Raises UnknownRun, or RunAlive where the run is queued or running.
    """
    with db.atomic() as connection:
        run = get_run(db, run_id)
        if not run.status.ended:
            raise RunAlive(
                f"Run {run_id} ({run.name}) is {run.status} and cannot be deleted. Stop it first: "
                f"`workbench stop {run_id}`."
            )
        for (child_id,) in db.rows("SELECT id FROM runs WHERE parent_id = ?", (run_id,)):
            note_late_edit(db, child_id)
        connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))
        note_deletion(db)
        connection.execute("DELETE FROM groups WHERE NOT EXISTS (SELECT 1 FROM runs WHERE group_id = groups.id)")
        # A running run may have put its example set and not yet its outcomes; what it leaves is taken next time.
        connection.execute(
            "DELETE FROM example_sets WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE example_set = key) "
            "AND NOT EXISTS (SELECT 1 FROM runs WHERE status = 'running')"
        )
    db.release_pages()


def from_row(row: Row) -> Run:
    """The run of a row of COLUMNS."""
    values: list[Any] = list(row)
    values[2] = RunStatus(values[2])
    values[3] = Phase(values[3]) if values[3] else None
    values[11] = decode(values[11])
    values[12] = decode(values[12])
    values[13] = tuple(decode(values[13]))
    return Run(*values)


def _change(db: Database, sql: str, parameters: tuple[Any, ...]) -> bool:
    with db.atomic() as connection:
        return connection.execute(sql, parameters).rowcount > 0


def _edit(db: Database, run_id: int, column: str, value: str) -> None:
    with db.atomic() as connection:
        if connection.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (value, run_id)).rowcount:
            note_edit(db, run_id)


def _group_id(db: Database, name: str) -> int:
    """The id of the group called ``name``, which is made where there is none."""
    db.row("INSERT OR IGNORE INTO groups (name) VALUES (?)", (name,))
    found = db.row("SELECT id FROM groups WHERE name = ?", (name,))
    assert found is not None
    return int(found[0])


def _unknown(db: Database, ref: str) -> UnknownRun:
    names = [row[0] for row in db.rows("SELECT name FROM runs ORDER BY id DESC LIMIT 2000")]
    near = get_close_matches(ref, names, n=3, cutoff=0.5)
    if not names:
        return UnknownRun(
            f"There is no run {ref!r}: the store {db.path} holds no runs yet. `workbench run` starts one."
        )
    offer = f"Did you mean {' or '.join(near)}?" if near else f"The newest: {', '.join(names[:5])}."
    return UnknownRun(f"There is no run {ref!r}. {offer} `workbench runs` lists all.")
