"""The confusion matrix as lines of styled pieces: which classes a model takes for which; pure.

A row is a true class, a column a predicted one. How much of its row a cell holds is told three times: by its count, by
the density of the glyph behind the count and by its tone; so it reads without colour and from afar. Where the columns
do not fit, each becomes a glyph alone (a map), the rest scrolls, and the line below always names the cell of the
cursor in full. The figures of the classes stand in the same rows, as far as there is room.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from rich.cells import cell_len

from screens.formatting import fit
from screens.pieces import Line, Piece, width_of
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.formatting import format_count, format_percent
from workbench.inert import inert

_WIDEST_LABEL = 22
_WIDEST_HEADING = 10
_MAP_CELL = 2
_NARROW = 60
"""Below this width figures leave their place to a map that scrolls."""
_ONE_LINE = 70
"""Cells from which on the words of the reading stand in one line."""
_FEWEST_ROWS = 3
_SHARES = (0.0, 0.05, 0.25, 0.6)
"""A cell that holds more than these shares of its row has the next denser glyph: errors are rare, and must show."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of (true, predicted) pairs, with the figures of each class; or, ``signed``, the difference of two such."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...] = ()
    """Empty where only the figures of the classes are known."""
    titles: tuple[str, ...] = ()
    figures: tuple[tuple[str, ...], ...] = ()
    """Of each class, below ``titles``; where there is little room, the first is the first to be left away."""
    signed: bool = False

    @property
    def largest(self) -> int:
        """The largest count, or difference, without its sign."""
        return max((abs(count) for row in self.counts for count in row), default=0)

    def ordered(self, order: Sequence[int]) -> "Matrix":
        """The same classes in another order, so that what is right stays on the diagonal."""
        return replace(
            self,
            labels=tuple(self.labels[place] for place in order),
            counts=tuple(tuple(self.counts[row][column] for column in order) for row in order if self.counts),
            figures=tuple(self.figures[place] for place in order if self.figures),
        )


def difference(a: Matrix, b: Matrix) -> Matrix:
    """B - A, cell by cell, for two matrices of the same labels, which may stand in another order in B."""
    places = {label: place for place, label in enumerate(b.labels)}
    b = b.ordered([places[label] for label in a.labels])
    pairs = zip(a.counts, b.counts, strict=True)
    counts = tuple(tuple(y - x for x, y in zip(before, after, strict=True)) for before, after in pairs)
    return Matrix(a.labels, counts, signed=True)


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Where one looks: the cell of the cursor, the first row and column in sight, and whether a map is wished."""

    row: int = 0
    column: int = 0
    top: int = 0
    left: int = 0
    as_map: bool | None = None
    """None: a map where the counts do not fit."""

    def moved(self, matrix: Matrix, rows: int, columns: int) -> "MatrixView":
        """The cursor so many cells further, within the matrix."""
        last, last_column = len(matrix.labels) - 1, len(matrix.counts) - 1
        return replace(
            self,
            row=max(0, min(self.row + rows, last)),
            column=max(0, min(self.column + columns, last_column)),
        )


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """What fits: widths in cells, the figures that stand beside the label, rows and columns in sight."""

    label: int
    figures: tuple[int, ...]
    """Places of the figures that are shown."""
    widths: tuple[int, ...]
    cell: int
    is_map: bool
    rows: int
    columns: int
    foot: int


def lay_out(matrix: Matrix, view: MatrixView, width: int, height: int) -> MatrixLayout:
    """The most that fits: all figures if the counts fit beside them, then fewer; a map before anything scrolls."""
    n = len(matrix.counts)
    label = min(_WIDEST_LABEL, max(5, *(cell_len(inert(name)) for name in matrix.labels), 0), max(5, width // 3))
    widths = [
        max(cell_len(title), *(cell_len(row[place]) for row in matrix.figures), 0)
        for place, title in enumerate(matrix.titles)
    ]
    counts = _cell_width(matrix)
    sets = [tuple(range(start, len(widths))) for start in range(len(widths) + 1)]
    rooms = [width - label - 1 - sum(widths[place] + 2 for place in shown) - 1 for shown in sets]
    is_map = view.as_map
    if is_map is None:
        is_map = n > 0 and counts * n > rooms[-1]
    least = _MAP_CELL if is_map else counts
    fitting = [place for place, room in enumerate(rooms) if least * n <= room]
    few = max(0, len(sets) - 3) if width >= _NARROW else len(sets) - 1
    chosen = fitting[0] if fitting else few
    room = rooms[chosen]
    cell = least if is_map or not n else max(counts, min(_heading(matrix) + 1, room // n))
    foot = _reading_lines(width) * (bool(matrix.counts) + bool(matrix.figures))
    foot = foot if height - foot > _FEWEST_ROWS else 0
    return MatrixLayout(
        label=label,
        figures=sets[chosen],
        widths=tuple(widths[place] for place in sets[chosen]),
        cell=cell,
        is_map=is_map,
        rows=max(1, min(len(matrix.labels), height - 1 - foot)),
        columns=max(1, min(n, room // cell)) if n else 0,
        foot=foot,
    )


def in_sight(matrix: Matrix, view: MatrixView, width: int, height: int) -> MatrixView:
    """The view scrolled just so far that the cursor is in sight."""
    layout = lay_out(matrix, view, width, height)
    return replace(
        view.moved(matrix, 0, 0),
        top=_scrolled(view.top, view.row, layout.rows, len(matrix.labels)),
        left=_scrolled(view.left, view.column, layout.columns, len(matrix.counts)),
    )


def draw_matrix(matrix: Matrix, view: MatrixView, width: int, height: int, signs: Signs) -> list[Line]:
    """A heading, the rows in sight, and the reading of the cursor's cell; no line is wider than ``width``."""
    if not matrix.labels or width < 8 or height < 1:
        return []
    layout = lay_out(matrix, view, width, height)
    view = in_sight(matrix, view, width, height)
    columns = range(view.left, view.left + layout.columns)
    lines = [_head(matrix, view, layout, columns, signs)]
    lines += [
        (*_label(matrix, row, view, layout, signs), *_cells(matrix, row, columns, view, layout, signs))
        for row in range(view.top, view.top + layout.rows)
    ]
    lines += [()] * min(1, height - len(lines) - layout.foot)
    for text in reading(matrix, view):
        sentence = _wrapped(signs.write(text), width, _reading_lines(width), signs)
        lines += [(Piece(piece, "secondary"),) for piece in sentence]
    return [_cut(line, width) for line in lines[:height]]


def reading(matrix: Matrix, view: MatrixView) -> list[str]:
    """The cursor's cell in words, and the figures of its true class."""
    texts = []
    true = inert(matrix.labels[view.row])
    if matrix.counts:
        predicted = inert(matrix.labels[view.column])
        texts.append(f"true {true}, predicted {predicted}: {_share_words(matrix, view)}")
    if matrix.figures:
        figures = zip(matrix.titles, matrix.figures[view.row], strict=True)
        texts.append(f"{true}: " + " · ".join(f"{title} {value}" for title, value in figures))
    return texts


def shade(share: float, signs: Signs) -> str:
    """The glyph that is as dense as a share from 0 to 1 of its row."""
    return signs.shades[sum(share > step for step in _SHARES)]


def _share_words(matrix: Matrix, view: MatrixView) -> str:
    count = matrix.counts[view.row][view.column]
    if matrix.signed:
        return f"{count:+,} in B" if count else "the same number in both"
    row, column = sum(matrix.counts[view.row]), sum(counts[view.column] for counts in matrix.counts)
    shares = [
        f"{format_percent(count / total)} of its {name}" for total, name in ((row, "row"), (column, "column")) if total
    ]
    return " · ".join([format_count(count), *shares])


def _reading_lines(width: int) -> int:
    return 1 if width >= _ONE_LINE else 2


def _wrapped(text: str, width: int, most: int, signs: Signs) -> list[str]:
    """A sentence in exactly ``most`` lines."""
    lines = wrap(text, width) if cell_len(text) > width else [text]
    if len(lines) > most:
        lines[most - 1] = crop(" ".join(lines[most - 1 :]), width, signs.ellipsis)
    return (lines + [""] * most)[:most]


def _cell_width(matrix: Matrix) -> int:
    """Cells of a count, its glyph and the gap before it."""
    return max((len(_count(matrix, count)) for row in matrix.counts for count in row), default=1) + 2


def _heading(matrix: Matrix) -> int:
    return min(_WIDEST_HEADING, max((cell_len(inert(name)) for name in matrix.labels), default=0) + 1)


def _count(matrix: Matrix, count: int) -> str:
    return f"{count:+d}" if matrix.signed and count else str(count)


def _scrolled(start: int, cursor: int, room: int, total: int) -> int:
    start = min(max(start, cursor - room + 1), cursor)
    return max(0, min(start, total - room))


def _head(matrix: Matrix, view: MatrixView, layout: MatrixLayout, columns: range, signs: Signs) -> Line:
    words = fit("true" if matrix.counts else "class", layout.label, "left", signs.ellipsis) + " "
    for place, width in zip(layout.figures, layout.widths, strict=True):
        words += f"{matrix.titles[place]:>{width}}  "
    pieces: list[Piece] = [Piece(words + " ", "heading")]
    if layout.is_map:
        return (*pieces, *_map_head(matrix, view, layout, signs))
    for column in columns:
        name = shorten(signs.write(inert(matrix.labels[column])), layout.cell - 2, signs.ellipsis)
        text = " " * (layout.cell - 1 - cell_len(name)) + name + " "
        pieces.append(Piece(text, "label" if column == view.column else "heading"))
    return tuple(pieces)


def _map_head(matrix: Matrix, view: MatrixView, layout: MatrixLayout, signs: Signs) -> Line:
    """Over a map, the name of the cursor's column only, where the column is: to its right, or to its left."""
    room = layout.columns * layout.cell
    at = (view.column - view.left) * layout.cell
    name = shorten(inert(matrix.labels[view.column]), max(1, room), signs.ellipsis)
    start = at if at + cell_len(name) <= room else max(0, at + layout.cell - cell_len(name))
    return (Piece(" " * start + name, "label"),)


def _label(matrix: Matrix, row: int, view: MatrixView, layout: MatrixLayout, signs: Signs) -> Line:
    name = fit(signs.write(inert(matrix.labels[row])), layout.label, "left", signs.ellipsis)
    figures = "".join(
        f"{matrix.figures[row][place]:>{width}}  " for place, width in zip(layout.figures, layout.widths, strict=True)
    )
    return Piece(f"{name} ", "label" if row == view.row else ""), Piece(f"{figures} ")


def _cells(
    matrix: Matrix, row: int, columns: range, view: MatrixView, layout: MatrixLayout, signs: Signs
) -> list[Piece]:
    pieces: list[Piece] = []
    total = matrix.largest if matrix.signed else sum(matrix.counts[row]) if matrix.counts else 0
    for column in columns:
        count = matrix.counts[row][column]
        glyph = shade(abs(count) / total if total else 0.0, signs)
        kind = _kind(matrix, count, is_right=row == column)
        on_cursor = f"{kind} cursor" if (row, column) == (view.row, view.column) else kind
        if layout.is_map:
            if on_cursor != kind:
                pieces.append(Piece(signs.previous + signs.following, on_cursor))
            else:
                pieces.append(Piece(glyph * _MAP_CELL if count else f"{signs.dot} ", kind))
            continue
        written = _count(matrix, count) if count else signs.dot
        pieces += [Piece(" "), Piece(f"{written:>{layout.cell - 2}}", on_cursor), Piece(glyph, kind)]
    return pieces


def _kind(matrix: Matrix, count: int, *, is_right: bool) -> str:
    if not count:
        return "zero"
    if matrix.signed:
        return "better" if (count > 0) == is_right else "worse"
    return "right" if is_right else "wrong"


def _cut(line: Line, width: int) -> Line:
    """The pieces of a line that fit; only a terminal that is too narrow for one column needs it."""
    kept: list[Piece] = []
    for text, kind in line:
        room = width - width_of(kept)
        if room <= 0:
            break
        kept.append(Piece(text if cell_len(text) <= room else crop(text, room, ""), kind))
    return tuple(kept)
