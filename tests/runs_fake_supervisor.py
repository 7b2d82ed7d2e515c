"""A supervisor as it is, but that it starts the fake trainer, on quicker terms."""

import json
import os
import sys
from pathlib import Path

from workbench.runs.supervisor import Terms, supervise

if __name__ == "__main__":
    store, run_id, *lock_fd = sys.argv[1:]
    changed = json.loads(os.environ.get("TEST_TERMS", "{}"))
    if "memory_events" in changed:
        changed["memory_events"] = Path(changed["memory_events"])
    command = (sys.executable, str(Path(__file__).with_name("runs_fake_trainer.py")))
    terms = Terms(trainer_command=command, tick_s=0.02, **changed)
    supervise(Path(store), int(run_id), int(lock_fd[0]) if lock_fd else None, terms)
