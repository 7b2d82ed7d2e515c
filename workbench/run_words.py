"""What is known of a run as labelled words, for its page in the terminal and its screen alike, so that both agree.

Pure: the record of a run in, pairs of a label and a value out. What users and data files named comes out as it is:
whoever prints it makes it inert.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from store.records import ClassFigures, Figure, Run, RunDetail
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_bytes, format_count, format_duration, format_moment, format_value
from workbench.parameters import show_value
from workbench.spec import is_imported

Pair = tuple[str, str]
_PLACES = {name: place for place, name in enumerate(METRICS)}
_COUNTED = (
    "rows",
    "unit",
    "documents",
    "text_bytes",
    "features",
    "missing",
    "duplicates",
    "duplicates_across_split",
)
_FINGERPRINT_SHOWN = 16


def title_of(name: str) -> str:
    """What a figure, a series or a parameter is called where people read it."""
    metric = METRICS.get(name)
    return metric.title if metric else name.replace("_", " ")


def origin_pairs(detail: RunDetail) -> Iterator[Pair]:
    """The model, and the data with the sizes of its parts."""
    yield "model", detail.run.model
    parts = ((part, detail.data.get(part)) for part in ("train", "val", "test"))
    sizes = " · ".join(f"{part} {format_count(size)}" for part, size in parts if isinstance(size, int))
    yield "data", f"{detail.run.dataset}  {sizes}".rstrip()


def parameter_pairs(run: Run) -> Iterator[Pair]:
    """The parameters as they are typed in a form and after ``--set``."""
    for name, value in run.parameters.items():
        yield title_of(name), show_value(value)


def course_pairs(run: Run) -> Iterator[Pair]:
    """Seeds, device, times, and what people wrote about it."""
    if is_imported(run):
        yield "imported from", " and ".join(str(path) for path in run.spec["imported"].values() if path)
    else:
        yield "seeds", f"training {run.seed} · split {run.split_seed}"
    yield "device", run.device + (f" · {run.threads} thread{'s' if run.threads != 1 else ''}" if run.threads else "")
    yield "created", format_moment(run.created_at)
    if run.started_at is not None and run.finished_at is not None:
        yield "took", format_duration(run.finished_at - run.started_at)
    if run.parent_id is not None:
        yield "made from", f"run {run.parent_id}"
    if run.group:
        yield "group", run.group
    if run.tags:
        yield "tags", " ".join(run.tags)
    if run.notes:
        yield "notes", run.notes
    if run.lost_points:
        yield "lost points", f"{format_count(run.lost_points)} (the disk was full)"


def attempt_pairs(detail: RunDetail) -> Iterator[Pair]:
    """Each attempt at the run: where and when, its processes, and how its trainer ended."""
    for attempt in detail.attempts:
        parts = [f"{format_moment(attempt.started_at)} on {attempt.host}", f"supervisor {attempt.supervisor_pid}"]
        if attempt.trainer_pid is not None:
            parts.append(f"trainer {attempt.trainer_pid}")
        if attempt.finished_at is not None:
            parts.append(f"took {format_duration(attempt.finished_at - attempt.started_at)}")
        if attempt.signal is not None:
            parts.append(f"ended by {attempt.signal}")
        elif attempt.exit_code is not None:
            parts.append(f"exit code {attempt.exit_code}")
        yield f"attempt {attempt.number}", " · ".join(parts)


def series_rows(detail: RunDetail) -> Iterator[tuple[str, str, str]]:
    """Title, last value and note of each series: its step, and its best, or where neither direction is, its range."""
    for summary in detail.summaries:
        name = summary.metric
        parts = [f"step {format_count(summary.last_step)}"]
        if summary.best is not None:
            parts.append(f"best {format_value(name, summary.best)} at {format_count(summary.best_step)}")
        elif summary.n > 1:
            parts.append(f"from {format_value(name, summary.minimum)} to {format_value(name, summary.maximum)}")
        yield title_of(name), format_value(name, summary.last), " · ".join(parts)


def figure_rows(figures: Iterable[Figure]) -> list[tuple[str, str, str]]:
    """Title, value and note of each figure that is known or says why it is not, in the order of the metrics."""
    shown = [figure for figure in figures if figure.value is not None or figure.note]
    shown.sort(key=lambda figure: (_PLACES.get(figure.name, len(_PLACES)), figure.name))
    return [(title_of(figure.name), format_value(figure.name, figure.value), figure.note or "") for figure in shown]


def class_row(figures: ClassFigures) -> tuple[str, str, str, str]:
    """Precision, recall, F1 and support of one class."""
    scores = (figures.precision, figures.recall, figures.f1)
    precision, recall, f1 = (format_value("macro_f1", score) for score in scores)
    return precision, recall, f1, format_count(figures.support)


def data_pairs(detail: RunDetail) -> Iterator[Pair]:
    """What the quality report counted, and what identifies the data."""
    report = _report(detail)
    for name in _COUNTED:
        if report.get(name) is not None:
            yield title_of(name), plain_value(name, report[name])
    if fingerprint := detail.data.get("fingerprint"):
        yield "fingerprint", str(fingerprint)[:_FINGERPRINT_SHOWN]


def data_warnings(detail: RunDetail) -> list[str]:
    """The sentences of the quality report."""
    return [str(warning["message"]) for warning in _report(detail).get("warnings", [])]


def environment_pairs(detail: RunDetail) -> Iterator[Pair]:
    """Where it ran."""
    for name, value in detail.environment.items():
        yield name, plain_value(name, value)


def plain_value(name: str, value: Any) -> str:
    """A value of a document in one line; a number to the digits that mean something, '' for what is not known."""
    if isinstance(value, Mapping):
        if "total" in value:
            return plain_value(name, value["total"])
        return ", ".join(f"{key} {plain_value(key, inner)}" for key, inner in value.items() if inner is not None)
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(name, inner) for inner in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int):
        return format_bytes(value) if name.endswith("_bytes") else format_count(value)
    return "" if value is None else str(value)


def _report(detail: RunDetail) -> Mapping[str, Any]:
    report = detail.data.get("report")
    return report if isinstance(report, Mapping) else {}
