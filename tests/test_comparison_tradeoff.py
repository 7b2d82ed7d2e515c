"""A trade-off: nobody on the front is dominated, winners change where lines cross, nothing unknown is made up."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comparison_fixtures import make_run
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import BORN_AT, add_running

from store.database import Database, open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.records import Figure, FigureGroup, RunStatus
from store.runs import end_run
from workbench.cli.scatter import Mark, draw_scatter
from workbench.comparison import Evidence, compare
from workbench.comparison.candidates import Candidate, Conditions, candidate_of, load_candidates
from workbench.comparison.tradeoff import Choice, Tradeoff, trade_off
from workbench.comparison.tradeoff_json import tradeoff_json
from workbench.comparison.weighing import weigh
from workbench.comparison.worth import worth, worth_of
from workbench.errors import UnknownName, UsageError
from workbench.evaluation.metrics import METRICS

HERE = Conditions("Xeon", 1.0, 1.0, "box")


def make_candidate(
    run_id: int, conditions: Conditions = HERE, split_seed: int = 0, **figures: float | None
) -> Candidate:
    return Candidate(run_id, f"run-{run_id}", "mlp", "classification", split_seed, conditions, figures)


def _placed(accuracy: float | None, p95_ms: float | None, run_id: int, **more: Any) -> Candidate:
    return make_candidate(run_id, accuracy=accuracy, p95_ms=p95_ms, p50_ms=p95_ms, **more)


def _front(found: Tradeoff) -> list[int]:
    return [point.run.id for point in found.front]


VALUES = st.one_of(st.none(), st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), max_size=12))
def test_the_front_is_what_no_other_dominates(values: list[tuple[float | None, float | None]]) -> None:
    found = trade_off([_placed(accuracy, ms, place) for place, (accuracy, ms) in enumerate(values)])
    known = {place: (a, -ms) for place, (a, ms) in enumerate(values) if a is not None and ms is not None}

    def dominates(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one != other and one[0] >= other[0] and one[1] >= other[1]

    expected = {place for place, mine in known.items() if not any(dominates(theirs, mine) for theirs in known.values())}
    assert set(_front(found)) == expected
    for point in found.points:
        assert point.placed == (point.run.id in known)
        if point.placed and not point.on_front:
            assert point.dominated_by in expected
            assert dominates(known[point.dominated_by or 0], known[point.run.id])
        else:
            assert point.dominated_by is None


def test_equal_runs_are_both_on_the_front_and_both_win() -> None:
    found = trade_off([_placed(0.9, 2.0, 1), _placed(0.9, 2.0, 2), _placed(0.8, 3.0, 3)])
    assert _front(found) == [1, 2]
    assert found.winners == (1, 2)
    assert [segment.winners for segment in found.segments["quality"]] == [(1, 2)]


def test_figures_where_less_is_better_and_where_more_is_have_their_own_direction() -> None:
    runs = [
        make_candidate(1, log_loss=0.2, throughput_per_s=100.0, mean_ms=10.0),
        make_candidate(2, log_loss=0.3, throughput_per_s=500.0, mean_ms=2.0),
        make_candidate(3, log_loss=0.4, throughput_per_s=90.0, mean_ms=11.0),
    ]
    found = trade_off(runs, Choice(x="throughput_per_s", y="log_loss"))
    assert _front(found) == [2, 1]
    assert [point.run.id for point in found.points] == [1, 2, 3]
    assert found.points[2].dominated_by == 1


# --- needs ----------------------------------------------------------------------------------------------------------


def test_needs_say_who_fails_and_by_what() -> None:
    runs = [_placed(0.97, 30.0, 1), _placed(0.94, 5.0, 2), _placed(0.95, 20.0, 3), _placed(None, 5.0, 4)]
    found = trade_off(runs, Choice(needs={"accuracy": 0.95, "p95_ms": 20.0}))
    passing = {point.run.id: point.passes for point in found.points}
    assert passing == {1: False, 2: False, 3: True, 4: False}
    misses = {point.run.id: point.misses for point in found.points}
    assert [(miss.figure, miss.by) for miss in misses[1]] == [("p95_ms", pytest.approx(10.0))]
    assert misses[1][0].sentence == "latency p95 30.0 ms is 10.0 ms above 20.0 ms"
    assert misses[2][0].sentence == "accuracy 0.9400 is 0.0100 below 0.9500"
    assert (misses[4][0].sentence, misses[4][0].by) == ("accuracy is not known", None)
    assert found.winners == (3,), "only those that meet the needs can win"
    assert all(segment.winners == (3,) for segments in found.segments.values() for segment in segments)


def test_nobody_wins_where_nobody_meets_the_needs() -> None:
    found = trade_off([_placed(0.9, 1.0, 1), _placed(0.8, 2.0, 2)], Choice(needs={"accuracy": 0.99}))
    assert (found.winners, found.segments) == ((), {})
    assert found.point(1).score == 1.0  # type: ignore[union-attr]


# --- conditions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (replace(HERE, device="NVIDIA H100"), "on another device: NVIDIA H100, the others on Xeon"),
        (replace(HERE, threads=4.0), "with 4 threads, the others with 1"),
        (replace(HERE, batch_size=32.0), "with 32 predictions at a time, the others with 1"),
    ],
)
def test_latencies_measured_under_other_conditions_are_not_mixed_in_silence(conditions: Conditions, words: str) -> None:
    fast = make_candidate(3, conditions, accuracy=0.99, p95_ms=0.1, p50_ms=0.1)
    runs = [_placed(0.9, 2.0, 1), _placed(0.8, 1.0, 2), fast]
    found = trade_off(runs)
    other = found.point(3)
    assert other is not None
    assert (other.placed, other.on_front, other.score) == (False, False, None)
    assert [(flag.code, flag.message) for flag in other.flags] == [("other-conditions", f"latency measured {words}")]
    assert _front(found) == [2, 1]
    mixed = trade_off(runs, Choice(mixed=True))
    assert _front(mixed) == [3]
    assert mixed.point(3).flags == other.flags, "the reason is told all the same"  # type: ignore[union-attr]


def test_costs_compare_across_devices_but_not_across_thread_counts() -> None:
    figures = {"p50_ms": 1.0, "p95_ms": 1.0}
    runs = [make_candidate(place, accuracy=0.8, usd_per_1k_predictions=2.0, **figures) for place in (1, 2)]
    gpu = make_candidate(3, replace(HERE, device="H100"), accuracy=0.9, usd_per_1k_predictions=3.0, **figures)
    threads = make_candidate(4, replace(HERE, threads=8.0), accuracy=0.9, usd_per_1k_predictions=1.0, **figures)
    found = trade_off([*runs, gpu, threads], Choice(x="usd_per_1k_predictions"))
    assert _front(found) == [1, 2, 3]
    assert not found.point(4).placed  # type: ignore[union-attr]
    by_training = [replace(run, figures={**run.figures, "train_usd": 1.0}) for run in (*runs, threads)]
    assert _front(trade_off(by_training, Choice(x="train_usd"))) == [4]


def test_other_machines_and_other_test_parts_are_flagged() -> None:
    away = make_candidate(3, replace(HERE, host="elsewhere"), accuracy=0.9, p95_ms=1.0, p50_ms=1.0)
    other = make_candidate(4, split_seed=7, accuracy=0.9, p95_ms=1.0, p50_ms=1.0)
    found = trade_off([_placed(0.9, 1.0, 1), _placed(0.9, 1.0, 2), away, other])
    flags = {point.run.id: [flag.code for flag in point.flags] for point in found.points}
    assert flags == {1: [], 2: [], 3: ["other-host"], 4: ["other-split"]}
    assert len(found.front) == 4


# --- weights --------------------------------------------------------------------------------------------------------


def test_scores_are_the_weighted_mean_of_shares_of_the_range() -> None:
    runs = [
        _placed(0.9, 1.0, 1, usd_per_1k_predictions=4.0),
        _placed(0.8, 10.0, 2, usd_per_1k_predictions=1.0),
        _placed(0.7, 100.0, 3, usd_per_1k_predictions=16.0),
    ]
    found = trade_off(runs, Choice(weights={"quality": 2.0, "latency": 1.0, "cost": 1.0}))
    middle = found.point(2)
    assert middle is not None
    assert middle.scores == pytest.approx({"quality": 0.5, "latency": 0.5, "cost": 1.0})
    assert middle.score == pytest.approx(0.5 * 0.5 + 0.25 * 0.5 + 0.25 * 1.0)
    assert found.weights == {"quality": 0.5, "latency": 0.25, "cost": 0.25}
    assert found.notes == (
        "scores run from 0, the worst candidate, to 1, the best: "
        "quality by differences, latency by ratios, cost by ratios",
    )


def test_the_weight_at_which_the_winner_changes_is_where_their_scores_are_equal() -> None:
    """Scores are (1, 0), (0, 1), (0.75, 0.5): the third beats the second from 0.4 on, the first wins from 2/3."""
    values: dict[int, Mapping[str, float | None]] = {
        1: {"quality": 1.0, "latency": 2.0},
        2: {"quality": 0.0, "latency": 0.0},
        3: {"quality": 0.75, "latency": 1.0},
    }
    found = weigh(values, {"quality": True, "latency": False}, {"quality": 1.0, "latency": 1.0}, {1, 2, 3})
    assert [(segment.winners, segment.low, segment.high) for segment in found.segments["quality"]] == [
        ((2,), 0.0, 0.4),
        ((3,), 0.4, pytest.approx(2 / 3)),
        ((1,), pytest.approx(2 / 3), 1.0),
    ]
    mirrored = [(segment.winners, 1 - segment.high) for segment in found.segments["latency"]]
    assert mirrored == [((1,), pytest.approx(2 / 3)), ((3,), pytest.approx(0.4)), ((2,), 0.0)]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_within_a_segment_its_winners_win_and_segments_cover_every_weight(data: st.DataObject) -> None:
    grid = st.sampled_from([1.0, 2.0, 3.0, 4.0, 7.0])
    rows = data.draw(st.lists(st.tuples(grid, grid, grid), min_size=1, max_size=7))
    values = {place: dict(zip(("quality", "latency", "cost"), row, strict=True)) for place, row in enumerate(rows)}
    weights = {role: data.draw(st.sampled_from([0.0, 1.0, 2.0])) for role in ("latency", "cost")} | {"quality": 1.0}
    upward = {"quality": True, "latency": False, "cost": False}
    found = weigh(values, upward, weights, set(values))
    for role, segments in found.segments.items():
        assert (segments[0].low, segments[-1].high) == (0.0, 1.0)
        assert [one.high for one in segments[:-1]] == [other.low for other in segments[1:]]
        others = [name for name in upward if name != role]
        rest = sum(weights[name] for name in others)
        for segment in segments:
            at = (segment.low + segment.high) / 2
            turned = {name: (1 - at) * (weights[name] / rest if rest else 0.5) for name in others} | {role: at}
            totals = {run: sum(turned[name] * of[name] for name in upward) for run, of in found.scores.items()}
            best = max(totals.values())
            for run, total in totals.items():
                assert (run in segment.winners) == (total >= best - 1e-12)


def test_a_role_without_a_known_figure_takes_no_part_and_that_is_said() -> None:
    found = trade_off([_placed(0.9, 2.0, 1), _placed(0.8, 1.0, 2)])
    assert found.weights == {"quality": 0.5, "latency": 0.5}
    assert "cost per 1,000 predictions is known of no run, so cost takes no part in the scores" in found.notes
    assert trade_off([make_candidate(1, accuracy=None)]).winners == ()
    assert trade_off([]).points == ()


def test_a_run_that_lacks_a_weighed_figure_has_no_score_unless_its_role_is_left_out() -> None:
    runs = [_placed(0.9, 2.0, 1, usd_per_1k_predictions=1.0), _placed(0.95, 1.0, 2)]
    assert trade_off(runs).winners == (1,)
    assert trade_off(runs, Choice(weights={"quality": 1.0, "latency": 1.0})).winners == (2,)


def test_what_cannot_be_weighed_is_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean accuracy"):
        trade_off([], Choice(y="acuracy"))
    with pytest.raises(UnknownName, match="no weight called 'speed'"):
        trade_off([], Choice(weights={"speed": 1.0}))
    with pytest.raises(UsageError, match="against itself"):
        trade_off([], Choice(x="accuracy"))
    with pytest.raises(UsageError, match="All weights are 0"):
        trade_off([_placed(0.9, 1.0, 1)], Choice(weights={"quality": 0.0}))


# --- what the dearer model buys -------------------------------------------------------------------------------------


def test_an_additional_right_answer_costs_the_extra_cost_over_the_extra_right_answers() -> None:
    cheap = make_candidate(1, accuracy=0.90, usd_per_1k_predictions=1.0, train_usd=2.0)
    dear = make_candidate(2, accuracy=0.95, usd_per_1k_predictions=3.0, train_usd=5.0)
    for a, b, interval in ((cheap, dear, (0.02, 0.08)), (dear, cheap, (-0.08, -0.02))):
        answer = worth(a, b, interval)
        extra = answer.extra_answers
        assert (extra.dearer, extra.other) == ("run-2", "run-1")
        assert (extra.usd, extra.usd_low, extra.usd_high) == pytest.approx((0.04, 0.025, 0.1))
        assert extra.sentence == (
            "run-2 costs $2.00 more for 1,000 predictions than run-1 and is right on 5.00 more of every 100: "
            "$0.0400 for each additional right answer (95% interval $0.0250 to $0.100)."
        )
        assert answer.break_even.predictions is None
        assert answer.break_even.sentence.endswith(
            "its predictions cost more, too: it pays off only where an additional right answer is worth over $0.0400."
        )
        assert answer.unknown == ()
    valued = worth(cheap, dear, usd_per_correct=0.1)
    assert valued.break_even.predictions == pytest.approx(3.0 / (0.1 * 0.05 - 0.002))
    assert "pays off after about 1,000 predictions" in valued.break_even.sentence
    json.dumps(valued.to_json(), allow_nan=False)


def test_an_accuracy_that_may_be_no_better_leaves_the_price_without_an_upper_bound() -> None:
    cheap = make_candidate(1, accuracy=0.90, usd_per_1k_predictions=1.0)
    dear = make_candidate(2, accuracy=0.95, usd_per_1k_predictions=3.0)
    extra = worth(cheap, dear, (-0.01, 0.1)).extra_answers
    assert (extra.usd_low, extra.usd_high) == (pytest.approx(0.02), None)
    assert "at least $0.0200" in extra.sentence
    worse = worth(cheap, replace(dear, figures={**dear.figures, "accuracy": 0.88}), (-0.1, 0.06)).extra_answers
    assert (worse.usd, worse.usd_low, worse.usd_high) == (None, None, None)
    assert worse.sentence.endswith("is right less often, on 2.00 fewer of every 100: not worth it.")


def test_a_dearer_training_is_earned_back_by_cheaper_predictions() -> None:
    a = make_candidate(1, accuracy=0.9, usd_per_1k_predictions=2.0, train_usd=1.0)
    b = make_candidate(2, accuracy=0.9, usd_per_1k_predictions=1.5, train_usd=4.0)
    for answer in (worth(a, b), worth(b, a)):
        assert (answer.break_even.dearer, answer.break_even.predictions) == ("run-2", pytest.approx(6000.0))
        assert answer.break_even.sentence == (
            "run-2 cost $3.00 more to train than run-1: at $0.000500 a prediction that it saves, this pays off after "
            "about 6,000 predictions."
        )
        assert "is right as often" in answer.extra_answers.sentence


def test_what_is_not_known_is_named_and_nothing_is_made_up() -> None:
    a = make_candidate(1, accuracy=0.9, usd_per_1k_predictions=None, train_usd=1.0)
    b = make_candidate(2, accuracy=0.95, usd_per_1k_predictions=1.0, train_usd=2.0)
    answer = worth(a, b)
    assert answer.unknown == ("usd_per_1k_predictions",)
    assert answer.extra_answers.sentence == "The cost of a prediction by run-1 is not known."
    assert answer.break_even.predictions is None
    assert "not known of run-1, so nor is when that pays off" in answer.break_even.sentence
    values = replace(a, task="regression")
    assert "of classifications only" in worth(values, replace(b, task="regression")).extra_answers.sentence


def test_the_interval_of_a_comparison_is_that_of_its_accuracy() -> None:
    from comparison_fixtures import make_evidence

    cost_a, cost_b = {"usd_per_1k_predictions": 1.0}, {"usd_per_1k_predictions": 2.0}
    a, b = make_evidence(skill=1.0, seed=1, cost=cost_a), make_evidence(skill=3.0, seed=2, cost=cost_b)
    accuracies = [float((side.examples.predicted == side.examples.truth).mean()) for side in (a, b) if side.examples]
    a, b = (
        Evidence({**side.run, "metrics": {**side.run["metrics"], "accuracy": accuracy}}, side.outcomes)
        for side, accuracy in zip((a, b), accuracies, strict=True)
    )
    comparison = compare(a, b)
    row = comparison.row("accuracy")
    assert row is not None
    assert row.delta_low is not None
    extra = worth_of(comparison).extra_answers
    assert extra.usd == pytest.approx(0.001 / (accuracies[1] - accuracies[0]))
    assert extra.usd_high == pytest.approx(0.001 / row.delta_low)


# --- from a store ---------------------------------------------------------------------------------------------------


def _add(db: Database, name: str, accuracy: float, fingerprint: str | None = "f00d", **changes: Any) -> int:
    run = add_running(db, name=name, **changes)
    figures = [
        Figure(FigureGroup.METRICS, "accuracy", accuracy),
        Figure(FigureGroup.LATENCY, "p95_ms", 2.0),
        Figure(FigureGroup.LATENCY, "p50_ms", 1.0),
        Figure(FigureGroup.LATENCY, "threads", 1.0),
    ]
    set_figures(db, run.id, figures)
    set_data(db, run.id, {"target": "digit", "fingerprint": fingerprint})
    merge_environment(db, run.id, {"cpu": "Xeon", "host": "box"})
    end_run(db, run.id, RunStatus.DONE, error=None, at=BORN_AT + 9)
    return run.id


def test_runs_of_the_same_data_are_found_and_the_others_counted(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        first = _add(db, "first \x1b[31m", 0.9)
        _add(db, "elsewhere", 0.99, fingerprint="beef", dataset="other.csv")
        second = _add(db, "second", 0.8)
        add_running(db, name="live")
        found = load_candidates(db)
        assert [run.id for run in found.runs] == [second, first]
        assert (found.other_data, found.not_done) == (1, 1)
        assert (found.data.dataset, found.data.target) == ("digits", "digit")
        assert found.runs[1].conditions == HERE.__class__("Xeon", 1.0, None, "box")
        assert "\x1b" not in found.runs[1].name
        assert [run.id for run in load_candidates(db, "accuracy > 0.85", like=first).runs] == [first]
        assert load_candidates(db, data="other.csv").data.fingerprint == "beef"
        with pytest.raises(UnknownName, match=r"Did you mean other\.csv"):
            load_candidates(db, data="othr.csv")
        with pytest.raises(UsageError, match="no finished run"):
            load_candidates(db, "accuracy > 2")
        document = tradeoff_json(trade_off(found.runs), found)
        json.dumps(document, allow_nan=False)
        assert document["front"] == [first]
        assert document["left_out"] == {"other_data": 1, "not_done": 1}


def test_a_document_and_the_store_give_the_same_candidate() -> None:
    run = make_run(id=7, metrics={"accuracy": 0.9}, latency={"p95_ms": 2.0, "threads": 1}, device="cuda:0")
    run["environment"]["gpu"] = "H100"
    candidate = candidate_of(run)
    assert (candidate.id, candidate.conditions) == (7, Conditions("H100", 1, None, "box"))
    assert (candidate.figures["accuracy"], candidate.figures["p95_ms"], candidate.figures["train_usd"]) == (
        0.9,
        2.0,
        None,
    )
    assert candidate.figures.keys() == METRICS.keys()


# --- drawn ----------------------------------------------------------------------------------------------------------


def test_a_scatter_stands_where_its_values_are_in_plain_characters() -> None:
    marks = [Mark(1.0, 0.5, "o", "1"), Mark(100.0, 0.9, "*", "2"), Mark(10.0, 0.7, "*", "3")]
    lines = draw_scatter(marks, "p95_ms", "accuracy", width=40, height=5)
    assert all(line.isascii() and len(line) <= 40 for line in lines)
    assert lines[0].startswith("0.9000 |")
    assert lines[0].endswith("2*")
    assert lines[4].startswith("0.5000 |o1")
    assert lines[2].index("*") - 8 == (31 - 1) / 2, "ten times slower is half of the way to a hundred times"
    assert lines[-1].split() == ["1.00", "100"]
    assert draw_scatter([], "p95_ms", "accuracy", width=40, height=5) == []
    assert "o1" in "".join(draw_scatter(marks[:1], "p95_ms", "accuracy", width=10, height=3))
