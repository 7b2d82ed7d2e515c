"""Tracebacks of our own defects: kept in a private file, since no traceback belongs on a user's terminal."""

import os
import tempfile
import traceback
from pathlib import Path


def keep_traceback(error: BaseException) -> Path:
    """Write the traceback of ``error`` to a new file that only the user can read; its path."""
    descriptor, name = tempfile.mkstemp(prefix="workbench-error-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        traceback.print_exception(error, file=file)
    return Path(name)
