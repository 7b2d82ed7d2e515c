"""The diff screen driven by keys over a real store: what stands on it for pairs of every kind."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from stat import S_IMODE

import pytest
from screens_fixtures import end, make_app
from screens_pairs import evaluate, pairs
from screens_pilot import keys_shown, opened, seen, until
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.diff.choice import ChooseRunDialog
from screens.diff.example_dialog import ExampleDialog
from screens.diff.export import ExportDialog
from screens.diff.screen import DiffScreen
from screens.diff.tabs import DIGITS
from screens.export_dialog import write_export
from screens.signs import ASCII
from store.database import Database
from store.records import Run, RunStatus
from store.runs import delete_run
from workbench.comparison.compared import compare_runs
from workbench.comparison.report import to_csv, to_markdown
from workbench.errors import DiskError
from workbench.settings import Settings


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with pairs(tmp_path / "workbench.db") as db:
        yield db


@asynccontextmanager
async def diff_opened(
    db: Database, a: int, b: int, size: tuple[int, int] = (80, 24), **more: object
) -> AsyncIterator[tuple[WorkbenchApp, Pilot]]:
    app = make_app(db.path, **more)
    async with opened(app, size) as pilot:
        app.open_diff(a, b)
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the diff screen")
        await until(pilot, lambda: "1 Figures" in seen(app) and "Comparing" not in seen(app), "the comparison")
        yield app, pilot


async def test_it_says_who_is_compared_and_the_verdict_in_a_line_and_in_a_sentence(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "▌ accuracy" in seen(app), "the rows")
        text = seen(app)
        assert "A  weak          mlp on digits · run 1 · ✓ done" in text
        assert "B  evil [b]name  mlp on digits · run 2 · ✓ done" in text
        assert "accuracy ▶ B better   latency × not comp.   cost · n = 1   size ◀ A better" in text
        assert "B is better than A in accuracy on the same 200 test examples" in text
        assert re.search(r"◀ A( better)? +0 +B( better)? ▶", text), "which side of zero speaks for whom"
        assert "▶ B better: " in text, "the reason, in the foot"


async def test_the_cursor_passes_headings_over_and_the_foot_follows_it(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "test mcnemar-exact" in seen(app), "the foot of accuracy")
        await pilot.press("G")
        await until(pilot, lambda: "▌ parameters" in seen(app), "the last row")
        assert "counted, not estimated" in seen(app)
        await pilot.press("k")
        await until(pilot, lambda: "▌ device time" in seen(app), "the row above the heading")
        await pilot.press("g", "g")
        await until(pilot, lambda: "▌ accuracy" in seen(app), "the first row")
        assert " ACCURACY" in seen(app)


async def test_a_score_leads_to_its_examples(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "▌ accuracy" in seen(app), "the rows")
        await pilot.press("enter")
        await until(pilot, lambda: "▌picture" in seen(app), "the examples")


async def test_one_key_leaves_only_the_rows_that_differ(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(100, 60)) as (app, pilot):
        await until(pilot, lambda: "device time" in seen(app), "all rows")
        await pilot.press("i")
        await until(pilot, lambda: "device time" not in seen(app), "only rows that differ")
        assert "▌ accuracy" in seen(app)
        await pilot.press("i")
        await until(pilot, lambda: "device time" in seen(app), "all rows again")


async def test_a_large_terminal_shows_intervals_and_the_rest_at_a_glance(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(200, 60)) as (app, pilot):
        await until(pilot, lambda: "Environment that differs" in seen(app), "the overview")
        text = seen(app)
        assert text.count("95% interval") == 5, "of A, of B and of the difference; in the sentence and in the foot, too"
        assert "The same 200 test examples" in text
        assert "torch  2.1  2.2" in text


async def test_examples_are_listed_by_who_is_right_and_seen_in_full(store: Database) -> None:
    compared = compare_runs(store, 1, 2, Settings())
    counts = compared.comparison.disagreements
    assert counts is not None
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: f"Only B right: {counts.only_b} examples" in seen(app), "the list that decides")
        assert f"all 200  only B right {counts.only_b}  only A right {counts.only_a}  both wrong, differently" in seen(
            app
        )
        await pilot.press("right")
        await until(pilot, lambda: f"Only A right: {counts.only_a} example" in seen(app), "the next list")
        await pilot.press("left", "j")
        await until(pilot, lambda: "Only B right" in seen(app) and "▌picture" in seen(app), "the first list again")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ExampleDialog), "the example in full")
        await until(pilot, lambda: "p(truth)" in seen(app), "its answers")
        assert "only B right · " in seen(app)
        assert "truth  " in seen(app)
        await pilot.press("n")
        await until(pilot, lambda: f"of {counts.only_b}" in seen(app), "the next one")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the list")


async def test_the_search_looks_into_the_previews_and_ends_with_escape(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "▌picture" in seen(app), "the list")
        await pilot.press("left", "left")
        await until(pilot, lambda: "Both right" in seen(app), "the longest list")
        examples = compare_runs(store, 1, 2, Settings()).examples("both_right")  # type: ignore[arg-type]
        assert examples is not None
        number = examples[0].position
        await pilot.press("slash", *f"animal {number}".replace(" ", "_").replace("_", " "))
        await until(pilot, lambda: f"with 'animal {number}'" in seen(app), "the search")
        await pilot.press("enter")
        await until(pilot, lambda: f"▌picture of animal {number}" in seen(app), "what was found")
        await pilot.press("escape")
        await until(pilot, lambda: "with 'animal" not in seen(app), "the whole list")
        assert isinstance(app.screen, DiffScreen)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, DiffScreen), "the dashboard")


async def test_a_confusion_cell_leads_to_its_examples(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(120, 36)) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "B - A" in seen(app) and "true cat, predicted cat" in seen(app), "the matrices")
        await pilot.press("l")
        await until(pilot, lambda: seen(app).count("true cat, predicted dog") == 3, "cursors that move together")
        await pilot.press("enter")
        await until(pilot, lambda: "True cat, A said dog: " in seen(app), "the examples of the cell")
        await pilot.press("escape")
        await until(pilot, lambda: "Only B right: " in seen(app), "the lists of all")


async def test_a_narrow_terminal_shows_one_matrix_at_a_time(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(60, 24)) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "A   tab: B, B - A" in seen(app), "A's matrix")
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "B - A   tab: A, B" in seen(app), "the difference")


async def test_curves_of_both_lie_over_each_other(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("5")
        await until(pilot, lambda: "A weak          last" in seen(app), "the curves")
        assert "B evil [b]name  last" in seen(app)
        assert " val accuracy " in seen(app)
        await pilot.press("m")
        await until(pilot, lambda: seen(app).index("train loss") < seen(app).index("val accuracy"), "the next metric")


async def test_settings_show_what_differs_and_with_a_key_all(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("9")
        await until(pilot, lambda: "◆ torch" in seen(app), "the environment")
        assert "Nothing differs here." in seen(app), "no setting does"
        assert "dataset" not in seen(app)
        await pilot.press("i", "g", "g")
        await until(pilot, lambda: "dataset" in seen(app), "all settings")


async def test_the_summary_is_that_of_the_command(store: Database) -> None:
    summary = compare_runs(store, 1, 2, Settings()).comparison.summary
    async with diff_opened(store, 1, 2, size=(120, 40)) as (app, pilot):
        await pilot.press("0")
        await until(pilot, lambda: "Why the rows stand as they do" in seen(app), "the summary")
        words = " ".join(line.strip() for line in seen(app).splitlines())
        assert summary in words


async def test_the_sides_swap_and_the_marks_with_them(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("S")
        await until(pilot, lambda: "A is better than B in accuracy" in seen(app), "the mirrored verdict")
        assert "B  weak  " in seen(app)
        assert app.wish.marks == (2, 1)


async def test_another_run_is_chosen_by_typing_a_part_of_it(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, ChooseRunDialog), "the list of runs")
        lines = [line for line in seen(app).splitlines() if "run " in line and " on " in line]
        assert [("digits" in line) for line in lines[:3]] == [True, True, False], "the same data first"
        await pilot.press(*"other")
        await until(pilot, lambda: "1 of 3 runs" in seen(app), "the runs that are left")
        await pilot.press("enter")
        await until(pilot, lambda: "B  other-data" in seen(app), "the other pair")


async def test_a_becomes_the_baseline_of_the_run_table(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("b")
        await until(pilot, lambda: app.wish.baseline_id == 1, "the baseline")


async def test_scores_that_nearly_repeat_another_are_shown_by_a_key(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "▌ accuracy" in seen(app), "the rows")
        assert "weighted" not in seen(app)
        assert "macro F1" in seen(app)
        await pilot.press("m")
        await until(pilot, lambda: "weighted F1" in seen(app) and "macro recall" in seen(app), "all scores")
        await pilot.press("m")
        await until(pilot, lambda: "weighted" not in seen(app), "fewer again")


async def test_it_is_exported_to_a_private_file_and_never_over_another_without_asking(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    comparison = compare_runs(store, 1, 2, Settings()).comparison
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        await pilot.press("enter")
        markdown = tmp_path / "diff-weak-evil--b-name.md"
        await until(pilot, markdown.exists, "the file, named after both runs")
        await until(pilot, lambda: markdown.read_text() == to_markdown(comparison), "its text")
        assert S_IMODE(markdown.stat().st_mode) == 0o600
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the diff screen")
        table = markdown.with_suffix(".csv")
        table.write_text("mine")
        await pilot.press("e", "tab", "tab", "tab")
        await until(pilot, lambda: ".csv" in seen(app), "the ending of the format")
        await pilot.press("enter")
        await until(pilot, lambda: "exists. Press enter again" in seen(app), "the question")
        assert table.read_text() == "mine"
        await pilot.press("enter")
        await until(pilot, lambda: table.read_text() == to_csv(comparison), "the new text")


async def test_it_is_exported_as_a_page_with_the_curves_of_both(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("e", "tab")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog) and "HTML" in seen(app), "the dialog")
        await pilot.press("enter")
        page = tmp_path / "diff-weak-evil--b-name.html"
        await until(pilot, lambda: page.exists() and page.read_text().endswith("</html>\n"), "the page")
        assert "<h2>Training curves</h2>" in page.read_text()


async def test_it_is_copied_into_the_terminals_clipboard(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: app.clipboard.startswith("## weak (A)"), "the clipboard")


async def test_what_no_clipboard_takes_is_said_not_to_be_copied(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.clipboard.CLIPBOARD_BYTES", 100)
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Not copied" in str(app.notices.newest_first), "the notice")
        assert app.clipboard == ""


def test_what_an_export_was_to_replace_is_kept_where_the_disk_takes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(text: str, descriptor: int) -> None:
        os.write(descriptor, text[:1].encode())
        os.close(descriptor)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    old = tmp_path / "old.md"
    old.write_text("mine")
    monkeypatch.setattr("screens.export_dialog._write", full)
    for path in (old, tmp_path / "new.md"):
        with pytest.raises(DiskError, match=r"\.md cannot be written \(No space left on device\)"):
            write_export("theirs", path, replace=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old.md": "mine"}
    with pytest.raises(DiskError, match="it is no file"):
        write_export("theirs", tmp_path, replace=True)


async def test_a_folder_that_is_not_there_is_said_in_the_dialog(store: Database, tmp_path: Path) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
        await pilot.press("ctrl+u", *"/nowhere/x.md", "enter")
        await until(pilot, lambda: "There is no folder /nowhere. Type" in seen(app), "the sentence")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen), "the diff screen")


async def test_runs_that_cannot_be_compared_say_why_on_every_tab(store: Database) -> None:
    async with diff_opened(store, 1, 3, size=(100, 30)) as (app, pilot):
        await until(pilot, lambda: "! other classes: only A knows" in seen(app), "the warning")
        assert "How well they predict cannot be compared" in seen(app)
        await pilot.press("3")
        await until(pilot, lambda: "No examples to set side by side: other classes" in seen(app), "no examples")
        await pilot.press("2")
        await until(pilot, lambda: "No classes to show: other classes" in seen(app), "no classes")
        await pilot.press("4")
        await until(pilot, lambda: "No confusion to show: other classes" in seen(app), "no matrices")
        await pilot.press("5")
        await until(pilot, lambda: "A weak" in seen(app), "the one curve that there is")
        await pilot.press("0")
        await until(pilot, lambda: "(other-labels)" in seen(app), "the warning in full")


async def test_a_run_without_outcomes_is_compared_in_what_it_has(store: Database) -> None:
    async with diff_opened(store, 1, 4) as (app, pilot):
        await until(pilot, lambda: "B has no outcomes" in seen(app), "the warning")
        await pilot.press("3")
        await until(pilot, lambda: "No examples to set side by side: B has no outcomes" in seen(app), "the sentence")


async def test_a_run_beside_itself_is_said_to_be_the_same(store: Database) -> None:
    async with diff_opened(store, 1, 1) as (app, pilot):
        await until(pilot, lambda: "both sides are the same run" in seen(app), "the warning")


async def test_a_run_that_does_not_exist_is_a_sentence_and_another_can_be_chosen(store: Database) -> None:
    app = make_app(store.path)
    async with opened(app) as pilot:
        app.open_diff(1, 99)
        await until(pilot, lambda: "99" in seen(app) and "Comparing" not in seen(app), "the sentence")
        assert isinstance(app.screen, DiffScreen)
        await pilot.press("2", "i", "e", "escape")
        await until(pilot, lambda: not isinstance(app.screen, DiffScreen), "the dashboard")


async def test_a_run_that_is_deleted_meanwhile_stays_readable_and_is_said_to_be_gone(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: app.page.b is not None, "the page with both runs")
        delete_run(store, 2)
        await until(pilot, lambda: "deleted meanwhile" in seen(app), "the news")
        assert "▌ accuracy" in seen(app)


async def test_a_live_run_is_provisional_and_compared_anew_when_its_figures_come(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.diff.comparing.AGAIN_AFTER_S", 0.1)
    async with diff_opened(store, 1, 5) as (app, pilot):
        await until(pilot, lambda: "● running, provisional" in seen(app), "that it is provisional")
        assert "B is running: its figures are provisional" in seen(app)
        await until(pilot, lambda: app.page.b is not None, "the page with both runs")
        with store.atomic():
            evaluate(store, live := run_5(store), 3.0, 0.2)
            end(store, live, RunStatus.DONE)
        await until(pilot, lambda: "B is better than A in accuracy" in seen(app), "the new comparison")
        await until(pilot, lambda: "B  live  mlp on digits · run 5 · ✓ done" in seen(app), "its end")


def run_5(db: Database) -> Run:
    from store.runs import get_run

    return get_run(db, 5)


async def test_it_is_complete_in_every_size_and_survives_resizing(store: Database) -> None:
    async with diff_opened(store, 1, 2, size=(120, 36)) as (app, pilot):
        for width, height in ((40, 12), (60, 18)):
            await pilot.resize_terminal(width, height)
            for tab in DIGITS:
                await pilot.press(tab)
                await until(pilot, lambda: "accuracy" in seen(app), "the verdict")
                assert all(len(line) <= width for line in seen(app).splitlines())


async def test_an_ascii_terminal_gets_ascii_only(store: Database) -> None:
    async with diff_opened(store, 1, 2, signs=ASCII) as (app, pilot):
        for tab in DIGITS:
            await pilot.press(tab)
            await until(pilot, lambda: "accuracy > B better" in seen(app), "the verdict")
            await pilot.pause()
            assert seen(app).isascii(), tab


async def test_the_keys_that_work_here_are_offered(store: Database) -> None:
    async with diff_opened(store, 1, 2) as (app, pilot):
        await until(pilot, lambda: "differing" in keys_shown(app), "the key of the figures")
        await pilot.press("0")
        await until(pilot, lambda: "differing" not in keys_shown(app), "no such key in the summary")


def test_opening_the_screen_imports_no_arrays_into_the_apps_thread() -> None:
    code = (
        "import sys, screens.diff.screen;print([name for name in ('numpy', 'torch', 'sklearn') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
