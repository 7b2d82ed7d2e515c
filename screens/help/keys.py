"""What the help says: the keys of a screen and of its panes, read from their bindings, so it is never stale.

Keys are those that work: the user's own where the settings name some. The layout is pure, lines of pieces in as many
columns as there is room for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.run_actions import WRITING
from screens.settings.key_names import key_name, show_key
from screens.settings.keymap import own_bindings, place_of, split_keys
from screens.signs import Signs

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_COLUMN = 50
"""The narrowest column that keys and words are read in with ease."""
_GAP = 3
_MOST_KEYS = 17


@dataclass(frozen=True, slots=True)
class Group:
    """The keys of one place: how they are written, and what they do."""

    title: str
    keys: tuple[tuple[str, str], ...]


def key_groups(screen: Screen[Any]) -> list[Group]:
    """The keys of the open screen, of each of its panes, the one with the focus first, and those of the whole app."""
    app = cast("WorkbenchApp", screen.app)
    chosen = _Keys(app.settings.keys, WRITING if app.read_only else frozenset())
    panes = {type(node): node for node in screen.walk_children() if node.display and _declares(type(node))}
    focused = type(screen.focused)
    ordered = sorted(panes, key=lambda pane: pane is not focused)
    groups = [_group("On this screen", type(screen), chosen)]
    groups += [_group(f"In the {place_of(pane)}", pane, chosen) for pane in ordered]
    everywhere = _group("Everywhere", type(app), chosen)
    palette = (show_key("ctrl+p"), "Commands, and what has no key")
    groups.append(Group(everywhere.title, (palette, *everywhere.keys)))
    return [group for group in groups if group.keys]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The user's own keys, and the actions that nothing is told of because they do nothing here."""

    chosen: Mapping[str, tuple[str, ...]]
    hidden: frozenset[str]


def help_lines(groups: Sequence[Group], legend: Sequence[Line], width: int) -> list[Line]:
    """The keys in columns, then the legend across all of them."""
    count = max(1, min(3, (width + _GAP) // (_COLUMN + _GAP)))
    column = (width - _GAP * (count - 1)) // count
    blocks = [list(_block(group, column)) for group in groups]
    lines = [_beside(row, column) for row in zip_longest(*_columns(blocks, count), fillvalue=())]
    return [*lines, *legend]


def sign_lines(signs: Signs, width: int) -> list[Line]:
    """What the signs mean, several to a line."""
    meanings = [(sign, status.value) for status, sign in signs.statuses.items()]
    meanings += [(signs.silent, "silent for a while"), (signs.cursor, "the cursor")]
    meanings += [(signs.better, "better"), (signs.worse, "worse"), (signs.baseline, "baseline")]
    meanings += [(signs.folded, "several runs in one row"), ("A B", "marked for a comparison")]
    lines: list[Line] = [(Piece("Signs", "heading"),)]
    line: list[Piece] = []
    for sign, words in meanings:
        entry = [Piece("  "), Piece(sign, "strong"), Piece(f" {words}")]
        if line and width_of(line) + width_of(entry) > width:
            lines.append(tuple(line))
            line = []
        line += entry
    return [*lines, tuple(line)]


def _declares(owner: type[DOMNode]) -> bool:
    return any(base.__module__.startswith("screens.") for base in owner.__mro__ if "BINDINGS" in vars(base))


def _group(title: str, owner: type[DOMNode], keys: _Keys) -> Group:
    """The bindings of a class and of those it derives from, keys that do the same together, in their order."""
    written: dict[str, list[str]] = {}
    taken: set[str] = set()
    for base in owner.__mro__:
        if not issubclass(base, DOMNode) or not base.__module__.startswith("screens."):
            continue
        of_base: set[str] = set()
        for binding in own_bindings(base):
            if binding.action.partition("(")[0].removeprefix("app.") in keys.hidden:
                continue
            names = [name for name in _effective(binding, keys.chosen) if name not in taken]
            of_base.update(names)
            twice = binding.action.endswith("on_second")
            texts = written.setdefault(binding.tooltip or binding.description, [])
            texts += [f"{text} {text}" if twice else text for text in map(show_key, names)]
        taken |= of_base
    return Group(title, tuple((" ".join(dict.fromkeys(texts)), words) for words, texts in written.items() if texts))


def _effective(binding: Binding, chosen: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The keys of a binding: the user's, where they can be read."""
    try:
        return [key_name(key) for key in chosen[binding.id or ""]]
    except (KeyError, ValueError):
        return split_keys(binding)


def _block(group: Group, width: int) -> Iterator[Line]:
    """A title, its keys in one column and what they do in the other, and a blank line."""
    room = min(_MOST_KEYS, max(len(keys) for keys, _ in group.keys))
    yield (Piece(group.title, "heading"),)
    for keys, words in group.keys:
        over = len(keys) > room
        if over:
            yield (Piece(f"  {keys}", "strong"),)
        for number, part in enumerate(hanging(words, width - room - 4)):
            yield (Piece("  " + pad("" if over or number else keys, room), "strong"), Piece(f"  {part}"))
    yield ()


def _columns(blocks: Sequence[list[Line]], count: int) -> list[list[Line]]:
    """Whole blocks in columns of about the same height, in their order."""
    target = -(-sum(map(len, blocks)) // count)
    columns: list[list[Line]] = [[]]
    for block in blocks:
        if columns[-1] and len(columns) < count and len(columns[-1]) + len(block) / 2 > target:
            columns.append([])
        columns[-1] += block
    return columns


def _beside(parts: Sequence[Line], column: int) -> Line:
    """Lines of columns in one line."""
    pieces: list[Piece] = []
    for number, part in enumerate(parts):
        pieces += part
        if number + 1 < len(parts):
            pieces.append(Piece(" " * (column - width_of(part) + _GAP)))
    return tuple(pieces)
