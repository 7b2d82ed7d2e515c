"""The catalogue of data sets: what each one is, as facts that cost nothing to import.

The numbers here are written down, not computed, so that the command line and the interface can list the data sets
without loading them; a test holds them against what is really loaded. What loads them is named in ``bundled``; the text
is gathered by ``workbench.language.docstrings``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import UnknownName


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """A data set of the catalogue, or a file described in the same terms.

    ``rows`` counts the examples; of text they are documents, or spans of bytes where a text has few documents, and
    ``None`` where only gathering it can tell. ``features`` counts the columns (or pixels) before categories are spread
    out; text is one. ``input_shape`` is that of one example, ``None`` where only preparing the data can tell.
    ``classes`` (the labels, in the order of their indices) is empty and ``target`` is ``None`` for text, and for a file
    whose target has not been chosen.
    """

    name: str
    task: str
    kind: str
    """``table``, ``image`` or ``text``: what a model must be able to take."""
    summary: str
    rows: int | None
    features: int
    classes: tuple[str, ...]
    input_shape: tuple[int, ...] | None
    target: str | None = None
    source: str = ""
    licence: str = ""

    def to_json(self) -> dict[str, Any]:
        """The entry as ``workbench datasets --json`` prints it."""
        document = asdict(self)
        document["classes"] = list(self.classes)
        document["input_shape"] = None if self.input_shape is None else list(self.input_shape)
        return document


def _entry(name: str, rows: int, classes: tuple[str, ...], shape: tuple[int, ...], **rest: str) -> DatasetEntry:
    features = 1
    for size in shape:
        features *= size
    return DatasetEntry(
        name=name,
        task="classification",
        kind="image" if len(shape) > 1 else "table",
        rows=rows,
        features=features,
        classes=classes,
        input_shape=shape,
        licence="CC BY 4.0",
        **rest,
    )


DATASETS: Mapping[str, DatasetEntry] = {
    entry.name: entry
    for entry in (
        _entry(
            "iris",
            150,
            ("setosa", "versicolor", "virginica"),
            (4,),
            target="species",
            summary="Three species of iris told apart by the length and width of sepals and petals.",
            source="R. A. Fisher 1936; UCI Machine Learning Repository, in scikit-learn",
        ),
        _entry(
            "wine",
            178,
            ("class_0", "class_1", "class_2"),
            (13,),
            target="cultivar",
            summary="Wines of three cultivars of one Italian region, told apart by chemical analysis.",
            source="S. Aeberhard, M. Forina 1991; UCI Machine Learning Repository, in scikit-learn",
        ),
        _entry(
            "breast-cancer",
            569,
            ("malignant", "benign"),
            (30,),
            target="diagnosis",
            summary="Malignant and benign breast masses, described by the shapes of cell nuclei (Wisconsin).",
            source="W. Wolberg, O. Mangasarian, N. Street 1995; UCI Machine Learning Repository, in scikit-learn",
        ),
        _entry(
            "digits",
            1797,
            tuple("0123456789"),
            (1, 8, 8),
            target="digit",
            summary="Handwritten digits as images of 8×8 pixels with 17 levels of grey.",
            source="E. Alpaydin, C. Kaynak 1998; UCI Machine Learning Repository, in scikit-learn",
        ),
        DatasetEntry(
            "docstrings",
            task="language-modelling",
            kind="text",
            summary="English about code: docstrings of Python and of installed libraries, read without importing them.",
            rows=None,
            features=1,
            classes=(),
            input_shape=None,
            source="Python's standard library, numpy, scipy, scikit-learn, textual and torch as installed here",
            licence="PSF-2.0, BSD-3-Clause and MIT",
        ),
    )
}


def find_dataset(name: str) -> DatasetEntry:
    """The entry called ``name``; raises UnknownName, which lists the nearest names."""
    if name not in DATASETS:
        raise UnknownName("data set", name, DATASETS)
    return DATASETS[name]
