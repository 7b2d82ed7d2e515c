"""The trainer as its supervisor sees it: a child process to start, to signal, to wait for, and to ask why it died.

It leads a process group of its own, so that the workers that it starts can be ended with it; a stop is asked of the
main process alone, because a data loader whose workers are signalled fails instead of stopping. It inherits the run's
lock and the leases: they are free only when both processes are dead.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.runs import output
from workbench.runs.leases import Lent


@dataclass(frozen=True, slots=True)
class Exit:
    """How the trainer's main process ended: by its own exit code, or by a signal."""

    code: int | None
    signal: str | None


class TrainerProcess:
    """A started trainer."""

    def __init__(self, command: Sequence[str], folder: Path, lent: Lent, inherited: Sequence[int]) -> None:
        """Starts it; raises OSError where the system cannot."""
        with (folder / output.FILE_NAME).open("ab") as printed:
            self._process = subprocess.Popen(
                [*command, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                env={**os.environ, **surroundings(lent)},
                pass_fds=tuple(inherited),
                process_group=0,
            )
        self.pid = self._process.pid

    def poll(self) -> Exit | None:
        """How it ended, None while it lives. What it left of its group is killed before its id can be used again."""
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        self.kill()
        code = self._process.wait()
        return Exit(code, None) if code >= 0 else Exit(None, signal.Signals(-code).name)

    def ask_to_stop(self) -> None:
        """Lets it stop by itself, after the batch that it works on."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Ends it and every process that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def surroundings(lent: Lent) -> Mapping[str, str]:
    """The environment variables that a trainer is started with.

    Idle threads must sleep and not spin at barriers, and there must not be more of them than leased cores: either costs
    a factor of twenty and more as soon as anything else runs.
    """
    threads = str(lent.threads)
    return {
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "RAYON_NUM_THREADS": threads,  # tokenizers
        "TOKENIZERS_PARALLELISM": "true" if lent.threads > 1 else "false",
        "CUDA_VISIBLE_DEVICES": lent.uuid or "",
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
