"""The log pane with a whole log behind it: what is held, what is read on scrolling, and what a search finds."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens_fixtures import STARTED_AT, add
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from screens.run.highlight import marked
from screens.run.log_window import KEPT_LINES, LinesAsked, LinesRead, LogWindow, Part
from screens.signs import UNICODE
from screens.themes import variable_defaults
from screens.widgets.log_view import LogView
from store.database import Database, open_for_writing
from store.log_search import find_line, lines_before, lines_from
from store.logs import add_log_lines, tail_log
from store.records import LogLine

LINES = 5_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_for_writing(tmp_path / "workbench.db") as db:
        run, other = add(db, "long"), add(db, "other")
        add_log_lines(db, other.id, 1, [(STARTED_AT, "info", "loss of another run")])
        add_log_lines(db, run.id, 1, [log_line(number) for number in range(1, LINES + 1)])
        yield db


def log_line(number: int) -> tuple[float, str, str]:
    if number % 1000 == 0:
        return STARTED_AT + number, "warning", f"line {number} is slow: 100% of the time"
    return STARTED_AT + number, "error" if number == 2500 else "info", f"line {number} Loss {number / 7:.3f}"


class LogApp(App[None]):
    """A log view whose questions are answered at once."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.db = db
        engine = SimpleNamespace(path=db.path)
        self.view = LogView(UNICODE, lambda work, then: then(work(engine)))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.view

    def show_tail(self) -> None:
        pane = self.view.pane
        after = pane.last_id
        pane.show(1, tail_log(self.db, 1, 500, after_id=after), after)


@asynccontextmanager
async def opened(db: Database) -> AsyncIterator[tuple[LogApp, Pilot]]:
    app = LogApp(db)
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.pane.focus()
        app.show_tail()
        await pilot.pause()
        yield app, pilot


def numbers(app: LogApp) -> list[int]:
    lines = [line for line in app.view.pane.text.splitlines() if "line " in line]
    return [int(line.split("line ")[1].split()[0]) for line in lines]


async def test_it_follows_the_end_of_the_log(db: Database) -> None:
    async with opened(db) as (app, pilot):
        assert numbers(app)[-1] == LINES
        add_log_lines(db, 1, 1, [log_line(LINES + 1)])
        app.show_tail()
        await pilot.pause()
        assert numbers(app)[-1] == LINES + 1
        assert app.view.words == []


async def test_older_lines_are_read_when_it_is_scrolled_up_to_where_they_begin(db: Database) -> None:
    async with opened(db) as (app, pilot):
        for _ in range(60):
            await pilot.press("pageup")
        seen = numbers(app)
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        assert seen[0] < LINES - 600
        assert app.view.words == ["paused"]


async def test_the_first_line_and_the_last_are_one_key_away(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("g")
        assert numbers(app)[0] == 1
        await pilot.press("G")
        assert numbers(app)[-1] == LINES
        assert app.view.pane.follows


async def test_lines_that_come_while_it_looks_elsewhere_are_there_when_it_comes_back(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("g")
        add_log_lines(db, 1, 1, [log_line(LINES + extra) for extra in range(1, 900)])
        app.show_tail()
        await pilot.pause()
        assert numbers(app)[0] == 1
        await pilot.press("f")
        seen = numbers(app)
        assert seen[-1] == LINES + 899
        assert seen == list(range(seen[0], seen[-1] + 1))


async def test_after_more_lines_at_once_than_a_page_holds_none_is_missing(db: Database) -> None:
    async with opened(db) as (app, pilot):
        add_log_lines(db, 1, 1, [log_line(LINES + extra) for extra in range(1, 900)])
        app.show_tail()
        await pilot.pause()
        assert numbers(app)[-1] == LINES + 899
        for _ in range(70):
            await pilot.press("pageup")
            seen = numbers(app)
            assert seen == list(range(seen[0], seen[0] + len(seen)))


async def test_a_text_is_found_wherever_in_the_log_it_stands(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("slash", *"line 12", "enter")
        assert app.view.words == ["paused", "'line 12' 111 of 111"]
        assert 1299 in numbers(app)
        await pilot.press("N")
        assert 1298 in numbers(app)
        await pilot.press("n", "n")
        assert 12 in numbers(app)
        assert app.view.words[-1] == "'line 12' 1 of 111, begun anew"
        assert "▌ line 12 " in app.view.pane.text


async def test_a_text_that_is_nowhere_is_said_to_be_nowhere_and_moves_nothing(db: Database) -> None:
    async with opened(db) as (app, pilot):
        before = numbers(app)
        await pilot.press("slash", *"nan", "enter")
        assert app.view.words == ["no 'nan'"]
        assert numbers(app) == before


async def test_escape_closes_the_search_and_forgets_it(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("slash", *"line", "escape")
        assert app.view.pane.has_focus
        assert app.view.check_action("find", (False,)) is False


async def test_levels_leave_only_what_needs_a_look(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("i")
        assert numbers(app) == [1000, 2000, 2500, 3000, 4000, 5000]
        assert app.view.words == ["warnings and worse"]
        add_log_lines(db, 1, 1, [log_line(5001), log_line(6000)])
        app.show_tail()
        await pilot.pause()
        assert numbers(app)[-2:] == [5000, 6000]
        await pilot.press("i")
        assert numbers(app) == [2500]
        await pilot.press("i")
        assert numbers(app)[-2:] == [5001, 6000]


async def test_a_log_without_warnings_says_so(db: Database) -> None:
    add_log_lines(db, 2, 1, [])
    async with opened(db) as (app, pilot):
        await pilot.press("i")
        app.view.pane.show(2, tail_log(db, 2, 500), 0)
        await pilot.pause()
        assert app.view.pane.text.strip() == "No line of this log is a warning or worse."


async def test_times_are_shown_on_demand(db: Database) -> None:
    async with opened(db) as (app, pilot):
        await pilot.press("T")
        assert all(line[4] == ":" and line[7] == ":" for line in app.view.pane.text.splitlines())


def test_the_store_finds_in_both_directions_and_round_the_end(db: Database) -> None:
    first = find_line(db, 1, "is slow")
    assert (first.line.text.split()[1], first.place, first.count) == ("1000", 1, 5)
    last = find_line(db, 1, "is slow", backwards=True)
    assert last.line.text.startswith("line 5000 ")
    after = find_line(db, 1, "is slow", from_id=last.line.id)
    assert (after.line, after.wrapped) == (first.line, True)
    assert find_line(db, 1, "another run").line is None


def test_capitals_count_where_the_text_has_some_and_signs_stand_for_themselves(db: Database) -> None:
    assert find_line(db, 1, "loss 1.000").count == 1
    assert find_line(db, 1, "LOSS").line is None
    assert find_line(db, 1, "100% of").count == 5
    assert find_line(db, 1, "l%s").line is None
    assert find_line(db, 1, "lin_").line is None


def test_the_store_reads_any_part_of_a_log_by_level(db: Database) -> None:
    assert [line.text.split()[1] for line in lines_before(db, 1, 2, levels=("warning", "error"))] == ["4000", "5000"]
    middle = lines_before(db, 1, 1)[0].id - 10
    assert [line.id for line in lines_before(db, 1, 3, before_id=middle)] == [middle - 3, middle - 2, middle - 1]
    assert [line.id for line in lines_from(db, 1, 2, from_id=middle)] == [middle, middle + 1]


def a_line(number: int, level: str = "info") -> LogLine:
    return LogLine(number, 1, 1, 0.0, level, f"line {number}")


def test_a_window_never_holds_more_than_it_may() -> None:
    window = LogWindow(1)
    for start in range(0, 3 * KEPT_LINES, 400):
        window.append([a_line(number) for number in range(start + 1, start + 401)], window.newest_id)
    assert len(window) == KEPT_LINES
    assert not window.at_start
    read = LinesRead(LinesAsked(1, Part.BEFORE), tuple(map(a_line, range(1, 1001))), at_start=True, at_end=False)
    window.take(read)
    assert (len(window), window.at_start, window.at_end) == (KEPT_LINES, True, False)


@given(st.text(alphabet="abAB ", max_size=20), st.text(alphabet="abAB", max_size=3))
def test_marked_parts_make_up_the_line(text: str, needle: str) -> None:
    parts = marked(text, needle)
    assert "".join(part for part, _ in parts) == text
    assert all(part.lower() == needle.lower() for part, is_found in parts if is_found)
