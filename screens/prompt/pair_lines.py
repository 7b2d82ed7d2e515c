"""What differs in how two checks were asked, and in their figures: the head of their comparison; pure."""

from screens.pieces import Line, Piece, hanging
from screens.signs import Signs
from store.generation_checks import CheckText, NewCheck
from workbench.formatting import NOT_KNOWN, format_relative, format_significant
from workbench.generation.checks import parting
from workbench.generation.settings import Decoding, GenerationSettings
from workbench.inert import inert

_FIGURES = (("tokens_per_s", "tokens/s", 1.0), ("ttft_s", "ms to the first token", 1000.0), ("p50_ms", "ms p50", 1.0))

_LONGEST = 2_000
"""Characters of a prompt, of which two lines are shown."""


def asked_lines(a: NewCheck, b: NewCheck, width: int, signs: Signs) -> list[Line]:
    """Whether the same was asked of the same, and if not, what differs: then texts are no test of the models."""
    at = parting(a.prompt, b.prompt) or 0
    begin = max(0, at - width // 2) if at >= width else 0
    left, right = (_excerpt(check.prompt, begin, signs) for check in (a, b))
    lines = [f"Prompt: {left}"] if a.prompt == b.prompt else ["The prompts differ:"]
    kinds = [""] if a.prompt == b.prompt else ["warning"]
    if a.prompt != b.prompt:
        lines += [f"A: {left}", f"B: {right}"]
        kinds += ["a", "b"]
    differing = differing_settings(a, b)
    if differing:
        lines.append(f"The settings differ: {', '.join(differing)}.")
        kinds.append("warning")
    if a.weights == b.weights and a.source != b.source:
        lines.append("Both are the same model under two names.")
        kinds.append("secondary")
    shown: list[Line] = []
    for text, kind in zip(lines, kinds, strict=True):
        wrapped = hanging(text, width, indent=2)
        cut = [*wrapped[:1], wrapped[1].rstrip() + signs.ellipsis] if len(wrapped) > 2 else wrapped
        shown += [(Piece(line, kind),) for line in cut]
    return shown


def differing_settings(a: NewCheck, b: NewCheck) -> list[str]:
    """The settings that are not the same, with both values: ``temperature 0.8, 1``."""
    left, right = (GenerationSettings.from_json(check.settings).to_json() for check in (a, b))
    words = [
        f"{name.replace('_', ' ')} {_value(left[name])} and {_value(right[name])}"
        for name in left
        if left[name] != right[name]
    ]
    if a.device != b.device:
        words.append(f"device {a.device} and {b.device}")
    decoded = [check.environment.get("decoding", Decoding.EAGER) for check in (a, b)]
    if decoded[0] != decoded[1] and left["decoding"] == right["decoding"]:
        words.append(f"decoding {decoded[0]} and {decoded[1]}")
    return words


def figure_line(a: CheckText, b: CheckText, signs: Signs) -> Line:
    """The figures of A and of B, and by how much B's are more: measured once, so without a verdict."""
    parts = []
    for name, words, scale in _FIGURES:
        left, right = getattr(a, name), getattr(b, name)
        shown = [NOT_KNOWN if value is None else format_significant(value * scale) for value in (left, right)]
        relative = f" ({format_relative((right - left) / left)})" if left and right is not None else ""
        parts.append(f"{words} A {shown[0]}, B {shown[1]}{relative}")
    return (Piece(f" {signs.dot} ".join(parts), "secondary"),)


def _excerpt(prompt: str, begin: int, signs: Signs) -> str:
    """A prompt from near the place where it differs from another one; it may be very long, and little of it is seen."""
    return f"{signs.ellipsis if begin else ''}{inert(prompt[begin : begin + _LONGEST])}" or "(empty)"


def _value(value: object) -> str:
    return (
        "off"
        if value is None
        else inert(repr(value))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else f"{value}"
    )
