"""Every error that a user can meet, in one tree.

::

    ReportedError                 title, message, exit code        (store.errors)
    ├── StoreError            3   the file, its lock, its host     (store.errors)
    │   ├── StoreMissing · StoreOlder · StoreNewer · StoreCorrupt · StoreBusy · StoreElsewhere
    │   ├── RunAlive          2   only a run that has ended can be deleted
    │   ├── NotQueued         2   only a run that waits can be moved in the queue
    │   ├── BadTag            2   no word that can be typed in a filter
    │   ├── UnknownRun        2
    │   └── UnknownCheck      2
    ├── UsageError            2   the command or the form was filled in wrongly
    │   ├── UnknownName           not in a catalogue: lists the nearest names
    │   ├── BadValue              a parameter out of bounds or of the wrong type
    │   ├── BadExpression         --where, --fail-if or the filter key
    │   ├── UnusableData          a file or a target that no model can learn from
    │   └── UnusableModel         a checkpoint that is missing or that cannot be loaded
    ├── DeviceError           3   a device that is missing, lost or unusable
    │   └── OutOfMemory           more was asked of a device than it has room for
    ├── GeneratorError        3   the process that holds a language model is gone, or does not answer
    ├── DiskError             3   a folder or a file that cannot be written
    └── RunFailed             1   the run ended as failed
        └── Diverged              its loss became NaN or infinite

Exit codes are those of the command line: 1 a failed gate or run, 2 wrong use, 3 the tool itself could not. Errors are
caught at the edges only: the command line, a thread worker of the interface, the trainer's main function.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from store.errors import ReportedError

__all__ = [
    "BadExpression",
    "BadValue",
    "DeviceError",
    "DiskError",
    "Diverged",
    "GeneratorError",
    "OutOfMemory",
    "ReportedError",
    "RunFailed",
    "UnknownName",
    "UnusableData",
    "UnusableModel",
    "UsageError",
]


class UsageError(ReportedError):
    """What was asked for cannot be done as written; the message says how to write it."""

    title = "That cannot be done as written"
    exit_code = 2


class UnknownName(UsageError):
    """A name that is not in its catalogue; the message lists the nearest names, or all when there are few."""

    title = "Unknown name"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        offer = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(names[:12])}."
        super().__init__(f"There is no {kind} called {name!r}. {offer}")
        self.name = name
        self.near = tuple(near)


class BadValue(UsageError):
    """A value of the wrong type or out of its bounds."""

    title = "Bad value"


class BadExpression(UsageError):
    """An expression that cannot be read; the message points at the place."""

    title = "Bad expression"


class UnusableData(UsageError):
    """A data file, or a target in it, that no model can learn from as it is."""

    title = "Unusable data"


class UnusableModel(UsageError):
    """A checkpoint that is missing, or that cannot be loaded as it is."""

    title = "The model cannot be used"


class DeviceError(ReportedError):
    """A device that is missing, lost, or that the installed torch cannot use."""

    title = "The device cannot be used"


class OutOfMemory(DeviceError):
    """A device has no room for what was asked; what it held before is still there."""

    title = "Out of memory"


class GeneratorError(ReportedError):
    """The process that holds a language model is gone, does not answer, or is of another version."""

    title = "The model's process cannot answer"


class DiskError(ReportedError):
    """A folder or file that cannot be written."""

    title = "Cannot write"


class RunFailed(ReportedError):
    """A run ended as failed."""

    title = "The run failed"
    exit_code = 1


class Diverged(RunFailed):
    """The training loss became NaN or infinite."""

    title = "Training diverged"
