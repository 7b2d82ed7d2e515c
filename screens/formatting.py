"""Text as the screens show it: pure functions from records to words that fit a given number of cells.

How a figure is written is decided in ``workbench.formatting``, which the reports share, so that a screen and its text
agree to the digit. Here stands what only a screen needs: fitting into a width, and the words of a live run.
"""

from typing import Literal

from rich.cells import cell_len

from screens.page import RunRow
from screens.signs import Signs
from store.records import LogLine, Run, RunStatus
from workbench.cells import crop, shorten
from workbench.formatting import format_duration, format_progress, format_some
from workbench.inert import inert

Align = Literal["left", "right"]
Cut = Literal["middle", "end"]


def fit(text: str, width: int, align: Align, ellipsis: str, *, cut: Cut = "middle") -> str:
    """``text`` in exactly ``width`` cells; what does not fit is cut out of its middle or off its end."""
    short = shorten(text, width, ellipsis) if cut == "middle" else crop(text, width, ellipsis)
    padding = " " * (width - cell_len(short))
    return padding + short if align == "right" else short + padding


def status_word(row: RunRow) -> str:
    """What a run is doing, in one word: its state, its phase while it runs, or that it is silent or stopping."""
    if row.status is not RunStatus.RUNNING:
        return row.status.value
    if row.silent_since is not None:
        return "silent"
    if row.run.stop_requested:
        return "stopping"
    return "running"


def status_sign(row: RunRow, signs: Signs) -> str:
    """The sign of a run's state."""
    return signs.silent if row.silent_since is not None and row.is_live else signs.statuses[row.status]


def share_done(run: Run) -> float | None:
    """How far the current phase is, from 0 to 1; None where its end is not known."""
    if run.progress_done is None or not run.progress_total:
        return None
    return min(1.0, max(0.0, run.progress_done / run.progress_total))


def progress_text(row: RunRow) -> str:
    """How far a live run is, in words: ``training 12/20``, ``preparing 42%``; empty for a run that has ended."""
    run = row.run
    if row.status is not RunStatus.RUNNING:
        return ""
    phase = run.phase.value if run.phase is not None else "starting"
    if run.progress_done is None:
        return phase
    if not run.progress_total:
        return f"{phase} {int(run.progress_done)} {run.progress_unit or ''}".rstrip()
    return f"{phase} {format_progress(run.progress_done, run.progress_total)}"


def time_text(row: RunRow, now: float) -> str:
    """How long a run took, or takes so far in whole seconds, so that it changes once a second at most."""
    run = row.run
    if run.started_at is None:
        return ""
    if run.finished_at is not None:
        return format_duration(run.finished_at - run.started_at)
    if row.status is RunStatus.LOST:
        return ""
    return seconds_text(max(0, int(now - run.started_at)))


def seconds_text(seconds: int) -> str:
    """A stretch of time that goes on: ``8 s``, ``4m 05s``."""
    return f"{seconds} s" if seconds < 60 else format_duration(seconds)


def dataset_name(dataset: str) -> str:
    """A data set's name; of a file only the last part of its path."""
    return inert(dataset.rstrip("/").rpartition("/")[2] or dataset)


def bar(share: float | None, width: int, signs: Signs) -> tuple[str, str]:
    """The filled and the empty part of a bar of ``width`` cells."""
    filled = 0 if share is None else round(min(1.0, max(0.0, share)) * width)
    return signs.full * filled, signs.empty * (width - filled)


_LEVELS = {"debug": " ", "info": " ", "warning": "W", "error": "E", "alert": "!", "output": " "}


def log_level_sign(line: LogLine) -> str:
    """The sign before a log line: W, E and ! (an alert) for what needs a look, nothing for the rest."""
    return _LEVELS.get(line.level, " ")


def farewell(live_names: list[str]) -> str:
    """What the terminal says after the interface has closed."""
    if not live_names:
        return "No run is live. Come back with 'workbench'."
    count = "1 run goes on" if len(live_names) == 1 else f"{len(live_names)} runs go on"
    named = inert(format_some(live_names, 3))
    return f"{count} without this screen: {named}. Come back with 'workbench'."
