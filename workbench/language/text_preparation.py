"""From a data spec to the text that a language model trains on and is measured on: load, split, identify, report.

Where there are documents enough, the split is by document, as in tables: a function of the seed and of each document's
own content. Of one long text, or of a few, consecutive sections are shared out instead, and neighbours of one part are
joined again. The units that models are compared on are the test part's documents, or, where they are too few for
statistics, their spans of ``SPAN_BYTES`` bytes.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.records import ExampleSet
from workbench.language.corpora import Progress
from workbench.spec import DataSpec


class UnitKind(StrEnum):
    """What a model is measured on one by one."""

    DOCUMENT = "document"
    """Units are the test documents: ``score_documents(model, prepared.test)`` has one row a unit."""
    SPAN = "span"
    """Units are the spans (``split_text``) of each test document, one document after another: one row a unit are those
    of ``score_spans(model, document)`` for each document of ``prepared.test``.
    """


@dataclass(frozen=True, slots=True, eq=False)
class PreparedText:
    """A text ready to train on and to be measured on.

    Documents of a part stand in the order of their ids, sections of a text in its order; no part shares a character
    with another one.
    """

    task: str
    """``language-modelling``."""
    name: str
    """What a sentence calls the data."""
    train: tuple[str, ...]
    val: tuple[str, ...]
    test: tuple[str, ...]
    unit: UnitKind
    test_units: tuple[str, ...]
    """The text of each unit, in the order of ``example_set.ids``; together they are ``test``."""
    fingerprint: str
    example_set: ExampleSet
    report: dict[str, Any]
    split: dict[str, float]

    def describe(self) -> dict[str, Any]:
        """What a run keeps of its data (the values of a DataDescribed event), as JSON types."""
        raise NotImplementedError


def prepare_text(data: DataSpec, progress: Progress | None = None) -> PreparedText:
    """The parts of ``data``; raises UnknownName, UnusableData or BadValue with a sentence."""
    raise NotImplementedError
