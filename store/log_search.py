"""Any part of a run's log, however long it is: the lines round one line, and the next line that holds a text.

The whole log is searched where it lies: a line is found in a pass over the run's lines in the order of their ids, which
stops at the first. A text without capitals is found in any case (of ASCII letters), one with capitals as it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from store.connection import Database
from store.documents import encode, storable
from store.records import LogLine

_COLUMNS = "id, run_id, attempt, at, level, text"
_OF_RUN = "run_id = :run_id AND (:levels IS NULL OR level IN (SELECT value FROM json_each(:levels)))"
MOST_COUNTED = 9_999
"""Lines that are counted at most: beyond it, people are told that there are more."""


@dataclass(frozen=True, slots=True)
class Found:
    """The line that was found, and how many lines of the log hold the text; of them this is number ``place``."""

    line: LogLine | None
    place: int = 0
    count: int = 0
    wrapped: bool = False
    """Whether it was found only by going on from the other end."""


def lines_before(
    db: Database, run_id: int, n: int, *, before_id: int | None = None, levels: Sequence[str] = ()
) -> list[LogLine]:
    """The last ``n`` lines before the one of ``before_id`` (None: of all), oldest first; of these levels, if given."""
    where = _OF_RUN + (" AND id < :id" if before_id is not None else "")
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM log_lines WHERE {where} ORDER BY id DESC LIMIT :n",
        {**_parameters(run_id, levels), "id": before_id, "n": n},
    )
    return [LogLine(*row) for row in reversed(rows)]


def lines_from(db: Database, run_id: int, n: int, *, from_id: int, levels: Sequence[str] = ()) -> list[LogLine]:
    """The first ``n`` lines from the one of ``from_id`` on, oldest first; of these levels, if given."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM log_lines WHERE {_OF_RUN} AND id >= :id ORDER BY id LIMIT :n",
        {**_parameters(run_id, levels), "id": from_id, "n": n},
    )
    return [LogLine(*row) for row in rows]


def find_line(
    db: Database,
    run_id: int,
    text: str,
    *,
    from_id: int | None = None,
    backwards: bool = False,
    levels: Sequence[str] = (),
) -> Found:
    """The next line with ``text`` after (or ``backwards``: before) the one of ``from_id``, round the end if need be.

    Without ``from_id`` it is the first from the beginning, or the last.
    """
    parameters = {**_parameters(run_id, levels), **_needle(text)}
    order = "DESC" if backwards else "ASC"
    beyond = "<" if backwards else ">"
    select = f"SELECT {_COLUMNS} FROM log_lines WHERE {_OF_RUN} AND {_condition(text)}"
    with db.reading():
        found = db.row(
            f"{select} AND (:id IS NULL OR id {beyond} :id) ORDER BY id {order} LIMIT 1", {**parameters, "id": from_id}
        )
        wrapped = found is None and from_id is not None
        if wrapped:
            found = db.row(f"{select} ORDER BY id {order} LIMIT 1", parameters)
        if found is None:
            return Found(None)
        line = LogLine(*found)
        place, count = _places(db, parameters, text, line.id)
    return Found(line, place, count, wrapped)


def _places(db: Database, parameters: dict[str, object], text: str, line_id: int) -> tuple[int, int]:
    """Which of the lines that hold the text this one is, and how many there are, both up to MOST_COUNTED."""
    rows = db.rows(
        f"SELECT id FROM log_lines WHERE {_OF_RUN} AND {_condition(text)} ORDER BY id LIMIT :n",
        {**parameters, "n": MOST_COUNTED},
    )
    return sum(row[0] <= line_id for row in rows), len(rows)


def _condition(text: str) -> str:
    return "instr(text, :text) > 0" if _has_capitals(text) else "text LIKE :text ESCAPE '\\'"


def _needle(text: str) -> dict[str, object]:
    text = storable(text)
    if _has_capitals(text):
        return {"text": text}
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"text": f"%{escaped}%"}


def _has_capitals(text: str) -> bool:
    return any("A" <= character <= "Z" for character in text)


def _parameters(run_id: int, levels: Sequence[str]) -> dict[str, object]:
    return {"run_id": run_id, "levels": encode(list(levels)) if levels else None}
