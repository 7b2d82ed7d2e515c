"""What a chart is drawn on: dots of several kinds in a grid of cells, eight dots to a cell or one.

A cell has one kind, since a terminal gives a cell one colour: where two lines meet, the later drawn has it. The span
behind a line lies on a sheet of its own and shows only in cells that no line touches.
"""

from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len

from screens.pieces import Line, Piece

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800
_HALVES = (0x47, 0xB8)
"""All dots of the left and of the right half of a cell."""

Dot = tuple[int, int]
"""Column and row of a dot, from the upper left."""
_LETTER_PLACES = ((1, 0), (0, 0), (3, 0), (-2, 0), (0, -1), (0, 1), (-1, 0))
"""Cells right of and below a dot."""
_TAKEN = "\0"
"""The second cell of a character that takes two."""


class Canvas:
    """A grid of ``width`` × ``height`` cells; ``across`` × ``up`` dots."""

    def __init__(self, width: int, height: int, *, braille: bool) -> None:
        self._braille = braille
        self.width, self.height = width, height
        self.across, self.up = (width * 2, height * 4) if braille else (width, height)
        self._bits = [[0] * width for _ in range(height)]
        self._behind = [[0] * width for _ in range(height)]
        self._kinds = [[""] * width for _ in range(height)]
        self._signs = [[""] * width for _ in range(height)]
        self._letters: set[Dot] = set()

    def path(self, dots: Sequence[Dot], kind: str, sign: str) -> None:
        """A line through some dots, all of them drawn; what lies outside is left away. ``sign`` draws it in ASCII."""
        for (x0, y0), (x1, y1) in pairwise(dots if len(dots) > 1 else [*dots, *dots]):
            n = max(abs(x1 - x0), abs(y1 - y0), 1)
            across, down = x1 - x0, y1 - y0
            for i in range(n + 1):
                self._dot(x0 + (2 * across * i + n) // (2 * n), y0 + (2 * down * i + n) // (2 * n), kind, sign)

    def span(self, first: int, last: int, top: int, bottom: int) -> None:
        """A block of dots behind the lines, all four edges included and within the grid."""
        for x in range(first, last + 1):
            for y in range(top // 4, bottom // 4 + 1) if self._braille else range(top, bottom + 1):
                self._behind[y][x // 2 if self._braille else x] |= self._column(x, y, top, bottom)

    def cell_row(self, share: float) -> int:
        """The row of cells that holds a share of the height."""
        return (self.up - 1 - round(share * (self.up - 1))) // (4 if self._braille else 1)

    def upright(self, x: int, sign: str, kind: str) -> None:
        """A line from top to bottom through a column of dots, behind everything."""
        column = x // 2 if self._braille else x
        for y in range(self.height):
            if not self._bits[y][column] and not self._signs[y][column]:
                self._put(column, y, sign, kind)

    def level(self, y: int, sign: str, kind: str) -> None:
        """A line from side to side through a row of dots, behind everything."""
        row = y // 4 if self._braille else y
        for x in range(self.width):
            if not self._bits[row][x] and not self._signs[row][x]:
                self._put(x, row, sign, kind)

    def mark(self, x: int, y: int, sign: str, kind: str) -> None:
        """A sign in the cell of a dot, over whatever stands there."""
        column, row = (x // 2, y // 4) if self._braille else (x, y)
        self._put(column, row, sign, kind)
        self._letters.add((column, row))

    def name(self, x: int, y: int, text: str, kind: str) -> None:
        """A text beside the mark in the cell of a dot, where it hides no mark and no other text; else none."""
        column, row = (x // 2, y // 4) if self._braille else (x, y)
        width = cell_len(text)
        left, right, over = column - 1 - width, column + 2, column - width // 2
        places = [(right, row), (left, row), (over, row - 1), (over, row + 1)]
        places += [(start, row + down) for down in (-1, 1, -2, 2) for start in (right, left, over)]
        for start, line in places:
            cells = {(at, line) for at in range(start, start + width)}
            if start >= 0 and start + width <= self.width and 0 <= line < self.height and not cells & self._letters:
                for at, cell in enumerate(_by_cell(text), start=start):
                    self._put(at, line, cell, kind)
                self._letters |= cells
                return

    def letter(self, x: int, y: int, letter: str, kind: str) -> None:
        """A letter right of a dot or on it; beside another a cell apart, not as if they were one number."""
        column, row = (x // 2, y // 4) if self._braille else (x, y)
        beside = [(column + by, row + down) for by, down in _LETTER_PLACES]
        free = [(at, line) for at, line in beside if 0 <= at < self.width and 0 <= line < self.height]
        free = [place for place in free if place not in self._letters]
        apart = [(at, line) for at, line in free if not {(at - 1, line), (at + 1, line)} & self._letters]
        for at, line in (apart or free)[:1]:
            self._put(at, line, letter, kind)
            self._letters.add((at, line))

    def rows(self, behind: str, behind_sign: str) -> list[Line]:
        """The rows of pieces, top to bottom; ``behind`` is the kind of the spans."""
        return [self._row(y, behind, behind_sign) for y in range(self.height)]

    def _dot(self, x: int, y: int, kind: str, sign: str) -> None:
        if not (0 <= x < self.across and 0 <= y < self.up):
            return
        if self._braille:
            self._bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
            self._kinds[y // 4][x // 2] = kind
        else:
            self._bits[y][x] = 1
            self._put(x, y, sign, kind)

    def _put(self, column: int, row: int, sign: str, kind: str) -> None:
        self._signs[row][column] = sign
        self._kinds[row][column] = kind

    def _column(self, x: int, y: int, top: int, bottom: int) -> int:
        """The dots of one half of a cell that a block covers."""
        if not self._braille:
            return 1
        bits = _HALVES[x % 2]
        if y * 4 < top or y * 4 + 3 > bottom:
            bits = sum(_DOTS[dot][x % 2] for dot in range(4) if top <= y * 4 + dot <= bottom)
        return bits

    def _row(self, y: int, behind: str, behind_sign: str) -> Line:
        if not (any(self._bits[y]) or any(self._signs[y]) or any(self._behind[y])):
            return (Piece(" " * self.width),)
        pieces: list[Piece] = []
        texts: list[str] = []
        current = ""
        for x in range(self.width):
            text, kind = self._cell(x, y, behind, behind_sign)
            # A blank has no colour of its own: it goes with what stands before it, unless that is drawn in reverse.
            if kind != current and (text != " " or current == "chosen"):
                pieces.append(Piece("".join(texts), current))
                texts, current = [], kind
            texts.append(text)
        return (*(piece for piece in pieces if piece.text), Piece("".join(texts), current))

    def _cell(self, x: int, y: int, behind: str, behind_sign: str) -> tuple[str, str]:
        if self._signs[y][x]:
            return self._signs[y][x].removeprefix(_TAKEN), self._kinds[y][x]
        if self._bits[y][x]:
            return chr(_BRAILLE + self._bits[y][x]), self._kinds[y][x]
        if self._behind[y][x]:
            return (chr(_BRAILLE + self._behind[y][x]) if self._braille else behind_sign), behind
        return " ", ""


def _by_cell(text: str) -> list[str]:
    """The characters of a text by cells: a wide one takes two; what takes none joins the one before."""
    cells: list[str] = []
    for character in text:
        width = cell_len(character)
        if width == 0 and cells:
            cells[-1] += character
        else:
            cells += [character, *[_TAKEN] * (width - 1)]
    return cells
