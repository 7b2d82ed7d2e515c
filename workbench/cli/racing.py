"""``race``: the latency of two models measured again, side by side."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from store.runs import find_run
from workbench.cli.interrupts import STOPPED, stop_on_signal
from workbench.cli.output import data_console, narrate, print_json, print_table
from workbench.cli.stores import open_to_read, open_to_write, path_of
from workbench.comparison import Row
from workbench.comparison.compared import Compared, compare_runs
from workbench.comparison.wording import words_of
from workbench.errors import BadValue
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_count, format_duration
from workbench.race import RaceProgress, run_race
from workbench.settings import load_settings


def race(arguments: Namespace) -> int:
    """Race A against B, keep the race, and print what it says of their latency."""
    if not 0 < arguments.seconds < float("inf"):
        raise BadValue(f"--seconds must be above 0, not {arguments.seconds:g}.")
    with open_to_write(arguments) as db:
        a, b = (find_run(db, reference).id for reference in (arguments.a, arguments.b))
    with stop_on_signal() as stop, _narration() as say:
        race_id = run_race(path_of(arguments), a, b, seconds=arguments.seconds, say=say, stop=stop)
    if race_id is None:
        narrate("The race was stopped; nothing of it was kept.")
        return STOPPED
    with open_to_read(arguments) as db:
        compared = compare_runs(db, a, b, load_settings())
    rows = [row for row in compared.comparison.rows if _is_of_calls(row)]
    if arguments.json:
        document = {"a": a, "b": b, "race": compared.comparison.race, "rows": [row.to_json() for row in rows]}
        print_json(document)
    else:
        _print(compared, rows)
        narrate(f"Kept as race {race_id}. 'workbench diff {a} {b}' compares their latency by it from now on.")
    return 0


@contextmanager
def _narration() -> Iterator[Callable[[RaceProgress], None]]:
    """A bar with the time left in a terminal, a line a process anywhere else; on stderr."""
    if not sys.stderr.isatty():
        yield _say_in_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None, left="")
        yield lambda progress: bar.update(
            task, description=progress.text, completed=progress.done, total=progress.of, left=_left(progress)
        )


def _say_in_lines() -> Callable[[RaceProgress], None]:
    said = ""

    def say(progress: RaceProgress) -> None:
        nonlocal said
        if progress.text != said:
            said = progress.text
            left = _left(progress)
            narrate(f"{said[:1].upper()}{said[1:]}{f', {left}' if left else ''}.")

    return say


def _left(progress: RaceProgress) -> str:
    return "" if progress.seconds_left is None else f"about {format_duration(progress.seconds_left)} left"


def _print(compared: Compared, rows: list[Row]) -> None:
    race = compared.comparison.race or {}
    titles = ("", "A", "B", "difference", "relative", "95% interval", "verdict")
    cells = []
    for row in rows:
        words = words_of(row)
        verdict = f"{words.sign} {words.verdict}"
        cells.append((words.name, words.a, words.b, words.delta, words.relative, words.interval, verdict))
    print_table(data_console(), titles, cells, numeric=titles[1:6])
    for letter, run in (("A", compared.a), ("B", compared.b)):
        narrate(f"{letter} is {run.name}, run {run.run['id']}.")
    pairs, trials = format_count(race["pairs"]), format_count(race["trials"])
    narrate(f"{race['processes']} processes, {pairs} pairs of blocks, {trials} timed calls.")
    for caution in compared.comparison.warnings:
        if caution.message.startswith("race"):
            narrate(f"Note: {caution.message}.")


def _is_of_calls(row: Row) -> bool:
    """Whether a row is one of latency, or follows from it."""
    return row.group == "latency" or "mean_ms" in METRICS[row.metric].derived_from
