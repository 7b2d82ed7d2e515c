"""The last two tabs: settings and environment of both runs, and the comparison in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from screens.diff.overview import agreement_lines, difference_cells
from screens.diff.words import repair_words
from screens.pieces import Line, Piece, hanging, pad
from screens.signs import Signs
from screens.widgets.painted import PaintedText, RowsPane, pane_size
from screens.widgets.scroll_text import ScrollText
from workbench.comparison.differences import all_environment, all_parameters
from workbench.comparison.result import Difference
from workbench.comparison.wording import grouped_reasons, setting_words, with_repairs
from workbench.inert import inert

if TYPE_CHECKING:
    from workbench.comparison import Comparison
    from workbench.comparison.compared import Compared
    from workbench.comparison.groups import GroupCompared

_WIDEST_KEY = 32
_WIDEST_VALUE = 60
_TEXT_WIDTH = 100
_SIGN_CELLS = 2
_CODE = ("git", "git_dirty")
"""What a run's environment says of its code."""
_COMMIT = 12


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting with both values, or a heading or a sentence where there is none."""

    item: Difference | None
    words: str = ""
    kind: str = "heading"
    differs: bool = False


def setting_entries(comparison: "Comparison", *, with_equal: bool) -> list[SettingLine]:
    """What differs, under its headings; or everything, what differs marked. The code is always told."""
    code = _code(comparison)
    lines = [SettingLine(None, "CODE"), SettingLine(code, differs=code.a != code.b)]
    environment = [item for item in comparison.environment if item.key not in _CODE]
    whole = [item for item in all_environment(comparison.a, comparison.b) if item.key not in _CODE]
    for title, differing, everything in (
        ("SETTINGS", comparison.parameters, all_parameters(comparison.a, comparison.b)),
        ("ENVIRONMENT", environment, whole),
    ):
        lines.append(SettingLine(None, title))
        keys = {item.key for item in differing}
        shown = everything if with_equal else differing
        lines += [SettingLine(item, differs=item.key in keys) for item in shown]
        if not shown:
            known = "differs" if everything else "is known"
            lines.append(SettingLine(None, f" Nothing {known} here.", "secondary"))
    return lines


def _code(comparison: "Comparison") -> Difference:
    """The commit of each side, and whether files were changed since."""
    return Difference("git commit", *(_commit(run.get("environment") or {}) for run in (comparison.a, comparison.b)))


def _commit(environment: Mapping[str, Any]) -> str | None:
    commit, dirty = (environment.get(key) for key in _CODE)
    if not commit:
        return None
    state = ", changes not known" if dirty is None else " with changes" if dirty else ""
    return f"{str(commit)[:_COMMIT]}{state}"


class SettingRows(RowsPane):
    """The settings of both runs, one a line."""

    def __init__(self, signs: Signs, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(signs, id=id, classes=classes)
        self._entries: Sequence[SettingLine] = ()
        self._widths = (0, 0, 0)

    def show(self, entries: Sequence[SettingLine]) -> None:
        """Show other settings; the cursor stays on its own."""
        before = self.chosen
        self._entries = entries
        keys = [entry.item.key if entry.item else None for entry in entries]
        self.cursor = keys.index(before.key) if before is not None and before.key in keys else 0
        self.redraw()

    @property
    def chosen(self) -> Difference | None:
        """The setting under the cursor."""
        return self._entries[self.cursor].item if self.cursor < len(self._entries) else None

    def row_count(self) -> int:
        """Settings and headings."""
        return len(self._entries)

    def is_choosable(self, index: int) -> bool:
        """Headings are passed over."""
        return index < len(self._entries) and self._entries[index].item is not None

    def head(self) -> Sequence[Line]:
        """The letters of the columns."""
        key, a, _ = self._widths
        return ((Piece(" " * (_SIGN_CELLS + key + 2)), Piece(pad("A", a), "a"), Piece("  "), Piece("B", "b")),)

    def line_at(self, index: int) -> Line:
        """One setting."""
        entry = self._entries[index]
        if entry.item is None:
            return (Piece(entry.words, entry.kind),)
        key, a, b = difference_cells(entry.item, self._widths, self._signs)
        sign = self._signs.baseline if entry.differs else " "
        kind = "" if entry.differs else "secondary"
        return (Piece(f"{sign} "), Piece(f"{key}  ", kind), Piece(f"{a}  ", kind), Piece(b.rstrip(), kind))

    def draw(self) -> None:
        """Share the width among key and values, then paint what is seen."""
        room = self.size.width - _SIGN_CELLS - 6
        items = [entry.item for entry in self._entries if entry.item is not None]
        widest = max((cell_len(inert(item.key)) for item in items), default=1)
        key = max(1, min(widest, _WIDEST_KEY, room // 3))
        values = [max((cell_len(setting_words(getattr(item, side))) for item in items), default=1) for side in "ab"]
        a = max(1, min(values[0], _WIDEST_VALUE, max((room - key) // 2, room - key - values[1])))
        self._widths = (key, a, max(1, min(values[1], room - key - a)))
        super().draw()


class SettingsPane(Vertical):
    """Settings and environment: what differs, or all."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(id="pane-settings")
        self._signs = signs
        self._comparison: Comparison | None = None
        self._with_equal = False
        self.rows = SettingRows(signs, id="setting-rows", classes="rows")
        self._foot = PaintedText(id="setting-foot", classes="foot")

    def compose(self) -> ComposeResult:
        """The rows, and the chosen one in full."""
        yield self.rows
        yield self._foot

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self.rows

    def take(self, compared: "Compared") -> None:
        """Show another comparison."""
        self._comparison = compared.comparison
        self._draw()

    def toggle_differing(self) -> None:
        """Only what differs, or all."""
        self._with_equal = not self._with_equal
        self._draw()

    def on_rows_pane_moved(self, event: RowsPane.Moved) -> None:
        """Write the setting under the cursor in full."""
        event.stop()
        self._draw_foot()

    def on_resize(self) -> None:
        """Wrap the foot anew."""
        self._draw_foot()

    def _draw(self) -> None:
        if self._comparison is not None:
            self.rows.show(setting_entries(self._comparison, with_equal=self._with_equal))
            self._draw_foot()

    def _draw_foot(self) -> None:
        """Both values in full: what the columns had no room for."""
        item = self.rows.chosen
        width, room = pane_size(self)
        height = 1 if room < 12 else 3
        lines: list[Line] = []
        if item is not None and height > 1:
            lines.append((Piece(inert(item.key), "strong"),))
            for letter, value in (("A", item.a), ("B", item.b)):
                text = hanging(setting_words(value), max(10, width - 5), indent=3)
                lines += [(Piece(f"{letter}  ", letter.lower()), Piece(text[0])), *((Piece(t),) for t in text[1:])]
        shown = "All is shown; i: only what differs." if self._with_equal else "Only what differs; i: all."
        self._foot.show(lines if lines else [(Piece(shown, "secondary"),)])


class SummaryPane(ScrollText):
    """The comparison in words: the paragraph of ``workbench diff``, warnings in full, and the reasons of the rows."""

    def __init__(self, signs: Signs) -> None:
        super().__init__(signs, id="pane-summary")
        self._signs: Signs = signs

    @property
    def focus_target(self) -> Widget:
        """What the keys go to."""
        return self

    def take(self, compared: "Compared") -> None:
        """Show another comparison."""
        self._tell(compared.comparison)

    def take_groups(self, compared: "GroupCompared") -> None:
        """Show a comparison of groups."""
        self._tell(compared.comparison)

    def _tell(self, comparison: "Comparison") -> None:
        signs = self._signs
        self.show(lambda width: summary_lines(comparison, width, signs))


def summary_lines(comparison: "Comparison", width: int, signs: Signs) -> list[Line]:
    """The summary, the warnings, the agreement and why the rows stand as they do, wrapped to read well."""
    room = max(10, min(_TEXT_WIDTH, width - 3))
    lines: list[Line] = _titled("Summary", [(text, "") for text in hanging(signs.write(comparison.summary), room)])
    warned: list[tuple[str, str]] = []
    for caution, repair in with_repairs(comparison.warnings):
        texts = hanging(signs.write(f"{caution.message} ({caution.code})."), room - 2)
        warned += [("! " + texts[0], "warning"), *(("  " + text, "warning") for text in texts[1:])]
        warned += [(f"  {text}", "secondary") for text in hanging(repair_words(repair), room - 2) if repair]
    lines += _titled("Warnings", warned or [("None.", "secondary")])
    if comparison.disagreements is not None:
        lines += [(Piece(" "), *line) for line in agreement_lines(comparison.disagreements)]
        lines.append(())
    reasons = [
        (("" if number == 0 else "  ") + text, "")
        for words in grouped_reasons(comparison.rows)
        for number, text in enumerate(hanging(signs.write(words), room - 2))
    ]
    lines += _titled("Why the rows stand as they do", reasons) if reasons else []
    return lines


def _titled(title: str, texts: Sequence[tuple[str, str]]) -> list[Line]:
    return [(Piece(f" {title}", "strong"),), *((Piece(f" {text}", kind),) for text, kind in texts), ()]
