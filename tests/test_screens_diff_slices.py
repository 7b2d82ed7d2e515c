"""The slices tab by keys: where B is behind at once, any column, where the sign turns, the way to the examples."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from screens_candidates import sliced_pair
from screens_pairs import pairs
from screens_pilot import keys_shown, seen, until
from test_screens_diff import diff_opened

from screens.diff.slices_reading import ALL_COLUMNS, Order, SliceChoice, Sliced, Slicers, arranged
from screens.diff.slices_table import TURNS, choices_line, lay_out_slices
from screens.diff.slices_words import foot_lines, glance_lines
from screens.pieces import plain, width_of
from screens.signs import ASCII, UNICODE, Signs
from store.database import Database
from workbench.comparison.compared import Compared, compare_runs
from workbench.comparison.result import Verdict
from workbench.comparison.slice_rows import Slice
from workbench.comparison.slices import Slicer
from workbench.settings import Settings

REGION = SliceChoice("region", "region")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with sliced_pair(tmp_path / "workbench.db") as db:
        yield db


@pytest.fixture
def compared(store: Database) -> Compared:
    return compare_runs(store, 1, 2, Settings())


def _labels(slices: Sequence[Slice]) -> list[str]:
    return [item.label for item in slices]


def _text(found: Sliced, width: int, signs: Signs = UNICODE) -> str:
    table = lay_out_slices(found, found.slices, width, signs)
    return "\n".join(plain(line) for line in (*table.head, *table.lines))


# What is read, and how it is laid out.


def test_what_is_read_is_what_the_engine_slices(compared: Compared) -> None:
    found = Slicers(compared).read(REGION, "log_loss")
    assert found.slices == Slicer(compared, "log_loss").by("region").slices
    assert [choice.words for choice in found.choices[:3]] == ["B behind", "A behind", "truth"]
    assert {choice.column for choice in found.choices} >= {"region", "weight"}


def test_a_column_and_a_score_that_are_not_there_give_way_to_the_first(compared: Compared) -> None:
    found = Slicers(compared).read(SliceChoice("altitude", "altitude"), "mae")
    assert (found.choice, found.metric) == (ALL_COLUMNS[0], "accuracy")


def test_slices_are_sorted_and_those_that_turn_come_first_when_wished(compared: Compared) -> None:
    found = Slicers(compared).read(REGION, None)
    given = arranged(found, Order.GIVEN, turned_first=False, only_differing=False)
    assert given == list(found.slices)
    by_delta = arranged(found, Order.DELTA, turned_first=False, only_differing=False)
    assert [item.delta for item in by_delta] == sorted(item.delta or 0.0 for item in found.slices)
    by_n = arranged(found, Order.N, turned_first=True, only_differing=False)
    assert by_n[0].label == "north"
    assert by_n[0].turned
    assert [item.n for item in by_n[1:]] == sorted((item.n for item in by_n[1:]), reverse=True)
    differing = arranged(found, Order.GIVEN, turned_first=False, only_differing=True)
    assert differing
    assert all(item.verdict in (Verdict.A, Verdict.B) for item in differing)


def test_where_a_is_behind_the_worst_of_a_comes_first(compared: Compared) -> None:
    found = Slicers(compared).read(ALL_COLUMNS[1], "log_loss")
    worst = arranged(found, Order.DELTA, turned_first=False, only_differing=False)
    deltas = [item.delta or 0.0 for item in worst]
    assert deltas == sorted(deltas), "less loss for B is worse for A"
    assert all(delta < 0 for delta in deltas)


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [12, 38, 60, 78, 118, 198])
def test_the_table_keeps_to_its_width_and_tells_verdicts_by_sign(compared: Compared, width: int, signs: Signs) -> None:
    slicers = Slicers(compared)
    for choice in slicers.read(REGION, None).choices:
        found = slicers.read(choice, None)
        table = lay_out_slices(found, found.slices, width, signs)
        assert len(table.lines) == len(found.slices)
        assert all(width_of(line) <= width for line in (*table.head, *table.lines))
        assert width_of(choices_line(found.choices, choice, width, signs)) <= max(width, 14)
    text = _text(slicers.read(REGION, None), width, signs)
    if width >= 38:
        assert "north" in text
        assert "A" in next(line for line in text.splitlines() if "north" in line), "who is better there, by a letter"
    assert text.isascii() or signs is UNICODE


def test_a_slice_on_which_the_sign_turns_has_a_sign_and_with_room_words(compared: Compared) -> None:
    found = Slicers(compared).read(REGION, None)
    assert "~ north" in _text(found, 78)
    assert TURNS in _text(found, 118)
    north = next(item for item in found.slices if item.label == "north")
    foot = "\n".join(plain(line) for line in foot_lines(north, found, 100, 6, UNICODE))
    assert "on this slice A is" in foot
    assert "region: north" in foot
    assert "test mcnemar-exact" in foot
    assert plain(foot_lines(north, found, 100, 1, UNICODE)[0]).startswith("◀ A better: "), "the reason, if nothing else"


def test_the_examples_of_a_slice_are_those_that_the_engine_masks(compared: Compared) -> None:
    slicers = Slicers(compared)
    north = next(item for item in slicers.read(REGION, None).slices if item.label == "north")
    examples = slicers.examples(north)
    assert examples is not None
    assert len(examples) == north.n
    assert all(example.preview.endswith("of the north") for example in examples)


def test_every_column_is_seen_at_a_glance_where_there_is_room(compared: Compared) -> None:
    slicers = Slicers(compared)
    found = slicers.read(ALL_COLUMNS[0], None)
    lines = [plain(line) for line in glance_lines(found, 150, 10, UNICODE)]
    region = next(line for line in lines if line.startswith("region"))
    assert region.index("north") < region.index(TURNS)
    assert not any("prediction" in line for line in lines), "models' own answers tell nothing of who is better"
    assert glance_lines(found, 30, 10, UNICODE) == []
    assert glance_lines(slicers.read(REGION, None), 150, 10, UNICODE) == [], "of one column, the list itself"


# The tab.


async def test_one_sees_at_once_where_b_is_worse(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 30)) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "▌~ region: north" in seen(app), "the worst slice over all columns")
        assert "◀ A better" in next(line for line in seen(app).splitlines() if "region: north" in line)
        assert "all examples" in seen(app)
        assert "truth" in seen(app), "the columns there are"


async def test_columns_scores_and_orders_are_turned_by_keys(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 30)) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "region: north" in seen(app), "the worst")
        await pilot.press("left")
        await until(pilot, lambda: "5 slices, in their order" in seen(app), "the last column, before the first")
        await pilot.press("left")
        await until(pilot, lambda: "~ north" in seen(app) and "3 slices" in seen(app), "the one before it")
        await pilot.press("o")
        await until(pilot, lambda: "B worst first" in seen(app), "the order")
        assert first_row(seen(app)).lstrip("▌~ ").startswith("north")
        await pilot.press("o")
        await until(pilot, lambda: "the largest first" in seen(app), "the other order")
        assert not first_row(seen(app)).lstrip("▌~ ").startswith("north")
        await pilot.press("t")
        await until(pilot, lambda: "listed first" in seen(app), "those that turn first")
        assert first_row(seen(app)).lstrip("▌~ ").startswith("north")
        await pilot.press("i")
        await until(pilot, lambda: "only those that differ" in seen(app), "those that differ")
        await pilot.press("i", "m")
        await until(pilot, lambda: "log loss (m: another)" in seen(app), "the other score, of the same column")


def first_row(text: str) -> str:
    """The first slice of the table."""
    lines = text.splitlines()
    return lines[next(number for number, line in enumerate(lines) if "all examples" in line) + 1]


async def test_a_slice_leads_to_its_examples_and_escape_back_to_the_lists(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 30)) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "▌~ region: north" in seen(app), "the worst slice")
        await pilot.press("enter")
        await until(pilot, lambda: "Region: north: " in seen(app), "its examples")
        await until(pilot, lambda: "of the north" in seen(app), "the list")
        assert "of the south" not in seen(app)
        await pilot.press("S")
        await until(pilot, lambda: "A  uneven" in seen(app) and "of the north" in seen(app), "the same, swapped")
        await pilot.press("escape")
        await until(pilot, lambda: "Region: north" not in seen(app), "the lists")


async def test_keys_do_not_wait_for_what_is_computed(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    read = Slicers.read

    def slow(self: Slicers, choice: SliceChoice, metric: str | None) -> Sliced:
        assert go_on.wait(20)
        return read(self, choice, metric)

    monkeypatch.setattr(Slicers, "read", slow)
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "Computing..." in seen(app), "that it computes")
        await pilot.press("1")
        await until(pilot, lambda: "▌ accuracy" in seen(app), "another tab, meanwhile")
        go_on.set()
        await asyncio.sleep(0)
        await pilot.press("7")
        await until(pilot, lambda: "region" in seen(app), "the slices")


async def test_runs_that_cannot_be_sliced_say_why(tmp_path: Path) -> None:
    with pairs(tmp_path / "other.db") as db:
        async with diff_opened(db, 1, 3, size=(100, 30)) as (app, pilot):
            await pilot.press("7")
            await until(pilot, lambda: "The runs cannot be sliced: other classes" in seen(app), "the sentence")
            assert "column" not in keys_shown(app)


async def test_it_is_complete_in_every_size_and_in_ascii(store: Database) -> None:
    for size, signs in (((40, 12), UNICODE), ((80, 24), ASCII), ((200, 60), UNICODE)):
        async with diff_opened(store, 1, 2, size=size, signs=signs) as (app, pilot):
            await pilot.press("7")
            await until(pilot, lambda: "north" in seen(app), "the worst slice")
            assert all(len(line) <= size[0] for line in seen(app).splitlines())
            assert seen(app).isascii() or signs is UNICODE
