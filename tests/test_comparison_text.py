"""Two language models side by side, unit by unit of a text."""

import json
import math

import numpy as np
import pytest
from comparison_fixtures import make_run

from workbench.comparison import Evidence, UnitOutcomes, Verdict, compare
from workbench.comparison.pairing import pair_up
from workbench.comparison.serial import block_length, serial_error
from workbench.comparison.text import unit_contrasts
from workbench.evaluation.text_scores import text_figures


def series(n: int, handed_on: float, random: np.random.Generator) -> np.ndarray:
    """Values with variance 1, each of which takes a part from the one before."""
    noise, values = random.normal(size=n), np.empty(n)
    values[0] = noise[0]
    for place in range(1, n):
        values[place] = handed_on * values[place - 1] + math.sqrt(1 - handed_on**2) * noise[place]
    return values


def drawn(n: int = 200, rates: tuple[float, float] = (1.2, 1.1), seed: int = 0) -> tuple[UnitOutcomes, UnitOutcomes]:
    """Two models with the same tokenizer on the same n units, which are about as hard for both."""
    random = np.random.default_rng(seed)
    n_bytes = random.integers(200, 800, n)
    hard = series(n, 0.5, random)
    ids = np.arange(n, dtype=np.uint64)
    first, second = (
        UnitOutcomes(
            ids=ids,
            bits=n_bytes * (rate + 0.1 * hard + 0.05 * random.normal(size=n)),
            bytes=n_bytes,
            tokens=n_bytes // 4,
            right=random.binomial(n_bytes // 4, 0.5 / rate),
        )
        for rate in rates
    )
    return first, second


def evidence(outcomes: UnitOutcomes, number: int) -> Evidence:
    figures = text_figures(outcomes.bits, outcomes.bytes, outcomes.tokens, outcomes.right)
    metrics = {figure.name: figure.value for figure in figures}
    return Evidence(make_run(id=number, name=f"run-{number}", task="language-modelling", metrics=metrics), outcomes)


def test_the_error_of_a_mean_is_that_of_drawn_blocks_where_nothing_is_handed_on() -> None:
    values = np.random.default_rng(0).normal(size=300)
    values -= 0.05 * np.roll(values, 1)  # so that no correlation is found, and blocks alone are left
    n, block = 300, block_length(300)
    random, draws = np.random.default_rng(1), []
    starts = random.integers(0, n - block + 1, size=(4_000, math.ceil(n / block)))
    for row in starts:
        rows = (row[:, None] + np.arange(block)).ravel()[:n]
        draws.append(values[rows].mean())
    found = serial_error(values)
    assert (found.block, block) == (14, 14)
    # The bootstrap's mean is not the sample's, and its variance lacks what that takes: n / (n - L).
    assert found.error == pytest.approx(np.std(draws) * math.sqrt(n / (n - block)), rel=0.05)


@pytest.mark.parametrize("handed_on", [0.0, 0.3, 0.6])
def test_intervals_of_units_that_hang_together_are_wide_enough(handed_on: float) -> None:
    """As wide as the known error: of n values with variance 1 about sqrt((1 + r) / (1 - r) / n)."""
    random = np.random.default_rng(2)
    errors = [serial_error(series(400, handed_on, random)).error for _ in range(200)]
    assert np.median(errors) == pytest.approx(math.sqrt((1 + handed_on) / (1 - handed_on) / 400), rel=0.1)


def test_bits_per_byte_is_a_ratio_of_sums_and_compares_models_with_different_tokenizers() -> None:
    a, b = drawn()
    other = UnitOutcomes(ids=b.ids, bits=b.bits, bytes=b.bytes, tokens=b.tokens + 5, right=b.right)
    rows = {row.metric: row for row in compare(evidence(a, 1), evidence(other, 2)).rows}
    assert rows["bits_per_byte"].a.value == pytest.approx(a.bits.sum() / a.bytes.sum())
    assert rows["bits_per_byte"].delta == pytest.approx((b.bits.sum() - a.bits.sum()) / a.bytes.sum())
    assert rows["bits_per_byte"].verdict is Verdict.B
    for name in ("perplexity", "next_token_accuracy"):
        assert rows[name].verdict is Verdict.NOT_COMPARABLE
        assert rows[name].reason.startswith("other tokenizers")


def test_with_one_tokenizer_perplexity_and_tokens_compare_too() -> None:
    a, b = drawn()
    rows = {row.metric: row for row in compare(evidence(a, 1), evidence(b, 2)).rows}
    assert {name: row.verdict.value for name, row in rows.items()} == dict.fromkeys(
        ("bits_per_byte", "perplexity", "next_token_accuracy"), "b"
    )
    assert rows["perplexity"].b.value == pytest.approx(2 ** (b.bits.sum() / b.tokens.sum()))
    assert rows["perplexity"].p_value == rows["bits_per_byte"].p_value
    assert rows["perplexity"].p_adjusted == rows["bits_per_byte"].p_adjusted
    assert {row.test for row in rows.values()} == {"block-bootstrap"}


def test_under_thirty_units_nothing_is_settled() -> None:
    for n in (1, 2, 29):
        comparison = compare(*(evidence(side, number) for number, side in enumerate(drawn(n, (2.0, 1.0)), start=1)))
        row = comparison.row("bits_per_byte")
        assert row is not None
        assert row.verdict is Verdict.UNRESOLVED
        assert "fewer than 30 units" in row.reason
        json.dumps(comparison.to_json(), allow_nan=False)


def test_different_texts_are_compared_in_bits_per_byte_only() -> None:
    a, b = drawn()
    elsewhere = UnitOutcomes(ids=b.ids + np.uint64(900), bits=b.bits, bytes=b.bytes, tokens=b.tokens, right=b.right)
    contrasts = unit_contrasts(pair_up(a, elsewhere, fewest=30))
    assert contrasts["bits_per_byte"].test == "block-bootstrap-unpaired"
    paired = unit_contrasts(pair_up(a, b, fewest=30))["bits_per_byte"]
    assert (contrasts["bits_per_byte"].standard_error or 0) > (paired.standard_error or 0)
    assert contrasts["perplexity"].delta is None


def test_the_summary_speaks_of_units_and_of_what_would_settle_it() -> None:
    a, b = drawn(60, (1.2, 1.199))
    summary = compare(evidence(a, 1), evidence(b, 2)).summary
    assert "Which is better in bits per byte on the same 60 text units is unresolved" in summary
    assert "What would settle it: in bits per byte, about " in summary


def test_a_perplexity_beyond_all_numbers_is_left_out() -> None:
    a, b = drawn()
    lost = UnitOutcomes(ids=b.ids, bits=b.bits * 1_000, bytes=b.bytes, tokens=b.tokens, right=b.right)
    assert set(unit_contrasts(pair_up(a, lost, fewest=30))) == {"bits_per_byte", "next_token_accuracy"}


def test_exchanging_models_mirrors_and_a_copy_is_never_told_apart() -> None:
    a, b = (evidence(side, number) for number, side in enumerate(drawn(60, (1.2, 1.19)), start=1))
    for row, other in zip(compare(a, b).rows, compare(b, a).rows, strict=True):
        assert other.delta == pytest.approx(-row.delta if row.delta is not None else None)
        assert other.p_value == pytest.approx(row.p_value)
    for row in compare(a, a).rows:
        assert (row.delta, row.p_value, row.verdict) == (0, 1.0, Verdict.UNRESOLVED)
