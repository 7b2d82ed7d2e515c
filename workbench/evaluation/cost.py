"""What a run cost: seconds of its device, joules of its board, and dollars where the user has set a price.

Nothing is guessed: without a price every dollar is None, and without a counter, or with another process on the board,
so are the joules; the figure's note says why and what to do.
"""

import time
from dataclasses import dataclass

from store.records import Figure, FigureGroup, Sample

_SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Price:
    """What an hour of a device costs; ``usd_per_hour`` is None where the user has set no price."""

    device: str
    usd_per_hour: float | None

    @property
    def note(self) -> str | None:
        """How to set the price, where none is set."""
        if self.usd_per_hour is not None:
            return None
        return f"no price is set for {self.device}: name it under [prices_usd_per_hour] in the settings file"

    def of(self, seconds: float | None) -> float | None:
        """US dollars for so many seconds of the device."""
        if self.usd_per_hour is None or seconds is None:
            return None
        return self.usd_per_hour * seconds / _SECONDS_AN_HOUR


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules that a training took; None with the reason in ``note``."""

    joules: float | None
    note: str | None = None


def price_of(device: str) -> Price:
    """The price of the device that this process runs on (``cpu``, ``cuda:0``), from the user's settings."""
    from workbench.settings import load_settings  # platformdirs is not needed before

    name = _gpu_name(device) if device.startswith("cuda") else device
    return Price(name, load_settings().price_of(device, name))


def read_board(device: str) -> Sample | None:
    """One reading of the board behind a CUDA device, with its energy counter; None on the CPU or without a driver."""
    if not device.startswith("cuda"):
        return None
    import torch  # heavy; whoever runs on CUDA has imported it

    from workbench.telemetry import open_sampler

    uuid = str(getattr(torch.cuda.get_device_properties(device), "uuid", ""))
    sampler = open_sampler()
    try:
        boards = [sample for sample in sampler.sample() if uuid and (sample.uuid or "").endswith(uuid)]
    finally:
        sampler.close()
    return boards[0] if boards else None


def energy_between(before: Sample | None, after: Sample | None, device: str) -> Energy:
    """What the board's counter rose by from one reading to the next, if only this run was on the board at both."""
    if not device.startswith("cuda"):
        return Energy(None, "only GPUs count their energy")
    if before is None or after is None or before.energy_j is None or after.energy_j is None:
        return Energy(None, "the driver gives no energy counter for this device")
    if max(len(before.processes), len(after.processes)) > 1:
        return Energy(None, "another process shared the board, whose counter cannot tell them apart")
    if after.energy_j < before.energy_j:
        return Energy(None, "the board's counter began again meanwhile")
    return Energy(after.energy_j - before.energy_j)


def cost_figures(
    price: Price, energy: Energy, *, device_seconds: float, mean_ms: float, accuracy: float | None
) -> tuple[Figure, ...]:
    """The figures of a run that held its device for ``device_seconds`` while it trained.

    A prediction costs what its device costs for ``mean_ms``: single calls one after another, nothing in batches.
    """
    per_1k = price.of(mean_ms)  # 1,000 calls of so many milliseconds take as many seconds
    per_1k_correct = per_1k / accuracy if per_1k is not None and accuracy else None
    correct_note = "no prediction was right" if per_1k is not None and not accuracy else price.note
    return (
        _figure("train_usd", price.of(device_seconds), price.note),
        _figure("usd_per_1k_predictions", per_1k, price.note),
        _figure("usd_per_1k_correct", per_1k_correct, None if per_1k_correct is not None else correct_note),
        _figure("energy_j", energy.joules, energy.note),
        _figure("device_seconds", device_seconds),
    )


def text_cost_figures(
    price: Price, training: Energy, *, device_seconds: float, mean_ms: float, writing: Energy, tokens: int
) -> tuple[Figure, ...]:
    """The figures of a language model's run, which wrote ``tokens`` tokens for the energy ``writing``.

    A token costs what its device costs for ``mean_ms``: one text at a time, nothing in batches.
    """
    each = None if writing.joules is None else writing.joules / tokens
    return (
        _figure("train_usd", price.of(device_seconds), price.note),
        _figure("usd_per_million_tokens", price.of(1000 * mean_ms), price.note),
        _figure("energy_j", training.joules, training.note),
        _figure("energy_per_token_j", each, writing.note),
        _figure("device_seconds", device_seconds),
    )


@dataclass(frozen=True, slots=True)
class TrainingMeter:
    """Reads what a training takes of its device, from when it was made."""

    device: str
    board: Sample | None
    began: float

    @classmethod
    def begin(cls, device: str) -> "TrainingMeter":
        """A meter that begins now."""
        return cls(device, read_board(device), time.perf_counter())

    def read(self, earlier_seconds: float) -> tuple[float, Energy]:
        """Seconds, with those of earlier attempts, and energy until now."""
        seconds = time.perf_counter() - self.began + earlier_seconds
        energy = energy_between(self.board, read_board(self.device), self.device)
        if earlier_seconds and energy.joules is not None:
            energy = Energy(None, "the run was stopped once, and what it took before that was not read")
        return seconds, energy


def _gpu_name(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device)


def _figure(name: str, value: float | None, note: str | None = None) -> Figure:
    return Figure(FigureGroup.COST, name, value, note)
