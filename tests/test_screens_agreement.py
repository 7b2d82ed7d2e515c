"""A screen and its text agree to the digit, and so do two interfaces on one store."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import NOW, Desk, add, filled, make_app
from screens_pilot import opened, seen, until

from screens.dashboard.cells import Context
from screens.dashboard.columns import place_columns, row_cells
from screens.page import TableWish, Wish
from screens.reader import StoreReader
from screens.signs import UNICODE
from store.records import RunStatus
from store.runs import set_tags


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def test_the_table_says_what_the_list_of_runs_says(desk: Desk) -> None:
    environ = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-P", "-m", "workbench", "--store", str(desk.path), "runs"]
    printed = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    lines = {line.split()[1]: line.split() for line in printed.splitlines()[1:] if line.strip()}
    placed = place_columns(200)
    paths = tuple(item.column.path for item in placed if item.column.path is not None)
    reader = StoreReader(desk.path, clock=lambda: NOW)
    wish = Wish(TableWish(limit=100, paths=paths))
    page = reader.look(reader.read(wish), wish)
    reader.close()
    compared = 0
    for row in page.rows:
        if row.status is not RunStatus.DONE:
            continue
        cells = row_cells(row, placed, Context(NOW, UNICODE))
        texts = {item.column.key: cell.text.strip() for item, cell in zip(placed, cells, strict=True)}
        line = lines[row.run.name]
        for key in ("metrics.accuracy", "metrics.macro_f1", "metrics.log_loss", "latency.p50_ms"):
            assert texts[key] in line, (row.run.name, key, line)
            compared += 1
        assert texts["time"] in " ".join(line)
    assert compared == 12 * 4


async def test_two_interfaces_on_one_store_show_the_same(desk: Desk) -> None:
    one, other = make_app(desk.path), make_app(desk.path, read_only=True)
    async with opened(one) as pilot, opened(other) as second:
        newcomer = add(desk.db, "newcomer")
        set_tags(desk.db, newcomer.id, ("night",))
        await until(pilot, lambda: "newcomer" in seen(one), "the new run in the one")
        await until(second, lambda: "newcomer" in seen(other), "the new run in the other")
        assert one.page.rows == other.page.rows
