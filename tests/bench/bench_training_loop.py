"""What recording costs a real training: ``python tests/bench/bench_training_loop.py``.

The product's own loop trains a small MLP on one thread, once with every event written to a spool and once with the
events thrown away; a third time with the spool's ``write`` left out, to tell the kernel's share from ours. Budget: a
loop of 2,000 steps a second keeps at least 95 % of its speed.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.update({"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"})
sys.path.insert(0, str(Path(__file__).parent.parent))

from training_fixtures import blobs

from workbench.events import Event
from workbench.models import find_model
from workbench.models.building import DataShape, build
from workbench.parameters import complete
from workbench.runs.recorder import Recorder
from workbench.training.config import TrainingConfig
from workbench.training.loop import train
from workbench.training.parts import Part
from workbench.training.seeding import settle_torch

EPOCHS = 40
EXAMPLES = 6_400
BATCH = 64
ROUNDS = 5


def steps_per_s(folder: Path, take: Callable[[Event], object]) -> float:
    """Trains once, giving each event to ``take``."""
    entry = find_model("mlp")
    parameters = complete(entry.parameters, {"epochs": EPOCHS, "patience": 0, "batch_size": BATCH})
    settle_torch(0, 1)
    network = build(entry, parameters, DataShape((64,), 10))
    parts = [Part.of(*blobs(n, features=64, classes=10), "cpu") for n in (EXAMPLES, BATCH)]
    began = time.perf_counter()
    for event in train(network, *parts, TrainingConfig.of(parameters, 0), device="cpu", folder=folder):
        take(event)
    return EPOCHS * EXAMPLES / BATCH / (time.perf_counter() - began)


def main() -> None:
    """Print a line for each way of recording, taken in turn so that the machine's moods touch all alike."""
    speeds: dict[str, list[float]] = {"thrown away (baseline)": [], "recorded": [], "recorded, without write": []}
    for number in range(ROUNDS + 1):
        for name, found in speeds.items():
            with tempfile.TemporaryDirectory() as place:
                write = (lambda _fd, data: len(data)) if name.endswith("without write") else os.write
                recorder = Recorder(Path(place) / "spool", write=write)
                take = (lambda _event: None) if "baseline" in name else recorder.write
                (Path(place) / "checkpoint").mkdir()
                speed = steps_per_s(Path(place) / "checkpoint", take)
                recorder.close()
            if number:  # the first round warms up
                found.append(speed)
    baseline = statistics.median(speeds["thrown away (baseline)"])
    for name, found in speeds.items():
        kept = statistics.median(found) / baseline
        print(f"{name:26} {statistics.median(found):6.0f} steps/s   keeps {kept:.1%}")


if __name__ == "__main__":
    main()
