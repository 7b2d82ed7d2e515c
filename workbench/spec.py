"""The run spec: everything that decides a run, enough to run it again.

It is made by the launcher from what a person asked for, stored whole with the run, and read by the trainer from
``spec.json`` in the run's folder. Parameters are complete: defaults are filled in when the spec is made, so that a
later change of a default does not change what an old run means.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from store.records import Run
from workbench.parameters import Value

ELSEWHERE = "elsewhere"
"""The device of a run that was imported and whose device nobody named."""
DEFAULT_TEST_FRACTION = 0.2
DEFAULT_VAL_FRACTION = 0.2


def is_imported(run: Run) -> bool:
    """Whether a run's model was measured elsewhere (``workbench.importing``), so that its spec is not one to run."""
    return "imported" in run.spec


@dataclass(frozen=True, slots=True)
class DataSpec:
    """Which examples a run sees, and how they are split.

    ``val_fraction`` is a share of what the test part leaves. The split has a seed of its own: it belongs to the
    identity of the data, so that two runs that differ in ``seed`` are still measured on the same examples.
    """

    dataset: str
    """A name of the data catalogue, or the absolute path of a file."""
    target: str | None = None
    split_seed: int = 0
    test_fraction: float = DEFAULT_TEST_FRACTION
    val_fraction: float = DEFAULT_VAL_FRACTION
    text: str | None = None
    """The field that holds the text, where a file has several; None lets it be found."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Everything that decides a run. ``device`` is as asked (``auto``, ``cpu``, ``cuda:0``) until it is leased."""

    model: str
    data: DataSpec
    parameters: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0
    device: str = "auto"
    threads: int = 1

    def to_json(self) -> dict[str, Any]:
        """The spec as JSON types; tuples become lists."""
        document = asdict(self)
        document["parameters"] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in self.parameters.items()
        }
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "RunSpec":
        """The spec that ``to_json`` wrote."""
        parameters = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document["parameters"].items()
        }
        return cls(
            model=document["model"],
            data=DataSpec(**document["data"]),
            parameters=parameters,
            seed=document["seed"],
            device=document["device"],
            threads=document["threads"],
        )
