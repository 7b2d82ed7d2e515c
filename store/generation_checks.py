"""Generation checks: what language models made of prompts, kept so that any two can be set beside each other.

A check is one prompt to one model under one set of settings, with a text for each sample. ``question`` says what was
asked (prompt and settings) and ``weights`` of which model: two checks that agree in both should hold the same texts.
Model text is kept as it was made; whoever draws it on a terminal makes it inert first.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from store.connection import Database, Row
from store.documents import decode, encode, finite, storable
from store.errors import UnknownCheck

_CHECK_FIELDS: Final = (
    "id, at, question, source, weights, device, prompt, settings, prompt_tokens, environment, suite_run_id, line, "
    "expected, passed"
)
_TEXT_FIELDS: Final = (
    "check_id, sample, text, tokens, reason, new_tokens, reused_tokens, ttft_s, tokens_per_s, p50_ms, p95_ms, near_tie"
)
_SUITE_FIELDS: Final = "id, at, name, fingerprint, source, weights, total, passed"


@dataclass(frozen=True, slots=True)
class CheckText:
    """One sample of a check: its text, why it ended, and its timings (None where fewer than two tokens were made)."""

    text: str
    tokens: tuple[int, ...]
    reason: str
    reused_tokens: int = 0
    ttft_s: float | None = None
    tokens_per_s: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    near_tie: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What was asked of a model, and the texts that came of it, by sample."""

    at: float
    source: str
    weights: str
    """The identity of the weights: the same for the same model under any name."""
    device: str
    prompt: str
    settings: Mapping[str, Any]
    """With ``seed``, as JSON types."""
    prompt_tokens: int
    texts: tuple[CheckText, ...]
    environment: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    """Of the suite's file, where the prompt stood in one."""
    expected: Mapping[str, Any] | None = None
    passed: bool | None = None
    """Whether the texts were as expected; None where nothing was expected."""

    @property
    def question(self) -> str:
        """Says what was asked, whatever the model: 16 hexadecimal digits of a hash of prompt and settings."""
        return question_of(self.prompt, self.settings)


@dataclass(frozen=True, slots=True)
class StoredCheck:
    """A check as the store holds it."""

    id: int
    check: NewCheck
    suite_run_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewSuiteRun:
    """One pass of one model over a suite of prompts."""

    at: float
    name: str
    fingerprint: str
    source: str
    weights: str
    checks: tuple[NewCheck, ...]

    @property
    def passed(self) -> int:
        """How many checks were not failed."""
        return sum(check.passed is not False for check in self.checks)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A pass over a suite as the store holds it; its checks are read apart."""

    id: int
    at: float
    name: str
    fingerprint: str
    source: str
    weights: str
    total: int
    passed: int


def question_of(prompt: str, settings: Mapping[str, Any]) -> str:
    """16 hexadecimal digits that are the same for the same prompt and settings."""
    canonical = encode([storable(prompt), sorted(settings.items())])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def add_check(db: Database, check: NewCheck) -> int:
    """Keep a check; returns its id."""
    with db.atomic():
        return _add(db, check, None)


def add_suite_run(db: Database, run: NewSuiteRun) -> tuple[int, tuple[int, ...]]:
    """Keep a pass over a suite with all of its checks; returns its id and theirs, in order."""
    with db.atomic() as connection:
        added = connection.execute(
            "INSERT INTO suite_runs (at, name, fingerprint, source, weights, total, passed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                run.at,
                storable(run.name),
                run.fingerprint,
                storable(run.source),
                run.weights,
                len(run.checks),
                run.passed,
            ),
        )
        suite_run_id = added.lastrowid or 0
        return suite_run_id, tuple(_add(db, check, suite_run_id) for check in run.checks)


def get_check(db: Database, check_id: int) -> StoredCheck:
    """The check of this id; raises UnknownCheck where there is none."""
    found = _read(db, "WHERE id = ?", (check_id,))
    if not found:
        raise UnknownCheck(f"There is no generation check {check_id}. `workbench checks` lists them.")
    return found[0]


def list_checks(db: Database, *, search: str = "", limit: int = 100, before: int | None = None) -> list[StoredCheck]:
    """Checks, newest first, at most ``limit``, those older than the id ``before``.

    ``search`` leaves those that hold all of its words in the prompt, the texts or the model's name, in either case.
    """
    conditions, values = [], list[Any]()
    if before is not None:
        conditions.append("id < ?")
        values.append(before)
    for word in search.split():
        pattern = f"%{_escaped(word)}%"
        conditions.append(
            "(prompt LIKE ? ESCAPE '\\' OR source LIKE ? ESCAPE '\\' OR id IN "
            "(SELECT check_id FROM generation_texts WHERE text LIKE ? ESCAPE '\\'))"
        )
        values += [pattern] * 3
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return _read(db, f"{where} ORDER BY id DESC LIMIT ?", (*values, limit))


def checks_of_question(db: Database, question: str, *, limit: int = 100) -> list[StoredCheck]:
    """The checks in which this was asked, of any model, newest first."""
    return _read(db, "WHERE question = ? ORDER BY id DESC LIMIT ?", (question, limit))


def delete_check(db: Database, check_id: int) -> None:
    """Forget a check with its texts; raises UnknownCheck where there is none."""
    with db.atomic() as connection:
        get_check(db, check_id)
        connection.execute("DELETE FROM generation_checks WHERE id = ?", (check_id,))


def list_suite_runs(db: Database, *, fingerprint: str | None = None, limit: int = 100) -> list[SuiteRun]:
    """Passes over suites, newest first; those of one suite if its ``fingerprint`` is given."""
    where = "" if fingerprint is None else "WHERE fingerprint = ?"
    values = (limit,) if fingerprint is None else (fingerprint, limit)
    return [
        SuiteRun(*row)
        for row in db.rows(f"SELECT {_SUITE_FIELDS} FROM suite_runs {where} ORDER BY id DESC LIMIT ?", values)
    ]


def checks_of_suite_run(db: Database, suite_run_id: int) -> list[StoredCheck]:
    """The checks of a pass over a suite, in the order of its prompts."""
    return _read(db, "WHERE suite_run_id = ? ORDER BY id", (suite_run_id,))


def _add(db: Database, check: NewCheck, suite_run_id: int | None) -> int:
    added = db.connection.execute(
        f"INSERT INTO generation_checks ({_CHECK_FIELDS}, seed) VALUES (NULL{', ?' * 14})",
        (
            check.at,
            check.question,
            storable(check.source),
            check.weights,
            check.device,
            storable(check.prompt),
            encode(check.settings),
            check.prompt_tokens,
            encode(check.environment),
            suite_run_id,
            check.line,
            None if check.expected is None else encode(check.expected),
            check.passed,
            int(check.settings.get("seed", 0)),
        ),
    )
    check_id = added.lastrowid or 0
    db.connection.executemany(
        f"INSERT INTO generation_texts ({_TEXT_FIELDS}) VALUES (?{', ?' * 11})",
        [
            (
                check_id,
                sample,
                storable(text.text),
                encode(text.tokens),
                text.reason,
                len(text.tokens),
                text.reused_tokens,
                finite(text.ttft_s),
                finite(text.tokens_per_s),
                finite(text.p50_ms),
                finite(text.p95_ms),
                None if text.near_tie is None else encode(text.near_tie),
            )
            for sample, text in enumerate(check.texts)
        ],
    )
    return check_id


def _read(db: Database, where: str, values: Sequence[Any]) -> list[StoredCheck]:
    with db.reading():
        rows = db.rows(f"SELECT {_CHECK_FIELDS} FROM generation_checks {where}", values)
        texts: dict[int, list[CheckText]] = {row[0]: [] for row in rows}
        for text in db.rows(
            f"SELECT {_TEXT_FIELDS} FROM generation_texts "
            "WHERE check_id IN (SELECT value FROM json_each(?)) ORDER BY check_id, sample",
            (encode(list(texts)),),
        ):
            texts[text[0]].append(_text_from(text))
    return [_check_from(row, tuple(texts[row[0]])) for row in rows]


def _check_from(row: Row, texts: tuple[CheckText, ...]) -> StoredCheck:
    (
        check_id,
        at,
        _,
        source,
        weights,
        device,
        prompt,
        settings,
        prompt_tokens,
        environment,
        suite,
        line,
        expected,
        passed,
    ) = row
    check = NewCheck(
        at=at,
        source=source,
        weights=weights,
        device=device,
        prompt=prompt,
        settings=decode(settings),
        prompt_tokens=prompt_tokens,
        texts=texts,
        environment=decode(environment),
        line=line,
        expected=None if expected is None else decode(expected),
        passed=None if passed is None else bool(passed),
    )
    return StoredCheck(check_id, check, suite)


def _text_from(row: Row) -> CheckText:
    _, _, text, tokens, reason, _, reused, ttft_s, tokens_per_s, p50_ms, p95_ms, near_tie = row
    tie = None if near_tie is None else decode(near_tie)
    return CheckText(text, tuple(decode(tokens)), reason, reused, ttft_s, tokens_per_s, p50_ms, p95_ms, tie)


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
