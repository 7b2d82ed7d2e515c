"""``generate --file``: a suite of prompts asked of one model or two, as a table of what passed; kept in the store."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any

from store.database import open_for_writing
from store.errors import StoreError
from workbench.cli.interrupts import STOPPED, stop_on_signal
from workbench.cli.output import data_console, narrate, print_json, print_table
from workbench.errors import RunFailed
from workbench.formatting import format_count
from workbench.generation.checks import parting, place_words
from workbench.generation.client import Generator
from workbench.generation.settings import GenerationSettings
from workbench.generation.suite import Answer, Suite, ask_suite, keep_answers, read_suite

_LONGEST_SHOWN = 40
"""Characters of a text that is not as expected."""
_VERDICTS = {True: "pass", False: "FAIL", None: "-"}


def ask(generators: Sequence[Generator], settings: GenerationSettings, arguments: Namespace) -> int:
    """Ask the suite of each model, keep what came of it, and print the table; 1 if anything failed."""
    suite = read_suite(Path(arguments.file))
    sides: list[list[Answer]] = []
    kept: list[int | None] = []
    with stop_on_signal() as stop:
        for generator in generators:
            sides.append(_ask_one(generator, suite, settings, stop))
            if stop.is_set():
                narrate("Stopped; nothing of the suite was kept.")
                return STOPPED
            kept.append(_keep(generator, suite, sides[-1]))
    if arguments.json:
        print_json(_document(suite, generators, sides, kept))
    else:
        _print(suite, generators, sides)
    failed = sum(answer.passed is False for side in sides for answer in side)
    return 1 if failed else 0


def _ask_one(generator: Generator, suite: Suite, settings: GenerationSettings, stop: Event) -> list[Answer]:
    answers = list(ask_suite(generator, suite, settings, stop))
    if len(answers) < len(suite.cases) and not stop.is_set():
        # A run that waited had the process stop in the middle of its answers.
        raise RunFailed(
            f"{generator.source} answered {len(answers)} of {len(suite.cases)} prompts before a run took its device; "
            f"nothing was kept. Ask again."
        )
    judged = [answer.passed for answer in answers if answer.passed is not None]
    others = len(answers) - len(judged)
    rest = f"; of {format_count(others)} nothing was expected" if others else ""
    narrate(f"{generator.source}: {format_count(sum(judged))} of {format_count(len(judged))} passed{rest}.")
    return answers


def _keep(generator: Generator, suite: Suite, answers: Sequence[Answer]) -> int | None:
    try:
        with open_for_writing(generator.store) as db:
            return keep_answers(db, suite, answers)
    except StoreError as error:
        narrate(f"Not kept in the store: {error.message}")
        return None


def _print(suite: Suite, generators: Sequence[Generator], sides: Sequence[Sequence[Answer]]) -> None:
    letters = "AB"[: len(sides)] if len(sides) > 1 else ("",)
    for letter, generator in zip(letters, generators, strict=True):
        if letter:
            narrate(f"{letter} is {generator.source}.")
    titles = ["line", *(letter or "result" for letter in letters), "prompt", "what was wrong"]
    rows = []
    for answers in zip(*sides, strict=True):
        case = answers[0].case
        faults = [
            f"{letter + ': ' if letter else ''}{'; '.join(answer.faults)}: {_beginning(answer)}"
            for letter, answer in zip(letters, answers, strict=True)
            if answer.faults
        ]
        verdicts = [_VERDICTS[answer.passed] for answer in answers]
        rows.append([str(case.line), *verdicts, case.prompt, " | ".join(faults) or _difference(answers)])
    print_table(data_console(), titles, rows, numeric=("line",), names=("prompt",))


def _beginning(answer: Answer) -> str:
    """How the first text begins that is not as expected."""
    text = next(text.text for text in answer.check.texts if answer.case.faults(text.text))
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _difference(answers: Sequence[Answer]) -> str:
    """Whether the first texts of two models are the same, where both are as expected."""
    if len(answers) < 2:
        return ""
    at = parting(answers[0].check.texts[0].text, answers[1].check.texts[0].text)
    return "the same text" if at is None else f"texts part {place_words(at)}"


def _document(
    suite: Suite, generators: Sequence[Generator], sides: Sequence[Sequence[Answer]], kept: Sequence[int | None]
) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "fingerprint": suite.fingerprint,
        "models": [
            {
                "model": str(generator.source),
                "suite_run": suite_run,
                "total": len(answers),
                "passed": sum(answer.passed is not False for answer in answers),
                "checks": [{**answer.check.to_json(), "faults": list(answer.faults)} for answer in answers],
            }
            for generator, answers, suite_run in zip(generators, sides, kept, strict=True)
        ],
    }
