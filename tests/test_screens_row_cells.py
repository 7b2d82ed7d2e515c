"""The cells of the run table's rows: made once, and anew only where they would say something else."""

from dataclasses import replace

import pytest
from screens_fixtures import NOW, STARTED_AT, a_row

from screens.dashboard.columns import place_columns
from screens.page import Page, RunRow
from screens.signs import UNICODE
from screens.widgets.row_cells import RowCells
from store.records import RunStatus


def done(run_id: int = 7) -> RunRow:
    return a_row(id=run_id, status=RunStatus.DONE, finished_at=STARTED_AT + 12)


def a_page(*rows: RunRow) -> Page:
    return Page(is_read=True, total=len(rows), runs=len(rows), rows=rows, now=NOW)


@pytest.fixture
def cells() -> RowCells:
    cells = RowCells(UNICODE)
    cells.place(place_columns(90))
    return cells


def text(cells: RowCells, page: Page) -> str:
    return " ".join(cell.text for cell in cells.at(page, 0))


def test_a_row_that_is_read_again_and_later_keeps_its_cells(cells: RowCells) -> None:
    page = a_page(done())
    assert cells.at(replace(page, rows=(done(),), now=NOW + 1), 0) is cells.at(page, 0)


def test_the_time_of_a_live_run_goes_on(cells: RowCells) -> None:
    page = a_page(a_row())
    assert "42 s" in text(cells, page)
    assert "43 s" in text(cells, replace(page, now=NOW + 1))


def test_a_run_that_ends_has_other_cells(cells: RowCells) -> None:
    assert "running" in text(cells, a_page(a_row()))
    assert "done" in text(cells, a_page(done()))


def test_a_mark_and_a_baseline_change_the_cells_of_all_rows(cells: RowCells) -> None:
    page = a_page(done())
    assert cells.at(page, 0)[0].text == " "
    assert cells.at(replace(page, a=done()), 0)[0].text == "A"
    assert UNICODE.better not in text(cells, page)
    worse = replace(done(8), figures={"metrics.accuracy": 0.5})
    assert UNICODE.better in text(cells, replace(page, baseline=worse))


def test_other_columns_and_other_rows_have_other_cells(cells: RowCells) -> None:
    page = a_page(done(), done(8))
    before = cells.at(page, 0)
    cells.place(place_columns(40))
    assert len(cells.at(page, 0)) < len(before)
    assert cells.at(replace(page, offset=1), 0)[1].text == UNICODE.dot
