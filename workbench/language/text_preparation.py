"""From a data spec to the text that a language model trains on and is measured on: load, split, identify, report.

Where there are documents enough, the split is by document, as in tables: a function of the seed and of each document's
own content. Of one long text, or of a few, consecutive sections are shared out instead, and neighbours of one part are
joined again (``text_parts``). The units that models are compared on are the test part's documents, or, where they are
too few for statistics, their spans of ``SPAN_BYTES`` bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from store.packed_records import ExampleSet
from workbench.data.contents import left_out_caveats
from workbench.data.preparation import make_example_set
from workbench.data.previews import LIMIT
from workbench.evaluation.contents import pack_contents, text_contents, unpack_contents
from workbench.inert import inert
from workbench.language.corpora import Progress, load_corpus
from workbench.language.text_parts import TASK, UnitKind, split_documents, text_ids
from workbench.language.text_quality import report_text
from workbench.spec import DataSpec

__all__ = ["TASK", "PreparedText", "UnitKind", "prepare_text"]


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
    units: dict[str, int]
    """How many units ``train``, ``val`` and ``test`` have."""
    test_units: tuple[str, ...]
    """The text of each unit, in the order of ``example_set.ids``; together they are ``test``."""
    fingerprint: str
    example_set: ExampleSet
    report: dict[str, Any]
    split: dict[str, float]

    def describe(self) -> dict[str, Any]:
        """What a run keeps of its data (the values of a DataDescribed event), as JSON types.

        The sizes of the parts are in units: documents, or spans of bytes.
        """
        return {
            "fingerprint": self.fingerprint,
            **self.units,
            "labels": [],
            "target": None,
            "columns": None,
            "unit": self.unit.value,
            "split": self.split,
            "report": self.report,
        }


def prepare_text(data: DataSpec, progress: Progress | None = None) -> PreparedText:
    """The parts of ``data``; raises UnknownName, UnusableData or BadValue with a sentence.

    ``progress`` is told how far the reading is, in files or bytes.
    """
    corpus = load_corpus(data, progress)
    parts = split_documents(corpus.name, corpus.documents, data)
    units = {
        name: parts.units_of(part) for name, part in (("train", parts.train), ("val", parts.val), ("test", parts.test))
    }
    test_units = units["test"]
    contents = pack_contents(text_contents(test_units))
    report = report_text(corpus, parts, data)
    report["warnings"] += left_out_caveats(unpack_contents(contents), len(test_units))
    return PreparedText(
        task=TASK,
        name=corpus.name,
        train=parts.train,
        val=parts.val,
        test=parts.test,
        unit=parts.unit,
        units={name: len(part) for name, part in units.items()},
        test_units=test_units,
        fingerprint=fingerprint_text(corpus.documents),
        example_set=make_example_set(text_ids(test_units), [preview_text(unit) for unit in test_units], contents),
        report=report,
        split={"seed": data.split_seed, "test_fraction": data.test_fraction, "val_fraction": data.val_fraction},
    )


def fingerprint_text(documents: Sequence[str]) -> str:
    """The SHA-256 of the documents in hexadecimal, whatever their order."""
    return sha256(b"text\0" + np.sort(text_ids(documents)).astype("<u8").tobytes()).hexdigest()


def preview_text(text: str) -> str:
    """The beginning of a text as one inert line of at most 160 characters, white space drawn together."""
    beginning = " ".join(text[: 4 * LIMIT].split())
    return inert(beginning, LIMIT)
