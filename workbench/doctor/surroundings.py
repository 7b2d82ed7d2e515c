"""What a check finds, and the eyes through which it looks: one small function from surroundings to sentences."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.devices import Machine, look

Status = Literal["ok", "warning", "problem"]

_COMMAND_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. A problem keeps the tool from working; a warning will surprise somebody later."""

    name: str
    status: Status
    message: str
    hint: str | None = None
    """What to do about it."""


def read_output(command: Sequence[str]) -> str | None:
    """What a short command prints; None where it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_COMMAND_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine as the checks see it."""

    root: Path = Path("/")
    """Where /etc, /proc, /run and /sys are looked for."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    user: str = field(default_factory=lambda: str(os.getuid()))
    look: Callable[[], Machine] = look
    output_of: Callable[[Sequence[str]], str | None] = read_output

    def text(self, path: str) -> str:
        """The content of a file below the root; empty where it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def exists(self, path: str) -> bool:
        """Whether a file is there below the root."""
        return (self.root / path.lstrip("/")).exists()
