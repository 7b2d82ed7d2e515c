"""The common examples on which two models' losses are furthest apart: what a disagreement is where nothing is right.

Numbers go by how far the absolute errors are apart, units of text by the bits of their codes, which is what each adds
to the difference in bits per byte. Classes are right or wrong, and have lists of their own (``disagreements``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from store.documents import finite
from workbench.comparison.compared import Compared
from workbench.comparison.disagreements import Examples
from workbench.comparison.example_lists import ExampleLists, ListKind
from workbench.comparison.outcomes import ExampleOutcomes, UnitOutcomes, ValueOutcomes

MOST = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What one model made of it: the number that it predicted and its absolute error, or bits and bits per byte."""

    value: float
    loss: float


@dataclass(frozen=True, slots=True)
class Furthest:
    """One example of numbers (``truth`` is known) or one unit of text (``n_bytes`` is); ``preview`` is inert text."""

    id: int
    position: int
    """Its place in A's test part."""
    preview: str
    a: Said
    b: Said
    truth: float | None = None
    n_bytes: int | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is a unit of text."""
        return self.n_bytes is not None

    @property
    def apart(self) -> float:
        """By how much B's error, of text B's bits, are more than A's."""
        return self.b.value - self.a.value if self.is_text else self.b.loss - self.a.loss

    def to_json(self) -> dict[str, Any]:
        """The example as JSON types; a number that is not finite is null."""
        names = ("bits", "bits_per_byte") if self.is_text else ("predicted", "error")
        of = {"bytes": self.n_bytes} if self.is_text else {"truth": finite(self.truth)}
        sides = {
            side: dict(zip(names, (finite(said.value), finite(said.loss)), strict=True))
            for side, said in (("a", self.a), ("b", self.b))
        }
        return {"example": f"{self.id:016x}", "position": self.position, "preview": self.preview, **of, **sides}


def furthest_apart(compared: Compared, most: int = MOST) -> tuple[Furthest, ...]:
    """Up to ``most`` examples, those furthest apart first, of numbers and texts; () of classes and unpaired runs."""
    lists = ExampleLists(compared)
    if lists.pair is None or isinstance(lists.pair.a, ExampleOutcomes):
        return ()
    examples = lists.examples(ListKind.ALL)
    return () if examples is None else tuple(islice(_read(examples), most))


def furthest_document(compared: Compared) -> dict[str, Any]:
    """What ``diff --json`` says of them."""
    return {"furthest_apart": [item.to_json() for item in furthest_apart(compared)]}


def _read(examples: Examples) -> Iterator[Furthest]:
    a, b = examples.a, examples.b
    for at, example in zip(examples.order.tolist(), examples, strict=True):
        said = []
        for outcomes, answer in ((a, example.a), (b, example.b)):
            assert isinstance(outcomes, UnitOutcomes | ValueOutcomes)
            values = outcomes.bits if isinstance(outcomes, UnitOutcomes) else outcomes.predicted
            assert answer.loss is not None
            said.append(Said(float(values[at]), answer.loss))
        yield Furthest(
            id=example.id,
            position=example.position,
            preview=example.preview,
            a=said[0],
            b=said[1],
            truth=float(a.truth[at]) if isinstance(a, ValueOutcomes) else None,
            n_bytes=int(a.bytes[at]) if isinstance(a, UnitOutcomes) else None,
        )
