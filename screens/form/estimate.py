"""The estimate at the foot of the form: what is judged, on which device, and the lines that say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from store.records import Sample
from workbench.data import DATASETS, DatasetEntry
from workbench.estimates import PastRun, Wanted, describe_estimate, estimate
from workbench.models import find_model
from workbench.settings import Settings
from workbench.spec import RunSpec

_LEAD = "estimate  "


@dataclass(frozen=True, slots=True)
class Machine:
    """What an estimate must know of this machine: the names of its CPU and of the GPUs that can be read."""

    cpu: str | None = None
    gpus: tuple[tuple[str, str | None], ...] = ()
    """``cuda:N`` and what it is called."""

    def device_of(self, model: str, asked: str) -> tuple[str, str | None]:
        """The device that a run is likely to get, and its name."""
        entry = find_model(model)
        if asked == "cpu" or "cuda" not in entry.devices or (asked == "auto" and not self.gpus):
            return "cpu", self.cpu
        first = self.gpus[0] if self.gpus else ("cuda:0", None)
        return next(((device, name) for device, name in self.gpus if device == asked), first)


def gpus_of(samples: Sequence[Sample]) -> tuple[tuple[str, str | None], ...]:
    """The GPUs among live readings, those that can be read."""
    return tuple((sample.device, sample.name) for sample in samples if sample.device != "host" and not sample.error)


def wanted_of(spec: RunSpec, data: DatasetEntry | None, machine: Machine) -> Wanted | None:
    """The run that is to be judged; None while nobody knows how large its data is (``data`` is what a file holds)."""
    entry = DATASETS.get(spec.data.dataset, data)
    if entry is None or entry.rows is None:
        return None
    device, hardware = machine.device_of(spec.model, spec.device)
    return Wanted(
        model=spec.model,
        dataset=spec.data.dataset,
        rows=entry.rows,
        features=entry.features,
        parameters=spec.parameters,
        kind="cpu" if device == "cpu" else "cuda",
        hardware=hardware,
        test_fraction=spec.data.test_fraction,
        val_fraction=spec.data.val_fraction,
    )


def judge(
    spec: RunSpec, data: DatasetEntry | None, machine: Machine, past: Sequence[PastRun], settings: Settings
) -> tuple[str, ...]:
    """What can be said of a run before it starts, a sentence or a line of figures each."""
    wanted = wanted_of(spec, data, machine)
    if wanted is None:
        known = spec.data.dataset in DATASETS
        return (
            "How much data there is shows once a run has gathered it." if known else "Once the file has been read.",
        )
    found = estimate(wanted, past)
    device, name = machine.device_of(spec.model, spec.device)
    price = settings.price_of(device, name)
    figures = describe_estimate(found, price)
    if not figures:
        return (found.basis,)
    return (figures, found.basis if price is not None else f"{found.basis} {_on_price(device, name)}")


def lines_of(sentences: Sequence[str], width: int, signs: Signs) -> list[Line]:
    """The sentences below each other behind their lead, wrapped."""
    lines: list[Line] = []
    for index, sentence in enumerate(sentences):
        for text in hanging(signs.write(sentence), max(10, width - len(_LEAD))):
            lead = _LEAD if not lines else " " * len(_LEAD)
            lines.append((Piece(lead, "secondary"), Piece(text, "secondary" if index else "")))
    return lines


def _on_price(device: str, name: str | None) -> str:
    return f"No price is set for {'cpu' if device == 'cpu' else name or device} (in the settings)."
