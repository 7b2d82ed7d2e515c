"""The examples on which two models are furthest apart as cells of a table: what Markdown and HTML both show."""

from collections.abc import Iterator, Sequence

from workbench.comparison.furthest import Furthest
from workbench.formatting import NOT_KNOWN, format_count, format_significant
from workbench.inert import inert

NUMERIC = (1, 2, 3, 4)
_OF_TEXT = ("text unit", "bytes", "A bits/byte", "B bits/byte", "B - A bits")
_OF_NUMBERS = ("example", "truth", "A said", "B said", "B - A error")


def furthest_title(items: Sequence[Furthest]) -> str:
    """What the list is called."""
    if items[0].is_text:
        return "Text units on which the bits are furthest apart"
    return "Examples on which the errors are furthest apart"


def furthest_heads(items: Sequence[Furthest]) -> tuple[str, ...]:
    """The headings of the columns; those in ``NUMERIC`` stand to the right."""
    return _OF_TEXT if items[0].is_text else _OF_NUMBERS


def furthest_rows(items: Sequence[Furthest], longest: int) -> Iterator[tuple[str, ...]]:
    """The cells, as inert text; a preview of at most ``longest`` characters."""
    for item in items:
        name = inert(item.preview, longest) or f"example {item.position + 1}"
        apart = ("+" if item.apart > 0 else "") + format_significant(item.apart)
        if item.n_bytes is not None:
            losses = (format_significant(said.loss) for said in (item.a, item.b))
            yield name, format_count(item.n_bytes), *losses, apart
        else:
            values = (NOT_KNOWN if v is None else f"{v:.6g}" for v in (item.truth, item.a.value, item.b.value))
            yield name, *values, apart
