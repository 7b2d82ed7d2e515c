"""What watching for alerts costs a supervisor, beside what it folds: ``python tests/bench/bench_watch.py``.

Budget: at 5,000 points a second ≤ 2 % of a core. The baseline in the same run is folding the same points into a store.
"""

import random
import tempfile
import time
from pathlib import Path

from store.database import open_for_writing
from store.folders import create_run_folder
from store.records import NewRun, Phase
from store.runs import add_run, claim
from workbench.events import PhaseEntered, PointsLogged
from workbench.runs.folding import Folding
from workbench.runs.recorder import Recorder
from workbench.runs.spool import Record
from workbench.runs.watch import Watch

POINTS = 100_000
RATE = 5_000
BATCH = RATE // 10
"""What a supervisor finds at each of its looks, ten a second."""


def reports() -> list[Record]:
    """A training that logs its loss each step: the dearest case, since each value is compared."""
    chance = random.Random(0)
    losses = (2.0 * chance.lognormvariate(0.0, 0.3) for _ in range(POINTS))
    logged = [Record(0.0, PointsLogged(step, {"train_loss": loss})) for step, loss in enumerate(losses)]
    return [Record(0.0, PhaseEntered(Phase.TRAINING)), *logged]


def watch_s(records: list[Record]) -> float:
    """Processor time of the watch alone."""
    watch = Watch()
    begun = time.process_time()
    for start in range(0, len(records), BATCH):
        watch.follow(records[start : start + BATCH], start / RATE)
    return time.process_time() - begun


def fold_s(records: list[Record], path: Path) -> float:
    """Processor time of folding the same records."""
    with open_for_writing(path) as db:
        run = add_run(db, NewRun("run", "mlp", "iris", "classification", 0, 0, "cpu", 1, {}, {}))
        attempt = claim(db, run.id, device="cpu", threads=1, host="h", boot_id="b", supervisor_pid=1, at=1.0)
        assert attempt is not None
        folder = create_run_folder(db.path, run.id)
        folding, recorder, spent = Folding(db, attempt, folder), Recorder(folder / "spool"), 0.0
        for start in range(0, len(records), BATCH):
            for record in records[start : start + BATCH]:
                recorder.write(record.entry)  # type: ignore[arg-type]
            begun = time.process_time()
            folding.fold()
            spent += time.process_time() - begun
        folding.close()
        recorder.close()
    return spent


def main() -> None:
    """Print both, per point and at 5,000 points a second."""
    records = reports()
    with tempfile.TemporaryDirectory() as place:
        spent = {"folding (baseline)": fold_s(records, Path(place) / "store.db"), "watching": watch_s(records)}
    for name, seconds in spent.items():
        each = seconds / POINTS
        print(f"{name:20} {each * 1e6:7.2f} us a point {each * RATE:8.2%} of a core at {RATE:,} points/s")
    print(f"{'ratio':20} {spent['watching'] / spent['folding (baseline)']:7.1%}")


if __name__ == "__main__":
    main()
