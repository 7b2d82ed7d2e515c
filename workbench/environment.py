"""What a run ran on: the part of its record that explains why a figure is what it is.

``describe_host`` is asked before a run by the supervisor, which never imports torch; ``describe_libraries`` by the
trainer, about what is really loaded. Both give flat mappings with stable keys, since two runs are compared key by key
and ``--where environment.gpu~H100`` is written against them. What cannot be found out is None.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

from store.filesystems import this_host
from store.records import Sample
from workbench import __version__
from workbench.devices import Choice
from workbench.telemetry import nvml_state
from workbench.telemetry.cgroups import Cgroup
from workbench.torch_build import torch_build

_COMMAND_TIMEOUT_S = 3.0
_THREAD_VARIABLES = (
    *("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    *("RAYON_NUM_THREADS", "TOKENIZERS_PARALLELISM"),
)
_LIBRARIES = ("numpy", "scipy", "sklearn", "transformers", "tokenizers", "safetensors", "skops")


def describe_host(choice: Choice | None = None, folder: Path | None = None) -> dict[str, Any]:
    """The machine, the device of ``choice`` and the git state of ``folder`` (by default the working folder)."""
    torch = torch_build()
    return {
        "workbench": __version__,
        "python": platform.python_version(),
        "torch": torch.version if torch else None,
        "torch_cuda": torch.cuda if torch else None,
        "host": this_host(),
        "os": _operating_system(),
        "kernel": platform.release(),
        "boot_id": boot_id(),
        **_describe_processor(),
        **_describe_device(choice),
        **describe_git(folder or Path.cwd()),
        "load_before": os.getloadavg()[0],
    }


def describe_load(samples: Iterable[Sample]) -> dict[str, float | None]:
    """Load of the host while a run went on: the mean and the largest one-minute average of its samples."""
    loads = [sample.load_1m for sample in samples if sample.load_1m is not None]
    return {
        "load_during": sum(loads) / len(loads) if loads else None,
        "load_during_max": max(loads, default=None),
    }


def describe_libraries() -> dict[str, Any]:
    """The versions and settings of the libraries that this process has imported; imports none itself."""
    found: dict[str, Any] = {name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ}
    for name in _LIBRARIES:
        if name in sys.modules:
            found[name] = getattr(sys.modules[name], "__version__", None)
    return found | (_describe_torch(sys.modules["torch"]) if "torch" in sys.modules else {})


def usable_cores() -> int:
    """Processors that this process may use: those it is bound to, and no more than its group's share of time."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = Cgroup().cpu_quota()
    return bound if quota is None else max(1, min(bound, int(quota)))


def boot_id() -> str | None:
    """The identity of this boot of the machine: process ids of another boot mean nothing."""
    return _first_line(Path("/proc/sys/kernel/random/boot_id"))


def processor_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str | None:
    """The processor's model as it names itself."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for wanted in ("model name", "hardware", "cpu model"):
        for line in lines:
            key, colon, value = line.partition(":")
            if colon and key.strip().lower() == wanted and value.strip():
                return " ".join(value.split())
    return platform.processor() or platform.machine() or None


def describe_git(folder: Path) -> dict[str, Any]:
    """The commit that ``folder`` is at, and whether tracked files differ from it; None outside a repository."""
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {"git": None, "git_dirty": None}
    changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"git": commit, "git_dirty": None if changes is None else bool(changes)}


def read_output(command: Sequence[str]) -> str | None:
    """What a short command prints; None where it is missing, fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_COMMAND_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _git(folder: Path, *words: str) -> str | None:
    # Without optional locks a status never gets in the way of the user's own git; without the monitor hook it never
    # starts a program that the repository names.
    said = read_output(["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder), *words])
    return None if said is None else said.strip()


def _describe_processor() -> dict[str, Any]:
    memory = psutil.virtual_memory().total
    cgroup = Cgroup()
    return {
        "cpu": processor_name(),
        "cores_physical": psutil.cpu_count(logical=False),
        "cores_logical": psutil.cpu_count(),
        "cores_usable": usable_cores(),
        "cpu_quota": cgroup.cpu_quota(),
        "memory_bytes": memory,
        "memory_limit_bytes": cgroup.memory_limit_bytes(),
    }


def _describe_device(choice: Choice | None) -> dict[str, Any]:
    if choice is None or choice.device == "cpu":
        return {"gpu": None, "gpu_uuid": None, "driver": None, "driver_cuda": None}
    state = nvml_state()
    return {
        "gpu": choice.name,
        "gpu_uuid": choice.uuid,
        "driver": state.driver,
        "driver_cuda": ".".join(map(str, state.cuda)) if state.cuda else None,
    }


def _describe_torch(torch: Any) -> dict[str, Any]:
    cudnn = torch.backends.cudnn
    return {
        "torch": str(torch.__version__),
        "torch_cuda": torch.version.cuda,
        "cudnn": cudnn.version() if torch.version.cuda else None,
        "cudnn_benchmark": cudnn.benchmark,
        "cudnn_deterministic": cudnn.deterministic,
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "float32_matmul_precision": torch.get_float32_matmul_precision(),
        "torch_threads": torch.get_num_threads(),
        "torch_interop_threads": torch.get_num_interop_threads(),
    }


def _operating_system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME") or platform.system()
    except OSError:
        return platform.system()


def _first_line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None
