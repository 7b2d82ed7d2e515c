"""The top of the HTML report: who A and B are, the verdict, what to know before reading on."""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import verdict_badge
from workbench.comparison.result import Caution, Comparison
from workbench.comparison.summary import headline
from workbench.comparison.wording import HEADINGS, code_spans, ended, leading_rows, with_repairs
from workbench.inert import inert

_LONGEST_NAME = 120


def page_title(comparison: Comparison) -> str:
    """What the page is called."""
    return f"{run_name(comparison.a)} (A) and {run_name(comparison.b)} (B)"


def run_name(run: Mapping[str, Any]) -> str:
    """A run's name, or its number."""
    return inert(str(run.get("name") or f"run {run.get('id')}"), _LONGEST_NAME)


def page_head(comparison: Comparison) -> Markup:
    """Both runs, the verdict of each group, the sentence, the summary, the warnings."""
    sides = (_card(letter, run) for letter, run in (("A", comparison.a), ("B", comparison.b)))
    first = headline(comparison)
    rest = comparison.summary.partition(first)[2].strip()
    return tag(
        "header",
        tag("h1", "A beside B: ", run_name(comparison.a), tag("span", " and ", class_="quiet"), run_name(comparison.b)),
        tag("div", *sides, class_="sides"),
        tag("p", first, class_="headline"),
        tag("ul", *_badges(comparison), class_="badges", aria_label="The verdict of each group"),
        tag("p", rest) if rest else "",
        *warnings_box(comparison),
    )


def _card(letter: str, run: Mapping[str, Any]) -> Markup:
    data = str(run.get("dataset") or "").rpartition("/")[2]
    facts = [f"{run.get('model')} on {data}", f"run {run.get('id')}", str(run.get("status"))]
    if run.get("finished_at"):
        facts.append(f"{str(run['finished_at'])[:16].replace('T', ' ')} UTC")
    facts += [f"tag {name}" for name in run.get("tags") or ()]
    return tag(
        "div",
        tag("span", letter, class_="big-letter", aria_hidden="true"),
        tag("div", tag("strong", f"{letter}: ", run_name(run)), tag("span", " · ".join(facts), class_="quiet")),
        class_=f"side {letter.lower()}",
    )


def _badges(comparison: Comparison) -> Iterator[Markup]:
    for row in leading_rows(comparison):
        group = HEADINGS[row.group].partition(" (")[0].lower()
        yield tag("li", tag("span", group, class_="quiet"), " ", verdict_badge(row))


def warnings_box(comparison: Comparison) -> Iterator[Markup]:
    """What to know before reading on, in a box; nothing where there is nothing to say."""
    if comparison.warnings:
        items = (_warning(caution, repair) for caution, repair in with_repairs(comparison.warnings))
        yield tag("aside", tag("h2", "Warnings"), tag("ul", *items), class_="warnings")


def _warning(caution: Caution, repair: str) -> Markup:
    parts = (tag("code", part) if is_code else part for part, is_code in code_spans(ended(repair)))
    name = tag("code", f"({caution.code})", class_="quiet")
    return tag("li", caution.message, " ", name, ". " if repair else ".", *parts)
