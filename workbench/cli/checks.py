"""``checks``: what language models made of prompts, newest first; one check whole, or where two of them part."""

from argparse import Namespace

from store.generation_checks import StoredCheck, get_check, list_checks
from workbench.cli.generating import figures_words, parting_words
from workbench.cli.output import data_console, narrate, print_json, print_lines, print_table
from workbench.cli.stores import open_to_read
from workbench.errors import BadValue, UsageError
from workbench.formatting import NOT_KNOWN, format_count, format_moment, format_significant
from workbench.generation.checks import Check, from_store
from workbench.inert import inert_lines

_PROMPT_SHOWN = 60


def checks(arguments: Namespace) -> int:
    """List the checks, or show those that are named."""
    if len(arguments.ids) > 2:
        raise UsageError("Name one check to see it whole, or two to see where they part.")
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
        _print_list(found)
    return 0


def _print_list(found: list[StoredCheck]) -> None:
    if not found:
        narrate("No check to show. `workbench generate MODEL PROMPT` makes one.")
        return
    titles = ("id", "at", "model", "tokens", "tokens/s", "passed", "prompt", "text")
    rows = []
    for stored in found:
        check, text = stored.check, stored.check.texts[0]
        pace = NOT_KNOWN if text.tokens_per_s is None else format_significant(text.tokens_per_s)
        passed = {True: "yes", False: "NO", None: ""}[check.passed]
        tokens = format_count(sum(len(sample.tokens) for sample in check.texts))
        prompt, made = check.prompt[:_PROMPT_SHOWN], text.text[:_PROMPT_SHOWN]
        rows.append((str(stored.id), format_moment(check.at), check.source, tokens, pace, passed, prompt, made))
    print_table(data_console(), titles, rows, numeric=("id", "tokens", "tokens/s"), names=("model", "prompt", "text"))


def _print_whole(shown: list[Check]) -> None:
    for letter, check in zip("AB", shown, strict=False):
        settings = ", ".join(
            f"{name} {value}" for name, value in check.check.settings.items() if value not in (None, [])
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
