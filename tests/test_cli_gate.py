"""``diff --fail-if`` and ``diff --baseline``: what a script in CI relies on."""

import json
import os
from collections.abc import Iterator

import pytest
from screens_fixtures import add, begin, end
from screens_pairs import evaluate, pairs

from store.database import Database
from store.details import set_data
from store.records import Run, RunStatus
from store.runs import set_tags
from workbench.__main__ import main
from workbench.comparison.gates import GateResult, judge_gate
from workbench.expressions import parse

DOCUMENT = {
    "comparable": True,
    "warnings": [{"code": "busy-machine", "message": "…"}, {"code": "other-host", "message": "…"}],
    "rows": [
        {"metric": "accuracy", "delta": -0.0312, "verdict": "a", "reason": "p = 0.01"},
        {"metric": "train_usd", "delta": None, "verdict": "not-comparable", "reason": "B does not have this figure"},
    ],
    "classes": [
        {"class": "c0", "f1": {"metric": "f1", "delta": -0.2, "reason": "p = 0.01"}},
        {"class": "v1.0", "f1": {"metric": "f1", "delta": None, "reason": "no test example is of this class"}},
    ],
}


@pytest.mark.parametrize(
    ("text", "failed", "sentence"),
    [
        (
            "accuracy.delta < -0.01",
            True,
            "Gate failed: 'accuracy.delta < -0.01' holds: accuracy.delta is -0.0312.",
        ),
        (
            "accuracy.delta < -0.05",
            False,
            "Gate passed: 'accuracy.delta < -0.05' does not hold: accuracy.delta is -0.0312.",
        ),
        (
            "accuracy.verdict == a and not comparable or warnings ~ other-host",
            True,
            "Gate failed: 'accuracy.verdict == a and not comparable or warnings ~ other-host' holds: "
            "accuracy.verdict is a, comparable is true and warnings is busy-machine, other-host.",
        ),
        (
            "train_usd.delta > 0",
            True,
            "Gate failed: 'train_usd.delta > 0' cannot be decided: train_usd.delta is not known "
            "(B does not have this figure).",
        ),
        (
            "energy_j.delta > 0",
            True,
            "Gate failed: 'energy_j.delta > 0' cannot be decided: energy_j.delta is not known of these two runs.",
        ),
        (
            "classes.c0.f1.delta < -0.1",
            True,
            "Gate failed: 'classes.c0.f1.delta < -0.1' holds: classes.c0.f1.delta is -0.2.",
        ),
        (
            "classes.v1.0.f1.delta < -0.1",
            True,
            "Gate failed: 'classes.v1.0.f1.delta < -0.1' cannot be decided: classes.v1.0.f1.delta is not known "
            "(no test example is of this class).",
        ),
        (
            "accuracy.delta ~ 3",
            True,
            "Gate failed: 'accuracy.delta ~ 3' cannot be decided: accuracy.delta is -0.0312, of which '~ 3' cannot be "
            "said.",
        ),
    ],
)
def test_a_gate_is_answered_with_the_values_that_it_went_by(text: str, failed: bool, sentence: str) -> None:
    assert judge_gate(parse(text), DOCUMENT) == GateResult(failed, sentence)


def test_a_value_is_never_rounded_across_the_limit() -> None:
    near = {"rows": [{"metric": "accuracy", "delta": -0.0100000004, "reason": ""}]}
    assert judge_gate(parse("accuracy.delta < -0.01"), near).sentence.endswith("accuracy.delta is -0.0100000004.")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with pairs(tmp_path_factory.mktemp("gate") / "workbench.db", name="strong") as db:
        yield db


class Diff:
    """Calls ``workbench diff`` and keeps what it wrote."""

    def __init__(self, db: Database, capsys: pytest.CaptureFixture[str]) -> None:
        self._path = str(db.path)
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str) -> int:
        code = main(["--store", self._path, "diff", *words])
        self.out, self.err = self._capsys.readouterr()
        return code


@pytest.fixture
def diff(store: Database, capsys: pytest.CaptureFixture[str]) -> Diff:
    capsys.readouterr()
    return Diff(store, capsys)


def test_every_gate_is_tried_and_answered(diff: Diff) -> None:
    gates = ("accuracy.delta < 0", "p50_ms.relative > 0.5", "train_usd.delta > 0")
    words = [word for gate in gates for word in ("--fail-if", gate)]
    assert diff("weak", "strong", *words, "--json") == 1
    passed, slower, unknown, total = diff.err.splitlines()
    assert passed.startswith("Gate passed: 'accuracy.delta < 0' does not hold: accuracy.delta is 0.")
    assert slower.startswith("Gate failed: 'p50_ms.relative > 0.5' holds: p50_ms.relative is ")
    assert unknown.startswith("Gate failed: 'train_usd.delta > 0' cannot be decided: train_usd.delta is not known")
    assert total == "2 of 3 gates failed."
    assert json.loads(diff.out).keys() >= {"a", "b", "rows", "summary"}


def test_a_gate_may_hold_a_single_class_to_account(diff: Diff) -> None:
    assert diff("weak", "strong", "--fail-if", "classes.cat.f1.delta < 0") == 0
    assert diff("weak", "strong", "--fail-if", "classes.cat.f1.delta > 0") == 1
    assert diff.err.startswith("Gate failed: 'classes.cat.f1.delta > 0' holds: classes.cat.f1.delta is 0.")
    assert diff("weak", "strong", "--fail-if", "classes.cow.f1.delta > 0") == 2
    assert "classes.cow.f1.delta" in diff.err


def test_gates_that_all_pass_end_with_0(diff: Diff) -> None:
    assert diff("weak", "strong", "--fail-if", "accuracy.verdict == a") == 0
    assert diff.err.startswith("Gate passed: ")


@pytest.mark.parametrize(
    ("gate", "said", "column"),
    [
        ("accuracy.delta <", "a value after '<'", 16),
        ("comparable and acuracy.delta < 0", "Did you mean accuracy.delta", 15),
        ("accuracy < 0.9", "Write accuracy.delta or accuracy.relative", 0),
        ("accuracy.change < 0", "Did you mean accuracy.delta", 0),
        ("f1.delta < 0", "Did you mean macro_f1.delta", 0),
    ],
)
def test_a_wrong_expression_ends_with_2_points_at_the_place_and_prints_no_diff(
    diff: Diff, gate: str, said: str, column: int
) -> None:
    assert diff("weak", "strong", "--json", "--fail-if", "accuracy.delta < 0", "--fail-if", gate) == 2
    assert diff.out == ""
    assert said in diff.err
    assert diff.err.splitlines()[1:] == [f"  {gate}", f"  {' ' * column}^"]


def test_runs_and_options_may_stand_in_any_order(diff: Diff) -> None:
    assert diff("weak", "--json", "strong") == 0
    document = json.loads(diff.out)
    assert (document["a"]["name"], document["b"]["name"]) == ("weak", "strong")
    assert diff("weak") == 2
    assert "`workbench diff A B`, or `workbench diff B --baseline TAG`" in diff.err


def tagged(
    db: Database, name: str, tag: str, *, content: str = "f00d", dataset: str = "digits", done: bool = True
) -> Run:
    run = add(db, name, dataset=dataset)
    os.close(begin(db, run))
    evaluate(db, run, 1.5, 0.2)
    set_data(db, run.id, {"target": "animal", "fingerprint": content})
    set_tags(db, run.id, [tag, "other"])
    end(db, run, RunStatus.DONE if done else RunStatus.STOPPED)
    return run


def test_the_baseline_is_the_newest_done_run_with_the_tag_of_the_same_data(store: Database, diff: Diff) -> None:
    tagged(store, "old-main", "main")
    wanted = tagged(store, "new-main", "main")
    tagged(store, "same-name-other-content", "main", content="beef")
    tagged(store, "other-data-set", "main", content="beef", dataset="iris")
    tagged(store, "stopped-main", "main", done=False)
    assert diff("--baseline", "main", "strong", "--json") == 0
    document = json.loads(diff.out)
    assert (document["a"]["id"], document["b"]["name"]) == (wanted.id, "strong")
    assert diff.err == (f"The baseline, A, is run {wanted.id} (new-main), the newest tagged 'main' of the same data.\n")


def test_a_run_is_not_its_own_baseline(store: Database, diff: Diff) -> None:
    first, second = tagged(store, "first", "solo"), tagged(store, "second", "solo")
    assert diff(str(second.id), "--baseline", "solo", "--json") == 0
    assert json.loads(diff.out)["a"]["id"] == first.id


def test_changed_data_of_the_same_name_are_compared_and_said_to_differ(store: Database, diff: Diff) -> None:
    tagged(store, "before", "nightly", content="beef")
    assert diff("strong", "--baseline", "nightly", "--json") == 0
    assert "other-data" in {warning["code"] for warning in json.loads(diff.out)["warnings"]}


def test_without_a_fit_baseline_a_sentence_says_why(store: Database, diff: Diff) -> None:
    assert diff("strong", "--baseline", "nobody") == 2
    assert "No other run has the tag 'nobody'. `workbench tag RUN +nobody` makes a run the baseline." in diff.err
    stopped = tagged(store, "cut-short", "short", done=False)
    assert diff("strong", "--baseline", "short") == 2
    assert f"No other run tagged 'short' is done (tagged: {stopped.id})." in diff.err
    tagged(store, "flowers", "far", content="beef", dataset="iris")
    assert diff("strong", "--baseline", "far") == 2
    assert "those that are done learned from iris, it from digits" in diff.err
    assert diff("weak", "strong", "--baseline", "far") == 2
    assert "name B alone" in diff.err
    assert diff("--baseline", "far") == 2
    assert "Name the run to compare: `workbench diff B --baseline far`" in diff.err


def test_gates_work_against_a_baseline(store: Database, diff: Diff) -> None:
    tagged(store, "gated", "release")
    assert diff("weak", "--baseline", "release", "--fail-if", "accuracy.delta < -0.01") == 1
    assert "Gate failed: 'accuracy.delta < -0.01' holds: accuracy.delta is -0." in diff.err


def test_a_diff_is_printed_without_blanks_at_the_ends_of_lines(diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert diff("weak", "strong") == 0
    lines = diff.out.splitlines()
    assert all(line == line.rstrip() and len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("form", "first"),
    [("--markdown", "## weak (A) and strong (B)"), ("--html", "<!DOCTYPE html>"), ("--csv", "metric,group,unit,")],
)
def test_each_form_is_all_that_stdout_gets(diff: Diff, form: str, first: str) -> None:
    assert diff("weak", "strong", form, "--fail-if", "accuracy.delta < 0") == 0
    assert diff.out.startswith(first)
    assert "Gate" not in diff.out
    assert diff.err.startswith("Gate passed")
