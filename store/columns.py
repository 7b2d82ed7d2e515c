"""Packed columns in a table of their own, one row a column: (owner, name, dtype, shape, data)."""

from collections.abc import Mapping

from store.connection import Database
from store.documents import decode, encode
from store.packed_records import Column


def add_columns(db: Database, table: str, owner: int, columns: Mapping[str, Column]) -> None:
    """Add the columns of one owner to ``table``; the caller's transaction holds them."""
    db.connection.executemany(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)",
        [(owner, name, column.dtype, encode(column.shape), column.data) for name, column in columns.items()],
    )


def read_columns(db: Database, table: str, key: str, owner: int) -> dict[str, Column]:
    """The columns of one owner, in the order in which they were added; ``key`` is the column that names owners."""
    rows = db.rows(f"SELECT name, dtype, shape, data FROM {table} WHERE {key} = ? ORDER BY rowid", (owner,))
    return {name: Column(dtype, tuple(decode(shape)), data) for name, dtype, shape, data in rows}
