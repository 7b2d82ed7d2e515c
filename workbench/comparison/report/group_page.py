"""Two groups of runs as one HTML file: means with their spread, the point of every run, what is missing.

It is the page of two runs (``page``) without what only two runs have: examples, confusion, curves, calls.
"""

from collections.abc import Iterator, Sequence

from workbench.comparison.group_result import GroupCompared, Spreads
from workbench.comparison.group_words import group_headline, group_name, group_size, mean_words
from workbench.comparison.report.markup import Markup, joined, tag
from workbench.comparison.report.page import whole_page
from workbench.comparison.report.page_context import settings_section
from workbench.comparison.report.page_figures import figure_cell, figure_line, figure_table
from workbench.comparison.report.page_head import warnings_box
from workbench.comparison.report.page_parts import section, table, verdict_badge
from workbench.comparison.result import GROUPS, Row, Verdict
from workbench.comparison.wording import grouped_reasons, words_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import NOT_KNOWN, format_count, format_value
from workbench.inert import inert

_WIDTH, _HEIGHT, _EDGE = 200.0, 30.0, 8.0
_LINES = {"a": 9.0, "b": 21.0}
_LONGEST_NAME = 60
_HEADS = ("A", "B", "B - A", "95% interval")


def to_group_html(compared: GroupCompared) -> str:
    """The whole page."""
    comparison = compared.comparison
    names = [group_name(run, side) for run, side in ((comparison.a, compared.a), (comparison.b, compared.b))]
    first = group_headline(compared)
    rest = comparison.summary.partition(first)[2].strip()
    head = tag(
        "header",
        tag("h1", "A beside B: ", names[0], tag("span", " and ", class_="quiet"), f"{names[1]} over {compared.kind}"),
        tag("div", *_cards(compared, names), class_="sides"),
        tag("p", first, class_="headline"),
        tag("p", rest) if rest else "",
        *warnings_box(comparison),
    )
    sections = {
        "figures": _figures_section(compared),
        "runs": _runs_section(compared),
        "settings": settings_section(comparison),
    }
    return whole_page(f"{names[0]} (A) and {names[1]} (B) over {compared.kind}", head, sections)


def _cards(compared: GroupCompared, names: Sequence[str]) -> Iterator[Markup]:
    comparison = compared.comparison
    for letter, name, run, side in zip(
        "AB", names, (comparison.a, comparison.b), (compared.a, compared.b), strict=True
    ):
        data = str(run.get("dataset") or "").rpartition("/")[2]
        facts = f"{run.get('model')} on {data} · {group_size(compared.kind, side)}"
        yield tag(
            "div",
            tag("span", letter, class_="big-letter", aria_hidden="true"),
            tag("div", tag("strong", f"{letter}: {name}"), tag("span", facts, class_="quiet")),
            class_=f"side {letter.lower()}",
        )


def _figures_section(compared: GroupCompared) -> Markup:
    tables = []
    for group in GROUPS:
        lines = [_line(row, compared.spreads[row.metric]) for row in compared.comparison.rows if row.group == group]
        if lines:
            tables.append(figure_table(group, _HEADS, ("every run",), lines, class_="figures groups"))
    reasons = [tag("li", reason) for reason in grouped_reasons(compared.comparison.rows)]
    why = (tag("h3", "Why the rows stand as they do"), tag("ul", *reasons)) if reasons else ()
    note = "A and B: the mean of the runs ± their standard deviation. A point is a run, A's above B's."
    return section("figures", "Figures", *tables, tag("p", note, class_="note"), *why)


def _line(row: Row, spreads: Spreads) -> Markup:
    words = words_of(row)
    means = (mean_words(row.metric, spread) for spread in (spreads.a, spreads.b))
    better = (row.verdict is Verdict.A, row.verdict is Verdict.B, False, False)
    texts = (*means, words.delta, words.interval)
    cells = [
        figure_cell(text, head, is_better=is_better)
        for text, head, is_better in zip(texts, _HEADS, better, strict=True)
    ]
    # A single run's figure is measured once; here it is as many times as there are runs.
    once = METRICS[row.metric].measured_once
    badge = tag("span", "spread only", class_="verdict open") if once else verdict_badge(row)
    return figure_line(row.metric, words.name, cells, _points(row.metric, spreads), badge)


def _points(metric: str, spreads: Spreads) -> Markup | str:
    """A circle a run, from the least to the most of both sides, with these ends below; nothing where none differs."""
    known = [point for spread in (spreads.a, spreads.b) for point in spread.points if point is not None]
    if len(set(known)) < 2:
        return ""
    low, high = min(known), max(known)
    circles = [
        tag(
            "circle",
            class_=f"fill {side}",
            cx=_EDGE + (point - low) / (high - low) * (_WIDTH - 2 * _EDGE),
            cy=_LINES[side],
            r=3.5,
        )
        for side, spread in (("a", spreads.a), ("b", spreads.b))
        for point in spread.points
        if point is not None
    ]
    lines = [tag("line", class_="grid", x1=0.0, x2=_WIDTH, y1=y, y2=y) for y in _LINES.values()]
    step = (high - low) / 10
    ends = f"{format_value(metric, low, step, unit=False)} to {format_value(metric, high, step, unit=False)}"
    words = f"{format_count(spreads.a.n)} runs of A, {format_count(spreads.b.n)} of B, from {ends}"
    size = f"0 0 {_WIDTH:g} {_HEIGHT:g}"
    picture = tag("svg", *lines, *circles, class_="interval", viewBox=size, role="img", aria_label=words)
    return joined((picture, tag("span", ends, class_="quiet")))


def _runs_section(compared: GroupCompared) -> Markup:
    """Every run with its seeds and the score that leads."""
    leading = compared.comparison.rows[0].metric if compared.comparison.rows else None
    title = METRICS[leading].title if leading is not None else ""
    rows = []
    for letter, side in (("A", compared.a), ("B", compared.b)):
        spread = getattr(compared.spreads[leading], letter.lower()) if leading is not None else None
        points = spread.points if spread is not None else [None] * len(side.members)
        for member, point in zip(side.members, points, strict=True):
            score = NOT_KNOWN if leading is None else format_value(leading, point)
            seeds = map(str, (member.seed, member.split_seed))
            rows.append((letter, inert(member.name, _LONGEST_NAME), format_count(member.id), *seeds, score))
    heads = ("", "run", "id", "seed", "split seed", title)
    return section("runs", "Every run", table(heads, rows, caption="The members of both groups", numeric=(2, 3, 4, 5)))
