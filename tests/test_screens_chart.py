"""Charts: what is drawn of series, how they are looked at, what the keys of a chart do, what a live one repaints."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from screens_fixtures import a_run
from textual.app import App, ComposeResult
from textual.geometry import Region

from screens import themes
from screens.chart import Axis, Chart, ChartView, Line, axes_of, draw_chart, epoch_length
from screens.chart.path import place_by, smoothed, spots
from screens.chart.scale import across_scale, across_ticks, across_words, value_scale, value_ticks, value_words
from screens.chart.window import moved, zoomed
from screens.page import Curve
from screens.pieces import width_of
from screens.signs import ASCII, UNICODE, Signs
from screens.widgets.chart_pane import NO_CURVE, NOT_ON_LOG, ChartPane
from store.records import SeriesRow

BORN_AT = 1_700_000_000.0
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def row_at(step: int, value: float | None, n: int = 1, attempt: int = 1) -> SeriesRow:
    times = (BORN_AT + step, BORN_AT + step + n - 1)
    return SeriesRow("val_loss", attempt, step, step, step + n - 1, n, value, value, value, value, value, *times)


def line_of(values: Sequence[float | None], letter: str = "A", **more: Any) -> Line:
    rows = tuple(row_at(step * 10, value) for step, value in enumerate(values))
    return Line(f"run {letter}", letter, rows, "val_loss", BORN_AT, **more)


def drawn(*lines: Line, view: ChartView | None = None, size: tuple[int, int] = (60, 12), **more: Any) -> Chart:
    chart = draw_chart(lines, view or ChartView(), *size, more.pop("signs", UNICODE), **more)
    assert chart is not None
    return chart


def plot_of(chart: Chart) -> list[str]:
    """The rows of the plot without the axis beside them."""
    rows = ["".join(piece.text for piece in row) for row in chart.rows]
    return [row[7:] for row in rows if len(row) > 6 and row[6] in "│┤|+" and set(row[7:11]) != {"-"}]


# --- what is drawn ------------------------------------------------------------------------------------------------


def test_a_rising_line_goes_from_lower_left_to_upper_right() -> None:
    chart = drawn(line_of([step / 8 for step in range(9)]), signs=ASCII, legend=False, size=(18, 6))
    plot = plot_of(chart)
    assert plot[0].rstrip().endswith("*")
    assert plot[-1].startswith("*")
    assert (chart.up.low, chart.up.high) == (0.0, 1.0)


def test_braille_holds_eight_dots_a_cell() -> None:
    chart = drawn(Line("", "*", [row_at(0, 0.0), row_at(8, 1.0)]), size=(13, 3), legend=False)
    plot = plot_of(chart)
    assert [len(row) for row in plot] == [6, 6]
    assert sum(bin(ord(sign) - 0x2800).count("1") for row in plot for sign in row if sign != " ") == 12


def test_without_a_value_or_room_there_is_no_chart() -> None:
    for lines, size in (([], (40, 9)), ([line_of([None, None])], (40, 9)), ([line_of([1.0])], (9, 9))):
        assert draw_chart(lines, ChartView(), *size, UNICODE) is None
    assert draw_chart([line_of([1.0])], ChartView(), 40, 1, UNICODE) is None


def test_a_gap_in_a_series_stays_a_gap_and_so_does_a_new_attempt() -> None:
    gap = line_of([0.5, None, 0.5])
    rows = (row_at(0, 0.5), row_at(20, 0.5, attempt=2))
    for line in (gap, replace(gap, rows=rows)):
        assert "".join(plot_of(drawn(line, signs=ASCII, size=(28, 4), legend=False))).count("*") == 2


def test_lines_differ_by_letter_at_their_ends_and_in_the_legend() -> None:
    chart = drawn(line_of([0.1] * 9), line_of([0.9] * 5, "B"))
    plot = "\n".join(plot_of(chart))
    assert plot.count("A") == plot.count("B") == 1
    assert chart.text.splitlines()[-2:] == [
        "A run A  last 0.1000 · best 0.1000 at step 0",
        "B run B  last 0.9000 · best 0.9000 at step 0",
    ]
    assert {piece.kind for row in chart.rows for piece in row} >= {"a", "b", "axis"}


def test_in_ascii_each_line_is_drawn_with_its_letter() -> None:
    text = drawn(line_of([0.1] * 9), line_of([0.9] * 5, "B"), signs=ASCII).text
    assert text.isascii()
    assert "AAAAA" in text
    assert "BBBBB" in text


def test_lines_that_are_the_same_are_told_apart_at_their_ends() -> None:
    assert "B⠉A\n" in drawn(line_of([0.5] * 9), line_of([0.5] * 9, "B"), size=(60, 10)).text
    live = line_of([0.5] * 8, is_live=True), line_of([0.5] * 8, "B", is_live=True)
    assert "A B\n" in drawn(*live, size=(60, 10)).text


def test_a_log_axis_shows_powers_and_says_what_it_leaves_out() -> None:
    chart = drawn(line_of([0.0, 0.001, 0.1, 10.0, -1.0]), view=ChartView(log=True), size=(76, 14))
    assert (chart.up.low, chart.up.high) == (0.001, 10.0)
    labels = [line[:6].strip() for line in chart.text.splitlines()]
    assert {"0.001", "10"} < set(labels)
    assert "above 0 only" in chart.text
    assert draw_chart([line_of([0.0, -1.0])], ChartView(log=True), 60, 12, UNICODE) is None


def test_the_range_of_a_stretch_is_drawn_behind_the_line() -> None:
    rows = tuple(replace(row_at(step, 0.5), minimum=0.1, maximum=0.9) for step in range(0, 90, 10))
    line = Line("", "*", rows, "accuracy")
    kinds = [{piece.kind for row in drawn(line, view=ChartView(band=band)).rows for piece in row} for band in (0, 1)]
    assert "band" not in kinds[0]
    assert "band" in kinds[1]


def test_a_live_line_gets_a_round_end_and_an_ended_one_all_the_room() -> None:
    line = line_of([0.5] * 42)
    assert drawn(line).across.high == 410
    assert drawn(replace(line, is_live=True)).across.high == 500
    assert "step 500" in drawn(replace(line, is_live=True)).text


# --- axes ---------------------------------------------------------------------------------------------------------


@given(st.lists(FINITE, min_size=1, max_size=40), st.booleans(), st.booleans(), st.integers(2, 9))
def test_a_scale_holds_every_value(values: list[float], log: bool, tight: bool, most: int) -> None:
    scale = value_scale(values, log=log, tight=tight)
    held = [value for value in values if value > 0 or not log]
    if scale is None:
        assert not held
        return
    assert math.isfinite(scale.low)
    assert math.isfinite(scale.high)
    assert scale.low <= min(held) <= max(held) <= scale.high
    assert scale.low < scale.high
    assert all(0 <= scale.share(value) <= 1 for value in held)
    ticks = value_ticks(scale, most)
    assert 2 <= len(ticks) <= most
    assert ticks == sorted(ticks)
    assert len(value_words(ticks, scale)) == len(ticks)


@given(st.integers(0, 10**9), st.sampled_from(Axis), st.integers(0, 9))
def test_a_growing_axis_holds_its_last_place_and_has_ticks_within(last: int, axis: Axis, most: int) -> None:
    scale = across_scale(axis, last, growing=True)
    assert scale.high >= last
    ticks = across_ticks(axis, scale, most)
    assert len(ticks) <= most
    assert all(scale.low < tick < scale.high for tick in ticks)


@pytest.mark.parametrize("axis", list(Axis))
def test_a_growing_curve_keeps_its_scale_for_long(axis: Axis) -> None:
    assert len({across_scale(axis, last, growing=True).high for last in range(1, 1000)}) < 25


def test_ticks_are_written_to_the_digit_that_tells_them_apart() -> None:
    scale = value_scale([0.0812, 2.4])
    assert scale is not None
    assert value_words(value_ticks(scale, 5), scale) == ["0", "1.0", "2.0", "2.5"]
    assert [across_words(Axis.STEP, step) for step in (0, 1200, 12_345, 2_000_000)] == ["0", "1.2k", "12,345", "2M"]
    assert across_words(Axis.TIME, 125.0, unit=True) == "2m 05s"
    assert across_words(Axis.EPOCH, 40, unit=True) == "epoch 40"


def test_epochs_are_counted_by_a_series_that_is_logged_once_an_epoch() -> None:
    ends = [row_at(25 * epoch, 0.5) for epoch in range(1, 9)]
    assert epoch_length(ends) == 25
    assert epoch_length(ends[4:6]) == 25
    assert epoch_length(ends[:1]) == 25
    assert epoch_length([]) is None
    assert place_by(Axis.EPOCH, steps_per_epoch=25.0)(ends[3]) == 4


def test_an_axis_is_offered_where_it_is_known() -> None:
    assert axes_of([line_of([1.0])]) == (Axis.STEP, Axis.TIME)
    assert axes_of([line_of([1.0], steps_per_epoch=10.0)]) == (Axis.STEP, Axis.EPOCH, Axis.TIME)
    timeless = [replace(row_at(0, 1.0), first_at=None, last_at=None)]
    assert axes_of([replace(line_of([]), rows=timeless)]) == (Axis.STEP,)
    assert draw_chart([replace(line_of([]), rows=timeless)], ChartView(axis=Axis.TIME), 60, 9, UNICODE) is None


def test_each_run_has_its_own_start_on_the_time_axis() -> None:
    late = replace(line_of([0.5] * 5, "B"), started_at=BORN_AT - 100)
    chart = drawn(line_of([0.1] * 5), late, view=ChartView(axis=Axis.TIME))
    assert chart.stops == (0, 10, 20, 30, 40, 100, 110, 120, 130, 140)


# --- smoothing ----------------------------------------------------------------------------------------------------


def test_smoothing_is_the_bias_corrected_average_of_what_came_before() -> None:
    values = [1.0, 2.0, 4.0, 3.0]
    found = spots([row_at(step, value) for step, value in enumerate(values)], place_by(Axis.STEP), 0.9)
    total = weight = 0.0
    for spot, value in zip(found, values, strict=True):
        total, weight = 0.9 * total + 0.1 * value, 0.9 * weight + 0.1
        assert spot.value == pytest.approx(total / weight)


@given(st.lists(st.none() | FINITE, min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_a_smoothed_line_stays_within_its_values_and_keeps_its_gaps(values: list[float | None], weight: float) -> None:
    plain = spots([row_at(step, value) for step, value in enumerate(values)], place_by(Axis.STEP), 0.0)
    smooth = smoothed(plain, weight)
    known = [value for value in values if value is not None]
    for before, after in zip(plain, smooth, strict=True):
        assert (before.value is None) is (after.value is None)
        if after.value is not None:
            slack = 1e-9 * max(abs(value) for value in known)
            assert min(known) - slack <= after.value <= max(known) + slack


def test_a_stretch_of_many_points_weighs_more_than_one_of_few() -> None:
    full, half = (spots([row_at(0, 0.0, 8), row_at(8, 1.0, n)], place_by(Axis.STEP), 0.9)[-1].value for n in (8, 4))
    assert full is not None
    assert half is not None
    assert full > half > 0


# --- readings -----------------------------------------------------------------------------------------------------


def test_the_cursor_reads_each_line_with_step_epoch_and_time() -> None:
    lines = line_of([0.5, 0.4, 0.3], steps_per_epoch=10.0), line_of([0.9, 0.8], "B")
    chart = drawn(*lines, view=ChartView(cursor=10.0), size=(70, 14))
    assert [reading.value for reading in chart.readings] == [0.4, 0.8]
    assert chart.text.splitlines()[-2:] == [
        "A run A  0.4000 · step 10 · epoch 1 · 10.0 s",
        "B run B  0.8000 · step 10 · 10.0 s",
    ]


def test_where_a_line_has_ended_its_value_is_not_known() -> None:
    chart = drawn(line_of([0.5] * 9), line_of([0.9] * 3, "B"), view=ChartView(cursor=80.0))
    assert [reading.value for reading in chart.readings] == [0.5, None]
    assert chart.text.endswith("n/a")


def test_a_stretch_is_read_as_a_mean_with_its_range() -> None:
    stretch = replace(row_at(100, 0.5, 16), minimum=0.25, maximum=0.75)
    chart = drawn(Line("", "*", [row_at(0, 1.0), stretch], "val_loss"), view=ChartView(cursor=107.5), size=(78, 12))
    assert chart.text.splitlines()[-1] == "0.5000 · step 100-115 · mean of 16, 0.2500 to 0.7500"


def test_what_does_not_fit_is_left_away_whole() -> None:
    chart = drawn(line_of([0.5, 0.4, 0.3], steps_per_epoch=5.0), view=ChartView(cursor=10.0), size=(34, 12))
    assert chart.text.splitlines()[-1] == "A run A  0.4000 · step 10"


def test_of_a_window_the_last_and_best_value_in_it_are_said() -> None:
    chart = drawn(line_of([0.5, 0.4, 0.7, 0.1]), view=ChartView(window=(8, 22)))
    assert chart.text.splitlines()[-1] == "A run A  last here 0.7000 · best here 0.4000 at step 10"


# --- properties ---------------------------------------------------------------------------------------------------

ROWS = st.lists(st.tuples(st.integers(0, 10**6), st.none() | FINITE, st.integers(1, 999)), max_size=30).map(
    lambda found: tuple(row_at(step, value, n) for step, value, n in sorted(found, key=lambda entry: entry[0]))
)
VIEWS = st.builds(
    ChartView,
    axis=st.sampled_from(Axis),
    log=st.booleans(),
    smoothing=st.sampled_from([0.0, 0.6, 0.97]),
    band=st.booleans(),
    window=st.none() | st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(lambda w: (w[0], w[0] + w[1])),
    cursor=st.none() | st.floats(0, 1e6),
)


@given(
    st.lists(ROWS, max_size=3), VIEWS, st.integers(0, 130), st.integers(0, 30), st.sampled_from([UNICODE, ASCII]),
    st.booleans(),
)  # fmt: skip
@settings(deadline=None)
def test_no_row_is_wider_and_no_chart_taller_than_asked_for(
    rows: list[tuple[SeriesRow, ...]], view: ChartView, width: int, height: int, signs: Signs, live: bool
) -> None:
    lines = [
        Line("a very long name of a run indeed", letter, found, "val_loss", BORN_AT, 25.0, is_live=live)
        for letter, found in zip("ABC", rows, strict=False)
    ]
    chart = draw_chart(lines, view, width, height, signs)
    if chart is not None:
        assert len(chart.rows) <= height
        assert max(width_of(row) for row in chart.rows) <= width
        assert signs is UNICODE or chart.text.isascii()
        assert list(chart.stops) == sorted(set(chart.stops))


@given(ROWS, ROWS, VIEWS, st.sampled_from([UNICODE, ASCII]))
@example((row_at(0, 0.0),), (row_at(0, None, 19), row_at(0, 0.0, 2)), ChartView(), UNICODE)
@settings(deadline=None)
def test_swapping_a_and_b_swaps_their_letters_only(
    one: tuple[SeriesRow, ...], other: tuple[SeriesRow, ...], view: ChartView, signs: Signs
) -> None:
    def chart(a: tuple[SeriesRow, ...], b: tuple[SeriesRow, ...]) -> Chart | None:
        lines = [Line("run", letter, rows, "val_loss", BORN_AT, 25.0) for letter, rows in (("A", a), ("B", b))]
        return draw_chart(lines, view, 70, 20, signs, legend=False)

    first, second = chart(one, other), chart(other, one)
    assert (first is None) is (second is None)
    if first is not None and second is not None:
        assert (first.up, first.across, first.stops) == (second.up, second.across, second.stops)
        assert [reading.value for reading in first.readings] == [reading.value for reading in reversed(second.readings)]
        masked = [chart.text.replace("A", "#").replace("B", "#") for chart in (first, second)]
        assert masked[0] == masked[1]


# --- windows ------------------------------------------------------------------------------------------------------


def test_zooming_keeps_the_middle_where_it_is_and_stays_within_the_steps() -> None:
    assert zoomed((0, 1000), 250, 0.5, (0, 1000)) == (125, 625)
    assert zoomed((125, 625), 250, 2, (0, 1000)) is None
    assert zoomed((0, 1000), 1000, 0.5, (0, 1000)) == (500, 1000)
    assert zoomed((100, 110), 105, 0.5, (0, 1000)) == (101, 109)
    assert moved((100, 200), 500, (0, 1000)) == (450, 550)
    assert moved((100, 200), 990, (0, 1000)) == (900, 1000)


def test_a_window_shows_its_steps_and_the_way_to_the_points_beside_it() -> None:
    chart = drawn(line_of([0.0, 1.0] * 6), view=ChartView(window=(15, 85)), size=(50, 8), signs=ASCII, legend=False)
    assert (chart.across.low, chart.across.high) == (15, 85)
    columns = [set(column) for column in zip(*(row.ljust(42) for row in plot_of(chart)), strict=True)]
    assert all("*" in column for column in columns)


# --- the pane -----------------------------------------------------------------------------------------------------


class Frame(App[None]):
    """A chart alone on the screen, and what it said."""

    def __init__(self, pane: ChartPane) -> None:
        super().__init__()
        self.pane = pane
        self.windows: list[tuple[int | None, int | None]] = []
        self.painted: list[Region] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_chart_pane_window_moved(self, event: ChartPane.WindowMoved) -> None:
        self.windows.append((event.first_step, event.last_step))


METRIC = "validation loss"


def lines_of(pane: ChartPane) -> list[str]:
    return pane.text.splitlines()


async def test_the_keys_move_the_cursor_over_the_stretches_and_put_it_down() -> None:
    pane = ChartPane(UNICODE)
    async with Frame(pane).run_test(size=(80, 20)) as pilot:
        pane.show([line_of([step / 100 for step in range(30)])], title=METRIC)
        pane.focus()
        await pilot.pause()
        assert lines_of(pane)[-1].startswith("A run A  last 0.2900 · best 0.0000")
        for key, value in (
            ("left", 0.29),
            ("h", 0.28),
            ("shift+left", 0.18),
            ("l", 0.19),
            ("home", 0.0),
            ("end", 0.29),
        ):
            await pilot.press(key)
            assert f"{value:.4f} · step" in lines_of(pane)[-1]
        await pilot.press("escape")
        assert pane.view.cursor is None
        assert "last" in lines_of(pane)[-1]


async def test_zooming_asks_for_the_steps_round_the_cursor_and_moving_on_follows() -> None:
    pane = ChartPane(UNICODE)
    app = Frame(pane)
    async with app.run_test(size=(80, 20)) as pilot:
        pane.show([line_of([step / 100 for step in range(101)])], title=METRIC)
        pane.focus()
        await pilot.press("home", "plus", "equals_sign")
        assert app.windows == [(0, 500), (0, 250)]
        assert pane.border_title is not None
        assert "steps 0-250" in str(pane.border_title)
        await pilot.press("end")
        assert app.windows[-1] == (750, 1000)
        await pilot.press("minus", "minus")
        assert app.windows[-2:] == [(500, 1000), (None, None)]
        await pilot.press("plus", "0")
        assert app.windows[-2:] == [(500, 1000), (None, None)]


async def test_the_title_says_how_the_lines_are_looked_at() -> None:
    pane = ChartPane(UNICODE)
    async with Frame(pane).run_test(size=(80, 20)) as pilot:
        pane.show([line_of([1.0, 0.1, 0.01], steps_per_epoch=10.0)], title=METRIC)
        pane.focus()
        assert str(pane.border_title) == f" {METRIC} "
        await pilot.press("w", "L", "a", "r")
        assert str(pane.border_title) == f" {METRIC} · by epoch · smoothed 0.6 · log · range "
        await pilot.press("a")
        assert pane.view.axis is Axis.TIME
        await pilot.press("w", "w", "w", "L", "a", "r")
        assert pane.view == ChartView()


async def test_the_cursor_stays_on_its_stretch_when_the_axis_changes() -> None:
    pane = ChartPane(UNICODE)
    async with Frame(pane).run_test(size=(80, 20)) as pilot:
        pane.show([line_of([step / 100 for step in range(30)], steps_per_epoch=10.0)])
        pane.focus()
        await pilot.press("left", "shift+left")
        for axis in (Axis.STEP, Axis.EPOCH, Axis.TIME):
            assert pane.view.axis is axis
            assert "0.1900 · step 190" in lines_of(pane)[-1]
            await pilot.press("a")


async def test_a_chart_without_a_curve_says_why() -> None:
    pane = ChartPane(UNICODE, can_focus=False, legend=False)
    async with Frame(pane).run_test(size=(60, 12)) as pilot:
        pane.show_curve(None)
        await pilot.pause()
        assert pane.text == NO_CURVE
        assert str(pane.border_title) == " Curve "
        pane.show_curve(Curve("val_loss", (row_at(1, -1.0),)), a_run(), is_live=True)
        assert "step 8" in pane.text
        pane.action_log()
        assert pane.text == NOT_ON_LOG


async def test_the_curve_of_another_run_is_shown_whole_and_without_the_cursor() -> None:
    pane = ChartPane(UNICODE, legend=False)
    app = Frame(pane)
    async with app.run_test(size=(60, 12)) as pilot:
        pane.focus()
        curve = Curve("val_loss", tuple(row_at(step, 0.5) for step in range(100)))
        pane.show_curve(curve, a_run(), is_live=True)
        await pilot.press("left", "plus")
        assert str(pane.border_title) == " val loss · steps 49-99 "
        assert lines_of(pane)[-1].startswith("0.5000 · step 99")
        pane.show_curve(curve, a_run(id=8), is_live=True)
        await pilot.pause()
        assert pane.view == ChartView()
        assert app.windows == [(49, 99), (None, None)]


@pytest.mark.parametrize("lines", [1, 2])
async def test_a_growing_curve_repaints_few_cells(monkeypatch: pytest.MonkeyPatch, lines: int) -> None:
    pane = ChartPane(UNICODE, can_focus=False, legend=lines > 1)
    cells = []
    async with Frame(pane).run_test(size=(120, 40)) as pilot:
        values = [2.3 * 0.97**step + 0.02 * (step % 3) for step in range(200)]
        letters = "AB"[:lines]
        pane.show([line_of(values[:120], letter, is_live=True) for letter in letters])
        await pilot.pause()
        refresh = pane.refresh
        monkeypatch.setattr(
            pane, "refresh", lambda *regions, **more: (cells.extend(regions), refresh(*regions, **more))[1]
        )
        for n in range(121, 145):
            pane.show([line_of(values[:n], letter, is_live=True) for letter in letters])
        painted = sum(region.area for region in cells) / 24
        assert painted < 30 * lines
        cells.clear()
        pane.show([line_of(values[:144], letter, is_live=True) for letter in letters])
        assert cells == []
