"""An open store: one SQLite connection, its pragmas, its transactions and its errors.

Two rules keep any number of processes on one file from deadlock. Whoever writes begins with ``BEGIN IMMEDIATE`` (a
reader that turns into a writer fails at once under contention) and ends soon. Whoever reads several things that must
fit together does it in one read transaction. How a file is found, made and opened is told in ``database``.
"""

import sqlite3
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from store.errors import StoreBusy, StoreError
from store.header import damaged

Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

UNSTORABLE = (ValueError, TypeError, OverflowError, sqlite3.IntegrityError, sqlite3.ProgrammingError)
"""What a write raises whose values no column takes: the fault of whoever made them, not of the file."""

_CHECKPOINT_WAIT_MS = 2_000
_FREE_PAGES = 16


class Database:
    """An open store. It belongs to the thread that opened it; one that only reads may move between threads, unshared.

    ``network`` says that the file lies on a network file system, where a rollback journal takes the log's place.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool, network: bool) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self.network = network
        self.lately: dict[Hashable, tuple[Hashable, Any]] = {}
        """What was costly to read, by what was asked, each with what it depends on: it holds while that is the same."""
        self._is_reading = False

    @contextmanager
    def atomic(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: all of the block or nothing of it. Within another ``atomic`` it is a part of that one,
        and an error must be let through to it.

        Raises StoreBusy when others hold the file for longer than the busy timeout, StoreError when the disk is full.
        """
        if self.read_only or self._is_reading:
            raise RuntimeError("a write was begun where the store is only read")
        if self.connection.in_transaction:
            yield self.connection
            return
        with reported(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                # SQLite itself has rolled back already after some errors, such as a full disk.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction: all that is read within it is of one moment. Within ``atomic`` it is part of that."""
        if self.connection.in_transaction:
            yield self.connection
            return
        with reported(self.path):
            self.connection.execute("BEGIN")
            self._is_reading = True
            try:
                yield self.connection
            finally:
                self._is_reading = False
                if self.connection.in_transaction:
                    self.connection.execute("COMMIT")

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of one query."""
        with reported(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of one query, if it has one."""
        with reported(self.path):
            found: Row | None = self.connection.execute(sql, parameters).fetchone()
            return found

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """The rows of one query one by one, for very many: a list of them would keep the garbage collector busy."""
        with reported(self.path):
            yield from self.connection.execute(sql, parameters)

    def data_version(self) -> int:
        """A number that changes whenever another connection has committed; a few microseconds, so poll it freely."""
        found = self.row("PRAGMA data_version")
        return int(found[0]) if found else 0

    def checkpoint(self) -> bool:
        """Bring everything that was committed onto the disk; False if readers kept it from finishing within seconds.

        A commit survives the death of any process at once; it survives a power cut only from here on.
        """
        if self.network:
            return True
        waits = self.row("PRAGMA busy_timeout") or (0,)
        self.row(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            found = self.row("PRAGMA wal_checkpoint(FULL)")
        except StoreBusy:
            return False
        finally:
            self.row(f"PRAGMA busy_timeout = {waits[0]}")
        return found is not None and found[0] == 0

    def release_pages(self) -> None:
        """Give the pages that deleted rows left behind back to the disk, if there are enough to be worth it.

        Within a transaction, or while others keep the file busy, they stay for the next rows.
        """
        if self.connection.in_transaction:
            return
        free = self.row("PRAGMA freelist_count")
        if free and free[0] > _FREE_PAGES:
            # A pragma without columns is stepped once by execute, which would free one page; a script runs to its end.
            with suppress(StoreBusy), reported(self.path):
                self.connection.executescript("PRAGMA incremental_vacuum")

    def close(self) -> None:
        """Close the connection; what stands in an unfinished transaction is dropped. Closing twice is allowed."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the file, the disk or other processes into a StoreError with a sentence.

    Errors that only a mistake in this program can cause (bad SQL, a broken constraint) pass as they are.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        told = _as_store_error(error, path)
        if told is None:
            raise
        raise told from error


def _as_store_error(error: sqlite3.DatabaseError, path: Path) -> StoreError | None:
    # The low byte is the primary result code: https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"Another process has held the store {path} for too long; nothing was written. Try again, or find the "
            f"process with `fuser {path}`."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, error)
    sentence = _SENTENCES.get(code)
    return StoreError(sentence.format(path=path, folder=path.parent, error=error)) if sentence else None


_CHECK = "Check the owner and mode of the file and of {folder}."
_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds the store {path} is full; the last change was not kept. Free some space.",
    sqlite3.SQLITE_IOERR: (
        "The disk failed under the store {path} ({error}); the last change was not kept. Check its space and health."
    ),
    sqlite3.SQLITE_READONLY: "The store {path} may not be written ({error}). " + _CHECK,
    sqlite3.SQLITE_CANTOPEN: "The store {path} cannot be opened ({error}). " + _CHECK,
    sqlite3.SQLITE_PERM: "The store {path} may not be used ({error}). " + _CHECK,
    sqlite3.SQLITE_AUTH: "The store {path} may not be used ({error}). " + _CHECK,
}
