"""The tab of tokens: each with its probability by number, shade and sign; alternatives; who would have said it."""

import asyncio
import threading
from pathlib import Path

import pytest
from rich.cells import cell_len
from screens_pilot import keys_shown, seen, until
from screens_prompt_fixtures import RuleModel, prompt_opened, shown_of

from screens.pieces import plain, width_of
from screens.prompt.token_flow import FlowRow, lay_out, nearest, row_lines, row_of
from screens.prompt.token_lines import legend, place_lines, summary_lines
from screens.prompt.token_reading import Passage, ReadPassage, passages_of, read_passage
from screens.prompt.token_signs import (
    TokenFigure,
    long_percent,
    shade,
    short_number,
    short_percent,
    token_words,
    visible,
)
from screens.signs import ASCII, UNICODE, Signs
from workbench.errors import OutOfMemory
from workbench.generation.token_views import Alternative, TextView, TokenView

TEXT = " the cat\nsat on a mat."
A = RuleModel("gpt2", cut=3, bits=(0.1, 1.5, 4.2, 9.0))
B = RuleModel("org/tiny", cut=5, bits=(0.5, 2.0))


def read(*models: RuleModel, text: str = TEXT, author: str = "A") -> ReadPassage:
    passage = Passage("the text of A", "x", text, author, (1, 2))
    views = tuple(model.view(text, is_mine=letter == author) for letter, model in zip("AB", models, strict=False))
    return ReadPassage(passage, tuple("AB"[: len(models)]), views)


def text_of(rows: list[FlowRow], found: ReadPassage, signs: Signs = UNICODE) -> list[str]:
    return [plain(line) for row in rows for line in row_lines(row, 0, found.letters, signs)]


# Signs and figures.


@pytest.mark.parametrize(
    ("text", "unicode", "ascii_only"),
    [
        (" a b", "·a·b", "_a_b"),
        ("\n\t\r", "↵→␍", "\\n\\t\\r"),
        ("\x1b[31m\x07", "<1B>[31m<07>", "<1B>[31m<07>"),
        ("\u200b\u202e\ud800", "<200B><202E><D800>", "<200B><202E><D800>"),
        ("é🙂", "é🙂", "é🙂"),
    ],
)
def test_what_no_terminal_shows_is_shown_by_signs(text: str, unicode: str, ascii_only: str) -> None:
    assert (visible(text, UNICODE), visible(text, ASCII)) == (unicode, ascii_only)


def test_a_token_that_is_no_text_is_shown_by_its_bytes_or_by_its_name() -> None:
    part = TokenView(1, "", 0, 0.5, 1, 1, 0, (), "\ufffd", "f09f")
    last = TokenView(1, "🙂", 0, 0.5, 1, 1, 0, (), "\ufffd", "9982")
    end = TokenView(1, "", 0, 0.5, 1, 1, 0, (), "<|end|>")
    assert [token_words(token, UNICODE) for token in (part, last, end)] == ["<F09F>", "🙂", "<|end|>"]
    assert token_words(last, UNICODE, alone=True) == "<9982>"
    assert token_words(Alternative(1, "\ufffd", 0.1, "e2"), ASCII) == "<E2>"
    assert token_words(Alternative(50_300, "", 0.1), ASCII) == "<#50300>", "of a vocabulary that is padded"


def test_figures_are_short_and_tell_tiny_ones_from_none() -> None:
    assert [short_percent(p) for p in (1.0, 0.9996, 0.42, 0.0994, 0.004, 0.0001, None)] == [
        *("100", "100", "42", "9.9", "0.4", "<.1", "-")
    ]
    assert [short_number(value) for value in (3, 2.345, 123.4, 12_345, float("inf"), None)] == [
        *("3", "2.3", "123", "12k", "inf", "-")
    ]
    assert [long_percent(p) for p in (0.5, 0.042, 1e-9, 0.0)] == ["50.0%", "4.2%", "1.0e-07%", "0%"]
    assert [shade(p, UNICODE) for p in (0.001, 0.05, 0.2, 0.6, 0.95, None)] == [" ", "░", "▒", "▓", "█", " "]
    assert shade(0.95, ASCII) == "#"


# The layout.


def test_each_token_has_its_probability_below_it_by_shade_and_number() -> None:
    found = read(A)
    rows = lay_out(found, TokenFigure.PROBABILITY, 40, UNICODE)
    text, figures = text_of(rows, found)[:2]
    assert text.split() == ["·th", "e·c", "at↵"]
    assert figures.split() == ["█93", "▒35", "░5.4"]
    for cell in rows[0].cells:
        assert text[cell.x :].startswith(cell.text)
    bits = text_of(lay_out(found, TokenFigure.BITS, 40, UNICODE), found)[1]
    assert bits.split() == ["█0.1", "▒1.5", "░4.2"]
    assert text_of(lay_out(found, TokenFigure.RANK, 40, UNICODE), found)[1].split() == ["█1", "▒2", "░3"]
    assert text_of(lay_out(found, TokenFigure.ENTROPY, 40, UNICODE), found)[1].split() == ["█3.2", "▒3.2", "░3.2"]


def test_two_models_meet_where_their_tokens_do_and_the_likelier_has_a_sign() -> None:
    found = read(A, B, text="abcdefghijklmno" + "xyz")
    lines = text_of(lay_out(found, TokenFigure.BITS, 60, ASCII), found, ASCII)
    assert lines[0].split() == ["abcdefghijklmno", "xyz", "<|end|>"]
    assert lines[1].split() == ["A", "14.9", ":1.5", "*1"]
    assert lines[2].split() == ["B", ":3+", ":2", "-"], "B has no token where A ends its text"


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [8, 38, 78, 118, 198])
@pytest.mark.parametrize("models", [(A,), (A, B)])
def test_everything_keeps_to_its_width_and_height(models: tuple[RuleModel, ...], width: int, signs: Signs) -> None:
    found = read(*models, text=TEXT * 3 + "\t🙂" + "w" * 30)
    rows = lay_out(found, TokenFigure.PROBABILITY, width, signs)
    cells = [cell for row in rows for cell in row.cells]
    assert [cell.index for cell in cells] == list(range(len(found.stretches)))
    assert all(cell.x + cell.width <= max(width, 10) for cell in cells)
    for index in range(len(found.stretches)):
        assert any(cell.index == index for cell in rows[row_of(rows, index)].cells)
        for height in (1, 2, 5, 12):
            assert len(place_lines(found, index, width, height, signs)) <= max(height, 2)
    if width >= 38:
        around = [*summary_lines(found, width, 4, signs), *place_lines(found, 1, width, 9, signs)]
        assert all(width_of(line) <= width for line in around)
        assert cell_len(legend(TokenFigure.RANK, 2, width, signs)) <= width
    assert "twice as likely" in legend(TokenFigure.PROBABILITY, 2, 78, UNICODE), "also in the usual width"
    for row in rows:
        assert nearest(row, row.cells[-1].x) == row.cells[-1].index


def test_the_whole_is_told_in_bits_a_byte_and_by_who_would_have_said_it() -> None:
    found = read(A, B)
    lines = [plain(line) for line in summary_lines(found, 100, 4, UNICODE)]
    a, b = found.views
    assert f"{a.bits / 22:.2f} bits/byte" in lines[0]
    assert f"perplexity {a.perplexity:.1f}" in lines[0]
    assert f"{len(b.tokens)} tokens · 22 bytes" in lines[1]
    common = sum(token.bits for token in a.tokens[:-1])
    assert found.bits_in_common == pytest.approx((common, b.bits))
    assert lines[2] == f"Who would have said this: B, in {common - b.bits:.1f} bits less than A."
    alike = [plain(line) for line in summary_lines(read(A, A), 100, 4, UNICODE)]
    assert "either" in alike[2]
    failed = ReadPassage(found.passage, ("A",), (a,), (("B", "There is not enough memory."),))
    assert "B  There is not enough memory." in plain(summary_lines(failed, 60, 3, UNICODE)[0])


def test_of_a_place_the_alternatives_are_told_and_the_token_among_them_marked() -> None:
    lines = [plain(line) for line in place_lines(read(A), 1, 76, 6, UNICODE)]
    assert lines[0].split() == ["e·c", "2", "of", "9"]
    assert lines[1] == "A  35.4% · 1.5 bits · rank 2 · entropy 3.2 bits"
    assert lines[2].split()[:3] == ["1", "·word0", "50.0%"]
    assert lines[3].startswith("› 2 e·c")
    several = [plain(line) for line in place_lines(read(A, B), 0, 76, 6, UNICODE)]
    assert "tokens: ·th 93" in several[1]


def test_what_there_is_to_read_is_each_text_and_then_the_prompt() -> None:
    shown = shown_of("Once", A, B, texts=(TEXT, "no"))
    assert [(one.words, one.prompt, one.text) for one in passages_of(shown)] == [
        ("the text of A", "Once", TEXT),
        ("the text of B", "Once", "no"),
        ("the prompt", "", "Once"),
    ]
    assert [one.words for one in passages_of(shown_of("", A, B, texts=(TEXT,)))] == ["the text of A"]


def test_of_what_is_very_long_the_beginning_is_read_and_it_is_said() -> None:
    made, prompt = passages_of(shown_of("é" * 9_000, A, texts=("x" * 3_000,)))
    assert (len(made.ids), made.cut) == (2_048, "The first 2,048 of 3,000 tokens; the rest is not read here.")
    assert (len(prompt.text), prompt.cut) == (8_192, "The first 8,192 of 9,000 characters; the rest is not read here.")
    assert [one.cut for one in passages_of(shown_of("Once", A, texts=(TEXT,)))] == ["", ""]


def test_the_author_reads_its_own_tokens_and_the_other_the_same_characters() -> None:
    a, b = RuleModel("a"), RuleModel("b", error=OutOfMemory("There is not enough memory. Unload another."))
    models = shown_of("Once", b, a, texts=(None, TEXT)).models  # type: ignore[arg-type]
    (passage, _) = passages_of(shown_of("Once", b, a, texts=(None, TEXT)))  # type: ignore[arg-type]
    said: list[str] = []
    found = read_passage(passage, models, threading.Event(), said.append)
    assert found is not None
    assert a.asked[0]["ids"] == tuple(range(len(TEXT)))
    assert (b.asked[0]["ids"], b.asked[0]["text"], b.asked[0]["prompt"]) == (None, TEXT, "Once")
    assert (found.letters, found.problems) == (("B",), (("A", "There is not enough memory. Unload another."),))
    assert said == [
        "Model B reads the text of B.",
        "Loading a on cpu.",
        "Model A reads the text of B.",
        "Loading b on cpu.",
    ]


# The tab.


async def test_a_prompt_whose_beginning_is_read_says_so(tmp_path: Path) -> None:
    async with prompt_opened(tmp_path / "w.db", shown_of("ab " * 4_000, A), (80, 24)) as (_, pilot):
        await pilot.press("2", "t")
        await until(pilot, lambda: "The first 8,192 of 12,000 characters" in seen(pilot.app), "what is read")


async def test_a_cursor_goes_over_the_tokens_and_the_alternatives_follow_it(tmp_path: Path) -> None:
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", A, texts=(TEXT,)), (80, 24)) as (screen, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "·th  1 of 9" in seen(pilot.app), "the first token")
        await pilot.press("l", "right")
        assert "at↵  3 of 9" in seen(pilot.app)
        assert "rank 3" in seen(pilot.app)
        await pilot.press("j")
        assert "·a·  6 of 9" in seen(pilot.app), "the token below"
        await pilot.press("k", "h")
        assert "e·c  2 of 9" in seen(pilot.app)
        await pilot.press("n")
        assert "at↵  3 of 9" in seen(pilot.app), "the next unlikely one"
        await pilot.press("G")
        assert "<|end|>  9 of 9" in seen(pilot.app)
        await pilot.press("g", "g", "f")
        assert "1 of 9" in seen(pilot.app)
        assert "surprisal in bits" in seen(pilot.app)
        assert "f figure" in keys_shown(pilot.app)
        assert screen.still.models[0].generator.asked[0]["top"] == 12  # type: ignore[attr-defined]


async def test_texts_are_turned_by_key_and_read_once(tmp_path: Path) -> None:
    a, b = RuleModel("a"), RuleModel("b", cut=4)
    async with prompt_opened(tmp_path / "w.db", shown_of("Once upon", a, b, texts=(TEXT, "no no")), (120, 36)) as (
        screen,
        pilot,
    ):
        await pilot.press("2")
        await until(pilot, lambda: "Who would have said this" in seen(pilot.app), "the text of A")
        await pilot.press("t", "t")
        await until(pilot, lambda: "Onc" in seen(pilot.app), "the prompt itself")
        assert [asked["text"] for asked in b.asked] == [TEXT, "no no", "Once upon"]
        await pilot.press("T", "T")
        await until(pilot, lambda: "·th" in seen(pilot.app), "the text of A again")
        assert len(a.asked) == len(b.asked) == 3
        screen.change(shown_of("Once upon", a, b, texts=("another one",)))
        await until(pilot, lambda: "ano" in seen(pilot.app), "another text")


async def test_without_a_text_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    a = RuleModel("a")
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", a)) as (screen, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "t reads the prompt itself" in seen(pilot.app), "what there is to do")
        assert a.asked == []
        await pilot.press("t")
        await until(pilot, lambda: "Onc  1 of 2" in seen(pilot.app), "the prompt")
        screen.change(shown_of("Once"))
        await until(pilot, lambda: "No model is chosen yet" in seen(pilot.app), "no model")


async def test_what_is_waited_for_and_what_went_wrong_is_said(tmp_path: Path) -> None:
    hold = threading.Event()
    slow = RuleModel("slow", hold=hold, error=OutOfMemory("There is not enough memory. Use a smaller model."))
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", slow, texts=(TEXT,)), (60, 20)) as (_, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "Loading slow on cpu." in seen(pilot.app), "what is waited for")
        hold.set()
        await until(pilot, lambda: "There is not enough memory." in seen(pilot.app), "what went wrong")


async def test_leaving_stops_the_model(tmp_path: Path) -> None:
    hold = threading.Event()
    slow = RuleModel("slow", hold=hold)
    async with prompt_opened(tmp_path / "w.db", shown_of("Once", slow, texts=(TEXT,))) as (_, pilot):
        await pilot.press("2")
        await until(pilot, lambda: bool(slow.asked), "the question")
        await pilot.press("escape")
        await asyncio.sleep(0)
        await until(
            pilot,
            lambda: all(worker.group != "engine" or worker.is_finished for worker in pilot.app.workers),
            "the end",
        )
    assert not hold.is_set()


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_it_is_whole_in_every_size_and_in_ascii(tmp_path: Path, size: tuple[int, int]) -> None:
    shown = shown_of("Once", A, B, texts=(TEXT,))
    async with prompt_opened(tmp_path / "w.db", shown, size, signs=ASCII) as (_, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "bits/byte" in seen(pilot.app) and "_the" in seen(pilot.app), "the text")
        assert seen(pilot.app).isascii()
        await pilot.press("l")
        assert "bits" in seen(pilot.app)


def test_a_view_without_tokens_is_no_trouble() -> None:
    empty = ReadPassage(Passage("the text of A", "", ""), ("A",), (TextView("", ()),))
    assert lay_out(empty, TokenFigure.RANK, 40, UNICODE) == []
    assert place_lines(empty, 0, 40, 5, UNICODE) == []
    assert "n/a bits/byte" in plain(summary_lines(empty, 60, 2, UNICODE)[0])
