"""What a check finds, and the eyes through which it looks: one small function from surroundings to sentences."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.devices import Machine, look
from workbench.environment import read_output

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. A problem keeps the tool from working; a warning will surprise somebody later."""

    name: str
    status: Status
    message: str
    hint: str | None = None
    """What to do about it."""


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
