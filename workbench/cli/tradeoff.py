"""``tradeoff``: the finished runs of a data set, quality against latency or cost, and which of them is worth having."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from itertools import pairwise

from workbench.cli.output import data_console, print_json, print_lines, print_table
from workbench.cli.scatter import Mark, draw_scatter
from workbench.cli.stores import open_to_read
from workbench.comparison.candidates import Candidates, load_candidates
from workbench.comparison.tradeoff import Choice, Tradeoff, TradePoint, trade_off
from workbench.comparison.tradeoff_json import tradeoff_json
from workbench.comparison.tradeoff_words import flag_words, rest_words, turning_words, winner_words
from workbench.comparison.worth import Worth, worth
from workbench.errors import BadValue
from workbench.evaluation.metrics import METRICS
from workbench.formatting import format_value
from workbench.settings import load_settings
from workbench.settings_text import NEEDS, WEIGHTS, check_value

_SCATTER_WIDTH, _SCATTER_HEIGHT = 72, 14
_LEGEND = "*  on the front: no other run is as good in both and better in one    o  dominated"
_EXAMPLES = {NEEDS: "p95_ms=20", WEIGHTS: "quality=2"}


def tradeoff(arguments: Namespace) -> int:
    """Weigh up the runs that match."""
    if not 0 <= arguments.usd_per_correct < float("inf"):
        raise BadValue(f"--usd-per-correct takes dollars, 0 or more, not {arguments.usd_per_correct:g}.")
    settings = load_settings()
    choice = Choice(
        x=arguments.x,
        y=arguments.y,
        needs={**settings.needs, **_given(arguments.need, NEEDS)},
        weights={**settings.weights, **_given(arguments.weight, WEIGHTS)},
        mixed=arguments.mixed,
    )
    with open_to_read(arguments) as db:
        candidates = load_candidates(db, arguments.where or "", data=arguments.data)
    found = trade_off(candidates.runs, choice)
    steps = _steps_along(found, arguments.usd_per_correct)
    if arguments.json:
        document = tradeoff_json(found, candidates)
        document["worth"] = [{"a": a.run.id, "b": b.run.id, **answer.to_json()} for a, b, answer in steps]
        print_json(document)
    else:
        _print(found, candidates, steps)
    return 0


def _given(texts: Sequence[str], table: str) -> dict[str, float]:
    """``NAME=NUMBER`` of the command line, checked as the settings file is."""
    values = {}
    for text in texts:
        name, equals, number = text.partition("=")
        option = "--need" if table == NEEDS else "--weight"
        try:
            value = float(number) if equals else None
        except ValueError:
            value = None
        if value is None:
            raise BadValue(
                f"{option} takes a name, = and a number, for example {option} {_EXAMPLES[table]}; not {text!r}."
            )
        try:
            entry = check_value(table, name.strip(), value)
        except ValueError as error:
            raise BadValue(f"{option}: {error}") from None
        values[entry.key] = entry.value
    return values


def _steps_along(found: Tradeoff, usd_per_correct: float) -> list[tuple[TradePoint, TradePoint, Worth]]:
    """Each run of the front against the next dearer one: what the step from one to the other is worth."""
    front = found.front
    return [(a, b, worth(a.run, b.run, usd_per_correct=usd_per_correct)) for a, b in pairwise(front)]


def _print(found: Tradeoff, candidates: Candidates, steps: Sequence[tuple[TradePoint, TradePoint, Worth]]) -> None:
    console = data_console()
    print_lines([_title(found, candidates), ""])
    _print_points(found)
    marks = [_mark(point) for point in reversed(found.points) if point.placed]
    chart = draw_scatter(marks, found.x, found.y, width=min(console.width, _SCATTER_WIDTH), height=_SCATTER_HEIGHT)
    if len(marks) > 1:
        print_lines(["", f"{METRICS[found.y].title} (up) against {METRICS[found.x].title} (across)", *chart, _LEGEND])
    for lines in (
        [winner_words(found)],
        turning_words(found),
        _on_steps(steps),
        flag_words(found),
        _on_rest(found, candidates),
    ):
        told = list(lines)
        if told:
            print_lines(["", *told])


def _title(found: Tradeoff, candidates: Candidates) -> str:
    data = candidates.data
    target = f", target {data.target}" if data.target else ""
    runs = "1 finished run" if len(found.points) == 1 else f"{len(found.points):,} finished runs"
    return f"{data.dataset}{target}: {runs}, {METRICS[found.y].title} against {METRICS[found.x].title}"


def _print_points(found: Tradeoff) -> None:
    figures = list(dict.fromkeys([found.y, found.x, *found.roles.values(), *found.choice.needs, "train_usd"]))
    needs = ["needs"] if found.choice.needs else []
    columns = ["", "id", "name", "model", *figures, "score", *needs]
    rows = []
    for point in found.points:
        values = [format_value(name, point.run.figures.get(name)) for name in figures]
        score = "n/a" if point.score is None else f"{point.score:.3f}"
        missed = "; ".join(miss.sentence for miss in point.misses) or "met"
        head = [_sign(point), str(point.run.id), point.run.name, point.run.model]
        rows.append([*head, *values, score, *([missed] if needs else [])])
    print_table(data_console(), columns, rows, numeric=("id", *figures, "score"), names=("name", "model"))


def _sign(point: TradePoint) -> str:
    if not point.placed:
        return "?"
    return "*" if point.on_front else "o"


def _mark(point: TradePoint) -> Mark:
    assert point.x is not None
    assert point.y is not None
    return Mark(point.x, point.y, _sign(point), str(point.run.id))


def _on_steps(steps: Sequence[tuple[TradePoint, TradePoint, Worth]]) -> Iterator[str]:
    for a, b, answer in steps:
        yield f"{a.run.name} ({a.run.id}) or {b.run.name} ({b.run.id}):"
        yield from (f"  {sentence}" for sentence in answer.sentences)


def _on_rest(found: Tradeoff, candidates: Candidates) -> Iterator[str]:
    yield from rest_words(found, candidates)
    if candidates.other_data:
        yield "--data NAME chooses other data."
