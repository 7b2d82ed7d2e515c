"""The run screen driven by keys over a real store: its seven tabs, live and at the end, and what its keys do."""

import json
import os
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from screens_fixtures import GIB, NOW, STARTED_AT, Desk, filled, gpu_sample, make_app, train
from screens_pilot import keys_shown, opened, seen, until
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.dialogs import StopDialog
from screens.export_dialog import ExportDialog
from screens.run.curves import CurvesTab
from screens.run.examples import CellDialog
from screens.run.screen import RunScreen
from screens.run.text import overview
from screens.signs import ASCII, UNICODE, Signs
from store.database import Database
from store.details import set_classes, set_data
from store.logs import add_log_lines
from store.outcomes import put_example_set, set_outcomes
from store.packed_records import ExampleSet
from store.records import ClassFigures, RunStatus, Sample
from store.runs import delete_run, end_run
from store.samples import add_samples
from workbench.__main__ import main
from workbench.evaluation.columns import pack
from workbench.evaluation.outcomes import make_outcomes
from workbench.run_json import run_json

DONE = 14
"""churn-mlp of the filled store."""
FAILED, STOPPED, QUEUED = 11, 12, 17


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        classify(desk.db, DONE)
        yield desk
        for lock in desk.locks:
            os.close(lock)


def classify(db: Database, run_id: int) -> None:
    """Classes, their confusion matrix and the answers behind it."""
    labels = ("kept", "left")
    truth = np.array([0, 0, 0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.05, 0.95], [0.3, 0.7], [0.6, 0.4]])
    previews = [f"customer {place} · contract monthly" for place in range(6)]
    examples = ExampleSet("six", 6, pack(np.arange(6, dtype=np.uint64)), zlib.compress(json.dumps(previews).encode()))
    put_example_set(db, examples)
    set_outcomes(db, run_id, make_outcomes("six", labels, truth, probabilities))
    set_classes(
        db,
        run_id,
        [ClassFigures("kept", 0.6667, 0.5, 0.5714, 4), ClassFigures("left", 0.3333, 0.5, 0.4, 2)],
        [[2, 2], [1, 1]],
    )
    set_data(
        db, run_id, {"fingerprint": "b1c2", "train": 20, "val": 4, "test": 6, "labels": list(labels), "report": {}}
    )


@asynccontextmanager
async def on_run(
    desk: Desk, run_id: int, size: tuple[int, int] = (80, 24), signs: Signs = UNICODE, **more
) -> AsyncIterator[tuple[WorkbenchApp, Pilot]]:
    app = make_app(desk.path, signs=signs, **more)
    async with opened(app, size) as pilot:
        app.open_run(run_id)
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "reading" not in head(app), "the run")
        yield app, pilot


def head(app: WorkbenchApp) -> str:
    return next(iter(seen(app).splitlines()), "reading")


async def test_it_opens_on_what_the_run_came_to(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, _):
        text = seen(app)
        assert head(app).strip() == "14 · churn-mlp  ✓ done · mlp on churn-2026-q3.csv · 12.3 s"
        assert "accuracy" in text
        assert "0.8125" in text
        assert "no price is set" in text
        assert keys_shown(app).startswith("tab next")


async def test_digits_and_tab_open_its_tabs(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        for key, words in (
            ("2", "train loss"),
            ("3", "epoch  12/12"),
            ("4", "precision"),
            ("5", "quality report"),
            ("6", "No reading of a device was kept."),
            ("7", "2.13.0+cpu"),
        ):
            await pilot.press(key)
            await until(pilot, lambda words=words: words in seen(app), words)
        await pilot.press("tab")
        await until(pilot, lambda: "Metrics" in seen(app), "the first tab again")
        await pilot.press("shift+tab")
        await until(pilot, lambda: "2.13.0+cpu" in seen(app), "the last tab")
        await pilot.press("escape")
        assert app.screen is app.dashboard


async def test_the_figures_are_those_of_show(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(desk.path), "show", str(DONE)]) == 0
    printed = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    async with on_run(desk, DONE) as (app, _):
        assert app.page.chosen is not None
        assert app.page.detail is not None
        lines = overview(app.page.chosen, app.page.detail, 76, UNICODE)
        written = {" ".join("".join(piece.text for piece in line).split()) for line in lines}
    figures = {"accuracy 0.8125", "log loss 0.4411", "latency p95 0.103 ms", "parameters 17,226"}
    assert figures <= written & printed


async def test_a_live_run_is_followed_in_every_tab(desk: Desk) -> None:
    run = desk.live
    async with on_run(desk, run.id) as (app, pilot):
        assert "● running · mlp on digits · training 23/40" in head(app)
        assert "left" in head(app)
        assert "No figures yet: the run is training." in seen(app) or "Series" in seen(app)
        await pilot.press("3")
        await until(pilot, lambda: "epoch  23/40" in seen(app), "the log")
        train(desk.db, run, 2, first=24)
        await until(pilot, lambda: "epoch  25/40" in seen(app), "the new lines")
        assert "training 25/40" in head(app)
        end_run(desk.db, run.id, RunStatus.DONE, error=None, at=NOW)
        await until(pilot, lambda: "✓ done" in head(app), "its end")
        assert "left" not in head(app)


async def test_nothing_is_painted_when_nothing_changes(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        for key in "1234567":
            await pilot.press(key)
            await pilot.pause()
            before = seen(app)
            app.screen.show_page(app.page)
            await pilot.pause()
            assert seen(app) == before


async def test_a_cell_of_the_matrix_leads_to_its_examples(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "true × predicted" in seen(app), "the matrix")
        await pilot.press("l")
        assert "true kept, predicted left: 2 · 50.0% of its row · 66.7% of its column" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CellDialog), "the examples")
        await until(pilot, lambda: seen(app).count("customer 3") == 2, "the first one in full")
        text = seen(app)
        assert "true kept, predicted left · 2 examples" in text
        assert text.index("customer 3") < text.index("customer 2")
        await pilot.press("j")
        await until(pilot, lambda: seen(app).count("customer 2") == 2, "the second one in full")
        await pilot.press("escape", "o")
        await until(pilot, lambda: "worst F1 first" in seen(app), "the order")
        assert seen(app).index("\n left") < seen(app).index("\n kept")


@pytest.mark.parametrize(
    ("run_id", "state", "words"),
    [
        (FAILED, "✗ failed", "The training loss became NaN at step 41."),
        (STOPPED, "■ stopped", "the run was stopped before it came to them"),
        (QUEUED, "○ queued", "the run waits for its turn"),
    ],
)
async def test_runs_without_results_say_why_in_every_tab(desk: Desk, run_id: int, state: str, words: str) -> None:
    async with on_run(desk, run_id) as (app, pilot):
        assert state in head(app)
        assert words in " ".join(seen(app).split())
        for key in "234567":
            await pilot.press(key)
            await pilot.pause()
            assert state in head(app)
            assert len(seen(app).split("\n", 2)[2].strip()) > 20


async def test_device_history_is_read_only_while_it_is_seen(desk: Desk) -> None:
    samples = [Sample("cuda:0", STARTED_AT + 2 * place, utilisation=97.0, memory_used_bytes=GIB) for place in range(9)]
    add_samples(desk.db, desk.live.id, 1, samples)
    async with on_run(desk, desk.live.id) as (app, pilot):
        assert not app.wish.history
        await pilot.press("6")
        await until(pilot, lambda: "9 readings" in seen(app), "the history")
        assert "97 %" in seen(app)
        await pilot.press("1")
        assert not app.wish.history
        await pilot.press("6", "escape")
        assert not app.wish.history


async def test_curves_are_chosen_by_key_and_stacked_by_scale(desk: Desk) -> None:
    async with on_run(desk, DONE, (100, 30)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "─ loss ─" in seen(app) and "─ score ─" in seen(app), "the charts")
        assert app.wish.curves.metrics == ("train_loss", "val_accuracy")
        await pilot.press("space")
        await until(pilot, lambda: "─ loss ─" not in seen(app), "one chart")
        await pilot.press("j", "enter", "w")
        await until(pilot, lambda: "smoothed 0.6" in head(app), "the smoothing")
        await pilot.press("escape")
        assert app.wish.curves.metrics == ()


async def test_the_head_counts_the_charts_below_the_edge_by_the_room_that_they_have_now(desk: Desk) -> None:
    async with on_run(desk, DONE, (100, 30)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "─ score ─" in seen(app) and "edge" not in head(app), "both charts")
        # Not the terminal's size, with which the head is drawn anew by itself.
        app.screen.query_one(CurvesTab).styles.height = 12
        await until(pilot, lambda: "1 more below the edge" in head(app), "room for one chart")
        app.screen.query_one(CurvesTab).styles.height = "1fr"
        await until(pilot, lambda: "edge" not in head(app), "room for both")


async def test_brackets_go_to_the_run_above_and_below(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        await pilot.press("4", "right_square_bracket")
        await until(pilot, lambda: head(app).startswith(" 13 · "), "the run below")
        assert "4 Classes" in seen(app)
        await until(pilot, lambda: "No figures of classes" in seen(app), "why there is no matrix")
        await pilot.press("left_square_bracket", "escape")
        await until(pilot, lambda: app.dashboard.runs.cursor_id == DONE, "the table on the same run")


async def test_a_run_that_is_deleted_meanwhile_is_left_with_a_sentence(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        delete_run(desk.db, DONE)
        await until(pilot, lambda: app.screen is app.dashboard, "the dashboard")
        assert "Run 14 was deleted." in [notice.sentence for notice in app.notices.newest_first]


async def test_stop_asks_first_and_a_reader_of_anothers_store_cannot(desk: Desk) -> None:
    async with on_run(desk, desk.live.id) as (app, pilot):
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StopDialog), "the question")
    async with on_run(desk, desk.live.id, read_only=True) as (app, pilot):
        await pilot.press("s")
        assert isinstance(app.screen, RunScreen)
        assert "stop" not in keys_shown(app)


async def test_export_writes_what_show_prints_for_its_owner_only(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    async with on_run(desk, DONE) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        assert "./churn-mlp.json" in seen(app)
        app.screen._input.value = str(out)
        await pilot.press("enter")
        await until(pilot, out.exists, "the file")
        await until(pilot, lambda: any("out.json" in item.sentence for item in app.notices.newest_first), "the word")
        document = json.loads(out.read_text())
        assert app.page.detail is not None
        assert document == json.loads(json.dumps(run_json(app.page.detail)))
        assert out.stat().st_mode & 0o077 == 0


async def test_export_copies_the_points_to_the_clipboard(desk: Desk) -> None:
    async with on_run(desk, DONE) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        await pilot.press("tab", "ctrl+y")
        await until(pilot, lambda: bool(app.clipboard), "the points")
        assert app.clipboard.startswith("metric,attempt,step,value,at\ntrain_loss,1,18,")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_every_tab_fits_every_terminal_also_in_ascii(desk: Desk, size: tuple[int, int]) -> None:
    add_samples(desk.db, DONE, 1, [gpu_sample()])
    add_log_lines(desk.db, DONE, 1, [(NOW, "alert", "The loss is NaN. " * 12)])
    async with on_run(desk, DONE, size, ASCII) as (app, pilot):
        for key in "1234567":
            await pilot.press(key)
            await pilot.pause()
            text = seen(app)
            assert len(text.splitlines()) <= size[1]
            assert text.isascii(), key
            assert "Traceback" not in text
