"""The NVIDIA driver as this process holds it: entered when first needed, and entered again when it went away.

NVML is a library that the driver brings along. Not having it is a normal state and says so in a sentence. It may also
go away under a running process (an administrator reloads the driver): then every call fails until it is initialised
again, which is tried every few seconds. What a failure means for a user is decided here, in one table.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RETRY_S = 5.0
"""How long a driver that refused is left alone."""

_UNINITIALIZED, _NO_PERMISSION, _DRIVER_NOT_LOADED, _LIBRARY_NOT_FOUND = 1, 4, 9, 12
_FUNCTION_NOT_FOUND, _GPU_IS_LOST, _RESET_REQUIRED, _VERSION_MISMATCH = 13, 15, 16, 18

DRIVER_IS_GONE = frozenset({_UNINITIALIZED, _DRIVER_NOT_LOADED, _VERSION_MISMATCH})
"""NVML codes after which nothing answers until NVML is initialised again."""

DEVICE_IS_GONE = DRIVER_IS_GONE | {_GPU_IS_LOST, _RESET_REQUIRED}
"""NVML codes that speak of a whole device; any other code speaks of the one field that was asked for."""

_NOTHING_THERE = frozenset({_LIBRARY_NOT_FOUND, _DRIVER_NOT_LOADED})

_SENTENCES = {
    _UNINITIALIZED: "The NVIDIA driver was reloaded or removed while it was read; it is tried again every few seconds.",
    _NO_PERMISSION: "This user may not talk to the NVIDIA driver. Check the permissions of /dev/nvidia*.",
    _DRIVER_NOT_LOADED: "The NVIDIA kernel driver is not loaded. If this machine has a GPU, run nvidia-smi as root.",
    _LIBRARY_NOT_FOUND: "No NVIDIA driver is installed here (libnvidia-ml.so.1 was not found).",
    _FUNCTION_NOT_FOUND: "The NVIDIA driver is too old to be read. Install a newer one.",
    _GPU_IS_LOST: "The GPU is lost: it no longer answers the driver. Look for 'Xid' in the kernel log; a reboot helps.",
    _RESET_REQUIRED: "The GPU must be reset before it can be used: run nvidia-smi --gpu-reset as root, or reboot.",
    _VERSION_MISMATCH: (
        "The NVIDIA kernel driver and its library have different versions, as after an upgrade. "
        "Reboot, or reload the kernel driver."
    ),
}


@dataclass(frozen=True, slots=True)
class NvmlState:
    """Whether GPUs can be read, and in a sentence why not."""

    available: bool
    message: str
    driver: str | None = None
    cuda: tuple[int, int] | None = None
    """The newest CUDA that the driver supports, major and minor."""
    broken: bool = False
    """There is an NVIDIA driver, but it does not work: not the same as a machine without a GPU."""


def explain(error: Exception) -> str:
    """What an NVML error means, in a sentence."""
    code = getattr(error, "value", _FUNCTION_NOT_FOUND)
    return _SENTENCES.get(code, f"The NVIDIA driver reports: {error}. nvidia-smi may say more.")


class Driver:
    """NVML, initialised while ``open`` returns it. Not for use by two threads at once."""

    def __init__(self, retry_s: float = RETRY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.state = NvmlState(False, "The NVIDIA driver has not been asked yet.")
        self._retry_s = retry_s
        self._clock = clock
        self._nvml: Any = None
        self._refused_at: float | None = None

    def open(self) -> Any | None:
        """The binding module, ready for calls; None, with the reason in ``state``, while the driver refuses."""
        if self._nvml is not None:
            return self._nvml
        if self._refused_at is not None and self._clock() - self._refused_at < self._retry_s:
            return None
        try:
            import pynvml  # 15 to 50 ms that a machine without a sampler never pays
        except ImportError:
            self._refuse(NvmlState(False, "The package nvidia-ml-py is missing. Install it with pip."))
            return None
        try:
            pynvml.nvmlInit()
            self.state = _working(pynvml)
        except (pynvml.NVMLError, pynvml.NVMLLibraryMismatchError) as error:
            nothing = getattr(error, "value", None) in _NOTHING_THERE
            self._refuse(NvmlState(False, explain(error), broken=not nothing))
            return None
        self._nvml = pynvml
        return pynvml

    def lose(self, error: Exception) -> None:
        """Note that the driver went away: ``open`` returns None until the next try succeeds."""
        self.close()
        self._refuse(NvmlState(False, explain(error), broken=True))

    def close(self) -> None:
        """Shut NVML down, as often as this object initialised it."""
        nvml, self._nvml = self._nvml, None
        if nvml is None:
            return
        try:
            nvml.nvmlShutdown()
        except (nvml.NVMLError, nvml.NVMLLibraryMismatchError):
            # A driver that went away has shut itself down.
            return

    def _refuse(self, state: NvmlState) -> None:
        self.state = state
        self._refused_at = self._clock()


def _working(nvml: Any) -> NvmlState:
    version = ask(nvml, "nvmlSystemGetDriverVersion")
    cuda = ask(nvml, "nvmlSystemGetCudaDriverVersion_v2")
    return NvmlState(
        available=True,
        message=f"NVIDIA driver {version or 'of unknown version'}.",
        driver=version,
        cuda=(cuda // 1000, cuda % 1000 // 10) if cuda else None,
    )


def ask(nvml: Any, name: str, *arguments: Any) -> Any | None:
    """The answer of one NVML function; None where the driver, the board or the binding does not know it.

    Raises NVMLError where the answer is that the whole device, or the driver, is gone.
    """
    function = getattr(nvml, name, None)
    if function is None:
        return None
    try:
        return function(*arguments)
    except nvml.NVMLLibraryMismatchError:
        return None
    except nvml.NVMLError as error:
        if error.value in DEVICE_IS_GONE:
            raise
        return None
