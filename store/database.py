"""Finding, making and opening the store file; everything that is decided before the first row is read.

A file is judged by its header before SQLite sees it (``header``), so a refused file is left untouched to the byte. A
new store is built under another name and renamed when whole: nobody ever meets half of one. All of that, and every
migration, happens under an ``flock`` on ``<store>.lock``, which an ordinary open does not need.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store import filesystems, migrations
from store.connection import Database, reported
from store.errors import StoreBusy, StoreElsewhere, StoreError, StoreMissing, StoreOlder
from store.folders import living_runs
from store.header import FileState, check_version, examine
from store.locks import open_lock, try_flock

__all__ = ["Database", "open_for_writing", "open_read_only"]

_POLL_S = 0.05


def open_for_writing(path: str | os.PathLike[str], *, take_over: bool = False, wait_s: float = 30.0) -> Database:
    """Open the store for reading and writing; make it (file 0600, a new folder 0700) or bring it up to date if needed.

    ``wait_s`` bounds each wait: for the file lock, for live runs before a migration, and for other writers later on.
    Raises a StoreError of the kind that fits; the file is then unchanged. ``take_over`` makes this host the one that
    writes a store on a network file system.
    """
    place = _resolved(path)
    with _told_when_unwritable(place):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        network = filesystems.is_network_path(place.parent)
        if _state(place) is not FileState.CURRENT:
            _bring_up_to_date(place, network, wait_s)
    with reported(place):
        connection = _connect(place, read_only=False, wait_s=wait_s)
        try:
            _set_journal(connection, network)
            database = Database(place, connection, read_only=False, network=network)
            if network:
                _claim_for_this_host(database, take_over)
        except BaseException:
            connection.close()
            raise
    return database


def open_read_only(path: str | os.PathLike[str], *, wait_s: float = 30.0) -> Database:
    """Open the store for reading only, from any host; never makes or changes it.

    Raises StoreMissing where there is none, StoreOlder where it awaits a migration, else a StoreError that fits.
    """
    place = _resolved(path)
    state = _state(place)
    if state is FileState.BLANK:
        raise StoreMissing(f"There is no store at {place} yet. A first run makes it: try `workbench demo`.")
    if state is FileState.OLDER:
        raise StoreOlder(
            f"The store {place} was written by an older Workbench. Any command that writes brings it up to date, as "
            "`workbench run` does."
        )
    with reported(place):
        connection = _connect_to_read(place, wait_s)
    return Database(place, connection, read_only=True, network=filesystems.is_network_path(place.parent))


def _resolved(path: str | os.PathLike[str]) -> Path:
    # One store under one name: a symbolic link must not lead to a second lock file or a second folder of runs.
    return Path(os.path.expanduser(path)).resolve()


def _state(place: Path) -> FileState:
    """What the file is. A write-ahead log may hold a newer version than the header: then SQLite is asked, reading."""
    state = examine(place, migrations.VERSION)
    log = place.with_name(place.name + "-wal")
    if state is FileState.BLANK or not log.exists() or log.stat().st_size == 0:
        return state
    with reported(place), closing(_connect(place, read_only=True, wait_s=1.0)) as connection:
        version = migrations.version_of(connection)
    check_version(place, version, migrations.VERSION)
    return FileState.CURRENT if version == migrations.VERSION else FileState.OLDER


def _connect_to_read(place: Path, wait_s: float) -> sqlite3.Connection:
    """A connection that only reads, also where nothing may be written beside the file, as on a read-only disk.

    SQLite then cannot make the index of the write-ahead log, and needs none: without a log nobody else has it open.
    """
    try:
        return _connect(place, read_only=True, wait_s=wait_s)
    except sqlite3.OperationalError as error:
        unwritable = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
        if not unwritable or place.with_name(place.name + "-wal").exists():
            raise
    return _connect(place, read_only=True, wait_s=wait_s, more="&immutable=1")


def _connect(place: Path, *, read_only: bool, wait_s: float, more: str = "") -> sqlite3.Connection:
    """A connection with our pragmas: the one place where they are set."""
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{place.as_uri()}?mode={mode}{more}",
        uri=True,
        timeout=wait_s,
        isolation_level=None,
        check_same_thread=not read_only,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA query_only = ON" if read_only else "PRAGMA temp_store = MEMORY")
        # The first touch of the file: what is no database, or locked for good, says so here.
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _set_journal(connection: sqlite3.Connection, network: bool) -> None:
    # The mode is kept in the file; it is read first, since setting it needs a lock even where it changes nothing.
    wanted, level = ("delete", "FULL") if network else ("wal", "NORMAL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
        connection.execute(f"PRAGMA journal_mode = {wanted}")
    connection.execute(f"PRAGMA synchronous = {level}")


def _bring_up_to_date(place: Path, network: bool, wait_s: float) -> None:
    with _file_lock(place, wait_s):
        state = _state(place)
        if state is FileState.BLANK:
            _build(place, network)
        elif state is FileState.OLDER:
            _wait_for_runs(place, wait_s)
            with reported(place):
                _migrate(place, network, wait_s)


def _build(place: Path, network: bool) -> None:
    """Make a new store under another name and rename it into place."""
    new = place.with_name(place.name + ".new")
    for left_over in (new, *(new.with_name(new.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
        left_over.unlink(missing_ok=True)
    # Made by us and not by SQLite, whose files get the mode that the umask leaves; its -wal and -shm follow this one's.
    descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    os.close(descriptor)
    with reported(place), closing(_connect(new, read_only=False, wait_s=1.0)) as connection:
        # Must stand before the first table: folded points give their pages back to the disk.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        migrations.apply(connection)
        facts = {"created_at": f"{time.time():.3f}", "created_by": _program_version()}
        connection.executemany("INSERT INTO store_info VALUES (?, ?)", facts.items())
        _set_journal(connection, network)
    new.replace(place)


def _migrate(place: Path, network: bool, wait_s: float) -> None:
    with closing(_connect(place, read_only=False, wait_s=wait_s)) as connection:
        migrations.apply(connection)
        if not network:
            # Into the header, where the next open looks first.
            connection.execute("PRAGMA wal_checkpoint(FULL)")


def _wait_for_runs(place: Path, wait_s: float) -> None:
    """A migration must not change the tables under a supervisor of the older version."""
    if _wait_until(lambda: not living_runs(place), wait_s):
        return
    living = ", ".join(map(str, living_runs(place)))
    raise StoreBusy(
        f"The store {place} has to be brought up to date, which waits for its live runs to end: {living}. Wait for "
        "them, or stop them with the older Workbench that started them."
    )


@contextmanager
def _file_lock(place: Path, wait_s: float) -> Iterator[None]:
    descriptor = open_lock(place.with_name(place.name + ".lock"))
    try:
        if not _wait_until(lambda: try_flock(descriptor), wait_s):
            raise StoreBusy(f"Another process has been making or migrating the store {place} for too long. Try again.")
        yield
    finally:
        os.close(descriptor)


def _wait_until(condition: Callable[[], bool], wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _claim_for_this_host(database: Database, take_over: bool) -> None:
    """Record this host as the writer, or raise StoreElsewhere where another one is recorded."""
    found = database.row("SELECT value FROM store_info WHERE key = 'writer_host'")
    here = filesystems.this_host()
    if found and found[0] == here:
        return
    if found and not take_over:
        raise StoreElsewhere(
            f"The store {database.path} lies on a network file system and {found[0]} writes it; from here ({here}) it "
            f"can only be read. If no run goes on at {found[0]}, --take-over makes this host its writer."
        )
    with database.atomic() as connection:
        connection.execute("INSERT OR REPLACE INTO store_info VALUES ('writer_host', ?)", (here,))


@contextmanager
def _told_when_unwritable(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"The store {place} cannot be made or written: {reason}. Free or choose another place with --store PATH."
        ) from error


def _program_version() -> str:
    from importlib import metadata  # 20 ms, and only where a store is made

    try:
        return metadata.version("workbench")
    except metadata.PackageNotFoundError:
        return "unknown"
