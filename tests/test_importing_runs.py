"""Runs that were imported: in the store, in lists and pages, and beside runs that were trained here."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth
from store_fixtures import add_running

from screens.form.draft import Draft
from store.database import Database, open_for_writing, open_read_only
from store.details import get_detail, set_data, set_figures
from store.outcomes import get_example_set, get_outcomes, put_example_set, set_outcomes
from store.records import RunStatus
from store.runs import end_run, find_run, list_runs
from workbench.__main__ import main
from workbench.data.preparation import make_example_set
from workbench.errors import UsageError
from workbench.evaluation.contents import Numbers, pack_contents, table_contents
from workbench.evaluation.outcomes import make_outcomes
from workbench.evaluation.scores import score
from workbench.importing import ImportRequest, keep, read_import
from workbench.spec import is_imported

LABELS = ("cat", "owl", "dog")
N = 200
SCORES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "brier", "roc_auc")


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


@pytest.fixture
def trained(db: Database) -> int:
    """A run as its supervisor leaves it, with outcomes of three classes."""
    truth = draw_truth(N, 3, 0).astype(np.int64)
    probabilities = draw_probabilities(truth, 3, 2.0, seed=1)
    contents = pack_contents(table_contents({"age": Numbers(np.arange(N, dtype=np.float64))}, N))
    ids = np.sort(np.random.default_rng(0).integers(0, 2**63, N, dtype=np.uint64))
    examples = make_example_set(ids, [f"age {n}, a" for n in range(N)], contents)
    run = add_running(db, name="trained", dataset="pets", split_seed=3)
    put_example_set(db, examples)
    set_outcomes(db, run.id, make_outcomes(examples.key, LABELS, truth, probabilities))
    set_figures(db, run.id, score(LABELS, truth, probabilities).figures)
    set_data(db, run.id, {"target": "animal", "fingerprint": "f00d", "labels": list(LABELS), "test": N})
    end_run(db, run.id, RunStatus.DONE, error=None, at=2e9)
    return run.id


class Command:
    """The command line on the store of this test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.said = ""

    def __call__(self, *words: str, code: int = 0) -> str:
        self._capsys.readouterr()
        assert main(words) == code
        printed = self._capsys.readouterr()
        self.said = printed.err
        return printed.out

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"), parse_constant=pytest.fail)


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def small(tmp_path: Path, name: str = "a.csv", truth: str = "dog") -> str:
    return write(
        tmp_path / name, f"id,truth,prediction,p_cat,p_dog\n1,{truth},cat,0.9,0.1\n2,dog,dog,0.2,0.8\n3,cat,cat,1,0\n"
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_was_exported_comes_back_and_is_no_different(
    trained: int, workbench: Command, tmp_path: Path, kind: str
) -> None:
    if kind == "csv":
        file = write(tmp_path / "out.csv", workbench("outcomes", "trained", "--csv"))
    else:
        rows = workbench.json("outcomes", "trained")
        file = write(tmp_path / "out.jsonl", "\n".join(map(json.dumps, rows)))
    workbench("import", "copy", "--outcomes", file)
    comparison = workbench.json("diff", "trained", "copy")
    assert comparison["paired"]
    assert comparison["disagreements"]["only_a"] == comparison["disagreements"]["only_b"] == 0
    rows = {row["metric"]: row for row in comparison["rows"]}
    for name in SCORES:
        # Probabilities are stored in half precision.
        assert rows[name]["b"]["value"] == pytest.approx(rows[name]["a"]["value"], abs=2e-4), name
        assert rows[name]["verdict"] == "unresolved", name
    assert rows["log_loss"]["b"]["value"] == pytest.approx(rows["log_loss"]["a"]["value"], rel=1e-5)
    assert rows["log_loss"]["p_value"] == 1.0
    codes = {warning["code"] for warning in comparison["warnings"]}
    assert not codes & {"other-data", "other-split", "other-target", "other-truth", "unequal-test-parts"}


def test_examples_that_the_store_knows_say_which_data_they_are(
    db: Database, trained: int, workbench: Command, tmp_path: Path
) -> None:
    workbench("import", "copy", "--outcomes", write(tmp_path / "o.csv", workbench("outcomes", "trained", "--csv")))
    run = workbench.json("show", "copy")
    assert (run["dataset"], run["data"]["target"], run["split_seed"]) == ("pets", "animal", 3)
    stored = [get_outcomes(db, find_run(db, name).id) for name in ("trained", "copy")]
    assert stored[0] is not None
    assert stored[1] is not None
    assert stored[0].example_set == stored[1].example_set
    assert stored[0].columns["loss"] == stored[1].columns["loss"]
    assert stored[0].columns["probabilities"] == stored[1].columns["probabilities"]


def test_the_same_ids_with_other_truths_are_other_data(workbench: Command, tmp_path: Path) -> None:
    workbench("import", "a", "--outcomes", small(tmp_path), "--data", "pets", "--target", "animal")
    workbench("import", "b", "--outcomes", small(tmp_path, "b.csv", truth="cat"))
    workbench("import", "c", "--outcomes", small(tmp_path, "c.csv"))
    assert "The examples are those of run 1 (a), on pets." in workbench.said
    data = {run["name"]: (run["dataset"], run["data"]["target"]) for run in workbench.json("runs")}
    assert data == {"a": ("pets", "animal"), "b": ("b", None), "c": ("pets", "animal")}


def test_other_contents_of_known_ids_are_kept_apart(
    db: Database, trained: int, workbench: Command, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(io.StringIO(workbench("outcomes", "trained", "--csv"))))
    lines = ["id,truth,prediction,region", *(f"{row['example']},{row['truth']},cat,north" for row in rows)]
    workbench("import", "north", "--outcomes", write(tmp_path / "o.csv", "\n".join(lines)))
    sets = []
    for name in ("trained", "north"):
        found = get_outcomes(db, find_run(db, name).id)
        assert found is not None
        sets.append(get_example_set(db, found.example_set))
    assert sets[0] is not None
    assert sets[1] is not None
    assert sets[0].ids == sets[1].ids
    assert sets[0].contents != sets[1].contents
    assert workbench.json("diff", "trained", "north")["paired"]


def test_an_imported_run_is_done_and_has_no_training(workbench: Command, tmp_path: Path) -> None:
    options = (
        "--tag",
        "api",
        "--set",
        "prompt=v3",
        "--environment",
        "gpu=H100",
        "--cost",
        "train_usd=12",
        "--note",
        "hi",
    )
    assert workbench.json("import", "big", "--outcomes", small(tmp_path), *options)["name"] == "big"
    run = workbench.json("show", "big")
    assert (run["status"], run["phase"], run["model"], run["device"]) == ("done", None, "big", "elsewhere")
    assert (run["started_at"], run["duration_s"], run["checkpoint"], run["series"]) == (None, None, None, {})
    assert (run["tags"], run["notes"], run["parameters"]) == (["api"], "hi", {"prompt": "v3"})
    assert (run["cost"]["train_usd"], run["environment"]) == (12, {"gpu": "H100"})
    assert (run["data"]["test"], run["data"]["train"], run["dataset"]) == (3, None, "a")
    page = workbench("show", "big")
    assert "imported from" in page
    assert "seeds" not in page
    assert [found["name"] for found in workbench.json("runs", "--where", "data.imported and accuracy > 0.6")] == ["big"]
    assert "Imported from" in workbench("logs", "big")


def test_a_name_that_is_taken_gets_a_number(workbench: Command, tmp_path: Path) -> None:
    for _ in range(2):
        workbench("import", "big", "--outcomes", small(tmp_path))
    assert [run["name"] for run in workbench.json("runs")] == ["big-2", "big"]
    assert {run["model"] for run in workbench.json("runs")} == {"big"}


def test_warnings_are_said_and_kept_with_the_run(workbench: Command, tmp_path: Path) -> None:
    workbench("import", "big", "--outcomes", write(tmp_path / "a.csv", "truth,prediction\na,b\nb,b\n"))
    codes = [warning["code"] for warning in workbench.json("show", "big")["data"]["report"]["warnings"]]
    assert codes == ["no-ids", "no-probabilities"]
    workbench("import", "again", "--outcomes", str(tmp_path / "a.csv"))
    assert workbench.said.count("Warning: ") == 2
    assert "Columns taken: 'truth' for the truth" in workbench.said


def test_nothing_is_stored_of_a_file_that_is_wrong(workbench: Command, tmp_path: Path, store_file: Path) -> None:
    workbench("import", "big", "--outcomes", small(tmp_path))
    workbench("import", "bad", "--outcomes", write(tmp_path / "b.csv", "id,truth,prediction\n1,a,\n1,b,b\n"), code=2)
    assert workbench.said.startswith(
        "Unusable data: 2 things have to be mended first; nothing was stored.\n- 1 row of b.csv"
    )
    with open_read_only(store_file) as db:
        assert [run.name for run in list_runs(db)] == ["big"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--labels", "cat"), "--labels names each class once"),
        (("--positive", "cow"), "--positive names one of two classes, not 'cow': the classes are 'cat', 'dog'"),
        (("--cost", "usd=3"), "There is no figure of cost called 'usd'"),
        (("--set", "lr"), "'lr' is not of the form name=value"),
        (("--threads", "0"), "--threads must be at least 1"),
        (("--tag", "a b"), "A tag is one word"),
    ],
)
def test_wrong_words_are_refused(workbench: Command, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    workbench("import", "big", "--outcomes", small(tmp_path), *words, code=2)
    assert said in workbench.said


def test_two_imports_with_the_same_ids_pair_and_other_truths_are_told(workbench: Command, tmp_path: Path) -> None:
    workbench("import", "a", "--outcomes", small(tmp_path), "--data", "pets")
    workbench("import", "b", "--outcomes", small(tmp_path, "b.csv", truth="cat"), "--data", "pets")
    comparison = workbench.json("diff", "a", "b")
    assert "other-truth" in {warning["code"] for warning in comparison["warnings"]}
    workbench("import", "c", "--outcomes", small(tmp_path, "c.csv"))
    assert workbench.json("diff", "a", "c")["disagreements"] == {
        "both_right": 2,
        "only_a": 0,
        "only_b": 0,
        "both_wrong": 1,
    }


def test_an_imported_run_can_neither_be_run_again_nor_cloned(
    workbench: Command, tmp_path: Path, store_file: Path
) -> None:
    workbench("import", "mlp", "--outcomes", small(tmp_path))
    workbench("rerun", "mlp", code=2)
    assert "was measured elsewhere and cannot be run again here" in workbench.said
    workbench("stop", "mlp")
    assert "has ended already: done" in workbench.said
    with open_read_only(store_file) as db:
        run = find_run(db, "mlp")
    assert is_imported(run)
    with pytest.raises(UsageError, match="measured elsewhere"):
        Draft.from_run(run)
    workbench("delete", "mlp", "--yes")
    assert workbench.json("runs") == []


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("id,truth,prediction\n" + "\n".join(f"{n},{n / 3},{n / 3 + 0.1}" for n in range(40)), "mae"),
        ("id,bits,bytes,tokens\n" + "\n".join(f"{n},{90 + n},100,30" for n in range(40)), "bits_per_byte"),
    ],
    ids=["regression", "language-modelling"],
)
def test_imports_of_other_tasks_are_shown_and_compared(
    workbench: Command, tmp_path: Path, text: str, metric: str
) -> None:
    for name in ("a", "b"):
        workbench("import", name, "--outcomes", write(tmp_path / "o.csv", text))
    assert workbench.json("show", "a")["metrics"][metric] is not None
    assert len(workbench.json("outcomes", "a")) == 40
    assert "id 7" in workbench("outcomes", "a", "--csv")
    comparison = workbench.json("diff", "a", "b")
    assert comparison["comparable"]
    assert next(row for row in comparison["rows"] if row["metric"] == metric)["delta"] == 0


def test_what_is_stored_is_stored_whole_or_not_at_all(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = read_import(ImportRequest("big", Path(small(tmp_path))))
    monkeypatch.setattr("workbench.importing.keeping.add_log_lines", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        keep(db, imported)
    assert list_runs(db) == []
    monkeypatch.undo()
    run = keep(db, imported)
    assert get_detail(db, run.id).confusion == ((1, 0), (1, 1))


def test_timings_of_a_device_that_nobody_named_are_not_compared(workbench: Command, tmp_path: Path) -> None:
    calls = write(tmp_path / "t.csv", "ms\n" + "\n".join(str(1 + n % 7 / 10) for n in range(400)))
    slower = write(tmp_path / "u.csv", "ms\n" + "\n".join(str(3 + n % 7 / 10) for n in range(400)))
    workbench("import", "a", "--outcomes", small(tmp_path), "--trials", calls)
    for name, device in (("b", ()), ("c", ("--device", "H100")), ("d", ("--device", "H100"))):
        workbench("import", name, "--outcomes", small(tmp_path), "--trials", slower if name != "c" else calls, *device)
    reasons = {}
    for pair in (("a", "b"), ("a", "c"), ("c", "d")):
        rows = {row["metric"]: row for row in workbench.json("diff", *pair)["rows"]}
        reasons[pair] = (rows["p50_ms"]["verdict"], rows["p50_ms"]["reason"])
    assert reasons["a", "b"] == ("not-comparable", "the devices of A and B are not known")
    assert reasons["a", "c"] == ("not-comparable", "the device of A is not known")
    assert reasons["c", "d"] == ("a", "measured apart, but beyond the 25% by which measurements taken apart may differ")


def test_scores_that_only_rank_are_compared_by_the_area_alone(workbench: Command, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 300)
    for name, skill in (("a", 1.0), ("b", 3.0)):
        logits = skill * (2 * truth - 1) + rng.normal(size=300)
        rows = (f"{n},{'ny'[t]},{'ny'[int(z > 0)]},{z}" for n, (t, z) in enumerate(zip(truth, logits, strict=True)))
        file = write(tmp_path / f"{name}.csv", "id,truth,prediction,score\n" + "\n".join(rows))
        workbench("import", name, "--outcomes", file)
    rows = {row["metric"]: row for row in workbench.json("diff", "a", "b")["rows"]}
    assert (rows["roc_auc"]["test"], rows["roc_auc"]["verdict"]) == ("delong", "b")
    assert rows["roc_auc"]["b"]["value"] == pytest.approx(workbench.json("show", "b")["metrics"]["roc_auc"])
    assert "log_loss" not in rows
