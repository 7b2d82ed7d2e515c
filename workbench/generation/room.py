"""Whether a model fits beside what lies in memory already, and making room for it where it does not.

The rule. A model needs what its numbers take in the precision that it is loaded in (counted from the headers of its
files; those of a GGUF file, which are packed, as ``GGUF_GROWTH`` times the file), a twentieth more, and
``RESERVE_BYTES`` for the keys and values of a text. Where that is less than what is free on the device, models lie side
by side. Else the process that has been idle longest is asked to end, and the next; one that is at work is waited for;
and where nobody is left to make room, the model is refused with both figures.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psutil

from store.locks import open_lock, try_flock
from workbench.errors import GeneratorError, OutOfMemory
from workbench.formatting import format_bytes
from workbench.generation.places import Place, all_places
from workbench.generation.protocol import Channel, Gone, Greeting
from workbench.generation.starting import greet
from workbench.language.sources import ModelFiles, SourceKind
from workbench.language.tensors import count_tensors
from workbench.runs.leases import runtime_folder
from workbench.telemetry.cgroups import Cgroup
from workbench.telemetry.nvml import NvmlSampler

RESERVE_BYTES: Final = 256 * 2**20
GGUF_GROWTH: Final = 7
"""Four and a half bits a number become 32."""
_SLACK: Final = 1.05
_BYTES: Final = {"float32": 4, "bfloat16": 2, "float16": 2}
_POLL_S: Final = 0.1


def bytes_needed(files: ModelFiles, dtype: str) -> int:
    """About how much memory the model takes when it is loaded in ``dtype``, with room for a text."""
    if files.source.kind is SourceKind.GGUF:
        weights = files.size_bytes * GGUF_GROWTH
    else:
        weights = count_tensors(files.weights).parameters * _BYTES[dtype]
    return int(weights * _SLACK) + RESERVE_BYTES


def bytes_free(device: str) -> int | None:
    """What is free on ``cpu`` or ``cuda:N`` (as NVML counts); None where nothing tells."""
    if device == "cpu":
        free = int(psutil.virtual_memory().available)
        group = Cgroup()
        limit, used = group.memory_limit_bytes(), group.memory_used_bytes()
        return free if limit is None or used is None else min(free, limit - used)
    sampler = NvmlSampler()
    try:
        for sample in sampler.sample():
            if sample.device == device and sample.memory_total_bytes is not None:
                used = sample.memory_used_bytes
                return None if used is None else sample.memory_total_bytes - used
    finally:
        sampler.close()
    return None


@contextmanager
def one_loads_at_a_time(device: str, say: Callable[[str], None], stopped: Callable[[], bool]) -> Iterator[bool]:
    """A stretch in which no other process of this user loads a model on the device, so that what is free stays free.

    Yields False where ``stopped`` came before our turn.
    """
    lock = open_lock(runtime_folder() / f"loading-{device.replace(':', '-')}.lock")
    try:
        if not try_flock(lock):
            say("Waiting for another model to be loaded.")
            while not try_flock(lock, fcntl.LOCK_EX) and not stopped():
                time.sleep(_POLL_S)
        yield not stopped()
    finally:
        os.close(lock)


def make_room(
    files: ModelFiles, device: str, dtype: str, say: Callable[[str], None], stopped: Callable[[], bool]
) -> None:
    """Returns when the model fits, when that cannot be told, or when ``stopped``.

    Raises OutOfMemory where nobody is left who could make room.
    """
    needed, said = bytes_needed(files, dtype), ""
    while not stopped():
        free = bytes_free(device)
        if free is None or needed <= free:
            return
        others = sorted(_others_on(device), key=lambda found: found[1].idle_since_at or float("inf"))
        if not others:
            raise OutOfMemory(
                f"{files.source} needs about {format_bytes(needed)} in {dtype}, and {format_bytes(free)} are free on "
                f"{device}. {_advice(files, device, dtype, free)}"
            )
        place, greeting = others[0]
        if greeting.state == "idle" and _unload(place):
            say(f"{greeting.model} was unloaded: {files.source} does not fit beside it.")
            continue
        sentence = f"Waiting for {greeting.model} to come to an end: {files.source} does not fit beside it."
        if sentence != said:
            say(sentence)
            said = sentence
        time.sleep(_POLL_S)


def _advice(files: ModelFiles, device: str, dtype: str, free: int) -> str:
    shorter = bytes_needed(files, "bfloat16")
    if device != "cpu" and dtype == "float32" and shorter <= free:
        return f"Free memory there, or load it in bfloat16, which needs about {format_bytes(shorter)}."
    return "Free memory there, or use a smaller model."


def _others_on(device: str) -> Iterator[tuple[Place, Greeting]]:
    """The other processes of this user that have a model on the device, or are about to end."""
    for place in all_places():
        with suppress(GeneratorError):  # one of another version can be asked nothing
            found = greet(place)
            if found is None:
                continue
            channel, greeting = found
            channel.close()
            if greeting.pid != os.getpid() and greeting.device == device and greeting.memory_bytes is not None:
                yield place, greeting


def _unload(place: Place) -> bool:
    """Asks the process there to end if it is idle, and waits for that; whether it has ended."""
    found = greet(place)
    if found is None:
        return True
    channel = found[0]
    try:
        channel.send({"ask": "unload", "only_if_idle": True})
        return all(message["done"]["unloads"] for message in _until_closed(channel))
    except Gone:
        return True
    finally:
        channel.close()


def _until_closed(channel: Channel) -> Iterator[dict[str, dict[str, bool]]]:
    """The answers until the process has ended, or the refusal."""
    for message in channel.read():
        yield message
        if not message["done"]["unloads"]:
            return
