"""Examples as two runs met them, as lines: the list's columns, one example in full, the titles of lists; pure.

Of classes an answer is right or wrong, with a probability; of numbers it has an error, of texts bits per byte, and the
one that is closer to the truth is marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.signs import UNICODE, Signs
from screens.whole_example import whole_example_lines
from store.records import RunStatus
from workbench.cells import crop, shorten
from workbench.comparison import Answer, Example, ExampleOutcomes, Examples, ValueOutcomes
from workbench.comparison.disagreements import Order
from workbench.comparison.example_lists import ListKind
from workbench.evaluation.contents import Contents
from workbench.formatting import NOT_KNOWN, format_count, format_significant
from workbench.inert import inert

NO_PREVIEW = "no preview kept"
_SHORT_WORDS = {
    ListKind.ONLY_A: "A",
    ListKind.ONLY_B: "B",
    ListKind.WRONG_APART: "differ",
    ListKind.WRONG_ALIKE: "alike",
    ListKind.BOTH_RIGHT: "both",
    ListKind.CLOSER_A: "A",
    ListKind.CLOSER_B: "B",
    ListKind.AS_CLOSE: "same",
}
_WIDEST_LABEL = 18
_NUMBER = 10
_BRAILLE = ("\u2800", "\u28ff")
_NARROW = 64
_FEWEST_OF_PREVIEW, _FEWEST_BESIDE_NUMBERS = 12, 5


class Task(StrEnum):
    """What is answered: it decides the columns."""

    CLASSES = "classes"
    NUMBERS = "numbers"
    TEXTS = "texts"


def task_of(examples: Examples) -> Task:
    """What the runs of a list answered with."""
    if isinstance(examples.a, ExampleOutcomes):
        return Task.CLASSES
    return Task.NUMBERS if isinstance(examples.a, ValueOutcomes) else Task.TEXTS


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the list: preview, truth and answers; 0 where a part is not shown."""

    task: Task
    preview: int
    label: int
    figure: int
    """Of an answer's probability, error or bits per byte."""

    @property
    def answer(self) -> int:
        """An answer: sign, what was said, and its figure."""
        return 2 + self.label + (1 if self.label and self.figure else 0) + self.figure


def place_columns(width: int, examples: Examples) -> Columns:
    """What fits into ``width``: the previews take what the answers leave; figures of classes and numbers give way."""
    task = task_of(examples)
    if isinstance(examples.a, ExampleOutcomes):
        widest = max((cell_len(inert(label)) for label in examples.a.labels), default=1)
        label = max(5, min(widest, _WIDEST_LABEL, max(5, width // 8)))
        figure = 4 if examples.a.probabilities is not None and width >= _NARROW else 0
    else:
        label = 0 if task is Task.TEXTS else min(_NUMBER, max(7, width // 9))
        figure = 8 if task is Task.TEXTS else 7 if width >= _NARROW else 0
    columns = Columns(task, 0, label, figure)
    truth = label + 2 if label else 0
    fewest = _FEWEST_BESIDE_NUMBERS if task is Task.NUMBERS else _FEWEST_OF_PREVIEW
    return Columns(task, max(fewest, width - truth - 2 * columns.answer - 4), label, figure)


def list_head(columns: Columns) -> Line:
    """The headings of the list; what the figures are stands in that of B, or of both where there is nothing else."""
    figure = {Task.CLASSES: "p", Task.NUMBERS: "error", Task.TEXTS: "bits/B"}[columns.task] if columns.figure else ""
    truth = f"{pad('truth', columns.label, right=columns.task is Task.NUMBERS)}  " if columns.label else ""
    pieces = [Piece(f"{pad('example', columns.preview)}  {truth}", "heading")]
    for letter in "AB":
        room = columns.answer - 2
        words = pad(letter, columns.label, right=columns.task is Task.NUMBERS) if columns.label else letter
        pieces.append(Piece("  " + words, letter.lower()))
        pieces.append(Piece(pad(figure, room - cell_len(words), right=True), "heading"))
        pieces.append(Piece("  "))
    return tuple(pieces[:-1])


def example_line(example: Example, columns: Columns, signs: Signs) -> Line:
    """One example of the list."""
    preview = _preview_words(example.preview, signs)
    text = crop(preview, columns.preview, signs.ellipsis) if preview else f"example {example.position + 1}"
    truth = _fitted(example.truth, columns, signs)
    return (
        Piece(pad(text, columns.preview), "" if preview else "secondary"),
        Piece(f"  {truth}  " if columns.label else "  "),
        _answer(example, "a", columns, signs),
        Piece("  "),
        _answer(example, "b", columns, signs),
    )


def list_title(count: int, of: str, search: str, order: Order, task: Task, width: int) -> Line:
    """What the list holds, and where there is room in which order."""
    noun = "text unit" if task is Task.TEXTS else "example"
    words = f"{format_count(count)} {noun}{'' if count == 1 else 's'}"
    if search:
        words += f" with '{inert(search, 30)}'"
    title = f"{of[0].upper()}{of[1:]}: "
    for words_of_order in _order_words(order, task):
        if count > 1 and cell_len(f"{title}{words}, {words_of_order}") <= width:
            words += f", {words_of_order}"
            break
    return Piece(crop(title, width, "") if cell_len(title) > width else title, "strong"), Piece(words, "secondary")


def kinds_lines(counts: Mapping[ListKind, int], chosen: ListKind, width: int, *, most: int) -> list[Line]:
    """The lists with their counts in at most ``most`` lines, one where that will do; the chosen one stands out."""
    for lines in (
        _kinds(counts, {}, chosen, width),
        _kinds(counts, _SHORT_WORDS, chosen, width),
    ):
        if len(lines) <= most:
            return lines
    return [(Piece(f" {chosen.value} {format_count(counts[chosen])} ", "chosen"),)]


def _kinds(counts: Mapping[ListKind, int], words: Mapping[ListKind, str], chosen: ListKind, width: int) -> list[Line]:
    lines: list[list[Piece]] = [[]]
    for kind, count in counts.items():
        piece = Piece(
            f" {words.get(kind, kind.value)} {format_count(count)} ", "chosen" if kind is chosen else "secondary"
        )
        if lines[-1] and width_of([*lines[-1], piece]) > width:
            lines.append([])
        lines[-1].append(piece)
    return [tuple(line) for line in lines]


def _order_words(order: Order, task: Task) -> tuple[str, ...]:
    losses = {Task.CLASSES: "losses", Task.NUMBERS: "errors", Task.TEXTS: "bits per byte"}[task]
    match order:
        case Order.GAP if task is Task.TEXTS:
            return "those first on which the bits are furthest apart", "bits furthest apart first"
        case Order.GAP:
            return f"those first on which the {losses} are furthest apart", f"{losses} furthest apart first"
        case Order.A | Order.B:
            letter = order.value.upper()
            return (f"{letter} surest first",) if task is Task.CLASSES else (f"{losses} of {letter} largest first",)
        case Order.GIVEN:
            return ("in the order of the test part",)


def example_lines(example: Example, task: Task, contents: Contents | None, width: int, signs: Signs) -> list[Line]:
    """One example in full: its id, its truth, both answers, and below them what is kept of it (all, or a preview)."""
    lines: list[Line] = [
        (
            Piece("id  ", "secondary"),
            Piece(f"{example.id:016x}"),
            Piece(f"  example {example.position + 1} of A's test part", "secondary"),
        )
    ]
    if example.truth:
        lines += [(Piece("truth  ", "secondary"), Piece(signs.write(inert(example.truth)), "strong"))]
    lines += [(), *_answer_table(example, task, width, signs), ()]
    whole = whole_example_lines(contents, example.position, width, signs) if contents is not None else []
    return [*lines, *(whole or _preview_lines(example.preview, width, signs))]


def _preview_words(preview: str, signs: Signs) -> str:
    """A preview in one line; without its picture where that cannot be drawn."""
    preview = inert(preview)
    words, picture = _without_picture(preview)
    if picture and not signs.braille:
        preview = words.replace(UNICODE.times, signs.times)
    return signs.write(preview)


def _without_picture(preview: str) -> tuple[str, list[str]]:
    """The words of a preview, and the lines of its picture, which stand after one another in it."""
    words, _, image = preview.rpartition(f" {UNICODE.dot} ")
    lines = image.split(" / ")
    is_image = len(lines) > 1 and all(_BRAILLE[0] <= character <= _BRAILLE[1] for line in lines for character in line)
    return (words, lines) if is_image else (preview, [])


def _preview_lines(preview: str, width: int, signs: Signs) -> list[Line]:
    """A preview wrapped; the lines of its picture below one another."""
    if not preview:
        return [(Piece(NO_PREVIEW, "secondary"),)]
    words, picture = _without_picture(inert(preview))
    if picture and not signs.braille:
        words, picture = words.replace(UNICODE.times, signs.times), []
    return [(Piece(signs.write(text)),) for text in [*hanging(words, width), *picture]]


def _answer_table(example: Example, task: Task, width: int, signs: Signs) -> list[Line]:
    heads = {
        Task.CLASSES: ("answer", "confidence", "p(truth)", "loss"),
        Task.NUMBERS: ("answer", "error"),
        Task.TEXTS: ("", "bits/byte"),
    }[task]
    rows = [_answer_cells(example, side, task, signs) for side in "ab"]
    first = min(max(cell_len(heads[0]), *(cell_len(row[0]) for row in rows)), max(8, width - 3 - 12 * (len(heads) - 1)))
    line = f"   {pad(heads[0], first)}" + "".join(f"  {head:>10}" for head in heads[1:])
    lines: list[Line] = [(Piece(line, "heading"),)]
    for letter, row in zip("AB", rows, strict=True):
        cells = pad(shorten(row[0], first, signs.ellipsis), first) + "".join(f"  {cell:>10}" for cell in row[1:])
        lines.append((Piece(f"{letter}  ", letter.lower()), Piece(cells)))
    return lines


def _answer_cells(example: Example, side: str, task: Task, signs: Signs) -> tuple[str, ...]:
    answer: Answer = getattr(example, side)
    said = f"{_mark(example, side, task, signs)} {signs.write(inert(answer.predicted))}".rstrip()
    if task is not Task.CLASSES:
        return said, _figure(answer, task)
    loss = NOT_KNOWN if answer.loss is None else f"{answer.loss:.4f}"
    return said, _probability(answer.confidence), _probability(answer.probability_of_truth), loss


def _answer(example: Example, side: str, columns: Columns, signs: Signs) -> Piece:
    answer: Answer = getattr(example, side)
    mark = _mark(example, side, columns.task, signs)
    words = f"{mark} {_fitted(answer.predicted, columns, signs)}" if columns.label else f"{mark} "
    if columns.figure:
        figure = _figure(answer, columns.task)
        words += (" " if columns.label else "") + pad(figure, columns.figure, right=True)
    return Piece(words, side if mark in (signs.statuses[RunStatus.DONE], signs.better) else "")


def _fitted(words: str, columns: Columns, signs: Signs) -> str:
    """A class, or a number, in the cells of its column."""
    text = shorten(signs.write(inert(words)), columns.label, signs.ellipsis) if columns.label else ""
    return pad(text, columns.label, right=columns.task is Task.NUMBERS)


def _mark(example: Example, side: str, task: Task, signs: Signs) -> str:
    """Whether an answer is right; of numbers and texts, whether it is the closer one."""
    answer: Answer = getattr(example, side)
    if task is Task.CLASSES:
        return signs.statuses[RunStatus.DONE if answer.predicted == example.truth else RunStatus.FAILED]
    other: Answer = example.b if side == "a" else example.a
    is_closer = answer.loss is not None and other.loss is not None and answer.loss < other.loss
    return signs.better if is_closer else " "


def _figure(answer: Answer, task: Task) -> str:
    if task is Task.CLASSES:
        return _probability(answer.confidence)
    return NOT_KNOWN if answer.loss is None else format_significant(answer.loss, 3)


def _probability(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:.2f}"
