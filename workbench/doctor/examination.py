"""Every check, in the order in which a reader wants them.

They look at what a run will meet: the interpreter, torch and the GPUs, the libraries, the settings, the store,
the terminal, and what ends detached processes. They take no second together, since torch is read, not imported;
``deep`` also computes on every device, in a process of its own.
"""

import importlib.metadata
import json
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from store.database import open_read_only
from store.errors import ReportedError, StoreMissing
from store.filesystems import file_system_type, is_network_path
from workbench.devices import Machine, fitting_torch, trouble
from workbench.doctor.surroundings import Check, Surroundings
from workbench.doctor.survival import check_survival
from workbench.formatting import format_bytes
from workbench.runs.leases import runtime_folder
from workbench.settings import load_settings

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "transformers", "textual", "safetensors", "skops", "psutil")
_LITTLE_SPACE_BYTES = 1 << 30
_NO_SPACE_BYTES = 50 << 20
_DEEP_TIMEOUT_S = 180.0

_DEEP_PROGRAM = """
import json, time
began = time.perf_counter()
import torch
found = {"import_s": time.perf_counter() - began, "devices": {}}
names = ["cpu"] + [f"cuda:{index}" for index in range(torch.cuda.device_count())]
for name in names:
    try:
        a = torch.eye(256, device=name)
        right = bool(((a @ a) == a).all())
        found["devices"][name] = None if right else "a product of matrices came out wrong"
    except Exception as error:
        found["devices"][name] = str(error).splitlines()[0]
print(json.dumps(found))
"""


def examine(store: Path, *, deep: bool = False, around: Surroundings | None = None) -> list[Check]:
    """Every check, in the order in which a reader wants them; ``store`` is the path of the store file."""
    around = around or Surroundings()
    machine = around.look()
    checks = [check_python(sys.version_info[:3]), *check_devices(machine), check_libraries(), check_settings()]
    checks += [*check_store(store), check_leases(around)]
    checks += [check_terminal(around, shutil.get_terminal_size((0, 0)), sys.stdout.isatty())]
    checks += check_survival(around)
    if deep:
        checks += check_computing()
    return checks


def check_python(version: tuple[int, ...]) -> Check:
    """Whether this Python is new enough."""
    text = ".".join(map(str, version))
    if version < (3, 11):
        return Check("python", "problem", f"Python {text} is too old.", "Make the environment with 3.11 or newer.")
    return Check("python", "ok", f"Python {text} at {sys.executable}.")


def check_devices(machine: Machine) -> Iterator[Check]:
    """The driver, torch, and each GPU with what keeps torch from using it."""
    state, torch = machine.nvml.state, machine.torch
    if state.available:
        cuda = ".".join(map(str, state.cuda)) if state.cuda else "unknown"
        yield Check("nvidia driver", "ok", f"Driver {state.driver}, CUDA up to {cuda}, {len(machine.nvml.gpus)} GPUs.")
    elif state.broken:
        hint = "Until then use --device cpu; --device auto refuses."
        yield Check("nvidia driver", "problem", state.message, hint)
    else:
        yield Check("nvidia driver", "ok", f"{state.message} Runs use the CPU.")
    if torch is None:
        yield Check("torch", "problem", "torch is not installed.", f"{fitting_torch(state.cuda)}.")
    else:
        yield Check("torch", "ok", f"{torch.describe()}.")
    for gpu in machine.nvml.gpus:
        found = trouble(gpu, machine)
        name = f"{gpu.name} ({gpu.uuid})"
        if found is not None:
            yield Check(gpu.device, "problem", found)
        elif gpu.in_use:
            hint = "Times and energy of a run depend on its neighbours; `workbench devices` names them."
            yield Check(gpu.device, "warning", f"{name}: other processes compute on it now.", hint)
        else:
            yield Check(gpu.device, "ok", f"{name}.")


def check_libraries() -> Check:
    """Whether everything that a run imports is installed."""
    versions = {name: _version(name) for name in _LIBRARIES}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Check("libraries", "problem", f"Missing: {', '.join(missing)}.", f"pip install {' '.join(missing)}")
    return Check("libraries", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()) + ".")


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_settings() -> Check:
    """Whether the settings file can be read, and whether costs can be known."""
    try:
        settings = load_settings()
    except ReportedError as error:
        return Check("settings", "problem", error.message)
    if settings.path is None:
        return Check("settings", "warning", "There is no settings file and none can be written; defaults hold.")
    if not settings.prices_usd_per_hour:
        hint = f"Set prices in {settings.path}."
        return Check("settings", "ok", f"{settings.path}. No prices are set: costs are not known.", hint)
    return Check("settings", "ok", f"{settings.path}.")


def check_store(store: Path) -> Iterator[Check]:
    """Where the store lies, on what, with how much room, and whether it can be opened."""
    folder = _existing(store.parent)
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = "Change the folder's permissions, or choose another place with --store or WORKBENCH_STORE."
        yield Check("store folder", "problem", f"{folder} cannot be written.", hint)
        return
    kind = file_system_type(folder) or "an unknown file system"
    if is_network_path(folder):
        message = f"{store.parent} lies on {kind}, a network file system: one host writes, the others only read."
        hint = "A local disk is faster and has no such limit: choose one with --store or WORKBENCH_STORE."
        yield Check("store folder", "warning", message, hint)
    else:
        yield Check("store folder", "ok", f"{store.parent} lies on {kind}, a local file system.")
    yield check_space(folder, shutil.disk_usage(folder).free)
    yield _check_opening(store)


def check_space(folder: Path, free_bytes: int) -> Check:
    """Whether checkpoints and points have room."""
    message = f"{format_bytes(free_bytes)} are free at {folder}."
    if free_bytes < _LITTLE_SPACE_BYTES:
        hint = "Free some, or choose another place with --store or WORKBENCH_STORE."
        return Check("disk space", "problem" if free_bytes < _NO_SPACE_BYTES else "warning", message, hint)
    return Check("disk space", "ok", message)


def _check_opening(store: Path) -> Check:
    try:
        with open_read_only(store):
            return Check("store", "ok", f"{store} can be read.")
    except StoreMissing:
        return Check("store", "ok", f"{store} does not exist yet; the first run makes it.")
    except ReportedError as error:
        return Check("store", "problem", error.message)


def check_leases(around: Surroundings) -> Check:
    """Whether runs can agree on who uses which device."""
    try:
        folder = runtime_folder(around.environment)
    except ReportedError as error:
        return Check("leases", "problem", error.message)
    return Check("leases", "ok", f"{folder} holds the leases of devices and cores.")


def _existing(folder: Path) -> Path:
    """``folder``, or the nearest folder above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))


def check_terminal(around: Surroundings, size: os.terminal_size, is_terminal: bool) -> Check:
    """Whether the interface can be drawn as it is meant."""
    environment = around.environment
    if not is_terminal:
        return Check("terminal", "ok", "Output goes to a file or a pipe.")
    kind, encoding = environment.get("TERM", ""), locale.getpreferredencoding(False)
    facts = [f"TERM={kind or 'unset'}", f"{size.columns}x{size.lines}", encoding]
    facts += [f"{name}={environment[name]}" for name in ("COLORTERM", "NO_COLOR") if environment.get(name)]
    message = f"{', '.join(facts)}{', inside tmux' if environment.get('TMUX') else ''}."
    if kind in ("", "dumb"):
        hint = "The commands work; for the interface set TERM, for example to xterm-256color."
        return Check("terminal", "warning", message, hint)
    if encoding.lower().replace("-", "") != "utf8":
        hint = "Set a UTF-8 locale, for example LANG=C.UTF-8; until then only ASCII is drawn."
        return Check("terminal", "warning", message, hint)
    if size.columns < 80 or size.lines < 24:
        return Check("terminal", "warning", message, "The interface wants 80 columns and 24 lines.")
    return Check("terminal", "ok", message)


def check_computing(timeout_s: float = _DEEP_TIMEOUT_S, program: str = _DEEP_PROGRAM) -> list[Check]:
    """Import torch and multiply on every device that it sees, in a process that may crash or hang."""
    try:
        done = subprocess.run(
            (sys.executable, "-P", "-c", program),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
        )
    except subprocess.TimeoutExpired:
        hint = "If nvidia-smi hangs too, the machine needs a reboot."
        return [Check("computing", "problem", f"torch did not answer within {timeout_s:.0f} s.", hint)]
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        hint = "Install torch again; `python -c 'import torch'` shows the whole message."
        return [Check("computing", "problem", f"torch cannot be used: {last}", hint)]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return [
        Check(f"computing on {name}", "ok", f"torch was imported in {found['import_s']:.1f} s and computes.")
        if failure is None
        else Check(f"computing on {name}", "problem", failure, "`nvidia-smi` and the kernel log may say more.")
        for name, failure in found["devices"].items()
    ]
