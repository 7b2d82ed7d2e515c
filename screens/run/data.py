"""The data tab of a run: what the data was, its parts and classes, and all that its quality report found; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len

from screens.formatting import bar
from screens.page import RunRow
from screens.pieces import Line, Piece, pad
from screens.run.blocks import Block, Entry, entries, lay_out
from screens.signs import Signs
from store.records import RunDetail, RunStatus
from workbench.cells import shorten
from workbench.formatting import NOT_KNOWN, format_count, format_percent
from workbench.inert import inert
from workbench.run_words import data_pairs, data_warnings
from workbench.spec import is_imported

_PARTS = ("train", "val", "test")
_COUNT = 9
"""Cells of a part's column with the space before it."""
_WIDEST_NAME = 26


def data_page(row: RunRow, detail: RunDetail, width: int, signs: Signs) -> list[Line]:
    """The data set, its parts, the warnings, the classes and the columns that something is the matter with."""
    if not detail.data:
        return lay_out(
            [Block("Data", entries([("data set", row.run.dataset)])), Block("Quality", instead=_unread(row))],
            width,
            signs,
        )
    warnings = tuple(Entry(str(place), text, kind="warning") for place, text in enumerate(data_warnings(detail), 1))
    first = [
        Block("Data", entries([*_origin(detail), *data_pairs(detail)])),
        Block("Warnings" if warnings else "Quality", warnings, instead=_fine(detail)),
    ]
    last = [Block(title, found) for title, found in _columns(_report(detail))]
    lines = lay_out(first, width, signs)
    for more in (_classes(detail, width, signs), lay_out(last, width, signs)):
        lines += [(), *more] if more else []
    return lines


def _origin(detail: RunDetail) -> Iterable[tuple[str, str]]:
    yield "data set", detail.run.dataset
    if target := detail.data.get("target"):
        yield "target", str(target)
    counted = f"{detail.data.get('unit') or 'example'}s"
    for part, name in zip(_PARTS, ("training part", "validation part", "test part"), strict=True):
        size = detail.data.get(part)
        yield name, f"{format_count(size)} {counted}" if isinstance(size, int) else NOT_KNOWN
    if not is_imported(detail.run):
        yield "split seed", str(detail.run.split_seed)


def _classes(detail: RunDetail, width: int, signs: Signs) -> list[Line]:
    """How many examples of each class are in each part, and its share of all as a bar."""
    balance = _report(detail).get("class_balance")
    if not isinstance(balance, Mapping) or not balance:
        labels = detail.data.get("labels") or ()
        names = ", ".join(map(str, labels))
        return (
            lay_out([Block("Classes", entries([(format_count(len(labels)), names)]))], width, signs) if labels else []
        )
    counts = {str(label): [int(parts.get(part) or 0) for part in _PARTS] for label, parts in balance.items()}
    total = sum(map(sum, counts.values())) or 1
    name = min(_WIDEST_NAME, max(cell_len(inert(label)) for label in counts) + 1, max(6, width // 3))
    name = max(name, len("class"))
    # Where there is little room, the share goes first.
    shown = max(1, min(4, (width - 2 - name) // _COUNT))
    titles = "".join(f"{title:>{_COUNT}}" for title in (*_PARTS, "share")[:shown])
    room = width - 2 - name - 4 * _COUNT
    lines: list[Line] = [
        (Piece(f"Classes {format_count(len(counts))}", "heading"),),
        (Piece("  " + pad("class", name) + titles, "secondary"),),
    ]
    for label, parts in counts.items():
        share = sum(parts) / total
        words = [*map(format_count, parts), format_percent(share)][:shown]
        text = "  " + pad(shorten(signs.write(inert(label)), name, signs.ellipsis), name)
        text += "".join(f"{word:>{_COUNT}}" for word in words)
        full, _ = bar(share, min(40, room - 2), signs) if room >= 10 else ("", "")
        lines.append((Piece(text), Piece(f"  {full}" if full else "", "secondary")))
    return lines


def _columns(report: Mapping[str, Any]) -> Iterable[tuple[str, tuple[Entry, ...]]]:
    missing = report.get("missing")
    by_column = missing.get("by_column") if isinstance(missing, Mapping) else None
    yield "Missing values", _counted(by_column, report.get("rows"))
    yield "Texts among numbers, taken as missing", _counted(report.get("odd_cells"), report.get("rows"))
    dropped = [item for item in report.get("dropped_columns") or () if isinstance(item, Mapping)]
    yield "Columns left out", entries((str(item.get("column")), f"{item.get('reason')}") for item in dropped)
    constant = report.get("constant_columns") or ()
    yield (
        "Constant columns",
        entries([(format_count(len(constant)), ", ".join(map(str, constant)))] if constant else []),
    )
    leaks = [item for item in report.get("leak_suspects") or () if isinstance(item, Mapping)]
    yield "Suspected of knowing the answer", entries(_leak(item) for item in leaks)


def _counted(counts: Any, rows: Any) -> tuple[Entry, ...]:
    if not isinstance(counts, Mapping):
        return ()
    worst = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return tuple(
        Entry(str(name), format_count(count) + (f" · {format_percent(count / rows)}" if rows else ""))
        for name, count in worst
        if count
    )


def _leak(item: Mapping[str, Any]) -> tuple[str, str]:
    accuracy, baseline = (format_percent(item.get(key)) for key in ("accuracy", "baseline"))
    return str(item.get("column", "")), f"alone it is right in {accuracy}, the commonest class in {baseline}"


def _fine(detail: RunDetail) -> str:
    if _report(detail):
        return "The quality report found nothing to warn of."
    return "No quality report was stored with this run."


def _unread(row: RunRow) -> str:
    if row.is_live:
        return "Nothing is known yet: the data is read while the run prepares."
    if row.status is RunStatus.DONE:
        return "Nothing of the data was stored with this run."
    return "Nothing is known: the run ended before it had read its data."


def _report(detail: RunDetail) -> Mapping[str, Any]:
    report = detail.data.get("report")
    return report if isinstance(report, Mapping) else {}
