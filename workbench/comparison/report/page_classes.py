"""Classes in the HTML report: both confusion matrices, their difference, and the scores of each class."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.comparison.compared import Compared, Confusions
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import figure, section, table
from workbench.comparison.report.svg_matrix import heat_map
from workbench.comparison.result import Comparison
from workbench.formatting import format_count, format_delta, format_value

_MOST_IN_FULL = 12
"""Matrices of more classes are drawn, and only the cells in which they differ most are written."""
_MOST_CELLS = 20
_SCORES = ("precision", "recall", "f1")

Counts = Sequence[Sequence[int]]


def confusion_section(compared: Compared) -> Markup | None:
    """A, B and B - A; None where the runs have no classes in common."""
    confusions = compared.confusion
    if confusions is None:
        return None
    n = format_count(sum(map(sum, confusions.a)))
    same = f"The same {n} test examples." if confusions.paired else "Each on its own test part."
    note = tag("p", f"{same} A row is a true class, a column what it was taken for.")
    draw = _in_full if len(confusions.labels) <= _MOST_IN_FULL else _drawn
    return section("confusion", "Confusion", note, *draw(confusions))


def classes_section(comparison: Comparison) -> Markup | None:
    """Precision, recall and F1 of each class in both runs; None where neither knows them."""
    of_a, of_b = (_by_label(run) for run in (comparison.a, comparison.b))
    labels = list(dict.fromkeys((*of_a, *of_b)))
    if not labels:
        return None
    heads = ["class", "examples"]
    for score in _SCORES:
        name = "F1" if score == "f1" else score
        heads += [f"{name} A", f"{name} B", "B - A"]
    rows = (tuple(_class_cells(label, of_a.get(label, {}), of_b.get(label, {}))) for label in labels)
    caption = "Scores of each class in the test part of each run"
    grid = table(heads, rows, caption=caption, numeric=range(1, len(heads)), class_="classes")
    return section("classes", "Classes", grid)


def _by_label(run: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(figures["label"]): figures for figures in run.get("classes") or ()}


def _class_cells(label: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    yield label
    supports = dict.fromkeys(format_count(side["support"]) for side in (a, b) if side.get("support") is not None)
    yield " / ".join(supports)
    for score in _SCORES:
        value_a, value_b = a.get(score), b.get(score)
        yield format_value("macro_f1", value_a)
        yield format_value("macro_f1", value_b)
        yield format_delta("macro_f1", value_b - value_a) if value_a is not None and value_b is not None else ""


def _in_full(confusions: Confusions) -> Iterator[Markup]:
    matrices = (
        _matrix("A", confusions.labels, confusions.a),
        _matrix("B", confusions.labels, confusions.b),
        _matrix("B - A", confusions.labels, _difference(confusions), signed=True),
    )
    yield tag("div", *matrices, class_="matrices")


def _matrix(title: str, labels: Sequence[str], counts: Counts, *, signed: bool = False) -> Markup:
    rows = (
        (label, *(_matrix_cell(line, row, column, signed=signed) for column in range(len(labels))))
        for row, (label, line) in enumerate(zip(labels, counts, strict=True))
    )
    numeric = range(1, len(labels) + 1)
    heads = (tag("span", "true", class_="quiet"), *labels)
    return table(heads, rows, caption=title, numeric=numeric, class_="confusion")


def _matrix_cell(line: Sequence[int], row: int, column: int, *, signed: bool) -> Markup:
    count = line[column]
    if not count:
        return tag("span", "·", class_="zero-cell")
    if signed:
        good = (count > 0) == (row == column)
        return tag("span", f"{count:+,}", class_="good" if good else "bad")
    share = count / sum(line)
    kind = "right-cell" if row == column else "wrong-cell"
    # An error in twenty of a class is seen from afar, too.
    return tag("span", format_count(count), class_=kind, style=f"--share:{0.15 + 0.85 * share:.2f}")


def _drawn(confusions: Confusions) -> Iterator[Markup]:
    difference = _difference(confusions)
    pictures = (
        figure(heat_map(counts, signed=signed, words=f"Confusion of {title}"), title)
        for title, counts, signed in (
            ("A", confusions.a, False),
            ("B", confusions.b, False),
            ("B - A", difference, True),
        )
    )
    yield tag("div", *pictures, class_="charts three")
    cells = sorted(
        (
            (-abs(count), row, column)
            for row, line in enumerate(difference)
            for column, count in enumerate(line)
            if count
        )
    )[:_MOST_CELLS]
    labels = confusions.labels
    rows = (
        (
            labels[row],
            labels[column],
            format_count(confusions.a[row][column]),
            format_count(confusions.b[row][column]),
            f"{difference[row][column]:+,}",
        )
        for _, row, column in cells
    )
    caption = f"The {len(cells)} cells in which A and B differ most"
    yield table(("true", "taken for", "A", "B", "B - A"), rows, caption=caption, numeric=(2, 3, 4))


def _difference(confusions: Confusions) -> Counts:
    pairs = zip(confusions.a, confusions.b, strict=True)
    return [[y - x for x, y in zip(line_a, line_b, strict=True)] for line_a, line_b in pairs]
