"""What an entry of the catalogue of models is, and what the catalogue asks about data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from workbench.parameters import Parameter


class Family(StrEnum):
    """Kinds of models; each has its own way of being trained."""

    BASELINE = "baseline"
    LINEAR = "linear"
    NEURAL = "neural"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue. ``builder`` is ``module:function``, see ``workbench.models.building``."""

    name: str
    family: Family
    summary: str
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    """The kinds of data that it takes: ``table``, ``image``, ``text``."""
    devices: tuple[str, ...]
    """The kinds of device that it can run on: ``cpu``, ``cuda``."""
    parameters: tuple[Parameter, ...]
    builder: str

    def to_json(self) -> dict[str, Any]:
        """The entry as ``workbench models --json`` prints it."""
        return {
            "name": self.name,
            "family": self.family.value,
            "summary": self.summary,
            "tasks": list(self.tasks),
            "kinds": list(self.kinds),
            "devices": list(self.devices),
            "parameters": [parameter.to_json() for parameter in self.parameters],
        }


class Data(Protocol):
    """What the catalogue must know of a data set to tell whether a model fits it."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    @property
    def task(self) -> str:
        """What it asks for, as ``classification``."""

    @property
    def kind(self) -> str:
        """``table``, ``image`` or ``text``."""
