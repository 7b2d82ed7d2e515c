"""A run that was imported, in the interface: opened like any other, and never offered to be cloned."""

from pathlib import Path

from screens_fixtures import make_app
from screens_pilot import keys_shown, opened, seen, until

from store.database import open_for_writing
from workbench.importing import ImportRequest, keep, read_import


async def test_an_imported_run_opens_and_is_not_offered_to_be_cloned(store_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("id,truth,prediction,text\n1,cat,cat,\x1b[31mpurr\n2,dog,cat,woof\n", encoding="utf-8")
    with open_for_writing(store_file) as db:
        keep(db, read_import(ImportRequest("big", file)))
    app = make_app(store_file)
    async with opened(app, (120, 36)) as pilot:
        assert app.check_action("clone_run", ()) is False
        await pilot.press("enter")
        await until(pilot, lambda: "imported from" in seen(app), "the run's page")
        assert "clone" not in keys_shown(app)
        await pilot.press("4")
        await until(pilot, lambda: "support" in seen(app), "its classes")
        await pilot.press("enter")
        await until(pilot, lambda: "id 1 · purr" in seen(app), "the examples of a cell")
        assert "n/a" in seen(app)
        await pilot.press("escape", "7")
        await until(pilot, lambda: "measured elsewhere" in seen(app), "its files")
