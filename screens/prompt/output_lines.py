"""What stands in the place of an output: the text with its marks, or why there is none; and its figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from screens.pieces import Line, Piece, hanging, listing
from screens.prompt.output import Output, Stage
from screens.prompt.words import Span
from screens.prompt.wrapping import wrapped
from screens.signs import Signs
from workbench.formatting import NOT_KNOWN, format_count, format_duration, format_significant
from workbench.generation.checks import parting, place_words
from workbench.generation.settings import DECODED
from workbench.inert import inert

if TYPE_CHECKING:
    from store.generation_checks import CheckText

ENDS: Final = {
    "eos": "ended by the model",
    "length": "all that were asked for",
    "context": "the context is full",
    "stop string": "a stop string",
    "stopped": "stopped",
}
"""Why a text ended, by ``StopReason``."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a text: from where on it differs from the other's, or the words that the other has not."""

    parting: int | None = None
    """Characters of the common beginning; None where the texts do not part, or there is no other."""
    spans: tuple[Span, ...] | None = None
    """The stretches that only this text has; None: they are not asked for."""


def text_lines(output: Output, sample: int, marks: Marks, width: int, signs: Signs) -> list[Line]:
    """The text of a sample, wrapped; in its place a sentence where there is none."""
    text = output.text_of(sample)
    if output.stage is Stage.FAILED:
        made = [] if not text else [*wrapped([Piece(text, "secondary")], width), ()]
        return [*made, *_sentence(f"{signs.problem} {output.words}", "error", width)]
    if text is None:
        return _sentence(output.words or "Nothing yet.", "secondary", width)
    if not text and not output.is_at_work:
        return _sentence("The text is empty.", "secondary", width)
    return wrapped(_stretches(text, output.letter.lower(), marks, signs), width)


def _stretches(text: str, kind: str, marks: Marks, signs: Signs) -> list[Piece]:
    if marks.spans is not None:
        return _marked_words(text, kind, marks.spans, signs)
    at = marks.parting
    if at is None or at > len(text):
        return [Piece(text)]
    # The sign stands for those who see no colours.
    return [Piece(text[:at], "secondary"), Piece(signs.cursor, kind), Piece(text[at:])]


def _marked_words(text: str, kind: str, spans: Sequence[Span], signs: Signs) -> list[Piece]:
    stretches, at = [], 0
    for start, end in spans:
        own = text[start:end]
        blanks = len(own) - len(own.lstrip(" ")) if own.strip() else 0  # they read better before the sign
        stretches += [Piece(text[at : start + blanks], "secondary"), Piece(signs.previous, kind)]
        stretches += [Piece(own[blanks:], kind), Piece(signs.following, kind)]
        at = end
    return [*stretches, Piece(text[at:], "secondary")]


def figure_lines(output: Output, sample: int, width: int, signs: Signs, *, beside: bool = False) -> list[Line]:
    """Tokens, times and why it ended, as far as they are known; the most telling first, for what fits."""
    parts = figure_words(output, sample)
    if beside:
        parts.append("timed while the other wrote, too")
    lines: list[Line] = (
        [(Piece(line, "secondary"),) for line in listing(parts, width, f" {signs.dot} ")] if parts else []
    )
    for note in output.notes:
        lines += [(Piece(line, "warning"),) for line in hanging(inert(note), width)]
    return lines


def figure_words(output: Output, sample: int) -> list[str]:
    """The figures of a sample, each in a few words."""
    made = output.made(sample)
    if made is not None:
        return [*_made_words(made, output.prompt_tokens), *_decoding_words(output), *_loading_words(output)]
    if sample < len(output.tokens):
        return [_tokens(output.tokens[sample], "new"), *_loading_words(output)]
    return []


def _made_words(made: "CheckText", prompt_tokens: int | None) -> list[str]:
    words = [
        _tokens(len(made.tokens), "new"),
        ENDS.get(made.reason, inert(made.reason)),
        f"{_figure(made.tokens_per_s)} tokens/s",
        f"first after {format_duration(made.ttft_s)}",
        f"p50 {_figure(made.p50_ms)} ms",
        f"p95 {_figure(made.p95_ms)} ms",
        NOT_KNOWN if prompt_tokens is None else _tokens(prompt_tokens, "prompt"),
    ]
    if made.reused_tokens:
        words[-1] += f", {format_count(made.reused_tokens)} of them read before"
    if made.near_tie is not None:
        words.append(f"near a tie at token {format_count(int(made.near_tie['step']) + 1)}")
    return words


def _decoding_words(output: Output) -> list[str]:
    decoded = DECODED.get(output.check.check.environment.get("decoding", "")) if output.check is not None else None
    return [] if decoded is None else [f"decoded {decoded}"]


def _loading_words(output: Output) -> list[str]:
    return [] if output.load_s is None else [f"loaded in {format_duration(output.load_s)}"]


def parting_of(a: Output, b: Output, sample: int) -> int | None:
    """After how many characters the texts of A and B part; None as long as they do not, or there are not two."""
    left, right = a.text_of(sample), b.text_of(sample)
    if left is None or right is None:
        return None
    at = parting(left, right)
    is_whole = a.check is not None and b.check is not None
    # Of two that are not whole, one is only not as far as the other, or failed before it was.
    return at if is_whole or at != min(len(left), len(right)) else None


def parting_words(a: Output, b: Output, sample: int, parting: int | None) -> str:
    """Where the texts of A and B part, in a few words; empty as long as that cannot be said."""
    one, other = a.made(sample), b.made(sample)
    if parting is not None:
        return f"they part {place_words(parting)}"
    return "the same text" if one is not None and other is not None else ""


def _sentence(words: str, kind: str, width: int) -> list[Line]:
    return [(Piece(line, kind),) for line in hanging(inert(words), width, indent=2 if kind == "error" else 0)]


def _tokens(count: int, what: str) -> str:
    return f"{format_count(count)} {what} token{'' if count == 1 else 's'}"


def _figure(value: float | None) -> str:
    return NOT_KNOWN if value is None else format_significant(value)
