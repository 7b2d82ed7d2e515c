"""What is said of the latency of two models: where the times come from, percentiles, conditions, reasons; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.cells import cell_len

from screens.diff.race_dialogs import race_lines
from screens.diff.rows import lay_out_figures
from screens.diff.words import repair_words
from screens.pieces import Line, Piece, hanging, pad
from screens.racing import RaceStanding
from screens.signs import Signs
from workbench.cells import crop
from workbench.comparison.compared import Compared
from workbench.comparison.conditions import CONDITIONS
from workbench.comparison.latency import conditions_of
from workbench.comparison.raced import RacedCalls
from workbench.comparison.result import Caution
from workbench.comparison.wording import grouped_reasons, with_repairs
from workbench.formatting import NOT_KNOWN, format_count, format_moment, format_percent, format_some
from workbench.inert import inert

_ABOUT_TIMING = (
    *(code for code, _ in CONDITIONS.values()),
    *(
        "unknown-device",
        "busy-machine",
        "shared-device",
        "throttled",
        "drift",
        "two-modes",
        "other-host",
        "provisional",
    ),
)
_WIDEST_VALUE = 34
_TEXT_WIDTH = 110


def source_words(compared: Compared) -> str:
    """Where the times come from: a race, and when; or two measurements taken apart, or imported."""
    race = compared.race
    if race is not None:
        trials = race.trials
        return (
            f"Raced {format_moment(race.measured_at)}: {format_count(trials.processes)} processes, "
            f"{format_count(len(trials.process))} pairs of blocks, {format_count(trials.n)} timed calls"
        )
    timed = [letter for letter, side in (("A", compared.a), ("B", compared.b)) if side.calls is not None]
    if not timed:
        return "Neither run has timed calls"
    if len(timed) == 1:
        return f"Only {timed[0]} has timed calls"
    imported = [letter for letter in timed if _stated(compared, letter).get("imported")]
    if imported:
        return f"Timed apart, {' and '.join(imported)} outside Workbench"
    return "Timed apart, each at the end of its own run"


def latency_lines(compared: Compared, offer: str, race: RaceStanding | None, width: int, signs: Signs) -> list[Line]:
    """All but the plot: how far a race is, percentiles, why they stand so, conditions, what disturbed them."""
    comparison = compared.comparison
    room = min(width, _TEXT_WIDTH)
    lines: list[Line] = []
    if race is not None and not race.is_over:
        lines += [*race_lines(race, room, signs), ()]
    rows = tuple(row for row in comparison.rows if row.group == "latency")
    if rows:
        table = lay_out_figures(replace(comparison, rows=rows), width, signs)
        lines += [table.head, *(line.line for line in table.lines if line.row is not None), ()]
    else:
        lines += [(Piece("No latency is known of either run.", "secondary"),), ()]
    if offer:
        lines += [*_sentence(offer, room, "secondary"), ()]
    reasons = grouped_reasons(rows)
    if reasons:
        lines.append((Piece("Why the rows stand as they do", "heading"),))
        for reason in reasons:
            lines += _sentence(signs.write(reason), room)
        lines.append(())
    warned = [caution for caution in comparison.warnings if caution.code in _ABOUT_TIMING]
    if warned:
        lines += [*_warnings(warned, room, signs), ()]
    return [*lines, *_condition_table(compared, width, signs)]


def _sentence(text: str, width: int, kind: str = "") -> list[Line]:
    return [(Piece(line, kind),) for line in hanging(text, width, indent=2)]


def _warnings(cautions: Sequence[Caution], width: int, signs: Signs) -> Iterator[Line]:
    for caution, repair in with_repairs(cautions):
        words = f"{caution.message}. {repair_words(repair)}" if repair else caution.message
        for number, text in enumerate(hanging(signs.write(words), width - 2)):
            yield Piece("  " if number else "! ", "warning"), Piece(text)


def _condition_table(compared: Compared, width: int, signs: Signs) -> list[Line]:
    """What the times were taken under, side by side; what differs is marked."""
    a, b = (_conditions(compared, letter) for letter in "AB")
    keys = [key for key in a if a[key] != NOT_KNOWN or b[key] != NOT_KNOWN]
    if not keys:
        return []
    name = max(cell_len(key) for key in keys)
    value = max(
        1, min(_WIDEST_VALUE, (width - name - 6) // 2, max(cell_len(side[key]) for side in (a, b) for key in keys))
    )
    heads = (Piece(pad("  Conditions", name + 4), "heading"), Piece(pad("A", value), "a"), Piece("  "), Piece("B", "b"))
    lines: list[Line] = [heads]
    for key in keys:
        differs = a[key] != b[key]
        cells = [pad(crop(side[key], value, signs.ellipsis), value) for side in (a, b)]
        sign = signs.baseline if differs else " "
        kind = "" if differs else "secondary"
        lines.append(
            (
                Piece(f"{sign} "),
                Piece(f"{pad(key, name)}  ", "secondary"),
                Piece(f"{cells[0]}  {cells[1].rstrip()}", kind),
            )
        )
    return lines


def _conditions(compared: Compared, letter: str) -> dict[str, str]:
    """What one model's times were taken under, in words."""
    side = compared.a if letter == "A" else compared.b
    stated = _stated(compared, letter)
    known: Mapping[str, Any] = {**conditions_of(side), **stated} if compared.race is None else stated
    others = known.get("shared_with") or known.get("device_processes") or ()
    return {
        "device": _said(known.get("device_name") or known.get("device")),
        "driver": _said(known.get("driver")),
        "torch": _said(known.get("torch")),
        "precision": _said(known.get("precision")),
        "threads": _said(known.get("threads")),
        "examples a call": _said(known.get("batch_size")),
        "timed calls": _calls(compared, letter),
        "calls to warm up": _said(known.get("warm_up_calls")),
        "load before": _said(known.get("load_before")),
        "others at work": format_some([inert(str(other), 40) for other in others], 2) if others else NOT_KNOWN,
        "clocks slowed by": _said(known.get("throttle") or None),
        "drift": _share(known.get("drift")),
        "two modes apart": _share(known.get("mode_gap")),
    }


def _stated(compared: Compared, letter: str) -> Mapping[str, Any]:
    """The conditions that were written down with the calls of a model."""
    race: RacedCalls | None = compared.race
    if race is not None:
        shared = {key: value for key, value in race.conditions.items() if key not in ("a", "b")}
        return {**shared, **(race.conditions.get(letter.lower()) or {})}
    calls = (compared.a if letter == "A" else compared.b).calls
    return calls.conditions if calls is not None else {}


def _calls(compared: Compared, letter: str) -> str:
    if compared.race is not None:
        trials = compared.race.trials.a if letter == "A" else compared.race.trials.b
        return format_count(len(trials.ms))
    calls = (compared.a if letter == "A" else compared.b).calls
    return NOT_KNOWN if calls is None else format_count(len(calls.ms))


def _said(value: Any) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return NOT_KNOWN
    return f"{value:.3g}" if isinstance(value, float) else inert(str(value), 60)


def _share(value: Any) -> str:
    return format_percent(value) if isinstance(value, int | float) and value else NOT_KNOWN
