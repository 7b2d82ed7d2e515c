"""The warnings of a table's quality report."""

from collections.abc import Iterator
from typing import Any

from workbench.data.caveats import Found, count, verb
from workbench.data.tables import Table
from workbench.formatting import format_percent, format_some

_FEW_TEST_EXAMPLES = 100
_LOPSIDED = 0.9
_MOSTLY_MISSING = 0.5
_LISTED = 5
_REASONS = {
    "identifier": "almost every value is different, so it names the rows",
    "text": "it holds text, which is not supported yet",
    "empty": "it has no values",
}


def table_caveats(table: Table, report: dict[str, Any]) -> Iterator[Found]:
    """What there is to say of ``report``."""
    yield from _on_leaks(report)
    yield from _on_repeats(report)
    yield from _on_classes(table, report)
    yield from _on_columns(table, report)


def _on_leaks(report: dict[str, Any]) -> Iterator[Found]:
    for suspect in report["leak_suspects"][:_LISTED]:
        yield (
            "leak-suspect",
            f"Column {suspect['column']!r} alone gives the target away ({format_percent(suspect['accuracy'])} right, "
            f"against {format_percent(suspect['baseline'])} by always guessing the commonest class). If it is not "
            f"known at the time of a prediction, take it out of the file.",
        )


def _on_repeats(report: dict[str, Any]) -> Iterator[Found]:
    if across := report["duplicates_across_split"]:
        yield (
            "duplicates-across-split",
            f"{count(across, 'test example')} also {verb(across, 'stands', 'stand')} in the training or validation "
            f"part with the same features: test figures are flattered by what was learned by heart.",
        )
    if conflicts := report["conflicting_labels"]:
        yield (
            "conflicting-labels",
            f"{count(conflicts, 'example')} with equal features {verb(conflicts, 'has', 'have')} different labels: "
            f"no model can get all of them right.",
        )


def _on_classes(table: Table, report: dict[str, Any]) -> Iterator[Found]:
    test = {label: parts["test"] for label, parts in report["class_balance"].items()}
    n_test = sum(test.values())
    if n_test < _FEW_TEST_EXAMPLES:
        yield (
            "few-test-examples",
            f"The test part has only {count(n_test, 'example')}: it shows only large differences between models.",
        )
    commonest = max(table.labels, key=lambda label: sum(report["class_balance"][label].values()))
    share = sum(report["class_balance"][commonest].values()) / report["rows"]
    if share >= _LOPSIDED:
        yield (
            "imbalanced-classes",
            f"{format_percent(share)} of the examples are of class {commonest!r}: a model that always says so is right "
            f"as often. Look at balanced accuracy or macro F1 rather than accuracy.",
        )
    if alike := _labels_alike(table.labels):
        yield (
            "labels-alike",
            f"Labels {_list(alike)} differ only in case or spacing and count as different classes: write them alike "
            f"if they mean the same.",
        )
    if dropped := report["rows_dropped"]:
        yield "rows-dropped", f"{count(dropped, 'row')} without a target {verb(dropped, 'was', 'were')} left out."


def _on_columns(table: Table, report: dict[str, Any]) -> Iterator[Found]:
    for column, odd in list(report["odd_cells"].items())[:_LISTED]:
        yield (
            "not-numbers",
            f"{count(odd, 'cell')} of column {column!r} {verb(odd, 'is', 'are')} not a number among numbers and "
            f"{verb(odd, 'counts', 'count')} as missing.",
        )
    gaps = [name for name, cells in report["missing"]["by_column"].items() if cells > _MOSTLY_MISSING * report["rows"]]
    if gaps := [name for name in gaps if name not in {entry["column"] for entry in report["dropped_columns"]}]:
        yield "mostly-missing", f"More than half of the values are missing in {_columns(gaps)}."
    for reason, why in _REASONS.items():
        if names := [entry["column"] for entry in report["dropped_columns"] if entry["reason"] == reason]:
            yield "dropped-column", f"Not used as a feature: {_columns(names)} ({why})."
    if report["constant_columns"] and table.image_shape is None:
        yield "constant-column", f"Not used as a feature: {_columns(report['constant_columns'])} (only one value)."
    if not table.has_header:
        yield "no-header", "The file has no header line: its columns are called col1, col2 and so on."


def _labels_alike(labels: tuple[str, ...]) -> list[str]:
    by_shape: dict[str, list[str]] = {}
    for label in labels:
        by_shape.setdefault("".join(label.split()).casefold(), []).append(label)
    return [label for alike in by_shape.values() if len(alike) > 1 for label in alike]


def _columns(names: list[str]) -> str:
    return f"column{'s' * (len(names) != 1)} {_list(names)}"


def _list(names: list[str]) -> str:
    return format_some([repr(name) for name in names], _LISTED)
