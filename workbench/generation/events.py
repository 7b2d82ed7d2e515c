"""What a decoder reports while it makes texts: the vocabulary between the process that holds a model and who asked.

Records of the standard library with a JSON form of their own, so that they cross a socket; the socket's protocol
carries the version. For each prompt and sample there is one ``Started``, any number of ``Piece`` and one ``Finished``,
in this order; those of different samples mix. ``Finished`` tells everything: whoever missed pieces needs none of them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias


class StopReason(StrEnum):
    """Why a text ended."""

    EOS = "eos"
    """The model ended it."""
    LENGTH = "length"
    """It has as many new tokens as were asked for."""
    CONTEXT = "context"
    """The model's context is full."""
    STOP_STRING = "stop string"
    STOPPED = "stopped"
    """Whoever asked for it stopped it."""


@dataclass(frozen=True, slots=True)
class Started:
    """The prompt is in the model's tokens and about to be read."""

    kind: ClassVar[str] = "started"
    prompt_tokens: int
    reused_tokens: int = 0
    """Of the prompt's tokens, those whose keys and values were still there from the text before."""
    sample: int = 0
    prompt: int = 0
    """The place of the prompt among those that were given together."""


@dataclass(frozen=True, slots=True)
class Piece:
    """More text of one sample; never half a character, never a part of a stop string."""

    kind: ClassVar[str] = "piece"
    text: str
    offset: int
    """Characters of this sample's text that came before."""
    tokens: int
    """Tokens of this sample made so far; some of them may have shown no text yet."""
    sample: int = 0
    prompt: int = 0


@dataclass(frozen=True, slots=True)
class NearTie:
    """The first token that another way of computing the same (in float32, eagerly, alone) might have chosen otherwise.

    Of a greedy text ``margin`` is the difference between the two highest logits, and ``bound`` by how much the logits
    of the path taken may be off; of a drawn token the same in probability: how far the draw was from the next token's.
    """

    step: int
    """Counted from 0: the new token at which texts may part."""
    margin: float
    bound: float


@dataclass(frozen=True, slots=True)
class Finished:
    """One whole text, and how long it took."""

    kind: ClassVar[str] = "finished"
    text: str
    """Without special tokens, and up to the stop string."""
    tokens: tuple[int, ...]
    """The new tokens, with the one that ended the text, and with those of the stop string."""
    reason: StopReason
    prompt_tokens: int
    reused_tokens: int
    ttft_s: float | None
    """From the call to the first token; None where none was made."""
    tokens_per_s: float | None
    """Tokens after the first by the time from the first to the last; None below two tokens."""
    p50_ms: float | None
    """The time from one token to the next: its median; None below two tokens."""
    p95_ms: float | None
    near_tie: NearTie | None = None
    """None where the text was computed in float32, eagerly and alone, or no choice was near a tie."""
    sample: int = 0
    prompt: int = 0

    @property
    def new_tokens(self) -> int:
        """How many tokens were made."""
        return len(self.tokens)


GenerationEvent: TypeAlias = Started | Piece | Finished

_KINDS: Mapping[str, type[Started] | type[Piece] | type[Finished]] = {
    record.kind: record for record in (Started, Piece, Finished)
}


def event_to_json(event: GenerationEvent) -> dict[str, Any]:
    """The event as JSON types, with ``event`` naming its kind; ``event_from_json`` reads it back."""
    document = {"event": event.kind, **asdict(event)}
    if isinstance(event, Finished):
        document |= {"tokens": list(event.tokens), "reason": event.reason.value, "new_tokens": event.new_tokens}
    return document


def event_from_json(document: Mapping[str, Any]) -> GenerationEvent:
    """The event that ``event_to_json`` wrote, other keys passed over; raises ValueError for anything else."""
    try:
        record = _KINDS[document["event"]]
        values = {field.name: document[field.name] for field in fields(record) if field.name in document}
        if record is Finished:
            tie = values.get("near_tie")
            values |= {"tokens": tuple(values["tokens"]), "reason": StopReason(values["reason"])}
            values["near_tie"] = None if tie is None else NearTie(**tie)
        return record(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no event of a generation: {error}") from error
