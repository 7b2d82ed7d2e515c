"""Series: every point kept exactly, curves of at most 256 rows, summaries."""

import math
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import BORN_AT, add_running

from store import points as stored_points
from store import series
from store.chunks import RawPoint, decode_chunk, decode_metric, encode_chunk
from store.connection import Database
from store.curves import MAX_ROWS, Stretch, append, coarsened, stretch_size
from store.database import open_for_writing, open_read_only
from store.points import pack_oldest, read_window
from store.records import Point, SeriesRow


@pytest.fixture
def db(store_file: Path) -> Iterator[Database]:
    with open_for_writing(store_file) as database:
        yield database


def walk(n: int, metrics: tuple[str, ...] = ("loss",), seed: int = 0, attempt: int = 1) -> list[Point]:
    """``n`` steps of some metrics, with a hole now and then."""
    source = Random(seed)
    return [
        Point(metric, step, None if source.random() < 0.01 else source.gauss(0, 1), BORN_AT + step / 7, attempt)
        for step in range(n)
        for metric in metrics
    ]


# --- every point --------------------------------------------------------------------------------------------------

INT64 = st.integers(-(2**63), 2**63 - 1)
RAW = st.tuples(
    st.integers(1, 2**40),
    st.integers(1, 1000),
    INT64,
    st.none() | st.floats(allow_nan=False),
    st.floats(allow_nan=False),
)


def bits(point: RawPoint) -> tuple[object, ...]:
    value = None if point[3] is None else struct.pack("<d", point[3])
    return (*point[:3], value, struct.pack("<d", point[4]))


@given(st.lists(RAW, min_size=1, max_size=200))
@settings(deadline=None)
def test_a_chunk_gives_back_every_bit(points: list[RawPoint]) -> None:
    assert [bits(point) for point in decode_chunk(encode_chunk(points))] == [bits(point) for point in points]


def test_a_chunk_of_an_unknown_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="unknown version"):
        decode_chunk(b"\x02" + encode_chunk([(1, 1, 0, 0.5, BORN_AT)])[1:])


def test_points_come_back_in_the_order_logged_live_and_folded(db: Database) -> None:
    run = add_running(db)
    logged = walk(500, ("loss", "accuracy", "a name with spaces"))
    for start in range(0, len(logged), 77):
        series.add_points(db, run.id, logged[start : start + 77])
    assert list(series.read_points(db, run.id)) == logged
    series.fold_series(db, run.id, {})
    assert db.row("SELECT count(*) FROM points") == (0,)
    assert list(series.read_points(db, run.id)) == logged
    assert list(series.read_points(db, run.id, "accuracy")) == [p for p in logged if p.metric == "accuracy"]
    assert list(series.read_points(db, run.id, "nothing")) == []
    assert series.metric_names(db, run.id) == ["a name with spaces", "accuracy", "loss"]


def test_nan_and_infinity_are_stored_as_not_known(db: Database) -> None:
    run = add_running(db)
    values = [1.0, math.nan, math.inf, -math.inf, 2.0]
    series.add_points(db, run.id, [Point("loss", step, value, BORN_AT) for step, value in enumerate(values)])
    series.add_points(db, run.id, [Point("never", 0, math.nan, BORN_AT)])
    for _ in range(2):
        assert [point.value for point in series.read_points(db, run.id, "loss")] == [1.0, None, None, None, 2.0]
        never, loss = sorted(series.summaries(db, run.id), key=lambda summary: summary.n)
        assert (never.n, never.last, never.minimum, never.minimum_step) == (1, None, None, None)
        assert (loss.n, loss.last, loss.minimum, loss.maximum, loss.maximum_step) == (5, 2.0, 1.0, 2.0, 4)
        assert series.read_curve(db, run.id, "never")[0].mean is None
        series.fold_series(db, run.id, {})


def test_long_runs_are_packed_while_they_run(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_points, "CHUNK_POINTS", 100)
    monkeypatch.setattr(stored_points, "_PACK_ABOVE", 400)
    run = add_running(db)
    logged = walk(1234)
    for start in range(0, len(logged), 90):
        series.add_points(db, run.id, logged[start : start + 90])
        live = db.row("SELECT count(*) FROM points")
        assert live is not None
        assert live[0] <= 400
    assert list(series.read_points(db, run.id)) == logged
    series.add_points(db, run.id, [replace(logged[0], attempt=2)])
    series.fold_series(db, run.id, {})
    series.add_points(db, run.id, [replace(logged[1], attempt=3)])
    assert list(series.read_points(db, run.id)) == [
        *logged,
        replace(logged[0], attempt=2),
        replace(logged[1], attempt=3),
    ]


def test_points_that_change_their_form_under_a_reader_are_read_once(
    db: Database, store_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_points, "CHUNK_POINTS", 50)
    run = add_running(db)
    logged = walk(220)
    series.add_points(db, run.id, logged)
    with open_read_only(store_file) as reader:
        read = []
        for place, point in enumerate(series.read_points(reader, run.id)):
            read.append(point)
            if place % 60 == 0:
                pack_oldest(db, run.id)
    assert read == logged


def test_a_reader_that_stands_in_the_midst_of_a_new_chunk_goes_on_there(db: Database, store_file: Path) -> None:
    run = add_running(db)
    logged = walk(100)
    series.add_points(db, run.id, logged[:30])
    with open_read_only(store_file) as reader:
        points = series.read_points(reader, run.id)
        read = [next(points) for _ in range(30)]
        series.add_points(db, run.id, logged[30:])
        pack_oldest(db, run.id)
        read += points
    assert read == logged


def test_folding_goes_on_where_it_was_killed(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_points, "CHUNK_POINTS", 100)
    run = add_running(db)
    logged = walk(1000)
    series.add_points(db, run.id, logged)
    curve = series.read_curve(db, run.id, "loss")
    pack_oldest(db, run.id)
    assert list(series.read_points(db, run.id)) == logged
    assert series.read_curve(db, run.id, "loss") == curve
    for _ in range(2):
        series.fold_series(db, run.id, {"loss": False})
        assert list(series.read_points(db, run.id)) == logged
        assert [row[0] for row in db.rows("SELECT n FROM point_chunks")] == [100] * 10
        assert series.summaries(db, run.id)[0].best == min(p.value for p in logged if p.value is not None)


def test_pages_of_packed_points_go_back_to_the_disk(db: Database, store_file: Path) -> None:
    run = add_running(db)
    series.add_points(db, run.id, walk(20_000))
    db.checkpoint()
    live = store_file.stat().st_size
    series.fold_series(db, run.id, {})
    db.checkpoint()
    assert store_file.stat().st_size < live / 2
    assert db.row("PRAGMA integrity_check") == ("ok",)


# --- curves -------------------------------------------------------------------------------------------------------


def check_curve(rows: list[SeriesRow], logged: list[Point]) -> None:
    """The rows hold exactly what the points say."""
    assert len(rows) <= MAX_ROWS
    assert [row.ordinal for row in rows] == list(range(len(rows)))
    assert sum(row.n for row in rows) == len(logged)
    start = 0
    for row in rows:
        piece = logged[start : start + row.n]
        start += row.n
        values = [point.value for point in piece if point.value is not None]
        assert (row.first_step, row.last_step) == (piece[0].step, piece[-1].step)
        assert (row.first_at, row.last_at) == (piece[0].at, piece[-1].at)
        if not values:
            assert (row.first, row.last, row.minimum, row.maximum, row.mean) == (None,) * 5
            continue
        assert (row.first, row.last) == (values[0], values[-1])
        assert (row.minimum, row.maximum) == (min(values), max(values))
        assert row.mean == pytest.approx(math.fsum(values) / len(values), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 512, 513, 1000, 5000, 9000])
def test_a_curve_says_of_every_stretch_what_its_points_say(db: Database, n: int) -> None:
    run = add_running(db)
    logged = walk(n, seed=n)
    source = Random(n)
    start = 0
    while start < n:
        size = source.choice([1, 7, 100, 700])
        series.add_points(db, run.id, logged[start : start + size])
        start += size
    live = series.read_curve(db, run.id, "loss")
    check_curve(live, logged)
    assert len(live) > min(n, MAX_ROWS) / 2
    series.fold_series(db, run.id, {})
    check_curve(series.read_curve(db, run.id, "loss"), logged)
    kept = db.row("SELECT count(*) FROM series_rows")
    assert kept is not None
    assert kept[0] <= min(MAX_ROWS, max(64, n // 16))


def test_a_short_ended_curve_is_as_fine_as_it_was_live(db: Database) -> None:
    run = add_running(db)
    series.add_points(db, run.id, walk(1000))
    live = series.read_curve(db, run.id, "loss")
    series.fold_series(db, run.id, {})
    ended = series.read_curve(db, run.id, "loss")
    assert [(row.first_step, row.n, row.minimum, row.maximum) for row in ended] == [
        (row.first_step, row.n, row.minimum, row.maximum) for row in live
    ]


def test_the_curve_of_a_run_in_many_attempts_is_bounded_too(db: Database) -> None:
    run = add_running(db)
    for attempt in range(1, 4):
        series.add_points(db, run.id, walk(600, attempt=attempt, seed=attempt))
    rows = series.read_curve(db, run.id, "loss")
    assert len(rows) <= MAX_ROWS
    assert sum(row.n for row in rows) == 1800
    assert [row.attempt for row in rows] == sorted(row.attempt for row in rows)
    assert {row.attempt for row in rows} == {1, 2, 3}
    for attempt in range(4, 304):
        series.add_points(db, run.id, walk(1, attempt=attempt, seed=attempt))
    assert len(series.read_curve(db, run.id, "loss")) <= MAX_ROWS


def test_a_metric_that_was_never_logged_has_no_curve(db: Database) -> None:
    run = add_running(db)
    assert series.read_curve(db, run.id, "loss") == []
    assert series.summaries(db, run.id) == []
    assert list(series.read_points(db, run.id)) == []
    series.add_points(db, run.id, [])
    series.fold_series(db, run.id, {"loss": False})


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize(
    ("first", "last"), [(4000, 4100), (0, 10), (8990, 9500), (1000, 3000), (None, 300), (8800, None)]
)
def test_a_window_is_read_in_finer_stretches_and_the_points_beside_it(
    db: Database, monkeypatch: pytest.MonkeyPatch, first: int | None, last: int | None, fold: bool
) -> None:
    monkeypatch.setattr(stored_points, "CHUNK_POINTS", 1000)
    run = add_running(db)
    logged = walk(9000, ("loss", "accuracy"))
    series.add_points(db, run.id, logged)
    if fold:
        series.fold_series(db, run.id, {})
    rows = series.read_curve(db, run.id, "loss", first_step=first, last_step=last)
    low, high = max(0, (first or 0) - 1), min(8999, (9000 if last is None else last) + 1)
    points = [point for point in logged if point.metric == "loss" and low <= point.step <= high]
    check_curve(rows, points)
    assert (rows[0].first_step, rows[-1].last_step) == (low, high)
    assert max(row.n for row in rows) <= max(1, 2 * len(points) // MAX_ROWS)


def test_a_window_that_moves_along_cuts_a_series_in_the_same_places(db: Database) -> None:
    run = add_running(db)
    series.add_points(db, run.id, walk(20_000))
    one = series.read_curve(db, run.id, "loss", first_step=5000, last_step=7000)
    other = series.read_curve(db, run.id, "loss", first_step=5500, last_step=7500)
    inner = {(row.first_step, row.last_step) for row in one if 5520 < row.first_step < 6900}
    assert len(inner) > 50
    assert inner <= {(row.first_step, row.last_step) for row in other}


def test_a_wide_window_of_a_long_series_is_read_from_the_stored_stretches(db: Database) -> None:
    run = add_running(db)
    series.add_points(db, run.id, walk(20_000))
    whole = [(row.first_step, row.n) for row in series.read_curve(db, run.id, "loss")]
    wide = [(row.first_step, row.n) for row in series.read_curve(db, run.id, "loss", first_step=1000, last_step=19_000)]
    assert set(wide) < set(whole)


def test_a_window_between_two_points_holds_the_line_from_one_to_the_other(db: Database) -> None:
    run = add_running(db)
    series.add_points(db, run.id, [Point("val_loss", epoch * 100, 1 / epoch, BORN_AT) for epoch in range(1, 9)])
    rows = series.read_curve(db, run.id, "val_loss", first_step=310, last_step=340)
    assert [row.last_step for row in rows] == [300, 400]
    assert [row.last_step for row in series.read_curve(db, run.id, "val_loss", first_step=900, last_step=950)] == [800]


def test_a_window_is_read_anew_when_a_point_in_it_was_logged_and_only_then(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    monkeypatch.setattr(series, "read_window", lambda *asked: reads.append(asked) or read_window(*asked))
    run = add_running(db)
    logged = walk(500)
    series.add_points(db, run.id, logged[:300])
    early = series.read_curve(db, run.id, "loss", first_step=100, last_step=110)
    series.add_points(db, run.id, logged[300:400])
    assert series.read_curve(db, run.id, "loss", first_step=100, last_step=110) == early
    assert len(reads) == 1
    check_curve(series.read_curve(db, run.id, "loss", first_step=380, last_step=420), logged[379:400])
    series.add_points(db, run.id, logged[400:])
    check_curve(series.read_curve(db, run.id, "loss", first_step=380, last_step=420), logged[379:422])
    assert len(reads) == 3


def test_each_attempt_is_seen_through_the_window(db: Database) -> None:
    run = add_running(db)
    for attempt in (1, 2):
        series.add_points(db, run.id, walk(3000, attempt=attempt, seed=attempt))
    rows = series.read_curve(db, run.id, "loss", first_step=1000, last_step=1010)
    assert [(row.attempt, row.first_step) for row in rows] == [(a, step) for a in (1, 2) for step in range(999, 1012)]


@pytest.mark.parametrize("n", [500, 9000])
def test_rows_from_before_times_were_kept_get_them_where_the_points_are_few(db: Database, n: int) -> None:
    run = add_running(db)
    logged = walk(n)
    series.add_points(db, run.id, logged)
    pack_oldest(db, run.id)
    for column in ("first_at", "last_at"):
        db.connection.execute(f"UPDATE series_rows SET {column} = NULL")
    db.connection.execute("UPDATE point_chunks SET lowest_step = NULL, highest_step = NULL")
    rows = series.read_curve(db, run.id, "loss")
    if n == 500:
        check_curve(rows, logged)
    else:
        assert {(row.first_at, row.last_at) for row in rows} == {(None, None)}
    assert series.read_curve(db, run.id, "loss", first_step=100, last_step=120)[0].first_at == logged[99].at
    series.add_points(db, run.id, [Point("loss", n, 0.5, BORN_AT + 9999)])
    assert series.read_curve(db, run.id, "loss")[-1].last_at == BORN_AT + 9999


@given(st.lists(RAW, min_size=1, max_size=100), INT64, INT64)
@settings(deadline=None)
def test_a_chunk_gives_the_points_of_one_metric_among_some_steps(points: list[RawPoint], one: int, other: int) -> None:
    first, last = min(one, other), max(one, other)
    wanted = [point for point in points if point[0] == points[0][0] and first <= point[2] <= last]
    found = decode_metric(encode_chunk(points), points[0][0], first, last)
    assert [bits((points[0][0], *point)) for point in found] == [bits(point) for point in wanted]


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.none() | FINITE, min_size=1, max_size=300), st.integers(1, 5))
@settings(deadline=None)
def test_stretches_keep_the_extremes_whatever_the_values(values: list[float | None], halvings: int) -> None:
    stretches: list[Stretch] = []
    append(stretches, 1, [(step, value, BORN_AT + step) for step, value in enumerate(values)])
    whole = coarsened(stretches, 2**halvings)
    assert len(whole) == math.ceil(len(values) / 2**halvings)
    known = [value for value in values if value is not None]
    assert sum(stretch.known for stretch in whole) == len(known)
    assert min((s.minimum for s in whole if s.minimum is not None), default=None) == min(known, default=None)
    assert max((s.maximum for s in whole if s.maximum is not None), default=None) == max(known, default=None)
    for stretch in whole:
        if stretch.mean is not None and stretch.minimum is not None and stretch.maximum is not None:
            slack = 1e-12 * max(abs(stretch.minimum), abs(stretch.maximum))
            assert stretch.minimum - slack <= stretch.mean <= stretch.maximum + slack


@pytest.mark.parametrize(("n", "size"), [(1, 1), (256, 1), (257, 2), (512, 2), (513, 4), (1_000_000, 4096)])
def test_stretches_are_powers_of_two(n: int, size: int) -> None:
    assert stretch_size(n) == size


# --- summaries ----------------------------------------------------------------------------------------------------


def test_a_summary_names_last_extremes_and_best_with_their_steps(db: Database) -> None:
    run = add_running(db)
    for batch in ([3.0, 1.0, 2.0], [1.0, 5.0], [5.0, 4.0]):
        start = len(list(series.read_points(db, run.id, "a")))
        for metric in "abc":
            series.add_points(
                db, run.id, [Point(metric, start + place, value, BORN_AT) for place, value in enumerate(batch)]
            )
    live = series.summaries(db, run.id)[0]
    assert (live.n, live.last, live.last_step) == (7, 4.0, 6)
    # The earliest of equal extremes.
    assert (live.minimum, live.minimum_step, live.maximum, live.maximum_step) == (1.0, 1, 5.0, 4)
    assert (live.best, live.best_step) == (None, None)
    series.fold_series(db, run.id, {"a": True, "b": False, "c": None, "unheard of": True})
    bests = {summary.metric: (summary.best, summary.best_step) for summary in series.summaries(db, run.id)}
    assert bests == {"a": (5.0, 4), "b": (1.0, 1), "c": (None, None)}
