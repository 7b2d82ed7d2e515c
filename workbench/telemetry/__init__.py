"""What the machine is doing: its GPUs through NVML, its processors and memory through psutil.

A missing GPU is a normal state, a field that a board does not tell is None, and a driver that hangs holds up nobody:
``BackgroundSampler`` is for whoever must never wait, ``open_sampler`` for whoever may, up to a bound.
"""

from collections.abc import Callable, Iterable

from workbench.telemetry.background import BackgroundSampler, Reading
from workbench.telemetry.driver import NvmlState
from workbench.telemetry.host import HostSampler
from workbench.telemetry.nvml import Gpu, NvmlReport, NvmlSampler, gpus, nvml_state, probe
from workbench.telemetry.patience import PatientSampler
from workbench.telemetry.sampler import JoinedSampler, Sampler

__all__ = [
    "BackgroundSampler",
    "Gpu",
    "HostSampler",
    "NvmlReport",
    "NvmlSampler",
    "NvmlState",
    "Reading",
    "Sampler",
    "gpus",
    "nvml_state",
    "open_sampler",
    "probe",
]


def open_sampler(roots: Callable[[], Iterable[int]] = tuple) -> Sampler:
    """The host and every GPU; without a GPU or a driver, the host alone. A reading takes 20 s at worst."""
    return JoinedSampler((HostSampler(roots), PatientSampler(NvmlSampler())))
