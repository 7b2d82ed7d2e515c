"""The process that makes the rows of a race: the test examples that both test parts hold, as each model wants them.

``python -m workbench.race.rows FOLDER``. The data are read and split again by the runs' own specs. Each model gets the
same examples in the same order, but encoded as its own training part demanded.
"""

import sys
from pathlib import Path

import numpy as np

from workbench.data import prepare
from workbench.data.preparation import Prepared
from workbench.errors import UnusableData
from workbench.evaluation.columns import unpack
from workbench.inert import inert
from workbench.models.checkpoint import read_config
from workbench.race.child import SIDES, Plan, Tell, rows_path, run_child
from workbench.race.entrants import Entrant
from workbench.spec import DataSpec

MOST_ROWS = 2000
"""More examples would make the calls no more varied, and the file needlessly long."""


def make_rows(plan: Plan, tell: Tell, folder: Path) -> None:
    """Writes both models' rows and tells how many examples they are; raises UnusableData where there are none."""
    prepared: dict[DataSpec, Prepared] = {}
    for entrant in plan.entrants:
        if entrant.data not in prepared:
            prepared[entrant.data] = prepare(entrant.data)
        _check(entrant, prepared[entrant.data])
    a, b = (prepared[entrant.data] for entrant in plan.entrants)
    _, places_a, places_b = np.intersect1d(
        unpack(a.example_set.ids), unpack(b.example_set.ids), assume_unique=True, return_indices=True
    )
    if len(places_a) == 0:
        raise UnusableData(
            f"The test parts of {plan.a.title} and {plan.b.title} hold no example in common, so there is nothing to "
            f"time both on. Race runs of the same data."
        )
    order = np.argsort(places_a)[:MOST_ROWS]
    for side, part, places in zip(SIDES, (a, b), (places_a, places_b), strict=True):
        np.save(rows_path(folder, side), np.ascontiguousarray(part.x_test[places[order]]))
    tell(examples=len(order), common=len(places_a))


def _check(entrant: Entrant, prepared: Prepared) -> None:
    config = read_config(Path(entrant.checkpoint))
    if (config.fingerprint, config.input_shape) != (prepared.fingerprint, prepared.input_shape):
        raise UnusableData(
            f"The data of {entrant.title}, {inert(entrant.data.dataset, 200)}, are not those that it was trained on: "
            f"they have changed since. Put the old content back, or rerun both runs on the new one."
        )


if __name__ == "__main__":
    place = Path(sys.argv[1])
    sys.exit(run_child(place, lambda plan, tell: make_rows(plan, tell, place)))
