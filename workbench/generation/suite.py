"""A suite of prompts: a ``.jsonl`` file that says what a model should answer, read, asked and judged.

Each line is an object with ``prompt`` and, as wanted, ``contains`` (a text, or a list of texts that must all be in the
answer), ``regex`` (found somewhere in it), ``equals`` (all of it, without blanks at its ends) and ``max_tokens``. All
samples of a prompt must be as expected. A file with anything wrong in it is refused with all that is wrong, by line.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import Any, Final

from store.database import Database
from store.generation_checks import NewSuiteRun, add_suite_run
from workbench.errors import BadValue, UnusableData
from workbench.generation.checks import Check
from workbench.generation.client import Generator
from workbench.generation.events import GenerationEvent
from workbench.generation.settings import PARAMETERS, GenerationSettings

KEYS: Final = ("prompt", "contains", "regex", "equals", "max_tokens")
_MOST_SAID: Final = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One prompt of a suite, and what is expected of the text."""

    line: int
    prompt: str
    contains: tuple[str, ...] = ()
    regex: str | None = None
    equals: str | None = None
    max_tokens: int | None = None

    @property
    def expected(self) -> dict[str, Any] | None:
        """What is expected, as JSON types; None where any text will do."""
        found = {"contains": list(self.contains), "regex": self.regex, "equals": self.equals}
        return {name: value for name, value in found.items() if value not in ([], None)} or None

    def faults(self, text: str) -> list[str]:
        """Why the text is not as expected, in words; empty where it is."""
        found = [f"{part!r} is not in it" for part in self.contains if part not in text]
        if self.regex is not None and re.search(self.regex, text) is None:
            found.append(f"{self.regex!r} does not match")
        if self.equals is not None and text.strip() != self.equals.strip():
            found.append(f"it is not {self.equals!r}")
        return found


@dataclass(frozen=True, slots=True)
class Suite:
    """The prompts of one file, in order."""

    name: str
    fingerprint: str
    """Of what the file says: the same for the same prompts and expectations, however they are written."""
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model made of one case."""

    case: Case
    check: Check
    faults: tuple[str, ...]
    """Why it failed, each in words, of any of the samples."""

    @property
    def passed(self) -> bool | None:
        """Whether all samples were as expected; None where nothing was expected."""
        return None if self.case.expected is None else not self.faults


def read_suite(path: Path) -> Suite:
    """The suite in a file; raises UnusableData with everything that is wrong with it, a sentence a line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UnusableData(f"{path} cannot be read: {reason}. Give a .jsonl file with a prompt on each line.") from None
    cases, problems = [], list[str]()
    for number, line in enumerate(text.split("\n"), start=1):  # JSON may hold the other ends of lines as they are
        if line.strip():
            try:
                cases.append(_read_case(number, line))
            except ValueError as error:
                problems.append(f"Line {number}: {error}")
    if problems:
        more = [f"And {len(problems) - _MOST_SAID} more."] if len(problems) > _MOST_SAID else []
        said = "\n".join([*problems[:_MOST_SAID], *more])
        raise UnusableData(f"{path} is no suite of prompts, and nothing was asked.\n{said}")
    if not cases:
        raise UnusableData(f'{path} holds no prompt. Write an object on each line, as {{"prompt": "The cat"}}.')
    meaning = json.dumps([(case.prompt, case.expected, case.max_tokens) for case in cases], sort_keys=True)
    return Suite(path.name, hashlib.sha256(meaning.encode()).hexdigest()[:16], tuple(cases))


def ask_suite(
    generator: Generator,
    suite: Suite,
    settings: GenerationSettings,
    stop: Event,
    on_event: Callable[[Case, GenerationEvent], None] | None = None,
) -> Iterator[Answer]:
    """The answers of a model to a suite, in order, none of them kept; ends early once ``stop`` is set.

    Cases that follow each other and have the same ``max_tokens`` are read together. Raises what ``generate_all`` does.
    """
    for limit, group in groupby(suite.cases, key=lambda case: case.max_tokens):
        cases = list(group)
        asked = settings if limit is None else replace(settings, max_new_tokens=limit)

        def tell(event: GenerationEvent, cases: Sequence[Case] = cases) -> None:
            if on_event is not None:
                on_event(cases[event.prompt], event)

        try:
            checks = generator.generate_all([case.prompt for case in cases], asked, tell, stop, kept=False)
        except BadValue as error:
            lines = f"{cases[0].line} to {cases[-1].line}" if len(cases) > 1 else str(cases[0].line)
            raise BadValue(f"{suite.name}, lines {lines}: {error.message}") from error
        for case, check in zip(cases, checks, strict=False):
            if any(text.reason == "stopped" for text in check.texts):
                return
            yield _judge(case, check)
        if len(checks) < len(cases):
            return


def keep_answers(db: Database, suite: Suite, answers: Sequence[Answer]) -> int:
    """Keeps a model's pass over a suite, with the checks of all its answers (at least one); the id of the pass."""
    first, checks = answers[0].check.check, tuple(answer.check.check for answer in answers)
    return add_suite_run(db, NewSuiteRun(first.at, suite.name, suite.fingerprint, first.source, first.weights, checks))[
        0
    ]


def _judge(case: Case, check: Check) -> Answer:
    faults = tuple(dict.fromkeys(fault for text in check.texts for fault in case.faults(text.text)))
    passed = None if case.expected is None else not faults
    judged = replace(check.check, line=case.line, expected=case.expected, passed=passed)
    return Answer(case, replace(check, check=judged), faults)


def _read_case(number: int, line: str) -> Case:
    """The case on one line; raises ValueError with the first thing that is wrong."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise ValueError(f"this is no JSON ({error}).") from None
    if not isinstance(found, dict):
        raise ValueError('this is no object. Write {"prompt": "…"}.')
    for name in found:
        if name not in KEYS:
            near = get_close_matches(name, KEYS, n=1)
            offer = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(KEYS)}."
            raise ValueError(f"there is no key {name!r}. {offer}")
    if not isinstance(found.get("prompt"), str):
        raise ValueError("it needs a prompt, which is a text.")
    return Case(
        line=number,
        prompt=found["prompt"],
        contains=_texts_of(found.get("contains")),
        regex=_regex_of(found.get("regex")),
        equals=_text_of(found.get("equals"), "equals"),
        max_tokens=_limit_of(found.get("max_tokens")),
    )


def _texts_of(value: Any) -> tuple[str, ...]:
    texts = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("contains must be a text, or a list of texts, none of them empty.")
    return tuple(texts)


def _text_of(value: Any, name: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be a text.")
    return value


def _regex_of(value: Any) -> str | None:
    pattern = _text_of(value, "regex")
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise ValueError(f"regex {pattern!r} is no regular expression ({error}).") from None
    return pattern


def _limit_of(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(PARAMETERS["max_new_tokens"].check(value))  # type: ignore[arg-type]
    except BadValue as error:
        raise ValueError(error.message.replace("max_new_tokens", "max_tokens")) from None
