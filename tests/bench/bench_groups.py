"""How often groups of equally good models are told apart, and how often the intervals hold the true difference.

Run by hand: ``python tests/bench/bench_groups.py [repeats] [time]``. False verdicts should be at most 5 % (the family's
after Holm), coverage at least 93 %; with 1,000 repeats the figures are good to +- 1.4 %. ``naive`` is what a t-test on
the members' scores alone would do: it takes no account of the examples, or of the overlap of the splits.
"""

import sys
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from comparison_fixtures import make_outcomes

from workbench.comparison import ExampleOutcomes
from workbench.comparison.distributions import t_quantile, t_two_sided
from workbench.comparison.group_methods import SeedScores, SeedScoresSum, seed_contrast, split_contrast
from workbench.comparison.group_scores import scores_of
from workbench.comparison.group_seeds import deciding_examples
from workbench.comparison.verdicts import adjust

FAMILY = ("accuracy", "macro_f1", "log_loss", "roc_auc")
SHOWN = (*FAMILY, "brier")


@dataclass(frozen=True)
class World:
    """Models whose logits hold the truth with a skill that the seed moves, on examples of a difficulty in common.

    ``own`` is the share of noise that is each seed's own; ``shared`` how alike both models' noise on an example is.
    """

    n: int
    classes: int
    seeds: tuple[int, int]
    seed_sd: float
    own: float
    shared: float
    skills: tuple[float, float] = (1.5, 1.5)

    def sides(self, rng: np.random.Generator) -> Iterator[Iterator[ExampleOutcomes]]:
        """The outcomes of the runs of A, then of B."""
        truth = rng.integers(0, self.classes, self.n)
        truth[: self.classes] = np.arange(self.classes)
        common = rng.normal(size=(self.n, self.classes))
        for seeds, skill in zip(self.seeds, self.skills, strict=True):
            noise = self.shared * common + np.sqrt(1 - self.shared**2) * rng.normal(size=common.shape)
            yield (self._run(rng, truth, noise, skill) for _ in range(seeds))

    def _run(self, rng: np.random.Generator, truth: np.ndarray, noise: np.ndarray, skill: float) -> ExampleOutcomes:
        logits = np.sqrt(1 - self.own**2) * noise + self.own * rng.normal(size=noise.shape)
        logits[np.arange(self.n), truth] += skill + self.seed_sd * rng.normal()
        weights = np.exp(1.5 * (logits - logits.max(axis=1, keepdims=True)))
        return make_outcomes(truth, weights / weights.sum(axis=1, keepdims=True))

    def scores(self, seed: int) -> list[dict[str, SeedScores]]:
        """The scores of both sides."""
        found = []
        for side in self.sides(np.random.default_rng(seed)):
            sums: dict[str, SeedScoresSum] = {}
            for outcomes in side:
                for score in scores_of(outcomes):
                    if score.metric in SHOWN:
                        sums.setdefault(score.metric, SeedScoresSum()).add(score.value, score.pulls)
            finished = {name: gathered.finish() for name, gathered in sums.items()}
            found.append({name: scores for name, scores in finished.items() if scores is not None})
        return found

    def true_difference(self) -> dict[str, float]:
        """B - A over many seeds, each on examples of its own."""
        wide = World(4_000, self.classes, (1, 1), self.seed_sd, self.own, self.shared, self.skills)
        draws = [wide.scores(10**6 + seed) for seed in range(400)]
        return {name: float(np.mean([b[name].points[0] - a[name].points[0] for a, b in draws])) for name in SHOWN}


WORLDS = (
    World(100, 3, (5, 5), 0.0, 0.5, 0.5),
    World(300, 3, (5, 5), 0.1, 0.5, 0.7),
    World(300, 3, (5, 5), 0.3, 0.5, 0.7),
    World(300, 2, (5, 8), 0.1, 0.7, 0.5),
    World(500, 5, (10, 10), 0.2, 0.9, 0.5),
    World(300, 3, (5, 20), 0.2, 0.5, 0.7),
    World(300, 3, (5, 5), 0.0, 0.05, 0.97),
    World(300, 3, (5, 5), 0.1, 0.5, 0.7, (1.5, 1.8)),
    World(300, 2, (8, 5), 0.2, 0.5, 0.7, (1.0, 2.0)),
)


def bench_seeds(repeats: int) -> None:
    print("\nSeeds: false verdicts at p <= 0.05 / coverage of the 95 % interval, in %")
    print("examples classes   seeds seed-sd  own shared  skills   " + " ".join(f"{name:>12}" for name in SHOWN), end="")
    print("  family  naive (accuracy)")
    for world in WORLDS:
        null = world.skills[0] == world.skills[1]
        truth = dict.fromkeys(SHOWN, 0.0) if null else world.true_difference()
        wrong, held = (dict.fromkeys(SHOWN, 0) for _ in range(2))
        family = naive = 0
        for seed in range(repeats):
            a, b = world.scores(seed)
            contrasts = {
                name: seed_contrast(
                    a[name], b[name], deciding_examples(a[name], b[name]) if name == "accuracy" else None
                )
                for name in SHOWN
            }
            for name, contrast in contrasts.items():
                assert contrast.interval is not None
                assert contrast.p_value is not None
                wrong[name] += contrast.p_value <= 0.05
                held[name] += contrast.interval[0] <= truth[name] <= contrast.interval[1]
            adjusted = adjust({name: contrasts[name] for name in FAMILY})
            family += min(adjusted.values()) <= 0.05
            naive += _welch_p(a["accuracy"].points, b["accuracy"].points) <= 0.05
        cells = [
            f"{'' if not null else f'{100 * wrong[name] / repeats:.1f} /'}{100 * held[name] / repeats:6.1f}"
            for name in SHOWN
        ]
        print(
            f"{world.n:>8} {world.classes:>7} {world.seeds[0]:>4}+{world.seeds[1]:<2} {world.seed_sd:>7} "
            f"{world.own:>4} {world.shared:>6} {world.skills[0]}/{world.skills[1]}   "
            + " ".join(f"{cell:>12}" for cell in cells)
            + (f" {100 * family / repeats:>6.1f}  {100 * naive / repeats:.1f}" if null else ""),
            flush=True,
        )


def _welch_p(a: np.ndarray, b: np.ndarray) -> float:
    parts = [side.var(ddof=1) / len(side) for side in (a, b)]
    spread = sum(parts)
    if spread == 0:
        return float(a.mean() == b.mean())
    degrees = spread**2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, (a, b), strict=True))
    return t_two_sided(float(b.mean() - a.mean()) / float(np.sqrt(spread)), degrees)


def bench_splits(repeats: int) -> None:
    """Nearest centroids on two sets of features, equally useful or not, on repeated splits of one made-up data set."""
    print(
        "\nSplits: false verdicts / coverage in %, corrected and naive (paired t), true difference from 4,000 data sets"
    )
    print("rows splits test  effects      corrected         naive")
    for rows, k, share, effects in (
        (200, 5, 0.2, (0.5, 0.5)),
        (200, 10, 0.2, (0.5, 0.5)),
        (200, 20, 0.2, (0.5, 0.5)),
        (1_000, 10, 0.2, (0.5, 0.5)),
        (200, 10, 0.5, (0.5, 0.5)),
        (200, 10, 0.1, (0.5, 0.5)),
        (200, 10, 0.2, (0.3, 0.7)),
    ):
        null = effects[0] == effects[1]
        truth = 0.0
        if not null:
            draws = (_differences(10**6 + seed, rows, 1, share, effects) for seed in range(4_000))
            truth = float(np.mean([b[0] - a[0] for a, b in draws]))
        counts = np.zeros(4)
        ratio = share / (1 - share)
        for seed in range(repeats):
            a, b = _differences(seed, rows, k, share, effects)
            contrast = split_contrast(a, b, ratio)
            interval = contrast.interval
            assert interval is not None
            differences = b - a
            error = float(differences.std(ddof=1)) / k**0.5
            half, off = t_quantile(0.975, k - 1) * error, abs(float(differences.mean()) - truth)
            significant = abs(float(differences.mean())) > half
            counts += (
                contrast.p_value is not None and contrast.p_value <= 0.05,
                interval[0] <= truth <= interval[1],
                significant,
                off <= half,
            )
        rates = 100 * counts / repeats
        cells = [f"{rates[at]:.1f} / {rates[at + 1]:.1f}" if null else f"- / {rates[at + 1]:.1f}" for at in (0, 2)]
        print(f"{rows:>4} {k:>6} {share:>4}  {effects[0]}/{effects[1]}  {cells[0]:>14} {cells[1]:>14}", flush=True)


def _differences(
    seed: int, rows: int, k: int, share: float, effects: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The accuracies of both models on ``k`` random splits of a data set, each of shape (k,)."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    sets = [rng.normal(size=(rows, 5)) + effect * (2 * y[:, None] - 1) / 2 for effect in effects]
    scores = np.empty((2, k))
    for split in range(k):
        order = rng.permutation(rows)
        test, train = order[: round(rows * share)], order[round(rows * share) :]
        for side, x in enumerate(sets):
            centres = [x[train][y[train] == number].mean(axis=0) for number in (0, 1)]
            distance = [np.square(x[test] - centre).sum(axis=1) for centre in centres]
            scores[side, split] = np.mean((distance[1] < distance[0]) == y[test])
    return scores[0], scores[1]


def bench_time(n: int = 1_000_000) -> None:
    """Seconds and memory of a million outcomes in two classes, by the number of seeds on each side."""
    print(f"\nTime: {n:,} outcomes a run, scores, influence values and contrasts (outcomes in memory beforehand)")
    print("seeds   seconds   a run   peak MB beside the outcomes")
    for seeds in (5, 10):
        world = World(n, 2, (1, 1), 0.1, 0.5, 0.7)
        a, b = (next(iter(side)) for side in world.sides(np.random.default_rng(0)))
        tracemalloc.start()
        begin = time.perf_counter()
        found = []
        for outcomes in (a, b):
            sums: dict[str, SeedScoresSum] = {}
            for _ in range(seeds):
                for score in scores_of(outcomes):
                    sums.setdefault(score.metric, SeedScoresSum()).add(score.value, score.pulls)
            found.append({name: gathered.finish() for name, gathered in sums.items()})
        one, other = found
        _contrast_all(one, other)
        took = time.perf_counter() - begin
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        print(f"{seeds:>2}+{seeds:<2} {took:>9.2f} {took / (2 * seeds):>7.2f} {peak:>10.0f}", flush=True)


def _contrast_all(a: Mapping[str, SeedScores | None], b: Mapping[str, SeedScores | None]) -> None:
    for name, one in a.items():
        other = b[name]
        assert one is not None
        assert other is not None
        seed_contrast(one, other)


if __name__ == "__main__":
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"{repeats:,} repeats")
    if "time" not in sys.argv:
        bench_splits(repeats)
        bench_seeds(repeats)
    bench_time()
