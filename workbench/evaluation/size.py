"""How large a model is: what it holds, what it takes on disk, and what its run took in memory."""

import resource
import sys

from store.records import Figure, FigureGroup

_MAXRSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


def size_figures(parameters: int | None, checkpoint_bytes: int, device: str) -> tuple[Figure, ...]:
    """Figures of a model with so many ``parameters`` (None: it has none to count), run by this process."""
    memory, note = _peak_memory(device)
    return (
        Figure(
            FigureGroup.SIZE,
            "parameters",
            None if parameters is None else float(parameters),
            "this model has no weights" if parameters is None else None,
        ),
        Figure(FigureGroup.SIZE, "checkpoint_bytes", float(checkpoint_bytes)),
        Figure(FigureGroup.SIZE, "peak_memory_bytes", float(memory), note),
    )


def _peak_memory(device: str) -> tuple[int, str]:
    if device.startswith("cuda"):
        import torch  # heavy; whoever ran on CUDA has imported it

        return int(torch.cuda.max_memory_allocated(device)), "allocated on the device by torch"
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT_BYTES
    return resident, "resident in the process, with all libraries"
