"""``generate``, ``perplexity``, ``checks``: stdout is the text alone, suites are tests, Ctrl-C ends the text only."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from generation_fixtures import FAKE_WORKER, cache_model, end_generators, fake_workers, write_model
from runs_fixtures import until

from store.database import open_read_only
from store.generation_checks import checks_of_suite_run, list_checks, list_suite_runs
from workbench.__main__ import main
from workbench.cli.streaming import TextPrinter
from workbench.generation.checks import place_words
from workbench.generation.client import running_generators
from workbench.generation.events import Finished, Piece, StopReason


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A model that answers in capitals."""
    with fake_workers(monkeypatch):
        yield f"hf:{write_model(tmp_path / 'tiny')}"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.jsonl"
    cases = [
        {"prompt": "the cat", "contains": ["CAT", "THE"]},
        {"prompt": "the dog", "equals": " THE DOG\n", "max_tokens": 9},
        {"prompt": "the fox", "regex": "^THE F"},
        {"prompt": "anything"},
    ]
    path.write_text("\n\n".join(map(json.dumps, cases)) + "\n")
    return path


def test_stdout_is_the_text_alone_and_stderr_the_rest(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", model, "the cat"]) == 0
    said = capsys.readouterr()
    assert said.out == "THE CAT\n"
    assert said.err.splitlines() == [
        f"Loading {model} on cpu.",
        "7 tokens (eos) after 7 of the prompt; first after 1.00 ms, n/a tokens/s, p50 n/a ms, p95 n/a ms. "
        "Kept as check 1.",
    ]


def test_the_prompt_may_come_from_stdin_and_everything_as_json(
    model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("the\ncat\n"))
    assert main(["generate", model, "-", "--seed", "7", "--temperature", "0.5", "--stop", "\n", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["model"], document["prompt"]) == (1, model, "the\ncat")
    assert (document["seed"], document["settings"]["temperature"], document["settings"]["stop"]) == (7, 0.5, ["\n"])
    assert [(text["text"], text["reason"]) for text in document["texts"]] == [("THE\nCAT", "eos")]


def test_two_models_follow_each_other_and_it_is_said_where_they_part(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = f"hf:{write_model(tmp_path / 'other')}"
    assert main(["generate", model, "the cat", "--against", other]) == 0
    said = capsys.readouterr()
    assert said.out == "THE CAT\nTHE CAT\n"
    assert said.err.splitlines()[-1] == "The texts are the same."
    assert main(["generate", model, "the dog"]) == 0
    assert main(["checks", "1", "3"]) == 0
    said = capsys.readouterr()
    assert said.out.endswith("THE CAT\nTHE DOG\n")
    assert "They were asked different questions" in said.err
    assert "The texts part after 4 characters: A goes on with 'CAT', B with 'DOG'." in said.err
    assert [place_words(at) for at in (0, 1, 1_200)] == ["at once", "after 1 character", "after 1,200 characters"]


def test_a_suite_that_passes_is_kept_as_one(
    model: str, suite: Path, store_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", model, "--file", str(suite)]) == 0
    said = capsys.readouterr()
    assert "3 of 3 passed; of 1 nothing was expected." in said.err
    rows = [line.split()[:2] for line in said.out.splitlines()[1:]]
    assert rows == [["1", "pass"], ["3", "pass"], ["5", "pass"], ["7", "-"]]
    with open_read_only(store_file) as db:
        (run,) = list_suite_runs(db)
        checks = [stored.check for stored in checks_of_suite_run(db, run.id)]
    assert (run.name, run.total, run.passed) == ("prompts.jsonl", 4, 4)
    assert [(check.line, check.passed) for check in checks] == [(1, True), (3, True), (5, True), (7, None)]
    assert [check.settings["max_new_tokens"] for check in checks] == [64, 9, 64, 64]


def test_a_suite_that_fails_exits_with_1_and_says_why(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text('{"prompt": "cat", "contains": ["DOG", "CAT"], "regex": "x"}\n{"prompt": "cat", "equals": "cat"}')
    assert main(["generate", model, "--against", model, "--file", str(path), "--json"]) == 1
    a, b = json.loads(capsys.readouterr().out)["models"]
    assert (a["passed"], a["total"]) == (b["passed"], b["total"]) == (0, 2)
    assert [check["faults"] for check in a["checks"]] == [
        ["'DOG' is not in it", "'x' does not match"],
        ["it is not 'cat'"],
    ]
    assert main(["generate", model, "--file", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[2].split(maxsplit=3)[3].rstrip() == "it is not 'cat': 'CAT'"
    assert f"{model}: 0 of 2 passed." in said.err


def test_a_line_of_a_suite_ends_at_its_line_break_alone(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text('{"prompt": "one\u2028two\u0085three"}\r\n{"prompt": "cat"}\r\n', encoding="utf-8")
    assert main(["generate", model, "--file", str(path), "--json"]) == 0
    (asked,) = json.loads(capsys.readouterr().out)["models"]
    assert [check["prompt"] for check in asked["checks"]] == ["one\u2028two\u0085three", "cat"]


def test_everything_wrong_with_a_suite_is_said_by_line_and_nothing_is_asked(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    lines = [
        '{"prompt": "x", "contain": "y"}',
        "nonsense",
        '{"prompt": "x"}',
        '{"prompt": "x", "regex": "("}',
        '{"prompt": 5}',
    ]
    path.write_text("\n".join([*lines, '{"prompt": "x", "max_tokens": 0}', "[]"]))
    assert main(["generate", model, "--file", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.partition(":")[0] for line in said.err.splitlines()[1:]] == [f"Line {n}" for n in (1, 2, 4, 5, 6, 7)]
    assert "Did you mean 'contains'?" in said.err
    assert running_generators() == []


def test_wrong_use_is_a_sentence(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (["generate", model], "needs a prompt"),
        (["generate", model, "x", "--top-p", "3"], "top_p must be above 0, up to 1, not 3."),
        (["generate", "hf:" + str(tmp_path / "none"), "x"], "There is no folder"),
        (["generate", model, "x", "--samples", "2"], "Set a temperature above 0"),
        (["generate", model, "x", "--file", "y"], "Give either a prompt or --file"),
        (["generate", "run:9", "x"], "There is no store at"),
        (["perplexity", model, str(tmp_path / "none.txt")], "cannot be read: No such file"),
    ):
        main(words)
        assert sentence in capsys.readouterr().err, words
    assert running_generators() == []


def test_what_lies_in_the_hubs_cache_is_listed_with_the_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "--json"]) == 0
    catalogue = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    folder = cache_model(tmp_path / "hub", "org/tiny", numbers=1_200)
    assert main(["models", "--json"]) == 0
    *same, tiny = json.loads(capsys.readouterr().out)
    assert same == catalogue
    assert {entry["cached"] for entry in same} == {None}
    assert set(tiny) == set(same[0])
    assert (tiny["name"], tiny["family"]) == ("org/tiny", "cached")
    assert (tiny["cached"]["parameters"], tiny["cached"]["folder"]) == (1_200, str(folder))
    assert main(["models"]) == 0
    assert "org/tiny 1.2k" in re.sub(" +", " ", capsys.readouterr().out)


def test_a_model_is_unloaded_on_request(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["generate", model, "x"])
    main(["generate", model, "--unload"])
    until(lambda: not running_generators(), "the process to end")
    main(["generate", model, "--unload"])
    assert capsys.readouterr().err.splitlines()[-2:] == [f"{model} is unloaded.", f"{model} was not loaded."]


def test_ctrl_c_ends_the_text_and_not_the_process(model: str, store_file: Path) -> None:
    program = (
        "import sys; from workbench.generation import starting; "
        f"starting.WORKER = {FAKE_WORKER!r}; from workbench.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", program, "generate", model, "slow 5000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
        assert command.stdout is not None
        assert command.stdout.read(3) == "..."
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "(stopped)" in err
    assert len(running_generators()) == 1
    with open_read_only(store_file) as db:
        (stored,) = list_checks(db)
    assert stored.check.texts[0].text + "\n" == "..." + out


def test_checks_are_listed_found_and_printed_as_json(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    for prompt in ("the cat", "the dog", "the \x1b[2Jowl"):
        main(["generate", model, prompt])
    capsys.readouterr()
    main(["checks", "--json", "--limit", "2"])
    assert [check["prompt"] for check in json.loads(capsys.readouterr().out)] == ["the \x1b[2Jowl", "the dog"]
    main(["checks", "--search", "DOG"])
    out = capsys.readouterr().out
    assert "the dog" in out
    assert "cat" not in out
    main(["checks"])
    assert "\x1b" not in capsys.readouterr().out
    assert main(["checks", "--search", "bird"]) == 0
    assert "No check holds the words 'bird'." in capsys.readouterr().err
    assert [main(["checks", *words]) for words in (["99"], ["1", "--search", "cat"], ["1", "2", "3"])] == [2, 2, 2]


def test_in_the_list_of_checks_figures_stand_whole_and_prompt_and_text_share_what_they_leave(
    model: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["generate", model, "the cat"])
    main(["generate", model, "the dog and " * 20])
    capsys.readouterr()
    for width in (80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        main(["checks"])
        lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert len(lines) == 3
        assert len(lines[1]) > width - 4, "no room is left where something is cut"
        assert all(len(line) <= width for line in lines)
        assert lines[1].count("…") == 2
        assert lines[2].split()[-5:] == ["tiny", "the", "cat", "THE", "CAT"]


class Terminal(TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_text_is_raw_in_a_pipe_and_inert_on_a_terminal() -> None:
    text = "a\x1b[31m\x9b2Jb\r\n\ttab\x07"
    events = [Piece(text[:3], 0, 1), Piece(text[3:], 3, 2), Finished(text, (1, 2), StopReason.EOS, 1, 0, *[None] * 4)]
    pipe, terminal = StringIO(), Terminal(BytesIO(), encoding="utf-8", write_through=True)
    for stream in (pipe, terminal):
        printer = TextPrinter(stream)
        for event in events:
            printer.hear(event)
    assert pipe.getvalue() == text + "\n"
    assert terminal.buffer.getvalue().decode() == "a␛[31m\ufffd2Jb␍\n    tab␇\n"  # type: ignore[attr-defined]


def test_samples_are_printed_in_their_order_however_they_come() -> None:
    stream = StringIO()
    printer = TextPrinter(stream)
    printer.hear(Piece("two", 0, 1, sample=1))
    printer.hear(Piece("on", 0, 1))
    assert stream.getvalue() == "on"
    printer.hear(Finished("two\n", (1,), StopReason.EOS, 1, 0, *[None] * 4, sample=1))
    printer.hear(Finished("one", (1,), StopReason.EOS, 1, 0, *[None] * 4))
    assert stream.getvalue() == "one\ntwo\n"


def test_real_models_write_the_same_alone_and_beside_another_and_score_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from language_fixtures import TEXT, byte_tokenizer, network

    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    a, b = (f"hf:{tmp_path / name}" for name in "ab")
    for seed, name in enumerate("ab"):
        network("gpt2", seed).save_pretrained(tmp_path / name)
        byte_tokenizer().save_pretrained(tmp_path / name)
    capsys.readouterr()
    try:
        how = ["The quick", "--max-new-tokens", "8", "--temperature", "1", "--seed", "3", "--json"]
        assert main(["generate", b, *how, "--against", a]) == 0
        beside_b, beside_a = json.loads(capsys.readouterr().out)
        assert main(["generate", a, *how]) == 0
        alone = json.loads(capsys.readouterr().out)
        assert alone["texts"][0]["tokens"] == beside_a["texts"][0]["tokens"] != beside_b["texts"][0]["tokens"]
        assert (alone["question"], alone["weights"]) == (beside_b["question"], beside_a["weights"])
        assert alone["weights"] != beside_b["weights"]
        assert main(["generate", a, TEXT * 9]) == 2
        assert "and the context of" in capsys.readouterr().err
        (tmp_path / "text.txt").write_text(TEXT * 90)
        assert main(["perplexity", a, str(tmp_path / "text.txt"), "--against", b, "--json"]) == 0
        scored = json.loads(capsys.readouterr().out)
        assert scored["a"]["bytes"] == scored["b"]["bytes"] == len((TEXT * 90).encode())
        rows = {row["metric"]: row for row in scored["rows"]}
        assert rows["bits_per_byte"]["delta"] == pytest.approx(
            scored["b"]["bits_per_byte"] - scored["a"]["bits_per_byte"]
        )
        assert rows["perplexity"]["test"] == "block-bootstrap"
        assert main(["perplexity", a, str(tmp_path / "text.txt"), "--against", b]) == 0
        assert capsys.readouterr().err.count("was predicted once") == 1, "said once of both, who were read alike"
    finally:
        end_generators()
