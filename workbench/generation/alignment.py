"""The same text in the tokens of two models, side by side: the shortest stretches that both cut out alike.

Vocabularies cut a text at different places, perhaps within a character, so places are counted in bytes of UTF-8. What a
model thought of a stretch is the product of what it thought of its tokens; in bits, their sum. Where both have the same
tokens every stretch is one token.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from workbench.generation.token_views import TextView, TokenView


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some bytes of a text, in the tokens of each model that read it; a special token is a stretch of no bytes."""

    text: str
    """What the tokens of the first model that has any add to the text; '' within a character."""
    tokens: tuple[tuple[TokenView, ...], ...]
    """For each model its tokens; none where the other alone has a special one there."""

    def bits(self, model: int) -> float | None:
        """The length of a model's code of the stretch; None where it has no tokens there."""
        tokens = self.tokens[model]
        return math.fsum(token.bits for token in tokens) if tokens else None

    def probability(self, model: int) -> float | None:
        """What the model thought of it, after all that stands before; None where it has no tokens there."""
        bits = self.bits(model)
        return None if bits is None else 2.0**-bits


def stretches(views: Sequence[TextView]) -> tuple[Stretch, ...]:
    """The stretches of a text as one model read it, each of one token, or as two did; raises ValueError else.

    Where the views are of different texts, or their bytes do not add up to them, what is left over of either is the
    last stretch.
    """
    if len(views) == 1:
        return tuple(Stretch(token.text, ((token,),)) for token in views[0].tokens)
    if len(views) != 2:
        raise ValueError(f"one or two views can be aligned, not {len(views)}")
    sides = [_Side(view) for view in views]
    found = []
    while any(side.is_left for side in sides):
        taken = _take_special(sides) or _take_stretch(sides)
        text = next(("".join(token.text for token in tokens) for tokens in taken if tokens), "")
        found.append(Stretch(text, taken))
    return tuple(found)


class _Side:
    """The tokens of one model, with the byte at which each ends."""

    def __init__(self, view: TextView) -> None:
        self.tokens = view.tokens
        sizes = [_size(token) for token in self.tokens]
        ahead = _bytes_ahead(view)
        if sum(sizes) != view.n_bytes + ahead:
            # Bytes that are no UTF-8 were shown as replacement characters: only characters can be counted.
            sizes = [_text_size(token.text) for token in self.tokens]
        self._sizes = sizes
        self._ends = [end - ahead for end in accumulate(sizes)]
        self.place = 0

    @property
    def is_left(self) -> bool:
        """Whether there are tokens left."""
        return self.place < len(self.tokens)

    @property
    def end(self) -> int:
        """The byte at which the next token ends."""
        return self._ends[self.place]

    @property
    def is_special(self) -> bool:
        """Whether the next token adds nothing to the text and is no part of a character."""
        return self.is_left and not self._sizes[self.place] and not self.tokens[self.place].is_part

    def take(self) -> TokenView:
        """The next token."""
        self.place += 1
        return self.tokens[self.place - 1]


def _take_special(sides: list[_Side]) -> tuple[tuple[TokenView, ...], ...]:
    """A special token that stands here, alone; nothing where there is none."""
    if not any(side.is_special for side in sides):
        return ()
    a, b = sides
    if a.is_special and b.is_special:
        return (a.take(),), (b.take(),)
    return ((a.take(),), ()) if a.is_special else ((), (b.take(),))


def _take_stretch(sides: list[_Side]) -> tuple[tuple[TokenView, ...], ...]:
    """The tokens of both up to the next byte at which one of both ends."""
    taken: tuple[list[TokenView], list[TokenView]] = ([], [])
    ends = [-math.inf, -math.inf]
    while any(side.is_left for side in sides):
        behind = 0 if sides[0].is_left and (ends[0] <= ends[1] or not sides[1].is_left) else 1
        ends[behind] = sides[behind].end
        taken[behind].append(sides[behind].take())
        if ends[0] == ends[1]:
            break
    return tuple(taken[0]), tuple(taken[1])


def _bytes_ahead(view: TextView) -> int:
    """Bytes of the first tokens that belong to the prompt."""
    return sum(_text_size(token.text[: -token.start]) for token in view.tokens if token.start < 0)


def _size(token: TokenView) -> int:
    return _text_size(token.text) if token.raw is None else len(token.raw) // 2


def _text_size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
