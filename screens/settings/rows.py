"""The rows of the settings screen without their widgets: what can be set, what it is now, and what it means.

Each row knows the dotted key that a change goes to in the settings file: the screen only has to ask for a value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from screens.pieces import Line, Piece, hanging, pad, width_of
from screens.settings.key_names import show_key
from screens.settings.keymap import effective_keys
from screens.signs import Signs
from workbench.cells import crop, shorten
from workbench.inert import inert

if TYPE_CHECKING:
    from screens.settings.keymap import KeyBinding
    from workbench.settings import Settings

PRESENCES = ("auto", "always", "never")

_OFFERED_NEEDS = ("accuracy", "macro_f1", "rmse", "bits_per_byte", "p50_ms", "p95_ms", "usd_per_1k_predictions")
"""Figures of which a bound is offered, beside those that have one."""


class Kind(StrEnum):
    """How a row is changed."""

    HEADING = "heading"
    NUMBER = "number"
    PRICE = "price"
    """A name and a number, for a device that has not been seen."""
    CHOICE = "choice"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of the list."""

    kind: Kind
    label: str
    value: str = ""
    """As it is shown; empty where nothing is set."""
    note: str = ""
    help: str = ""
    """What it means, in a sentence or two."""
    key: str = ""
    """Where a change goes: ``comparison.margins.accuracy``."""
    is_chosen: bool = False
    """Whether the file says so, rather than the default."""
    options: tuple[str, ...] = ()
    unset: str = "n/a"
    """What stands in the place of an empty value."""


def setting_rows(
    settings: "Settings",
    devices: Sequence[str],
    themes: Sequence[str],
    shown_theme: str,
    bindings: Sequence["KeyBinding"],
) -> list[SettingRow]:
    """Everything that can be set, in its sections; ``devices`` are the names of boards that were ever seen."""
    return [
        *_prices(settings, devices),
        *_margins(settings),
        *_effects(settings),
        *_needs(settings),
        *_weights(settings),
        *_stopping(settings),
        *_generation(settings),
        *_interface(settings, themes, shown_theme),
        *_keys(settings, bindings),
    ]


def row_line(row: SettingRow, width: int, signs: Signs, *, turning: str | None = None) -> Line:
    """A row in ``width`` cells; ``turning`` is the value that a choice is at while it is being turned."""
    if row.kind is Kind.HEADING:
        return (Piece(crop(row.label, width, signs.ellipsis), "heading"),)
    label = min(34, max(16, width * 4 // 9))
    room = min(22, width - label - 1)
    text = row.value or row.unset
    if row.kind is Kind.CHOICE:
        text = f"{signs.previous} {crop(turning or text, room - 4, signs.ellipsis)} {signs.following}"
    kind = "chosen" if turning is not None else "strong" if row.is_chosen else "" if row.value else "secondary"
    pieces = [Piece(pad(" " + shorten(row.label, label - 2, signs.ellipsis), label))]
    pieces.append(Piece(crop(text, room, signs.ellipsis), kind))
    left = width - width_of(pieces) - 2
    if row.note and left >= 8:
        pieces.append(Piece(" " * (label + room - width_of(pieces)) if left > room else ""))
        pieces.append(Piece(crop(f"  {row.note}", max(0, width - width_of(pieces)), signs.ellipsis), "secondary"))
    return tuple(pieces)


def problem_lines(problems: Sequence[str], width: int, signs: Signs) -> list[Line]:
    """The sentences about what is wrong with the file, wrapped."""
    lines: list[Line] = []
    for problem in problems:
        lines += [(Piece(line, "error"),) for line in hanging(f"{signs.problem} {inert(problem)}", width, indent=2)]
    return lines


def split_price(text: str) -> tuple[str, float]:
    """``H100 = 2.50`` as a name and a number; raises ValueError with a sentence."""
    name, equals, number = text.rpartition("=")
    if not equals or not name.strip():
        raise ValueError("Write a part of the device's name, = and its price: H100 = 2.50")
    return name.strip().strip('"'), parse_number(number)


def parse_number(text: str) -> float:
    """A number that is 0 or more; raises ValueError with a sentence."""
    try:
        number = float(text.strip())
    except ValueError:
        raise ValueError("This must be a number, for example 0.5.") from None
    if not 0 <= number < float("inf"):
        raise ValueError("This must be 0 or more.")
    return number


def _prices(settings: "Settings", devices: Sequence[str]) -> Iterator[SettingRow]:
    yield SettingRow(Kind.HEADING, "Prices, US dollars an hour")
    prices = settings.prices_usd_per_hour
    used = {"cpu"}
    words = "What an hour of this device costs; without it the cost of a run is not known. It counts for runs to come."
    cpu = prices.get("cpu")
    note = "of runs on the CPU"
    yield SettingRow(Kind.NUMBER, "cpu", _number(cpu), note, words, "prices_usd_per_hour.cpu", cpu is not None)
    for name in devices:
        part = fitting_part(settings, name)
        used |= {part} if part else set()
        note = f"by {inert(part)!r} in its name" if part and part != name.lower() else ""
        value = _number(prices[part]) if part else ""
        key = f"prices_usd_per_hour.{part or name}"
        yield SettingRow(Kind.NUMBER, inert(name), value, note, words, key, part is not None)
    for part, price in prices.items():
        if part not in used:
            key = f"prices_usd_per_hour.{part}"
            yield SettingRow(Kind.NUMBER, inert(part), _number(price), "no such device seen yet", words, key, True)
    words = "The longest part that fits a device's name, upper or lower case alike, decides its price."
    yield SettingRow(Kind.PRICE, "another device", "name = price", "", words, "prices_usd_per_hour")


def fitting_part(settings: "Settings", name: str) -> str | None:
    """The part of a board's name by which its price is found."""
    fitting = [part for part in settings.prices_usd_per_hour if part != "cpu" and part in name.lower()]
    return max(fitting, key=len) if fitting else None


def _margins(settings: "Settings") -> Iterator[SettingRow]:
    from workbench.evaluation.metrics import MARGINS, METRICS

    yield SettingRow(Kind.HEADING, "Comparison: differences that do not matter to you")
    for name in MARGINS:
        margin = settings.margins.get(name)
        words = f"Two runs that differ by less than this are called equivalent. {METRICS[name].definition}"
        key = f"comparison.margins.{name}"
        unit = METRICS[name].unit
        yield SettingRow(Kind.NUMBER, name, _number(margin), unit, words, key, margin is not None, unset="none")
    words = "The relative difference that two latencies measured apart must exceed before either is called faster."
    apart, default = settings.latency_apart_margin, type(settings)().latency_apart_margin
    key = "comparison.latency_apart_margin"
    yield SettingRow(
        Kind.NUMBER, "latency measured apart", _number(apart), "0.25 is 25 %", words, key, apart != default
    )


def _effects(settings: "Settings") -> Iterator[SettingRow]:
    from workbench.evaluation.metrics import EFFECTS, METRICS

    yield SettingRow(Kind.HEADING, "Comparison: differences that you would want to see")
    for name in EFFECTS:
        metric, effect = METRICS[name], settings.effects.get(name)
        words = f"Where it is unresolved, a comparison says how many examples would show this. {metric.definition}"
        unset = "5 % of it" if metric.effect is None else f"{metric.effect:g}"
        key = f"comparison.effects.{name}"
        yield SettingRow(
            Kind.NUMBER, f"to see in {name}", _number(effect), metric.unit, words, key, effect is not None, unset=unset
        )


def _needs(settings: "Settings") -> Iterator[SettingRow]:
    from workbench.evaluation.metrics import METRICS

    yield SettingRow(Kind.HEADING, "Trade-off: what a model must keep to be of use to you")
    for name in dict.fromkeys((*_OFFERED_NEEDS, *settings.needs)):
        metric, bound = METRICS[name], settings.needs.get(name)
        side = "at least" if metric.higher_is_better else "at most"
        words = f"Runs are told apart by whether this is {side} so much. {metric.definition}"
        key, label = f"needs.{name}", f"{name} {side}"
        yield SettingRow(Kind.NUMBER, label, _number(bound), metric.unit, words, key, bound is not None, unset="any")


def _weights(settings: "Settings") -> Iterator[SettingRow]:
    yield SettingRow(Kind.HEADING, "Trade-off: what counts how much")
    for role, default in type(settings)().weights.items():
        weight = settings.weights.get(role, default)
        words = f"How much {role} counts where runs are weighed up, next to the other two: 0 or more."
        yield SettingRow(
            Kind.NUMBER, f"weight of {role}", _number(weight), "", words, f"weights.{role}", weight != default
        )


def _stopping(settings: "Settings") -> Iterator[SettingRow]:
    yield SettingRow(Kind.HEADING, "Stopping")
    grace, default = settings.stop_grace_s, type(settings)().stop_grace_s
    words = "How long a run may take to stop cleanly before it is killed."
    yield SettingRow(
        Kind.NUMBER, "seconds to stop", _number(grace), "s", words, "stopping.grace_seconds", grace != default
    )


def _generation(settings: "Settings") -> Iterator[SettingRow]:
    yield SettingRow(Kind.HEADING, "Generation")
    minutes, default = settings.generation_idle_minutes, type(settings)().generation_idle_minutes
    words = "After how many minutes without a question a language model is unloaded. It holds for models loaded later."
    key = "generation.idle_minutes"
    yield SettingRow(Kind.NUMBER, "minutes kept loaded", _number(minutes), "min", words, key, minutes != default)


def _interface(settings: "Settings", themes: Sequence[str], shown_theme: str) -> Iterator[SettingRow]:
    yield SettingRow(Kind.HEADING, "Interface")
    note = f"now {shown_theme}" if settings.theme == "auto" else ""
    words = "The colours; auto is what suits the terminal. Turn with left and right to see them, keep with enter."
    is_chosen = settings.theme != "auto"
    options = ("auto", *themes)
    yield SettingRow(Kind.CHOICE, "theme", settings.theme, note, words, "interface.theme", is_chosen, options)
    words = "Signs of ASCII only: auto where the terminal shows no others. It holds from the next start on."
    is_chosen = settings.ascii != "auto"
    yield SettingRow(Kind.CHOICE, "ASCII signs", settings.ascii, "", words, "interface.ascii", is_chosen, PRESENCES)


def _keys(settings: "Settings", bindings: Sequence["KeyBinding"]) -> Iterator[SettingRow]:
    if bindings:
        yield SettingRow(Kind.HEADING, "Keys")
    for binding in sorted(bindings, key=lambda binding: binding.id):
        keys = effective_keys(settings.keys, binding)
        words = f"{binding.words.rstrip('.')} ({binding.where}). Enter, then press the new key."
        shown = " ".join(map(show_key, keys))
        is_chosen = keys != binding.keys
        yield SettingRow(Kind.KEY, binding.id, shown, binding.words, words, f"keys.{binding.id}", is_chosen)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"
