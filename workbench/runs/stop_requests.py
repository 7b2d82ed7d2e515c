"""Whether a run is asked to stop: in the store, by commands and screens, or by a signal to its supervisor."""

import signal
from types import FrameType

from store.database import Database
from store.errors import UnknownRun
from store.runs import get_run


class StopRequests:
    """The wishes to stop one run. ``level`` is None, ``clean`` or ``force``."""

    def __init__(self, db: Database, run_id: int) -> None:
        self._db = db
        self._run_id = run_id
        self._seen_version: int | None = None
        self._stored: str | None = None
        self._signalled = False

    def listen(self) -> None:
        """Makes SIGTERM and SIGINT ask for a clean stop; a dropped terminal line means nothing to a supervisor."""
        signal.signal(signal.SIGTERM, self._signal)
        signal.signal(signal.SIGINT, self._signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    @property
    def level(self) -> str | None:
        """What is asked for, as far as the last look at the store and the signals say."""
        return self._stored or ("clean" if self._signalled else None)

    def look(self) -> None:
        """Looks into the store, which costs next to nothing while no other process has written."""
        version = self._db.data_version()
        if version != self._seen_version:
            self._stored = self._read()
            self._seen_version = version

    def _read(self) -> str | None:
        """What the store asks for. A run that others have ended, or deleted, must not work on and hold its device."""
        try:
            run = get_run(self._db, self._run_id)
        except UnknownRun:
            return "force"
        return "force" if run.status.ended else run.stop_requested

    def _signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True
