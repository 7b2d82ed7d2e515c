"""What stands behind the figures in the HTML report: settings, environment, and how each figure was found."""

from collections.abc import Iterator, Sequence

from workbench.comparison.differences import all_environment, all_parameters
from workbench.comparison.methods import method_sentences, test_title
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import folded, section, table
from workbench.comparison.result import Comparison, Difference, Row
from workbench.comparison.sources import METHODS
from workbench.comparison.wording import setting_words
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_p


def settings_section(comparison: Comparison) -> Markup:
    """What differs in settings and environment, and folded, all of it."""
    parts = []
    for title, differing, everything in (
        ("Settings", comparison.parameters, all_parameters(comparison.a, comparison.b)),
        ("Environment", comparison.environment, all_environment(comparison.a, comparison.b)),
    ):
        if differing:
            parts.append(_table(f"{title} that differ" if title == "Settings" else f"{title} that differs", differing))
        else:
            parts.append(tag("p", f"{title}: nothing differs."))
        if len(everything) > len(differing):
            parts.append(folded(f"{title}: all {format_count(len(everything))}", _table(title, everything)))
    return section("settings", "Settings and environment", *parts)


def methods_section(comparison: Comparison) -> Markup:
    """The methods in sentences, and for each row its definition, its test and what that gave."""
    sentences = (tag("li", sentence) for sentence in method_sentences(comparison))
    heads = ("metric", "what it is", "method", "n", "p", "adjusted p")
    grid = table(heads, _method_rows(comparison.rows), caption="Each figure", numeric=(3, 4, 5), class_="methods")
    return section("methods", "How it was measured", tag("ul", *sentences), folded("Each figure", grid))


def _table(title: str, items: Sequence[Difference]) -> Markup:
    rows = ((item.key, setting_words(item.a), setting_words(item.b)) for item in items)
    return table(("", "A", "B"), rows, caption=title, class_="settings")


def _method_rows(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row.title,
            METRICS[row.metric].definition,
            METHODS.get(row.test or "", test_title(row) or "no test"),
            format_count(row.n) if row.n is not None else "",
            format_p(row.p_value) if row.p_value is not None else "",
            format_p(row.p_adjusted) if row.p_adjusted is not None else "",
        )
