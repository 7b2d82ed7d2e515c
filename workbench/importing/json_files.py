"""Files of JSON objects, one a line or in one list, as columns of cells."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import UnusableData
from workbench.formatting import format_some
from workbench.importing.table import SourceTable
from workbench.inert import inert

_LISTED = 5
_EXAMPLE = '{"id": "a1", "truth": "cat", "prediction": "dog"}'


class _Unreadable(str):
    """Why a line is no JSON."""


def read_json_lines(path: Path) -> SourceTable:
    """The table in a file with an object on each line; an object that lacks a key of another has None there.

    Raises UnusableData for text that is not UTF-8, and for lines that are no JSON objects, several at once.
    """
    numbered = list(_objects(path))
    return _table(path, [found for _, found in numbered], [number for number, _ in numbered], "line")


def read_json_list(path: Path) -> SourceTable:
    """The table in a file that is one list of objects, as ``workbench outcomes --json`` prints it."""
    name = inert(path.name)
    try:
        items = json.loads(_read(path).decode("utf-8-sig"))
    except ValueError as error:  # what is no UTF-8 is one, too
        raise UnusableData(f"{name} cannot be read as JSON ({error}): write one list of objects.") from None
    if not isinstance(items, list):
        raise UnusableData(f"{name} holds no JSON list: write [{_EXAMPLE}, …], or an object a line in a .jsonl file.")
    return _table(path, items, range(1, len(items) + 1), "item")


def _table(path: Path, items: Sequence[Any], numbers: Sequence[int], unit: str) -> SourceTable:
    wrong = [place for place, found in enumerate(items) if not isinstance(found, dict)]
    if wrong:
        found = items[wrong[0]]
        more = [str(numbers[place]) for place in wrong[1:]]
        others = f", nor do {unit}{'s' * (len(more) != 1)} {format_some(more, _LISTED)}" if more else ""
        reason = found if isinstance(found, _Unreadable) else f"it holds {type(found).__name__}"
        raise UnusableData(
            f"{unit.capitalize()} {numbers[wrong[0]]} of {inert(path.name)} does not hold a JSON object "
            f"({reason}){others}: write one for each example, as {_EXAMPLE}."
        )
    names = dict.fromkeys(key for record in items for key in record)
    columns = {key: [record.get(key) for record in items] for key in names}
    return SourceTable(inert(path.name), columns, numbers, unit=unit)


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    """What each line that is not blank holds, with its number; of what is no JSON, why."""
    for number, line in enumerate(_read(path).split(b"\n"), start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UnusableData(
                f"Line {number} of {inert(path.name)} is not UTF-8 text (byte 0x{line[error.start]:02x}): save it as "
                f"UTF-8."
            ) from None
        if not text.strip():
            continue
        try:
            yield number, json.loads(text)
        except ValueError as error:
            yield number, _Unreadable(error)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableData(f"{inert(path.name)} cannot be read ({error.strerror}): check its permissions.") from None
