"""The figures of a comparison as lines: words of the report, bars that lean to the better side, every width."""

import re

import pytest
from comparison_fixtures import make_calls, make_evidence
from rich.cells import cell_len

from screens.diff.interval_bar import draw_bar
from screens.diff.row_foot import foot_lines
from screens.diff.rows import FigureTable, board, lay_out_figures
from screens.pieces import hanging, plain, width_of
from screens.signs import ASCII, UNICODE, Signs
from workbench.comparison import Comparison, Evidence, Verdict, compare
from workbench.comparison.reaches import Reach, reaches
from workbench.comparison.report import to_text

_SIZE = {"parameters": 17226.0, "checkpoint_bytes": 69836.0}


def evidence(seed: int, skill: float, ms: float) -> Evidence:
    """A run with outcomes, timings and a size."""
    calls = make_calls(ms, seed=seed)
    latency = {"p50_ms": ms, "p95_ms": ms * 1.4, "mean_ms": ms * 1.02, "throughput_per_s": 1000 / ms}
    size = {name: value * seed for name, value in _SIZE.items()}
    base = make_evidence(skill=skill, seed=seed, latency=latency, size=size, cost={"device_seconds": 3.0 * seed})
    return Evidence(base.run, base.outcomes, calls)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """B is better in its scores, slower and larger."""
    return compare(evidence(1, 1.0, 0.1), evidence(2, 3.0, 0.3))


@pytest.fixture(scope="module")
def mirrored() -> Comparison:
    """The same pair, swapped."""
    return compare(evidence(2, 3.0, 0.3), evidence(1, 1.0, 0.1))


def text_of(table: FigureTable) -> list[str]:
    return [plain(table.head), *(plain(line.line) for line in table.lines)]


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_no_line_is_wider_than_the_width_it_was_made_for(comparison: Comparison, signs: Signs) -> None:
    for width in (38, 58, 78, 95, 118, 158, 198):
        table = lay_out_figures(comparison, width, signs)
        assert all(width_of(line) <= width for line in (table.head, *(line.line for line in table.lines))), width
        for row in comparison.rows:
            lines = foot_lines(row, width, 4, signs)
            assert len(lines) <= 4
            assert all(width_of(line) <= width for line in lines)


def test_an_ascii_terminal_gets_ascii_and_the_same_widths(comparison: Comparison) -> None:
    for width in (60, 120, 200):
        ascii_lines = text_of(lay_out_figures(comparison, width, ASCII))
        assert all(line.isascii() for line in ascii_lines)
        unicode_lines = text_of(lay_out_figures(comparison, width, UNICODE))
        assert [cell_len(line) for line in ascii_lines[1:]] == [cell_len(line) for line in unicode_lines[1:]]


def test_the_screen_and_the_report_agree_to_the_digit(comparison: Comparison) -> None:
    report = {re.sub(r"\s+", " ", line.strip()) for line in to_text(comparison, width=110).splitlines()}
    table = lay_out_figures(comparison, 120, UNICODE)
    for line in table.lines:
        if line.row is not None:
            without_bar = re.sub(r"[│├┤─┼●○‹›]+", " ", plain(line.line))
            assert re.sub(r"\s+", " ", without_bar.strip()) in report


def test_a_narrow_table_keeps_the_values_and_who_is_better(comparison: Comparison) -> None:
    head, *lines = text_of(lay_out_figures(comparison, 40, UNICODE))
    assert head.split() == ["A", "B"]
    assert next(line for line in lines if "accuracy" in line.split()).rstrip().endswith(" B")


def test_only_rows_that_differ_are_shown_when_asked_for(comparison: Comparison) -> None:
    table = lay_out_figures(comparison, 100, UNICODE, only_differing=True)
    rows = [line.row for line in table.lines if line.row is not None]
    assert rows
    assert all(row.verdict in (Verdict.A, Verdict.B) for row in rows)
    assert len(rows) < len(comparison.rows)


def test_bars_lean_to_the_better_run_whatever_the_direction_of_the_metric(comparison: Comparison) -> None:
    found = reaches(comparison.rows)
    assert found["accuracy"].value > 0, "B is more often right"
    assert found["log_loss"].value > 0, "B's loss is lower"
    assert found["p50_ms"].value < 0, "A is faster"
    assert found["throughput_per_s"].value < 0, "A does more a second"
    assert found["parameters"].value < 0, "A is smaller"


def test_swapping_the_runs_mirrors_every_bar(comparison: Comparison, mirrored: Comparison) -> None:
    there, back = reaches(comparison.rows), reaches(mirrored.rows)
    assert there.keys() == back.keys()
    for name, reach in there.items():
        assert back[name].value == pytest.approx(-reach.value, abs=1e-6), name


def test_an_interval_without_zero_leaves_the_zero_line_free() -> None:
    bar = plain(draw_bar(Reach(0.5, 0.2, 0.8), "b", 21, UNICODE))
    assert bar == "          │ ├──●──┤  "
    assert plain(draw_bar(Reach(0.5, 0.2, 0.8), "b", 21, ASCII)) == "          | [--*--]  "


def test_an_interval_over_zero_crosses_the_line() -> None:
    assert plain(draw_bar(Reach(0.1, -0.3, 0.5), "secondary", 21, UNICODE)) == "       ├──┼●───┤     "


def test_an_end_beyond_the_scale_has_an_arrow() -> None:
    assert plain(draw_bar(Reach(0.8, 0.5, 1.7), "b", 11, UNICODE)) == "     │ ├─●›"
    assert plain(draw_bar(Reach(-2.0, -2.4, -1.7), "a", 11, UNICODE)).startswith("‹")


def test_a_counted_value_has_a_stem_and_one_measured_once_a_ring() -> None:
    assert plain(draw_bar(Reach(0.6, is_certain=True), "b", 11, UNICODE)) == "     │──●  "
    assert plain(draw_bar(Reach(-0.6), "secondary", 11, UNICODE)) == "  ○  │     "


def test_a_row_without_a_difference_has_the_zero_line_alone() -> None:
    assert plain(draw_bar(None, "secondary", 11, UNICODE)) == "     │     "


def test_the_foot_says_why_before_anything_else(comparison: Comparison) -> None:
    row = comparison.row("accuracy")
    assert plain(foot_lines(row, 200, 1, UNICODE)[0]).startswith("▶ B better: ")
    full = " ".join(plain(line) for line in foot_lines(row, 100, 6, UNICODE))
    assert full.startswith("Accuracy: Share of the test examples")
    assert "test mcnemar-exact · p < 0.0001" in full
    assert "n 300" in full


def test_the_board_gives_the_verdict_of_each_group_in_a_line(comparison: Comparison) -> None:
    assert plain(board(comparison, 120, UNICODE)) == (
        "accuracy ▶ B better   latency ◀ A better   cost · n = 1   size ◀ A better"
    )
    assert plain(board(comparison, 60, UNICODE)) == "accuracy ▶B   latency ◀A   cost ·   size ◀A"
    assert plain(board(comparison, 38, UNICODE)) == "accuracy ▶B latency ◀A cost · size ◀A"


def test_wrapped_words_keep_figures_and_their_signs_together() -> None:
    lines = hanging("A alone is right on 2; p < 0.0001, 95% interval [+0.015, +0.042] of 12 ms", 28, indent=2)
    assert lines == ["A alone is right on 2;", "  p < 0.0001, 95% interval", "  [+0.015, +0.042] of 12 ms"]
    assert hanging("", 10) == [""]
    assert hanging("abcdefgh", 3) == ["abc", "def", "gh"]
