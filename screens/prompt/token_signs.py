"""A token as it is drawn: blanks, line ends and what no terminal can show by signs; figures in few cells; pure."""

import math
from enum import StrEnum

from rich.cells import cell_len

from screens.signs import UNICODE, Signs
from workbench.formatting import format_percent, format_significant
from workbench.generation.token_views import Alternative, TokenView

_BLANKS = {" ": ("·", "_"), "\n": ("↵", "\\n"), "\r": ("␍", "\\r"), "\t": ("→", "\\t")}
"""How a character that is seen as nothing is drawn: in Unicode, in ASCII."""
_LEVELS = (0.01, 0.1, 0.5, 0.9)
"""From these probabilities on a token is drawn one shade fuller."""
UNLIKELY, RARE = 0.1, 0.01
"""Below these a token is drawn so that it is found."""

RATHER = "+"
"""Behind the figure of a model that would rather have said a token than the other."""


class TokenFigure(StrEnum):
    """What stands below each token."""

    PROBABILITY = "probability in %"
    BITS = "surprisal in bits"
    RANK = "rank"
    ENTROPY = "entropy in bits"


def visible(text: str, signs: Signs) -> str:
    """``text`` with signs for blanks and line ends, and the code of each character that a terminal does not draw."""
    return "".join(_visible(character, signs) for character in text)


def token_words(token: TokenView | Alternative, signs: Signs, *, alone: bool = False) -> str:
    """A token as it is drawn: what it adds to the text, else its bytes in hexadecimal, else its name or its number.

    ``alone``: what it is by itself, whatever stands before it.
    """
    name = token.name if isinstance(token, TokenView) else token.text
    if isinstance(token, TokenView) and token.text and not (alone and token.raw):
        return visible(token.text, signs)
    if token.raw is not None:
        return f"<{token.raw.upper()}>"
    return visible(name, signs) or f"<#{token.token}>"


def shade(probability: float | None, signs: Signs) -> str:
    """One of five glyphs, the fuller the more probable; a blank where nothing is known."""
    if probability is None:
        return " "
    return signs.shades[sum(probability >= level for level in _LEVELS)]


def shade_words(signs: Signs) -> str:
    """What the shades mean."""
    bounds = [format_percent(level, 0) for level in _LEVELS]
    return "  ".join(f"{signs.shades[place]} from {bound}" for place, bound in enumerate(bounds, start=1))


def kind_of(probability: float | None) -> str:
    """The kind of piece that a token is drawn as."""
    if probability is None:
        return "secondary"
    return "error" if probability < RARE else "warning" if probability < UNLIKELY else ""


def short_percent(probability: float | None) -> str:
    """A probability in at most three cells, without its sign: ``97``, ``4.2``, ``<.1``; ``-`` where it is not known."""
    if probability is None:
        return "-"
    percent = 100 * probability
    if percent < 0.095:
        return "<.1"
    return f"{percent:.1f}" if percent < 9.95 else f"{percent:.0f}"


def short_number(value: float | None) -> str:
    """Bits or a rank in a few cells: two digits; ``-`` where it is not known."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "inf"
    if float(value).is_integer():
        return f"{value:.0f}" if value < 10_000 else f"{value / 1000:.0f}k"
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def long_percent(probability: float) -> str:
    """A probability with the digits that tell it from others, also where it is tiny."""
    if probability == 0:
        return "0%"
    return f"{format_significant(100 * probability, 2)}%" if probability < 0.1 else format_percent(probability)


def _visible(character: str, signs: Signs) -> str:
    if character in _BLANKS:
        return _BLANKS[character][signs is not UNICODE]
    if character.isprintable() and cell_len(character) > 0:
        return character
    return f"<{ord(character):02X}>"
