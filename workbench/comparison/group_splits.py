"""Two groups of runs on the same repeated splits: each split gives one pair of scores."""

from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING

from workbench.comparison.contrast import Contrast
from workbench.comparison.evidence import Evidence, load_evidence
from workbench.comparison.group_measured import GroupsMeasured, figures_of, spreads_of
from workbench.comparison.group_members import GroupSide
from workbench.comparison.group_methods import FEWEST, split_contrast
from workbench.comparison.group_scores import softened_log_loss
from workbench.comparison.group_verdicts import SIGN_TURNS, more_splits
from workbench.comparison.options import Options
from workbench.evaluation.metrics import METRICS, SCORES
from workbench.formatting import format_count, format_significant

if TYPE_CHECKING:
    from store.database import Database

_SIZES_NOT_KNOWN = "the sizes of the training parts are not known, by which splits must be corrected for their overlap"


def measure_splits(
    db: "Database", a: GroupSide, b: GroupSide, shown_a: Evidence, shown_b: Evidence, options: Options
) -> GroupsMeasured:
    """The groups over the splits that both have. The members of both sides stand in the order of the splits."""
    figures: tuple[list[dict[str, float | None]], ...] = ([], [])
    runs: tuple[list[dict[str, object]], ...] = ([], [])
    softened: list[float | None] = []
    for pair in zip(a.members, b.members, strict=True):
        losses = []
        for side, member in enumerate(pair):
            evidence = load_evidence(db, member.id)
            figures[side].append(figures_of(evidence))
            runs[side].append(dict(evidence.run))
            losses.append(None if evidence.outcomes is None else softened_log_loss(evidence.outcomes))
        softened.append(None if losses[0] is None or losses[1] is None else losses[1] - losses[0])
    ratio = _ratio(runs[0])
    spreads = spreads_of(*figures)
    contrasts, more = {}, {}
    for name in SCORES:
        if name in spreads and METRICS[name].has_verdict:
            contrast = _contrast(name, figures[0], figures[1], ratio)
            if contrast is not None:
                contrasts[name] = contrast
                more[name] = more_splits(contrast.n or FEWEST, ratio or 0.0)
    if "log_loss" in contrasts:
        contrasts["log_loss"] = _unless_turned(contrasts["log_loss"], softened)
    return GroupsMeasured(
        contrasts=contrasts,
        more=more,
        spreads=spreads,
        paired=bool(a.members),
        examples=_examples(runs[0]),
        runs=(tuple(runs[0]), tuple(runs[1])),
    )


def _contrast(
    name: str, a: list[dict[str, float | None]], b: list[dict[str, float | None]], ratio: float | None
) -> Contrast | None:
    pairs = [(one[name], other[name]) for one, other in zip(a, b, strict=True)]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not known:
        return None
    contrast = split_contrast([one for one, _ in known], [other for _, other in known], ratio or 0.0)
    if contrast.doubt is None and ratio is None:
        return contrast.untested(_SIZES_NOT_KNOWN)
    if contrast.doubt is not None or ratio is None:
        return contrast
    note = f"{len(known)} splits, {format_significant(ratio)} test examples for each training example"
    return replace(contrast, note=note)


def _ratio(runs: list[dict[str, object]]) -> float | None:
    """Test examples for each training example, the mean over the splits; None where it is not known of all.

    Validation examples, which only tell when to stop, are no training examples here: the correction is rather too
    large.
    """
    ratios = []
    for run in runs:
        test, train = _size(run, "test"), _size(run, "train")
        if not test or not train:
            return None
        ratios.append(test / train)
    return fsum(ratios) / len(ratios) if ratios else None


def _size(run: dict[str, object], part: str) -> int | None:
    data = run.get("data")
    size = data.get(part) if isinstance(data, dict) else None
    return size if isinstance(size, int) else None


def _unless_turned(contrast: Contrast, softened: list[float | None]) -> Contrast:
    known = [difference for difference in softened if difference is not None]
    if known and contrast.delta is not None and fsum(known) * contrast.delta < 0:
        return replace(contrast, doubt=contrast.doubt or SIGN_TURNS)
    return contrast


def _examples(runs: list[dict[str, object]]) -> str:
    splits = "one split" if len(runs) == 1 else f"{len(runs)} splits"
    sizes = sorted({size for run in runs if (size := _size(run, "test")) is not None})
    if not sizes:
        return f"the test parts of {splits}"
    words = format_count(sizes[0]) if len(sizes) == 1 else f"{format_count(sizes[0])} to {format_count(sizes[-1])}"
    return f"the {words} test examples of each of {splits}"
