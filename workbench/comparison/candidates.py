"""The runs of one data set as candidates for the same job: their final figures, and how their latency was measured.

Read from figures alone, never from outcomes: a thousand runs are a matter of milliseconds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from workbench.errors import UnknownName, UsageError
from workbench.evaluation.metrics import CLASSIFICATION, LANGUAGE, METRICS, REGRESSION
from workbench.formatting import format_count
from workbench.inert import inert

if TYPE_CHECKING:
    from store.database import Database

MAIN_QUALITY: Mapping[str, str] = {CLASSIFICATION: "accuracy", REGRESSION: "rmse", LANGUAGE: "bits_per_byte"}
"""The figure by which models of a task are chosen first."""

_FACTS = (
    *("name", "model", "dataset", "task", "device", "split_seed", "status"),
    *("data.fingerprint", "data.target", "environment.cpu", "environment.gpu", "environment.host"),
    *("latency.threads", "latency.batch_size"),
)
_FIGURES = tuple(f"{metric.group.value}.{name}" for name, metric in METRICS.items())


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a run's single predictions were timed; None where it is not known."""

    device: str | None = None
    threads: float | None = None
    batch_size: float | None = None
    host: str | None = None

    def unlike(self, other: "Conditions", *, device: bool = True) -> str | None:
        """What keeps latencies under these conditions and ``other`` from comparing, in a few words; None: nothing."""
        if device and self.device != other.device:
            return f"on another device: {_said(self.device)}, the others on {_said(other.device)}"
        for words, mine, theirs in (
            ("threads", self.threads, other.threads),
            ("predictions at a time", self.batch_size, other.batch_size),
        ):
            if mine is not None and theirs is not None and mine != theirs:
                return f"with {format_count(mine)} {words}, the others with {format_count(theirs)}"
        return None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One run that is done: its final figures by the names of METRICS, None where one is not known."""

    id: int
    name: str
    """Inert text, as ``model`` is."""
    model: str
    task: str
    split_seed: int | None
    conditions: Conditions
    figures: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class DataName:
    """The data that candidates have in common; texts are inert."""

    dataset: str
    fingerprint: str | None
    task: str
    target: str | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Runs of the same data, newest first, and how many runs matched but are of other data, or not done."""

    data: DataName
    runs: tuple[Candidate, ...]
    other_data: int
    not_done: int


def candidate_of(run: Mapping[str, Any]) -> Candidate:
    """The candidate that a run's document (``run_json``) describes."""
    facts = {path: _at(run, path) for path in (*_FACTS, *_FIGURES)}
    return _candidate(int(run.get("id") or 0), facts)


def load_candidates(db: "Database", where: str = "", *, data: str | None = None, like: int | None = None) -> Candidates:
    """The done runs for which ``where`` holds, of the same data: those called ``data``, or those of the run ``like``.

    By default of the newest that is done. Raises BadExpression or UnknownName for ``where``, UnknownName for ``data``
    and UsageError where there is no run to look at.
    """
    from workbench.run_index import RunIndex  # the store's side, which a comparison of two documents does without

    with db.reading():
        index = RunIndex(db)
        ids = index.arrange(where).ids
        values = index.values([*ids, *([like] if like is not None else [])], _FACTS)
        done = [run_id for run_id in ids if values[run_id]["status"] == "done"]
        model = values.get(like) if like is not None else _newest_of(done, values, data)
        if model is None:
            raise UsageError(
                "There is no finished run to weigh up: train at least two models on the same data first, "
                "or widen --where."
            )
        same = [run_id for run_id in done if _data_key(values[run_id]) == _data_key(model)]
        figures = index.values(same, _FIGURES)
    return Candidates(
        data=DataName(
            dataset=inert(PurePath(str(model["dataset"])).name),
            fingerprint=_text(model["data.fingerprint"]),
            task=str(model["task"]),
            target=None if model["data.target"] is None else inert(str(model["data.target"])),
        ),
        runs=tuple(_candidate(run_id, {**values[run_id], **figures[run_id]}) for run_id in same),
        other_data=len(done) - len(same),
        not_done=len(ids) - len(done),
    )


def usual_conditions(candidates: Sequence[Candidate]) -> Conditions | None:
    """The conditions under which most of the runs with a latency were timed; of as many, those of the newest run."""
    timed = [
        (run.conditions.device, run.conditions.threads, run.conditions.batch_size)
        for run in candidates
        if run.figures.get("p50_ms") is not None or run.figures.get("mean_ms") is not None
    ]
    if not timed:
        return None
    (device, threads, batch_size), _ = Counter(timed).most_common(1)[0]
    return Conditions(device, threads, batch_size)


def _newest_of(
    done: Sequence[int], values: Mapping[int, Mapping[str, Any]], data: str | None
) -> Mapping[str, Any] | None:
    newest_first = sorted(done, reverse=True)
    if data is None:
        return values[newest_first[0]] if newest_first else None
    for run_id in newest_first:
        if data in _names_of(values[run_id]):
            return values[run_id]
    known = {PurePath(str(values[run_id]["dataset"])).name for run_id in done}
    raise UnknownName("data set with a finished run", data, known)


def _names_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    dataset = str(facts["dataset"])
    return dataset, PurePath(dataset).name, str(facts["data.fingerprint"] or "")


def _data_key(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes data the same: content, task and target. Data without a fingerprint go by their name."""
    fingerprint = facts["data.fingerprint"]
    return facts["task"], facts["data.target"], fingerprint or f"named {facts['dataset']}"


def _candidate(run_id: int, facts: Mapping[str, Any]) -> Candidate:
    device = str(facts["device"] or "")
    kind = "environment.gpu" if device.startswith("cuda") else "environment.cpu"
    return Candidate(
        id=run_id,
        name=inert(str(facts["name"] or f"run {run_id}")),
        model=inert(str(facts["model"] or "")),
        task=str(facts["task"]),
        split_seed=facts["split_seed"],
        conditions=Conditions(
            device=_text(facts[kind]) or device.partition(":")[0] or None,
            threads=facts["latency.threads"],
            batch_size=facts["latency.batch_size"],
            host=_text(facts["environment.host"]),
        ),
        figures={path.partition(".")[2]: facts[path] for path in _FIGURES},
    )


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str | None:
    return None if value is None else inert(str(value))


def _said(device: str | None) -> str:
    return device or "a device not known"
