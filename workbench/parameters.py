"""Typed parameters: the one description from which forms, ``--set``, ``--json``, help and errors are made.

A catalogue entry lists its parameters; whoever fills them in, a person in a form or a script on the command line, meets
the same bounds and the same sentences.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from workbench.errors import BadValue, UnknownName

Value: TypeAlias = int | float | bool | str | tuple[int, ...]


class Kind(StrEnum):
    """The type of a parameter's value."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    CHOICE = "choice"
    INTS = "ints"
    """A list of whole numbers, written ``128,64``."""


_EXAMPLES = {
    Kind.INT: "a whole number",
    Kind.FLOAT: "a number",
    Kind.BOOL: "true or false",
    Kind.INTS: "whole numbers with commas between, as 128,64",
}
_WORDS_FOR_TRUE = {"true", "yes", "on", "1"}
_WORDS_FOR_FALSE = {"false", "no", "off", "0"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be set about a model.

    ``low`` and ``high`` are inclusive bounds of a number, or of each number of a list, unless ``above`` says that the
    lower bound itself is excluded. ``help`` is one sentence.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    choices: tuple[str, ...] = ()
    longest: int | None = None
    """The most numbers that a list may hold."""

    def parse(self, text: str) -> Value:
        """The value that ``text`` stands for; raises BadValue with a sentence that says what would be accepted."""
        return self.check(self._read(text.strip()))

    def check(self, value: Any) -> Value:
        """``value`` in this parameter's type; raises BadValue where it has another type or is out of bounds."""
        if self.kind is Kind.CHOICE:
            if value not in self.choices:
                raise BadValue(f"{self.name} must be one of {', '.join(self.choices)}, not {value!r}.")
            return str(value)
        if self.kind is Kind.BOOL:
            if not isinstance(value, bool):
                raise self._wrong_type(value)
            return value
        if self.kind is Kind.INTS:
            return self._check_list(value)
        return self._check_number(value)

    def describe_bounds(self) -> str:
        """The accepted values in a few words, as a form or a help text shows them."""
        if self.kind is Kind.CHOICE:
            return " | ".join(self.choices)
        if self.kind is Kind.BOOL:
            return "true | false"
        low, high = _bound(self.low), _bound(self.high)
        if low and high:
            return f"above {low}, up to {high}" if self.above else f"{low} to {high}"
        if low:
            return f"above {low}" if self.above else f"{low} or more"
        return f"{high} or less" if high else _EXAMPLES[self.kind]

    def to_json(self) -> dict[str, Any]:
        """The parameter as ``workbench models --json`` prints it."""
        default = list(self.default) if isinstance(self.default, tuple) else self.default
        return {
            "name": self.name,
            "kind": self.kind.value,
            "default": default,
            "low": self.low,
            "high": self.high,
            "low_is_excluded": self.above,
            "choices": list(self.choices),
            "help": self.help,
        }

    def _read(self, text: str) -> Any:
        try:
            if self.kind is Kind.INT:
                return int(text)
            if self.kind is Kind.FLOAT:
                return float(text)
            if self.kind is Kind.INTS:
                return tuple(int(part) for part in text.split(",") if part.strip())
        except ValueError:
            raise self._wrong_type(text) from None
        if self.kind is Kind.BOOL:
            word = text.lower()
            if word not in _WORDS_FOR_TRUE | _WORDS_FOR_FALSE:
                raise self._wrong_type(text)
            return word in _WORDS_FOR_TRUE
        return text

    def _check_number(self, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong_type(value)
        if self.kind is Kind.INT and value != int(value):
            raise self._wrong_type(value)
        number = int(value) if self.kind is Kind.INT else float(value)
        too_low = self.low is not None and (number <= self.low if self.above else number < self.low)
        # Written as "not <=" so that NaN, which compares false with everything, is refused as well.
        too_high = self.high is not None and not number <= self.high
        if too_low or too_high or number != number:
            raise BadValue(f"{self.name} must be {self.describe_bounds()}, not {show_value(value)}.")
        return number

    def _check_list(self, value: Any) -> tuple[int, ...]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self._wrong_type(value)
        numbers = tuple(int(self._check_number(item)) for item in value)
        if not numbers:
            raise BadValue(f"{self.name} needs at least one number, as 128,64.")
        if self.longest is not None and len(numbers) > self.longest:
            raise BadValue(f"{self.name} takes at most {self.longest} numbers, not {len(numbers)}.")
        return numbers

    def _wrong_type(self, value: Any) -> BadValue:
        return BadValue(f"{self.name} must be {_EXAMPLES.get(self.kind, 'a word')}, not {value!r}.")


def _bound(value: float | None) -> str:
    """A bound to the digit, as short as that can be; empty where there is none."""
    if value is None:
        return ""
    short = f"{value:g}"
    return short if float(short) == value else f"{value:,}"


def show_value(value: Value) -> str:
    """``value`` as it is typed after ``--set name=``; ``Parameter.parse`` reads it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(str(item) for item in value)
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)  # nothing is lost, also not of a seventh digit
    return str(value)


def complete(parameters: Iterable[Parameter], given: Mapping[str, Any]) -> dict[str, Value]:
    """Every parameter's value: what was ``given`` (checked), and defaults for the rest.

    Raises UnknownName for a name that is no parameter and BadValue for a value that is out of bounds.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise UnknownName("parameter", name, known)
    return {
        name: parameter.check(given[name]) if name in given else parameter.default for name, parameter in known.items()
    }


def parse_settings(parameters: Iterable[Parameter], settings: Iterable[str]) -> dict[str, Value]:
    """The values of ``name=value`` words; raises UnknownName or BadValue with a sentence."""
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Value] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise BadValue(f"{setting!r} is not of the form name=value.")
        if name.strip() not in known:
            raise UnknownName("parameter", name.strip(), known)
        values[name.strip()] = known[name.strip()].parse(text)
    return values
