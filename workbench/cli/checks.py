"""``checks``: what language models made of prompts, newest first; one check whole, or where two of them part."""

from argparse import Namespace
from collections.abc import Sequence

from rich.cells import cell_len

from store.generation_checks import StoredCheck, get_check, list_checks
from workbench.cells import crop, shorten
from workbench.cli.generating import figures_words, parting_words
from workbench.cli.output import data_console, narrate, print_json, print_lines, print_table
from workbench.cli.stores import open_to_read
from workbench.errors import BadValue, UsageError
from workbench.formatting import NOT_KNOWN, format_count, format_moment, format_significant
from workbench.generation.checks import Check, from_store, short_model
from workbench.inert import inert, inert_lines

_MOST_SHOWN = 200
"""Characters of a prompt or a text in the list, where there is room for as many."""
_GAP, _LEAST = 2, 10


def checks(arguments: Namespace) -> int:
    """List the checks, or show those that are named."""
    if len(arguments.ids) > 2:
        raise UsageError("Name one check to see it whole, or two to see where they part.")
    if arguments.ids and arguments.search:
        raise UsageError("Name checks by their ids, or search for them, not both.")
    if arguments.limit < 1:
        raise BadValue(f"--limit must be 1 or more, not {arguments.limit}.")
    with open_to_read(arguments) as db:
        found = (
            [get_check(db, check_id) for check_id in arguments.ids]
            if arguments.ids
            else list_checks(db, search=arguments.search or "", limit=arguments.limit)
        )
    shown = [from_store(stored) for stored in found]
    if arguments.json:
        print_json([check.to_json() for check in shown])
    elif arguments.ids:
        _print_whole(shown)
    else:
        _print_list(found, arguments.search or "")
    return 0


def _print_list(found: list[StoredCheck], search: str) -> None:
    if not found:
        narrate(
            f"No check holds the words {search!r}."
            if search
            else "No check to show. `workbench generate MODEL PROMPT` makes one."
        )
        return
    is_judged = any(stored.check.passed is not None for stored in found)
    titles = ("id", "at", "tokens", "tokens/s", *(("passed",) if is_judged else ()), "model", "prompt", "text")
    rows = []
    for stored in found:
        check, text = stored.check, stored.check.texts[0]
        pace = NOT_KNOWN if text.tokens_per_s is None else format_significant(text.tokens_per_s)
        passed = ({True: "yes", False: "NO", None: ""}[check.passed],) if is_judged else ()
        tokens = format_count(sum(len(sample.tokens) for sample in check.texts))
        words = (inert(words[:_MOST_SHOWN]) for words in (short_model(check.source), check.prompt, text.text))
        rows.append((str(stored.id), format_moment(check.at), tokens, pace, *passed, *words))
    console = data_console()
    print_table(console, titles, _fitted(titles, rows, console.width), numeric=("id", "tokens", "tokens/s"))


def _fitted(titles: Sequence[str], rows: Sequence[Sequence[str]], total: int) -> list[tuple[str, ...]]:
    """The rows with as much of model, prompt and text as there is room for beside the figures, which stand whole."""
    *figures, model, prompt, text = (max(map(cell_len, column)) + _GAP for column in zip(titles, *rows, strict=True))
    room = max(3 * _LEAST, total - sum(figures))
    model = min(model, max(_LEAST, room // 4))
    prompt = min(prompt, max((room - model) // 2, room - model - text))
    text = room - model - prompt
    return [
        (*row[:-3], shorten(row[-3], model - _GAP), crop(row[-2], prompt - _GAP), crop(row[-1], text - _GAP))
        for row in rows
    ]


def _print_whole(shown: list[Check]) -> None:
    for letter, check in zip("AB", shown, strict=False):
        settings = ", ".join(
            f"{name} {f'{value:g}' if isinstance(value, float) else value}"
            for name, value in check.check.settings.items()
            if value not in (None, [])
        )
        label = f"{letter}  " if len(shown) > 1 else ""
        narrate(f"{label}check {check.id}: {check.check.source} on {check.check.device}; {settings}.")
        narrate(f"Prompt: {check.check.prompt}")
        print_lines(inert_lines(text.text) for text in check.texts)
        narrate(figures_words(check))
    if len(shown) > 1:
        if shown[0].check.question != shown[1].check.question:
            narrate("They were asked different questions (prompt or settings).")
        narrate(parting_words(shown[0].texts, shown[1].texts))
