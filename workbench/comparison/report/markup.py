"""HTML and SVG as text, built so that nothing is ever markup by accident.

``tag`` escapes every text and every attribute that is not ``Markup`` already, and makes it inert first: names, previews
and values of strangers stay text, in the page as in its source.
"""

from collections.abc import Iterable
from html import escape
from typing import Final

from workbench.inert import inert

_VOID: Final = frozenset({"br", "col", "hr", "meta"})


class Markup(str):
    """Text that is HTML or SVG already."""

    __slots__ = ()


def tag(name: str, *parts: str | int, **attributes: str | float | None) -> Markup:
    """An element: attributes that are None are left out, ``class_`` is ``class``, ``stroke_width`` ``stroke-width``."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_text(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{words}>")
    return Markup(f"<{name}{words}>{joined(parts)}</{name}>")


def joined(parts: Iterable[str | int]) -> Markup:
    """Elements and texts one after another."""
    return Markup("".join(part if isinstance(part, Markup) else escape(_text(part), quote=False) for part in parts))


def _text(value: str | float) -> str:
    """A number to a hundredth of a pixel, without trailing zeros, so that the same comparison gives the same bytes."""
    if isinstance(value, float):
        return f"{round(value, 2):g}" if abs(value) < 1e5 else f"{value:.0f}"
    return inert(str(value))
