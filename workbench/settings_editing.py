"""Changing the settings file: by key, with every comment and the order of its lines kept, in one atomic step.

What would be refused when the file is read is refused here before anything is written. A line that was already wrong
stands in nobody's way: it can be corrected, or left while another is changed.
"""

import os
import tempfile
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from workbench.errors import DiskError, UsageError
from workbench.settings import TEMPLATE
from workbench.settings_text import PRICES, check_value, read_document, table_and_key

Setting = float | str | list[str] | None
"""A value to set; None takes the key out, so that its default holds again."""


def change_settings(path: Path, changes: Mapping[str, Setting]) -> None:
    """Set keys by their dotted names (``stopping.grace_seconds``, ``prices_usd_per_hour.H100``, ``keys.run.stop``).

    A file that is missing is made. Raises UsageError, with the line, where a value means nothing or the file is not
    TOML, and DiskError where it cannot be written; nothing is changed then.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = TEMPLATE
    except (OSError, UnicodeDecodeError):
        raise DiskError(f"The settings file {path} cannot be read as text. Check its permissions.") from None
    _write(path, _changed(path, text, changes))


def _changed(path: Path, text: str, changes: Mapping[str, Setting]) -> str:
    """The text of the file with the changes in it, read again and found good."""
    try:
        tomllib.loads(text)
        document = tomlkit.parse(text)
    except (tomllib.TOMLDecodeError, TOMLKitError) as error:
        raise UsageError(f"The settings file {path} is not valid TOML: {error}. Correct that line first.") from None
    for dotted, value in changes.items():
        table, key = table_and_key(dotted)
        try:
            if value is not None:
                check_value(table, key, value)
            _set(document, table, key, value)
        except ValueError as error:
            raise UsageError(f"{error}") from None
    changed = tomlkit.dumps(document)
    touched = {table_and_key(dotted) for dotted in changes}
    for problem in read_document(changed).problems:
        if (problem.table, problem.key) in touched:
            raise UsageError(problem.said_of(path))
    return changed


def _set(document: MutableMapping[str, Any], table: str, key: str, value: Setting) -> None:
    place: MutableMapping[str, Any] = document
    for name in table.split(".") if table else ():
        if name not in place:
            if value is None:
                return
            place[name] = tomlkit.table()
        place = place[name]
        if not isinstance(place, MutableMapping):
            raise ValueError(f"{name!r} is a single value in this file, where a table [{table}] should stand.")
    holder, written = _written(place, key, fold=table == PRICES)
    if value is None:
        holder.pop(written, None)
    else:
        holder[written] = value


def _written(place: MutableMapping[str, Any], key: str, *, fold: bool) -> tuple[MutableMapping[str, Any], str]:
    """Where a key already stands, and how it is written there: in upper case, or as ``run.stop`` without quotes."""
    if key in place:
        return place, key
    if fold:
        return place, next((name for name in place if name.lower() == key.lower()), key)
    first, _, rest = key.partition(".")
    inner = place.get(first)
    if rest and isinstance(inner, MutableMapping):
        return _written(inner, rest, fold=False)
    return place, key


def _write(path: Path, text: str) -> None:
    """Put the text in the place of the file, whole or not at all; a link stays one."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise DiskError(
            f"The settings file {path} cannot be written ({error.strerror}). Nothing was changed."
        ) from None
