"""Slices: groups that partition the examples, figures that other programs confirm, verdicts that are not too quick."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from comparison_fixtures import draw_probabilities, draw_truth, make_evidence, make_outcomes, make_run
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.comparison import Evidence, Options, Verdict, compare
from workbench.comparison.compared import Compared
from workbench.comparison.disagreements import choose_examples
from workbench.comparison.outcomes import RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.slice_groups import cut_categories, cut_numbers
from workbench.comparison.slice_rows import FEWEST, SliceList
from workbench.comparison.slices import Slicer, worst_slices
from workbench.errors import UnknownName, UsageError
from workbench.evaluation.contents import (
    Categories,
    Contents,
    Images,
    Numbers,
    Texts,
    image_contents,
    pack_contents,
    table_contents,
    text_contents,
)

N = 400
COLUMN = Numbers | Categories | Texts


def _with(evidence: Evidence, contents: Contents | None) -> Evidence:
    assert evidence.outcomes is not None
    packed = None if contents is None else pack_contents(contents)
    return replace(evidence, outcomes=replace(evidence.outcomes, packed_contents=packed))


def _compared(a: Evidence, b: Evidence, **options: Any) -> Compared:
    chosen = Options(**options)
    return Compared(compare(a, b, options=chosen), a, b, chosen)


def _slicer(
    columns: Mapping[str, COLUMN] | None = None,
    *,
    n: int = N,
    swapped: bool = False,
    metric: str | None = None,
    b: Evidence | None = None,
    **options: Any,
) -> Slicer:
    a, b = make_evidence(n=n, seed=1), b or make_evidence(n=n, seed=2, skill=2.3)
    a = _with(a, table_contents(columns or {}, n))
    return Slicer(_compared(b, a, **options) if swapped else _compared(a, b, **options), metric)


def _drawn(n: int = N) -> dict[str, COLUMN]:
    rng = np.random.default_rng(7)
    age = rng.normal(40, 12, n).round(1)
    age[::9] = np.nan
    return {
        "age": Numbers(age),
        "city": Categories(rng.choice(5, n, p=[0.3, 0.3, 0.2, 0.15, 0.05]) - 1, ("Bern", "Basel", "Genf", "Zug")),
    }


def _by_label(found: SliceList) -> dict[str, Any]:
    return {item.label: item for item in found.slices}


# --- groups ---------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.floats(-1e12, 1e12), st.integers(-5, 5).map(float), st.just(float("nan"))), min_size=1),
    st.integers(2, 8),
)
def test_ranges_partition_a_column_and_hold_what_they_say(values: list[float], most: int) -> None:
    column = np.array(values)
    found = cut_numbers(column, most)
    assert len(found.codes) == len(column)
    assert len([group for group in found.groups if not group.missing]) <= most
    assert len({group.label for group in found.groups}) == len(found.groups)
    assert set(found.codes.tolist()) == set(range(len(found.groups)))
    for code, value in zip(found.codes.tolist(), values, strict=True):
        group = found.groups[code]
        assert group.missing == np.isnan(value)
        assert group.value is None or group.value == value
        assert group.low is None or group.low <= value
        assert group.high is None or value < group.high


def test_edges_of_ranges_are_round_and_near_the_quantiles() -> None:
    incomes = np.random.default_rng(0).lognormal(10, 0.6, 5000).round(2)
    found = cut_numbers(incomes)
    assert [group.label for group in found.groups] == [
        "below 13000",
        "13000 to below 19000",
        "19000 to below 26000",
        "26000 to below 37000",
        "37000 or more",
    ]
    shares = np.bincount(found.codes) / 5000
    assert np.all(np.abs(shares - 0.2) < 2 * 0.15 / 5)
    shifted = cut_numbers(np.random.default_rng(0).normal(0, 1e-7, 500))
    assert [group.high for group in shifted.groups[:2]] == [-1e-7, -3e-8]


def test_a_few_different_numbers_are_groups_of_their_own_and_a_frequent_one_makes_no_empty_range() -> None:
    assert [group.label for group in cut_numbers(np.array([3.0, 1.0, 1.5, 3.0, np.nan])).groups] == [
        "1",
        "1.5",
        "3",
        "missing",
    ]
    zeros = np.concatenate([np.zeros(900), np.arange(1.0, 101.0)])
    assert [group.label for group in cut_numbers(zeros).groups] == ["all"]
    half = np.concatenate([np.zeros(500), np.arange(1.0, 501.0)])
    assert [group.label for group in cut_numbers(half).groups] == ["below 100", "100 to below 300", "300 or more"]


def test_rare_categories_are_put_together_and_hostile_ones_are_inert() -> None:
    codes = np.repeat(np.arange(-1, 30), [7, 40, 30, *[2] * 28])
    levels = ("\x1b[31mred", "blue", *(f"rare {number}" for number in range(28)))
    found = cut_categories(codes, levels)
    assert [group.label for group in found.groups[1:]] == ["blue", "other (28 values)", "missing"]
    assert "\x1b" not in found.groups[0].label
    assert found.groups[0].value == "\x1b[31mred"
    assert np.bincount(found.codes).tolist() == [40, 30, 56, 7]
    many = cut_categories(np.repeat(np.arange(50), 20), tuple(map(str, range(50))))
    assert [group.values for group in many.groups] == [1] * 20 + [30]
    assert [group.label for group in cut_categories(np.repeat([0, 1], [40, 1]), ("a", "b")).groups] == ["a", "b"]


# --- figures --------------------------------------------------------------------------------------------------------


def test_accuracies_and_tests_are_those_of_plain_counting_and_scipy() -> None:
    from scipy.stats import binomtest

    slicer = _slicer(_drawn())
    assert slicer.contents is not None
    city, pair = slicer.contents.columns["city"], slicer.compared.pair
    assert pair is not None
    counted: dict[str, list[tuple[bool, bool]]] = {}
    for place in range(N):
        right = [bool(side.predicted[place] == side.truth[place]) for side in (pair.a, pair.b)]
        counted.setdefault(str(city.at(place) or "missing"), []).append((right[0], right[1]))
    found = _by_label(slicer.by("city"))
    assert found.keys() == counted.keys()
    p_values = {}
    for name, rights in counted.items():
        item, n = found[name], len(rights)
        a, b = sum(right for right, _ in rights), sum(right for _, right in rights)
        assert (item.n, item.contrast.a.value, item.contrast.b.value) == (n, a / n, b / n)
        only_a, only_b = rights.count((True, False)), rights.count((False, True))
        expected = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
        assert item.contrast.p_value == pytest.approx(expected, rel=1e-9)
        if n >= FEWEST:
            p_values[name] = expected
    assert len(p_values) == slicer.by("city").tested == 4, "Zug has too few"
    running = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda pair: pair[1])):
        running = max(running, min(1.0, p * (len(p_values) - rank)))
        assert found[name].p_adjusted == pytest.approx(running)


@pytest.mark.parametrize("metric", ["mae", "mse"])
def test_errors_of_regressions_are_those_of_scipy(metric: str) -> None:
    from scipy.stats import ttest_rel

    rng = np.random.default_rng(3)
    truth = rng.normal(10, 3, N)
    sides = [
        Evidence(
            make_run(id=seed, task="regression"),
            ValueOutcomes(ids=np.arange(N, dtype=np.uint64), truth=truth, predicted=truth + rng.normal(0, seed, N)),
        )
        for seed in (1, 2)
    ]
    slicer = Slicer(_compared(_with(sides[0], table_contents(_drawn(), N)), sides[1]), metric)
    assert slicer.metrics == ("mae", "mse")
    power: Callable[[Any], Any] = np.abs if metric == "mae" else np.square
    a, b = (power(side.outcomes.predicted - truth) for side in sides)  # type: ignore[union-attr]
    for column in ("city", "age", "truth"):
        found = slicer.by(column)
        for index, item in enumerate(found.slices):
            mask = found.mask(index)
            expected = ttest_rel(b[mask], a[mask])
            assert item.contrast.p_value == pytest.approx(expected.pvalue, rel=1e-6)
            low, high = expected.confidence_interval()
            assert item.contrast.interval == pytest.approx((low, high), rel=1e-6)
            assert item.contrast.a.value == pytest.approx(a[mask].mean())
    assert sum(item.verdict is Verdict.A for item in slicer.by("city").slices) >= 3


def test_bits_per_byte_are_sliced_by_length_and_weigh_by_bytes() -> None:
    rng = np.random.default_rng(4)
    size = rng.integers(20, 400, 300).astype(np.float64)
    sides = [
        Evidence(
            make_run(id=seed, task="language-modelling"),
            UnitOutcomes(
                ids=np.arange(300, dtype=np.uint64),
                bits=size * rng.normal(1 + 0.2 * seed, 0.05, 300),
                bytes=size,
                tokens=size / 4,
            ),
        )
        for seed in (1, 2)
    ]
    texts = text_contents(["é" * int(count / 2) for count in size])
    slicer = Slicer(_compared(_with(sides[0], texts), sides[1]))
    assert (slicer.metric, list(slicer.columns)) == ("bits_per_byte", ["bytes"])
    found = slicer.by("bytes")
    assert [item.n for item in found.slices] == pytest.approx([60] * 5, abs=20)
    assert [item.verdict for item in found.slices] == [Verdict.A] * 5
    assert sum(item.contribution or 0 for item in found.slices) == pytest.approx(slicer.whole.delta)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_slices_partition_the_examples_and_add_up_to_the_whole(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 60))
    numbers = data.draw(st.lists(st.one_of(st.floats(-50, 50), st.just(np.nan)), min_size=n, max_size=n))
    codes = data.draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    classes = 2
    truth = np.arange(n) % classes
    a, b = (
        Evidence(make_run(id=seed), make_outcomes(truth, draw_probabilities(truth, classes, 1.0, seed)))
        for seed in (data.draw(st.integers(0, 99)), 100)
    )
    columns = {"x": Numbers(np.array(numbers)), "c": Categories(np.array(codes), tuple("abcd"))}
    a = _with(a, table_contents(columns, n))
    for metric in ("accuracy", "log_loss"):
        slicer = Slicer(_compared(a, b), metric)
        mirrored = Slicer(_compared(b, a), metric)
        for key in ("x", "c", "truth"):
            found, swapped = slicer.by(key), mirrored.by(key)
            assert sum(item.n for item in found.slices) == n
            assert sum(item.contribution or 0 for item in found.slices) == pytest.approx(slicer.whole.delta, abs=1e-9)
            assert [int(found.mask(index).sum()) for index in range(len(found.slices))] == [
                item.n for item in found.slices
            ]
            json.dumps(found.to_json(), allow_nan=False)
            for item, mirror in zip(found.slices, swapped.slices, strict=True):
                assert item.label == mirror.label
                assert item.delta == pytest.approx(-(mirror.delta or 0.0))
                assert item.p_adjusted == pytest.approx(mirror.p_adjusted)
                assert (item.contrast.a, item.contrast.b) == (mirror.contrast.b, mirror.contrast.a)
                assert item.turned == mirror.turned


# --- what it says ---------------------------------------------------------------------------------------------------


def _right_by_group(rights: Mapping[str, tuple[int, int, int, int]]) -> Slicer:
    """Two classifiers that are right as told: by group how many examples only A, only B, both and neither got right."""
    labels = tuple(rights)
    group = np.concatenate([np.full(sum(counts), place) for place, counts in enumerate(rights.values())])
    cells = np.concatenate([np.repeat([1, 2, 3, 0], counts) for counts in rights.values()])
    truth = np.arange(len(cells)) % 2
    sides = []
    for bit in (1, 2):
        predicted = np.where(cells & bit, truth, 1 - truth)
        said = np.where(predicted[:, None] == np.arange(2), 0.9, 0.1)
        sides.append(Evidence(make_run(id=bit), make_outcomes(truth, said)))
    contents = table_contents({"group": Categories(group, labels)}, len(cells))
    return Slicer(_compared(_with(sides[0], contents), sides[1]))


def test_slices_whose_sign_turns_are_listed_those_with_a_verdict_first() -> None:
    slicer = _right_by_group(
        {"many": (20, 120, 400, 60), "turned": (40, 5, 100, 5), "barely": (4, 3, 300, 3), "even": (5, 5, 90, 0)}
    )
    found = slicer.by("group")
    assert slicer.whole.delta is not None
    assert slicer.whole.delta > 0
    assert [item.label for item in found.turned] == ["turned", "barely"]
    labelled = _by_label(found)
    assert (labelled["many"].verdict, labelled["turned"].verdict) == (Verdict.B, Verdict.A)
    assert labelled["barely"].verdict is labelled["even"].verdict is Verdict.UNRESOLVED
    assert found.to_json()["turned"] == ["turned", "barely"]
    worst = slicer.worst(3)
    assert [(item.column, item.label, item.verdict) for item in worst[:1]] == [("group", "turned", Verdict.A)]
    assert all(item.delta is not None and item.delta < 0 for item in worst)
    assert [item.label for item in slicer.worst(1, side="a")] == ["many"]


def test_few_examples_have_figures_but_no_verdict_and_no_part_in_the_correction() -> None:
    found = _right_by_group({"large": (0, 40, 60, 0), "small": (29, 0, 0, 0)}).by("group")
    large, small = found.slices
    assert (small.delta, small.verdict, small.p_adjusted) == (-1.0, Verdict.UNRESOLVED, None)
    assert small.contrast.p_value is not None
    assert f"fewer than {FEWEST} examples" in small.reason
    assert large.p_adjusted == large.contrast.p_value
    assert found.tested == 1


def test_worst_slices_are_corrected_over_all_columns() -> None:
    slicer = _slicer(_drawn(), swapped=True)
    tested = sum(slicer.by(key).tested for key in ("truth", "age", "city"))
    worst = slicer.worst(50)
    assert worst[0].p_adjusted == pytest.approx(min(1.0, tested * (worst[0].contrast.p_value or 0)))
    assert worst == worst_slices(slicer.compared, 50)
    assert {item.column for item in worst} <= {"truth", "age", "city"}


def test_examples_that_a_model_chose_itself_decide_nothing() -> None:
    """Two models of equal skill: where A says the rare class it is often wrong, and B, asked the same, is not."""
    rng = np.random.default_rng(0)
    truth = (rng.random(20_000) < 0.1).astype(np.int64)
    sides = []
    for seed in (1, 2):
        said = np.where(np.random.default_rng(seed).random(len(truth)) < 0.8, truth, 1 - truth)
        sides.append(
            Evidence(make_run(id=seed), make_outcomes(truth, np.where(said[:, None] == np.arange(2), 0.9, 0.1)))
        )
    slicer = Slicer(_compared(*sides))
    rare = slicer.by("predicted_a").slices[1]
    assert rare.delta is not None
    assert rare.delta > 0.4
    assert (rare.verdict, rare.contrast.p_value) == (Verdict.UNRESOLVED, None)
    assert "chosen by a model's own answers" in rare.reason
    assert {item.column for item in slicer.worst(100)} <= {"truth"}


def test_a_margin_makes_slices_equivalent() -> None:
    found = _right_by_group({"large": (10, 10, 1980, 0), "small": (0, 0, 20, 0)}).compared
    slicer = Slicer(_compared(found.a, found.b, margins={"accuracy": 0.02}))
    assert [item.verdict for item in slicer.by("group").slices] == [Verdict.EQUIVALENT, Verdict.UNRESOLVED]


def test_a_slice_leads_to_its_examples() -> None:
    slicer = _slicer(_drawn())
    found = slicer.by("city")
    assert slicer.compared.pair is not None
    chosen = choose_examples(slicer.compared.pair, slicer.compared.a, found.mask(0))
    city = slicer.contents.columns["city"]  # type: ignore[union-attr]
    assert len(chosen) == found.slices[0].n
    assert {city.at(example.position) for example in chosen} == {found.slices[0].group.value}


def test_contents_are_found_in_either_run_and_by_their_own_positions() -> None:
    """B was tested on fewer examples, in another order, and only B kept what they hold."""
    a = make_evidence(n=N, seed=1)
    truth = draw_truth(N, 3, 0)
    kept = np.random.default_rng(5).permutation(N)[:300]
    said = draw_probabilities(truth, 3, 2.0, 9)[kept]
    b = Evidence(make_run(id=9), make_outcomes(truth[kept], said, ids=kept.astype(np.uint64)))
    b = _with(b, table_contents({"id": Numbers(kept.astype(np.float64))}, 300))
    slicer = Slicer(_compared(a, b))
    found = slicer.by("id")
    ids = slicer.pair.a.ids
    for index, item in enumerate(found.slices):
        assert (ids[found.mask(index)] < (item.group.high or N)).all()
        assert (ids[found.mask(index)] >= (item.group.low or 0)).all()


def test_pictures_are_sliced_by_brightness_and_those_not_kept_are_missing() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (N, 4, 4)).astype(np.uint8)
    pixels[: N // 2] //= 4
    contents = image_contents(Images(pixels))
    packed = pack_contents(contents, limit=N * 16 // 2)
    a, b = make_evidence(seed=1, n=N), make_evidence(seed=2, n=N)
    assert a.outcomes is not None
    a = replace(a, outcomes=replace(a.outcomes, packed_contents=packed))
    found = Slicer(_compared(a, b)).by("image")
    assert found.column.title == "image (brightness)"
    assert found.slices[-1].label == "missing"
    assert 0 < found.slices[-1].n < N
    assert all(0 <= (item.group.high or 0) <= 1 for item in found.slices)


# --- what cannot be sliced ------------------------------------------------------------------------------------------


def test_an_unknown_column_or_score_names_the_nearest() -> None:
    slicer = _slicer(_drawn())
    with pytest.raises(UnknownName, match="Did you mean city"):
        slicer.by("citi")
    with pytest.raises(UnknownName, match="log_loss"):
        _slicer(_drawn(), metric="logloss")


def test_what_was_not_kept_is_said() -> None:
    a, b = make_evidence(seed=1), make_evidence(seed=2)
    with pytest.raises(UsageError, match=r"kept no values of their test examples.*truth"):
        Slicer(_compared(a, b)).by("age")
    assert Slicer(_compared(a, b)).by("truth").slices
    full = table_contents({"noise": Numbers(np.random.default_rng(0).random(300)), "flat": Numbers(np.ones(300))}, 300)
    assert a.outcomes is not None
    a = replace(a, outcomes=replace(a.outcomes, packed_contents=pack_contents(full, limit=500)))
    with pytest.raises(UsageError, match="too many to be kept"):
        Slicer(_compared(a, b)).by("noise")
    assert [item.label for item in Slicer(_compared(a, b)).by("flat").slices] == ["1"]


def test_runs_that_are_not_paired_or_not_comparable_are_refused() -> None:
    def outcomes_from(first: int) -> RunOutcomes:
        truth = draw_truth(100, 2, 0)
        return make_outcomes(
            truth, draw_probabilities(truth, 2, 1.0, 1), ids=np.arange(first, first + 100).astype("u8")
        )

    apart = [Evidence(make_run(id=first), outcomes_from(first)) for first in (0, 90)]
    with pytest.raises(UsageError, match="10 examples in common, too few to pair"):
        Slicer(_compared(*apart))
    with pytest.raises(UsageError, match="B has no outcomes"):
        Slicer(_compared(make_evidence(), Evidence(make_run(id=3))))


def test_a_column_called_like_a_built_in_one_has_a_name_of_its_own() -> None:
    slicer = _slicer({"truth": Numbers(np.arange(float(N))), "x": Texts.of(["a"] * N)})
    assert list(slicer.columns) == ["truth", "predicted_a", "predicted_b", "column:truth", "x"]
    assert slicer.by("truth").column.kind.value == "class"
    assert slicer.by("column:truth").column.kind.value == "number"
    assert not any(item.column == "x" for item in slicer.worst(100)), "the length of a name tells nothing"
