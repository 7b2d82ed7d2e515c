"""The file browser: what it lists, how it is driven by keys, and what it says of the table under the cursor."""

import json
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from screens_fixtures import make_app, many
from screens_form_pilot import burst, form_opened
from screens_pilot import seen, until
from textual.pilot import Pilot

import screens.form.file_browser
from screens.app import WorkbenchApp
from screens.form.dialog import NewRunDialog
from screens.form.draft import A_FILE, Draft
from screens.form.file_browser import FileBrowserDialog
from screens.form.file_listing import FileEntry, Listing, list_folder, narrow, parent_of, starting_folder, write_folder
from screens.form.file_panes import ColumnRows, FileRows
from screens.form.text_rows import TextRows
from screens.widgets.field import FormField


def write_rows(path: Path, n: int = 120) -> None:
    rows = "\n".join(f"{n / 7:.3f},{n % 5},{'yes' if n % 2 else 'no'},{n}" for n in range(n))
    path.write_text(f"a,b,label,spare\n{rows}\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "old").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    write_rows(folder / "churn.csv")
    write_rows(folder / "visits.TSV")
    (folder / "plot.png").write_text("x")
    write_rows(folder / "old" / "first.csv")
    return folder


@pytest.fixture
def app(tmp_path: Path) -> WorkbenchApp:
    many(tmp_path / "w.db", 1)
    return make_app(tmp_path / "w.db")


@asynccontextmanager
async def browsing(app: WorkbenchApp, file: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot]:
    async with form_opened(app, size, Draft(data=A_FILE, file=str(file))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, FileBrowserDialog), "the browser")
        await until(pilot, lambda: bool(names(app)) or "cannot be read" in seen(app), "the folder")
        yield pilot


def names(app: WorkbenchApp) -> list[str]:
    return [entry.name for entry in app.screen.query_one(FileRows).entries]


def test_folders_come_first_and_only_data_files_are_listed(folder: Path) -> None:
    listing = list_folder(str(folder))
    assert [(entry.name, entry.is_folder) for entry in listing.entries] == [
        ("old", True),
        ("churn.csv", False),
        ("visits.TSV", False),
    ]
    assert listing.others == 2
    assert listing.entries[1].size_bytes == (folder / "churn.csv").stat().st_size
    assert ".hidden" in [entry.name for entry in list_folder(str(folder), hidden=True).entries]


def test_a_folder_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert "No such file" in (list_folder(str(tmp_path / "gone")).problem or "")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert list_folder(str(tmp_path)).entries == ()


def test_names_are_narrowed_by_a_part_in_any_case() -> None:
    entries = [FileEntry("Churn.csv", is_folder=False), FileEntry("old", is_folder=True)]
    assert narrow(entries, " cHU ") == entries[:1]
    assert narrow(entries, "") == entries


def test_folders_are_reckoned_without_asking_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    assert (parent_of("/a/b/"), parent_of("/a"), parent_of("/")) == ("/a", "/", "/")
    assert (write_folder("/home/ana/x"), write_folder("/home/ana"), write_folder("/home/anabel")) == (
        "~/x",
        "~",
        "/home/anabel",
    )
    assert starting_folder("~/gone/a.csv") == "/home/ana/gone"
    assert starting_folder("") == os.getcwd()


async def test_a_file_and_its_target_are_chosen_by_keys(app: WorkbenchApp, folder: Path) -> None:
    async with browsing(app, folder / "churn.csv") as pilot:
        await until(pilot, lambda: "target label · 2 classes · 120 rows" in seen(app), "the preview")
        assert "target?" in seen(app)
        assert "! Not learned from: 'spare' (almost every value is different)." in seen(app)
        await pilot.press("enter", "k")
        await until(pilot, lambda: "target b · 5 classes" in seen(app), "the column above")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        values = {name: app.screen.query_one(f"#field-{name}", FormField).value for name in ("data", "file", "target")}
        assert values == {"data": A_FILE, "file": str(folder / "churn.csv"), "target": "b"}
        await until(pilot, lambda: "churn.csv: 120 rows" in seen(app), "that the form has looked at it")


async def test_folders_are_gone_through_by_keys(app: WorkbenchApp, folder: Path) -> None:
    async with browsing(app, folder / "none.csv") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: names(app) == ["first.csv"], "the folder inside")
        await pilot.press("h")
        await until(pilot, lambda: len(names(app)) == 3, "the folder above")
        current = app.screen.query_one(FileRows).current
        assert current is not None
        assert current.name == "old"
        await pilot.press("full_stop")
        await until(pilot, lambda: ".hidden" in names(app), "hidden folders")
        await pilot.press("full_stop", "backspace")
        await until(pilot, lambda: "data" in names(app), "the folder above that")


async def test_names_are_narrowed_while_typing(app: WorkbenchApp, folder: Path) -> None:
    async with browsing(app, folder / "none.csv") as pilot:
        burst(app, "slash", *"vis")
        await until(pilot, lambda: names(app) == ["visits.TSV"], "one name")
        await pilot.press("z")
        await until(pilot, lambda: "Nothing here contains 'visz'" in seen(app), "no name")
        await pilot.press("escape")
        await until(pilot, lambda: len(names(app)) == 3, "all names")
        burst(app, "slash", "o", "l", "d", "enter")
        await until(pilot, lambda: names(app) == ["first.csv"], "the folder that was left")


async def test_escape_goes_back_step_by_step_and_changes_nothing(app: WorkbenchApp, folder: Path) -> None:
    async with browsing(app, folder / "churn.csv") as pilot:
        await until(pilot, lambda: "target label" in seen(app), "the preview")
        await pilot.press("tab")
        assert isinstance(app.focused, ColumnRows)
        await pilot.press("escape")
        assert isinstance(app.focused, FileRows)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        assert app.screen.query_one("#field-target", FormField).value == ""


async def test_a_file_that_is_no_table_says_so(app: WorkbenchApp, folder: Path) -> None:
    (folder / "bad.csv").write_bytes(b"\0\1\2")
    async with browsing(app, folder / "bad.csv") as pilot:
        await until(pilot, lambda: "does not hold text" in seen(app), "the sentence")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.focused, FileRows), "that there is no column to choose")


async def test_hostile_names_and_cells_are_shown_and_never_obeyed(app: WorkbenchApp, folder: Path) -> None:
    evil = folder / "a\x1b[31m.csv"
    evil.write_text("[bold]x,label\n" + "\x1b[2Jcell,yes\nb,no\n" * 6, encoding="utf-8")
    os.rename(evil, os.fsencode(folder) + b"/a\x1b[31m\xff.csv")
    async with browsing(app, folder / "old") as pilot:
        await pilot.press("j")
        await until(pilot, lambda: "[bold]x" in seen(app), "the columns")
        assert "\x1b" not in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: "characters that cannot be shown" in seen(app), "why it cannot be chosen")
        assert isinstance(app.focused, FileRows)


async def test_a_file_system_that_does_not_answer_holds_up_nothing(
    app: WorkbenchApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    dead = str(folder / "old")

    def slow(asked: str, *, hidden: bool) -> Listing:
        if asked == dead:
            answer.wait(20)
        return list_folder(asked, hidden=hidden)

    monkeypatch.setattr(screens.form.file_browser, "list_folder", slow)
    monkeypatch.setattr(screens.form.file_browser, "_PATIENCE_S", 0.01)
    async with browsing(app, folder / "none.csv") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "does not answer yet" in seen(app), "that it is slow")
        await pilot.press("h")
        await until(pilot, lambda: len(names(app)) == 3, "the folder above")
        answer.set()
        await pilot.press("j")
        await until(pilot, lambda: "target label" in seen(app), "a preview")
        assert len(names(app)) == 3, "an answer that comes too late is dropped"


async def test_leaving_does_not_wait_for_a_dead_file_system(
    app: WorkbenchApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    monkeypatch.setattr(screens.form.file_browser, "list_folder", lambda *_, **__: answer.wait(60) and None)
    began = time.monotonic()
    async with form_opened(app, draft=Draft(data=A_FILE, file=str(folder / "x.csv"))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, FileBrowserDialog), "the browser")
    assert time.monotonic() - began < 50
    answer.set()


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (120, 36), (200, 60)])
async def test_files_and_columns_are_in_sight_at_any_size(
    app: WorkbenchApp, folder: Path, size: tuple[int, int]
) -> None:
    async with browsing(app, folder / "churn.csv", size) as pilot:
        await until(pilot, lambda: "label" in seen(app), "the preview")
        assert "churn.csv" in seen(app)
        assert "label" in seen(app)
        assert all(len(line) <= size[0] for line in seen(app).splitlines())


# --- texts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    (folder / "many").mkdir(parents=True)
    (folder / "notes.txt").write_text("first line\n" + "\x1b[2Jescaped\n" + "and so on\n" * 800, encoding="utf-8")
    records = ({"title": f"title {n}", "body": f"body {n} " * 9} for n in range(40))
    (folder / "posts.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    for n in range(12):
        (folder / "many" / f"{n:02}.md").write_text(f"# Chapter {n}\n" + "words\n" * 100, encoding="utf-8")
    return folder


@asynccontextmanager
async def looking_for_text(app: WorkbenchApp, file: Path, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot]:
    async with form_opened(app, size, Draft(model="gpt2-tiny", data=A_FILE, file=str(file))) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, FileBrowserDialog) and bool(names(app)), "the folder")
        yield pilot


def chosen(app: WorkbenchApp) -> tuple[str, ...]:
    return tuple(app.screen.query_one(f"#field-{name}", FormField).value for name in ("data", "file", "target", "text"))


def is_form(app: WorkbenchApp) -> bool:
    return isinstance(app.screen, NewRunDialog)


async def test_a_text_is_shown_and_chosen_by_keys(app: WorkbenchApp, texts: Path) -> None:
    async with looking_for_text(app, texts / "notes.txt") as pilot:
        await until(pilot, lambda: "and so on" in seen(app), "its lines")
        assert "\x1b" not in seen(app)
        assert "! 99.8% of the lines read 'and so on'." in seen(app)
        await pilot.press("enter")
        assert isinstance(app.focused, TextRows)
        await pilot.press("j", "enter")
        await until(pilot, lambda: is_form(app), "the form")
        assert chosen(app) == (A_FILE, str(texts / "notes.txt"), "", "")
        await until(pilot, lambda: "notes.txt, 7.83 KiB of text in 1 document" in seen(app), "what the text is")


async def test_a_field_is_chosen_where_several_hold_text(app: WorkbenchApp, texts: Path) -> None:
    async with looking_for_text(app, texts / "posts.jsonl") as pilot:
        await until(pilot, lambda: "2 fields of text" in seen(app), "its fields")
        assert "body 0 body 0" in seen(app)
        await pilot.press("enter", "j", "enter")
        await until(pilot, lambda: is_form(app), "the form")
        assert chosen(app) == (A_FILE, str(texts / "posts.jsonl"), "", "body")
        await until(pilot, lambda: "in 40 documents" in seen(app), "what the text is")


async def test_a_whole_folder_is_taken(app: WorkbenchApp, texts: Path) -> None:
    async with looking_for_text(app, texts / "none") as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "12 text files" in seen(app), "the texts in the folder under the cursor")
        assert "# Chapter 0" in seen(app)
        assert isinstance(app.focused, TextRows)
        await pilot.press("enter")
        await until(pilot, lambda: is_form(app), "the form")
        assert chosen(app) == (A_FILE, str(texts / "many"), "", "")
        await until(pilot, lambda: "many, 7.17 KiB of text in 12 documents" in seen(app), "what the text is")


async def test_the_list_follows_the_cursor_from_a_text_to_a_table_and_back(app: WorkbenchApp, texts: Path) -> None:
    write_rows(texts / "notes.csv")
    async with looking_for_text(app, texts / "notes.csv") as pilot:
        await until(pilot, lambda: "target label" in seen(app), "the columns")
        await pilot.press("j")
        await until(pilot, lambda: "first line" in seen(app) and "target label" not in seen(app), "the text")
        await pilot.press("tab")
        assert isinstance(app.focused, TextRows)
        await pilot.press("escape", "k")
        await until(pilot, lambda: "target label" in seen(app) and "first line" not in seen(app), "the columns")
        await pilot.press("k", "t", "escape")
        assert isinstance(app.focused, FileRows)


async def test_folders_are_taken_only_by_models_that_learn_from_text(app: WorkbenchApp, texts: Path) -> None:
    async with browsing(app, texts / "none") as pilot:
        await pilot.press("t")
        await pilot.pause()
        assert isinstance(app.focused, FileRows)
        assert " t take" not in seen(app)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_a_text_is_in_sight_at_any_size(app: WorkbenchApp, texts: Path, size: tuple[int, int]) -> None:
    async with looking_for_text(app, texts / "notes.txt", size) as pilot:
        await until(pilot, lambda: "first line" in seen(app), "the preview")
        assert "notes.txt" in seen(app)
        assert all(len(line) <= size[0] for line in seen(app).splitlines())
