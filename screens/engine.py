"""What the interface asks of the engine: to start, to stop and to recover runs; called in thread workers only.

Each call opens the store for writing, does one thing and closes it: a key pressed now and then needs no connection that
is held for hours. Tests give the app an engine of their own.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from store.errors import StoreMissing, StoreOlder

if TYPE_CHECKING:
    from store.records import Run
    from workbench.spec import RunSpec


class Engine(Protocol):
    """The wishes that change something; each may raise a ReportedError."""

    def start(self, spec: "RunSpec", name: str | None) -> "Run":
        """Queue a run and start its supervisor."""
        ...

    def stop(self, run_id: int, *, force: bool) -> "Run":
        """Ask a run to stop, or kill it; returns the run as it stood before."""
        ...

    def recover(self) -> int:
        """Confirm lost runs and restart queued ones; how many runs were touched."""
        ...


class StoreEngine:
    """The engine on a store file. Its imports stand in the calls, so that the first paint does not wait for them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def start(self, spec: "RunSpec", name: str | None) -> "Run":
        """Queue a run and start its supervisor."""
        from store.database import open_for_writing
        from workbench.runs.launcher import launch

        with open_for_writing(self._path) as db:
            return launch(db, spec, name=name)

    def stop(self, run_id: int, *, force: bool) -> "Run":
        """Ask a run to stop, or kill it; returns the run as it stood before."""
        from store.database import open_for_writing
        from store.runs import get_run
        from workbench.runs.stopping import stop_run

        with open_for_writing(self._path) as db:
            run = get_run(db, run_id)
            stop_run(db, run, force=force)
            return run

    def recover(self) -> int:
        """Confirm lost runs and restart queued ones; how many runs were touched."""
        from store.database import open_for_writing
        from workbench.runs.recovery import recover

        with open_for_writing(self._path) as db:
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
