"""What the tabs of the diff write, as lines: never wider than asked for, ASCII where that is all there is."""

from collections.abc import Sequence

import numpy as np
import pytest
from comparison_fixtures import make_calls, make_evidence

from screens.diff.class_rows import SCORES, ClassOrder, arranged_classes, class_foot, lay_out_classes, state_line
from screens.diff.latency_plot import Times, TimesView, draw_times
from screens.diff.latency_words import latency_lines
from screens.diff.tabs import DIGITS, TITLES
from screens.diff.words import repair_words, verdict_lines, warning_lines
from screens.pieces import Line, plain, width_of
from screens.racing import RaceStanding
from screens.signs import ASCII, UNICODE, Signs
from screens.tab_line import tab_line
from workbench.comparison import Caution, Evidence, Options, compare
from workbench.comparison.compared import Compared
from workbench.comparison.conditions import RACE_REPAIRS

WIDTHS = (30, 38, 58, 78, 100, 118, 158, 198)
CAUTIONS = (
    Caution("busy-machine", "latency was measured on a busy machine (A: load 9.1 on 2 cores)", RACE_REPAIRS),
    Caution("other-torch", "another torch: A 2.1, B 2.2", RACE_REPAIRS),
    Caution("few-examples", "only 40 test examples: intervals are wide and rough", "Add data"),
)


@pytest.fixture(scope="module")
def compared() -> Compared:
    """B is better in its scores, and slower."""
    sides = []
    for seed, skill, ms in ((1, 1.0, 0.1), (2, 3.0, 0.3)):
        base = make_evidence(skill=skill, seed=seed, latency={"p50_ms": ms, "p95_ms": ms * 1.4, "mean_ms": ms * 1.02})
        sides.append(Evidence(base.run, base.outcomes, make_calls(ms, seed=seed)))
    return Compared(compare(*sides), *sides, Options())


def check(lines: Sequence[Line], width: int, signs: Signs) -> None:
    for line in lines:
        assert width_of(line) <= width, plain(line)
        assert signs is UNICODE or plain(line).isascii()


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_no_line_is_wider_than_asked_for(compared: Compared, signs: Signs) -> None:
    classes = compared.comparison.classes
    race = RaceStanding((1, 2), 30.0, words="process 2 of about 6, run 1 (a) against run 2 (b)", share=0.3)
    for width in WIDTHS:
        for score in SCORES:
            table = lay_out_classes(classes, score, width, signs)
            check([table.head, *table.lines], width, signs)
            check(class_foot(classes[0], score, width, 5, signs), width, signs)
        line = state_line("f1", 3, ClassOrder.B_WORST, width, only_differing=True, adjusted=9)
        check([line], max(width, 26), signs)
        check(verdict_lines("B is better than A " * 6, CAUTIONS, (), width, 4, signs), width, signs)
        check(latency_lines(compared, "R races these two.", race, width, signs), width, signs)
        for current in range(len(TITLES)):
            check([tab_line(TITLES, current, max(38, width), signs, DIGITS)], max(38, width), signs)


def test_every_tab_has_its_digit_and_the_open_one_its_name_at_any_width() -> None:
    for width in (38, 58, 78, 120):
        for current, title in enumerate(TITLES):
            line = tab_line(TITLES, current, width, UNICODE, DIGITS)
            assert [word for word in plain(line).split() if word.isdigit()] == list(DIGITS)
            assert next(piece.text for piece in line if piece.kind == "chosen").split()[-1] == title


def test_a_warning_has_what_repairs_it_beside_it_and_a_repair_is_named_once() -> None:
    text = [plain(line) for line in warning_lines(CAUTIONS, 140, 5, UNICODE)]
    assert text[0].endswith("(A: load 9.1 on 2 cores). A race measures both again under the same conditions.")
    assert text[1] == "! another torch: A 2.1, B 2.2."
    assert text[2] == "! only 40 test examples: intervals are wide and rough. Add data."


def test_warnings_that_find_no_room_are_counted() -> None:
    one = plain(warning_lines(CAUTIONS, 78, 1, UNICODE)[0])
    assert one.endswith("(and 2 more: 0)")
    sentence = "word " * 30
    lines = [plain(line) for line in verdict_lines(sentence.strip(), CAUTIONS, (), 60, 3, UNICODE)]
    assert lines[-1].endswith("(3 warnings: 0)")


def test_a_race_is_named_without_its_command() -> None:
    assert repair_words(RACE_REPAIRS) == "A race measures both again under the same conditions."
    assert repair_words(f"End them, then: {RACE_REPAIRS}").startswith("End them, then: a race measures")
    assert repair_words("") == ""


def test_classes_stand_in_the_order_asked_for(compared: Compared) -> None:
    classes = compared.comparison.classes
    by = {order: arranged_classes(classes, "recall", order, only_differing=False) for order in ClassOrder}
    deltas = [item.recall.delta or 0.0 for item in by[ClassOrder.B_WORST]]
    assert deltas == sorted(deltas)
    assert by[ClassOrder.B_BEST] == by[ClassOrder.B_WORST][::-1]
    assert [item.label for item in by[ClassOrder.NAME]] == sorted(item.label for item in classes)
    supports = [item.support_a for item in by[ClassOrder.SUPPORT]]
    assert supports == sorted(supports, reverse=True)
    differing = arranged_classes(classes, "f1", ClassOrder.GIVEN, only_differing=True)
    assert all(any(row.verdict in ("a", "b") for row in item.rows) for item in differing)


FAST: Times = np.linspace(1.0, 2.0, 400)
SLOW: Times = np.linspace(2.0, 3.0, 400)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("as_histogram", [False, True])
@pytest.mark.parametrize("log", [False, True])
def test_times_fill_the_lines_that_they_are_given(signs: Signs, as_histogram: bool, log: bool) -> None:
    for width, height in ((40, 7), (78, 12), (120, 30)):
        lines = draw_times(FAST, SLOW, TimesView(as_histogram, log), width, height, signs)
        assert len(lines) == height
        check(lines, width, signs)
        assert plain(lines[-1]).endswith(" ms")


def test_the_faster_model_stands_left_of_the_slower_at_every_height() -> None:
    rows = draw_times(FAST, SLOW, TimesView(log=False), 80, 20, ASCII)[1:-2]
    for row in rows[1:-1]:
        text = plain(row)[6:]
        if "A" in text and "B" in text:
            assert text.rindex("A") < text.index("B")
    assert any("A" in plain(row)[6:] and "B" in plain(row)[6:] for row in rows)


def test_the_axis_is_logarithmic_by_itself_only_where_a_plain_one_would_show_nothing() -> None:
    tail = np.sort(np.concatenate([np.full(300, 0.1), np.full(20, 40.0)]))
    assert TimesView().is_log([FAST, SLOW]) is False
    assert TimesView().is_log([tail, SLOW]) is True
    assert TimesView(log=False).is_log([tail, SLOW]) is False


def test_calls_beyond_a_plain_axis_are_counted() -> None:
    tail = np.sort(np.concatenate([np.full(2000, 1.0), np.full(2, 1000.0)]))
    title = plain(draw_times(tail, tail, TimesView(log=False), 90, 10, UNICODE)[0])
    assert title.endswith("beyond the axis A 0.1%, B 0.1%")


def test_without_times_or_room_nothing_is_drawn() -> None:
    assert draw_times(None, None, TimesView(), 80, 12, UNICODE) == []
    assert draw_times(FAST, SLOW, TimesView(), 80, 4, UNICODE) == []
    assert draw_times(FAST, None, TimesView(), 80, 12, UNICODE) != []
