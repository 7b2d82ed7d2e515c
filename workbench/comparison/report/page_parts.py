"""What the sections of the HTML report are made of: sections, tables, figures, verdicts, folded parts."""

from collections.abc import Iterable, Sequence

from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.result import Row, Verdict
from workbench.comparison.wording import verdict_words

Cell = str | Markup


def section(name: str, title: str, *parts: str) -> Markup:
    """A section that the contents lead to."""
    return tag("section", tag("h2", title), *parts, id=name)


def figure(picture: Markup, caption: str, *, title: str = "") -> Markup:
    """A chart below its title, above its words."""
    return tag("figure", tag("strong", title) if title else "", picture, tag("figcaption", caption))


def folded(title: str, *parts: str, is_open: bool = False) -> Markup:
    """A part that is read on demand."""
    return tag("details", tag("summary", title), *parts, open="" if is_open else None)


def table(
    heads: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str,
    numeric: Iterable[int] = (),
    class_: str = "",
) -> Markup:
    """A table that scrolls by itself where it is too wide; the first cell of a row names it."""
    right = set(numeric)

    def kind(place: int) -> str | None:
        return "number" if place in right else None

    head = tag("tr", *(tag("th", cell, scope="col", class_=kind(place)) for place, cell in enumerate(heads)))
    body = (
        tag(
            "tr",
            *(
                tag("th", cell, scope="row") if place == 0 else tag("td", cell, class_=kind(place))
                for place, cell in enumerate(row)
            ),
        )
        for row in rows
    )
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_=class_ or None)
    # Focus lets the keyboard scroll it, and a name says what is scrolled.
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def verdict_badge(row: Row) -> Markup:
    """A verdict by sign, word and colour."""
    sign, word = verdict_words(row)
    return tag("span", tag("span", sign, aria_hidden="true"), f" {word}", class_=f"verdict {_kind(row)}")


def verdict_mark(row: Row) -> Markup:
    """A verdict in little room: the letter of the better run with its sign, else the sign, and the word on demand."""
    sign, word = verdict_words(row)
    short = f"{sign} {row.verdict.value.upper()}" if row.verdict in (Verdict.A, Verdict.B) else sign
    return tag("span", short, class_=f"verdict {_kind(row)}", title=word)


def _kind(row: Row) -> str:
    return {Verdict.A: "a", Verdict.B: "b", Verdict.EQUIVALENT: "same"}.get(row.verdict, "open")
