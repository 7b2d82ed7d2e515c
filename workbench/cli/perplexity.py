"""``perplexity``: how well a language model predicts a text, alone or beside another one on the same units of it."""

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from workbench.cli.interrupts import STOPPED, stop_on_signal
from workbench.cli.output import data_console, narrate, print_json, print_table
from workbench.cli.stores import path_of
from workbench.comparison import Options, Row
from workbench.comparison.wording import words_of
from workbench.formatting import NOT_KNOWN, format_count, format_percent, format_significant
from workbench.generation.client import Generator
from workbench.generation.scores import TextScore, compare_scores
from workbench.language.scored_text import ScoredText, decode, read_file
from workbench.settings import load_settings


def perplexity(arguments: Namespace) -> int:
    """Score the file with each model, and compare them where there are two."""
    text = read_text(arguments.file, arguments.field)
    models = [model for model in (arguments.model, arguments.against) if model is not None]
    how = {"device": arguments.device, "dtype": arguments.dtype, "threads": arguments.threads, "say": narrate}
    generators = [Generator.named(path_of(arguments), model, **how) for model in models]
    scores = []
    with stop_on_signal() as stop:
        for generator in generators:
            score = generator.score(text.text, _narration(generator), stop)
            if score is None:
                narrate("Stopped.")
                return STOPPED
            scores.append(score)
    rows = compare_scores(scores[0], scores[1], _options()) if len(scores) > 1 else []
    if arguments.json:
        print_json(_document(scores, rows, text))
    else:
        _print(scores, rows, text)
    return 0


def read_text(name: str, field: str) -> ScoredText:
    """The text of a file, or of stdin for ``-``; raises UnusableData where there is no text to read."""
    return decode("stdin", sys.stdin.buffer.read()) if name == "-" else read_file(name, field)


def _narration(generator: Generator) -> Callable[[int, int], None]:
    """Says how far it is, on a terminal; a pipe's log would be full of it."""

    def say(done: int, total: int) -> None:
        share = format_percent(done / total if total else 1.0, 0)
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{generator.source.label}: {share} of {format_count(total)} tokens{end}")
        sys.stderr.flush()

    return say if sys.stderr.isatty() else lambda _done, _total: None


def _options() -> Options:
    return Options.of(load_settings())


def _print(scores: list[TextScore], rows: list[Row], text: ScoredText) -> None:
    letters = "AB" if len(scores) > 1 else " "
    titles = ("", "model", "bits/byte", "perplexity", "next token right", "bytes", "tokens")
    table = [
        (
            letter.strip(),
            score.source,
            _number(score.figures["bits_per_byte"]),
            _number(score.figures["perplexity"]),
            format_percent(score.figures["next_token_accuracy"]),
            format_count(score.figures["bytes"]),
            format_count(score.figures["tokens"]),
        )
        for letter, score in zip(letters, scores, strict=False)
    ]
    print_table(data_console(), titles, table, numeric=titles[2:], names=("model",))
    if rows:
        titles = ("", "A", "B", "difference", "relative", "95% interval", "verdict")
        cells = []
        for row in rows:
            words = words_of(row)
            verdict = f"{words.sign} {words.verdict}"
            cells.append((words.name, words.a, words.b, words.delta, words.relative, words.interval, verdict))
        print_table(data_console(), titles, cells, numeric=titles[1:6])
        for row in rows:
            narrate(f"{words_of(row).name.strip()}: {row.reason}.")
    recipes = [_recipe(score, text) for score in scores]
    if len(scores) > 1 and len(set(recipes)) == 1:
        narrate(f"Both: {recipes[0]}")
    for score, recipe in zip(scores, recipes, strict=True):
        if len(set(recipes)) == len(scores):
            narrate(f"{score.source}: {recipe}")
        if score.caution is not None:
            narrate(f"{score.source}: {score.caution}")


def _document(scores: list[TextScore], rows: list[Row], text: ScoredText) -> dict[str, Any]:
    documents = [{**score.to_json(), "unit": text.unit, "recipe": _recipe(score, text)} for score in scores]
    if len(scores) == 1:
        return documents[0]
    return {"a": documents[0], "b": documents[1], "rows": [row.to_json() for row in rows]}


def _recipe(score: TextScore, text: ScoredText) -> str:
    return score.recipe(text.unit_of(int(score.figures["units"])))


def _number(value: float | None) -> str:
    return NOT_KNOWN if value is None else format_significant(value, 4)
