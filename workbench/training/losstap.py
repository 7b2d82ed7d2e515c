"""Losses on their way from the device to the log, without making the device wait.

Reading a loss from a GPU waits for everything queued before it. So it is copied to pinned memory in the stream's own
time, with an event behind it, and is logged with its own step as soon as the event has passed: at most ``MOST_STEPS``
steps or ``LONGEST_S`` seconds late, then the tap waits. On the CPU a loss is there at once, and the tap hands it on
in the same step.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch

MOST_STEPS = 16
LONGEST_S = 0.1


class Receipt(Protocol):
    """A loss that was sent to the host."""

    def arrived(self) -> bool:
        """Whether ``value`` would return without waiting."""

    def value(self) -> float:
        """The loss; waits for it where it has not arrived."""


class Arrived:
    """The receipt of a loss that lies in host memory."""

    def __init__(self, loss: "torch.Tensor") -> None:
        self._value = float(loss.detach())

    def arrived(self) -> bool:
        """Always."""
        return True

    def value(self) -> float:
        """The loss."""
        return self._value


class PinnedSlot:
    """One place in pinned host memory; used again for a later loss once its value has been read."""

    def __init__(self) -> None:
        import torch  # heavy; whoever has a loss has imported it

        self._host = torch.zeros((), dtype=torch.float32, pin_memory=True)
        self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]

    def send(self, loss: "torch.Tensor") -> "PinnedSlot":
        """Queues the copy of ``loss`` behind the work that computes it."""
        self._host.copy_(loss.detach(), non_blocking=True)
        self._event.record()
        return self

    def arrived(self) -> bool:
        """Whether the copy has been made."""
        return bool(self._event.query())  # type: ignore[no-untyped-call]

    def value(self) -> float:
        """The loss, once the copy has been made."""
        self._event.synchronize()
        return float(self._host)


def pinned_sender() -> "Callable[[torch.Tensor], Receipt]":
    """Sends losses of a CUDA device round a ring of pinned slots, more than are ever on their way at once."""
    ring = deque(PinnedSlot() for _ in range(MOST_STEPS + 2))

    def send(loss: "torch.Tensor") -> Receipt:
        ring.rotate(-1)
        return ring[0].send(loss)

    return send


class LossTap:
    """Takes a loss a step and gives back those that have arrived, in order, each with its step."""

    def __init__(self, send: "Callable[[torch.Tensor], Receipt]", clock: Callable[[], float] = time.monotonic) -> None:
        self._send = send
        self._clock = clock
        self._waiting: deque[tuple[int, float, Receipt]] = deque()

    @classmethod
    def of(cls, device: str) -> "LossTap":
        """The tap for a device as torch names it."""
        return cls(pinned_sender() if device.startswith("cuda") else Arrived)

    def put(self, step: int, loss: "torch.Tensor") -> None:
        """Sends the loss of a step on its way."""
        self._waiting.append((step, self._clock(), self._send(loss)))

    def take(self, *, everything: bool = False) -> list[tuple[int, float]]:
        """The losses that have arrived or must not be later, each with its step; waits for the latter."""
        taken = []
        while self._waiting and (everything or self._is_due()):
            step, _, receipt = self._waiting.popleft()
            taken.append((step, receipt.value()))
        return taken

    def _is_due(self) -> bool:
        _, sent, receipt = self._waiting[0]
        return len(self._waiting) > MOST_STEPS or self._clock() - sent >= LONGEST_S or receipt.arrived()
