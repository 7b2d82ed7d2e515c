"""Two groups of runs that differ in seed, measured on the test examples that all of them share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.arrays import Array
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.evidence import Evidence, load_evidence
from workbench.comparison.group_measured import GroupsMeasured, figures_of, spreads_of
from workbench.comparison.group_members import GroupSide
from workbench.comparison.group_methods import SeedScores, SeedScoresSum, seed_contrast, seeds_share
from workbench.comparison.group_scores import SHARES, scores_of, softened_log_loss
from workbench.comparison.group_verdicts import SIGN_TURNS, more_seeds
from workbench.comparison.options import Options
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes
from workbench.comparison.pairing import Pair, pair_up
from workbench.comparison.quality import untested_where_few
from workbench.evaluation.metrics import METRICS, SCORES
from workbench.formatting import format_count

if TYPE_CHECKING:
    from store.database import Database

_SAME = 1e-9


@dataclass(eq=False)
class _Side:
    """What has been gathered of one side so far."""

    labels: tuple[str, ...] | None
    positions: Array | None = None
    """The examples that count, in the order of A's; None: all of them."""
    figures: list[dict[str, float | None]] = field(default_factory=list)
    runs: list[Mapping[str, Any]] = field(default_factory=list)
    sums: dict[str, SeedScoresSum] = field(default_factory=dict)
    softened: list[float] = field(default_factory=list)

    def add(self, evidence: Evidence) -> None:
        """One more member; its outcomes are let go of afterwards."""
        figures = figures_of(evidence)
        if evidence.outcomes is not None:
            outcomes = self._chosen(evidence.outcomes)
            if self.positions is not None:
                # What was published is about the whole test part.
                figures.update(dict.fromkeys(SCORES))
            for scored in scores_of(outcomes):
                if scored.metric in METRICS:
                    published = figures[scored.metric]
                    value = scored.value if published is None else published
                    figures[scored.metric] = value
                    self.sums.setdefault(scored.metric, SeedScoresSum()).add(value, scored.pulls)
            softened = softened_log_loss(outcomes)
            self.softened += [] if softened is None else [softened]
        self.figures.append(figures)
        self.runs.append(evidence.run)

    def scores(self) -> dict[str, SeedScores]:
        """The scores that were gathered."""
        return {name: scores for name, gathered in self.sums.items() if (scores := gathered.finish()) is not None}

    def _chosen(self, outcomes: RunOutcomes) -> RunOutcomes:
        if isinstance(outcomes, ExampleOutcomes) and self.labels is not None:
            outcomes = outcomes.relabelled(self.labels)
        return outcomes if self.positions is None else outcomes.at(self.positions)


def measure_seeds(
    db: "Database", a: GroupSide, b: GroupSide, shown_a: Evidence, shown_b: Evidence, options: Options
) -> GroupsMeasured:
    """The groups on the examples that both were tested on; ``shown_a`` and ``shown_b`` are a member of each."""
    pair = _pair(shown_a.outcomes, shown_b.outcomes, options)
    labels = shown_a.outcomes.labels if pair and isinstance(shown_a.outcomes, ExampleOutcomes) else None
    sides = (_Side(labels), _Side(labels))
    if pair is not None and pair.paired and not _is_whole(pair, shown_a.outcomes, shown_b.outcomes):
        sides = (_Side(labels, pair.positions_a), _Side(labels, pair.positions_b))
    for side, group in zip(sides, (a, b), strict=True):
        for member in group.members:
            side.add(load_evidence(db, member.id))
    contrasts, more = _contrasts(*sides, pair)
    return GroupsMeasured(
        contrasts=contrasts,
        more=more,
        spreads=spreads_of(sides[0].figures, sides[1].figures),
        paired=pair is not None and pair.paired,
        examples=_examples(pair),
        runs=(tuple(sides[0].runs), tuple(sides[1].runs)),
    )


def _pair(a: RunOutcomes | None, b: RunOutcomes | None, options: Options) -> Pair[RunOutcomes] | None:
    """The outcomes of one run of each side, side by side; None where they cannot be compared."""
    if a is None or b is None or type(a) is not type(b):
        return None
    if isinstance(a, ExampleOutcomes) and isinstance(b, ExampleOutcomes) and set(a.labels) != set(b.labels):
        return None
    return pair_up(a, b, options.common_examples)


def _is_whole(pair: Pair[RunOutcomes], a: RunOutcomes | None, b: RunOutcomes | None) -> bool:
    """Whether both were tested on the same examples in the same order, and all of them count."""
    return pair.a is a and (b is not None and np.array_equal(pair.b.ids, b.ids))


def _contrasts(a: _Side, b: _Side, pair: Pair[RunOutcomes] | None) -> tuple[dict[str, Contrast], dict[str, str]]:
    contrasts: dict[str, Contrast] = {}
    more: dict[str, str] = {}
    if pair is None:
        return contrasts, more
    scores_a, scores_b = a.scores(), b.scores()
    for name in scores_a.keys() & scores_b.keys():
        one, other = scores_a[name], scores_b[name]
        if pair.paired:
            contrast = seed_contrast(one, other, deciding_examples(one, other) if name in SHARES else None)
            note = f"{one.seeds} and {other.seeds} seeds on {_examples(pair)}"
            contrasts[name] = replace(contrast, note=None if contrast.doubt else note)
            more[name] = more_seeds(seeds_share(one, other))
        else:
            contrasts[name] = _unpaired(one, other, pair)
    log_loss = contrasts.get("log_loss")
    if log_loss is not None and log_loss.delta is not None and a.softened and b.softened:
        softened = fsum(b.softened) / len(b.softened) - fsum(a.softened) / len(a.softened)
        if softened * log_loss.delta < 0:
            contrasts["log_loss"] = replace(log_loss, doubt=log_loss.doubt or SIGN_TURNS)
    if isinstance(pair.a, ExampleOutcomes) and isinstance(pair.b, ExampleOutcomes):
        contrasts = untested_where_few(contrasts, pair.a, pair.b)
    return contrasts, more


def _unpaired(a: SeedScores, b: SeedScores, pair: Pair[RunOutcomes]) -> Contrast:
    mean_a, mean_b = fsum(a.points) / a.seeds, fsum(b.points) / b.seeds
    doubt = f"the groups' test parts have {format_count(pair.common)} examples in common, too few for a test"
    return Contrast(Estimate(mean_a), Estimate(mean_b), mean_b - mean_a, n=a.seeds + b.seeds, doubt=doubt)


def deciding_examples(a: SeedScores, b: SeedScores) -> int:
    """On how many examples the share of seeds that are right differs between the groups."""
    apart = (b.pulls - a.pulls) + (float(b.points.mean()) - float(a.points.mean()))
    return int(np.count_nonzero(np.abs(apart) > _SAME))


def _examples(pair: Pair[RunOutcomes] | None) -> str:
    if pair is None or not pair.paired:
        return "different test examples"
    return f"one {pair.a.noun}" if pair.examples == 1 else f"the same {format_count(pair.examples)} {pair.a.noun}s"
