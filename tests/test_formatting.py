"""Figures, durations and sizes as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.evaluation.metrics import METRICS
from workbench.formatting import (
    NOT_KNOWN,
    format_bytes,
    format_count,
    format_delta,
    format_duration,
    format_energy,
    format_interval,
    format_moment,
    format_p,
    format_percent,
    format_relative,
    format_some,
    format_usd,
    format_value,
    unit_of,
)


@pytest.mark.parametrize(
    ("name", "value", "uncertainty", "text"),
    [
        ("accuracy", 0.972222, None, "0.9722"),
        ("accuracy", 0.972222, 0.013, "0.972"),
        ("accuracy", 0.972222, 0.00031, "0.97222"),
        ("accuracy", 0.972222, 0.4, "0.97"),
        ("accuracy", 1.0, 0.0, "1.0000"),
        ("log_loss", 0.00001234, None, "1.23e-05"),
        ("val_accuracy", 0.5, None, "0.5000"),
        ("p95_ms", 0.0123456, None, "0.0123 ms"),
        ("p95_ms", 1234.5, None, "1,234 ms"),
        ("p95_ms", 1.23456, 0.0026, "1.2346 ms"),
        ("p95_ms", 0.0, None, "0 ms"),
        ("throughput_per_s", 12345.6, None, "12,346/s"),
        ("train_usd", 12.345, None, "$12.35"),
        ("train_usd", 0.000123, None, "$0.000123"),
        ("usd_per_1k_correct", 1.234e-9, None, "$1.2e-09"),
        ("energy_j", 12_345.0, None, "12.3 kJ"),
        ("device_seconds", 245.0, None, "4m 05s"),
        ("parameters", 17_226, None, "17,226"),
        ("checkpoint_bytes", 68_904, None, "67.3 KiB"),
        ("accuracy", None, None, NOT_KNOWN),
        ("accuracy", math.nan, None, NOT_KNOWN),
        ("p50_ms", math.inf, None, NOT_KNOWN),
    ],
)
def test_a_value_is_written_in_its_own_unit(name: str, value: float, uncertainty: float | None, text: str) -> None:
    assert format_value(name, value, uncertainty) == text


def test_a_score_from_ten_on_has_four_digits() -> None:
    shown = [format_value("perplexity", value) for value in (9.99994, 74.9736, 693.38749, 12345.6)]
    assert shown == ["9.9999", "74.97", "693.4", "12,346"]
    assert format_delta("rmse", -162.3475) == "-162.3"
    assert format_value("perplexity", 167.325, 3.2) == "167.32"


def test_units_are_those_of_the_table_of_metrics() -> None:
    for name, metric in METRICS.items():
        if metric.unit not in ("", "nats"):
            assert unit_of(name) == metric.unit


@pytest.mark.parametrize(
    ("name", "delta", "text"),
    [
        ("accuracy", 0.0139, "+0.0139"),
        ("accuracy", -0.0139, "-0.0139"),
        ("accuracy", 0.0, "0"),
        ("accuracy", -0.0, "0"),
        ("p95_ms", -1.2, "-1.20 ms"),
        ("train_usd", -0.5, "-$0.500"),
        ("checkpoint_bytes", 2048, "+2.00 KiB"),
        ("accuracy", None, NOT_KNOWN),
    ],
)
def test_a_difference_carries_its_sign(name: str, delta: float | None, text: str) -> None:
    assert format_delta(name, delta) == text


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert format_delta("accuracy", -0.00001, 0.02) == "0.000"


def test_an_interval_is_written_to_two_digits_of_its_half_width() -> None:
    assert format_interval("accuracy", 0.95012, 0.98399) == "[0.950, 0.984]"
    assert format_interval("accuracy", -0.00312, 0.03101, signed=True) == "[-0.003, +0.031]"
    assert format_interval("accuracy", None, 1.0) == NOT_KNOWN


@pytest.mark.parametrize(
    ("p", "text"), [(1.0, "1.000"), (0.0312, "0.031"), (0.00999, "0.0100"), (0.00021, "0.0002"), (1e-9, "< 0.0001")]
)
def test_small_p_values_get_more_digits(p: float, text: str) -> None:
    assert format_p(p) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0004, "0.40 ms"),
        (0.0851, "85 ms"),
        (0.9996, "1.0 s"),
        (59.96, "1m 00s"),
        (245, "4m 05s"),
        (3599.6, "1h 00m"),
        (11_220, "3h 07m"),
        (187_200, "2d 04h"),
        (-5, "-5.0 s"),
        (None, NOT_KNOWN),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c", "d"], "a, b and 2 more")]
)
def test_some_of_a_list(words: list[str], text: str) -> None:
    assert format_some(words, 2) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1_048_575, "1.00 MiB"), (1e12, "931 GiB"), (None, NOT_KNOWN)],
)
def test_bytes_are_binary(value: float | None, text: str) -> None:
    assert format_bytes(value) == text


def test_counts_percentages_and_the_rest() -> None:
    assert format_count(1_234_567) == "1,234,567"
    assert format_count(124_439_808, compact=True) == "124M"
    assert format_count(999_600, compact=True) == "1M"
    assert format_percent(0.9722) == "97.2%"
    assert format_relative(0.1234) == "+12.3%"
    assert format_relative(-12.3) == "-1,230%"
    assert format_relative(-0.0001) == "0.0%"
    assert format_energy(5_000_000) == "5.00 MJ"
    assert format_usd(0) == "$0.00"
    assert format_moment(None) == NOT_KNOWN
    assert len(format_moment(0)) == len("1970-01-01 00:00")


@given(
    st.sampled_from([*METRICS, "val_accuracy", "odd name"]),
    st.floats() | st.none() | st.integers(-(10**15), 10**15),
    st.floats() | st.none(),
)
def test_any_number_can_be_written_in_ascii(name: str, value: float | None, uncertainty: float | None) -> None:
    for text in (format_value(name, value, uncertainty), format_delta(name, value, uncertainty)):
        assert text
        assert text.isascii()
        assert "nan" not in text
        assert "inf" not in text


@given(st.floats(-1e-3, 1e9))
def test_any_duration_can_be_written(seconds: float) -> None:
    assert format_duration(seconds)
