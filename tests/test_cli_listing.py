"""``runs`` with groups, and ``tag``: on a store of made-up runs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from store_fixtures import BORN_AT, add_running

from store import details, runs
from store.connection import Database
from store.database import open_for_writing
from store.errors import BadTag
from store.labels import change_labels, check_tags
from store.records import Figure, FigureGroup, RunStatus
from workbench.__main__ import main

Command = Callable[..., str]


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        for seed, accuracy in enumerate((0.90, 0.92, 0.94)):
            add(database, accuracy, name=f"net-seed-{seed}", seed=seed)
        add(database, 0.5, name="floor", model="majority-class", parameters={}, tags=("night",))
        yield database


def add(db: Database, accuracy: float, **changes: Any) -> None:
    run = add_running(db, **changes)
    details.set_figures(db, run.id, [Figure(FigureGroup.METRICS, "accuracy", accuracy)])
    runs.end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT + 2)


@pytest.fixture
def workbench(db: Database, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*words: str, code: int = 0) -> str:
        assert main(["--store", str(db.path), *words]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return run


def test_runs_that_differ_only_in_seed_are_listed_as_one_with_their_spread(workbench: Command) -> None:
    lines = workbench("runs", "--fold", "--sort", "accuracy").splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["3", "net", "digits"], ["1", "floor", "digits"]]
    assert "0.920 ±0.020" in lines[1]
    assert "0.5000" in lines[2]
    assert "2.0 s" in lines[1]


def test_the_json_of_a_group_has_mean_and_spread_of_every_figure(workbench: Command) -> None:
    net, floor = json.loads(workbench("runs", "--fold", "--sort", "accuracy", "--json"))
    assert (net["name"], net["runs"], net["model"], net["group"]) == ("net", [3, 2, 1], "mlp", None)
    assert net["metrics"]["accuracy"] == {"mean": pytest.approx(0.92), "spread": pytest.approx(0.02)}
    assert net["latency"]["p50_ms"] == {"mean": None, "spread": None}
    assert floor["metrics"]["accuracy"] == {"mean": 0.5, "spread": None}
    assert net["duration_s"] == {"mean": 2.0, "spread": 0.0}


def test_groups_are_filtered_and_limited(workbench: Command) -> None:
    (only,) = json.loads(workbench("runs", "--fold", "--where", "accuracy < 0.93", "--limit", "1", "--json"))
    assert only["runs"] == [4]
    assert "No runs." in workbench("runs", "--fold", "--where", "accuracy > 1")


def test_tags_are_added_and_taken_away(workbench: Command, db: Database) -> None:
    assert "night" in workbench("tag", "floor")
    workbench("tag", "floor", "+kept", "-night", "good", "--note", " the floor ")
    run = runs.find_run(db, "floor")
    assert (run.tags, run.notes) == (("kept", "good"), "the floor")
    document = json.loads(workbench("tag", "floor", "-good", "--note", "", "--json"))
    assert document == {"id": run.id, "name": "floor", "tags": ["kept"], "notes": ""}
    listed = json.loads(workbench("runs", "--where", "tags ~ kept", "--json"))
    assert [one["name"] for one in listed] == ["floor"]


def test_a_tag_that_is_not_there_cannot_be_taken_away(workbench: Command) -> None:
    assert "has the tags night: there is no 'hot'" in workbench("tag", "floor", "-hot", code=2)
    assert "has no tags" in workbench("tag", "net-seed-0", "-hot", code=2)


@pytest.mark.parametrize("tag", ["", "two words", "a,b", "x" * 41, "tab\t", "bell\x07", "+plus", "-minus"])
def test_what_is_no_word_is_no_tag(tag: str, db: Database) -> None:
    with pytest.raises(BadTag):
        check_tags(["fine", tag])
    with pytest.raises(BadTag):
        change_labels(db, 1, ["+fine", f"+{tag}"])
    assert runs.get_run(db, 1).tags == ()


def test_each_tag_is_kept_once(db: Database) -> None:
    assert check_tags(["a", "b", "a"]) == ("a", "b")
    assert change_labels(db, 4, ["night", "+night"]).tags == ("night",)
