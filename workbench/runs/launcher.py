"""Starting a run: check what was asked for, queue it, and leave it to a supervisor of its own.

The run's lock is taken before the run can be seen in the store, and the very open file is handed to the supervisor: at
no moment is there a queued run with a free lock unless its supervisor is dead. A crash before the commit leaves a
folder and no run; one after it leaves a queued run with a free lock, for which recovery starts a supervisor.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from store.database import Database
from store.errors import ReportedError
from store.folders import create_run_folder, hold_lock, run_folder
from store.logs import add_log_lines
from store.records import NewRun, Run, RunStatus
from store.runs import add_run, end_run, find_run
from workbench import data
from workbench.devices import choose_device
from workbench.environment import usable_cores
from workbench.errors import BadValue, DiskError, UsageError
from workbench.language.sources import SourceKind, find_files, parse_source, refuse_packed
from workbench.models import check_fit, find_model
from workbench.models.language import check_together, label_of, names_checkpoint
from workbench.parameters import complete
from workbench.runs.host import host_name
from workbench.runs.leases import runtime_folder
from workbench.runs.trainer import SPEC_FILE
from workbench.settings import load_settings
from workbench.spec import RunSpec, is_imported

SUPERVISOR: Final = (sys.executable, "-m", "workbench.runs.supervisor")
LOG_FILE: Final = "supervisor.log"
_MOST_THREADS_UNASKED: Final = 8
"""More seldom make a small model faster, and are missed by the runs beside it."""
_LONGEST_NAME: Final = 200
_SEEDS: Final = 2**32
"""As many as every library of a trainer takes; NumPy has the fewest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked wish: a complete spec, the task of its data, and the device that it waits for."""

    spec: RunSpec
    task: str
    queue_device: str
    """``cpu``, or as asked (``auto``, ``cuda:1``) where it is to be a GPU: which one is settled when it is leased."""
    reason: str
    """Why that device."""

    @property
    def name(self) -> str:
        """What the run is called if nobody says otherwise."""
        dataset = self.spec.data.dataset
        return f"{label_of(self.spec.model)}-{Path(dataset).stem if data.is_file(dataset) else dataset}"


def plan(spec: RunSpec) -> Plan:
    """Checks ``spec`` against catalogues, data and machine, and completes it.

    Raises UsageError (UnknownName, BadValue, UnusableData among them), DeviceError or DiskError with a sentence.
    """
    model = find_model(spec.model)
    parameters = complete(model.parameters, spec.parameters)
    _check_seed("seed", spec.seed)
    _check_seed("split_seed", spec.data.split_seed)
    entry = data.check(spec.data, model.tasks)
    check_fit(model, entry)
    choice = choose_device(spec.device, model.devices)
    check_together(model, parameters, choice.device)
    # What cannot be read or made fails here, and not in the run's own processes.
    load_settings()
    runtime_folder()
    completed = replace(spec, parameters=parameters, threads=_threads(spec.threads))
    return Plan(completed, entry.task, "cpu" if choice.device == "cpu" else spec.device, choice.reason)


def launch(
    db: Database,
    spec: RunSpec,
    *,
    name: str | None = None,
    tags: Sequence[str] = (),
    notes: str = "",
    group: str | None = None,
    parent_id: int | None = None,
) -> Run:
    """Queues a run and starts its supervisor; returns at once.

    ``spec.threads`` of 0 lets the machine decide: half of its cores, at most 8. Raises what ``plan`` raises, and
    DiskError or StoreError where the run cannot be written down.
    """
    planned = plan(replace(spec, model=settle_model(db, spec.model)))
    completed = planned.spec
    new = NewRun(
        name=check_name(name) if name else planned.name,
        model=completed.model,
        dataset=completed.data.dataset,
        task=planned.task,
        seed=completed.seed,
        split_seed=completed.data.split_seed,
        device=planned.queue_device,
        threads=completed.threads,
        parameters=completed.parameters,
        spec=completed.to_json(),
        tags=tuple(tags),
        notes=notes,
        group=group,
        parent_id=parent_id,
        host=host_name(),
    )
    device = "any GPU" if planned.queue_device in ("auto", "cuda") else planned.queue_device
    return queue(db, new, note=f"Queued for {device}: {planned.reason}.")


def settle_model(db: Database, model: str) -> str:
    """The name of a model as it is kept with a run: a checkpoint by its whole path, a run by its id, as any other name.

    Raises UsageError, UnusableModel or UnknownRun where a checkpoint cannot be trained further.
    """
    if not names_checkpoint(model):
        return model
    source = parse_source(model)
    refuse_packed(source)
    if source.kind is SourceKind.RUN:
        source = replace(source, name=str(find_run(db, source.name).id))
    find_files(source, lambda run_id: run_folder(db.path, int(run_id)))
    return str(source) if source.kind is SourceKind.RUN else f"hf:{source.name}"


def rerun(db: Database, run: Run, *, seed: int | None = None, split_seed: int | None = None) -> Run:
    """Launches the spec of an earlier run again, with other seeds if any are given; the new run's parent is that run.

    It belongs to the group of that run, where it has one. Raises UsageError for a run that was imported.
    """
    if is_imported(run):
        raise UsageError(
            f"Run {run.id} ({run.name}) was measured elsewhere and cannot be run again here: import its new outcomes "
            f"with `workbench import`."
        )
    spec = RunSpec.from_json(run.spec)
    if seed is not None:
        spec = replace(spec, seed=seed)
    if split_seed is not None:
        spec = replace(spec, data=replace(spec.data, split_seed=split_seed))
    return launch(db, spec, tags=run.tags, group=run.group, parent_id=run.id)


def queue(db: Database, new: NewRun, *, note: str = "Queued.", supervisor: Sequence[str] = SUPERVISOR) -> Run:
    """Writes the run down, with its folder, its spec and a first line of its log, and starts its supervisor."""
    lock_fd: int | None = None
    try:
        with db.atomic():
            run = add_run(db, new)
            add_log_lines(db, run.id, 0, [(run.created_at, "info", note)])
            folder = create_run_folder(db.path, run.id)
            _write_private(folder / SPEC_FILE, json.dumps(run.spec, indent=1))
            lock_fd = hold_lock(folder)
        start_supervisor(db, run.id, folder, lock_fd, command=supervisor)
    except OSError as error:
        place = error.filename or db.path.parent
        raise DiskError(
            f"The folder of the new run cannot be written ({place}: {error.strerror}). Free space there, check its "
            f"permissions, or choose another place with --store."
        ) from error
    finally:
        if lock_fd is not None:
            os.close(lock_fd)
    return run


def start_supervisor(
    db: Database, run_id: int, folder: Path, lock_fd: int, *, command: Sequence[str] = SUPERVISOR
) -> None:
    """Starts the run's supervisor in a session of its own, holding the lock that ``lock_fd`` holds.

    Neither a closed terminal nor the end of this process touches it. Raises ReportedError, and ends the run as lost,
    where the system starts no process.
    """
    log_fd = os.open(folder / LOG_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            [*command, str(db.path), str(run_id), str(lock_fd)],
            stdin=subprocess.DEVNULL,
            stdout=log_fd,
            stderr=log_fd,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            pass_fds=(lock_fd,),
            start_new_session=True,
        )
    except OSError as error:
        message = f"No supervisor could be started for run {run_id}: {error.strerror}."
        end_run(db, run_id, RunStatus.LOST, error=message, at=os.stat(folder).st_mtime)
        raise ReportedError(f"{message} Free memory or processes, then rerun it.") from error
    finally:
        os.close(log_fd)
    # If we outlive it, somebody must take note of its end, or it stays in the process table as a zombie.
    threading.Thread(target=process.wait, name=f"supervisor-{run_id}", daemon=True).start()


def check_name(name: str) -> str:
    """``name``, by which the run can be found; raises BadValue for one that is blank, endless, or means another run."""
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise BadValue(f"The name of a run has 1 to {_LONGEST_NAME} characters that can be seen.")
    if name.isdecimal() or re.fullmatch(r"last(~\d+)?", name):
        raise BadValue(f"No run can be called {name!r}: wherever a run is named, that means an id, or the newest run.")
    return name


def _check_seed(name: str, seed: int) -> None:
    if not 0 <= seed < _SEEDS:
        raise BadValue(f"{name} must be 0 to {_SEEDS - 1}, not {seed}.")


def _threads(asked: int | None) -> int:
    cores = usable_cores()
    if not asked:
        return max(1, min(_MOST_THREADS_UNASKED, cores // 2))
    if asked < 0 or asked > cores:
        raise UsageError(f"{asked} threads cannot be had here: use 1 to {cores}, the cores of this machine.")
    return asked


def _write_private(path: Path, text: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with open(fd, "w", encoding="utf-8") as file:
        file.write(text)
