"""Everything small that is known of a run, as styled text for its screen; pure, from a record to lines."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from screens.formatting import dataset_name, show_mapping, status_sign, status_word
from screens.page import RunRow
from screens.signs import Signs
from store.records import ClassFigures, FigureGroup, MetricSummary, RunDetail
from workbench.cells import crop
from workbench.formatting import NOT_KNOWN, format_count, format_duration, format_moment, format_value
from workbench.inert import inert

Rows = Sequence[tuple[str, str]]
_LABEL = 24
_TITLES = {
    FigureGroup.METRICS: "Metrics",
    FigureGroup.LATENCY: "Latency",
    FigureGroup.COST: "Cost",
    FigureGroup.SIZE: "Size",
}


def run_text(row: RunRow, detail: RunDetail, width: int, signs: Signs) -> Text:
    """The run's spec, figures, data and environment, one thing a line, cut to ``width`` cells."""
    text = Text(no_wrap=True)
    for title, rows in sections(row, detail, signs):
        if rows:
            text.append(f"{title}\n", "bold")
            for label, value in rows:
                text.append(f"  {crop(label, _LABEL - 3, signs.ellipsis):<{_LABEL - 2}}", "dim")
                text.append(f"{crop(value, max(8, width - _LABEL), signs.ellipsis)}\n")
            text.append("\n")
    text.rstrip()
    return text


def sections(row: RunRow, detail: RunDetail, signs: Signs) -> Iterable[tuple[str, Rows]]:
    """The titled parts of the screen, as label and value."""
    yield "Run", _head(row, signs)
    yield "Parameters", show_mapping(detail.run.parameters)
    for group, title in _TITLES.items():
        figures = (figure for figure in detail.figures if figure.group is group)
        yield title, [(inert(f.name), _figure(f.name, f.value, f.note)) for f in figures]
    yield "Series", [(inert(summary.metric), _of_series(summary)) for summary in detail.summaries]
    yield "Classes", [(inert(figures.label), _of_class(figures)) for figures in detail.classes]
    data = {key: value for key, value in detail.data.items() if key != "report"}
    yield "Data", show_mapping(data)
    yield "Environment", show_mapping(detail.environment)


def _head(row: RunRow, signs: Signs) -> Rows:
    run = row.run
    ended_at = run.finished_at
    rows = [
        (
            "state",
            f"{status_sign(row, signs)} {status_word(row)}" + (f", {run.phase}" if row.is_live and run.phase else ""),
        ),
        ("error", inert(run.error or "")),
        ("model", inert(run.model)),
        ("data", dataset_name(run.dataset)),
        ("seed, split seed", f"{run.seed}, {run.split_seed}"),
        ("device, threads", f"{inert(run.device)}, {run.threads if run.threads is not None else NOT_KNOWN}"),
        ("queued", format_moment(run.created_at)),
        ("started", format_moment(run.started_at) if run.started_at else ""),
        ("took", format_duration(ended_at - run.started_at) if ended_at and run.started_at else ""),
        ("tags", inert(", ".join(run.tags))),
        ("notes", inert(run.notes)),
        ("points lost", f"{run.lost_points:,}" if run.lost_points else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _figure(name: str, value: float | None, note: str | None) -> str:
    text = format_value(name, value)
    return f"{text}  {inert(note)}" if note else text


def _of_class(figures: ClassFigures) -> str:
    shown = [
        NOT_KNOWN if value is None else f"{value:.3f}" for value in (figures.precision, figures.recall, figures.f1)
    ]
    return f"precision {shown[0]}  recall {shown[1]}  F1 {shown[2]}  n {figures.support:,}"


def _of_series(summary: MetricSummary) -> str:
    name = summary.metric
    parts = [f"last {format_value(name, summary.last)} at step {format_count(summary.last_step)}"]
    if summary.best is not None:
        parts.append(f"best {format_value(name, summary.best)} at step {format_count(summary.best_step)}")
    elif summary.n > 1:
        parts.append(f"from {format_value(name, summary.minimum)} to {format_value(name, summary.maximum)}")
    return ", ".join(parts)
