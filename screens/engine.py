"""What the interface asks of the engine: to start, stop, delete and label runs; called in thread workers only.

Each call opens the store for writing, does one thing and closes it: a key pressed now and then needs no connection that
is held for hours. Tests give the app an engine of their own.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from store.errors import StoreMissing, StoreOlder

if TYPE_CHECKING:
    from screens.form.draft import LaunchRequest
    from store.records import Run


class Engine(Protocol):
    """The wishes that change something; each may raise a ReportedError."""

    path: Path

    def start(self, request: "LaunchRequest") -> "Run":
        """Queue a run and start its supervisor."""
        ...

    def stop(self, run_id: int, *, force: bool) -> "Run":
        """Ask a run to stop, or kill it; returns the run as it stood before."""
        ...

    def delete(self, run_ids: Sequence[int]) -> int:
        """Delete runs that have ended, with their folders; how many there were."""
        ...

    def label(self, run_id: int, tags: Sequence[str], notes: str) -> None:
        """Replace a run's tags and notes."""
        ...

    def move_in_queue(self, run_id: int, by: int) -> Sequence[int]:
        """Let a queued run go earlier (-1) or later (1) among those that want its device; their new order."""
        ...

    def recover(self) -> int:
        """Confirm lost runs and restart queued ones; how many runs were touched."""
        ...


class StoreEngine:
    """The engine on a store file. Its imports stand in the calls, so that the first paint does not wait for them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def start(self, request: "LaunchRequest") -> "Run":
        """Queue a run and start its supervisor."""
        from store.database import open_for_writing
        from workbench.runs.launcher import launch

        with open_for_writing(self.path) as db:
            return launch(
                db,
                request.spec,
                name=request.name,
                tags=request.tags,
                notes=request.notes,
                parent_id=request.parent_id,
            )

    def stop(self, run_id: int, *, force: bool) -> "Run":
        """Ask a run to stop, or kill it; returns the run as it stood before."""
        from store.database import open_for_writing
        from store.runs import get_run
        from workbench.runs.stopping import stop_run

        with open_for_writing(self.path) as db:
            run = get_run(db, run_id)
            stop_run(db, run, force=force)
            return run

    def delete(self, run_ids: Sequence[int]) -> int:
        """Delete runs that have ended, with their folders; how many there were."""
        from store.database import open_for_writing
        from workbench.runs.deleting import delete_with_folder

        with open_for_writing(self.path) as db:
            for run_id in run_ids:
                delete_with_folder(db, run_id)
        return len(run_ids)

    def label(self, run_id: int, tags: Sequence[str], notes: str) -> None:
        """Replace a run's tags and notes."""
        from store.database import open_for_writing
        from store.runs import set_notes, set_tags

        with open_for_writing(self.path) as db, db.atomic():
            set_tags(db, run_id, tags)
            set_notes(db, run_id, notes)

    def move_in_queue(self, run_id: int, by: int) -> Sequence[int]:
        """Let a queued run go earlier (-1) or later (1) among those that want its device; their new order."""
        from store.database import open_for_writing
        from store.waiting_runs import move_in_queue

        with open_for_writing(self.path) as db:
            return move_in_queue(db, run_id, by)

    def recover(self) -> int:
        """Confirm lost runs and restart queued ones; how many runs were touched."""
        from store.database import open_for_writing
        from workbench.runs.recovery import recover

        with open_for_writing(self.path) as db:
            return len(recover(db))


def make_ready(store_path: Path, *, read_only: bool) -> None:
    """Have a store that can be read: one that is missing or of an older version is made or brought up to date."""
    from store.database import open_for_writing, open_read_only

    try:
        open_read_only(store_path).close()
    except (StoreMissing, StoreOlder):
        if read_only:
            raise
        open_for_writing(store_path).close()
