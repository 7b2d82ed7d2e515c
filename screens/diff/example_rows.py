"""Examples as two runs met them, as lines: the list's columns, one example in full, the titles of lists; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.signs import UNICODE, Signs
from screens.whole_example import whole_example_lines
from store.records import RunStatus
from workbench.cells import crop, shorten
from workbench.comparison import Answer, Disagreements, Example, Kind
from workbench.evaluation.contents import Contents
from workbench.formatting import NOT_KNOWN, format_count
from workbench.inert import inert

KINDS = (Kind.ONLY_B, Kind.ONLY_A, Kind.BOTH_WRONG, Kind.BOTH_RIGHT)
"""The lists in the order in which they are looked at: those that decide first."""
KIND_WORDS = {
    Kind.ONLY_A: "only A right",
    Kind.ONLY_B: "only B right",
    Kind.BOTH_WRONG: "both wrong",
    Kind.BOTH_RIGHT: "both right",
}
_SHORT_WORDS = {Kind.ONLY_A: "A", Kind.ONLY_B: "B", Kind.BOTH_WRONG: "none", Kind.BOTH_RIGHT: "both"}
NO_PREVIEW = "no preview kept"
_WIDEST_LABEL = 18
_BRAILLE = ("\u2800", "\u28ff")
_NARROW = 64
_FEWEST_OF_PREVIEW = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the list: preview, truth and answer; 0 where a part is not shown."""

    preview: int
    label: int
    probability: int

    @property
    def answer(self) -> int:
        """An answer: sign, class and its probability."""
        return 2 + self.label + (1 + self.probability if self.probability else 0)


def place_columns(width: int, labels: Sequence[str], *, has_probabilities: bool) -> Columns:
    """What fits into ``width``: the previews take what the classes leave; probabilities give way first."""
    widest = max((cell_len(inert(label)) for label in labels), default=1)
    label = max(5, min(widest, _WIDEST_LABEL, max(5, width // 8)))
    probability = 4 if has_probabilities and width >= _NARROW else 0
    columns = Columns(0, label, probability)
    preview = width - label - 2 * columns.answer - 6
    return Columns(max(_FEWEST_OF_PREVIEW, preview), label, probability)


def list_head(columns: Columns) -> Line:
    """The headings of the list."""
    return (
        Piece(f"{pad('example', columns.preview)}  {pad('truth', columns.label)}  ", "heading"),
        Piece(pad("  A", columns.answer), "a"),
        Piece("  "),
        Piece("  B", "b"),
    )


def example_line(example: Example, columns: Columns, signs: Signs) -> Line:
    """One example of the list."""
    preview = signs.write(inert(example.preview))
    text = crop(preview, columns.preview, signs.ellipsis) if preview else f"example {example.position + 1}"
    truth = shorten(signs.write(inert(example.truth)), columns.label, signs.ellipsis)
    return (
        Piece(pad(text, columns.preview), "" if preview else "secondary"),
        Piece(f"  {pad(truth, columns.label)}  "),
        _answer(example.a, example.truth, "a", columns, signs),
        Piece("  "),
        _answer(example.b, example.truth, "b", columns, signs),
    )


def list_title(count: int, of: str, search: str, width: int, *, is_sorted: bool) -> Line:
    """What the list holds, and where there is room in which order."""
    examples = "example" if count == 1 else "examples"
    words = f"{format_count(count)} {examples}"
    if search:
        words += f" with '{inert(search, 30)}'"
    title = f"{of[0].upper()}{of[1:]}: "
    for order in (", those first on which the losses are furthest apart", ", furthest apart first"):
        if count > 1 and is_sorted and cell_len(title + words + order) <= width:
            words += order
            break
    return (Piece(title, "strong"), Piece(words, "secondary"))


def kinds_line(counts: Disagreements, chosen: Kind | None, width: int) -> Line:
    """The four lists with their counts, in one line, for terminals with few lines."""
    line: Line = ()
    for named in (KIND_WORDS, _SHORT_WORDS):
        pieces: list[Piece] = []
        for kind in KINDS:
            words = f" {named[kind]} {format_count(getattr(counts, kind.value))} "
            pieces.append(Piece(words, "chosen" if kind is chosen else "secondary"))
        line = tuple(pieces)
        if width_of(line) <= width:
            break
    return line


def example_lines(example: Example, contents: Contents | None, width: int, signs: Signs) -> list[Line]:
    """One example in full: its id, what is kept of it (all, or a preview), its truth, and both answers."""
    lines: list[Line] = [
        (
            Piece("id  ", "secondary"),
            Piece(f"{example.id:016x}"),
            Piece(f"  example {example.position + 1} of A's test part", "secondary"),
        ),
        (),
    ]
    whole = whole_example_lines(contents, example.position, width, signs) if contents is not None else []
    lines += whole or _preview_lines(example.preview, width, signs)
    lines += [(), (Piece("truth  ", "secondary"), Piece(signs.write(inert(example.truth)), "strong")), ()]
    lines += _answer_table(example, width, signs)
    return lines


def _preview_lines(preview: str, width: int, signs: Signs) -> list[Line]:
    """A preview wrapped; the lines of an image, which stand after one another in it, below one another."""
    if not preview:
        return [(Piece(NO_PREVIEW, "secondary"),)]
    preview = inert(preview)
    words, _, image = preview.rpartition(f" {UNICODE.dot} ")
    lines = image.split(" / ")
    is_image = len(lines) > 1 and all(_BRAILLE[0] <= character <= _BRAILLE[1] for line in lines for character in line)
    texts = [*hanging(words, width), *lines] if is_image else hanging(preview, width)
    return [(Piece(signs.write(text)),) for text in texts]


def _answer_table(example: Example, width: int, signs: Signs) -> list[Line]:
    heads = ("answer", "confidence", "p(truth)", "loss")
    rows = [
        (
            _mark(answer, example.truth, signs) + " " + signs.write(inert(answer.predicted)),
            _probability(answer.confidence),
            _probability(answer.probability_of_truth),
            NOT_KNOWN if answer.loss is None else f"{answer.loss:.4f}",
        )
        for answer in (example.a, example.b)
    ]
    first = min(max(cell_len(heads[0]), *(cell_len(row[0]) for row in rows)), max(8, width - 3 - 36))
    line = f"   {pad(heads[0], first)}" + "".join(f"  {head:>10}" for head in heads[1:])
    lines: list[Line] = [(Piece(line, "heading"),)]
    for letter, row in zip("AB", rows, strict=True):
        cells = pad(shorten(row[0], first, signs.ellipsis), first) + "".join(f"  {cell:>10}" for cell in row[1:])
        lines.append((Piece(f"{letter}  ", letter.lower()), Piece(cells)))
    return lines


def _answer(answer: Answer, truth: str, kind: str, columns: Columns, signs: Signs) -> Piece:
    label = pad(shorten(signs.write(inert(answer.predicted)), columns.label, signs.ellipsis), columns.label)
    words = f"{_mark(answer, truth, signs)} {label}"
    if columns.probability:
        words += f" {pad(_probability(answer.confidence), columns.probability, right=True)}"
    return Piece(words, kind if answer.predicted == truth else "")


def _mark(answer: Answer, truth: str, signs: Signs) -> str:
    return signs.statuses[RunStatus.DONE if answer.predicted == truth else RunStatus.FAILED]


def _probability(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.2f}"
