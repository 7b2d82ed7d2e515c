"""Running out of memory as a sentence: torch says it in three ways, by device and by who asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import OutOfMemory

_WORDS_OF_ALLOCATORS = ("can't allocate memory", "not enough memory", "out of memory")


@contextmanager
def reporting_memory(work: str, advice: str) -> Iterator[None]:
    """A stretch of work with tensors; raises OutOfMemory where there is no room: ``work`` in a clause, then ``advice``.

    What the work held is freed before the error goes on, so that the device can be used at once.
    """
    import torch  # heavy: only where a model runs

    try:
        yield
        return
    except (MemoryError, RuntimeError) as error:
        if not is_shortage(error):
            raise
        reason = _shorten(error)
    # Outside the except clauses: there the traceback still holds the frames, and they the tensors.
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    raise OutOfMemory(f"There is not enough memory to {work} ({reason}). {advice}")


def is_shortage(error: BaseException) -> bool:
    """Whether an error of Python or torch says that there is no room."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WORDS_OF_ALLOCATORS)


def _shorten(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0].rstrip(".")[:200] if text else "no room"
