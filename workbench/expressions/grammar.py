"""The grammar, read by recursive descent.

::

    any     := all ("or" all)*
    all     := one ("and" one)*
    one     := "not" one | "(" any ")" | PATH | PATH OP VALUE
    OP      := == != < <= > >= ~           (~ is "contains")
    PATH    := names joined by dots; a name with odd characters stands in double quotes
    VALUE   := number | true | false | word | "text" | list, as 128,64

Truth has three values. What a document does not know makes a comparison unknown (``None``), and ``or``, ``and`` and
``not`` pass that on as Kleene's logic does, so that ``not accuracy > 0.9`` does not match a run without an accuracy.
A filter keeps what is true; a gate fails on what is true or unknown.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, Final, NoReturn

from workbench.errors import BadExpression
from workbench.expressions.parts import KEYWORDS, NUMBER, Chain, Literal, Node, Not, Path, Test, tests_of
from workbench.expressions.paths import resolve

_DEEPEST: Final = 60
_FIRST_OFFERED: Final = ("delta", "relative", "verdict")
"""What of a row of a comparison is most often asked for."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<bracket>[()])
      | (?P<operator>==|!=|<=|>=|<|>|~)
      | (?P<word>(?:"(?:[^"\\]|\\.)*" | [^\s()"'=!<>~])+ | '(?:[^'\\]|\\.)*')
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
_CHUNK = re.compile(r"""\.|"(?:[^"\\]|\\.)*"|[^".]+""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition on the JSON of a run or of a comparison."""

    root: Node
    text: str = field(compare=False)

    def matches(self, document: Mapping[str, Any]) -> bool | None:
        """Whether the condition holds of ``document``; None where that cannot be known."""
        return self.root.truth(partial(resolve, document))

    def readings(self, document: Mapping[str, Any]) -> tuple[tuple[Test, Any], ...]:
        """Each test as it is written and the value that it goes by; MISSING where ``document`` has none."""
        return tuple((test, resolve(document, test.path.names)) for test in tests_of(self.root))


def parse(text: str) -> Expression:
    """The expression that ``text`` writes; raises BadExpression, whose message points at the place."""
    return Expression(_Parser(text).read(), text)


def check_paths(expression: Expression, known: Iterable[str]) -> None:
    """Raises BadExpression, with the nearest of the ``known`` paths, for a path that is none of them."""
    names = set(known)
    for test in tests_of(expression.root):
        path = str(test.path)
        if path not in names:
            _refuse(expression.text, test.path.at, f"Nothing here is called {path!r}. {_offer(path, sorted(names))}")


def check_values(expression: Expression, document: Mapping[str, Any]) -> None:
    """Raises BadExpression for a path that leads to a group of values of ``document``, such as a whole row."""
    for test, value in expression.readings(document):
        if isinstance(value, Mapping):
            inner = [name for name in _FIRST_OFFERED if name in value] or list(value)
            ways = " or ".join(f"{test.path}.{name}" for name in inner[:3])
            _refuse(expression.text, test.path.at, f"{str(test.path)!r} is a group of values. Write {ways}")


def _offer(path: str, names: Sequence[str]) -> str:
    """The names that a path was likely meant to be, nearest first; else some of those that are known."""
    near = get_close_matches(path, [name for name in names if not name.startswith("rows.")], n=3, cutoff=0.6)
    likely = list(dict.fromkeys((*_siblings(path, names), *_longer(path, names), *near)))[:3]
    if likely:
        return f"Did you mean {' or '.join(likely)}?"
    short = [name for name in names if name.count(".") <= path.count(".")]
    return f"Known: {', '.join((short or list(names))[:12])}."


def _siblings(path: str, names: Sequence[str]) -> list[str]:
    """Where all but the last name of a path is known: what is likeliest in its place."""
    parent, _, last = path.rpartition(".")
    inner = [name[len(parent) + 1 :] for name in names if name.startswith(f"{parent}.")] if parent in names else []
    near = get_close_matches(last, inner, n=3, cutoff=0.6) or [name for name in _FIRST_OFFERED if name in inner]
    return [f"{parent}.{name}" for name in near]


def _longer(path: str, names: Sequence[str]) -> list[str]:
    """Names of which a path is only a part: ``macro_f1.delta`` for ``f1.delta``, ``accuracy.delta`` for ``delta``."""
    head, _, rest = path.partition(".")
    split = [(name, *name.partition(".")[::2]) for name in names]
    return [name for name, first, other in split if (head in first and other == rest) or (path == other and not rest)]


class _Parser:
    """A recursive descent over the tokens, one method a line of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def read(self) -> Node:
        if len(self._tokens) == 1:
            self._refuse("The expression is empty: write a condition, as accuracy > 0.9")
        node = self._read_chain("or")
        if self._kind != "end":
            before = self._tokens[self._next - 1][1]
            hint = " (a list is written without spaces: 128,64)" if before.endswith(",") else ""
            self._refuse(f"Expected 'and', 'or' or the end here{hint}")
        return node

    def _read_chain(self, word: str) -> Node:
        nodes = [self._read_part(word)]
        while self._kind == "word" and self._word.lower() == word:
            self._next += 1
            nodes.append(self._read_part(word))
        return nodes[0] if len(nodes) == 1 else Chain(word, tuple(nodes))

    def _read_part(self, word: str) -> Node:
        return self._read_chain("and") if word == "or" else self._read_one()

    def _read_one(self) -> Node:
        if self._kind == "word" and self._word.lower() == "not":
            return Not(self._nested(self._read_one))
        if self._word != "(" or self._kind != "bracket":
            return self._read_test()
        node = self._nested(lambda: self._read_chain("or"))
        if self._word != ")":
            self._refuse("Expected ')' here")
        self._next += 1
        return node

    def _nested(self, read: Callable[[], Node]) -> Node:
        if self._depth == _DEEPEST:
            self._refuse(f"The expression is nested more than {_DEEPEST} deep from here")
        self._depth, self._next = self._depth + 1, self._next + 1
        node = read()
        self._depth -= 1
        return node

    def _read_test(self) -> Test:
        path = self._read_path()
        if self._kind != "operator":
            return Test(path)
        operator = self._word
        self._next += 1
        return Test(path, operator, self._read_literal(operator))

    def _read_path(self) -> Path:
        if self._kind != "word" or self._word.lower() in KEYWORDS:
            self._refuse("Expected the name of a figure or setting here, as accuracy")
        word, at = self._word, self._at
        if NUMBER.fullmatch(word):
            self._refuse("The name comes first, then the number, as accuracy > 0.9")
        names = _names(word)
        if word.startswith("'") or not all(names):
            self._refuse("This is no path: names joined by single dots, odd ones in double quotes")
        self._next += 1
        return Path(names, at)

    def _read_literal(self, operator: str) -> Literal:
        if self._kind != "word" or self._word.lower() in KEYWORDS:
            self._refuse(f"Expected a value after {operator!r} (a word such as 'and' needs quotes)")
        word = self._word
        if _QUOTED.fullmatch(word):
            literal = Literal(_unquote(word), quoted=True)
        elif '"' in word:
            self._refuse("Put the whole value in quotes")
        else:
            literal = Literal(word)
            self._check_number(literal)
        self._next += 1
        return literal

    def _check_number(self, literal: Literal) -> None:
        if literal.number in (float("inf"), float("-inf")):
            self._refuse("This number is too large")
        if literal.text.endswith("%") and NUMBER.fullmatch(literal.text[:-1]):
            self._refuse(f"Shares are fractions: write {float(literal.text[:-1]) / 100:g} for {literal.text}")

    @property
    def _kind(self) -> str:
        return self._tokens[self._next][0]

    @property
    def _word(self) -> str:
        return self._tokens[self._next][1]

    @property
    def _at(self) -> int:
        return self._tokens[self._next][2]

    def _refuse(self, problem: str) -> NoReturn:
        _refuse(self._text, self._at, problem)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _refuse(text, at, _describe_bad_character(text[at]))
        if match.lastgroup != "space":
            yield str(match.lastgroup), match[0], at
        at = match.end()
    yield "end", "", len(text)


def _names(word: str) -> tuple[str, ...]:
    """The names of a path as it is written; an empty one where two dots meet or a dot stands at an end."""
    names = [""]
    for chunk in _CHUNK.findall(word):
        if chunk == ".":
            names.append("")
        else:
            names[-1] += _unquote(chunk) if chunk.startswith('"') else chunk
    return tuple(names)


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _describe_bad_character(character: str) -> str:
    if character == "=":
        return "Equality is written =="
    if character == "!":
        return "Write != for 'differs', or the word not"
    return "This quote has no end"


def _refuse(text: str, at: int, problem: str) -> NoReturn:
    """Raises BadExpression with the text and a caret below the place; control characters become spaces."""
    line = "".join(character if character.isprintable() else " " for character in text)
    raise BadExpression(f"{problem}\n  {line}\n  {' ' * sum(map(_cells, line[:at]))}^")


def _cells(character: str) -> int:
    """How many columns of a terminal the character takes."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
