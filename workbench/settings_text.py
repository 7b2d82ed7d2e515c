"""What may stand in the settings file: its tables, its keys, and what each value must be; and reading it.

Every key is checked by itself, so that a file with one wrong line still says everything else: the command line refuses
such a file with its first problem, the interface goes on with the rest and shows all of them.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.evaluation import metrics

PRICES, MARGINS, EFFECTS, KEYS = "prices_usd_per_hour", "comparison.margins", "comparison.effects", "keys"
NEEDS, WEIGHTS = "needs", "weights"
WEIGHTED = ("quality", "latency", "cost")
"""What the scores of a trade-off weigh."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the file, as its field in ``Settings`` takes it."""

    table: str
    key: str
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a key means nothing, and the line on which it stands, if that can be told."""

    table: str
    key: str
    line: int | None
    sentence: str

    def said_of(self, file: object) -> str:
        """The whole sentence, with the file and the line."""
        place = f", line {self.line}" if self.line is not None else ""
        return f"{file}{place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Document:
    """What a settings file says, and what in it means nothing."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def read_document(text: str) -> Document:
    """Read a settings file. Raises tomllib.TOMLDecodeError where it is not TOML."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for table, key, value in _flatten("", tomllib.loads(text)):
        try:
            entries.append(check_value(table, key, value))
        except ValueError as error:
            problems.append(Problem(table, key, _line_of(text, table, key), str(error)))
    return Document(tuple(entries), tuple(problems))


def table_and_key(dotted: str) -> tuple[str, str]:
    """``comparison.margins.accuracy`` taken apart at its table; a key that a user names may hold dots of its own."""
    for table in sorted((*_FIXED, *_OPEN), key=len, reverse=True):
        if dotted.startswith(f"{table}."):
            return table, dotted.removeprefix(f"{table}.")
    return "", dotted


def check_value(table: str, key: str, value: Any) -> Entry:
    """One value as ``Settings`` takes it; raises ValueError with a sentence where it means nothing."""
    where = f"{key!r} in [{table}]" if table else f"{key!r}"
    if table == MARGINS and key not in metrics.MARGINS:
        raise ValueError(f"{where} is not a score or a latency. Known here: {', '.join(metrics.MARGINS)}.")
    if table == EFFECTS and key not in metrics.EFFECTS:
        raise ValueError(f"{where} is not a score. Known here: {', '.join(metrics.EFFECTS)}.")
    if table == WEIGHTS and key not in WEIGHTED:
        raise ValueError(f"{where} has no weight. Known here: {', '.join(WEIGHTED)}.")
    if table == NEEDS and key not in metrics.METRICS:
        raise ValueError(f"{where} is not a figure. Known here: {', '.join(metrics.METRICS)}.")
    if table in _OPEN:
        name, check = _OPEN[table]
        return Entry(table, key.lower() if table == PRICES else key, name, _checked(check, value, where))
    known = _FIXED.get(table, {})
    if key not in known:
        offer = ", ".join(known) or ", ".join(f"[{name}]" for name in (*_FIXED, *_OPEN))
        raise ValueError(f"{where} is not a setting. Known here: {offer}.")
    name, check = known[key]
    return Entry(table, key, name, _checked(check, value, where))


def is_open(table: str) -> bool:
    """Whether the keys of a table are the user's to name."""
    return table in _OPEN


def _flatten(table: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each (table, key, value), tables within tables named with dots; ``run.stop`` in [keys] needs no quotes."""
    for key, value in content.items():
        inner = f"{table}.{key}" if table else key
        if not isinstance(value, dict):
            yield table, key, value
        elif inner in _FIXED or inner in _OPEN:
            yield from _flatten(inner, value)
        elif table == KEYS:
            yield from ((KEYS, f"{key}.{rest}", deep) for _, rest, deep in _flatten(KEYS, value))
        else:
            yield table, key, value


def _checked(check: Callable[[Any], Any], value: Any, where: str) -> Any:
    try:
        return check(value)
    except ValueError as error:
        raise ValueError(f"{where} {error}, not {value!r}.") from None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if not abs(value) < float("inf"):
        raise ValueError("must be a finite number")
    return float(value)


def _at_least_zero(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if not 0 <= value < float("inf"):
        raise ValueError("must be a number, 0 or more")
    return float(value)


def _above_zero(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError("must be a number above 0")
    return float(value)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes")
    return value


def _presence(value: Any) -> str:
    if value not in ("auto", "always", "never"):
        raise ValueError('must be "auto", "always" or "never"')
    return str(value)


def _key_list(value: Any) -> tuple[str, ...]:
    """One key, several with commas between them, or a list of keys."""
    texts = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError('must be a key in quotes, such as "ctrl+k", or a list of keys')
    return tuple(text.strip() for text in texts)


_FIXED: Mapping[str, Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "stopping": {"grace_seconds": ("stop_grace_s", _at_least_zero)},
    "comparison": {"latency_apart_margin": ("latency_apart_margin", _at_least_zero)},
    "generation": {"idle_minutes": ("generation_idle_minutes", _at_least_zero)},
    "interface": {"theme": ("theme", _word), "ascii": ("ascii", _presence)},
}
"""Tables with a fixed set of keys: the field that each sets, and what its value must be."""

_OPEN: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    PRICES: ("prices_usd_per_hour", _at_least_zero),
    MARGINS: ("margins", _at_least_zero),
    EFFECTS: ("effects", _above_zero),
    NEEDS: ("needs", _number),
    WEIGHTS: ("weights", _at_least_zero),
    KEYS: ("keys", _key_list),
}
"""Tables whose keys the user chooses: the field they fill, and what each value must be."""


def _line_of(text: str, table: str, key: str) -> int | None:
    """The line of a key as it is written in its own table; None where it is written in another way (inline)."""
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        if header:
            current = header[1].replace('"', "").replace("'", "")
        written = re.match(r"""\s*["']?(.+?)["']?\s*=""", line)
        whole = header and current == (f"{table}.{key}" if table else key)
        if whole or (written and written[1] == key and current == table):
            return number
    return None
