"""The trade-off tab by keys: every run in one chart, needs and weights, who wins and why, another pair from there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from screens_candidates import FIVE, Kind, candidates
from screens_pairs import pairs
from screens_pilot import keys_shown, seen, until
from test_screens_diff import diff_opened

from screens.chart.scatter import Mark, Plane, draw_scatter
from screens.diff.screen import DiffScreen
from screens.diff.tradeoff_answers import answer_lines, weight_bar
from screens.diff.tradeoff_needs import need_line, need_rows
from screens.diff.tradeoff_points import draw_points, lay_out_points, legend_line, point_lines, point_words
from screens.diff.tradeoff_view import TradeView, Weighing, moved_need, read_candidates, weigh_up
from screens.pieces import plain, width_of
from screens.run.screen import RunScreen
from screens.signs import ASCII, UNICODE, Signs
from store.database import Database
from workbench.comparison.weighing import Segment
from workbench.settings import Settings, load_settings

SMALL, MIDDLE, LARGE, CLUMSY, ELSEWHERE = 1, 2, 3, 4, 5
LETTERS = {SMALL: "A", LARGE: "B"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with candidates(tmp_path / "workbench.db") as db:
        yield db


def _weigh(db: Database, view: TradeView | None = None) -> Weighing:
    return weigh_up(read_candidates(db.path, SMALL), view or TradeView())


def _words(weighing: Weighing) -> dict[int, str]:
    return {point.run.id: point_words(point, weighing) for point in weighing.found.points}


# The chart.


def _rows(marks: list[Mark], plane: Plane, width: int = 60, height: int = 14, signs: Signs = UNICODE) -> list[str]:
    rows = draw_scatter(marks, plane, width, height, signs)
    assert rows is not None
    assert len(rows) == height
    assert all(width_of(row) <= width for row in rows)
    return [plain(row) for row in rows]


def test_points_stand_where_their_values_are() -> None:
    rows = _rows([Mark(0.0, 0.0, "x"), Mark(10.0, 1.0, "y"), Mark(5.0, 0.5, "z")], Plane())
    places = {sign: next((row.index(sign), y) for y, row in enumerate(rows) if sign in row) for sign in "xyz"}
    assert places["x"][0] < places["z"][0] < places["y"][0]
    assert places["x"][1] > places["z"][1] > places["y"][1]
    assert abs(places["z"][0] - (places["x"][0] + places["y"][0]) / 2) <= 1
    assert abs(places["z"][1] - (places["x"][1] + places["y"][1]) / 2) <= 1


def test_a_log_axis_puts_equal_ratios_at_equal_distances() -> None:
    marks = [Mark(0.1, 0.0, "x"), Mark(1.0, 0.5, "y"), Mark(10.0, 1.0, "z")]
    rows = _rows(marks, Plane(log=True))
    x, y, z = (next(row.index(sign) for row in rows if sign in row) for sign in "xyz")
    assert abs((y - x) - (z - y)) <= 1
    assert {"0.1", "1", "10"} <= set(rows[-1].split())


def test_a_name_hides_no_point_and_the_last_mark_has_the_first_choice() -> None:
    crowd = [Mark(float(x), 0.5, "o") for x in range(40)]
    rows = _rows([*crowd, Mark(20.0, 0.5, "*", name="the-chosen-one")], Plane())
    assert any("the-chosen-one" in row for row in rows)
    assert sum(row.count("o") for row in rows) - "the-chosen-one".count("o") >= 35
    wide = _rows([Mark(0.0, 0.0, "x", name="数据模型"), Mark(1.0, 1.0, "y")], Plane())
    assert any("数据模型" in row for row in wide)


def test_bounds_and_front_are_drawn_behind_the_points_also_in_ascii() -> None:
    marks = [Mark(1.0, 0.0, "o"), Mark(3.0, 1.0, "o")]
    plane = Plane(front=[(1.0, 0.0), (3.0, 1.0)], x_bound=2.0, y_bound=0.5)
    rows = _rows(marks, plane, signs=ASCII)
    assert all(row.isascii() for row in rows)
    assert any("." in row for row in rows[:-2]), "the stair of the front"
    assert sum("|" in row[8:] for row in rows[:-2]) > 5, "the upright of the bound across"
    assert any("-----" in row for row in rows[:-2]), "the level of the bound up"
    assert sum(row.count("o") for row in rows) == 2


def test_nothing_to_draw_and_no_room_are_none() -> None:
    assert draw_scatter([], Plane(), 60, 14, UNICODE) is None
    assert draw_scatter([Mark(1.0, 1.0, "x")], Plane(), 60, 2, UNICODE) is None
    assert draw_scatter([Mark(1.0, 1.0, "x")], Plane(), 8, 14, UNICODE) is None


# What is weighed up, and its words.


def test_every_run_is_told_how_it_stands(store: Database) -> None:
    weighing = _weigh(store)
    assert _words(weighing) == {
        SMALL: "front",
        MIDDLE: "wins, front",
        LARGE: "front",
        CLUMSY: "behind middle",
        ELSEWHERE: "other conditions",
    }


def test_the_legend_tells_of_a_and_b_in_words_and_of_no_sign_that_their_letters_replace(store: Database) -> None:
    told = plain(legend_line(_weigh(store), LETTERS, 100, UNICODE))
    assert told.split("  ") == ["A front", "B front", "▲ wins", "○ behind another", "? other conditions"]
    told = plain(legend_line(_weigh(store), {MIDDLE: "A"}, 20, UNICODE))
    assert told == "A wins  ◆ front"


def test_needs_tell_who_fails_by_what(store: Database) -> None:
    weighing = _weigh(store, TradeView().with_need("accuracy", 0.95).with_need("p95_ms", 1.0))
    assert _words(weighing)[LARGE] == "fails p95, front"
    assert _words(weighing)[SMALL] == "fails accuracy, front"
    told = "\n".join(plain(line) for line in point_lines(weighing.found.point(LARGE), weighing, 100, 6, UNICODE))
    assert "Latency p95 2.00 ms is 1.00 ms above 1.00 ms." in told
    assert "No run meets" not in plain(answer_lines(weighing, LETTERS, None, 100, UNICODE)[0]), "elsewhere does"


def test_letting_other_conditions_in_places_all(store: Database) -> None:
    assert _words(_weigh(store, TradeView(mixed=True)))[ELSEWHERE] == "wins, front"


def test_what_is_known_of_no_run_is_not_on_an_axis(store: Database) -> None:
    weighing = _weigh(store, TradeView(x="energy_j", y="roc_auc"))
    assert (weighing.found.x, weighing.found.y) == ("p95_ms", "accuracy")
    assert "energy_j" not in weighing.xs
    assert weighing.ys == ("accuracy", "log_loss")


def test_values_that_differ_by_a_lot_are_on_a_log_axis_by_themselves(store: Database) -> None:
    assert _weigh(store).log
    assert not _weigh(store, TradeView(log=False)).log
    assert not _weigh(store, TradeView(x="train_usd")).log


def test_a_bound_starts_where_all_meet_it_and_moves_by_round_steps(store: Database) -> None:
    runs = read_candidates(store.path, SMALL).runs
    first = moved_need(runs, "accuracy", None, 1)
    assert first <= min(kind.accuracy for kind in FIVE)
    assert moved_need(runs, "accuracy", 0.8, 1) == 0.805
    assert moved_need(runs, "accuracy", 0.805, -1) == 0.8
    assert moved_need(runs, "p95_ms", None, -1) >= 2.0


def test_only_what_differs_from_the_settings_is_written() -> None:
    settings = Settings(needs=MappingProxyType({"accuracy": 0.9}))
    view = TradeView.of(settings)
    assert view.changes(settings) == {}
    changed = view.with_need("accuracy", None).with_need("p95_ms", 2.0).with_weight("cost", -3.0)
    assert changed.changes(settings) == {"needs.accuracy": None, "needs.p95_ms": 2.0, "weights.cost": 0.0}


def test_a_weights_bar_has_its_turns_at_their_places_and_says_where_it_is_now() -> None:
    segments = [Segment(0.0, 0.25, (1,)), Segment(0.25, 1.0, (2,))]
    bar, below = (plain(line) for line in weight_bar("cost", segments, ["one", "two"], ["", ""], 0.5, 113, UNICODE))
    start, end = bar.index("├"), bar.index("┤")
    assert abs((bar.index("┼") - start) / (end - start) - 0.25) < 0.02
    assert bar.index(" one ") < bar.index("┼") < bar.index(" two ")
    assert abs((below.index("↑") - start) / (end - start) - 0.5) < 0.02
    assert "now 50%" in below


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [30, 58, 78, 120])
def test_all_parts_keep_to_their_width(store: Database, width: int, signs: Signs) -> None:
    weighing = _weigh(store, TradeView().with_need("p95_ms", 1.0))
    table = lay_out_points(weighing, LETTERS, width, signs)
    lines = [table.head, *table.lines, *draw_points(weighing, LETTERS, MIDDLE, width, 14, signs)]
    lines += [need_line(row, width, signs) for row in need_rows(weighing, is_kept=False)]
    lines += answer_lines(weighing, LETTERS, None, width, signs)
    for line in lines:
        assert width_of(line) <= width, plain(line)
        assert plain(line).isascii() or signs is UNICODE


# The tab.


async def test_every_run_of_the_data_is_a_point_and_the_current_one_is_named(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36)) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "accuracy against latency p95 in ms, log axis" in seen(app), "the chart")
        await until(pilot, lambda: "▌◆ B  large" in seen(app), "the cursor on B")
        await pilot.press("j")
        await until(pilot, lambda: "▌▲    middle" in seen(app), "the next run")
        await until(pilot, lambda: "On the front: no other run is as good in both" in seen(app), "how it stands")
        await pilot.press("right", "right")
        await until(pilot, lambda: "▌◆ B  large" in seen(app), "the last along the chart")
        await pilot.press("left")
        await until(pilot, lambda: "▌○    clumsy" in seen(app), "the one before it")
        await until(pilot, lambda: "middle is as good in both and better in one." in seen(app), "who is better")


async def test_on_a_narrow_terminal_the_parts_come_one_after_another(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "accuracy against" in seen(app), "the chart")
        assert "behind middle" not in seen(app)
        await pilot.press("tab")
        await until(pilot, lambda: "behind middle" in seen(app) and "against" not in seen(app), "the table")
        await pilot.press("tab")
        await until(pilot, lambda: "What you need" in seen(app) and "middle (2) wins" in seen(app), "the needs")
        await pilot.press("tab")
        await until(pilot, lambda: "How the winner changes" in seen(app), "what comes out")
        await pilot.press("shift+tab", "shift+tab", "shift+tab")
        await until(pilot, lambda: "accuracy against" in seen(app), "the chart again")


async def test_a_large_terminal_shows_all_parts_at_once(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(200, 60)) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "How the winner changes with a weight" in seen(app), "what comes out")
        text = seen(app)
        assert "accuracy against" in text
        assert "behind middle" in text
        assert "What you need" in text
        assert "large costs $0.0190 more for 1,000 predictions than small and is right on 16.0 more of" in text
        assert "elsewhere (5): latency measured on another device" in " ".join(text.split())


async def test_axes_are_chosen_by_keys(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36)) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "in ms, log axis" in seen(app), "the chart")
        await pilot.press("x")
        await until(pilot, lambda: "accuracy against cost per 1,000 predictions" in seen(app), "the cost across")
        await pilot.press("y")
        await until(pilot, lambda: "log loss against" in seen(app), "another quality")
        await pilot.press("L")
        await until(pilot, lambda: "predictions in USD" in seen(app) and "log axis" not in seen(app), "a plain axis")


async def test_needs_and_weights_change_who_wins_and_are_kept_only_when_asked(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36), settings=load_settings()) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "wins, front" in seen(app), "the table")
        await pilot.press("tab")
        await until(pilot, lambda: "▌ accuracy, at least" in seen(app), "the needs")
        assert "s keep" not in keys_shown(app)
        await pilot.press("enter", *"0.95x")
        await until(pilot, lambda: "This must be a number" in seen(app), "what is wrong, while it is typed")
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: "2 of 5 meet it" in seen(app), "who meets it")
        await until(pilot, lambda: "large (3) wins of those that meet the needs" in seen(app), "another winner")
        await pilot.press("j", "j", "j", "right", "right")
        await until(pilot, lambda: "‹ 1.5 ›" in seen(app), "the weight of quality")
        await pilot.press(*["left"] * 6)
        await until(pilot, lambda: "‹ 0 ›" in seen(app), "no weight")
        assert load_settings().needs == {}, "nothing is written by itself"
        await pilot.press("s")
        await until(pilot, lambda: load_settings().needs == {"accuracy": 0.95}, "the settings file")
        assert load_settings().weights["quality"] == 0.0
        await until(pilot, lambda: "s keep" not in keys_shown(app), "that all is kept")
        assert app.settings.needs == {"accuracy": 0.95}


async def test_all_weights_cannot_be_nothing(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36)) as (app, pilot):
        await pilot.press("8", "tab")
        await until(pilot, lambda: "▌ accuracy, at least" in seen(app), "the needs")
        await pilot.press("G", *["minus"] * 4, "k", *["minus"] * 4, "k", *["minus"] * 4)
        await until(pilot, lambda: "At least one weight must be above 0" in str(app.notices.newest_first), "the notice")
        await until(pilot, lambda: "‹ 0.25 ›" in seen(app), "what is left")
        await pilot.press("delete")
        await until(pilot, lambda: "‹ 1 ›" in seen(app), "the default")


async def test_a_run_of_the_chart_becomes_b_or_a_and_is_opened(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36)) as (app, pilot):
        await pilot.press("8", "j")
        await until(pilot, lambda: "▌▲    middle" in seen(app), "another run")
        await pilot.press("B")
        await until(pilot, lambda: "B  middle" in seen(app) and "▌▲ B  middle" in seen(app), "the other pair")
        await pilot.press("k")
        await until(pilot, lambda: "▌◆    large" in seen(app), "the one above")
        await pilot.press("A")
        await until(pilot, lambda: "▌◆ A  large" in seen(app), "A")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen), "the run")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the diff")


async def test_runs_measured_otherwise_are_let_in_by_a_key(store: Database) -> None:
    async with diff_opened(store, SMALL, LARGE, size=(120, 36)) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "other conditions" in seen(app), "the run of another processor")
        await pilot.press("M")
        await until(pilot, lambda: "other conditions" not in seen(app), "all alike")


def test_data_of_which_no_run_has_finished_are_a_table_and_a_chart_of_sentences(store: Database) -> None:
    none = weigh_up(replace(read_candidates(store.path, SMALL), runs=()), TradeView())
    assert plain(draw_points(none, LETTERS, None, 60, 14, UNICODE)[0]) == "No run has both figures of the axes."
    assert lay_out_points(none, LETTERS, 60, UNICODE).lines == ()
    assert plain(answer_lines(none, LETTERS, None, 80, UNICODE)[0]).startswith("No run can be scored")
    assert need_rows(none, is_kept=True)


async def test_a_run_without_figures_has_no_place_and_says_so(tmp_path: Path) -> None:
    with pairs(tmp_path / "other.db") as db:
        async with diff_opened(db, 4, 4, size=(100, 30)) as (app, pilot):
            await pilot.press("8")
            await until(pilot, lambda: "No run has both figures of the axes." in seen(app), "the sentence")
            assert "Not held against the others: accuracy or latency p95 is not known." in seen(app)


async def test_many_runs_are_weighed_up_without_holding_up_keys(tmp_path: Path) -> None:
    kinds = [Kind(f"run-{n}", 0.5 + n / 400, 0.1 + (n * 37 % 101) / 10, 0.001 + n / 1e5) for n in range(120)]
    with candidates(tmp_path / "many.db", kinds) as db:
        async with diff_opened(db, 1, 2) as (app, pilot):
            await pilot.press("8", "tab")
            await until(pilot, lambda: "run-119" in seen(app), "the best")
            await pilot.press("G")
            await until(pilot, lambda: "run-0" in seen(app), "the last")


async def test_it_is_complete_in_every_size_and_in_ascii(store: Database) -> None:
    for size, signs in (((40, 12), ASCII), ((80, 24), ASCII), ((60, 18), UNICODE)):
        async with diff_opened(store, SMALL, LARGE, size=size, signs=signs) as (app, pilot):
            for key, what in (("8", "against"), ("tab", "run"), ("tab", "need"), ("tab", "wins")):
                await pilot.press(key)
                await until(pilot, lambda what=what: what in seen(app), what)  # type: ignore[misc]
                assert all(len(line) <= size[0] for line in seen(app).splitlines())
                assert seen(app).isascii() or signs is UNICODE
