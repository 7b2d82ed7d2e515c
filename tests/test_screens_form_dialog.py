"""The new-run form driven by keys: what is typed, what it says, what it returns."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from generation_fixtures import write_model
from screens_fixtures import Desk, NotingEngine, a_run, add, filled, host_sample, make_app
from screens_form_pilot import burst, form_opened
from screens_pilot import opened, seen, until
from textual.events import Paste
from textual.widgets import Static

from screens.app import WorkbenchApp
from screens.form.checkpoint import A_CHECKPOINT
from screens.form.dialog import NewRunDialog
from screens.form.draft import A_FILE, Draft
from screens.form.preset_dialogs import PresetsDialog, SavePresetDialog
from screens.prompt.model_dialog import ModelDialog
from screens.signs import ASCII
from screens.widgets.choice import Choice
from screens.widgets.estimate import EstimateText
from screens.widgets.field import FormField
from store.details import merge_environment, set_data, set_figures
from store.records import Figure, FigureGroup
from workbench.environment import processor_name
from workbench.errors import DeviceError
from workbench.models import MODELS
from workbench.parameters import show_value
from workbench.presets import Preset, list_presets, save_preset
from workbench.spec import DataSpec, RunSpec


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def field(app: WorkbenchApp, name: str) -> FormField:
    """A field of the form; the form is the screen, or below a dialog of its own."""
    form = next(screen for screen in reversed(app.screen_stack) if isinstance(screen, NewRunDialog))
    return form.query_one(f"#field-{name}", FormField)


def a_past_mlp() -> Any:
    parameters = {parameter.name: parameter.default for parameter in MODELS["mlp"].parameters} | {"epochs": 40}
    spec = RunSpec("mlp", DataSpec("digits"), parameters, seed=3, device="cpu").to_json()
    return a_run(id=12, name="demo-mlp", seed=3, parameters=spec["parameters"], spec=spec)


async def test_a_checkpoint_is_chosen_from_what_lies_here_and_trained_further(desk: Desk, tmp_path: Path) -> None:
    folder, engine = write_model(tmp_path / "small"), NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with form_opened(app, (120, 36), Draft(model="gpt2-tiny", data="docstrings")) as pilot:
        field(app, "model").put(A_CHECKPOINT)
        await pilot.press("tab", "shift+tab", "right", "left")
        await until(pilot, lambda: field(app, "checkpoint").display, "the field")
        await pilot.press("tab", "ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, ModelDialog), "the list")
        await pilot.press(*str(tmp_path / "sm"))
        await until(pilot, lambda: "/small  a checkpoint" in seen(app), "the folder")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form")
        await until(pilot, lambda: "trained further on the text below" in seen(app), "what it is")
        await pilot.press("enter")
        await until(pilot, lambda: bool(engine.started), "the start")
        ((spec, _),) = engine.started
        assert spec.model == f"hf:{folder}"
        assert spec.parameters["method"] == "full"


async def test_how_a_file_is_named_follows_the_model(desk: Desk) -> None:
    app = make_app(desk.path, engine=NotingEngine(desk.path))
    async with form_opened(app, (120, 36), Draft(model="cnn", data=A_FILE)) as pilot:
        assert ".csv or .tsv file" in seen(app)
        await pilot.press("right")
        await until(pilot, lambda: "A .txt" in seen(app) and ".csv" not in seen(app), "files of text")


async def test_a_checkpoint_that_cannot_be_trained_further_says_why(desk: Desk, tmp_path: Path) -> None:
    app = make_app(desk.path, engine=NotingEngine(desk.path))
    async with form_opened(app, (120, 36), Draft(model="hf:", data="docstrings")) as pilot:
        assert "1 field to mend" in seen(app)
        await pilot.press("tab", *"/nowhere")
        await until(pilot, lambda: "There is no folder /nowhere" in seen(app), "what is wrong")
        await pilot.press(*"/a.gguf")
        await until(pilot, lambda: "holds packed numbers" in seen(app), "what is wrong with a GGUF file")


async def test_a_new_run_is_made_with_the_form(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with form_opened(app) as pilot:
        await pilot.press("down", *"mine", "down", *"a, b", "down", *"why")
        epochs = field(app, "epochs")
        epochs.control.focus()
        await pilot.press("end", "x")
        await until(pilot, lambda: epochs.is_wrong, "the sentence")
        assert "whole number" in seen(app)
        await pilot.press("enter")
        assert isinstance(app.screen, NewRunDialog)
        assert epochs.control.has_focus
        epochs.control.value = "12"
        await until(pilot, lambda: not epochs.is_wrong, "the help again")
        await pilot.press("enter")
        await until(pilot, lambda: bool(engine.requests), "the launch")
        request = engine.requests[0]
        assert (request.spec.model, request.spec.data.dataset, request.spec.parameters["epochs"]) == (
            "mlp",
            "digits",
            12,
        )
        assert (request.name, request.tags, request.notes, request.parent_id) == ("mine", ("a", "b"), "why", None)


async def test_keys_that_arrive_together_are_taken_in_their_order(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with form_opened(app) as pilot:
        field(app, "epochs").control.focus()
        await pilot.press("end")
        burst(app, "5", "tab", "end", "8", "enter")
        await until(pilot, lambda: bool(engine.started), "the launch")
        spec, _ = engine.started[0]
        assert (spec.parameters["epochs"], spec.parameters["batch_size"]) == (605, 648)


async def test_a_choice_is_turned_before_the_keys_behind_it_are_taken(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app) as pilot:
        burst(app, "right", "tab", "z", "tab", "tab", "tab", "right", "tab", "x", "tab", "y")
        await until(pilot, lambda: field(app, "target").value == "y", "the target")
        values = {name: field(app, name).value for name in ("model", "name", "data", "file")}
        assert values == {"model": "cnn", "name": "z", "data": A_FILE, "file": "x"}
        assert field(app, "channels").value == "16,32"


async def test_what_is_pasted_is_one_line_of_plain_text(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app) as pilot:
        app.post_message(Paste("on a choice\nnothing happens"))
        await pilot.press("tab")
        app.post_message(Paste("a\x1b[31m name\nand more"))
        await until(pilot, lambda: field(app, "name").value == "a name", "the text")
        assert field(app, "model").value == "mlp"


async def test_what_a_terminal_would_obey_never_stands_in_a_field(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(
        app, draft=Draft(name="evil\x1b[31m", notes="[bold]x\u202e", data=A_FILE, file="/a\x07b.csv")
    ):
        assert field(app, "name").value == "evil"
        assert field(app, "notes").value == "[bold]x"
        assert "\x07" not in field(app, "file").value


async def test_the_form_follows_the_model(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app, (120, 40)) as pilot:
        assert "activation" in seen(app)
        await pilot.press("right")
        await until(pilot, lambda: "kernel size" in seen(app), "the fields of the next model")
        assert "activation" not in seen(app)
        dropout = next(p for p in MODELS["cnn"].parameters if p.name == "dropout")
        assert field(app, "dropout").value == show_value(dropout.default)
        assert "Convolutional" in str(app.screen.query_one("#hint", Static).content)
        field(app, "data").control.focus()
        await pilot.press("i")
        await until(pilot, lambda: field(app, "data").is_wrong, "that the model does not fit")
        assert "cnn takes images" in seen(app)


async def test_typing_in_a_choice_goes_to_what_begins_so(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app) as pilot:
        model = field(app, "model")
        await pilot.press(*"log")
        await until(pilot, lambda: model.value == "logistic-regression", "the model")
        await pilot.press("m")
        await until(pilot, lambda: model.value == "mlp", "the next one that begins with the letter")
        await pilot.press("a")
        await until(pilot, lambda: model.value == "majority-class", "the one that begins with both letters")
        await pilot.press("q")
        assert isinstance(model.control, Choice)
        assert model.value == "majority-class"


async def test_a_file_is_looked_at_in_the_form(desk: Desk, tmp_path: Path) -> None:
    rows = "\n".join(f"{n % 7},{n % 5},{'yes' if n % 2 else 'no'}" for n in range(60))
    (tmp_path / "rows.csv").write_text(f"a,b,label\n{rows}\n", encoding="utf-8")
    app = make_app(desk.path)
    async with form_opened(app, (120, 40)) as pilot:
        data, file, target = (field(app, name) for name in ("data", "file", "target"))
        data.control.focus()
        await pilot.press("right")
        assert data.value == A_FILE
        assert file.display
        file.control.value = str(tmp_path / "rows.csv")
        target.control.value = "nothing"
        await until(pilot, lambda: file.is_wrong, "that there is no such column")
        await pilot.press("left")
        await until(pilot, lambda: "ready to start" in seen(app), "that a file is no matter any more")
        await pilot.press("right")
        target.control.value = "label"
        await until(pilot, lambda: "60 rows, 2 features, 2 classes" in seen(app), "what the file holds")
        assert not file.is_wrong


async def test_a_launch_that_fails_is_a_notice_and_loses_nothing(desk: Desk) -> None:
    sentence = "The GPU cannot be used [by torch]. Install another build."
    app = make_app(desk.path, engine=NotingEngine(desk.path, error=DeviceError(sentence)))
    async with form_opened(app) as pilot:
        field(app, "name").control.value = "typed"
        await pilot.press("enter")
        await until(pilot, lambda: bool(app._notifications), "the notice")
        notice = next(iter(app._notifications))
        assert (notice.title, notice.message) == ("The device cannot be used", f"{sentence} (! reads it again.)")
        app.open_form()
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form again")
        assert field(app, "name").value == "typed"


async def test_a_value_that_was_changed_is_marked_and_can_be_put_back(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app, (120, 40)) as pilot:
        epochs = field(app, "epochs")
        epochs.control.focus()
        await pilot.press("end", "5")
        await until(pilot, lambda: epochs.is_changed, "the mark")
        assert "• epochs" in seen(app)
        assert "was 60 ·" in seen(app)
        assert "1 change · ready to start" in seen(app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not epochs.is_changed, "the default again")
        assert epochs.value == "60"


async def test_a_clone_says_whose_it_is_and_what_was_changed(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with form_opened(app, (120, 40), Draft.from_run(a_past_mlp())) as pilot:
        assert "New run · clone of 12 demo-mlp" in seen(app)
        assert "no changes yet" in seen(app)
        assert field(app, "epochs").value == "40"
        seed = field(app, "seed")
        seed.control.focus()
        await pilot.press("end", "7")
        await until(pilot, lambda: "1 change" in seen(app), "the count")
        assert "was 3 ·" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: bool(engine.requests), "the launch")
        assert (engine.requests[0].parent_id, engine.requests[0].spec.seed) == (12, 37)


async def test_the_name_of_a_cloned_run_is_no_markup(desk: Desk) -> None:
    app = make_app(desk.path)
    run = replace(a_past_mlp(), name="[red]x\x1b[31m")
    async with form_opened(app, draft=Draft.from_run(run)):
        assert "clone of 12 [red]x " in seen(app)


async def test_a_smoke_run_is_one_key(desk: Desk) -> None:
    engine = NotingEngine(desk.path)
    app = make_app(desk.path, engine=engine)
    async with form_opened(app) as pilot:
        field(app, "name").control.focus()
        burst(app, *"net", "ctrl+t")
        await until(pilot, lambda: bool(engine.requests), "the launch")
        request = engine.requests[0]
        assert (request.name, request.tags, request.spec.parameters["epochs"]) == ("net-smoke", ("smoke",), 1)
        app.open_form()
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog), "the form again")
        assert (field(app, "name").value, field(app, "epochs").value) == ("net", "60")


async def test_a_preset_is_saved_loaded_and_deleted(desk: Desk) -> None:
    app = make_app(desk.path)
    async with form_opened(app) as pilot:
        field(app, "hidden").put("7")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, SavePresetDialog), "the question")
        burst(app, *"mine", "enter")
        await until(
            pilot, lambda: list_presets()[0] == Preset("mine", "mlp", {"hidden": "7"}, data="digits"), "the file"
        )
        field(app, "hidden").put("9")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, PresetsDialog), "the list")
        assert "your own · mlp · hidden 7 · data digits" in seen(app)
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(app.screen, NewRunDialog) and field(app, "hidden").value == "7", "its values"
        )
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, PresetsDialog), "the list")
        await pilot.press("x")
        await until(pilot, lambda: all(preset.built_in for preset in list_presets()), "that it is gone")
        await until(pilot, lambda: isinstance(app.screen, PresetsDialog), "the list anew")
        assert "your own" not in seen(app)


async def test_a_preset_of_another_model_brings_its_fields(desk: Desk) -> None:
    save_preset(Preset("a", "cnn", {"channels": "4,4"}, data="digits", device="cpu"))
    app = make_app(desk.path)
    async with form_opened(app, draft=Draft(name="kept", values={"hidden": "1"})) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, PresetsDialog), "the list")
        await pilot.press("enter")
        await until(
            pilot, lambda: isinstance(app.screen, NewRunDialog) and bool(app.screen.query("#field-channels")), "it"
        )
        values = [field(app, name).value for name in ("model", "name", "channels", "device")]
        assert values == ["cnn", "kept", "4,4", "cpu"]


async def test_presets_that_cannot_be_read_are_a_notice(desk: Desk, home: Path) -> None:
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "presets.json").write_text("{")
    app = make_app(desk.path)
    async with form_opened(app) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: bool(app._notifications), "the notice")
        assert "does not hold presets" in next(iter(app._notifications)).message
        assert isinstance(app.screen, NewRunDialog)


async def test_an_estimate_says_what_it_rests_on_and_follows_each_key(desk: Desk) -> None:
    runs = [run_id for (run_id,) in desk.db.rows("SELECT id FROM runs WHERE model = 'mlp' AND status = 'done'")]
    for run_id in runs:
        figures = [Figure(FigureGroup.COST, "device_seconds", 6.0), Figure(FigureGroup.METRICS, "epochs", 60.0)]
        set_figures(desk.db, run_id, [*figures, Figure(FigureGroup.SIZE, "peak_memory_bytes", 400 * 2**20)])
        set_data(desk.db, run_id, {"train": 1149})
        merge_environment(desk.db, run_id, {"cpu": processor_name()})
    app = make_app(desk.path, samples=(host_sample(),))
    async with form_opened(app) as pilot:
        await until(pilot, lambda: "estimate  at most 12.3 s" in seen(app), "the figures")
        assert "memory 400 MiB · cost n/a" in seen(app)
        said = " ".join(app.screen.query_one(EstimateText).text.split())
        assert "on digits on this CPU, of other sizes. No price is set for cpu (in the settings)." in said
        field(app, "epochs").put("120")
        field(app, "patience").put("0")
        field(app, "name").control.focus()
        await pilot.press("x")
        await until(pilot, lambda: "estimate  about 18.3 s" in seen(app), "the figures for twice as many")
        field(app, "epochs").put("x")
        await pilot.press("x")
        await until(pilot, lambda: "Once all fields are right" in seen(app), "that it cannot be told")


async def test_without_a_past_run_there_is_no_estimate(desk: Desk) -> None:
    app = make_app(desk.path, samples=(host_sample(),))
    async with form_opened(app, draft=Draft(model="cnn")) as pilot:
        await until(pilot, lambda: "No past run of cnn on this CPU" in seen(app), "what would tell")


@pytest.mark.parametrize("size", [(40, 12), (60, 18), (80, 24), (200, 60)])
async def test_every_field_comes_into_sight(desk: Desk, size: tuple[int, int]) -> None:
    app = make_app(desk.path, signs=ASCII)
    async with form_opened(app, size) as pilot:
        form = app.screen
        for shown in [shown for shown in form.query(FormField) if shown.display]:
            assert shown.control.has_focus
            await until(pilot, lambda shown=shown: shown.control.region in form.region, f"{shown.field_name} in sight")
            assert shown.control.region.width >= 16
            await pilot.press("tab")
        assert all(len(line) <= size[0] for line in seen(app).splitlines())
        assert seen(app).isascii()


async def test_a_run_of_a_model_from_elsewhere_gets_a_notice_instead_of_a_form(desk: Desk) -> None:
    run = add(desk.db, "theirs", model="their-model")
    app = make_app(desk.path, select=run.id)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.page.chosen is not None and app.page.chosen.run.id == run.id, "the run")
        app.action_clone_run()
        await until(pilot, lambda: bool(app._notifications), "the notice")
        assert "cannot be cloned" in next(iter(app._notifications)).message
        assert app.screen is app.dashboard


async def test_whoever_passes_a_language_model_comes_back_to_data_that_fits_most_models(desk: Desk) -> None:
    app = make_app(desk.path, engine=NotingEngine(desk.path))
    async with form_opened(app, (120, 36), Draft(model="majority-class", data="digits")) as pilot:
        await pilot.press("left")
        await until(pilot, lambda: field(app, "data").value == "docstrings", "data of text")
        await pilot.press("right")
        await until(pilot, lambda: field(app, "data").value == "digits", "data of a classifier")
