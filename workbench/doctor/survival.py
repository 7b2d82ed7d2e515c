"""What ends detached processes on this machine, however well they are detached.

A run leaves its terminal and its session behind, which saves it from hang-ups. It cannot leave its control group: a
login manager, a batch system or a container that ends takes every process in it along, and a memory limit kills the
largest. None of that can be prevented from here, so it is said beforehand, with what to do.
"""

import configparser
import resource
from collections.abc import Iterator
from pathlib import Path

from workbench.doctor.surroundings import Check, Surroundings
from workbench.formatting import format_bytes
from workbench.telemetry.cgroups import Cgroup

_BATCH_SYSTEMS = (
    ("SLURM_JOB_ID", "Slurm"),
    ("PBS_JOBID", "PBS"),
    ("LSB_JOBID", "LSF"),
    ("SGE_TASK_ID", "Grid Engine"),
    ("FLUX_JOB_ID", "Flux"),
    ("OAR_JOB_ID", "OAR"),
)
_DROP_IN_FOLDERS = ("usr/lib/systemd", "usr/local/lib/systemd", "run/systemd", "etc/systemd")
"""From the weakest to the strongest: a file of the same name in a later folder replaces the earlier one."""

_CONTAINER_MARKS = ("docker", "kubepods", "containerd", "libpod", "lxc")
_SMALL_BYTES = 4 << 30


def check_survival(around: Surroundings) -> Iterator[Check]:
    """Everything here that ends a detached run."""
    yield check_logout(around)
    yield check_batch_system(around)
    yield check_container(around)
    yield check_memory_limit(Cgroup(around.root / "sys/fs/cgroup", around.root / "proc/self/cgroup"))
    yield check_processor_limit(resource.getrlimit(resource.RLIMIT_CPU)[0])


def check_logout(around: Surroundings) -> Check:
    """Whether systemd's login manager ends processes when their user logs out."""
    if not around.exists("/run/systemd/system"):
        return Check("logout", "ok", "No systemd here: logging out ends no processes.")
    lingering = (around.output_of(("loginctl", "show-user", around.user, "--property=Linger")) or "").strip()
    in_user_manager = f"/user@{around.user}.service/" in around.text("/proc/self/cgroup")
    if in_user_manager and lingering != "Linger=yes":
        return Check(
            "logout",
            "warning",
            "This shell runs inside your systemd user manager, which stops at your last logout and ends all runs.",
            "Allow it to stay: loginctl enable-linger",
        )
    if not in_user_manager and kills_at_logout(around):
        return Check(
            "logout",
            "warning",
            "logind ends all your processes at logout (KillUserProcesses=yes), runs too.",
            "Allow yours to stay with `loginctl enable-linger`, and start them with `systemd-run --user --scope "
            "workbench`; or ask for KillUserProcesses=no in logind.conf.",
        )
    return Check("logout", "ok", "Logging out leaves detached runs alone.")


def kills_at_logout(around: Surroundings) -> bool:
    """What KillUserProcesses is for this user: from logind.conf, then its drop-ins by the order of their names."""
    settings = {"killuserprocesses": "no", "killexcludeusers": "root", "killonlyusers": ""}
    for path in _logind_files(around.root):
        parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        try:
            parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
        except (OSError, configparser.Error):
            continue
        if parser.has_section("Login"):
            settings.update({key: value or "" for key, value in parser.items("Login") if key in settings})
    if settings["killuserprocesses"].lower() not in ("yes", "true", "on", "1"):
        return False
    names = {around.user, around.environment.get("USER", ""), "root" if around.user == "0" else ""}
    only = settings["killonlyusers"].split()
    return bool(names & set(only)) if only else not names & set(settings["killexcludeusers"].split())


def _logind_files(root: Path) -> list[Path]:
    main = [root / folder / "logind.conf" for folder in _DROP_IN_FOLDERS]
    present = [path for path in main if path.is_file()]
    drop_ins = {
        path.name: path
        for folder in _DROP_IN_FOLDERS
        for path in sorted((root / folder / "logind.conf.d").glob("*.conf"))
    }
    return present[-1:] + [drop_ins[name] for name in sorted(drop_ins)]


def check_batch_system(around: Surroundings) -> Check:
    """Whether this shell belongs to a job, whose end ends everything in it."""
    for variable, name in _BATCH_SYSTEMS:
        job = around.environment.get(variable)
        if job:
            return Check(
                "batch system",
                "warning",
                f"This shell is part of {name} job {job}: when the job ends or its time is over, its runs are killed.",
                "Ask for enough time for the whole run, and start runs from the job that holds the GPU.",
            )
    return Check("batch system", "ok", "Not inside a batch job.")


def check_container(around: Surroundings) -> Check:
    """Whether everything here ends with a container."""
    if around.environment.get("KUBERNETES_SERVICE_HOST"):
        return Check(
            "container",
            "warning",
            "This is a Kubernetes pod: its runs end when it is deleted or evicted, and its own files go with it.",
            "Put the store on a persistent volume (--store or WORKBENCH_STORE).",
        )
    marked = around.exists("/.dockerenv") or around.exists("/run/.containerenv")
    groups = around.text("/proc/1/cgroup")
    if marked or around.environment.get("container") or any(mark in groups for mark in _CONTAINER_MARKS):
        return Check(
            "container",
            "warning",
            "This is a container: its runs end when its first process does, and its own files go with it.",
            "Put the store on a mounted volume (--store or WORKBENCH_STORE), and start the container with --init.",
        )
    return Check("container", "ok", "Not inside a container.")


def check_memory_limit(cgroup: Cgroup) -> Check:
    """The memory beyond which the kernel kills a run."""
    limit = cgroup.memory_limit_bytes()
    if limit is None:
        return Check("memory limit", "ok", "No limit besides the machine's own memory.")
    used = cgroup.memory_used_bytes()
    message = f"This session may use {format_bytes(limit)} of memory, {format_bytes(used)} of it are taken"
    if limit - (used or 0) < _SMALL_BYTES:
        hint = "Ask for more memory, or train smaller models and batches."
        return Check("memory limit", "warning", f"{message}: a run that needs more is killed.", hint)
    return Check("memory limit", "ok", f"{message}.")


def check_processor_limit(limit_s: int) -> Check:
    """``limit_s`` is the soft RLIMIT_CPU, after which the kernel kills a process; login nodes like to set it."""
    if limit_s == resource.RLIM_INFINITY:
        return Check("processor time", "ok", "No limit on the processor time of a process.")
    return Check(
        "processor time",
        "warning",
        f"A process here is killed after {limit_s} s of processor time, a run too.",
        "Raise it with `ulimit -t unlimited`, or run on a node that is meant for computing.",
    )
