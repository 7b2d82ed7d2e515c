"""The generation screen by keys: ask one model or two, stop, ask again, errors, history, and what is remembered."""

import atexit
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from generation_fixtures import fake_workers, write_model
from runs_fixtures import until as happens
from screens_fixtures import add, begin, end, make_app
from screens_pilot import keys_shown, opened, seen, until
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.memory import Memory
from screens.prompt.answering import Answering, Question
from screens.prompt.checks_screen import ChecksScreen
from screens.prompt.model_dialog import ModelDialog
from screens.prompt.output import Stage
from screens.prompt.screen import PromptScreen
from screens.prompt.settings_texts import Chosen
from screens.run.screen import RunScreen
from screens.signs import ASCII
from store.database import open_for_writing, open_read_only
from store.generation_checks import delete_check, list_checks
from workbench.generation.client import running_generators
from workbench.generation.settings import GenerationSettings

Open = Callable[..., Any]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Two models whose process writes in capitals, as they are typed."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    names = tuple(f"hf:{write_model(tmp_path / name)}" for name in ("alpha", "beta"))
    with fake_workers(monkeypatch):
        yield names[0], names[1]


@asynccontextmanager
async def asked(
    store: Path, a: str, b: str = "", prompt: str = "", size: tuple[int, int] = (120, 36), **more: Any
) -> AsyncIterator[tuple[Pilot, PromptScreen]]:
    """The generation screen as it is remembered to have been left."""
    if not store.exists():
        open_for_writing(store).close()
    app = make_app(store, samples=(), **more)
    app.memory.place = replace(app.memory.place, generation={"a": a, "b": b, "prompt": prompt})
    async with opened(app, size) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen) and app.screen.is_mounted, "the screen")
        assert isinstance(app.screen, PromptScreen)
        yield pilot, app.screen


async def finished(pilot: Pilot, screen: PromptScreen) -> None:
    """Wait until every model has done what it was asked."""
    outputs = screen.outputs
    over = lambda: not screen.is_at_work and all(o.stage is not Stage.EMPTY for o in outputs.outputs)  # noqa: E731
    await until(pilot, over, "the end", 30)


async def ask_instead(pilot: Pilot, prompt: str) -> None:
    """Type another prompt in the place of the one that stands there, and send it."""
    await pilot.press("ctrl+l", *prompt, "ctrl+r")


def notices(app: WorkbenchApp) -> str:
    return " ".join(f"{notice.title}: {notice.sentence}" for notice in app.notices.newest_first)


async def test_a_prompt_is_typed_and_two_models_answer_it_side_by_side(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, *models) as (pilot, screen):
        await pilot.press(*"cat", "enter", *"?", "ctrl+r")
        await finished(pilot, screen)
        assert screen.texts.editor.text == "cat\n?"
        shown = seen(pilot.app)
        assert shown.count("CAT") == 2
        assert "the same text" in shown
        assert "alpha" in shown
        assert "ended by the model" in shown
        assert "loaded in" in shown
        assert {model.letter for model in screen.shown().models} == {"A", "B"}
        assert screen.shown().is_answered
        with open_read_only(store_file) as db:
            assert [stored.check.prompt for stored in list_checks(db)] == ["cat\n?"] * 2


async def test_a_prompt_is_drawn_with_its_accents_and_without_what_a_terminal_obeys_and_emptied_by_a_key(
    store_file: Path, models: tuple[str, str]
) -> None:
    prompt = "\tक्षि e\u0301\x1b[31m\u202eab"
    async with asked(store_file, models[0], prompt=prompt) as (pilot, screen):
        assert "क्षि e\u0301␛[31m\ufffdab" in seen(pilot.app)
        await pilot.press("ctrl+l")
        assert screen.texts.editor.text == ""
        await pilot.press("ctrl+underscore")
        assert screen.texts.editor.text == prompt


async def test_a_text_grows_on_the_screen_and_a_key_ends_it(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, models[0], prompt="slow 5000") as (pilot, screen):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: ".." in (screen.outputs.outputs[0].text_of(0) or ""), "the beginning", 30)
        assert "writing" in seen(pilot.app)
        assert "ctrl+s stop" in keys_shown(pilot.app)
        await pilot.press("ctrl+s")
        await finished(pilot, screen)
        assert screen.outputs.outputs[0].check is not None
        assert "stopped" in seen(pilot.app)
        assert "ctrl+s stop" not in keys_shown(pilot.app)


async def test_who_leaves_while_a_text_is_made_finds_what_came_of_it_on_coming_back(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="slow 5000") as (pilot, screen):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: ".." in (screen.outputs.outputs[0].text_of(0) or ""), "the beginning", 30)
        await pilot.press("escape", "escape")
        with open_read_only(store_file) as db:
            await until(pilot, lambda: bool(list_checks(db)), "that it is kept", 30)
        await pilot.press("p")
        await until(pilot, lambda: "stopped" in seen(pilot.app), "what came of it")
        assert ".." in seen(pilot.app)


def test_what_is_being_made_as_the_interface_ends_is_kept(store_file: Path, models: tuple[str, str]) -> None:
    open_for_writing(store_file).close()
    question = Question("slow 5000", Chosen(GenerationSettings(), "cpu", "float32"), models[:1])
    answering = Answering.begin(store_file, question, lambda: None, kept=True)
    happens(lambda: ".." in (answering.outputs()[0].text_of(0) or ""), "the beginning")
    answering.leave()
    answering.wait()
    atexit.unregister(answering.wait)
    with open_read_only(store_file) as db:
        (stored,) = list_checks(db)
    assert stored.check.texts[0].reason == "stopped"


async def test_the_prompt_is_edited_and_asked_again_by_one_key_also_while_a_text_is_made(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="slow 5000") as (pilot, screen):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.outputs.outputs[0].stage is Stage.WRITING, "the beginning", 30)
        await ask_instead(pilot, "dog")
        await until(pilot, lambda: "DOG" in seen(pilot.app), "the other text", 30)
        await finished(pilot, screen)
        assert screen.shown().prompt == "dog"


async def test_what_goes_wrong_stands_in_the_place_of_the_text_and_the_next_wish_is_answered(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="no room") as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        sentence = "There is not enough memory"
        assert sentence in " ".join(seen(pilot.app).split())
        assert f"Model A: {sentence}" in notices(screen.workbench)
        assert not pilot.app._notifications, "it is seen already, and would hide something else"
        await ask_instead(pilot, "slow 5000")
        await until(pilot, lambda: ".." in (screen.outputs.outputs[0].text_of(0) or ""), "the beginning", 30)
        (greeting,) = running_generators()
        await pilot.press("escape", "4")
        os.kill(greeting.pid, signal.SIGKILL)
        await finished(pilot, screen)
        assert "ended in the middle of its answer" in screen.outputs.outputs[0].words
        (notice,) = pilot.app._notifications
        assert "ended in the middle" in notice.message, "behind another tab it would not be seen"
        await pilot.press("p")
        assert ".." in seen(pilot.app), "what was made stays"
        await ask_instead(pilot, "cat")
        await until(pilot, lambda: "CAT" in seen(pilot.app), "a text again", 30)


async def test_models_that_do_not_fit_beside_each_other_answer_one_after_the_other_and_it_is_said(
    store_file: Path, models: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_MEMORY", str(300 * 2**20))  # each takes 256 MiB and a little
    async with asked(store_file, *models, prompt="cat") as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        shown = " ".join(seen(pilot.app).split())
        assert seen(pilot.app).count("CAT") == 2
        assert "was unloaded:" in shown
        assert "timed while the other wrote" not in shown


async def test_a_model_that_is_not_there_is_said_at_once(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, "no-such/model", prompt="cat") as (pilot, screen):
        await until(pilot, lambda: "not in the local cache" in seen(pilot.app), "why it cannot be used")
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        assert "not in the local cache" in notices(screen.workbench)


async def test_a_second_model_is_chosen_by_completing_its_path_and_taken_away_again(
    store_file: Path, models: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with asked(store_file, models[0]) as (pilot, screen):
        await pilot.press("escape", "B")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelDialog), "the dialog")
        await pilot.press(*"./be")
        await until(pilot, lambda: "a checkpoint" in seen(pilot.app), "the model on the disk")
        await pilot.press("enter")
        await until(pilot, lambda: screen.models["B"] == models[1], "model B")
        await pilot.press("S")
        assert screen.models == {"A": models[1], "B": models[0]}
        await pilot.press("B")
        await until(pilot, lambda: "no second model" in seen(pilot.app), "the list")
        await pilot.press("enter")
        await until(pilot, lambda: screen.models["B"] == "", "none")


async def test_a_model_that_is_exchanged_while_it_writes_is_let_go(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, *models, prompt="slow 5000") as (pilot, screen):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: all(o.began_at for o in screen.outputs.outputs), "both to write", 30)
        screen.take_model("B", "no-such/model")
        await until(pilot, lambda: "not in the local cache" in seen(pilot.app), "why the other cannot be used")
        assert screen.is_at_work, "A goes on"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not screen.is_at_work, "the end", 30)
        assert screen.outputs.outputs[1].stage is Stage.FAILED


async def test_settings_are_checked_as_they_are_typed_and_wrong_ones_ask_nothing(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        await pilot.press("escape", "s", "down", "end", "backspace", *"-1")
        await until(pilot, lambda: "temperature must be 0 to 100" in " ".join(seen(pilot.app).split()), "the sentence")
        await pilot.press("down", "ctrl+r")
        assert screen.outputs.outputs[0].stage is Stage.EMPTY
        assert "temperature must be 0 to 100" in notices(screen.workbench)
        await pilot.press("end", "backspace", "backspace", *"0.5", "enter")  # in the field that is wrong
        await finished(pilot, screen)
        check = screen.outputs.outputs[0].check
        assert check is not None
        assert check.check.settings["temperature"] == 0.5
        assert "temperature 0.5" in seen(pilot.app)


async def test_what_was_asked_is_searched_taken_up_and_asked_again(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        for letters in ("", "s"):
            await pilot.press(*letters, "ctrl+r")
            await until(pilot, lambda: f"CAT{letters.upper()}" in seen(pilot.app), "the text", 30)  # noqa: B023
            await finished(pilot, screen)
        await pilot.press("escape", "4")
        await until(pilot, lambda: "2 checks" in seen(pilot.app), "the history")
        await pilot.press("slash", *"cats", "enter")
        await until(pilot, lambda: "1 check with cats" in seen(pilot.app), "what was found")
        await pilot.press("enter")
        await until(pilot, lambda: screen.texts.editor.text == "cats", "the prompt")
        assert "CATS" in seen(pilot.app)
        await pilot.press("4", "r")
        await until(pilot, lambda: screen.is_at_work or screen.outputs.outputs[0].began_at is not None, "the wish", 30)
        await finished(pilot, screen)
        with open_read_only(store_file) as db:
            assert len(list_checks(db)) == 3


async def test_two_checks_of_the_history_are_compared_word_by_word(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, models[0], prompt="one cat") as (pilot, screen):
        for key in ("s", "!"):
            await pilot.press(key, "ctrl+r")
            await finished(pilot, screen)
        await pilot.press("escape", "4")
        await until(pilot, lambda: "2 checks" in seen(pilot.app), "the history")
        await pilot.press("space", "down", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChecksScreen), "both")
        await until(pilot, lambda: "they part after 8 characters" in seen(pilot.app), "where they part")
        assert "The prompts differ" in seen(pilot.app)
        await pilot.press("w")
        await until(pilot, lambda: "ONE CATS‹!›" in seen(pilot.app), "the words")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, PromptScreen)
        with open_for_writing(store_file) as db:  # as another interface may do
            delete_check(db, 2)
        await pilot.press("d")
        await until(pilot, lambda: "There is no generation check 2" in seen(pilot.app), "what is wrong")
        assert "one cats" in seen(pilot.app), "beside the checks that there are"


async def test_a_check_is_deleted_from_the_history_after_a_question(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, models[0], prompt="one cat") as (pilot, screen):
        for key in ("s", "!"):
            await pilot.press(key, "ctrl+r")
            await finished(pilot, screen)
        await pilot.press("escape", "4")
        await until(pilot, lambda: "2 checks" in seen(pilot.app), "the history")
        await pilot.press("down", "space", "x")
        await until(pilot, lambda: "of: one cats? It" in seen(pilot.app), "the question")
        await pilot.press("n", "x", "y")
        await until(pilot, lambda: "1 check," in seen(pilot.app), "the rest")
        await pilot.press("d")
        await until(pilot, lambda: "Mark a check with space" in seen(pilot.app), "that its mark is gone, too")
        with open_read_only(store_file) as db:
            assert [stored.check.prompt for stored in list_checks(db)] == ["one cats!"]


async def test_it_opens_as_it_was_left(store_file: Path, models: tuple[str, str], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    async with asked(store_file, *models, memory=Memory(state, store_file)) as (pilot, _):
        await pilot.press(*"cat")
    app = make_app(store_file, samples=(), memory=Memory(state, store_file))
    async with opened(app, (120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, PromptScreen), "the screen, by itself")
        assert isinstance(app.screen, PromptScreen)
        assert app.screen.texts.editor.text == "cat"
        assert app.screen.models == {"A": models[0], "B": models[1]}


async def test_a_store_that_is_only_read_keeps_nothing_and_says_so(store_file: Path, models: tuple[str, str]) -> None:
    async with asked(store_file, models[0], prompt="cat", read_only=True) as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        assert "CAT" in seen(pilot.app)
        assert "Not kept in the history" in seen(pilot.app)
        with open_read_only(store_file) as db:
            assert list_checks(db) == []


async def test_texts_are_copied_and_written_to_a_file_and_models_unloaded(
    store_file: Path, models: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        await pilot.press("escape", "y")
        assert pilot.app.clipboard == "CAT"
        await pilot.press("e")
        monkeypatch.chdir(tmp_path)
        await pilot.press("ctrl+u", *"out.txt", "enter")
        await until(pilot, lambda: (tmp_path / "out.txt").exists(), "the file")
        assert "CAT" in (tmp_path / "out.txt").read_text()
        await pilot.press("u")
        await until(pilot, lambda: "will be unloaded" in notices(screen.workbench), "the notice")
        await until(pilot, lambda: not running_generators(), "no process")


async def test_who_types_in_a_narrow_window_sees_how_to_ask_and_who_waits_how_to_stop(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="slow 5000", size=(40, 12)) as (pilot, screen):
        assert "ctrl+r ask" in keys_shown(pilot.app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "ctrl+s stop" in keys_shown(pilot.app), "the key")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not screen.is_at_work, "the end", 30)


async def test_tabs_are_turned_over_by_their_digits_without_typing_them(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        assert screen.is_typing, "at first one types at once"
        await pilot.press("escape", "4", "1", "2", "1", "3")
        await until(pilot, lambda: "enter scores it" in seen(pilot.app), "the third tab")
        assert screen.texts.editor.text == "cat"
        await pilot.press("p", "s")
        assert screen.texts.editor.text == "cats"


async def test_the_other_tabs_are_about_the_prompt_as_it_stands_there_also_after_another_one_was_sent(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        for keys, size in ((("escape", "3"), 3), (("p", "s", "escape", "3"), 4)):
            await pilot.press(*keys)
            await until(pilot, lambda size=size: f"the prompt, {size} B: enter scores it" in seen(pilot.app), "it")
        assert (screen.shown().prompt, screen.shown().at_hand) == ("cat", "cats")


async def test_the_focus_does_not_stay_in_settings_that_no_longer_fit(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="cat") as (pilot, screen):
        await pilot.press("escape", "s")
        await until(pilot, lambda: screen.is_typing, "the settings")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: screen.focused is screen.outputs.focus_target, "the outputs")


async def test_settings_that_stand_in_the_place_of_the_texts_make_way_for_them(
    store_file: Path, models: tuple[str, str]
) -> None:
    async with asked(store_file, models[0], prompt="cat", size=(80, 24)) as (pilot, screen):
        await pilot.press("escape", "s", "down", *"0.8", "enter")
        await finished(pilot, screen)
        await until(pilot, lambda: "CAT" in seen(pilot.app), "the text")


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_it_works_in_every_size_and_in_ascii(
    store_file: Path, models: tuple[str, str], size: tuple[int, int]
) -> None:
    async with asked(store_file, *models, prompt="cat\x1b[31m", size=size, signs=ASCII) as (pilot, screen):
        await pilot.press("ctrl+r")
        await finished(pilot, screen)
        await pilot.press("escape")
        for key in ("h", "l"):
            await pilot.press(key)
            assert "CAT" in seen(pilot.app)
        assert seen(pilot.app).isascii() or set(seen(pilot.app)) - set(map(chr, range(128))) == {"\u241b"}
        assert "\x1b" not in seen(pilot.app)
        await pilot.press("s")
        await until(pilot, lambda: "temperature" in seen(pilot.app), "the settings")
        await pilot.press("down", "down")
        await until(pilot, lambda: "Draws from so many" in seen(pilot.app), "what the third field means")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, PromptScreen), "out of the settings first"
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, PromptScreen)


async def test_a_run_of_a_language_model_is_asked_from_its_own_screen(store_file: Path) -> None:
    with open_for_writing(store_file) as db:
        run = add(db, "small", model="gpt2-tiny", dataset="docstrings", task="language-modelling")
        os.close(begin(db, run))
        end(db, run)
    app = make_app(store_file, samples=())
    async with opened(app, (120, 36)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and app.page.detail is not None, "the run")
        await until(pilot, lambda: "p prompt" in keys_shown(app), "the key")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen), "the screen")
        assert isinstance(app.screen, PromptScreen)
        assert app.screen.models["A"] == f"run:{run.id}"


async def test_runs_of_language_models_are_asked_from_the_dashboard_the_chosen_one_or_the_marked_two(
    store_file: Path,
) -> None:
    with open_for_writing(store_file) as db:
        for name, task in (("net", "classification"), ("small", "language-modelling"), ("large", "language-modelling")):
            run = add(db, name, task=task)
            os.close(begin(db, run))
            end(db, run)
    app = make_app(store_file, samples=())
    async with opened(app, (120, 36)) as pilot:
        for keys, models in (((), ("run:3", "")), (("space", "down", "space", "down"), ("run:3", "run:2"))):
            await pilot.press(*keys)
            await until(pilot, lambda keys=keys: app.page.b is not None or not keys, "the marks")
            await pilot.press("p")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen), "the screen")
            assert isinstance(app.screen, PromptScreen)
            assert (app.screen.models["A"], app.screen.models["B"]) == models
            await pilot.press("escape", "escape")
            await until(pilot, lambda: app.screen is app.dashboard, "the dashboard")
