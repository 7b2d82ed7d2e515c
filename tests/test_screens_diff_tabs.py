"""The tabs of the diff screen beyond the figures: classes, examples of every task, latency and its race, groups."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from screens_fixtures import add, begin, end
from screens_pairs import evaluate, pairs, previews
from screens_pilot import keys_shown, seen, until
from test_screens_diff import diff_opened

from screens.app import WorkbenchApp
from screens.diff.screen import DiffScreen
from screens.racing import RaceState
from store.database import Database
from store.outcomes import put_example_set, set_outcomes
from store.packed_records import ExampleSet, NewRace, Outcomes
from store.races import add_race
from store.runs import delete_run
from workbench.comparison.compared import compare_runs
from workbench.comparison.group_report import to_group_csv, to_group_markdown
from workbench.comparison.groups import compare_groups
from workbench.comparison.report.group_page import to_group_html
from workbench.errors import UsageError
from workbench.evaluation.columns import pack
from workbench.race import RacePhase, RaceProgress
from workbench.settings import Settings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with pairs(tmp_path / "workbench.db") as db:
        yield db


def values(db: Database, name: str, error: float, seed: int) -> int:
    """A regression of 60 examples, this far off."""
    run = add(db, name, task="regression")
    os.close(begin(db, run))
    truth = np.arange(60, dtype=np.float64)
    ids = np.arange(60, dtype=np.uint64)
    put_example_set(db, ExampleSet("numbers", 60, pack(ids), previews(60)))
    off = truth + error * np.random.default_rng(seed).normal(size=60)
    set_outcomes(db, run.id, Outcomes("numbers", (), 60, {"truth": pack(truth), "predicted": pack(off)}))
    end(db, run)
    return run.id


async def test_a_class_has_its_scores_beside_each_other_and_leads_to_its_examples(store: Database) -> None:
    classes = compare_runs(store, 1, 2, Settings()).comparison.classes
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "3 classes, as given" in seen(app), "the classes")
        lines = [line.split() for line in seen(app).splitlines()]
        row = next(line for line in lines if line and line[0] == "▌cat")
        assert row[1] == str(classes[0].support_a)
        assert "adjusted over 9 tests" in seen(app)
        for score in ("F1 ", "recall ", "precision "):
            assert any(line.startswith(f" {score}") and " A " in line for line in seen(app).splitlines())
        await pilot.press("j", "enter")
        await until(pilot, lambda: f"True dog: {classes[1].support_a} examples" in seen(app), "the examples of dogs")
        await pilot.press("right")
        await until(pilot, lambda: "True dog, only B right: " in seen(app), "a list among them")
        await pilot.press("escape")
        await until(pilot, lambda: "Only B right: " in seen(app), "the lists of all")


async def test_classes_are_sorted_by_key_and_the_cursor_stays_on_its_class(store: Database) -> None:
    classes = compare_runs(store, 1, 2, Settings()).comparison.classes
    worst_first = [item.label for item in sorted(classes, key=lambda item: item.f1.delta or 0.0)]

    def listed(app: WorkbenchApp) -> list[str]:
        words = [line[1:].split() for line in seen(app).splitlines() if not line[1:2].isspace()]
        return [line[0] for line in words if line and line[0] in worst_first][:3]

    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: listed(app) == ["cat", "dog", "owl"], "the classes")
        await pilot.press("o")
        await until(pilot, lambda: "B worst first" in seen(app), "another order")
        assert listed(app) == worst_first
        await pilot.press("o")
        await until(pilot, lambda: "B best first" in seen(app), "the mirrored order")
        assert listed(app) == worst_first[::-1]
        assert "▌cat" in seen(app)


async def test_regressions_list_the_largest_differences_of_error_and_have_sentences_elsewhere(store: Database) -> None:
    a, b = values(store, "rough", 6.0, 1), values(store, "fine", 2.0, 2)
    async with diff_opened(store, a, b) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "the errors are furthest apart" in seen(app), "all examples")
        assert "B closer" in seen(app)
        await pilot.press("o")
        await until(pilot, lambda: "errors of A largest first" in seen(app), "another order")
        await pilot.press("enter")
        await until(pilot, lambda: "answer" in seen(app) and "error" in seen(app), "one in full")
        await pilot.press("escape", "2")
        await until(pilot, lambda: "There are no classes in regression." in seen(app), "no classes")
        assert "differing" not in keys_shown(app)
        await pilot.press("4")
        await until(pilot, lambda: "There is no confusion of regression" in seen(app), "no matrices")
        assert "matrix" not in keys_shown(app)
        await pilot.press("5")
        await until(pilot, lambda: "Neither run has logged a series." in seen(app), "no curves")
        assert "no points" not in seen(app)
        assert "metric" not in keys_shown(app)
        await pilot.press("7")
        await until(pilot, lambda: "behind" in seen(app), "the slices")
        await pilot.press("right", "right")
        await until(pilot, lambda: "▌" in seen(app), "the slices of the truth")
        await pilot.press("enter")
        await until(pilot, lambda: re.search(r"Truth: .*examples", seen(app)) is not None, "the examples of a slice")


async def test_latency_shows_how_calls_are_spread_and_what_they_were_timed_under(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 60)) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "share of calls that take no longer" in seen(app), "the shares")
        text = seen(app)
        assert "Timed apart, each at the end of its own run" in text
        for words in ("p50", "Why the rows", "another torch: A 2.1, B 2.2", "Conditions", "timed calls"):
            assert words in text
        await pilot.press("c")
        await until(pilot, lambda: "share of calls in each stretch" in seen(app), "the histogram")
        before = "log axis" in seen(app)
        await pilot.press("L")
        await until(pilot, lambda: ("log axis" in seen(app)) is not before, "the other axis")


def racing(store: Database, go: threading.Event) -> Callable[..., int | None]:
    """A race that tells how far it is, waits to be let go or stopped, and keeps calls in which A is the slower one."""

    def run(path: Path, a_id: int, b_id: int, *, seconds: float, say: object, stop: threading.Event) -> int | None:
        assert callable(say)
        say(RaceProgress(RacePhase.RACING, 1.5, 6, 9.0, "process 2 of about 6"))
        while not go.wait(0.005):
            if stop.is_set():
                return None
        from store.database import open_for_writing

        random = np.random.default_rng(0)
        n, pairs_of_blocks = 6 * 4 * 2 * 25, 6 * 4
        side = np.tile(np.repeat([0, 1], 25), pairs_of_blocks).astype(np.uint8)
        ms = np.where(side == 0, 2.0, 1.0) * random.lognormal(0, 0.02, n)
        columns = {
            "ms": ms.astype(np.float32),
            "process": np.repeat(np.arange(6, dtype=np.uint16), n // 6),
            "pair": np.tile(np.repeat(np.arange(4, dtype=np.uint16), 50), 6),
            "side": side,
        }
        with open_for_writing(path) as db:
            packed = {name: pack(column) for name, column in columns.items()}
            return add_race(db, NewRace(a_id, b_id, 1, 1, 1e9 + seconds, {"device": "cpu"}, n, packed))

    return run


@pytest.fixture
def go(store: Database, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    event = threading.Event()
    monkeypatch.setattr("workbench.race.run_race", racing(store, event))
    monkeypatch.setattr("workbench.race.entrants.find_entrants", lambda db, a_id, b_id: None)
    return event


async def test_a_race_goes_on_while_other_tabs_are_open_and_is_compared_by_when_it_is_over(
    store: Database, go: threading.Event
) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("6", "R")
        await until(pilot, lambda: "seconds of timed" in seen(app), "the question")
        await pilot.press("ctrl+u", *"x")
        await until(pilot, lambda: "Type a number of seconds." in seen(app), "what is wrong")
        await pilot.press("ctrl+u", *"12", "enter")
        await until(pilot, lambda: "about 9.0 s left" in seen(app), "how far it is")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the screen again")
        await until(pilot, lambda: "Process 2 of about 6." in seen(app), "how far it is, on the tab")
        await pilot.press("1")
        go.set()
        await until(pilot, lambda: "latency ▶ B better" in seen(app), "the comparison by the race")
        assert "compared by this race from now on" in str(app.notices.newest_first)
        await pilot.press("6")
        await until(pilot, lambda: "6 processes, 24 pairs of blocks, 1,200 timed calls" in seen(app), "the race")


async def test_a_race_that_is_stopped_keeps_nothing_and_says_so(store: Database, go: threading.Event) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "seconds of timed" in seen(app), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: "about 9.0 s left" in seen(app), "how far it is")
        await pilot.press("s")
        await until(pilot, lambda: app.race is not None and app.race.state is RaceState.STOPPED, "its end")
        assert "nothing of it was kept" in str(app.notices.newest_first)
        assert compare_runs(store, 1, 2, Settings()).race is None


async def test_an_error_of_a_race_is_a_notice(store: Database, go: threading.Event, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise UsageError("The data of run 1 have changed since. Train it again.")

    monkeypatch.setattr("workbench.race.run_race", fail)
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "seconds of timed" in seen(app), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: "have changed since" in str(app.notices.newest_first), "the notice")
        assert app.race is not None
        assert app.race.state is RaceState.FAILED


async def test_a_race_is_not_offered_where_it_cannot_be_and_the_reason_is_told(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 40)) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "No race is offered: run 1 (weak) has no checkpoint" in seen(app), "the reason")
        assert "race" not in keys_shown(app)
    async with diff_opened(store, 1, 2, size=(100, 40), read_only=True) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "No race is offered: the store is only read here." in seen(app), "the reason")


async def test_a_run_that_is_deleted_meanwhile_races_no_more(store: Database, go: threading.Event) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "race" in keys_shown(app) and app.page.b is not None, "the key")
        delete_run(store, 2)
        await until(pilot, lambda: "deleted meanwhile" in seen(app) and "race" not in keys_shown(app), "the news")


def seeds(db: Database, n: int) -> None:
    """As many more runs of A's and of B's model, each with a seed of its own."""
    for seed in range(1, n + 1):
        for name, model, skill in (("small", "mlp", 0.8), ("large", "cnn", 3.0)):
            run = add(db, f"{name}-{seed}", model=model, seed=seed)
            os.close(begin(db, run))
            evaluate(db, run, skill, 0.2)
            end(db, run)


async def test_groups_show_means_and_every_run_and_what_is_missing_for_a_verdict(store: Database) -> None:
    seeds(store, 3)
    async with diff_opened(store, 6, 7, size=(80, 40)) as (app, pilot):
        await until(pilot, lambda: "groups" in keys_shown(app), "the key")
        await pilot.press("u")
        await until(pilot, lambda: "every run" in seen(app), "the groups")
        text = seen(app)
        assert "B  large    cnn on digits · 3 seeds · runs 7, 9, 11" in text
        assert "B lacks 2 seeds for a verdict: workbench rerun 7 --seed" in text
        assert "±" in text
        strip = next(line for line in text.splitlines() if line.startswith("▌ accuracy"))
        assert "A" in strip.split("?")[1]
        assert "B" in strip.split("?")[1]
        await pilot.press("e")
        await until(pilot, lambda: "Export the comparison of groups" in seen(app), "the export of groups")
        await pilot.press("escape", "0")
        await until(pilot, lambda: "(few-members)" in seen(app), "the warning in full")
        await pilot.press("2")
        await until(pilot, lambda: "A  small-1  " in seen(app), "the two runs again, on a tab that is about them")
        await pilot.press("1", "u")
        await until(pilot, lambda: "every run" not in seen(app) and "▌ accuracy" in seen(app), "the two runs")


async def test_groups_are_exported_under_their_names_as_the_command_line_writes_them(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seeds(store, 3)
    found = compare_groups(store, 6, 7, Settings())
    texts = {"md": to_group_markdown(found), "html": to_group_html(found), "csv": to_group_csv(found)}
    async with diff_opened(store, 6, 7) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "every run" in seen(app), "the groups")
        for presses, (ending, text) in zip((0, 1, 3), texts.items(), strict=True):
            await pilot.press("e")
            await until(pilot, lambda: "Export the comparison of groups" in seen(app), "the dialog")
            await pilot.press(*["tab"] * presses)
            path = tmp_path / f"groups-small-3-large.{ending}"
            await until(pilot, lambda path=path: path.name in seen(app), "the name")
            await pilot.press("enter")
            await until(pilot, lambda path=path, text=text: path.exists() and path.read_text() == text, "the file")
            await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the diff screen")


async def test_of_groups_that_are_large_enough_the_test_is_named(store: Database) -> None:
    seeds(store, 5)
    async with diff_opened(store, 6, 7, size=(120, 40)) as (app, pilot):
        await pilot.press("u")
        await until(pilot, lambda: "test seed-example-bootstrap" in seen(app), "the test")
        assert "B is better than A in accuracy over seeds" in seen(app)
        assert "lacks" not in seen(app)
        for width, height in ((80, 24), (40, 12)):
            await pilot.resize_terminal(width, height)
            await until(pilot, lambda: "▌ accuracy" in seen(app), "the rows")
            assert all(len(line) <= width for line in seen(app).splitlines())


async def test_without_siblings_groups_are_not_offered(store: Database) -> None:
    lone = values(store, "lone", 1.0, 3)
    other = add(store, "other", model="cnn", task="regression")
    os.close(begin(store, other))
    end(store, other)
    async with diff_opened(store, lone, other.id) as (app, pilot):
        await pilot.pause()
        assert "groups" not in keys_shown(app)
