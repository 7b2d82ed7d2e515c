"""Who takes part in a race, and why somebody cannot: checked in the store before any process is started."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.database import Database
from store.details import get_detail
from store.folders import run_folder
from store.records import RunDetail
from workbench.errors import UsageError
from workbench.evaluation.metrics import LANGUAGE
from workbench.inert import inert
from workbench.spec import DataSpec


@dataclass(frozen=True, slots=True)
class Entrant:
    """One run's model: where its checkpoint lies, and the data whose test part it is timed on."""

    run_id: int
    name: str
    attempt: int
    device: str
    checkpoint: str
    data: DataSpec

    @property
    def title(self) -> str:
        """The run in words."""
        return f"run {self.run_id} ({inert(self.name, 40)})"

    def to_json(self) -> dict[str, Any]:
        """The entrant as JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Entrant":
        """What ``to_json`` wrote."""
        return cls(**{**document, "data": DataSpec(**document["data"])})


def find_entrants(db: Database, a_id: int, b_id: int) -> tuple[Entrant, Entrant]:
    """The two runs as entrants; raises UsageError with a sentence where one cannot race, or UnknownRun."""
    if a_id == b_id:
        raise UsageError(
            f"Run {a_id} cannot race against itself. Name another run; `workbench rerun {a_id}` makes a copy of it."
        )
    return _entrant(db, a_id), _entrant(db, b_id)


def _entrant(db: Database, run_id: int) -> Entrant:
    detail = get_detail(db, run_id)
    run = detail.run
    title = f"Run {run.id} ({inert(run.name, 40)})"
    if not run.status.ended:
        raise UsageError(f"{title} is {run.status}, and its model still changes. Race it when it has ended.")
    if run.task == LANGUAGE:
        raise UsageError(
            f"{title} is a language model, and a race times single predictions. See how fast two of them write with "
            f"`workbench generate A --against B`."
        )
    checkpoint = _checkpoint(db.path, detail, title)
    return Entrant(run.id, run.name, run.attempt, run.device, str(checkpoint), DataSpec(**run.spec["data"]))


def _checkpoint(store_path: Path, detail: RunDetail, title: str) -> Path:
    if detail.checkpoint is None:
        raise UsageError(
            f"{title} has no checkpoint to load: it was measured elsewhere, or ended before it kept one. Only models "
            f"that were trained here can race."
        )
    folder = run_folder(store_path, detail.run.id) / detail.checkpoint
    if not folder.is_dir():
        raise UsageError(f"The checkpoint of {title} is missing: {folder}. Put it back, or train the run again.")
    return folder
