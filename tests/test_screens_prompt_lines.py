"""The generation screen without an app: wrapping, marks, figures, settings as they are typed, what is remembered."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from generation_fixtures import write_model
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from screens_fixtures import add

from screens.pieces import Piece, plain, width_of
from screens.prompt.export import export_text
from screens.prompt.head import HeadModel, head_lines
from screens.prompt.history_rows import check_line, columns_of
from screens.prompt.models import Candidate, Loaded, complete_path, describe, narrowed
from screens.prompt.output import Output, OutputStream, Stage, output_of
from screens.prompt.output_lines import Marks, figure_words, parting_of, text_lines
from screens.prompt.pair_lines import asked_lines, differing_settings, figure_line
from screens.prompt.remembered import Remembered
from screens.prompt.settings_texts import DEFAULTS, parse_stops, read_texts, settings_words, write_stops, write_texts
from screens.prompt.words import diff_words
from screens.prompt.wrapping import wrapped
from screens.signs import ASCII, UNICODE
from store.database import open_for_writing
from store.folders import run_folder
from store.generation_checks import CheckText, NewCheck, StoredCheck
from workbench.generation.checks import Check
from workbench.generation.events import Finished, Started, StopReason
from workbench.generation.events import Piece as MorePiece
from workbench.generation.settings import GenerationSettings
from workbench.inert import inert_lines


def a_check(text: str = "a fox", **changes: Any) -> Check:
    made = CheckText(text, (1, 2), "length", ttft_s=0.25, tokens_per_s=41.5, p50_ms=24.1, p95_ms=31.0)
    values: dict[str, Any] = {
        "at": 1.0,
        "source": "gpt2",
        "weights": "w",
        "device": "cpu",
        "prompt": "The",
        "settings": GenerationSettings().to_json(),
        "prompt_tokens": 1,
        "texts": (made,),
    }
    return Check(NewCheck(**values | changes), 7)


# Wrapping.


_ANY_CHARACTER = st.characters() | st.sampled_from("\u0301\u200d\ufe0f❤👩世 ")


@given(st.text(_ANY_CHARACTER, max_size=80), st.integers(2, 30))
def test_a_wrapped_text_fits_and_holds_every_character_but_the_blanks_at_which_it_is_cut(text: str, width: int) -> None:
    lines = wrapped([Piece(text)], width)
    assert all(width_of(line) <= width for line in lines)
    kept = inert_lines(text).replace("\n", "").replace(" ", "")
    assert "".join(map(plain, lines)).replace(" ", "") == kept


def test_a_word_that_no_line_has_room_for_begins_behind_the_one_before_it() -> None:
    for text, shown in (
        ("a 世界世界世界", ["a 世界", "世界世", "界"]),
        ("ab cdefghi j", ["ab cde", "fghi j"]),
        ("ab cdef g", ["ab", "cdef g"]),
    ):
        assert [plain(line) for line in wrapped([Piece(text)], 6)] == shown


def test_what_is_drawn_on_a_character_or_joined_to_it_takes_no_room_and_is_not_parted_from_it() -> None:
    family = "👩\u200d👩\u200d👧\u200d👦"
    lines = wrapped([Piece("e\u0301" * 7 + family * 2)], 4)
    assert [plain(line) for line in lines] == ["e\u0301" * 4, "e\u0301" * 3, family * 2]


def test_blanks_that_a_model_made_stay_and_its_control_characters_do_nothing() -> None:
    lines = wrapped([Piece("if x:\n    y  = 1\x1b[31m")], 40)
    assert [plain(line) for line in lines] == ["if x:", "    y  = 1␛[31m"]


def test_a_marked_stretch_keeps_its_kind_across_lines() -> None:
    lines = wrapped([Piece("one two ", "a"), Piece("three", "b")], 7)
    assert lines == [(Piece("one two", "a"),), (Piece("three", "b"),)]


# Marks.


@pytest.mark.parametrize(
    ("text", "place"), [("a fo", None), ("a fa", 3), ("", None)], ids=["not as far", "another", "not begun"]
)
def test_a_text_that_is_not_whole_parts_from_another_only_where_it_differs(text: str, place: int | None) -> None:
    whole = output_of("A", a_check("a fox"))
    for stage in (Stage.WRITING, Stage.FAILED):
        assert parting_of(whole, Output("B", "gpt2", stage, parts=(text,)), 0) == place
    assert parting_of(whole, output_of("B", a_check("a fo")), 0) == 4, "a whole one ends there"


def test_the_place_where_texts_part_is_marked_by_a_sign_for_those_who_see_no_colours() -> None:
    output = output_of("B", a_check("a fox"))
    for signs in (UNICODE, ASCII):
        (line,) = text_lines(output, 0, Marks(parting=2), 40, signs)
        assert plain(line) == f"a {signs.cursor}fox"
        assert line[0].kind == "secondary"


def test_words_that_only_one_text_has_stand_between_signs() -> None:
    diff = diff_words("the red fox runs", "the fox ran")
    (line,) = text_lines(output_of("A", a_check("the red fox runs")), 0, Marks(0, diff.a), 40, ASCII)
    assert plain(line) == "the <red> fox <runs>"


@given(st.text("ab ,.", max_size=30), st.text("ab ,.", max_size=30))
def test_what_word_diffs_leave_unmarked_is_the_same_in_both_texts(a: str, b: str) -> None:
    diff = diff_words(a, b)

    def common(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        inside = {place for start, end in spans for place in range(start, end)}
        return "".join(letter for place, letter in enumerate(text) if place not in inside)

    assert common(a, diff.a) == common(b, diff.b)


def test_an_error_stands_in_the_place_of_the_text_below_what_was_made() -> None:
    output = Output("A", "gpt2", Stage.FAILED, words="Out of \x1b[1mmemory.", parts=("half",), tokens=(1,))
    lines = [plain(line) for line in text_lines(output, 0, Marks(), 40, UNICODE)]
    assert lines == ["half", "", "✗ Out of memory."]


# Streams and figures.


def test_a_stream_takes_pieces_of_several_samples_and_snapshots_what_there_is() -> None:
    woken: list[str] = []
    stream = OutputStream("A", "gpt2", lambda: woken.append(stream.snapshot().stage))
    stream.begin(was_loaded=False)
    stream.say("Loading gpt2 on cpu.")
    assert stream.snapshot().words == "Loading gpt2 on cpu."
    stream.hear(Started(5, sample=0))
    stream.hear(MorePiece("ab", 0, 1, sample=1))
    stream.hear(MorePiece("cd", 2, 2, sample=1))
    output = stream.snapshot()
    assert (output.stage, output.parts, output.tokens) == (Stage.WRITING, ("", "abcd"), (0, 2))
    assert output.prompt_tokens == 5
    assert output.load_s is not None
    assert woken[-1] == Stage.WRITING
    stream.hear(Finished("abcd!", (1, 2, 3), StopReason.EOS, 5, 0, 0.1, 9.0, 1.0, 2.0, sample=1))
    assert stream.snapshot().text_of(1) == "abcd!"
    stream.finish(a_check())
    assert stream.snapshot().check == a_check()
    assert stream.snapshot().notes == ()


def test_what_was_unloaded_for_it_stays_to_be_known() -> None:
    stream = OutputStream("A", "gpt2", lambda: None)
    stream.say("Waiting for B to come to an end: A does not fit beside it.")
    stream.say("B was unloaded: A does not fit beside it.")
    stream.finish(None)
    assert stream.snapshot().notes == ("B was unloaded: A does not fit beside it.",)
    assert stream.snapshot().stage is Stage.STOPPED


def test_snapshots_while_another_thread_writes_are_beginnings_of_the_text() -> None:
    stream = OutputStream("A", "gpt2", lambda: None)
    stream.hear(Started(1))
    writer = threading.Thread(
        target=lambda: [stream.hear(MorePiece(f"{n},", 0, n)) for n in range(500)]  # type: ignore[func-returns-value]
    )
    writer.start()
    whole = "".join(f"{n}," for n in range(500))
    while writer.is_alive():
        assert whole.startswith(stream.snapshot().text_of(0) or "")
    assert stream.snapshot().text_of(0) == whole


def test_figures_say_tokens_times_and_why_it_ended_and_what_is_not_known() -> None:
    words = figure_words(output_of("A", a_check()), 0)
    assert words[:6] == [
        "2 new tokens",
        "all that were asked for",
        "41.5 tokens/s",
        "first after 250 ms",
        "p50 24.1 ms",
        "p95 31.0 ms",
    ]
    unknown = a_check(texts=(CheckText("x", (1,), "eos", near_tie={"step": 3, "margin": 0.0, "bound": 0.1}),))
    words = figure_words(output_of("A", unknown), 0)
    assert "n/a tokens/s" in words
    assert "1 new token" in words
    assert "near a tie at token 4" in words
    assert not any("decoded" in word for word in words)
    assert "decoded with a CUDA graph" in figure_words(output_of("A", a_check(environment={"decoding": "graph"})), 0)


def test_what_compiling_took_is_told_and_is_no_part_of_the_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    stream = OutputStream("A", "gpt2", lambda: None)
    stream.begin(was_loaded=False)
    clock[0] = 103.0
    stream.say("Compiling the steps of gpt2.")
    assert stream.snapshot().words == "Compiling the steps of gpt2."
    clock[0] = 143.0
    stream.say("Compiled in 40.0 s: it does not pay.")
    stream.hear(Started(1))
    assert stream.snapshot().load_s == 3.0
    assert stream.snapshot().notes == ("Compiled in 40.0 s: it does not pay.",)


# Settings.


def test_settings_are_read_as_they_are_typed_and_what_is_empty_is_the_default() -> None:
    chosen, problems = read_texts({"temperature": "0.8", "samples": "2", "top_k": "", "stop": r"\n\n,END", "seed": "7"})
    assert not problems
    assert chosen is not None
    assert chosen.settings == GenerationSettings(temperature=0.8, samples=2, stop=("\n\n", "END"), seed=7)
    words = settings_words(chosen.settings)
    assert words == ["64 tokens", "temperature 0.8", "2 samples", "seed 7", "2 stop strings"]


@pytest.mark.parametrize(
    ("texts", "field", "words"),
    [
        ({"max_new_tokens": "0"}, "max_new_tokens", "must be 1 to"),
        ({"top_p": "x"}, "top_p", "must be a number"),
        ({"samples": "3"}, "samples", "temperature above 0"),
        ({"stop": ",".join("abcdefghijklmnopq")}, "stop", "At most 16"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(texts: dict[str, str], field: str, words: str) -> None:
    chosen, problems = read_texts(texts)
    assert chosen is None
    assert list(problems) == [field]
    assert words in problems[field]


@given(st.lists(st.text(min_size=1, max_size=5), max_size=4))
def test_stop_strings_are_read_as_they_are_written(stops: list[str]) -> None:
    assert parse_stops(write_stops(stops)) == tuple(stops)


def test_the_settings_of_a_check_are_typed_as_they_were() -> None:
    settings = GenerationSettings(max_new_tokens=9, temperature=0.7, top_p=0.9, stop=("a,b",), samples=3)
    chosen, _ = read_texts(write_texts(settings.to_json()))
    assert chosen is not None
    assert chosen.settings == settings
    assert write_texts({}) == {name: DEFAULTS[name] for name in write_texts({})}


# Models and the head.


def test_paths_are_completed_to_checkpoints_gguf_files_and_folders(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny")
    (tmp_path / "tools").mkdir()
    (tmp_path / "t.gguf").write_bytes(b"1234")
    (tmp_path / "text.txt").write_text("no model")
    offered = complete_path(f"{tmp_path}/t")
    assert [(one.name, one.is_step) for one in offered] == [
        (f"{tmp_path}/t.gguf", False),
        (f"hf:{tmp_path}/tiny", False),
        (f"{tmp_path}/tools/", True),
    ]
    assert complete_path("gpt") == []
    assert complete_path(f"{tmp_path}/missing/x") == []


def test_a_list_is_narrowed_by_words_and_offers_what_was_typed() -> None:
    known = [Candidate("gpt2-medium", "355M"), Candidate("gpt2", "124M"), Candidate("run:3", "mine: gpt2-tiny on x")]
    assert [one.name for one in narrowed(known, "gpt2")] == ["gpt2", "gpt2-medium", "run:3"]
    assert [one.name for one in narrowed(known, "mine tiny")] == ["run:3", "mine tiny"]


def test_the_model_of_a_run_is_described_by_the_run_s_name(tmp_path: Path) -> None:
    with open_for_writing(tmp_path / "s.db") as db:
        run = add(db, "night-shift", task="language-modelling")
    write_model(run_folder(tmp_path / "s.db", run.id) / "checkpoint" / "language")
    found, _ = describe(tmp_path / "s.db", "run:night-shift")
    assert found.name == f"run:{run.id}"
    assert found.words.startswith("night-shift, 1k parameters, F32")


def test_a_model_is_described_from_its_files_or_by_why_it_cannot_be_used(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny", 1000)
    found, generator = describe(tmp_path / "s.db", f"hf:{tmp_path}/tiny")
    assert found.words.startswith("1k parameters, F32")
    assert generator is not None
    found, generator = describe(tmp_path / "s.db", "hf:no-such/model")
    assert generator is None
    assert "not in the local cache" in found.words


@pytest.mark.parametrize("width", [38, 78, 118])
def test_the_head_fits_and_names_both_models(width: int) -> None:
    name = "hf:/data/checkpoints/a-rather-long-name-of-a-model"
    models = [
        HeadModel("A", name, Candidate(name, "124M parameters, F32"), Loaded(name, "cpu", 1000)),
        HeadModel("B", ""),
    ]
    for most in (1, 2):
        lines = head_lines(models, width, UNICODE, most=most)
        assert len(lines) <= most
        assert all(width_of(line) <= width for line in lines)
        assert "none" in "".join(map(plain, lines))


def test_of_a_loaded_model_less_is_told_before_its_name_or_a_word_is_cut() -> None:
    found = Candidate("hf:/models/a-small-one", "44.9k parameters, F32, 178 KiB")
    model = HeadModel("A", found.name, found, Loaded(found.name, "cpu", 180_000))
    for width, told in ((90, "44.9k parameters, F32, 178 KiB · loaded on cpu, 176 KiB"), (58, "loaded")):
        (line,) = head_lines([model], width, UNICODE, most=1)
        assert plain(line) == f"A  {found.name}  {told}"


# The history, its pairs, taking out, remembering.


def test_a_check_is_cut_only_where_no_other_column_leaves_room() -> None:
    short, long = "The cat", "word " * 60
    for prompt, text in ((short, long), (long, short), (long, long)):
        stored = StoredCheck(12, a_check(text, prompt=prompt).check)
        line = plain(check_line(stored, (None, None), columns_of([stored]), 120, UNICODE))
        assert len(line) == 120, "all of the room is used"
        assert " gpt2  " in line
        assert (f"  {short}" in line) == (short in (prompt, text)), "what is short is whole"


def test_two_checks_that_were_asked_otherwise_say_in_what() -> None:
    a = a_check().check
    b = a_check(prompt="A", settings=GenerationSettings(temperature=0.5, top_k=4).to_json(), device="cuda:0").check
    words = " ".join(plain(line) for line in asked_lines(a, b, 200, UNICODE))
    assert "The prompts differ" in words
    empty, long, longer = (a_check(prompt=prompt).check for prompt in ("", "word " * 900, "word " * 900 + "more"))
    assert "B: (empty)" in "\n".join(plain(line) for line in asked_lines(a, empty, 40, UNICODE))
    assert plain(asked_lines(long, longer, 40, UNICODE)[2]).endswith(" more"), "long ones from near where they differ"
    assert differing_settings(a, b) == ["temperature 0 and 0.5", "top k off and 4", "device cpu and cuda:0"]
    assert "Prompt: The" in " ".join(plain(line) for line in asked_lines(a, a, 200, UNICODE))
    assert differing_settings(a, a_check(environment={"decoding": "graph"}).check) == ["decoding eager and graph"]
    faster = CheckText("x", (1, 2), "eos", tokens_per_s=83.0)
    assert "tokens/s A 41.5, B 83.0 (+100%)" in plain(figure_line(a.texts[0], faster, UNICODE))


def test_texts_are_taken_out_as_they_were_made() -> None:
    outputs = [output_of("A", a_check("a \x1b[1mfox"))]
    assert "a \x1b[1mfox" in export_text("The", outputs, "txt")
    assert "## A: gpt2" in export_text("The", outputs, "md")
    assert "\nAsked for 64 tokens, greedy:\n2 new tokens, " in export_text("The", outputs, "txt")
    fenced = export_text("The", [output_of("A", a_check("```py\n1\n```"))], "md")
    assert "\n````\n```py\n1\n```\n````\n" in fenced, "nothing in the text ends its fence"
    others = [
        *outputs,
        output_of("B", a_check(prompt="A")),
        Output("C", "gpt2", Stage.FAILED, "Gone.", parts=("a f",), tokens=(1,)),
    ]
    found = export_text("The", others, "txt")
    assert [found.count(f"Prompt\n\n{prompt}\n") for prompt in ("The", "A")] == [2, 1], "each with its own prompt"
    assert found.endswith("\n\na f\n\nGone.\n1 new token\n"), "what failed with why"
    (document,) = json.loads(export_text("The", outputs, "json"))
    assert document["texts"][0]["tokens_per_s"] == 41.5
    assert document["id"] == 7


def test_what_is_remembered_comes_back_and_nonsense_is_passed_over() -> None:
    left = Remembered("a prompt", "gpt2", "run:3", {"seed": "4"}, ("gpt2",), 3).used("run:3", "", "gpt2")
    assert left.recent == ("run:3", "gpt2")
    assert Remembered.from_json(json.loads(json.dumps(left.to_json()))) == left
    assert (
        Remembered.from_json({"prompt": 3, "texts": {"no": "1", "seed": 4}, "tab": 99, "recent": "x"}) == Remembered()
    )


def test_no_line_is_wider_than_its_room() -> None:
    text = "日本語の文章 " * 10
    for width in (10, 25):
        lines = text_lines(output_of("A", a_check(text)), 0, Marks(3), width, UNICODE)
        assert max(cell_len(plain(line)) for line in lines) <= width
