"""Which torch is installed and what it was built for, found out without importing it.

Importing torch takes a second and hundreds of megabytes; the few words that decide whether a GPU can be used stand in
its ``version.py`` as plain assignments, which are read as text.
"""

import ast
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_NAMES = ("__version__", "cuda", "hip")


@dataclass(frozen=True, slots=True)
class TorchBuild:
    """The installed torch: its version, and the toolkit that it was built with."""

    version: str
    cuda: str | None = None
    """``12.8`` for a CUDA build; None for a build without CUDA."""
    hip: str | None = None
    """The ROCm version of a build for AMD GPUs."""

    @property
    def cuda_version(self) -> tuple[int, int] | None:
        """Major and minor of the CUDA toolkit."""
        parts = (self.cuda or "").split(".")
        if not parts[0].isdigit():
            return None
        return int(parts[0]), int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0

    def describe(self) -> str:
        """``torch 2.13.0 (CUDA 12.8 build)``, as error messages name it."""
        kind = f"CUDA {self.cuda}" if self.cuda else f"ROCm {self.hip}" if self.hip else "CPU-only"
        return f"torch {self.version} ({kind} build)"


def torch_build(version_file: Path | None = None) -> TorchBuild | None:
    """The installed torch; None where there is none. ``version_file`` is for tests."""
    path = version_file or _find_version_file()
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None
    values = {name: value for statement in tree.body for name, value in _assignments(statement)}
    version = values.get("__version__")
    return TorchBuild(version, values.get("cuda"), values.get("hip")) if version else None


def _find_version_file() -> Path | None:
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "version.py"


def _assignments(statement: ast.stmt) -> list[tuple[str, str]]:
    """The (name, text) pairs that ``statement`` assigns; None and anything computed are left out."""
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return []
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return []
    return [(target.id, value.value) for target in targets if isinstance(target, ast.Name) and target.id in _NAMES]
