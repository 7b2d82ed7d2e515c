"""A store of runs of one data set that differ in quality, latency and cost: some dominate others, some are unlike."""

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from comparison_fixtures import draw_probabilities, draw_truth
from screens_fixtures import add, begin, end

from store.database import Database, open_for_writing
from store.details import merge_environment, set_data, set_figures
from store.outcomes import put_example_set, set_outcomes
from store.packed_records import ExampleSet
from store.records import Figure, FigureGroup
from workbench.evaluation.columns import pack
from workbench.evaluation.contents import Categories, Numbers, pack_contents, table_contents
from workbench.evaluation.outcomes import make_outcomes

N = 300
LABELS = ("cat", "dog", "owl")
REGIONS = ("north", "south", "west")


@dataclass(frozen=True)
class Kind:
    """What a run comes to; None where a figure is not known."""

    name: str
    accuracy: float
    p95_ms: float | None
    usd: float | None = None
    cpu: str = "Xeon"
    train_usd: float = 0.01


FIVE = (
    Kind("small", 0.80, 0.10, 0.001),
    Kind("middle", 0.90, 0.20, 0.002),
    Kind("large", 0.96, 2.00, 0.020, train_usd=0.05),
    Kind("clumsy", 0.85, 0.50, 0.005),
    Kind("elsewhere", 0.97, 0.05, 0.003, cpu="Epyc"),
)
"""small, middle and large are the front; middle dominates clumsy; elsewhere was timed on another processor."""


def add_kind(db: Database, kind: Kind) -> int:
    """A run that is done, with these figures and no outcomes; its id."""
    run = add(db, kind.name)
    os.close(begin(db, run))
    figures = [
        Figure(FigureGroup.METRICS, "accuracy", kind.accuracy),
        Figure(FigureGroup.METRICS, "log_loss", 1.0 - kind.accuracy),
        Figure(FigureGroup.COST, "usd_per_1k_predictions", kind.usd),
        Figure(FigureGroup.COST, "train_usd", kind.train_usd),
        Figure(FigureGroup.LATENCY, "threads", 1.0),
        Figure(FigureGroup.LATENCY, "batch_size", 1.0),
    ]
    if kind.p95_ms is not None:
        figures += [Figure(FigureGroup.LATENCY, "p95_ms", kind.p95_ms)]
        figures += [Figure(FigureGroup.LATENCY, "p50_ms", kind.p95_ms * 0.8)]
    set_figures(db, run.id, figures)
    set_data(db, run.id, {"target": "animal", "fingerprint": "f00d"})
    merge_environment(db, run.id, {"cpu": kind.cpu, "host": "box"})
    end(db, run)
    return run.id


@contextmanager
def candidates(path: Path, kinds: Sequence[Kind] = FIVE) -> Iterator[Database]:
    """A store of these runs, numbered from 1."""
    with open_for_writing(path) as db:
        for kind in kinds:
            add_kind(db, kind)
        yield db


@contextmanager
def sliced_pair(path: Path) -> Iterator[Database]:
    """Runs 1 and 2 on the same animals: B is better on the whole, A on those from the north."""
    truth = draw_truth(N, 3, 0).astype(np.int64)
    rng = np.random.default_rng(5)
    region = rng.choice(3, size=N, p=(0.2, 0.5, 0.3))
    columns = {"region": Categories(region, REGIONS), "weight": Numbers(rng.normal(20.0, 5.0, size=N).round(1))}
    with open_for_writing(path) as db:
        contents = pack_contents(table_contents(columns, N))
        texts = zlib.compress(
            json.dumps([f"animal {number} of the {REGIONS[at]}" for number, at in enumerate(region)]).encode()
        )
        put_example_set(db, ExampleSet("animals", N, pack(np.arange(N, dtype=np.uint64)), texts, contents))
        for name, elsewhere, north in (("even", 1.0, 1.0), ("uneven", 3.0, -1.0)):
            run = add(db, name)
            os.close(begin(db, run))
            said = draw_probabilities(truth, 3, elsewhere, run.id)
            said[region == 0] = draw_probabilities(truth, 3, north, run.id)[region == 0]
            set_outcomes(db, run.id, make_outcomes("animals", LABELS, truth, said))
            set_figures(db, run.id, [Figure(FigureGroup.METRICS, "accuracy", float(np.mean(said.argmax(1) == truth)))])
            set_data(db, run.id, {"target": "animal", "fingerprint": "f00d"})
            end(db, run)
        yield db
