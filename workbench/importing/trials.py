"""Timed calls that were taken elsewhere: a column of milliseconds, with the process and the block of each call."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from store.packed_records import Trials
from workbench.evaluation.columns import pack
from workbench.importing.cells import Floats, read_numbers, read_texts
from workbench.importing.findings import Findings, marked, rows_with
from workbench.importing.roles import list_names
from workbench.importing.table import SourceTable
from workbench.inert import inert

FEWEST_TRIALS = 20
"""Of fewer calls not even the slowest one in twenty is known."""
MOST_PARTS = 2**16
TIME_NAMES: Mapping[str, float] = {
    **dict.fromkeys(("ms", "latency_ms", "time_ms", "duration_ms", "elapsed_ms", "milliseconds"), 1.0),
    **dict.fromkeys(("s", "latency_s", "time_s", "duration_s", "elapsed_s", "seconds"), 1e3),
    **dict.fromkeys(("us", "latency_us", "time_us", "microseconds"), 1e-3),
}
"""Columns of times, and the milliseconds of one of their units."""


def read_trials(table: SourceTable, conditions: Mapping[str, Any], findings: Findings) -> tuple[Trials, Floats] | None:
    """The calls in a table, and their times in milliseconds (n,); None with the problems found.

    Columns ``block`` and ``process`` say which calls were made in a row and by one process: all of them, if they are
    not there.
    """
    times = _read_times(table, findings)
    parts = {name: _read_part(table, name, findings) for name in ("block", "process")}
    if times is None or any(part is None for part in parts.values()):
        return None
    columns = {"ms": pack(times), **{name: pack(part) for name, part in parts.items() if part is not None}}
    trials = Trials(conditions=dict(conditions), n=len(times), columns=columns, measured_at=time.time())
    return trials, times


def _read_times(table: SourceTable, findings: Findings) -> Floats | None:
    name = _time_column(table)
    if name is None:
        findings.refuse(
            f"{table.file_name} has no column of times: call it 'ms', one call a row. It has {list_names(table.names)}."
        )
        return None
    scale = TIME_NAMES.get(name.lower(), 1.0)
    if scale != 1.0:
        findings.say(f"Column {inert(name, 60)!r} of {table.file_name} is converted to milliseconds.")
    found = read_numbers(table.columns[name], decimal_comma=table.decimal_comma)
    times = found.values * scale
    for mask, what in (
        (found.missing, "no time"),
        (found.strange, "what is no finite number for a time"),
        (times < 0, "a negative time"),
        (times == 0, "a time of 0"),
    ):
        if mask.any():
            findings.refuse(f"{rows_with(table, marked(mask), what)}.")
    if len(times) < FEWEST_TRIALS:
        findings.refuse(
            f"{table.file_name} holds {len(times)} timed calls, too few for percentiles: it takes {FEWEST_TRIALS}, and "
            f"400 for the slowest one in a hundred."
        )
    return times


def _time_column(table: SourceTable) -> str | None:
    """The column of times: one called so, or the only one that there is."""
    by_name = {name.lower(): name for name in reversed(table.names)}
    named = next((by_name[name] for name in TIME_NAMES if name in by_name), None)
    return named or (table.names[0] if len(table.names) == 1 else None)


def _read_part(table: SourceTable, name: str, findings: Findings) -> npt.NDArray[np.uint16] | None:
    """A number for each different value of a column, in the order in which they come up; all 0 without the column."""
    column = next((own for own in table.names if own.lower() == name), None)
    if column is None:
        return np.zeros(table.rows, dtype=np.uint16)
    texts = read_texts(table.columns[column])
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    if len(numbers) > MOST_PARTS:
        findings.refuse(
            f"Column {name!r} of {table.file_name} has {len(numbers):,} different values, and at most {MOST_PARTS:,} "
            f"are kept: leave it out, or number fewer of them."
        )
        return None
    return np.fromiter((numbers[text] for text in texts), dtype=np.uint16, count=table.rows)
