"""The measured differences of how well two language models predict a text, unit by unit.

Bits per byte is a ratio of sums over the units. The units of both runs are the same bytes, so it compares models with
different tokenizers; perplexity and the share of tokens predicted right count tokens, and compare only where both runs
made as many of every unit. Perplexity orders two models as bits per byte does then, and has its test.
"""

import math
from dataclasses import replace

import numpy as np

from workbench.comparison.arrays import Array, Floats
from workbench.comparison.contrast import Contrast, Estimate
from workbench.comparison.distributions import t_quantile
from workbench.comparison.means import contrast_of
from workbench.comparison.outcomes import UnitOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.serial import SerialError, serial_error
from workbench.comparison.tokenizers import token_obstacle

FEWEST_UNITS = 30
_MOST_BITS = 500
"""Bits a token from which on a perplexity is no number to compute with."""
_TOO_FEW = f"fewer than {FEWEST_UNITS} units of text: no verdict"


def unit_contrasts(pair: Pair[UnitOutcomes]) -> dict[str, Contrast]:
    """The contrasts that the outcomes of both runs allow, by metric; none where a code has no finite length."""
    a, b = pair.a, pair.b
    if min(_total(a.bytes), _total(b.bytes)) == 0 or not (np.isfinite(a.bits).all() and np.isfinite(b.bits).all()):
        return {}
    bits = _contrast(_Ratio.of(a.bits, a.bytes), _Ratio.of(b.bits, b.bytes), pair.paired)
    contrasts = {"bits_per_byte": bits}
    if min(_total(a.tokens), _total(b.tokens)) == 0:
        return contrasts
    per_token = [_Ratio.of(side.bits, side.tokens) for side in (a, b)]
    if max(ratio.value for ratio in per_token) < _MOST_BITS:
        perplexity = _of_tokens(pair, *(ratio.exponential() for ratio in per_token))
        if perplexity.p_value is not None:
            perplexity = replace(perplexity, p_value=bits.p_value, test=bits.test)
        contrasts["perplexity"] = perplexity
    if a.right is not None and b.right is not None:
        contrasts["next_token_accuracy"] = _of_tokens(pair, _Ratio.of(a.right, a.tokens), _Ratio.of(b.right, b.tokens))
    return contrasts


class _Ratio:
    """A sum over a sum of the units, how far each unit pulls it, and the standard error of that in the text's order."""

    def __init__(self, value: float, pulls: Floats) -> None:
        self.value, self.pulls = value, pulls
        self.serial = serial_error(pulls)

    @classmethod
    def of(cls, numerator: Array, denominator: Array) -> "_Ratio":
        """The ratio of the sums, linear in the units: (numerator - ratio x denominator) / mean denominator."""
        above, below = numerator.astype(np.float64), denominator.astype(np.float64)
        ratio = float(above.sum() / below.sum())
        return cls(ratio, (above - ratio * below) / below.mean())

    def exponential(self) -> "_Ratio":
        """2 to the power of the ratio, by the delta method."""
        value = 2.0**self.value
        return _Ratio(value, math.log(2) * value * self.pulls)

    def estimate(self) -> Estimate:
        """The ratio with its 95 % interval, not below 0."""
        if not math.isfinite(self.serial.error):
            return Estimate(self.value)
        half = t_quantile(0.975, self.serial.degrees) * self.serial.error
        return Estimate(self.value, max(0.0, self.value - half), self.value + half)


def _contrast(a: _Ratio, b: _Ratio, paired: bool) -> Contrast:
    n_a, n_b = len(a.pulls), len(b.pulls)
    serial = serial_error(b.pulls - a.pulls) if paired else _sum_of(a.serial, b.serial)
    contrast = contrast_of(
        a.estimate(),
        b.estimate(),
        serial.error,
        serial.degrees,
        test="block-bootstrap" if paired else "block-bootstrap-unpaired",
        n=n_a if paired else n_a + n_b,
    )
    return replace(contrast, doubt=_TOO_FEW) if min(n_a, n_b) < FEWEST_UNITS else contrast


def _of_tokens(pair: Pair[UnitOutcomes], a: _Ratio, b: _Ratio) -> Contrast:
    obstacle = token_obstacle(pair)
    return _contrast(a, b, paired=True) if obstacle is None else Contrast(a.estimate(), b.estimate(), note=obstacle)


def _sum_of(a: SerialError, b: SerialError) -> SerialError:
    """The error of a difference of independent values: Welch's degrees of freedom."""
    spread = a.error**2 + b.error**2
    parts = a.error**4 / a.degrees + b.error**4 / b.degrees
    return SerialError(math.sqrt(spread), spread**2 / parts if parts > 0 else 1.0, max(a.block, b.block))


def _total(counts: Array) -> int:
    return int(np.sum(counts, dtype=np.int64))
