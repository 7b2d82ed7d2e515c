"""The index of runs: it says of any store what its documents say, in their order, and keeps up with what changes."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from store_fixtures import BORN_AT, add_queued, add_running

from store import details, runs, series
from store.connection import Database
from store.database import open_for_writing, open_read_only
from store.details import get_details
from store.folders import create_run_folder, hold_lock
from store.records import ClassFigures, Figure, FigureGroup, Point, Run, RunStatus
from workbench.errors import BadExpression, ReportedError, UnknownName, UsageError
from workbench.expressions import check_paths, known_paths, parse
from workbench.expressions.paths import MISSING, resolve
from workbench.run_groups import cell_value, common_name
from workbench.run_index import RunIndex
from workbench.run_json import run_json
from workbench.run_order import gently_sorted, sort_key
from workbench.runs.host import host_name
from workbench.runs.liveness import effective_status


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def documents_of(db: Database) -> list[dict[str, Any]]:
    """What ``runs --json`` prints, newest first."""
    listed = runs.list_runs(db)
    statuses = {run.id: effective_status(db.path, run) for run in listed}
    return [run_json(detail, status=statuses[detail.run.id]) for detail in get_details(db, list(statuses))]


def matching_ids(documents: Sequence[dict[str, Any]], where: str) -> list[int]:
    """The slow way: every document is asked."""
    expression = parse(where)
    check_paths(expression, known_paths(documents))
    return [document["id"] for document in documents if expression.matches(document)]


def sorted_ids(documents: Sequence[dict[str, Any]], path: str, *, descending: bool) -> list[int]:
    values = [(document["id"], resolve(document, path.split("."))) for document in documents]
    known = [
        pair for pair in values if pair[1] is not MISSING and pair[1] is not None and not isinstance(pair[1], dict)
    ]
    known.sort(key=lambda pair: sort_key(pair[1]) or (2, 0.0, ""), reverse=descending)
    ids = [run_id for run_id, _ in known]
    return [*ids, *(run_id for run_id, _ in values if run_id not in ids)]


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except ReportedError as error:
        return type(error), error.message


# --- any store, any expression ------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["accuracy", "batch_size", "gpu", "a", "b", "a.b", "train", "train_loss", 'od"d', "é", "report"]
)
WORDS = st.sampled_from(["x", "mlp", "1", "0.5", "true", "Night"])
PLAIN = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2).map(lambda x: round(x, 1)) | WORDS
JSON = st.recursive(
    PLAIN, lambda values: st.lists(values, max_size=2) | st.dictionaries(NAMES, values, max_size=2), max_leaves=4
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=3)
FIGURES = st.dictionaries(
    st.tuples(st.sampled_from(list(FigureGroup)), NAMES | st.just("trials")), st.none() | st.integers(-2, 2), max_size=3
)
POINTS = st.dictionaries(st.sampled_from(["val_accuracy", "train_loss", "a.b"]), st.integers(-2, 2), max_size=2)
RUNS = st.fixed_dictionaries(
    {
        "model": WORDS,
        "parameters": OBJECTS,
        "tags": st.lists(WORDS, max_size=2),
        "group": st.none() | WORDS,
        "figures": FIGURES,
        "data": OBJECTS,
        "environment": OBJECTS,
        "points": POINTS,
        "state": st.sampled_from(["queued", "running", "lost", "done", "failed"]),
    }
)
PATHS = st.lists(
    NAMES
    | st.sampled_from(["metrics", "parameters", "data", "environment", "series", "latency", "size", "min", "best"]),
    min_size=1,
    max_size=3,
).map(".".join) | st.sampled_from(
    [
        "id",
        "status",
        "model",
        "tags",
        "group",
        "created_at",
        "duration_s",
        "phase",
        "threads",
        "classes",
        "parameters",
        "series.val_accuracy.best",
        "series.a.b.min",
        "series.train_loss.last",
        "data.report",
        "latency.trials",
    ]
)
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~"])
VALUES = st.sampled_from(["1", "0.5", "-1", "x", "'1'", "true", "1,2", "done", "lost", "mlp", "2023-11"])


def quoted(path: str) -> str:
    return ".".join('"' + name.replace('"', '\\"') + '"' for name in path.split("."))


TESTS = PATHS.map(quoted) | st.tuples(PATHS.map(quoted), OPERATORS, VALUES).map(" ".join)
EXPRESSIONS = st.recursive(
    TESTS,
    lambda parts: (
        parts.map("not ({})".format)
        | st.tuples(parts, st.sampled_from(["and", "or"]), parts).map(
            lambda three: f"({three[0]}) {three[1]} ({three[2]})"
        )
    ),
    max_leaves=4,
)
SORTS = st.tuples(PATHS, st.sampled_from([":asc", ":desc"]))


@pytest.fixture(scope="module")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blank") / "store.db"
    open_for_writing(path).close()
    return path


def add(db: Database, wanted: dict[str, Any]) -> Run:
    """A run as described."""
    names = ("model", "parameters", "group")
    run = add_queued(db, tags=tuple(wanted["tags"]), **{name: wanted[name] for name in names})
    if wanted["state"] == "queued":
        return run
    host = host_name() if wanted["state"] == "lost" else "elsewhere"
    runs.claim(db, run.id, device="cpu", threads=1, host=host, boot_id="", supervisor_pid=1, at=BORN_AT + run.id / 8)
    measure(db, run.id, wanted)
    if wanted["state"] in ("done", "failed"):
        end(db, run.id, RunStatus(wanted["state"]))
    return run


def measure(db: Database, run_id: int, wanted: dict[str, Any]) -> None:
    details.set_figures(db, run_id, [Figure(*key, value) for key, value in wanted["figures"].items()])
    details.set_data(db, run_id, wanted["data"])
    details.merge_environment(db, run_id, wanted["environment"])
    details.set_classes(db, run_id, [ClassFigures("yes", 0.5, 0.5, None, 3)], [[3]])
    points = [
        Point(metric, step, value * step, BORN_AT) for metric, value in wanted["points"].items() for step in (1, 2)
    ]
    series.add_points(db, run_id, points)


def end(db: Database, run_id: int, status: RunStatus = RunStatus.DONE) -> None:
    series.fold_series(db, run_id, {"val_accuracy": True, "train_loss": False})
    runs.end_run(db, run_id, status, error=None, at=BORN_AT + 10)


def change(db: Database, wish: str, run_id: int, wanted: dict[str, Any]) -> None:
    """One of the things that happen to runs."""
    run = next((run for run in runs.list_runs(db) if run.id == run_id), None)
    if wish == "add":
        add(db, wanted)
    elif run is None:
        return
    elif wish == "tag":
        runs.set_tags(db, run_id, wanted["tags"])
    elif wish == "measure" and run.status is not RunStatus.QUEUED:
        measure(db, run_id, wanted)
    elif wish == "end" and run.status is RunStatus.RUNNING:
        end(db, run_id)
    elif wish == "delete" and run.status.ended:
        runs.delete_run(db, run_id)


CHANGES = st.tuples(st.sampled_from(["add", "tag", "measure", "end", "delete"]), st.integers(1, 5), RUNS)


@given(st.lists(RUNS, max_size=5), st.lists(EXPRESSIONS, min_size=3, max_size=6), SORTS, st.lists(CHANGES, max_size=4))
# Making a failing store smaller would take minutes.
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate])
def test_it_says_of_any_store_what_its_documents_say(
    tmp_path_factory: pytest.TempPathFactory,
    blank_store: Path,
    described: list[dict[str, Any]],
    expressions: list[str],
    sort: tuple[str, str],
    changes: list[tuple[str, int, dict[str, Any]]],
) -> None:
    path = tmp_path_factory.mktemp("any") / "store.db"
    shutil.copy(blank_store, path)
    with open_for_writing(path) as db, open_read_only(path) as reader:
        for wanted in described:
            add(db, wanted)
        index = RunIndex(reader)
        compare(reader, index, expressions, sort, is_new=True)
        for wish, run_id, wanted in changes:
            change(db, wish, run_id, wanted)
            compare(reader, index, expressions, sort)


def compare(
    db: Database, index: RunIndex, expressions: list[str], sort: tuple[str, str], *, is_new: bool = False
) -> None:
    documents = documents_of(db)
    if not documents:
        assert list(index.arrange().ids) == []
        return
    for where in expressions:
        wanted = outcome(lambda where=where: matching_ids(documents, where))
        got = outcome(lambda where=where: list(index.arrange(where).ids))
        if isinstance(wanted, tuple) and isinstance(got, list) and not is_new:
            # A path that some run knew once stays known.
            wanted = [document["id"] for document in documents if parse(where).matches(document)]
        assert got == wanted or (isinstance(wanted, tuple) and isinstance(got, tuple) and got[0] is wanted[0]), where
    key, direction = sort
    if key in known_paths(documents):
        wanted = sorted_ids(documents, key, descending=direction == ":desc")
        assert list(index.arrange(sort=key + direction).ids) == wanted
    paths = [key, "model", "metrics.accuracy", "latency.trials", "series.val_accuracy.best", "duration_s"]
    values = index.values([document["id"] for document in documents], paths)
    for document in documents:
        wanted = {path: cell_value(resolve(document, path.split("."))) for path in paths}
        wanted.update({path: values[document["id"]][path] for path in paths if path.endswith("_at")})
        assert values[document["id"]] == wanted


# --- order --------------------------------------------------------------------------------------------------------


def measured(db: Database, accuracy: float | None = None, **changes: Any) -> int:
    """A run that has ended with this accuracy."""
    run = add_running(db, **changes)
    if accuracy is not None:
        details.set_figures(db, run.id, [Figure(FigureGroup.METRICS, "accuracy", accuracy)])
    end(db, run.id)
    return run.id


def test_without_a_wish_all_runs_stand_newest_first(db: Database) -> None:
    index = RunIndex(db)
    assert list(index.arrange().ids) == []
    ids = [measured(db) for _ in range(3)]
    assert list(index.arrange().ids) == ids[::-1]


def test_a_metric_sorts_best_first_equals_newest_first_and_what_is_not_known_last(db: Database) -> None:
    low, none, high, also_high = (measured(db, accuracy) for accuracy in (0.5, None, 0.9, 0.9))
    index = RunIndex(db)
    assert list(index.arrange(sort="accuracy").ids) == [also_high, high, low, none]
    assert list(index.arrange(sort="metrics.accuracy:asc").ids) == [low, also_high, high, none]


def test_a_series_sorts_by_the_direction_of_its_metric(db: Database) -> None:
    ids = [add_running(db).id for _ in range(2)]
    for run_id, value in zip(ids, (0.2, 0.7), strict=True):
        series.add_points(db, run_id, [Point(name, 1, value, BORN_AT) for name in ("val_accuracy", "val_loss", "lr")])
    index = RunIndex(db)
    assert list(index.arrange(sort="series.val_accuracy.best").ids) == ids[::-1]
    assert list(index.arrange(sort="series.val_loss.best").ids) == ids
    assert index.values(ids[:1], ["series.lr.best", "series.lr.max"]) == {
        ids[0]: {"series.lr.best": None, "series.lr.max": 0.2}
    }


@given(st.lists(st.integers(0, 9), max_size=60), st.booleans())
def test_sorting_gently_is_sorting(values: list[int], descending: bool) -> None:
    items = list(range(len(values)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.run_order._STRETCH", 7)
        patch.setattr("workbench.run_order._SAMPLE_OF_EACH", 3)
        got = gently_sorted(items, values.__getitem__, descending=descending)
    assert got == sorted(items, key=values.__getitem__, reverse=descending)


def test_what_cannot_be_used_is_refused_as_on_the_command_line(db: Database) -> None:
    measured(db, 0.5)
    index = RunIndex(db)
    with pytest.raises(BadExpression, match=r"Did you mean accuracy.*\n.*\n  \^"):
        index.arrange("acuracy > 0.5")
    with pytest.raises(BadExpression, match="a value after"):
        index.arrange("accuracy >")
    with pytest.raises(UnknownName, match=r"There is no sort key called 'acuracy'\. Did you mean accuracy"):
        index.arrange(sort="acuracy")
    with pytest.raises(UsageError, match="asc or desc, not 'up'"):
        index.arrange(sort="accuracy:up")


def test_in_an_empty_store_nothing_is_misspelt(db: Database) -> None:
    assert len(RunIndex(db).arrange("anything > 1", "whatever")) == 0


# --- keeping up ---------------------------------------------------------------------------------------------------


def test_nothing_is_arranged_anew_while_nothing_changes(db: Database, store_file: Path) -> None:
    for accuracy in (0.5, 0.7, 0.9):
        measured(db, accuracy)
    live = add_running(db)
    with open_read_only(store_file) as reader:
        index = RunIndex(reader)
        kept = [index.arrange(where, sort) for where in ("", "accuracy > 0.6") for sort in ("", "accuracy")]
        series.add_points(db, live.id, [Point("train_loss", 1, 0.5, BORN_AT)])
        assert index.refresh()
        again = [index.arrange(where, sort) for where in ("", "accuracy > 0.6") for sort in ("", "accuracy")]
    assert all(one is other for one, other in zip(kept, again, strict=True))


def test_of_100_runs_only_the_live_one_is_read_again(
    db: Database, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.atomic():
        ended = [measured(db, number / 100) for number in range(100)]
        live = add_running(db)
        series.add_points(db, live.id, [Point("train_loss", 0, 0.9, BORN_AT)])
    with open_read_only(store_file) as reader:
        index = RunIndex(reader)
        index.arrange("accuracy > 0.5", "series.train_loss.last")
        asked: list[Any] = []

        def note(db: Database, names: Sequence[str], keys: Any, ids: Any = None) -> Any:
            asked.append(ids)
            return original(db, names, keys, ids)

        from workbench.run_columns import read_column as original

        monkeypatch.setattr("workbench.run_index.read_column", note)
        series.add_points(db, live.id, [Point("train_loss", 1, 0.5, BORN_AT)])
        details.set_figures(db, live.id, [Figure(FigureGroup.METRICS, "accuracy", 0.75)])
        assert index.arrange("accuracy > 0.5", "series.train_loss.last").ids[0] == live.id
        assert asked == [[live.id], [live.id]]
        asked.clear()
        runs.set_tags(db, ended[3], ["kept"])
        end(db, live.id)
        index.arrange("accuracy > 0.5", "series.train_loss.last")
        assert asked == [[ended[3], live.id]] * 2
        asked.clear()
        assert not index.refresh()
        index.arrange("accuracy > 0.5", "series.train_loss.last")
        assert asked == []


def test_a_run_whose_processes_are_dead_is_lost_as_soon_as_its_lock_is_free(db: Database) -> None:
    import os

    run = add_queued(db)
    lock = hold_lock(create_run_folder(db.path, run.id))
    runs.claim(db, run.id, device="cpu", threads=1, host=host_name(), boot_id="", supervisor_pid=1, at=BORN_AT)
    index = RunIndex(db)
    assert list(index.arrange("status == running").ids) == [run.id]
    os.close(lock)
    assert list(index.arrange("status == running").ids) == []
    assert list(index.arrange("status == lost").ids) == [run.id]


def test_a_child_forgets_a_parent_that_was_deleted(db: Database) -> None:
    parent = measured(db)
    child = measured(db, parent_id=parent)
    index = RunIndex(db)
    assert list(index.arrange(f"parent == {parent}").ids) == [child]
    runs.delete_run(db, parent)
    assert list(index.arrange("parent == 1 or id > 0").ids) == [child]
    assert index.values([child, parent], ["parent"]) == {child: {"parent": None}}


# --- groups -------------------------------------------------------------------------------------------------------


def test_runs_that_differ_only_in_seed_are_one_row(db: Database) -> None:
    first = [measured(db, 0.8 + seed / 100, name=f"net-seed-{seed}", seed=seed) for seed in range(3)]
    other = measured(db, 0.95, parameters={"epochs": 4})
    named = [measured(db, 0.1, group="mine", model=model) for model in ("mlp", "cnn")]
    index = RunIndex(db)
    folded = index.arrange(folded=True)
    assert folded.groups == (tuple(named[::-1]), (other,), tuple(first[::-1]))
    assert folded.ids == (named[1], other, first[2])
    assert index.arrange(sort="accuracy", folded=True).ids == (other, first[2], named[1])
    assert index.arrange("accuracy < 0.815", folded=True).groups == (tuple(named[::-1]), (first[1], first[0]))
    values = index.fold_values(folded.groups, ["metrics.accuracy", "seed", "model", "log_loss"])
    assert [value.name for value in values] == ["mine", "mlp-digits", "net"]
    assert values[2].means == {"metrics.accuracy": pytest.approx(0.81), "seed": None, "model": "mlp", "log_loss": None}
    assert values[2].spreads["metrics.accuracy"] == pytest.approx(stdev([0.80, 0.81, 0.82]))
    assert values[1].spreads["metrics.accuracy"] is None
    assert values[0].means["model"] is None
    assert values[2].means["metrics.accuracy"] == pytest.approx(fmean([0.80, 0.81, 0.82]))


def test_runs_on_other_targets_or_splits_are_no_seeds_of_each_other(db: Database) -> None:
    specs = [{"data": {"target": target}} for target in ("price", "sold")]
    ids = [measured(db, spec=spec) for spec in specs] + [measured(db, spec=specs[0], split_seed=1)]
    assert RunIndex(db).arrange(folded=True).groups == tuple((run_id,) for run_id in reversed(ids))


def test_groups_grow_move_and_go_with_their_runs(db: Database) -> None:
    slow = [measured(db, 0.5, seed=seed) for seed in range(2)]
    fast = measured(db, 0.7, model="cnn")
    index = RunIndex(db)
    assert index.arrange(sort="accuracy", folded=True).groups == ((fast,), tuple(slow[::-1]))
    best = measured(db, 1.0, seed=2)
    assert index.arrange(sort="accuracy", folded=True).groups == ((fast,), (best, *slow[::-1]))
    runs.delete_run(db, slow[0])
    assert index.arrange(sort="accuracy", folded=True).groups == ((best, slow[1]), (fast,))
    runs.delete_run(db, fast)
    assert index.arrange(sort="accuracy", folded=True).groups == ((best, slow[1]),)


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (["net-seed-1", "net-seed-2"], "net"),
        (["net", "net-2"], "net"),
        (["resnet50-1", "resnet50-2"], "resnet50"),
        (["resnet50", "resnet50-2"], "resnet50"),
        (["a", "b"], "a"),
        (["7", "71"], "7"),
        (["only-3"], "only-3"),
    ],
)
def test_a_group_without_a_name_is_called_by_what_its_runs_names_share(names: list[str], shared: str) -> None:
    assert common_name(names) == shared


# --- paths --------------------------------------------------------------------------------------------------------


def test_every_path_offered_leads_to_a_plain_value(db: Database) -> None:
    run = add_running(db, parameters={"hidden": [128, 64], "lr": 0.1})
    details.set_figures(db, run.id, [Figure(FigureGroup.METRICS, "train_loss", 0.5)])
    details.merge_environment(db, run.id, {"torch": "2", "load": {"before": 0.4}})
    details.set_data(db, run.id, {"train": 10, "report": {"rows": 3}})
    series.add_points(db, run.id, [Point("val_loss", 1, 0.5, BORN_AT)])
    index = RunIndex(db)
    known = index.known_paths()
    wanted = {"metrics.accuracy", "metrics.train_loss", "latency.p50_ms", "cost.train_usd", "size.parameters", "tags"}
    wanted |= {"parameters.hidden", "environment.torch", "environment.load.before", "series.val_loss.best", "notes"}
    assert wanted <= set(known)
    assert len(known) == len(set(known))
    assert not {"metrics", "environment", "environment.load", "data.report", "data.report.rows"} & set(known)
    for path in known:
        index.arrange(path, path)
    values = index.values([run.id], known)[run.id]
    assert values["parameters.hidden"] == "128,64"
    assert values["created_at"] == run.created_at
    assert values["series.val_loss.best"] == 0.5


def test_what_a_new_run_brings_is_known_at_once(db: Database) -> None:
    measured(db)
    index = RunIndex(db)
    with pytest.raises(BadExpression):
        index.arrange("depth > 1")
    assert "parameters.depth" not in index.known_paths()
    deep = measured(db, parameters={"depth": 3})
    assert list(index.arrange("depth > 1").ids) == [deep]
    assert "parameters.depth" in index.known_paths()


def test_a_document_says_what_each_series_came_to(db: Database) -> None:
    run = add_running(db)
    series.add_points(db, run.id, [Point("val_loss", step, value, BORN_AT) for step, value in enumerate((3, 1, 2))])
    document = run_json(replace(details.get_detail(db, run.id)))
    wanted = {"last": 2.0, "last_step": 2, "best": 1.0, "best_step": 1, "min": 1.0, "max": 3.0}
    assert document["series"] == {"val_loss": wanted}
    end(db, run.id)
    assert run_json(details.get_detail(db, run.id))["series"] == {"val_loss": wanted}
