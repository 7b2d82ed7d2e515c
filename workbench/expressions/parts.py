"""The parts of an expression and what they say of a document: paths, values, tests, ``not``, ``and`` and ``or``.

``grammar`` reads these from text. Comparing is forgiving about types, since a filter runs over documents of many
models: a value that cannot be compared as asked (a word that should be less than a number) is unknown, not an error.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, Final, TypeAlias

from workbench.expressions.paths import MISSING, name_of

KEYWORDS: Final = ("or", "and", "not")
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Path:
    """The names on the way to a value, and where in the text they stand."""

    names: tuple[str, ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it was typed; what it means depends on the type of the value that it is compared with."""

    text: str
    quoted: bool = False

    @property
    def number(self) -> float | None:
        """The number that the text stands for, if it is one."""
        return None if self.quoted else _number(self.text)

    @property
    def truth(self) -> bool | None:
        """The truth value that the text stands for, if it is one."""
        return None if self.quoted else {"true": True, "false": False}.get(self.text.lower())

    @property
    def items(self) -> tuple["Literal", ...]:
        """The elements that the text stands for where it is compared with a list."""
        if self.quoted:
            return (self,)
        return tuple(Literal(part.strip()) for part in self.text.split(",") if part.strip())

    def equals(self, value: Any) -> bool:
        """Whether ``value``, of whatever type, is what the text stands for."""
        if isinstance(value, bool):
            return self.truth is value
        if isinstance(value, int | float):
            return self.number == value
        if isinstance(value, list | tuple):
            items = self.items
            return len(items) == len(value) and all(map(Literal.equals, items, value))
        return bool(self.text == value)


@dataclass(frozen=True, slots=True)
class Test:
    """A path compared with a value, or a bare path, which is true or false by itself."""

    path: Path
    operator: str | None = None
    literal: Literal | None = None

    __test__ = False

    def truth(self, value_of: "ValueOf") -> bool | None:
        """True, false, or None where the value is not known."""
        return self.judge(value_of(self.path.names))

    def judge(self, value: Any) -> bool | None:
        """What the test says of the value at its path; MISSING and objects are not known either."""
        if value is MISSING or value is None or isinstance(value, Mapping):
            return None
        if self.operator is None or self.literal is None:
            return bool(value)
        if self.operator in ("==", "!="):
            return self.literal.equals(value) is (self.operator == "==")
        if self.operator == "~":
            return _contains(value, self.literal)
        return _ordering(self.operator, self.literal)(value)

    def judging(self) -> Callable[[Any], bool | None]:
        """``judge``, made ready to be asked of the plain values of very many runs."""
        if self.operator is not None and self.operator in _ORDERINGS and self.literal is not None:
            return _ordering(self.operator, self.literal)
        words: dict[str, bool | None] = {}

        def judge(value: Any) -> bool | None:
            if type(value) is not str:
                return self.judge(value)
            if value not in words:
                words[value] = self.judge(value)
            return words[value]

        return judge


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a node; unknown stays unknown."""

    node: "Node"

    def truth(self, value_of: "ValueOf") -> bool | None:
        """True, false, or None where that cannot be known."""
        truth = self.node.truth(value_of)
        return None if truth is None else not truth


@dataclass(frozen=True, slots=True)
class Chain:
    """Two or more nodes joined by ``and`` or by ``or``."""

    word: str
    nodes: tuple["Node", ...]

    def truth(self, value_of: "ValueOf") -> bool | None:
        """The first node that decides (false for ``and``, true for ``or``), else unknown if any is."""
        deciding, known = self.word == "or", True
        for node in self.nodes:
            truth = node.truth(value_of)
            if truth is deciding:
                return deciding
            known = known and truth is not None
        return not deciding if known else None


Node: TypeAlias = Test | Not | Chain

ValueOf: TypeAlias = Callable[[Sequence[str]], Any]
"""Finds the value at the names of a path: in a document, or in columns of many runs."""


@lru_cache(maxsize=64)
def _number(text: str) -> float | None:
    """Asked of the same few words for each of 100,000 runs."""
    return float(text) if NUMBER.fullmatch(text) else None


def tests_of(node: Node) -> Iterator[Test]:
    """The tests below a node, in the order in which they are written."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests_of(node.node)
    else:
        for part in node.nodes:
            yield from tests_of(part)


def _ordering(operator: str, literal: Literal) -> Callable[[Any], bool | None]:
    """Numbers are ordered by size, text (ISO times among it) by the alphabet; anything else has no order."""
    order, text, number = _ORDERINGS[operator], literal.text, literal.number

    def judge(value: Any) -> bool | None:
        kind = type(value)
        if kind is str:
            return order(value, text)
        return order(value, number) if number is not None and (kind is float or kind is int) else None

    return judge


def _contains(value: Any, literal: Literal) -> bool | None:
    """A list contains its elements, a text its parts; capital letters make no difference."""
    if isinstance(value, list | tuple):
        names = [name_of(item) for item in value]
        return all(any(_same(wanted, name) for name in names) for wanted in literal.items)
    if isinstance(value, str):
        return literal.text.casefold() in value.casefold()
    return None


def _same(wanted: Literal, value: Any) -> bool:
    if isinstance(value, str):
        return wanted.text.casefold() == value.casefold()
    return wanted.equals(value)
