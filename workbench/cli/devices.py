"""``devices``: every device of this machine now, whose processes are on it, and which runs wait for it or hold it."""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from store.errors import StoreError, StoreMissing
from store.records import DeviceProcess, Run, Sample
from workbench import device_words as words
from workbench.cli.output import data_console, narrate, print_json, print_table
from workbench.cli.stores import open_to_read, path_of
from workbench.run_json import iso_time
from workbench.runs import leases
from workbench.runs.host import host_name
from workbench.telemetry import NvmlState, nvml_state, open_sampler
from workbench.telemetry.room import Room, read_room

if TYPE_CHECKING:
    from rich.console import Console

_WATCH_PERIOD_S = 1.0
_HOST_UTILISATION_PERIOD_S = 0.2
"""The host's utilisation is a difference between two readings: the first alone says nothing."""


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease with the words of its holder, if its note could be read."""

    what: str
    device: str
    run_id: int | None
    store: str | None
    pid: int | None
    since_at: float | None


@dataclass(frozen=True, slots=True)
class _Queue:
    """What the store says of runs that wait or work, and what is leased whatever store it is for."""

    store: str
    queued: tuple[Run, ...] = ()
    running: tuple[Run, ...] = ()
    run_of: Mapping[int, int] | None = None
    """Process id on this host → run."""
    held: tuple[HeldLease, ...] = ()

    @property
    def names(self) -> dict[int, str]:
        return {run.id: run.name for run in (*self.queued, *self.running)}


@dataclass(frozen=True, slots=True)
class _Frame:
    """All that is shown at one time."""

    samples: tuple[Sample, ...]
    nvml: NvmlState
    room: Room
    queue: _Queue
    me: str | None


def devices(arguments: Namespace) -> int:
    """One reading of every device, or one a second until Ctrl-C."""
    state, me, said = nvml_state(), _this_user(), ""
    with closing(open_sampler()) as sampler:
        sampler.sample()
        time.sleep(_HOST_UTILISATION_PERIOD_S)
        while True:
            queue, problem = _read_queue(arguments)
            if problem and problem != said:
                narrate(problem)
            said = problem
            frame = _Frame(sampler.sample(), state, read_room(path_of(arguments)), queue, me)
            if arguments.json:
                print_json(_document(frame))
            else:
                _print(frame)
            if not arguments.watch:
                return 0
            time.sleep(_WATCH_PERIOD_S)


def _read_queue(arguments: Namespace) -> tuple[_Queue, str]:
    """The queue and the leases, and why the store could not be asked; a store that is not there yet has no queue."""
    from store.snapshot import View, read_snapshot

    store, held = str(path_of(arguments)), tuple(map(_held, leases.current()))
    try:
        with open_to_read(arguments) as db:
            snapshot = read_snapshot(db, View(limit=0))
    except StoreMissing:
        return _Queue(store, held=held), ""
    except StoreError as error:
        return _Queue(store, held=held), error.message
    here = host_name()
    pids = {
        pid: attempt.run_id
        for attempt in snapshot.attempts
        if attempt.host == here
        for pid in (attempt.supervisor_pid, attempt.trainer_pid)
        if pid is not None
    }
    return _Queue(store, snapshot.queued, snapshot.running, pids, held), ""


def _held(lease: leases.Lease) -> HeldLease:
    holder = lease.holder
    if holder is None:
        return HeldLease(lease.what, "", None, None, None, None)
    return HeldLease(lease.what, holder.device, holder.run_id, holder.store, holder.pid, holder.since_at)


def _this_user() -> str | None:
    import psutil

    try:
        return psutil.Process().username()
    except (psutil.Error, KeyError):
        return None


def _document(frame: _Frame) -> dict[str, Any]:
    nvml, queue = frame.nvml, frame.queue
    run_of = queue.run_of or {}
    samples = [asdict(sample) for sample in frame.samples]
    for sample in samples:
        sample["processes"] = [{**process, "run": run_of.get(process["pid"])} for process in sample["processes"]]
    room = {**asdict(frame.room), "path": str(frame.room.path)}
    return {
        "nvml": {"available": nvml.available, "message": nvml.message, "driver": nvml.driver},
        "devices": samples,
        "room": room,
        "queue": [
            {
                "run": run.id,
                "name": run.name,
                "device": run.device,
                "queued_at": iso_time(run.created_at),
                "why": words.why_waiting(run, queue.queued, queue.held, queue.store),
            }
            for run in queue.queued
        ],
        "running": [
            {"run": run.id, "name": run.name, "device": run.device, "started_at": iso_time(run.started_at)}
            for run in queue.running
        ],
        "leases": [
            {
                "what": lease.what,
                "device": lease.device,
                "run": lease.run_id,
                "store": lease.store,
                "pid": lease.pid,
                "since_at": iso_time(lease.since_at),
            }
            for lease in queue.held
        ],
    }


def _print(frame: _Frame) -> None:
    console, now = data_console(), time.time()
    columns = ("device", "name", "util", "memory", "temp", "power", "clock", "")
    numeric = ("util", "memory", "temp", "power", "clock")
    print_table(console, columns, map(_device_row, frame.samples), numeric=numeric, names=("name",))
    console.print(" · ".join(words.room_words(frame.room)))
    if all(sample.device == words.HOST for sample in frame.samples):
        console.print(words.NO_GPU if not frame.nvml.broken else frame.nvml.message)
    _print_part(console, ("device", "pid", "user", "memory", "command", "of"), list(_process_rows(frame)))
    _print_part(console, ("queued", "name", "device", "since", "waits for"), list(_queued_rows(frame.queue, now)))
    _print_part(console, ("running", "name", "device", "since", "state"), list(_running_rows(frame.queue, now)))
    _print_part(console, ("leased", "board", "by", "since", "name"), list(_lease_rows(frame.queue, now)))


def _print_part(console: "Console", columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table of its own under an empty line; nothing where there is nothing to say."""
    if rows:
        console.print()
        print_table(
            console, columns, rows, numeric=("pid", "memory", "queued", "running"), names=("name", "command", "by")
        )


def _device_row(sample: Sample) -> tuple[str, ...]:
    if sample.error:
        return (sample.device, sample.name or "", "", "", "", "", "", sample.error)
    last = words.load_words(sample) if sample.device == words.HOST else words.throttle_words(sample)
    return (
        sample.device,
        sample.name or "",
        words.utilisation_words(sample),
        words.memory_words(sample),
        words.temperature_words(sample),
        words.power_words(sample),
        words.clock_words(sample),
        last,
    )


def _process_rows(frame: _Frame) -> Iterator[tuple[str, ...]]:
    for sample in frame.samples:
        for process in sample.processes:
            yield (
                sample.device,
                str(process.pid),
                words.user_words(process),
                words.process_memory_words(process),
                words.command_words(process),
                _owner(process, frame),
            )


def _owner(process: DeviceProcess, frame: _Frame) -> str:
    return words.owner_words(process, frame.queue.run_of or {}, frame.queue.names, frame.me)


def _queued_rows(queue: _Queue, now: float) -> Iterator[tuple[str, ...]]:
    for run in queue.queued:
        why = words.why_waiting(run, queue.queued, queue.held, queue.store)
        yield str(run.id), run.name, run.device, words.since_words(run.created_at, now), why


def _running_rows(queue: _Queue, now: float) -> Iterator[tuple[str, ...]]:
    for run in queue.running:
        phase = run.phase.value if run.phase else "starting"
        yield str(run.id), run.name, run.device, words.since_words(run.started_at, now), phase


def _lease_rows(queue: _Queue, now: float) -> Iterator[tuple[str, ...]]:
    names = queue.names
    for group in words.held_groups(queue.held):
        lease = group.lease
        whose = words.holder_words(lease.run_id, lease.store, queue.store)
        name = names.get(lease.run_id or 0, "") if lease.store == queue.store else ""
        yield group.what, group.uuid, whose, words.since_words(lease.since_at, now), name
