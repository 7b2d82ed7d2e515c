"""Which device a run takes, decided before any torch is imported, and never the CPU in silence.

Every run begins with this question, and the worst answer is a run that was meant for a GPU and crawls on the CPU
unnoticed. So ``auto`` takes the CPU only where there is no GPU, or none was meant; a GPU that is there and cannot be
used is an error that names the board, the driver, the torch build and what to do. GPUs go by UUID: their numbers depend
on who counts.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from store.records import DeviceProcess, Sample
from workbench.errors import BadValue, DeviceError
from workbench.formatting import format_some
from workbench.telemetry import Gpu, NvmlReport, probe
from workbench.torch_build import TorchBuild, torch_build

VISIBLE_VARIABLE = "CUDA_VISIBLE_DEVICES"

_FIRST_CUDA_FOR = (((12, 0), (12, 8)), ((10, 0), (12, 8)), ((9, 0), (11, 8)), ((8, 0), (11, 0)))
"""From which CUDA toolkit on a board of at least this compute capability is supported (CUDA release notes)."""

_OLDEST_BOARD_OF_CUDA_13 = (7, 5)
"""CUDA 13 dropped Maxwell, Pascal and Volta."""

_WHEELS = (((13, 0), "cu130"), ((12, 8), "cu128"), ((12, 0), "cu126"), ((11, 0), "cu118"))
"""PyTorch's families of wheels by the least CUDA version that the driver must support (minor versions are alike)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A device that a run may take."""

    device: str
    """``cpu``, or ``cuda:N`` in NVML's order; a process that sees only this GPU names it ``cuda:0``."""
    uuid: str | None
    """Of the GPU, or of one of its instances under MIG: what ``CUDA_VISIBLE_DEVICES`` is set to for the run."""
    name: str | None
    reason: str
    """Why this one: a clause for the run's log, without a full stop."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the choice depends on: the driver with its GPUs, the installed torch, and what the environment hides."""

    nvml: NvmlReport
    torch: TorchBuild | None
    environment: Mapping[str, str] = field(default_factory=dict)


def look() -> Machine:
    """What is here now. Asks the driver, and waits for it no longer than telemetry's patience."""
    return Machine(probe(), torch_build(), os.environ)


def choose_device(asked: str, allowed: Collection[str] = ("cpu", "cuda"), look: Callable[[], Machine] = look) -> Choice:
    """The first of ``candidates``."""
    return candidates(asked, allowed, look)[0]


def candidates(
    asked: str, allowed: Collection[str] = ("cpu", "cuda"), look: Callable[[], Machine] = look
) -> list[Choice]:
    """The devices that a run which asked for ``asked`` may take, best first; never empty.

    ``asked`` is ``auto``, ``cpu``, ``cuda`` (any GPU), ``cuda:N`` or a GPU's UUID; ``allowed`` are the kinds that the
    model runs on. GPUs on which some process computes already come last. Raises BadValue for a word that is no device
    or that the model does not run on, and DeviceError for a GPU that is missing, hidden, lost or of no use to torch.
    """
    kind = _kind_of(asked)
    if kind == "cpu" or (kind == "auto" and "cuda" not in allowed):
        return [_cpu("it was asked for" if kind == "cpu" else "this model runs on the CPU only")]
    if "cuda" not in allowed:
        raise BadValue(f"This model runs on the CPU only, and {asked!r} was asked for. Use --device cpu or auto.")
    machine = look()
    if kind == "auto" and (reason := _why_no_gpu(machine)) is not None:
        return [_cpu(reason)]
    seen = _existing(machine)
    meant = _visible(seen, machine) if kind in ("auto", "cuda") else [_named(asked, seen, machine)]
    usable = [gpu for gpu in meant if trouble(gpu, machine) is None]
    if not usable:
        raise DeviceError(str(trouble(meant[0], machine)))
    skipped = len(meant) - len(usable)
    reason = "it was asked for" if kind == "one" else f"first of {len(usable)} usable GPUs"
    if skipped:
        reason += f"; {skipped} cannot be used"
    usable.sort(key=lambda gpu: gpu.in_use)
    return [Choice(gpu.device, uuid, gpu.name, reason) for gpu in usable for uuid in gpu.instances or (gpu.uuid,)]


def trouble(gpu: Gpu, machine: Machine) -> str | None:
    """Why the installed torch cannot use ``gpu``, and what to do about it; None where nothing speaks against it."""
    board = f"{gpu.device} ({gpu.name or 'unknown board'})"
    if gpu.error:
        return f"{board} cannot be used. {gpu.error} Use another device, or --device cpu."
    if gpu.mig and not gpu.instances:
        return f"{board} is in MIG mode and has no instance. Make one with nvidia-smi mig, or use another device."
    driver, torch = machine.nvml.state, machine.torch
    supported = ".".join(map(str, driver.cuda)) if driver.cuda else "an unknown version"
    context = f"{board} with NVIDIA driver {driver.driver}, which supports CUDA up to {supported}"
    fix = f"{fitting_torch(driver.cuda)}, or use --device cpu."
    if torch is None:
        return f"torch is not installed, so {context}, cannot be used. {fix}"
    built = torch.cuda_version
    if built is None:
        return f"{torch.describe()} cannot use {context}. {fix}"
    if driver.cuda is not None and built[0] > driver.cuda[0]:
        return f"{torch.describe()} is too new for {context}. Update the driver, or: {fix}"
    if gpu.capability is not None and not _supports(built, gpu.capability):
        capability = ".".join(map(str, gpu.capability))
        return f"{torch.describe()} does not support the compute capability {capability} of {context}. {fix}"
    return None


def fitting_torch(cuda_version: tuple[int, int] | None) -> str:
    """Which torch to install for a driver that supports CUDA up to ``cuda_version``, as the start of a sentence."""
    if cuda_version is not None:
        for least, family in _WHEELS:
            if cuda_version >= least:
                return (
                    f"Install a torch for CUDA {least[0]}: pip install --force-reinstall torch with --index-url set to "
                    f"the {family} wheels of PyTorch (pytorch.org/get-started/locally shows the line)"
                )
        return "Update the NVIDIA driver, which is too old for any current torch"
    return "Install a CUDA build of torch (pytorch.org/get-started/locally shows the line)"


def foreign_processes(sample: Sample, own_pids: Collection[int]) -> tuple[DeviceProcess, ...]:
    """The processes on a sample's device that are not among ``own_pids``."""
    return tuple(process for process in sample.processes if process.pid not in own_pids)


def strangers(samples: Iterable[Sample], own_pids: Collection[int]) -> list[str]:
    """A warning for each device on which other processes work too: they distort time, energy and memory figures."""
    warnings = []
    for sample in samples:
        others = foreign_processes(sample, own_pids)
        if others:
            names = format_some([_describe(process) for process in others], 3)
            warnings.append(
                f"{sample.device} is shared with {names}: times, energy and free memory of this run depend on "
                f"what they do."
            )
    return warnings


def _describe(process: DeviceProcess) -> str:
    words = f"{process.command or 'a process'} (pid {process.pid}"
    return words + (f", {process.user})" if process.user else ")")


def _kind_of(asked: str) -> str:
    """``cpu``, ``auto``, ``cuda`` (any GPU) or ``one`` (a certain GPU)."""
    if asked in ("cpu", "auto", "cuda"):
        return asked
    if asked.startswith("GPU-") or (asked.startswith("cuda:") and asked.removeprefix("cuda:").isdecimal()):
        return "one"
    raise BadValue(f"{asked!r} is no device. Use auto, cpu, cuda, cuda:N (as `workbench devices` counts) or a UUID.")


def _cpu(reason: str) -> Choice:
    return Choice("cpu", None, None, reason)


def _why_no_gpu(machine: Machine) -> str | None:
    """Why ``auto`` may take the CPU: there is no GPU, or the user hid them all. None where a GPU is meant."""
    if not machine.nvml.gpus and not machine.nvml.state.broken:
        return "there is no GPU" if machine.nvml.state.available else _as_clause(machine.nvml.state.message)
    hidden = machine.environment.get(VISIBLE_VARIABLE)
    if machine.nvml.gpus and hidden is not None and not _picked(machine.nvml.gpus, hidden):
        return f"{VISIBLE_VARIABLE}={hidden!r} hides every GPU"
    return None


def _as_clause(sentence: str) -> str:
    """``sentence`` as it goes on behind a colon."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _existing(machine: Machine) -> tuple[Gpu, ...]:
    """The GPUs of the machine; raises DeviceError where there are none, or where the driver does not work."""
    if machine.nvml.gpus:
        return machine.nvml.gpus
    sentence = machine.nvml.state.message
    if machine.nvml.state.available:
        sentence += " It sees no GPU."
    raise DeviceError(f"There is no GPU to use. {sentence} To run without one, use --device cpu.")


def _visible(gpus: Sequence[Gpu], machine: Machine) -> list[Gpu]:
    """The GPUs that ``CUDA_VISIBLE_DEVICES`` leaves, in its order; raises DeviceError where it leaves none."""
    setting = machine.environment.get(VISIBLE_VARIABLE)
    picked = list(gpus) if setting is None else _picked(gpus, setting)
    if not picked:
        raise DeviceError(f"{VISIBLE_VARIABLE}={setting!r} hides every GPU. Unset it, or use --device cpu.")
    return picked


def _picked(gpus: Sequence[Gpu], setting: str) -> list[Gpu]:
    """As CUDA reads it: numbers or UUIDs (their beginning is enough), up to the first that does not exist.

    Numbers are taken in NVML's order, which is CUDA's own where the boards are alike or the order is PCI_BUS_ID.
    """
    picked: list[Gpu] = []
    for word in (word.strip() for word in setting.split(",")):
        fitting = [chosen for gpu in gpus if (chosen := _matched(gpu, word)) is not None]
        if len(fitting) != 1 or fitting[0] in picked:
            break
        picked.extend(fitting)
    return picked


def _matched(gpu: Gpu, word: str) -> Gpu | None:
    """``gpu`` if ``word`` means it, and with that instance alone if it means one of its instances."""
    if word.startswith("MIG-"):
        return replace(gpu, instances=(word,)) if word in gpu.instances else None
    fits = word == str(gpu.index) or (word.startswith("GPU-") and _starts(gpu.uuid, word))
    return gpu if fits else None


def _starts(uuid: str | None, beginning: str) -> bool:
    return uuid is not None and uuid.lower().startswith(beginning.lower())


def _named(asked: str, gpus: Sequence[Gpu], machine: Machine) -> Gpu:
    """The GPU of that number or UUID; raises DeviceError where it does not exist or is hidden."""
    fitting = [gpu for gpu in gpus if gpu.device == asked or (asked.startswith("GPU-") and _starts(gpu.uuid, asked))]
    if len(fitting) != 1:
        known = ", ".join(f"{gpu.device} ({gpu.name or 'unknown'}, {gpu.uuid or 'no UUID'})" for gpu in gpus)
        many = "is the beginning of several UUIDs" if fitting else "does not exist"
        raise DeviceError(f"{asked} {many}. This machine has {known}.")
    for gpu in _visible(gpus, machine):
        if gpu.index == fitting[0].index:
            return gpu
    setting = machine.environment.get(VISIBLE_VARIABLE)
    raise DeviceError(f"{asked} is hidden by {VISIBLE_VARIABLE}={setting!r}. Unset it, or ask for another device.")


def _supports(built: tuple[int, int], capability: tuple[int, int]) -> bool:
    if built >= (13, 0) and capability < _OLDEST_BOARD_OF_CUDA_13:
        return False
    return all(built >= first for least, first in _FIRST_CUDA_FOR if capability >= least)
