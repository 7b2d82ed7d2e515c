"""Parts of the examples in the HTML report: confusion matrices, the scores of each class, and slices."""

from collections.abc import Iterator, Sequence

from workbench.comparison.compared import Compared, Confusions
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import figure, section, table, verdict_mark
from workbench.comparison.report.slice_tables import HEADS, NUMERIC, SliceTable
from workbench.comparison.report.svg_matrix import heat_map
from workbench.comparison.result import ClassRows, Comparison
from workbench.comparison.wording import class_words, words_of
from workbench.formatting import format_count

_MOST_IN_FULL = 12
"""Matrices of more classes are drawn, and only the cells in which they differ most are written."""
_MOST_CELLS = 20
_CORRECTED = "Verdicts after Holm's correction over all classes and scores together."

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
    """Precision, recall and F1 of each class in both runs; None where there are no classes."""
    if not comparison.classes:
        return None
    heads: list[str] = ["class", "examples"]
    for row in comparison.classes[0].rows:
        heads += [f"{row.title} A", "B", "B - A", "verdict"]
    rows = (tuple(_class_cells(rows)) for rows in comparison.classes)
    places = range(1, len(heads))
    grid = table(
        heads,
        rows,
        caption="Scores of each class",
        numeric=[place for place in places if heads[place] != "verdict"],
        class_="classes",
    )
    words = (tag("p", class_words(comparison)), tag("p", _CORRECTED, class_="note"))
    return section("classes", "Classes", words[0], grid, words[1])


def slices_section(slices: Sequence[SliceTable]) -> Markup | None:
    """The tables of slices; None where none was asked for."""
    if not slices:
        return None
    parts: list[Markup] = []
    for sliced in slices:
        if sliced.rows:
            parts.append(table(HEADS, sliced.rows, caption=sliced.title, numeric=NUMERIC, class_="settings"))
        else:
            parts.append(tag("p", sliced.title))
        parts += [tag("p", note, class_="note") for note in sliced.notes]
    return section("slices", "Slices", *parts)


def _class_cells(of: ClassRows) -> Iterator[str]:
    yield of.label
    yield " / ".join(dict.fromkeys(map(format_count, (of.support_a, of.support_b))))
    for row in of.rows:
        words = words_of(row)
        yield words.a
        yield words.b
        yield tag("span", words.delta, title=words.interval or None)
        yield verdict_mark(row)


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
