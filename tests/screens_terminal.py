"""A real terminal without a window: a program on a pty, its bytes counted, its screen kept by pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte


class Terminal:
    """Runs a command on a pty of a given size and draws what it writes."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environ: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = 0
        self.arrived_at = 0.0
        """When the newest bytes came (``time.monotonic``), which is before pyte has drawn them."""
        self.raw = bytearray()
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONSAFEPATH": "1", **(environ or {})}
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self._master = master

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Take the terminal away; the program is in a session of its own, and no signal tells it."""
        if not self._is_closed:
            self._is_closed = True
            os.close(self._master)

    @property
    def text(self) -> str:
        """The screen's lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.killpg(self.process.pid, signal.SIGWINCH)

    def read_for(self, seconds: float) -> int:
        """Take what comes in this time; how many bytes that was."""
        before, end = self.received, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self._read_once(left):
                break
        return self.received - before

    def wait_until(self, condition: Callable[[], bool], what: str, timeout_s: float = 15.0) -> float:
        """Read until a condition holds; how many seconds after the start came what made it so."""
        end = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end or not self._read_once(0.2):
                raise AssertionError(f"never saw {what}; the screen was:\n{self.text}")
        return self.arrived_at - self.started_at

    def wait_for(self, words: str, timeout_s: float = 15.0) -> float:
        """Read until words stand on the screen."""
        return self.wait_until(lambda: words in self.text, repr(words), timeout_s)

    def wait_for_quiet(self, quiet_s: float = 0.4, timeout_s: float = 15.0) -> None:
        """Read until nothing has come for a while."""
        end = time.monotonic() + timeout_s
        while self.read_for(quiet_s):
            assert time.monotonic() < end, "the program never fell silent"

    def wait_for_end(self, timeout_s: float = 15.0) -> int:
        """Read until the program ends; its exit code."""
        end = time.monotonic() + timeout_s
        while self.process.poll() is None and time.monotonic() < end:
            self._read_once(0.1)
        while self._read_once(0.05) and self._had_bytes:
            pass
        return self.process.wait(timeout=1)

    _had_bytes = _is_closed = False

    def _read_once(self, timeout_s: float) -> bool:
        """Read what is there; False once the program has closed the terminal."""
        self._had_bytes = False
        # Not select: a test process may hold more files than that can count.
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        if not poll.poll(timeout_s * 1000):
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self._had_bytes = bool(data)
        self.arrived_at = time.monotonic()
        self.received += len(data)
        self.raw += data
        self._stream.feed(data)
        return bool(data)
