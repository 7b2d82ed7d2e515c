"""The tab of perplexity: the prompt, a file or a pasted text under both models, unit by unit, with an interval."""

import json
import threading
from pathlib import Path

import pytest
from screens_pilot import keys_shown, seen, until
from screens_prompt_fixtures import RuleModel, prompt_opened, shown_of
from textual.events import Paste

from screens.pieces import plain, width_of
from screens.prompt.perplexity_lines import (
    UnitOrder,
    comparison_lines,
    figure_lines,
    recipe_lines,
    sorted_units,
    unit_head,
    unit_line,
)
from screens.prompt.perplexity_pane import PerplexityPane
from screens.prompt.perplexity_reading import ScoredByModels, score_by
from screens.signs import ASCII, UNICODE, Signs
from workbench.comparison import Options
from workbench.errors import OutOfMemory, UnusableData
from workbench.generation.scores import compare_scores
from workbench.language.scored_text import ScoredText, decode, read_file
from workbench.settings import Settings

A = RuleModel("gpt2", cut=4, bits=(0.2, 1.5, 4.2, 0.1, 9.7))
B = RuleModel("org/a-tiny-one", cut=4, bits=(1.1, 0.4, 2.7, 1.0, 3.3, 0.2, 2.2))
LONG = "".join(f"The {place} quick foxes, über und unter {place * place} hunde.\n" for place in range(600))


def scored(*models: RuleModel, text: str | tuple[str, ...] = LONG) -> ScoredByModels:
    found = score_by(
        ScoredText("a text", text), shown_of("x", *models).models, Settings(), lambda _: None, threading.Event()
    )
    assert found is not None
    return found


# What is read, and what comes of it.


def test_a_file_is_one_text_or_a_document_for_each_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Über\r\n".encode())
    text = read_file(str(tmp_path / "a.txt"))
    assert (text.text, text.n_bytes, text.unit) == ("Über\r\n", 7, "spans of 512 bytes")
    lines = [json.dumps({"text": "one", "more": "two"}), "", json.dumps({"text": "three", "more": "four"})]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    assert read_file(str(tmp_path / "a.jsonl")).text == ("one", "three")
    assert read_file(str(tmp_path / "a.jsonl"), "more").units == ["two", "four"]
    assert (text.unit_of(1), text.unit_of(2)) == ("span of 7 bytes", "spans of 512 bytes")
    for name, data, sentence in (
        ("b.txt", b"\xff\xfe", "is not UTF-8 text"),
        ("b.txt", b"", "holds no text"),
        ("b.jsonl", b'{"text": "a"}\n{"words": "b"}', "b.jsonl, line 2: there is no text in a field 'text'"),
        ("b.jsonl", b"[1", "line 1"),
    ):
        with pytest.raises(UnusableData, match=sentence):
            decode(name, data)
    with pytest.raises(UnusableData, match="cannot be read: No such file"):
        read_file(str(tmp_path / "none"))


def test_the_units_are_those_of_the_score_and_the_rows_those_of_the_engine() -> None:
    found = scored(A, B)
    assert "".join(unit.text for unit in found.units) == LONG
    for place, score in enumerate(found.scores):
        total = sum(unit.bits_per_byte[place] * len(unit.text.encode()) for unit in found.units)
        assert total == pytest.approx(score.figures["bits_per_byte"] * score.figures["bytes"])
    assert list(found.rows) == compare_scores(*found.scores, Options())
    assert found.rows[0].metric == "bits_per_byte"
    assert found.rows[0].delta_low is not None
    assert scored(A).rows == ()
    assert scored(A).units[0].difference is None


def test_units_are_sorted_by_the_size_of_the_difference_or_by_how_hard_they_are() -> None:
    units = scored(A, B).units
    by_difference = [abs(unit.difference or 0) for unit in sorted_units(units, UnitOrder.DIFFERENCE)]
    assert by_difference == sorted(by_difference, reverse=True)
    hardest = [sum(unit.bits_per_byte) for unit in sorted_units(units, UnitOrder.HARDEST)]
    assert hardest == sorted(hardest, reverse=True)
    assert sorted_units(units, UnitOrder.TEXT) == list(units)


def test_one_model_that_fails_leaves_the_figures_of_the_other() -> None:
    failing = RuleModel("huge", error=OutOfMemory("There is not enough memory. Use a smaller model."))
    found = scored(failing, B)
    assert (found.letters, found.rows) == (("B",), ())
    lines = [plain(line) for line in figure_lines(found, 78, UNICODE)]
    assert lines[1].startswith("B  org/a-tiny-one")
    assert lines[2] == "A  There is not enough memory. Use a smaller model."
    stop = threading.Event()
    stop.set()
    slow = RuleModel("slow", hold=threading.Event())
    assert score_by(ScoredText("a text", "x"), shown_of("x", slow).models, Settings(), lambda _: None, stop) is None


# The layout.


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [38, 78, 118, 198])
@pytest.mark.parametrize("models", [(A,), (A, B)])
def test_everything_keeps_to_its_width(models: tuple[RuleModel, ...], width: int, signs: Signs) -> None:
    found = scored(*models)
    lines = [*figure_lines(found, width, signs), *comparison_lines(found, width, 3, signs)]
    lines += [unit_head(found.letters, width), *(unit_line(unit, found.letters, width, signs) for unit in found.units)]
    lines += recipe_lines(found, width, 2, signs)
    assert all(width_of(line) <= width for line in lines)
    assert len(recipe_lines(found, width, 1, signs)) == 1
    if len(models) > 1:
        told = plain(comparison_lines(found, width, 1, signs)[0])
        assert ("B better" in told) or ("A better" in told) or ("unresolved" in told)
        assert ("[" in told) == (width >= 78)


def test_the_recipe_is_stated_once_where_both_have_the_same() -> None:
    words = " ".join(plain(line) for line in recipe_lines(scored(A, B), 200, 4, UNICODE))
    assert words.count("was predicted once, in windows of 1,024 tokens") == 1
    other = RuleModel("other", cut=7)
    words = " ".join(plain(line) for line in recipe_lines(scored(A, other), 200, 4, UNICODE))
    assert words.count("was predicted once") == 2
    assert "other tokenizers" in plain(comparison_lines(scored(A, other), 200, 3, UNICODE)[1])


# The tab.


async def test_the_prompt_is_scored_by_enter_and_a_short_one_gets_no_verdict(tmp_path: Path) -> None:
    async with prompt_opened(tmp_path / "w.db", shown_of("Once upon a time", A, B), (80, 24)) as (_, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "the prompt, 16 B: enter scores it" in seen(pilot.app), "what there is to do")
        assert A.asked == [] or A.asked[-1]["text"] != "Once upon a time"
        assert "enter score" in keys_shown(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: "unresolved" in seen(pilot.app), "the rows")
        assert "1 span of 16 bytes" in seen(pilot.app)
        assert seen(pilot.app).count("fewer than 30 units of text: no verdict") == 1, "once for all rows, and whole"


async def test_a_file_is_opened_by_its_path_and_scored_unit_by_unit(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(LONG)
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", A, B), (120, 36)) as (_, pilot):
        await pilot.press("3", "o", *str(tmp_path / "long.txt"), "enter")
        await until(pilot, lambda: "better" in seen(pilot.app), "the rows")
        assert "spans of 512 bytes, in the order of the text" in seen(pilot.app)
        assert "was predicted once" in seen(pilot.app)
        await pilot.press("i")
        await until(pilot, lambda: "those that differ most first" in seen(pilot.app), "the order")
        await pilot.press("v")
        await until(pilot, lambda: "the prompt, 4 B" in seen(pilot.app), "the prompt again")
        await pilot.press("o", *"/nowhere.txt", "enter")
        await until(pilot, lambda: "/nowhere.txt cannot be read: No such file" in seen(pilot.app), "what is wrong")
        await pilot.press("o", "escape")
        assert "o file" in keys_shown(pilot.app)


async def test_a_text_that_is_pasted_is_scored_whatever_it_holds(tmp_path: Path) -> None:
    async with prompt_opened(tmp_path / "w.db", shown_of("", A), (80, 24)) as (screen, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "The prompt is empty" in seen(pilot.app), "what there is to do")
        screen.query_one(PerplexityPane).units.post_message(Paste("one\r\r\n\x1b[31mtwo\ttabs\u202e"))
        await until(pilot, lambda: "one↵↵<1B>[31mtwo→tabs<202E>" in seen(pilot.app), "the unit, in lines as copied")
        assert "what was pasted" in seen(pilot.app)


async def test_it_says_how_far_it_is_and_stops_by_a_key(tmp_path: Path) -> None:
    slow = RuleModel("slow", hold=threading.Event())
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", slow), (80, 24), signs=ASCII) as (_, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "enter scores it" in seen(pilot.app), "the tab")
        await pilot.press("enter")
        await until(pilot, lambda: bool(slow.asked), "the question")
        await until(
            pilot,
            lambda: "A has scored 25% of 40 tokens." in seen(pilot.app) or "Loading" in seen(pilot.app),
            "how far",
        )
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped. Enter scores it again." in seen(pilot.app), "the end")
        assert seen(pilot.app).isascii()


async def test_a_file_is_named_while_it_is_scored_and_scored_again_after_a_stop(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Once more.")
    slow = RuleModel("slow", hold=threading.Event())
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", slow), (120, 36)) as (_, pilot):
        await pilot.press("3", "o", *str(tmp_path / "notes.txt"), "enter")
        await until(pilot, lambda: bool(slow.asked), "the question")
        await until(pilot, lambda: "notes.txt, 10 B" in seen(pilot.app), "the file's name")
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped. Enter scores it again." in seen(pilot.app), "the end")
        slow.asked.clear()
        await pilot.press("enter")
        await until(pilot, lambda: bool(slow.asked), "the question again")
        assert "notes.txt, 10 B" in seen(pilot.app)


@pytest.mark.parametrize("size", [(40, 12), (200, 60)])
async def test_it_is_whole_in_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with prompt_opened(tmp_path / "w.db", shown_of(LONG, A, B), size) as (_, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "the prompt, " in seen(pilot.app), "the tab")
        await pilot.press("enter")
        await until(pilot, lambda: "better" in seen(pilot.app), "the rows")
        assert "▌     1" in seen(pilot.app), "a unit"
        assert "Each of" in seen(pilot.app) or "A: each of" in seen(pilot.app), "the recipe"
