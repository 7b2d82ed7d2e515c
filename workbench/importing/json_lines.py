"""A file of JSON objects, one a line, as columns of cells."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import UnusableData
from workbench.formatting import format_some
from workbench.importing.table import SourceTable
from workbench.inert import inert

_LISTED = 5


def read_json_lines(path: Path) -> SourceTable:
    """The table in a file of JSON lines; an object that lacks a key of another has None there.

    Raises UnusableData for text that is not UTF-8, and for lines that are no JSON objects, several at once.
    """
    name = inert(path.name)
    try:
        numbered = list(_objects(path))
    except OSError as error:
        raise UnusableData(f"{name} cannot be read ({error.strerror}): check its permissions.") from None
    if wrong := [(number, found) for number, found in numbered if not isinstance(found, dict)]:
        number, found = wrong[0]
        more = [str(line) for line, _ in wrong[1:]]
        others = f", nor do line{'s' * (len(more) != 1)} {format_some(more, _LISTED)}" if more else ""
        reason = found if isinstance(found, _Unreadable) else f"it holds {type(found).__name__}"
        raise UnusableData(
            f"Line {number} of {name} does not hold a JSON object ({reason}){others}: write one object a line, as "
            f'{{"id": "a1", "truth": "cat", "prediction": "dog"}}.'
        )
    names = dict.fromkeys(key for _, record in numbered for key in record)
    columns = {key: [record.get(key) for _, record in numbered] for key in names}
    return SourceTable(name, columns, [number for number, _ in numbered])


class _Unreadable(str):
    """Why a line is no JSON."""


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    """What each line that is not blank holds, with its number; of what is no JSON, why."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise UnusableData(
                    f"Line {number} of {inert(path.name)} is not UTF-8 text (byte 0x{line[error.start]:02x}): save the "
                    f"file as UTF-8."
                ) from None
            if not text.strip():
                continue
            try:
                yield number, json.loads(text)
            except ValueError as error:
                yield number, _Unreadable(error)
