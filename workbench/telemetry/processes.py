"""Who a process on a GPU belongs to, as far as this machine lets us see it.

A driver in a container may name processes of the host, and hidden ones cannot be looked at: both stay nameless. Of a
command only the program, and what a Python runs, is kept: samples are stored with the run, and the arguments of
other people's programs may hold secrets.
"""

from pathlib import PurePath

import psutil

from store.records import DeviceProcess


def describe_process(pid: int, memory_bytes: int | None) -> DeviceProcess:
    """The process with its user and command, each None where it cannot be seen from here."""
    try:
        process = psutil.Process(pid)
    except (psutil.Error, ValueError, OverflowError):
        return DeviceProcess(pid, memory_bytes, None, None)
    return DeviceProcess(pid, memory_bytes, _user(process), _command(process))


def _user(process: psutil.Process) -> str | None:
    try:
        return process.username()
    except (psutil.Error, KeyError):
        return None


def _command(process: psutil.Process) -> str | None:
    try:
        words = process.cmdline()
        return shorten(words) if words else process.name() or None
    except psutil.Error:
        return None


def shorten(words: list[str]) -> str:
    """The program's name; for a Python also the module or script, without any argument."""
    program = PurePath(words[0]).name
    if not program.startswith("python"):
        return program
    if "-m" in words[1:-1]:
        return f"{program} -m {words[words.index('-m', 1) + 1]}"
    script = next((word for word in words[1:] if not word.startswith("-")), "")
    return f"{program} {PurePath(script).name}".strip() if "-c" not in words else program
