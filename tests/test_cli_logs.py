"""The log of a run as the command line prints it."""

import json
from pathlib import Path

import pytest
from store_fixtures import BORN_AT, add_running

from store.database import open_for_writing
from store.logs import add_log_lines
from store.records import RunStatus
from store.runs import end_run
from workbench.__main__ import main


@pytest.fixture
def logged(store_file: Path) -> str:
    """A store whose one run has ended, with a line of each kind."""
    with open_for_writing(store_file) as db:
        run = add_running(db)
        lines = [("info", "begins"), ("output", "printed"), ("alert", "loss is NaN at step 3"), ("error", "failed")]
        add_log_lines(db, run.id, 1, [(BORN_AT, level, text) for level, text in lines])
        end_run(db, run.id, RunStatus.FAILED, error="failed", at=BORN_AT)
    return str(store_file)


def test_a_log_says_which_lines_need_a_look(logged: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", logged, "logs", "last"]) == 0
    lines = [line.partition(" ")[2] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["begins", "printed", "ALERT loss is NaN at step 3", "ERROR failed"]


def test_a_reader_of_json_finds_the_alerts_by_their_level(logged: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", logged, "logs", "last", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    assert [line["text"] for line in lines if line["level"] == "alert"] == ["loss is NaN at step 3"]
