"""The charts of the HTML report: training curves of both runs, and how the times of their single calls spread."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.compared import Compared
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_parts import figure, section, table
from workbench.comparison.report.svg_lines import ACROSS, UP, Point, Trace, line_chart
from workbench.comparison.report.svg_scale import Scale, linear_scale, log_scale
from workbench.comparison.training_curves import Overlay
from workbench.formatting import NOT_KNOWN, format_count, format_value
from workbench.run_words import plain_value, title_of

if TYPE_CHECKING:
    from store.records import SeriesRow
    from workbench.comparison.arrays import Array

_MOST_CURVES = 12
_SHARES = np.linspace(0, 1, 201)
_IN_SIGHT = (0.005, 0.995)
"""The fastest and the slowest calls lie beyond the edges: one stall must not press all others into a corner."""
_LOG_FROM = 8.0


def curves_section(overlays: Sequence[Overlay]) -> Markup | None:
    """The curves of the metrics that both runs logged; None where there are none."""
    shown = [chart for overlay in overlays[:_MOST_CURVES] if (chart := _curve(overlay)) is not None]
    if not shown:
        return None
    left = len(overlays) - len(shown)
    note = [tag("p", f"{format_count(left)} more series are in the store.", class_="note")] if left > 0 else []
    key = tag("p", "A is the whole line, B the broken one.", class_="note")
    return section("curves", "Training curves", tag("div", *shown, class_="charts"), key, *note)


def latency_section(compared: Compared) -> Markup | None:
    """The share of calls that took no longer than a time, of both runs; None where neither kept its calls."""
    calls, conditions, source = _timings(compared)
    if not calls:
        return None
    scale = _time_scale(list(calls.values()))
    up = linear_scale((0.0, 100.0), *UP, most=6)
    said = "; ".join(f"{letter} {_quantile_words(ms)}" for letter, ms in calls.items())
    chart = line_chart(
        [Trace(letter, (tuple(_quantiles(ms)),)) for letter, ms in calls.items()],
        scale,
        up,
        x_title="milliseconds, by logarithm" if scale.log else "milliseconds",
        words=f"How the times of single predictions spread: {said}.",
        marks=[mark for letter, ms in calls.items() for mark in _percentile_marks(letter, ms, scale, up)],
    )
    counts = ", ".join(f"{letter} {format_count(len(ms))}" for letter, ms in calls.items())
    caption = f"{source}: {counts} calls. Dots: half of the calls, and 95% of them. A whole line, B broken."
    picture = figure(chart, caption, title="% of calls that took no longer")
    return section("latency", "Latency", tag("div", picture, _conditions_table(conditions), class_="charts"))


def _timings(compared: Compared) -> tuple[dict[str, "Array"], dict[str, Mapping[str, Any]], str]:
    """The calls and conditions of each side that has some: of the race where there was one, else of each run."""
    race = compared.race
    if race is not None:
        shared = {key: value for key, value in race.conditions.items() if key not in ("a", "b")}
        own = {letter: race.conditions.get(letter.lower()) or {} for letter in "AB"}
        calls = {"A": race.trials.a.ms, "B": race.trials.b.ms}
        return calls, {letter: {**shared, **own[letter]} for letter in "AB"}, f"Race {race.id}"
    sides = {letter: side.calls for letter, side in (("A", compared.a), ("B", compared.b)) if side.calls is not None}
    timed = {letter: side for letter, side in sides.items() if len(side.ms)}
    calls = {letter: side.ms for letter, side in timed.items()}
    return calls, {letter: side.conditions for letter, side in timed.items()}, "Timed apart"


def _conditions_table(conditions: Mapping[str, Mapping[str, Any]]) -> Markup:
    """Under what the calls of each side were timed."""
    keys = dict.fromkeys(key for of in conditions.values() for key in of)
    rows = (
        (title_of(key), *(_condition(key, conditions.get(letter, {}).get(key)) for letter in ("A", "B")))
        for key in keys
    )
    return table(("", "A", "B"), rows, caption="How the calls were timed", class_="settings")


def _condition(key: str, value: Any) -> str:
    if value is None:
        return NOT_KNOWN
    if value in ([], ""):
        return "none"
    return str(value) if key == "seed" else plain_value(key, value)  # a seed is a name, and no amount


def _curve(overlay: Overlay) -> Markup | None:
    traces = [_trace("A", overlay.a), _trace("B", overlay.b)]
    points = [point for trace in traces for point in trace.points]
    if not points:
        return None
    bands = [end for trace in traces for band in trace.bands for _, low, high in band for end in (low, high)]
    across = linear_scale([0.0, *(x for x, _ in points)], *ACROSS, tight=True)
    up = linear_scale([y for _, y in points] + bands, *UP)
    title = title_of(overlay.metric)
    ends = "; ".join(
        f"{letter} ends at {format_value(overlay.metric, _last(rows))}"
        for letter, rows in (("A", overlay.a), ("B", overlay.b))
    )
    chart = line_chart(traces, across, up, x_title="step", words=f"{title} over the steps: {ends}.")
    return figure(chart, f"{ends}.", title=title)


def _trace(letter: str, rows: "Sequence[SeriesRow]") -> Trace:
    """The means of the stretches, joined within each attempt and over no gap, and the band from lowest to highest."""
    pieces: list[list[Point]] = []
    bands: list[list[tuple[float, float, float]]] = []
    attempt: int | None = None
    for row in rows:
        if row.mean is None or row.minimum is None or row.maximum is None:
            attempt = None
            continue
        if row.attempt != attempt:
            pieces.append([])
            bands.append([])
            attempt = row.attempt
        x = (row.first_step + row.last_step) / 2
        pieces[-1].append((x, row.mean))
        bands[-1].append((x, row.minimum, row.maximum))
    return Trace(letter, tuple(map(tuple, pieces)), tuple(map(tuple, bands)))


def _last(rows: "Sequence[SeriesRow]") -> float | None:
    return next((row.last for row in reversed(rows) if row.last is not None), None)


def _time_scale(calls: "Sequence[Array]") -> Scale:
    ends = [float(end) for ms in calls for end in np.quantile(ms, _IN_SIGHT)]
    if min(ends) > 0 and max(ends) / min(ends) > _LOG_FROM:
        return log_scale(ends, *ACROSS)
    return linear_scale(ends, *ACROSS, tight=True)


def _quantiles(ms: "Array") -> Iterator[Point]:
    """The distribution in 200 stretches of equally many calls, without those beyond the edges."""
    times = np.quantile(ms, _SHARES)
    for share, time in zip(_SHARES, times, strict=True):
        if _IN_SIGHT[0] <= share <= _IN_SIGHT[1]:
            yield float(time), float(share) * 100


def _percentile_marks(letter: str, ms: "Array", across: Scale, up: Scale) -> Iterator[Markup]:
    for share in (50.0, 95.0):
        x = across.place(float(np.quantile(ms, share / 100)))
        yield tag("circle", class_=f"fill {letter.lower()}", cx=x, cy=up.place(share), r=3.5)


def _quantile_words(ms: "Array") -> str:
    half, most = (format_value("p50_ms", float(np.quantile(ms, share))) for share in (0.5, 0.95))
    return f"half within {half}, 95% within {most}"
