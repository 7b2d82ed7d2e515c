"""The NVIDIA GPUs of this machine, read through NVML.

Boards, drivers and users differ in what they may know, so each field is asked for by itself and is None where the
answer is no; a board that is lost becomes a sample with ``error`` and does not touch the others. A board is named
``cuda:N`` by its place in NVML's order (that of the PCI bus) and identified by its UUID.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.records import DeviceProcess, Sample
from workbench.telemetry.driver import DRIVER_IS_GONE, RETRY_S, Driver, NvmlState, ask, explain
from workbench.telemetry.patience import DRIVER_PATIENCE_S, DriverSilent, answer_within
from workbench.telemetry.processes import describe_process

_SLOWING = ((0x60, "thermal"), (0x80, "power brake"), (0x08, "hardware"), (0x04, "power cap"))
"""Bits of NVML's clock event reasons that mean trouble, and what they are called: too hot (seen by the board or by the
driver), told to by the power supply, the board's general brake, and at its power limit. Others say that the board
idles or that somebody set its clocks."""

_GENERAL_BRAKE = 0x08
_ITS_CAUSES = 0xC0
"""The general brake comes with its cause, where the board can tell one."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One board, as a run chooses it."""

    index: int
    uuid: str | None
    name: str | None
    error: str | None = None
    """Why it cannot be used at all, in a sentence."""
    capability: tuple[int, int] | None = None
    """CUDA compute capability, major and minor."""
    mig: bool = False
    """In MIG mode: only its instances can be used, and the board's energy is nobody's in particular."""
    instances: tuple[str, ...] = ()
    """UUIDs of its MIG instances."""
    in_use: bool = False
    """Some process has a compute context on it."""

    @property
    def device(self) -> str:
        """``cuda:N`` in NVML's order."""
        return f"cuda:{self.index}"


@dataclass(frozen=True, slots=True)
class NvmlReport:
    """What one look at the driver found."""

    state: NvmlState
    gpus: tuple[Gpu, ...] = ()


class NvmlSampler:
    """Samples every GPU; none where there is no driver."""

    def __init__(self, retry_s: float = RETRY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._driver = Driver(retry_s, clock)
        self._known: dict[int, tuple[str | None, str | None]] = {}

    def sample(self) -> tuple[Sample, ...]:
        """One sample of each GPU. GPUs seen before stay in the answer, with ``error``, while the driver is away."""
        nvml = self._driver.open()
        if nvml is None:
            return self._unreadable()
        try:
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            self._driver.lose(error)
            return self._unreadable()
        samples = tuple(self._sample_one(nvml, index) for index in range(count))
        if self._driver.state.available:
            self._known = {index: self._known.get(index, (None, None)) for index in range(count)}
        return samples

    def close(self) -> None:
        """Let go of the driver."""
        self._driver.close()

    @property
    def state(self) -> NvmlState:
        """What the driver last said about itself."""
        return self._driver.state

    def _sample_one(self, nvml: Any, index: int) -> Sample:
        try:
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            self._known[index] = (ask(nvml, "nvmlDeviceGetUUID", handle), ask(nvml, "nvmlDeviceGetName", handle))
            return _read(nvml, handle, index, *self._known[index])
        except nvml.NVMLError as error:
            if error.value in DRIVER_IS_GONE:
                self._driver.lose(error)
            uuid, name = self._known.setdefault(index, (None, None))
            return Sample(device=f"cuda:{index}", at=time.time(), uuid=uuid, name=name, error=explain(error))

    def _unreadable(self) -> tuple[Sample, ...]:
        sentence, at = self._driver.state.message, time.time()
        return tuple(
            Sample(device=f"cuda:{index}", at=at, uuid=uuid, name=name, error=sentence)
            for index, (uuid, name) in self._known.items()
        )


def probe(patience_s: float = DRIVER_PATIENCE_S) -> NvmlReport:
    """Look at the driver and its GPUs once, and let go of it; never waits longer than ``patience_s``."""
    try:
        return answer_within(patience_s, _probe)
    except DriverSilent as silent:
        return NvmlReport(NvmlState(False, str(silent), broken=True))


def gpus() -> tuple[Gpu, ...]:
    """The GPUs that NVML sees, those that are lost too; empty where there is no driver."""
    return probe().gpus


def nvml_state() -> NvmlState:
    """Whether GPUs can be read here, and why not."""
    return probe().state


def _probe() -> NvmlReport:
    driver = Driver()
    try:
        nvml = driver.open()
        if nvml is None:
            return NvmlReport(driver.state)
        try:
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            driver.lose(error)
            return NvmlReport(driver.state)
        return NvmlReport(driver.state, tuple(_identify(nvml, index) for index in range(count)))
    finally:
        driver.close()


def _identify(nvml: Any, index: int) -> Gpu:
    uuid = name = None
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        uuid, name = ask(nvml, "nvmlDeviceGetUUID", handle), ask(nvml, "nvmlDeviceGetName", handle)
        return Gpu(
            index=index,
            uuid=uuid,
            name=name,
            capability=ask(nvml, "nvmlDeviceGetCudaComputeCapability", handle),
            mig=_mig(nvml, handle),
            instances=_instances(nvml, handle) if _mig(nvml, handle) else (),
            in_use=bool(ask(nvml, "nvmlDeviceGetComputeRunningProcesses", handle)),
        )
    except nvml.NVMLError as error:
        return Gpu(index=index, uuid=uuid, name=name, error=explain(error))


def _read(nvml: Any, handle: Any, index: int, uuid: str | None, name: str | None) -> Sample:
    rates = ask(nvml, "nvmlDeviceGetUtilizationRates", handle)
    used, total = _memory(nvml, handle)
    return Sample(
        device=f"cuda:{index}",
        at=time.time(),
        uuid=uuid,
        name=name,
        utilisation=None if rates is None else float(rates.gpu),
        memory_used_bytes=used,
        memory_total_bytes=total,
        temperature_c=_temperature(nvml, handle),
        power_w=_thousandth(ask(nvml, "nvmlDeviceGetPowerUsage", handle)),
        power_limit_w=_thousandth(ask(nvml, "nvmlDeviceGetEnforcedPowerLimit", handle)),
        clock_mhz=_float(ask(nvml, "nvmlDeviceGetClockInfo", handle, nvml.NVML_CLOCK_SM)),
        clock_max_mhz=_float(ask(nvml, "nvmlDeviceGetMaxClockInfo", handle, nvml.NVML_CLOCK_SM)),
        throttle=_throttle(nvml, handle),
        fan_percent=_float(ask(nvml, "nvmlDeviceGetFanSpeed", handle)),
        energy_j=_energy(nvml, handle),
        processes=_processes(nvml, handle),
    )


def _memory(nvml: Any, handle: Any) -> tuple[int | None, int | None]:
    """Bytes used and in all. The second version leaves out what the driver keeps for itself."""
    version = getattr(nvml, "nvmlMemory_v2", None)
    info = ask(nvml, "nvmlDeviceGetMemoryInfo", handle, version) if version else None
    info = info or ask(nvml, "nvmlDeviceGetMemoryInfo", handle)
    return (None, None) if info is None else (int(info.used), int(info.total))


def _temperature(nvml: Any, handle: Any) -> float | None:
    """Degrees Celsius of the GPU; the older function goes with CUDA 14, the newer is missing in older drivers."""
    degrees = ask(nvml, "nvmlDeviceGetTemperatureV", handle, nvml.NVML_TEMPERATURE_GPU)
    if degrees is None:
        degrees = ask(nvml, "nvmlDeviceGetTemperature", handle, nvml.NVML_TEMPERATURE_GPU)
    return _float(degrees)


def _throttle(nvml: Any, handle: Any) -> str | None:
    """What slows the board down, '' where nothing does; drivers before 535 know the older name of the question only."""
    reasons = ask(nvml, "nvmlDeviceGetCurrentClocksEventReasons", handle)
    if reasons is None:
        reasons = ask(nvml, "nvmlDeviceGetCurrentClocksThrottleReasons", handle)
    if reasons is None:
        return None
    if reasons & _ITS_CAUSES:
        reasons &= ~_GENERAL_BRAKE
    return ", ".join(word for bits, word in _SLOWING if reasons & bits)


def _energy(nvml: Any, handle: Any) -> float | None:
    """Joules since the driver was loaded; None under MIG, where the counter mixes the work of all instances."""
    return None if _mig(nvml, handle) else _thousandth(ask(nvml, "nvmlDeviceGetTotalEnergyConsumption", handle))


def _mig(nvml: Any, handle: Any) -> bool:
    mode = ask(nvml, "nvmlDeviceGetMigMode", handle)
    return bool(mode and mode[0])


def _instances(nvml: Any, handle: Any) -> tuple[str, ...]:
    """UUIDs of the board's MIG instances; places without one are skipped."""
    places = range(ask(nvml, "nvmlDeviceGetMaxMigDeviceCount", handle) or 0)
    handles = [ask(nvml, "nvmlDeviceGetMigDeviceHandleByIndex", handle, place) for place in places]
    return tuple(uuid for found in handles if found is not None and (uuid := ask(nvml, "nvmlDeviceGetUUID", found)))


def _processes(nvml: Any, handle: Any) -> tuple[DeviceProcess, ...]:
    """Processes that compute or draw on the board; one that does both is named once, with its larger figure."""
    found: dict[int, int | None] = {}
    for function in ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses"):
        for process in ask(nvml, function, handle) or ():
            sizes = [size for size in (found.get(process.pid), process.usedGpuMemory) if size is not None]
            found[process.pid] = max(sizes, default=None)
    return tuple(describe_process(pid, size) for pid, size in sorted(found.items()))


def _thousandth(value: int | None) -> float | None:
    return None if value is None else value / 1000.0


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
