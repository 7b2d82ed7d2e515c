"""How often the comparison errs, by simulation: verdicts on equally good models, and the coverage of its intervals.

Run by hand: ``nice python tests/bench/bench_statistics.py [repeats] [coverage repeats] [part of a case's title]``; by
default 10,000 and 2,000 of every case, which takes an hour on one core. Prints two tables. In the first a line is a
family of rows of equally good models, and the share of pairs in which any row of it has a verdict: at most 5 % within
the error of the simulation. In the second a line is a score of models that differ, and the share of 95 % intervals for
the difference that hold the true one, which a sample of 400,000 examples tells: at least 93 %, and at most 97 % but for
scores of whole numbers of right answers. An exclamation mark stands where that does not hold.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from workbench.comparison.classes import class_rows
from workbench.comparison.contrast import Contrast
from workbench.comparison.options import Options
from workbench.comparison.outcomes import ExampleOutcomes, RunOutcomes, UnitOutcomes, ValueOutcomes
from workbench.comparison.pairing import Pair
from workbench.comparison.quality import quality_contrasts
from workbench.comparison.regression import value_contrasts
from workbench.comparison.result import Row, Verdict
from workbench.comparison.text import unit_contrasts
from workbench.comparison.verdicts import judge

OPTIONS = Options()
LARGE = 400_000
CLASSES_EVERY = 4
DISCRETE = ("accuracy", "balanced_accuracy", "macro_", "weighted_", "calibration_error")
"""Scores of whole numbers of right answers, and the one whose interval is wide on purpose."""
Draw = Callable[[np.random.Generator, int], Pair[RunOutcomes]]


@dataclass(frozen=True)
class Case:
    """One way in which the world may be: how pairs of runs are drawn, and which sizes of test part are tried."""

    title: str
    draw: Draw
    sizes: tuple[int, ...]
    family: tuple[str, ...]
    contrasts: Callable[[Pair], Mapping[str, Contrast]]


def classifiers(weights: tuple[float, ...], skills: tuple[float, float], shared: float, *, paired: bool = True) -> Draw:
    """Two classifiers whose logits hold the truth with noise, a share of which they have in common."""

    def draw(rng: np.random.Generator, n: int) -> Pair[RunOutcomes]:
        classes, sides = len(weights), []
        truth = rng.choice(classes, size=n, p=weights).astype(np.uint8)
        common = rng.normal(size=(n, classes))
        for skill in skills:
            if not paired:
                truth = rng.choice(classes, size=n, p=weights).astype(np.uint8)
            noise = math.sqrt(shared) * common + math.sqrt(1 - shared) * rng.normal(size=(n, classes))
            noise[np.arange(n), truth] += skill
            odds = np.exp(1.5 * noise)
            probabilities = odds / odds.sum(axis=1, keepdims=True)
            sides.append(
                ExampleOutcomes(
                    labels=tuple(f"c{number}" for number in range(classes)),
                    ids=np.arange(n, dtype=np.uint64),
                    truth=truth,
                    predicted=probabilities.argmax(axis=1).astype(np.uint8),
                    probabilities=(probabilities[:, 1] if classes == 2 else probabilities).astype(np.float16),
                    loss=-np.log(np.clip(probabilities[np.arange(n), truth], 1e-7, 1)).astype(np.float32),
                )
            )
        return Pair(*sides, paired=paired, common=n if paired else 0)

    return draw


def regressions(sizes: tuple[float, float], shared: float, tails: float, *, paired: bool = True) -> Draw:
    """Two regressions with errors of these sizes, Student's t with so many degrees, partly in common."""

    def draw(rng: np.random.Generator, n: int) -> Pair[RunOutcomes]:
        truth, sides = rng.normal(50, 10, size=n), []
        common = rng.standard_t(tails, size=n)
        for size in sizes:
            if not paired:
                truth = rng.normal(50, 10, size=n)
            errors = size * (math.sqrt(shared) * common + math.sqrt(1 - shared) * rng.standard_t(tails, size=n))
            sides.append(ValueOutcomes(ids=np.arange(n, dtype=np.uint64), truth=truth, predicted=truth + errors))
        return Pair(*sides, paired=paired, common=n if paired else 0)

    return draw


def texts(rates: tuple[float, float], handed_on: float, *, paired: bool = True) -> Draw:
    """Two language models on units of 200 to 800 bytes; each unit is about as hard as the one before."""

    def series(rng: np.random.Generator, n: int) -> np.ndarray:
        noise, value = rng.normal(size=n), np.empty(n)
        value[0] = noise[0]
        for place in range(1, n):
            value[place] = handed_on * value[place - 1] + math.sqrt(1 - handed_on**2) * noise[place]
        return value

    def draw(rng: np.random.Generator, n: int) -> Pair[RunOutcomes]:
        sides, n_bytes, common = [], rng.integers(200, 800, size=n), series(rng, n)
        for rate in rates:
            if not paired:
                n_bytes, common = rng.integers(200, 800, size=n), series(rng, n)
            bits = n_bytes * (rate + 0.15 * common + 0.05 * series(rng, n))
            right = rng.binomial(n_bytes // 4, np.clip(0.5 - 0.2 * (bits / n_bytes - rate), 0, 1))
            ids = np.arange(n, dtype=np.uint64)
            sides.append(UnitOutcomes(ids=ids, bits=bits, bytes=n_bytes, tokens=n_bytes // 4, right=right))
        return Pair(*sides, paired=paired, common=n if paired else 0)

    return draw


QUALITY = ("accuracy", "macro_f1", "log_loss", "roc_auc")
VALUES, TEXT = ("mse", "mae", "rmse", "r2"), ("bits_per_byte", "next_token_accuracy", "perplexity")
EVEN, UNEVEN, RARE, MANY = (0.5, 0.5), (0.85, 0.15), (0.7, 0.2, 0.1), tuple([0.1] * 10)


def cases(better: bool) -> Iterator[Case]:
    """The cases, of equally good models or of two of which B is the better one."""
    skills, sizes, rates = (1.0, 1.5 if better else 1.0), (3.0, 2.6 if better else 3.0), (1.2, 1.15 if better else 1.2)
    for title, weights in (("2 even", EVEN), ("2 uneven", UNEVEN), ("3 uneven", RARE), ("10 even", MANY)):
        for shared in (0.0, 0.8):
            draw = classifiers(weights, skills, shared)
            yield Case(f"{title}, {shared:.0%} shared", draw, (50, 200, 1000), QUALITY, quality_contrasts)
    for title, weights in (("2 uneven, unpaired", UNEVEN), ("3 uneven, unpaired", RARE)):
        draw = classifiers(weights, skills, 0.0, paired=False)
        yield Case(title, draw, (50, 200, 1000), QUALITY, quality_contrasts)
    for shared, tails in ((0.0, 30.0), (0.8, 30.0), (0.5, 5.0)):
        draw = regressions(sizes, shared, tails)
        yield Case(f"numbers, {shared:.0%} shared, t{tails:g}", draw, (50, 200, 2000), VALUES, value_contrasts)
    draw = regressions(sizes, 0.0, 30.0, paired=False)
    yield Case("numbers, unpaired", draw, (50, 200), VALUES, value_contrasts)
    for handed_on in (0.0, 0.3, 0.6):
        yield Case(f"text, {handed_on:g} handed on", texts(rates, handed_on), (50, 200, 1000), TEXT, unit_contrasts)
    yield Case("text, unpaired", texts(rates, 0.3, paired=False), (50, 200), TEXT, unit_contrasts)


def told_apart(rows: list[Row]) -> bool:
    """Whether any row has a verdict."""
    return any(row.verdict in (Verdict.A, Verdict.B) for row in rows)


def false_verdicts(case: Case, n: int, repeats: int) -> tuple[float, float | None]:
    """The share of pairs of equally good models of which the family tells any apart, and the list of classes."""
    rng, family, classes = np.random.default_rng(n), 0, 0
    of_classes = case.contrasts is quality_contrasts
    for number in range(repeats):
        pair = case.draw(rng, n)
        rows = judge(case.contrasts(pair), OPTIONS)
        family += told_apart([row for row in rows if row.metric in case.family])
        if of_classes and number % CLASSES_EVERY == 0:
            classes += told_apart([row for rows in class_rows(pair, OPTIONS) for row in rows.rows])
    return family / repeats, classes * CLASSES_EVERY / repeats if of_classes else None


def coverage(case: Case, n: int, repeats: int) -> dict[str, float]:
    """By score the share of intervals that hold the true difference, where a tenth of the pairs has one at all."""
    rng = np.random.default_rng(n)
    truth = {name: contrast.delta for name, contrast in case.contrasts(case.draw(rng, LARGE)).items()}
    held: dict[str, list[bool]] = {}
    for _ in range(repeats):
        for name, contrast in case.contrasts(case.draw(rng, n)).items():
            if contrast.interval is not None and truth[name] is not None:
                held.setdefault(name, []).append(contrast.interval[0] <= truth[name] <= contrast.interval[1])
    return {name: float(np.mean(found)) for name, found in held.items() if len(found) >= repeats / 10}


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    covered = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    begin = time.perf_counter()
    error = 2 * math.sqrt(0.05 * 0.95 / max(1, repeats))
    print(f"False verdicts of equally good models, {repeats:,} pairs each; 5 % +- {error:.2%} is what 5 % looks like")
    print(f"{'case':<32}{'n':>6}{'family':>9}{'classes':>9}")
    for case in cases(better=False) if repeats else ():
        for n in case.sizes if wanted in case.title else ():
            family, classes = false_verdicts(case, n, repeats if n < 1000 else repeats // 5)
            mark = "" if family <= 0.05 + error else "  over"
            listed = "" if classes is None else f"{classes:.2%}"
            print(f"{case.title:<32}{n:>6}{family:>9.2%}{listed:>9}{mark}", flush=True)
    if covered:
        print(f"\nCoverage of 95 % intervals for the difference, {covered:,} pairs each, in per cent")
    for case in cases(better=True) if covered else ():
        for n in case.sizes if wanted in case.title else ():
            found = coverage(case, n, covered if n < 1000 else covered // 2)
            words = "  ".join(
                f"{name} {share * 100:.1f}{_mark(name, share)}"
                for name, share in found.items()
                if name != "macro_recall"
            )
            print(f"{case.title:<32}{n:>6}  {words}", flush=True)
    print(f"{time.perf_counter() - begin:.0f} s")


def _mark(name: str, share: float) -> str:
    return "!" if share < 0.93 or (share > 0.97 and not name.startswith(DISCRETE)) else ""


if __name__ == "__main__":
    main()
