"""Choosing another run to compare with: a list to narrow down by typing, and one example to see in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from screens.base import Dialog
from screens.formatting import dataset_name
from screens.pieces import Line, Piece, pad
from screens.signs import Signs
from screens.widgets.field import TextField
from screens.widgets.key_bar import KeyBar
from screens.widgets.painted import RowsPane
from workbench.cells import shorten
from workbench.formatting import format_count
from workbench.inert import inert

if TYPE_CHECKING:
    from store.records import Run

_MOST = 10_000
_WIDEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that can be chosen, with the text that is searched."""

    run: "Run"
    words: str
    same_data: bool


def read_candidates(path: Path, a_id: int, b_id: int) -> list[Candidate]:
    """Every other run, those of A's data first, the newest first among them; slow, for a thread."""
    from store.database import open_read_only
    from store.runs import get_run, list_runs

    with open_read_only(path) as db:
        dataset = get_run(db, a_id).dataset
        runs = [run for run in list_runs(db, limit=_MOST) if run.id not in (a_id, b_id)]
    found = [_candidate(run, dataset) for run in runs]
    return sorted(found, key=lambda candidate: not candidate.same_data)


def narrowed(candidates: Sequence[Candidate], text: str) -> list[Candidate]:
    """Those in which every word of ``text`` stands."""
    words = text.casefold().split()
    return [candidate for candidate in candidates if all(word in candidate.words for word in words)]


def _candidate(run: "Run", dataset: str) -> Candidate:
    words = f"{run.id} {run.name} {run.model} {run.dataset} {run.status.value} {' '.join(run.tags)}".casefold()
    return Candidate(run, words, same_data=run.dataset == dataset)


class CandidateRows(RowsPane):
    """The runs that are left, one a line."""

    def __init__(self, signs: Signs, candidates: Sequence[Candidate]) -> None:
        super().__init__(signs, id="candidate-rows")
        self.can_focus = False
        self._all = candidates
        self._left: Sequence[Candidate] = candidates

    @property
    def chosen(self) -> Candidate | None:
        """The run under the cursor."""
        return self._left[self.cursor] if self.cursor < len(self._left) else None

    def narrow(self, text: str) -> None:
        """Show only runs in which every word stands."""
        self._left = narrowed(self._all, text)
        self.cursor = 0
        self.redraw()

    def row_count(self) -> int:
        """The runs that are left; a line that says so where there is none."""
        return max(1, len(self._left))

    def is_choosable(self, index: int) -> bool:
        """Every run is."""
        return index < len(self._left)

    def head(self) -> Sequence[Line]:
        """How many there are."""
        shown = format_count(len(self._left))
        of = "" if len(self._left) == len(self._all) else f" of {format_count(len(self._all))}"
        return ((Piece(f"{shown}{of} runs; those of A's data first, the newest first", "secondary"),),)

    def line_at(self, index: int) -> Line:
        """One run."""
        if not self._left:
            sentence = "No other run is like that." if self._all else "There is no other run in this store."
            return (Piece(sentence, "secondary"),)
        candidate = self._left[index]
        run = candidate.run
        room = max(10, self.size.width - 3)
        name = min(_WIDEST_NAME, room // 2)
        where = f"{inert(run.model)} on {dataset_name(run.dataset)}"
        sign = self._signs.statuses[run.status]
        tail = f"{pad(f'run {run.id}', 9)} {where}"
        return (
            Piece(f"{sign} "),
            Piece(
                pad(shorten(inert(run.name), name, self._signs.ellipsis), name),
                "" if candidate.same_data else "secondary",
            ),
            Piece("  "),
            Piece(shorten(tail, max(1, room - name - 4), self._signs.ellipsis), "secondary"),
        )


class ChooseRunDialog(Dialog[int | None]):
    """Asks for a run; returns its id."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", "Down", show=False, priority=True, id="choose.down"),
        Binding("up,ctrl+p", "move(-1)", "Up", show=False, priority=True, id="choose.up"),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True, id="choose.page_down"),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True, id="choose.page_up"),
        Binding("enter", "choose", "Choose", id="choose.choose", priority=True),
        Binding("escape", "close", "Leave it", id="choose.close"),
        Binding("ctrl+c", "close", "Leave it", show=False, priority=True, id="choose.interrupt"),
    ]

    def __init__(self, candidates: Sequence[Candidate], signs: Signs) -> None:
        super().__init__()
        self._rows = CandidateRows(signs, candidates)
        self._input = TextField("", placeholder="part of a name, model, data, tag or number", id="choose-search")

    def compose(self) -> ComposeResult:
        """What to type, and the runs that are left."""
        with Vertical(classes="box tall") as box:
            box.border_title = "Another B"
            self._input.styles.width = "1fr"
            yield self._input
            yield self._rows
            yield KeyBar()

    def on_mount(self) -> None:
        """Type at once."""
        self._input.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list down."""
        event.stop()
        self._rows.narrow(event.value)

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Nothing hangs on the cursor here."""
        event.stop()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._rows.go(self._rows.cursor + by, by)

    def action_choose(self) -> None:
        """Take the run under the cursor."""
        candidate = self._rows.chosen
        if candidate is not None:
            self.dismiss(candidate.run.id)

    def action_close(self) -> None:
        """Keep the B that there is."""
        self.dismiss(None)
