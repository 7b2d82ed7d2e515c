"""The parent's end of a race's pipe: a child to start, to listen to, to end, and to say in a sentence why it died."""

import json
import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from store.errors import ReportedError
from workbench.errors import UsageError
from workbench.inert import inert

_POLL_S = 0.1
_CHUNK = 65536
_LONGEST_CAUSE = 300


def messages_of(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], is_stopped: Callable[[], bool], what: str
) -> Iterator[dict[str, Any]]:
    """The messages of a child process, as they come, until it ends well or ``is_stopped``.

    However the iteration ends, the child has ended. Raises ReportedError with a sentence, UsageError where the user can
    mend it, if the child fails or is killed; ``what`` says who it is ('process 3 of the race').
    """
    errors = folder / "errors.txt"
    with errors.open("wb") as printed:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=printed,
                env={**os.environ, **environment},
                process_group=0,  # a Ctrl-C is ours to answer
            )
        except OSError as error:
            raise ReportedError(
                f"{what} could not be started ({error.strerror}). Free memory or processes, then race again."
            ) from error
    failure: dict[str, Any] | None = None
    try:
        for message in _lines(process, is_stopped):
            if "error" in message:
                failure = message
            else:
                yield message
        if is_stopped():
            return
        code = process.wait()
    finally:
        _end(process)
    if failure is not None:
        kind = UsageError if failure["exit_code"] == UsageError.exit_code else ReportedError
        raise kind(str(failure["error"]))
    if code != 0:
        raise ReportedError(_cause_of_death(code, errors, what))


def _lines(process: "subprocess.Popen[bytes]", is_stopped: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    fd, rest = process.stdout.fileno(), b""
    while not is_stopped():
        if not select.select([fd], [], [], _POLL_S)[0]:
            continue
        chunk = os.read(fd, _CHUNK)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kills the child with whatever it started, if it lives: it has nothing to lose."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _cause_of_death(code: int, errors: Path, what: str) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        hint = " The system may have been out of memory." if name == "SIGKILL" else ""
        return f"{what} was ended by {name}, so nothing of the race was kept.{hint} Race again."
    lines = errors.read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), f"exit code {code}")
    return (
        f"{what} failed, so nothing of the race was kept: {inert(last.strip(), _LONGEST_CAUSE)}. "
        f"`workbench doctor --deep` tells whether torch works here."
    )
