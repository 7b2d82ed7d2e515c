"""What a trade-off comes to in sentences, which the command line and the interface both show."""

from collections.abc import Iterator, Mapping, Sequence

from workbench.comparison.candidates import Candidates
from workbench.comparison.tradeoff import Tradeoff
from workbench.formatting import format_percent


def names_of(found: Tradeoff, ids: Sequence[int]) -> str:
    """Runs by name and id."""
    names: Mapping[int, str] = {point.run.id: f"{point.run.name} ({point.run.id})" for point in found.points}
    return " and ".join(names[run_id] for run_id in ids)


def winner_words(found: Tradeoff) -> str:
    """Who wins by the weights, or why nobody does."""
    weights = ", ".join(f"{role} {format_percent(weight, 0)}" for role, weight in found.weights.items())
    names = names_of(found, found.winners)
    if names:
        bound = " of those that meet the needs" if found.choice.needs else ""
        return f"{names} win{'s' if len(found.winners) == 1 else ''}{bound}, weighed by {weights}."
    if found.choice.needs and not any(point.passes for point in found.points):
        return "No run meets the needs."
    return "No run can be scored: none has every figure that is weighed."


def turning_words(found: Tradeoff) -> Iterator[str]:
    """For each weight, who would win with more or less of it."""
    for role, segments in found.segments.items():
        first, *others = [names_of(found, segment.winners) for segment in segments]
        if not others:
            yield f"Whatever the weight of {role}, {first} would win."
            continue
        turns = [
            f"from {format_percent(segment.low)} on {names}"
            for segment, names in zip(segments[1:], others, strict=True)
        ]
        upto = format_percent(segments[0].high)
        yield f"With more or less weight on {role}: {first} up to {upto}, {', '.join(turns)}."


def flag_words(found: Tradeoff) -> Iterator[str]:
    """Runs that are not like the others, and why."""
    for point in found.points:
        for flag in point.flags:
            aside = ", so left out of the front" if flag.code == "other-conditions" and not point.placed else ""
            yield f"{point.run.name} ({point.run.id}): {flag.message}{aside}."


def rest_words(found: Tradeoff, candidates: Candidates) -> Iterator[str]:
    """Which runs have no score, how scores are made, and how many runs are of other data."""
    unscored = sum(point.score is None for point in found.points)
    if found.weights and unscored:
        which = "1 run has" if unscored == 1 else f"{unscored:,} runs have"
        yield f"{which} no score: a figure that is weighed is not known, or was measured under other conditions."
    yield from (f"{note[0].upper()}{note[1:]}." for note in found.notes)
    if candidates.other_data:
        runs = "run" if candidates.other_data == 1 else "runs"
        yield f"{candidates.other_data:,} finished {runs} of other data {'is' if runs == 'run' else 'are'} not shown."
