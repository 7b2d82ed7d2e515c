"""The figures of the HTML report: a table for each group with a bar of every interval, and who is right where."""

from collections.abc import Iterator, Mapping, Sequence

from workbench.comparison.reaches import Reach, reaches
from workbench.comparison.report.markup import Markup, joined, tag
from workbench.comparison.report.page_parts import figure, section, table, verdict_badge
from workbench.comparison.report.svg_intervals import decisive_bar, interval_bar
from workbench.comparison.result import GROUPS, Comparison, Row, Verdict
from workbench.comparison.wording import HEADINGS, agreement_words, says_more, words_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count

_HEADS = ("A", "B", "B - A", "95% interval", "relative")


def figures_section(comparison: Comparison) -> Markup:
    """A table for each group that has rows."""
    bars = reaches(comparison.rows)
    tables = [
        _group(group, rows, bars) for group in GROUPS if (rows := [r for r in comparison.rows if r.group == group])
    ]
    note = "Bars: the difference and its 95% interval around zero, to the left for A, to the right for B."
    return section("figures", "Figures", *tables, tag("p", note, class_="note"))


def agreement_section(comparison: Comparison) -> Markup | None:
    """How often each is right on the common examples; None where they have none."""
    counts = comparison.disagreements
    if counts is None:
        return None
    rows = (
        ("A right", format_count(counts.both_right), format_count(counts.only_a)),
        ("A wrong", format_count(counts.only_b), format_count(counts.both_wrong)),
    )
    caption = f"The same {format_count(counts.n)} test examples"
    bar = figure(decisive_bar(counts), "The examples that decide: those on which one of them alone is right.")
    grid = table(("", "B right", "B wrong"), rows, caption=caption, numeric=(1, 2), class_="counts")
    return section(
        "agreement", "Agreement", tag("p", agreement_words(counts)), tag("div", grid, bar, class_="side-by-side")
    )


def figure_table(
    group: str, heads: Sequence[str], bar: Sequence[str], lines: Sequence[Markup], *, class_: str = "figures"
) -> Markup:
    """The table of a group of rows: each has a name, numbers below ``heads``, a picture below ``bar``, a verdict."""
    title = HEADINGS[group].partition(" (")
    head = tag(
        "tr",
        tag("th", "metric", scope="col", role="columnheader"),
        *(tag("th", head, scope="col", class_="number", role="columnheader") for head in heads),
        tag("th", *bar, scope="col", class_="bar", role="columnheader"),
        tag("th", "verdict", scope="col", role="columnheader"),
        role="row",
    )
    # Roles, since a narrow page lays the rows out as blocks, for which a browser forgets that they are rows.
    return tag(
        "table",
        tag("caption", title[0].capitalize(), *title[1:]),
        tag("thead", head, role="rowgroup"),
        tag("tbody", *lines, role="rowgroup"),
        class_=class_,
        role="table",
    )


def figure_line(metric: str, name: str, cells: Sequence[Markup], bar: str, badge: Markup, *, kind: str = "") -> Markup:
    """A row of such a table; ``cells`` are made by ``figure_cell``."""
    return tag(
        "tr",
        tag("th", name, scope="row", title=METRICS[metric].definition, role="rowheader"),
        *cells,
        tag("td", bar, class_="bar", role="cell"),
        tag("td", badge, class_="of-verdict", role="cell"),
        class_=kind or None,
        role="row",
    )


def figure_cell(content: str, label: str, *, is_better: bool = False) -> Markup:
    """A number, and the heading of its column, which a narrow page shows above it."""
    return tag("td", content, class_="number better" if is_better else "number", data_label=label, role="cell")


def _group(group: str, rows: Sequence[Row], bars: Mapping[str, Reach]) -> Markup:
    better = tag("span", " better", class_="long")
    lines: list[Markup] = []
    before = None
    for row in rows:
        lines += _lines(row, bars.get(row.metric), explained=says_more(row) and row.reason != before)
        before = row.reason
    return figure_table(group, _HEADS, ("A", better, " · 0 · B", better), lines)


def _lines(row: Row, reach: Reach | None, *, explained: bool) -> Iterator[Markup]:
    """The row, and below it why it stands so, unless that was said of the one before."""
    words = words_of(row)
    a, b = (
        joined((value, tag("span", f" {interval}", class_="own") if interval else ""))
        for value, interval in ((words.a, words.a_interval), (words.b, words.b_interval))
    )
    yield figure_line(
        row.metric,
        words.name,
        (
            figure_cell(a, "A", is_better=row.verdict is Verdict.A),
            figure_cell(b, "B", is_better=row.verdict is Verdict.B),
            figure_cell(words.delta, "B - A"),
            figure_cell(words.interval, "95% interval"),
            figure_cell(words.relative, "relative"),
        ),
        interval_bar(reach, row.verdict, _bar_words(row)),
        verdict_badge(row),
        kind="explained" if explained else "",
    )
    if explained:
        yield tag("tr", tag("td", row.reason, colspan=8, class_="reason", role="cell"), role="row")


def _bar_words(row: Row) -> str:
    words = words_of(row)
    if not words.delta:
        return "no difference to draw"
    interval = f", 95% interval {words.interval}" if words.interval else ""
    return f"difference {words.delta}{interval}: {words.verdict}"
