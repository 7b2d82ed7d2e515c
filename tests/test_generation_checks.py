"""Generation checks in the store: kept whole, found by words, and told apart by question and weights."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.database import Database, open_for_writing
from store.errors import UnknownCheck
from store.generation_checks import (
    CheckText,
    NewCheck,
    NewSuiteRun,
    add_check,
    add_suite_run,
    checks_of_question,
    checks_of_suite_run,
    delete_check,
    get_check,
    list_checks,
    list_suite_runs,
)

TEXT = CheckText(" a mat\x1b[2J", (11, 12), "eos", 3, 0.25, 40.0, 24.5, 31.0, {"step": 1, "margin": 0.1, "bound": 0.2})
CHECK = NewCheck(
    at=100.0,
    source="gpt2",
    weights="sha256:aa",
    device="cpu",
    prompt="The cat sat on",
    settings={"temperature": 0.8, "seed": 7, "stop": ["\n"], "samples": 2},
    prompt_tokens=4,
    texts=(TEXT, CheckText("", (), "stopped")),
    environment={"torch": "2.13.0"},
)


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as db:
        yield db


def test_a_check_comes_back_as_it_was_kept(db: Database) -> None:
    check_id = add_check(db, CHECK)
    found = get_check(db, check_id)
    assert (found.id, found.check, found.suite_run_id) == (check_id, CHECK, None)


def test_the_same_question_is_the_same_for_any_model_and_in_any_order_of_settings(db: Database) -> None:
    other = replace(CHECK, source="run:3", weights="sha256:bb", settings=dict(reversed(CHECK.settings.items())))
    assert other.question == CHECK.question
    assert replace(CHECK, settings={**CHECK.settings, "seed": 8}).question != CHECK.question
    first, second = add_check(db, CHECK), add_check(db, other)
    add_check(db, replace(CHECK, prompt="Another"))
    assert [check.id for check in checks_of_question(db, CHECK.question)] == [second, first]


def test_checks_are_found_by_words_of_prompt_text_and_model_newest_first(db: Database) -> None:
    first = add_check(db, CHECK)
    second = add_check(
        db, replace(CHECK, prompt="100% of dogs", source="run:3", texts=(CheckText("bark", (1,), "eos"),))
    )
    assert [check.id for check in list_checks(db)] == [second, first]
    assert [check.id for check in list_checks(db, search="CAT mat")] == [first]
    assert [check.id for check in list_checks(db, search="run:3 bark")] == [second]
    assert [check.id for check in list_checks(db, search="0% of")] == [second]
    assert list_checks(db, search="%cat") == []
    assert [check.id for check in list_checks(db, before=second, limit=1)] == [first]


def test_a_pass_over_a_suite_is_kept_with_its_checks(db: Database) -> None:
    checks = tuple(replace(CHECK, line=line, expected={"contains": "mat"}, passed=line == 1) for line in (1, 2))
    run_id, ids = add_suite_run(db, NewSuiteRun(100.0, "prompts.jsonl", "f00", "gpt2", "sha256:aa", checks))
    (run,) = list_suite_runs(db, fingerprint="f00")
    assert (run.id, run.total, run.passed) == (run_id, 2, 1)
    assert list_suite_runs(db, fingerprint="other") == []
    found = checks_of_suite_run(db, run_id)
    assert [check.id for check in found] == list(ids)
    assert [check.check for check in found] == list(checks)


def test_a_deleted_check_is_unknown_and_leaves_no_text(db: Database) -> None:
    check_id = add_check(db, CHECK)
    delete_check(db, check_id)
    with pytest.raises(UnknownCheck, match=f"check {check_id}"):
        get_check(db, check_id)
    assert db.rows("SELECT * FROM generation_texts") == []


def test_text_that_utf_8_cannot_carry_is_spelt_out(db: Database) -> None:
    check_id = add_check(db, replace(CHECK, prompt="\ud800"))
    assert get_check(db, check_id).check.prompt == "\\ud800"


def test_people_read_the_texts_through_a_view(db: Database) -> None:
    add_check(db, CHECK)
    with sqlite3.connect(db.path) as connection:
        rows = connection.execute("SELECT at, model, prompt, sample, text, new_tokens FROM generations").fetchall()
    connection.close()
    assert rows[0] == ("1970-01-01T00:01:40.000Z", "gpt2", "The cat sat on", 0, TEXT.text, 2)
    assert [row[3] for row in rows] == [0, 1]
