"""What a log pane asks of the store, answered in a thread: any part of the log, and where a text stands in it."""

from dataclasses import dataclass
from pathlib import Path

from screens.run.log_window import LinesAsked, LinesRead, Part
from store.database import open_read_only
from store.log_search import Found, find_line, lines_before, lines_from
from store.records import LogLine

READ_LINES = 1_000
"""Lines that one answer brings at most, on each side."""


@dataclass(frozen=True, slots=True)
class FindAsked:
    """A wish for the next line that holds a text."""

    run_id: int
    text: str
    from_id: int | None = None
    backwards: bool = False
    levels: tuple[str, ...] = ()


def read_lines(path: Path, asked: LinesAsked) -> LinesRead:
    """The lines that were asked for, all of one moment."""
    run_id, levels, line_id = asked.run_id, asked.levels, asked.line_id
    before: list[LogLine] = []
    after: list[LogLine] = []
    with open_read_only(path) as db, db.reading():
        if asked.part is Part.TAIL:
            before = lines_before(db, run_id, READ_LINES, levels=levels)
        elif asked.part in (Part.BEFORE, Part.AROUND):
            before = lines_before(db, run_id, READ_LINES, before_id=line_id, levels=levels)
        if asked.part in (Part.AFTER, Part.AROUND, Part.START):
            after = lines_from(db, run_id, READ_LINES, from_id=line_id, levels=levels)
        newest = lines_before(db, run_id, 1)
    return LinesRead(
        asked,
        (*before, *after),
        at_start=asked.part is Part.START or (asked.part is not Part.AFTER and len(before) < READ_LINES),
        at_end=asked.part is Part.TAIL or (asked.part is not Part.BEFORE and len(after) < READ_LINES),
        newest_id=newest[-1].id if newest else 0,
    )


def find_text(path: Path, asked: FindAsked) -> Found:
    """The next line that holds the text."""
    with open_read_only(path) as db:
        return find_line(
            db, asked.run_id, asked.text, from_id=asked.from_id, backwards=asked.backwards, levels=asked.levels
        )
