"""A comparison as GitHub's Markdown, made to be pasted into a pull request.

What decides stands on top: the verdict, warnings, a compact table for each group. What differs between the runs is
folded away. Names come from people and files: they can neither format the text, nor break a table, nor ping a user.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from workbench.comparison.furthest import Furthest
from workbench.comparison.methods import method_sentences
from workbench.comparison.report.furthest_tables import NUMERIC as NUMERIC_OF_FURTHEST
from workbench.comparison.report.furthest_tables import furthest_heads, furthest_rows, furthest_title
from workbench.comparison.report.slice_tables import HEADS, NUMERIC, SliceTable
from workbench.comparison.result import GROUPS, Caution, Comparison, Row
from workbench.comparison.summary import headline
from workbench.comparison.wording import (
    HEADINGS,
    RowWords,
    agreement_words,
    class_words,
    code_spans,
    ended,
    grouped_reasons,
    setting_words,
    with_repairs,
    words_of,
)
from workbench.formatting import format_count
from workbench.inert import inert

_ESCAPED = re.compile(r"[\\`*_|~$&]|<(?=[A-Za-z/!?])|\](?=[(\[:])|\A(?:[-+#](?=[ #])|[>\[])")
"""What would format the text, begin a tag or a link, or a list where it stands first."""
_LINKED = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where a text would become a mention, a reference to an issue or a link."""
_BREAK = "<!-- -->"
_LONGEST_NAME = 60
_MOST_CLASSES = 40
_MOST_FURTHEST = 10
_LONGEST_PREVIEW = 100
_DECIDED = ("A better", "B better")


def to_markdown(comparison: Comparison, slices: Sequence[SliceTable] = (), furthest: Sequence[Furthest] = ()) -> str:
    """Heading, verdict, warnings, tables, agreement, examples, slices, what differs, how it was measured."""
    name_a, name_b = (_name(run.get("name")) for run in (comparison.a, comparison.b))
    blocks = [
        [f"## {name_a} (A) and {name_b} (B)"],
        [f"**{marked(headline(comparison))}**"],
        *_rest_of_summary(comparison),
        *warning_blocks(comparison.warnings),
        *_tables(comparison),
        *_agreement(comparison),
        *reason_blocks(comparison.rows),
        *_classes(comparison),
        *_furthest(furthest[:_MOST_FURTHEST]),
        *(block for sliced in slices for block in _slices(sliced)),
        *difference_blocks(comparison),
        *_methods(comparison),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def marked(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no column break, no mention, no link, no control character."""
    plain = _ESCAPED.sub(lambda match: f"\\{match[0]}", inert(text))
    return _LINKED.sub(_BREAK, plain)


def code(text: str) -> str:
    """Text as a code span that may stand in a table; as plain text where it holds what would end either."""
    plain = inert(text)
    return marked(plain) if re.search(r"[`|\\]", plain) or not plain.strip() else f"`{plain}`"


def _name(name: object) -> str:
    return marked(inert(str(name), _LONGEST_NAME))


def _rest_of_summary(comparison: Comparison) -> Iterator[list[str]]:
    """What the summary says after the verdict on how well they predict."""
    rest = comparison.summary.partition(headline(comparison))[2].strip()
    if rest:
        yield [marked(rest)]


def warning_blocks(cautions: Sequence[Caution]) -> Iterator[list[str]]:
    """What to know before reading on, and what repairs it."""
    if cautions:
        yield ["**Warnings**", "", *(_warning(caution, repair) for caution, repair in with_repairs(cautions))]


def _warning(caution: Caution, repair: str) -> str:
    parts = [code(part) if is_code else marked(part) for part, is_code in code_spans(ended(repair))]
    return f"- {marked(caution.message)} (`{caution.code}`). {''.join(parts)}".rstrip()


def _tables(comparison: Comparison) -> Iterator[list[str]]:
    for group in GROUPS:
        rows = [words_of(row) for row in comparison.rows if row.group == group]
        if rows:
            heading = HEADINGS[group].partition(" (")
            heads = (f"{heading[0].lower()}{''.join(heading[1:])}", "A", "B", "B - A, 95% interval", "verdict")
            yield table(
                heads,
                (
                    (
                        marked(words.name),
                        marked(words.a),
                        marked(words.b),
                        marked(f"{words.delta} {words.interval}".strip()),
                        _verdict(words),
                    )
                    for words in rows
                ),
                right=(1, 2, 3),
            )


def _verdict(words: RowWords) -> str:
    text = f"{words.sign} {words.verdict}"
    return f"**{text}**" if words.verdict in _DECIDED else text


def _agreement(comparison: Comparison) -> Iterator[list[str]]:
    sentences = [words for words in (agreement_words(comparison.disagreements), class_words(comparison)) if words]
    if sentences:
        yield [marked(" ".join(sentences))]


def _classes(comparison: Comparison) -> Iterator[list[str]]:
    """Every class with its scores, folded; those of many classes are left to the other forms."""
    if not 0 < len(comparison.classes) <= _MOST_CLASSES:
        return
    scores = [row.title for row in comparison.classes[0].rows]
    heads = ["class", "n", *(head for score in scores for head in (f"{score} A", "B", ""))]
    rows = (
        (
            code(of.label),
            "/".join(dict.fromkeys(map(format_count, (of.support_a, of.support_b)))),
            *(cell for row in of.rows for cell in _class_cells(words_of(row))),
        )
        for of in comparison.classes
    )
    yield _folded("Scores of each class", table(heads, rows, right=range(1, len(heads))))


def _class_cells(words: RowWords) -> tuple[str, str, str]:
    return marked(words.a), marked(words.b), _verdict(words) if words.verdict in _DECIDED else words.sign


def _furthest(items: Sequence[Furthest]) -> Iterator[list[str]]:
    if items:
        rows = (tuple(map(marked, row)) for row in furthest_rows(items, _LONGEST_PREVIEW))
        yield _folded(furthest_title(items), table(furthest_heads(items), rows, right=NUMERIC_OF_FURTHEST))


def reason_blocks(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Why the rows stand as they do, folded."""
    reasons = grouped_reasons(rows)
    if reasons:
        yield _folded("Why the rows stand as they do", [f"- {marked(reason)}" for reason in reasons])


def _slices(sliced: SliceTable) -> Iterator[list[str]]:
    yield [f"**{marked(sliced.title)}**"]
    if sliced.rows:
        yield table(HEADS, (tuple(map(marked, row)) for row in sliced.rows), right=NUMERIC)
    if sliced.notes:
        yield [marked(" ".join(sliced.notes))]


def difference_blocks(comparison: Comparison) -> Iterator[list[str]]:
    """The settings and the facts of the environment that differ, folded."""
    settings, environment = comparison.parameters, comparison.environment
    if not settings and not environment:
        return
    parts = [
        f"{format_count(len(items))} {one if len(items) == 1 else many}"
        for items, one, many in (
            (settings, "setting", "settings"),
            (environment, "fact of the environment", "facts of the environment"),
        )
        if items
    ]
    lines: list[str] = []
    for title, items in (("setting", settings), ("environment", environment)):
        if items:
            cells = ((code(item.key), code(setting_words(item.a)), code(setting_words(item.b))) for item in items)
            lines += [*([""] if lines else []), *table((title, "A", "B"), cells)]
    yield _folded(f"What differs: {' and '.join(parts)}", lines)


def _methods(comparison: Comparison) -> Iterator[list[str]]:
    sentences = method_sentences(comparison)
    if sentences:
        yield [f"<sub>How it was measured: {marked(' '.join(sentences))} Differences are B - A.</sub>"]


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    """A part that GitHub folds away. The empty lines make it read Markdown again inside."""
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """The lines of a table of cells that are Markdown already; columns in ``right`` stand to the right."""
    rule = "|".join(" ---: " if place in right else " --- " for place in range(len(heads)))
    return [f"| {' | '.join(heads)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
