"""Everything small that is known of a run, as styled text for its screen; pure, from a record to lines."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from rich.cells import cell_len
from rich.text import Text

from screens.formatting import progress_text, status_sign, status_word
from screens.page import RunRow
from screens.signs import Signs
from store.records import FigureGroup, MetricSummary, RunDetail
from workbench.cells import crop
from workbench.formatting import format_count, format_value
from workbench.inert import inert
from workbench.run_words import (
    class_row,
    course_pairs,
    data_pairs,
    data_warnings,
    environment_pairs,
    figure_rows,
    origin_pairs,
    parameter_pairs,
    title_of,
)

Rows = Sequence[tuple[str, str]]
_LABEL = 28
_MOST_LINES = 8
_TITLES = {
    FigureGroup.METRICS: "Metrics",
    FigureGroup.LATENCY: "Latency",
    FigureGroup.COST: "Cost",
    FigureGroup.SIZE: "Size",
}


def run_text(row: RunRow, detail: RunDetail, width: int, signs: Signs) -> Text:
    """What the run came to, then what it was: label and value, wrapped to ``width`` cells."""
    text = Text(no_wrap=True)
    for title, rows in sections(row, detail, signs):
        if rows:
            text.append(f"{title}\n", "bold")
            for label, value in rows:
                short = crop(inert(label), _LABEL - 3, signs.ellipsis)
                text.append("  " + short + " " * (_LABEL - 2 - cell_len(short)), "dim")
                text.append(f"\n{' ' * _LABEL}".join(_lines(signs.write(inert(value)), max(8, width - _LABEL), signs)))
                text.append("\n")
            text.append("\n")
    text.rstrip()
    return text


def sections(row: RunRow, detail: RunDetail, signs: Signs) -> Iterable[tuple[str, Rows]]:
    """The titled parts of the screen, as label and value, in the words of ``workbench show``."""
    yield "Run", [("state", _state(row, signs)), *_error(row), *origin_pairs(detail), *course_pairs(detail.run)]
    for group, title in _TITLES.items():
        rows = figure_rows(figure for figure in detail.figures if figure.group is group)
        yield title, [(label, f"{value}  {note}".rstrip()) for label, value, note in rows]
    yield "Classes", [(figures.label, _of_class(class_row(figures))) for figures in detail.classes]
    yield "Parameters", list(parameter_pairs(detail.run))
    yield "Series", [(title_of(summary.metric), _of_series(summary)) for summary in detail.summaries]
    yield "Data", [*data_pairs(detail), *(("warning", sentence) for sentence in data_warnings(detail))]
    yield "Environment", list(environment_pairs(detail))


def _lines(value: str, room: int, signs: Signs) -> list[str]:
    """A value in lines of ``room`` cells: a sentence has some, anything longer is cut."""
    lines = wrap(value, room) or [""]
    return [crop(line, room, signs.ellipsis) for line in lines[:_MOST_LINES]]


def _state(row: RunRow, signs: Signs) -> str:
    words = [f"{status_sign(row, signs)} {status_word(row)}", progress_text(row)]
    return f" {signs.dot} ".join(word for word in words if word)


def _error(row: RunRow) -> Rows:
    return [("error", row.run.error)] if row.run.error else []


def _of_class(figures: tuple[str, str, str, str]) -> str:
    precision, recall, f1, support = figures
    return f"precision {precision}  recall {recall}  F1 {f1}  support {support}"


def _of_series(summary: MetricSummary) -> str:
    name = summary.metric
    parts = [f"last {format_value(name, summary.last)} at step {format_count(summary.last_step)}"]
    if summary.best is not None:
        parts.append(f"best {format_value(name, summary.best)} at step {format_count(summary.best_step)}")
    elif summary.n > 1:
        parts.append(f"from {format_value(name, summary.minimum)} to {format_value(name, summary.maximum)}")
    return ", ".join(parts)
