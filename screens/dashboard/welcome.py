"""What an empty store shows in the place of its runs: what this is, the keys to begin with, and where runs are kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.painted import PaintedLines
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_WHAT = (
    "Train models here, watch them, and know which of two is better in accuracy, cost and latency, by how much, and "
    "whether it is real."
)
_KEYS = (
    ("app.demo", "the demo: train two small models and compare them"),
    ("run.new", "a run of your own"),
    ("app.prompt", "a prompt to GPT-2, or to two language models at once"),
    ("app.help", "every key"),
    ("app.settings", "prices, colours, keys"),
    ("app.leave", "leave; what runs goes on"),
)
_KEY = 5
"""The cells of a key with the space round it."""
_WRITES = {"app.demo", "run.new"}


def welcome_lines(keys: Mapping[str, str], place: str, width: int, *, read_only: bool) -> list[Line]:
    """The text in ``width`` cells; ``keys`` are the keys by the ids of their bindings."""
    lines: list[Line] = [(Piece("Workbench", "heading"),)]
    lines += [(Piece(line),) for line in hanging(_WHAT, width)]
    lines.append(())
    if read_only:
        words = "There are no runs in this store yet, and it is open for reading only: what others start appears here."
        lines += [(Piece(line),) for line in hanging(words, width)]
        lines.append(())
    for name, words in _KEYS:
        if name in keys and not (read_only and name in _WRITES):
            first, *others = hanging(words, max(10, width - _KEY))
            lines.append((Piece(pad(f"  {keys[name]}", _KEY), "strong"), Piece(first)))
            lines += [(Piece(" " * _KEY + part),) for part in others]
    lines.append(())
    lines += [(Piece(line, "secondary"),) for line in hanging(f"Runs are kept in {place}", width)]
    return lines


class Welcome(PaintedLines):
    """The text for whoever opens an empty store."""

    DEFAULT_CSS = """
    Welcome {
        width: 1fr;
        height: 1fr;
        padding: 1 2;
        & > .painted--strong { color: $foreground; text-style: bold; }
        & > .painted--secondary { color: $wb-muted; }
    }
    """

    def __init__(self, signs: Signs, *, read_only: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._signs = signs
        self._read_only = read_only

    def draw(self) -> None:
        """Write the text for the size, with the keys that the user has."""
        app = cast("WorkbenchApp", self.app)
        keys: dict[str, str] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.id and active.enabled:
                keys.setdefault(active.binding.id, app.get_key_display(active.binding))
        lines = welcome_lines(keys, inert(str(app.store_path)), self.size.width, read_only=self._read_only)
        if len(lines) > self.size.height:
            lines = [line for line in lines if line]
        self.show_lines([self.paint(line) for line in lines])
