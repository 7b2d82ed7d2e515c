"""A group of runs beside another: is one model better over other seeds, or over other splits, too?

``compare_groups`` finds the members (``group_members``), measures (``group_seeds``, ``group_splits``), judges
(``group_verdicts``) and says it (``group_words``). Members are read one after another, so that memory does not grow
with their number.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.comparison import Comparison, Options, compare, load_evidence, load_race
from workbench.comparison.group_cautions import group_cautions
from workbench.comparison.group_members import GroupKind, GroupSide, choose_kind, find_alike, seed_side, split_sides
from workbench.comparison.group_methods import Spread
from workbench.comparison.group_result import GroupCompared, Spreads
from workbench.comparison.group_seeds import measure_seeds
from workbench.comparison.group_splits import measure_splits
from workbench.comparison.group_verdicts import figure_of_groups, judge_scores
from workbench.comparison.group_words import summarise_groups
from workbench.comparison.result import Row, Verdict
from workbench.evaluation.metrics import METRICS

if TYPE_CHECKING:
    from store.database import Database
    from workbench.settings import Settings

__all__ = ["GroupCompared", "GroupKind", "GroupSide", "Spread", "Spreads", "compare_groups"]

_SEEDS = {GroupKind.SEEDS: ("seed",), GroupKind.SPLITS: ("seed", "split_seed")}
"""Settings in which the members of a group differ, so that the two runs shown may differ in them, too."""


def compare_groups(
    db: "Database", a_id: int, b_id: int, settings: "Settings", kind: GroupKind | None = None
) -> GroupCompared:
    """Compare the group of run A with that of run B; None takes the kind of which there is more evidence.

    Raises UnknownRun; UsageError where no run of a group is done.
    """
    options = Options.of(settings)
    with db.reading():
        alike_a, alike_b = find_alike(db, a_id), find_alike(db, b_id)
        kind = kind or choose_kind(alike_a, alike_b)
        if kind is GroupKind.SEEDS:
            a, b = seed_side(alike_a), seed_side(alike_b)
        else:
            a, b = split_sides(alike_a, alike_b)
        shown_a, shown_b = (load_evidence(db, alike.anchor.id) for alike in (alike_a, alike_b))
        measure = measure_seeds if kind is GroupKind.SEEDS else measure_splits
        measured = measure(db, a, b, shown_a, shown_b, options)
        race = load_race(db, a_id, b_id)
    single = compare(shown_a, shown_b, options=options, race=race)
    rows = judge_scores(measured.contrasts, measured.more, options)
    for name, metric in METRICS.items():
        if name not in rows and name in measured.spreads:
            rows[name] = figure_of_groups(metric, measured.spreads[name], kind)
    rows = {name: _unless_blocked(rows[name], single) for name in METRICS if name in rows}
    # What disturbed the race is told with it; that the two were timed apart matters no longer where they were raced.
    said = tuple(caution for caution in single.warnings if not caution.message.startswith("race"))
    warnings = group_cautions(said, kind, a, b, measured.runs)
    comparison = replace(
        single,
        paired=measured.paired,
        warnings=warnings,
        rows=tuple(rows.values()),
        disagreements=None,
        classes=(),
        race=None,
        parameters=tuple(item for item in single.parameters if item.key not in _SEEDS[kind]),
        summary=summarise_groups((shown_a, shown_b), rows, kind, (a, b), measured, warnings),
    )
    return GroupCompared(comparison, kind, a, b, {name: measured.spreads[name] for name in rows})


def _unless_blocked(row: Row, single: Comparison) -> Row:
    """The row, under the reason for which the outcomes of the two groups cannot be compared, if there is one."""
    blocked = single.row(row.metric)
    if single.comparable or blocked is None or blocked.verdict is not Verdict.NOT_COMPARABLE:
        return row
    return replace(
        row,
        delta_low=None,
        delta_high=None,
        test=None,
        p_value=None,
        p_adjusted=None,
        verdict=Verdict.NOT_COMPARABLE,
        reason=blocked.reason,
    )
