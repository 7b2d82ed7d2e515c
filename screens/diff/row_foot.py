"""What is known of one row of a comparison, in lines: what it is, why its verdict, the test behind it; pure."""

from screens.diff.rows import kind_of
from screens.pieces import Line, Piece, hanging, listing
from screens.signs import ASCII, Signs
from workbench.comparison.result import Row
from workbench.comparison.verdicts import noun_of
from workbench.comparison.wording import verdict_words, words_of
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_p


def foot_lines(row: Row | None, width: int, height: int, signs: Signs) -> list[Line]:
    """What is known of the row under the cursor, in at most ``height`` lines: what it is, why its verdict, the test."""
    if row is None or height < 1:
        return []
    metric = METRICS[row.metric]
    title = f"{row.title[0].upper()}{row.title[1:]}: "
    meaning = hanging(signs.write(title + metric.definition), width)
    why = why_lines(row, " ".join(verdict_words(row, ascii_only=signs is ASCII)), width, signs)
    test = listing(words_of_test(row), width, f" {signs.dot} ")
    found: list[Line] = []
    # The reason is what one asks for first; the definition gives way, then the test.
    room = height - len(why)
    shown_test = test[: max(0, room)]
    shown_meaning = meaning[: max(0, room - len(shown_test))]
    if len(shown_meaning) < len(meaning):
        shown_meaning = []
    for number, text in enumerate(shown_meaning):
        rest = text.removeprefix(title) if number == 0 else text
        found.append((Piece(title, "strong"), Piece(rest, "secondary")) if number == 0 else (Piece(text, "secondary"),))
    found += why[:height]
    found += [(Piece(text, "secondary"),) for text in shown_test]
    return found[:height]


def why_lines(row: Row, verdict: str, width: int, signs: Signs) -> list[Line]:
    """The verdict, in its own kind, and its reason."""
    verdict = signs.write(verdict)
    texts = hanging(signs.write(f"{verdict}: {row.reason}" if row.reason else verdict), width)
    lines: list[Line] = [(Piece(text),) for text in texts]
    if texts[0].startswith(verdict):
        lines[0] = (Piece(verdict, kind_of(row)), Piece(texts[0].removeprefix(verdict)))
    return lines


def words_of_test(row: Row) -> list[str]:
    """The test behind a row, its p-values and interval, part by part."""
    words = [f"test {row.test}"] if row.test else []
    if row.p_value is not None:
        words.append(f"p {format_p(row.p_value)}")
        if row.p_adjusted is not None and row.p_adjusted != row.p_value:
            words.append(f"adjusted {format_p(row.p_adjusted)}")
    if row.delta_low is not None and row.delta_low != row.delta_high:
        words.append(f"95% interval {words_of(row).interval}")
    if row.n is not None:
        words.append(f"n {format_count(row.n)}")
    if row.p_mid is not None and row.p_mid != row.p_value:
        words.append(f"mid-p {format_p(row.p_mid)}")
    if row.examples_needed is not None and row.effect is not None:
        examples = f"{format_count(row.examples_needed)} {noun_of(METRICS[row.metric])}s"
        words.append(f"{row.effect:g} would show on about {examples}")
    return words
