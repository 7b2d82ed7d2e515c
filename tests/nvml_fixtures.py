"""A stub of the NVIDIA driver's library, built once a session, and the machine that a test describes through it.

Imported plainly by the test modules that need it: the fixtures ``machine`` and ``no_library`` come along.
"""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pynvml
import pytest

SOURCE = Path(__file__).with_name("nvml_stub.c")


class StubMachine:
    """A machine whose GPUs are what ``set`` last said; nothing is loaded before the first call."""

    def __init__(self, state: Path, library: Path) -> None:
        self.state = state
        self.library = library

    def set(self, *facts: str) -> None:
        """Replace what the driver answers (see nvml_stub.c), for every call from now on."""
        fresh = self.state.with_suffix(".new")
        fresh.write_text("\n".join(facts) + "\n")
        fresh.replace(self.state)

    def unload(self) -> None:
        """Take the driver away."""
        self.state.unlink()


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler here: the stub of the NVIDIA driver cannot be built")
    library = tmp_path_factory.getbasetemp() / "nvml" / "libnvidia-ml.so.1"
    if not library.exists():  # each module that imports this fixture asks once
        library.parent.mkdir()
        options = ("-shared", "-fPIC", "-O1", "-Wall", f"-Wl,-soname,{library.name}")
        subprocess.run((compiler, *options, "-o", library, SOURCE), check=True)
    return library


@pytest.fixture(name="machine")
def stub_machine(nvml_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StubMachine:
    """The stub in place of the driver, for this test only."""
    state = tmp_path / "nvml-state"
    monkeypatch.setenv("NVML_STUB_STATE", str(state))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    # The binding keeps the library and its functions in these; put back afterwards, nothing of the stub remains.
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(str(nvml_library)))
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return StubMachine(state, nvml_library)


@pytest.fixture(name="no_library")
def missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no NVIDIA driver was ever installed."""

    def missing(name: str) -> Callable[..., object]:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    monkeypatch.setattr(pynvml, "CDLL", missing)
