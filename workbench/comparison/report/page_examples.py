"""The examples in the HTML report on which the runs disagree: those first on which their losses are furthest apart."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from workbench.comparison.compared import Compared
from workbench.comparison.disagreements import Answer, Example, Examples, Kind
from workbench.comparison.furthest import Furthest, furthest_apart
from workbench.comparison.report.furthest_tables import NUMERIC, furthest_heads, furthest_rows, furthest_title
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import folded, section, table
from workbench.formatting import format_count, format_percent
from workbench.inert import inert

_MOST = 20
_OPEN_UP_TO = 8
_LOOKED_AT = 2000
"""Among so many examples that both got wrong, those are looked for that they got wrong differently."""
_LONGEST_PREVIEW = 200


def examples_section(compared: Compared) -> Markup | None:
    """Up to 20 examples each on which only A, only B, or neither is right; None where they have none in common.

    Of numbers and texts up to 20 on which the two are furthest apart.
    """
    furthest = furthest_apart(compared, _MOST)
    if furthest:
        return _furthest_section(furthest)
    parts = []
    for kind, title in ((Kind.ONLY_A, "Only A is right"), (Kind.ONLY_B, "Only B is right")):
        examples = compared.examples(kind)
        if examples is None:
            return None
        parts.append(_list(title, len(examples), islice(examples, _MOST)))
    wrong = compared.examples(Kind.BOTH_WRONG)
    if wrong is not None:
        parts.append(_list("Both are wrong, differently", None, islice(_different(wrong), _MOST)))
    return section("examples", "Examples on which they disagree", *(part for part in parts if part))


def _furthest_section(items: Sequence[Furthest]) -> Markup:
    title, rows = furthest_title(items), furthest_rows(items, _LONGEST_PREVIEW)
    grid = table(furthest_heads(items), rows, caption=title, numeric=NUMERIC, class_="examples")
    return section("examples", "Examples on which they disagree", grid)


def _different(examples: Examples) -> Iterator[Example]:
    return (item for item in islice(examples, _LOOKED_AT) if item.a.predicted != item.b.predicted)


def _list(title: str, n: int | None, examples: Iterable[Example]) -> Markup | None:
    rows = [_cells(example) for example in examples]
    if not rows:
        return None
    count = format_count(len(rows) if n is None else n)
    first = f", the first {_MOST}" if n is not None and n > _MOST else ""
    heads = ("example", "truth", "A said", "B said")
    grid = table(heads, rows, caption=title, class_="examples")
    return folded(f"{title}: {count}{first}", grid, is_open=len(rows) <= _OPEN_UP_TO)


def _cells(example: Example) -> tuple[str, ...]:
    preview = inert(example.preview, _LONGEST_PREVIEW) or f"example {example.id}"
    return preview, example.truth, _answer(example.a, example.truth), _answer(example.b, example.truth)


def _answer(answer: Answer, truth: str) -> Markup:
    right = answer.predicted == truth
    share = f" {format_percent(answer.confidence)}" if answer.confidence is not None else ""
    sign = tag("span", "✓" if right else "✗", class_="good" if right else "bad", aria_hidden="true")
    said = "right" if right else "wrong"
    return tag("span", sign, f" {answer.predicted}", tag("span", share, class_="quiet"), title=said)
