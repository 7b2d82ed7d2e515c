"""Groups of runs of a store: who belongs to one, what is said of two, and how it is printed."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from comparison_fixtures import make_calls
from groups_fixtures import add_group, add_member
from test_comparison_html import needs_browser, spilling

from store.database import Database, open_for_writing
from store.outcomes import add_trials
from store.packed_records import NewRace, Trials
from store.races import add_race
from store.records import RunStatus
from workbench.__main__ import main
from workbench.comparison.group_report import to_group_csv, to_group_markdown
from workbench.comparison.group_words import strip
from workbench.comparison.groups import GroupCompared, GroupKind, compare_groups
from workbench.comparison.report.group_page import to_group_html
from workbench.comparison.result import Row, Verdict
from workbench.errors import UsageError
from workbench.evaluation.columns import pack
from workbench.settings import Settings


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_writing(tmp_path / "store.db") as opened:
        yield opened


def compared(db: Database, a: int, b: int, kind: str | None = None, **settings: dict[str, float]) -> GroupCompared:
    return compare_groups(db, a, b, Settings(**settings), None if kind is None else GroupKind(kind))


def row(found: GroupCompared, metric: str) -> Row:
    wanted = found.comparison.row(metric)
    assert wanted is not None
    return wanted


def codes(found: GroupCompared) -> list[str]:
    return [caution.code for caution in found.comparison.warnings]


def test_a_model_that_is_better_with_every_seed_is_better_over_seeds(db: Database) -> None:
    a, b = add_group(db, "small", 0.8, seeds=range(5)), add_group(db, "large", 2.4, seeds=range(6))
    found = compared(db, a[2].id, b[0].id, "seeds")
    assert (found.a.ids, found.b.ids) == (tuple(run.id for run in a), tuple(run.id for run in b))
    accuracy = row(found, "accuracy")
    assert (accuracy.verdict, accuracy.test, accuracy.n) == (Verdict.B, "seed-example-bootstrap", 11)
    spreads = found.spreads["accuracy"]
    assert accuracy.a.value == pytest.approx(np.mean([point for point in spreads.a.points if point is not None]))
    assert accuracy.p_adjusted is not None
    assert accuracy.p_value is not None
    assert accuracy.p_adjusted > accuracy.p_value, "the family is corrected as elsewhere"
    assert "5 and 6 seeds on the same 200 test examples" in accuracy.reason
    assert row(found, "weighted_recall").p_value == accuracy.p_value, "the same figure under another name"
    assert found.comparison.paired
    assert codes(found) == []
    assert "B is better than A in accuracy over seeds" in found.comparison.summary
    assert [item.key for item in found.comparison.parameters] == ["model"]


def test_groups_alike_are_unresolved_and_the_row_says_what_would_narrow_it(db: Database) -> None:
    a, b = add_group(db, "alpha", 1.5, seeds=range(5)), add_group(db, "beta", 1.5, seeds=range(5))
    accuracy = row(compared(db, a[0].id, b[0].id), "accuracy")
    assert accuracy.verdict is Verdict.UNRESOLVED
    assert "of the uncertainty comes from the" in accuracy.reason
    margin = {"accuracy": 0.5}
    assert row(compared(db, a[0].id, b[0].id, margins=margin), "accuracy").verdict is Verdict.EQUIVALENT


def test_fewer_than_five_seeds_give_no_verdict_and_the_commands_that_make_it_five(db: Database) -> None:
    a, b = add_group(db, "small", 0.8, seeds=(0, 2, 3)), add_group(db, "large", 2.4, seeds=range(5))
    found = compared(db, a[1].id, b[0].id, "seeds")
    accuracy = row(found, "accuracy")
    assert (accuracy.verdict, accuracy.p_value, accuracy.delta_low) == (Verdict.UNRESOLVED, None, None)
    assert accuracy.delta is not None
    assert "A has 3 seeds, B 5 seeds, where a verdict needs 5 of each" in accuracy.reason
    assert found.a.commands == tuple(f"workbench rerun {a[1].id} --seed {seed} --detach" for seed in (1, 4))
    assert (found.a.missing, found.b.missing, found.b.commands) == (2, 0, ())
    (caution,) = found.comparison.warnings
    assert (caution.code, caution.message) == ("few-members", "A has 3 seeds; a verdict needs 5")
    assert f"`workbench rerun {a[1].id} --seed 1 --detach`" in caution.repair


def test_members_are_done_and_alike_in_all_but_the_seed(db: Database) -> None:
    members = add_group(db, "net", 1.0, seeds=range(3))
    add_member(db, "net", 1.0, seed=7, parameters={"epochs": 9})
    add_member(db, "net", 1.0, seed=8, fingerprint="beef")
    add_member(db, "net", 1.0, seed=9, device="cuda:0")
    add_member(db, "net", 1.0, seed=10, test_fraction=0.5)
    add_member(db, "net", 1.0, seed=11, status=RunStatus.FAILED)
    add_member(db, "net", 1.0, seed=12, group="mine")
    other_split = add_member(db, "net", 1.0, seed=13, split_seed=1)
    again = add_member(db, "net", 1.0, seed=2)
    found = compared(db, members[0].id, members[0].id, "seeds")
    # Of two runs with one seed the newer counts, unless the older was asked for.
    assert found.a.ids == (members[0].id, members[1].id, again.id)
    assert {left.id: left.reason for left in found.a.left_out} == {
        members[2].id: f"the same seed as run {again.id}",
        other_split.id: "tested on other examples (split seed 1)",
    }
    assert members[2].id in compared(db, members[2].id, members[2].id, "seeds").a.ids


def test_a_run_without_any_like_it_that_is_done_has_no_group(db: Database) -> None:
    failed = add_member(db, "net", 1.0, status=RunStatus.FAILED)
    done = add_member(db, "other", 1.0)
    with pytest.raises(UsageError, match=f"workbench rerun {failed.id}"):
        compared(db, failed.id, done.id)


def test_the_group_of_a_run_that_failed_is_that_of_the_runs_like_it(db: Database) -> None:
    members = add_group(db, "net", 1.0, seeds=range(2))
    failed = add_member(db, "net", 1.0, seed=5, status=RunStatus.FAILED)
    found = compared(db, failed.id, members[0].id, "seeds")
    assert found.a.ids == tuple(run.id for run in members)
    assert found.comparison.a["id"] == members[1].id
    assert "provisional" not in codes(found)


def test_splits_are_paired_by_split_seed(db: Database) -> None:
    a = add_group(db, "small", 0.4, splits=range(8))
    b = add_group(db, "large", 3.0, splits=range(2, 10))
    found = compared(db, a[0].id, b[-1].id, "splits")
    assert [member.split_seed for member in found.a.members] == list(range(2, 8))
    assert [member.split_seed for member in found.b.members] == list(range(2, 8))
    accuracy = row(found, "accuracy")
    assert (accuracy.verdict, accuracy.test, accuracy.n) == (Verdict.B, "corrected-resampled-t", 6)
    differences = np.subtract(found.spreads["accuracy"].b.points, found.spreads["accuracy"].a.points)
    assert accuracy.delta == pytest.approx(differences.mean())
    assert {left.reason for left in found.a.left_out} == {
        f"the other side has no run on split seed {split_seed}" for split_seed in (0, 1)
    }
    assert "other-split" not in codes(found)


def test_too_few_splits_are_filled_up_from_those_that_one_side_has(db: Database) -> None:
    a, b = add_group(db, "small", 0.4, splits=(0, 1, 2)), add_group(db, "large", 3.0, splits=(0, 1, 3))
    found = compared(db, a[0].id, b[0].id, "splits")
    assert found.a.commands == tuple(f"workbench rerun {a[0].id} --split-seed {split} --detach" for split in (3, 4))
    assert found.b.commands == tuple(f"workbench rerun {b[0].id} --split-seed {split} --detach" for split in (2, 4))
    assert row(found, "accuracy").reason.startswith("2 splits in common")


def test_auto_takes_the_kind_of_which_there_is_more(db: Database) -> None:
    a = add_group(db, "small", 0.4, seeds=range(3)) + add_group(db, "small", 0.4, splits=(1,))
    b = add_group(db, "large", 3.0, seeds=range(3)) + add_group(db, "large", 3.0, splits=(1,))
    assert compared(db, a[0].id, b[0].id).kind is GroupKind.SEEDS
    add_group(db, "small", 0.4, splits=(2,))
    add_group(db, "large", 3.0, splits=(2,))
    assert compared(db, a[0].id, b[0].id).kind is GroupKind.SPLITS


def test_a_group_beside_itself_is_never_told_apart(db: Database) -> None:
    runs = add_group(db, "net", 1.0, seeds=range(6))
    found = compared(db, runs[0].id, runs[4].id, "seeds")
    assert codes(found) == ["same-group"]
    scores = [row for row in found.comparison.rows if row.group == "accuracy"]
    assert {row.delta for row in scores if row.p_value is not None} == {0.0}
    assert {row.verdict for row in scores} == {Verdict.UNRESOLVED}


def test_times_and_costs_of_groups_have_a_spread_and_no_verdict(db: Database) -> None:
    a, b = add_group(db, "small", 0.8, seeds=range(5)), add_group(db, "large!", 2.4, seeds=range(5))
    found = compared(db, a[0].id, b[0].id)
    assert row(found, "p50_ms").verdict is Verdict.UNRESOLVED
    assert "spread only" in row(found, "p50_ms").reason
    assert found.spreads["device_seconds"].a.points == (3.5, 4.5, 5.5, 6.5, 7.5)
    assert (row(found, "parameters").verdict, row(found, "parameters").delta) == (Verdict.A, 100.0)


def test_that_two_runs_were_timed_apart_matters_no_longer_where_they_were_raced(db: Database) -> None:
    small, *_ = add_group(db, "small", 0.8, seeds=range(5))
    large, *_ = add_group(db, "large", 2.4, seeds=range(5))
    for run in (small, large):
        calls = make_calls(1.0, n=200, seed=run.id, load_before=9.0)
        add_trials(db, run.id, Trials(calls.conditions, 200, {"ms": pack(calls.ms)}, measured_at=1.0))
    assert "busy-machine" in codes(compared(db, small.id, large.id))
    process, pair, side, _ = np.indices((6, 4, 2, 25))
    columns = {"ms": np.ones(1200), "process": process.ravel(), "pair": pair.ravel(), "side": side.ravel()}
    conditions = {"device_processes": ["python train.py"]}
    packed = {name: pack(column) for name, column in columns.items()}
    add_race(db, NewRace(small.id, large.id, 1, 1, 2.0, conditions, 1200, packed))
    found = compared(db, small.id, large.id)
    assert not {"busy-machine", "shared-device"} & set(codes(found))
    assert found.to_json()["race"] is None


def test_runs_of_other_versions_in_one_group_are_told_of(db: Database) -> None:
    a = [*add_group(db, "small", 0.8, seeds=range(4)), add_member(db, "small", 0.8, seed=4, torch="2.14.1")]
    b = add_group(db, "large", 2.4, seeds=range(5))
    (caution,) = compared(db, a[0].id, b[0].id).comparison.warnings
    assert caution.code == "mixed-group"
    assert "the runs of A differ in torch (2.13.0, 2.14.1)" in caution.message


def test_groups_on_other_test_examples_are_compared_on_those_in_common_or_not_at_all(db: Database) -> None:
    a = add_group(db, "small", 0.8, seeds=range(5))
    larger = add_group(db, "large", 2.4, seeds=range(5), n=260, fingerprint="beef")
    found = compared(db, a[0].id, larger[0].id, "seeds")
    # The larger test part holds the ids of the smaller one; truths that differ are left out.
    assert found.comparison.paired
    assert row(found, "accuracy").verdict is Verdict.B
    points = found.spreads["accuracy"].b.points
    assert found.spreads["p50_ms"].b.points == pytest.approx((0.1, 0.101, 0.102, 0.103, 0.104))
    assert all(point is not None and 0 < point < 1 for point in points)
    elsewhere = add_group(db, "far", 2.4, seeds=range(5), splits=(1,))
    apart = compared(db, a[0].id, elsewhere[0].id, "seeds")
    assert not apart.comparison.paired
    assert (row(apart, "accuracy").verdict, row(apart, "accuracy").test) == (Verdict.UNRESOLVED, None)
    assert "have 0 examples in common" in row(apart, "accuracy").reason


def test_other_targets_are_not_comparable_in_groups_either(db: Database) -> None:
    from store.details import set_data

    a, b = add_group(db, "small", 0.8, seeds=range(5)), add_group(db, "large", 2.4, seeds=range(5))
    for run in b:
        set_data(db, run.id, {"fingerprint": "f00d", "target": "plant", "train": 600, "test": 200})
    found = compared(db, a[0].id, b[0].id)
    assert not found.comparison.comparable
    assert row(found, "accuracy").verdict is Verdict.NOT_COMPARABLE
    assert "another target" in row(found, "accuracy").reason


def test_the_json_adds_groups_and_spreads_to_the_comparison(db: Database) -> None:
    a, b = add_group(db, "small", 0.8, seeds=range(5)), add_group(db, "large", 2.4, seeds=range(3))
    found = compared(db, a[0].id, b[0].id)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert {"a", "b", "comparable", "paired", "warnings", "rows", "disagreements", "summary"} < document.keys()
    groups = document["groups"]
    assert (groups["kind"], groups["fewest"]) == ("seeds", 5)
    assert groups["a"]["members"] == [run.id for run in a]
    assert groups["b"]["runs"][1] == {"id": b[1].id, "name": "large-1-0", "seed": 1, "split_seed": 0}
    assert (groups["b"]["missing"], len(groups["b"]["commands"]), groups["b"]["left_out"]) == (2, 2, [])
    accuracy = next(row for row in document["rows"] if row["metric"] == "accuracy")
    assert len(groups["a"]["points"]["accuracy"]) == 5
    assert accuracy["spread"]["a"] == {
        "n": 5,
        "sd": pytest.approx(np.std(groups["a"]["points"]["accuracy"], ddof=1)),
        "min": min(groups["a"]["points"]["accuracy"]),
        "max": max(groups["a"]["points"]["accuracy"]),
    }


def test_a_strip_has_every_point_at_its_place() -> None:
    assert strip([0.0, 0.5, 1.0, 1.0, None], 0, 1, 5) == "●·●·2"
    assert strip([1.0] * 12, 1, 1, 3, ascii_only=True) == ".+."


def test_the_command_line_prints_groups_in_every_form_and_gates_on_them(
    db: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_group(db, "small", 0.8, seeds=range(5))
    add_group(db, "large", 2.4, seeds=range(4))
    monkeypatch.setenv("COLUMNS", "80")

    def diff(*options: str) -> tuple[int, str]:
        code = main(["--store", str(db.path), "diff", "1", "6", "--group", *options])
        return code, capsys.readouterr().out

    code, text = diff("seeds")
    assert code == 0
    assert max(map(len, text.splitlines())) <= 80
    for words in ("Every run", "±", "A  small  small on digits, 5 seeds: runs 1, 2, 3, 4, 5", "few-members"):
        assert words in text
    _, markdown = diff("auto", "--markdown")
    assert markdown.startswith("## small (A) and large (B) over seeds\n")
    assert "| every run of A | of B |" in markdown
    _, table = diff("auto", "--csv")
    heads = table.splitlines()[0].split(",")
    assert heads[-8:] == [f"{side}_{what}" for side in "ab" for what in ("n", "sd", "min", "max")]
    _, page = diff("auto", "--html")
    assert page.startswith("<!DOCTYPE html>")
    assert "5 runs of A, 4 of B, from " in page
    for run in ("small-0-0", "large-3-0"):
        assert run in page
    code, document = diff("seeds", "--json", "--fail-if", "groups.b.missing > 0")
    assert code == 1
    assert json.loads(document)["groups"]["b"]["members"] == [6, 7, 8, 9]
    code, _ = diff("seeds", "--fail-if", "accuracy.spread.a.sd > 0.9")
    assert code == 0
    code, _ = diff("seeds", "--slices", "truth")
    assert code == 2


@needs_browser
def test_the_page_of_groups_fits_into_windows_of_any_width(db: Database, tmp_path: Path) -> None:
    add_group(db, "small-with-a-long-name-of-its-own", 0.8, seeds=range(5))
    add_group(db, "large", 2.4, seeds=range(5))
    page = to_group_html(compared(db, 1, 6, "seeds"))
    assert spilling(page, tmp_path) == []
    forced = page.replace("</style>", ".figures .number { white-space: nowrap; padding: 0; width: 2% }</style>")
    assert spilling(forced, tmp_path), "cells that are too narrow are seen"


def test_names_cannot_format_what_is_printed(db: Database) -> None:
    add_group(db, "small", 0.8, seeds=range(2), name="evil\x1b[31m|name")
    found = compared(db, 1, 2)
    assert "\x1b" not in to_group_markdown(found)
    assert "evil\\|name" in to_group_markdown(found)
    assert to_group_csv(found).count("\n") == len(found.comparison.rows) + 1
