"""What decides a generated text beside the model and the prompt: the settings of the decoder, with their bounds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from workbench.errors import BadValue, UnknownName
from workbench.parameters import Kind, Parameter

MOST_STOPS: Final = 16
LONGEST_STOP: Final = 256
"""Characters of a stop string: as much text as the decoder may hold back before it shows it."""


class Decoding(StrEnum):
    """How the step from token to token is run; ``fixed_reading`` tells what the kinds gain and cost."""

    AUTO = "auto"
    """As a graph where that can be, for one text on a GPU; else eager."""
    EAGER = "eager"
    GRAPH = "graph"
    COMPILED = "compiled"


DECODED: Final[Mapping[str, str]] = {Decoding.GRAPH: "with a CUDA graph", Decoding.COMPILED: "with compiled steps"}
"""How a text was decoded, in words, where that was not eagerly."""

PARAMETERS: Final[Mapping[str, Parameter]] = {
    parameter.name: parameter
    for parameter in (
        Parameter("max_new_tokens", Kind.INT, 64, "How many tokens are made at most.", 1, 500_000),
        Parameter(
            "temperature", Kind.FLOAT, 0.0, "Divides the logits; 0 takes the most probable token each time.", 0, 100
        ),
        Parameter("top_k", Kind.INT, 0, "Draws from so many of the most probable tokens; 0: from all.", 0, 500_000),
        Parameter(
            "top_p",
            Kind.FLOAT,
            1.0,
            "Draws from the most probable tokens that together have this probability; 1: from all.",
            0,
            1,
            above=True,
        ),
        Parameter(
            "min_p",
            Kind.FLOAT,
            0.0,
            "Draws from tokens with at least this share of the most probable one's probability; 0: from all.",
            0,
            1,
        ),
        Parameter(
            "repetition_penalty",
            Kind.FLOAT,
            1.0,
            "Divides the positive logits of tokens that have occurred, and multiplies negative ones; 1: no penalty.",
            0,
            100,
            above=True,
        ),
        Parameter("seed", Kind.INT, 0, "Where the draws begin: the same seed gives the same text.", 0, 2**63 - 1),
        Parameter("samples", Kind.INT, 1, "How many texts are made of one prompt.", 1, 256),
        Parameter(
            "decoding",
            Kind.CHOICE,
            "auto",
            "Auto takes a graph on a GPU, else eager. Compiling takes a minute.",
            choices=tuple(Decoding),
        ),
    )
}
"""Every setting that is no list, with the bounds that a form and the command line show; stop strings are apart."""

_FILTERS: Final = ("top_k", "top_p", "min_p")
"""Settings that are None while they let every token through, which they do at their parameter's default."""


@dataclass(frozen=True, slots=True)
class GenerationSettings:
    """How a text is made. A filter that filters nothing is None, however it was written (top_k 0, top_p 1, min_p 0).

    The settings that filter and ``seed`` have no effect at temperature 0; ``repetition_penalty`` has.
    """

    max_new_tokens: int = 64
    temperature: float = 0.0
    """0 is greedy: the most probable token each time."""
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    """The text ends before the first of these that it would hold."""
    seed: int = 0
    samples: int = 1
    decoding: str = Decoding.AUTO
    """One of ``Decoding``; as a graph and compiled, one text is made at a time."""

    def __post_init__(self) -> None:
        # One spelling of each meaning, so that settings that make the same text are equal and stored alike.
        object.__setattr__(self, "stop", tuple(self.stop))
        for name in _FILTERS:
            if getattr(self, name) == PARAMETERS[name].default:
                object.__setattr__(self, name, None)

    @property
    def greedy(self) -> bool:
        """Whether no token is drawn at random."""
        return self.temperature == 0

    @property
    def is_one_at_a_time(self) -> bool:
        """Whether what was asked for can make no texts together."""
        return self.decoding in (Decoding.GRAPH, Decoding.COMPILED)

    def check(self) -> "GenerationSettings":
        """These settings, numbers in their types; raises BadValue with the bounds of the first that is out of them."""
        values = {name: getattr(self, name) for name in PARAMETERS}
        checked = {
            name: None if value is None and name in _FILTERS else PARAMETERS[name].check(value)
            for name, value in values.items()
        }
        _check_stops(self.stop)
        if self.greedy and self.samples > 1:
            raise BadValue(
                f"At temperature 0 all {self.samples} samples would be the same text. Set a temperature above 0, as "
                f"0.8, or ask for one sample."
            )
        if self.is_one_at_a_time and self.samples > 1:
            raise BadValue(
                f"decoding={self.decoding} makes one text at a time, not {self.samples}: ask for one, or leave "
                f"decoding at {Decoding.AUTO}."
            )
        return GenerationSettings(stop=self.stop, **checked)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON types; None where a filter is off."""
        return {**asdict(self), "stop": list(self.stop)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "GenerationSettings":
        """The checked settings in ``document``, defaults for what it leaves out.

        Raises UnknownName for a name that is no setting, and BadValue as ``check`` does.
        """
        known = {field.name for field in fields(cls)}
        values = dict(document)
        if values.pop("compiled", False):  # as the settings of older checks say it
            values["decoding"] = Decoding.COMPILED
        for name in values:
            if name not in known:
                raise UnknownName("generation setting", name, known)
        stop = values.get("stop", ())
        if isinstance(stop, str) or not all(isinstance(text, str) for text in stop):
            raise BadValue(f"stop must be a list of texts, not {stop!r}.")
        return cls(**values).check()


def _check_stops(stops: tuple[str, ...]) -> None:
    if len(stops) > MOST_STOPS:
        raise BadValue(f"At most {MOST_STOPS} stop strings can be given, not {len(stops)}.")
    for text in stops:
        if not text:
            raise BadValue("A stop string must hold at least one character.")
        if len(text) > LONGEST_STOP:
            raise BadValue(f"A stop string may hold at most {LONGEST_STOP} characters, not {len(text)}.")
