"""The colours: four themes of our own, the variables that every theme has here, and which theme a terminal gets.

The style sheets name meanings, not colours: A and B, better and worse, text that stands back, the line under the
cursor. A theme that does not know them (Textual's own) gets them by what it is: dark, light or the terminal's sixteen
colours. Opacities are avoided for text, since sixteen colours have none and a high contrast would be lost by them.
"""

import os
from collections.abc import Mapping
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

AUTO = "auto"
DARK, LIGHT, CONTRAST, TERMINAL = "workbench-dark", "workbench-light", "workbench-contrast", "workbench-terminal"

_MANY_COLOURS = {"256color", "kitty"}
"""What the last part of TERM is where Rich, which does the drawing, sends more than sixteen colours."""
_LIGHT_BACKGROUNDS = {"7", "9", "10", "11", "12", "13", "14", "15"}


def _variables(
    *,
    a: str,
    b: str,
    good: str,
    bad: str,
    warning: str,
    accent: str,
    muted: str,
    soft: str,
    rule: str,
    cursor: str,
    blurred: str,
    field: str,
) -> dict[str, str]:
    """The variables of a theme whose lines under the cursor are told by their background."""
    return {
        "wb-a": a,
        "wb-b": b,
        "wb-good": good,
        "wb-bad": bad,
        "wb-muted": muted,
        "wb-soft": soft,
        "wb-rule": rule,
        "wb-cursor": cursor,
        "wb-cursor-blurred": blurred,
        "wb-cursor-style": "none",
        "wb-cursor-blurred-style": "none",
        "wb-field": field,
        "text-primary": accent,
        "text-accent": accent,
        "text-success": good,
        "text-warning": warning,
        "text-error": bad,
        "block-cursor-background": cursor,
        "block-cursor-text-style": "bold",
        "input-selection-background": cursor,
    }


_DARK = _variables(
    a="#5fd0dc",
    b="#e29be0",
    good="#82d49a",
    bad="#ff938a",
    warning="#e8c07a",
    accent="#8ab8f5",
    muted="#98a2b0",
    soft="#b9c1cb",
    rule="#39424e",
    cursor="#213650",
    blurred="#212831",
    field="#1d232b",
)
_LIGHT = _variables(
    a="#006974",
    b="#93307f",
    good="#17692f",
    bad="#b02a25",
    warning="#7c5200",
    accent="#1f57a8",
    muted="#59626d",
    soft="#434b55",
    rule="#c3c8ce",
    cursor="#d2e0f3",
    blurred="#e7e9ec",
    field="#eceef0",
)
_CONTRAST = _variables(
    a="#4df0ff",
    b="#ffa6f6",
    good="#7dffa0",
    bad="#ffaaa3",
    warning="#ffd75e",
    accent="#9fd0ff",
    muted="#d0d0d0",
    soft="#e6e6e6",
    rule="#8a8a8a",
    cursor="#00305f",
    blurred="#2b2b2b",
    field="#1f1f1f",
)
_TERMINAL = {
    "wb-a": "ansi_cyan",
    "wb-b": "ansi_magenta",
    "wb-good": "ansi_green",
    "wb-bad": "ansi_red",
    "wb-muted": "ansi_default",
    "wb-soft": "ansi_default",
    "wb-rule": "ansi_bright_black",
    "wb-cursor": "ansi_default",
    "wb-cursor-blurred": "ansi_default",
    "wb-cursor-style": "reverse",
    "wb-cursor-blurred-style": "underline",
    "wb-field": "ansi_default",
}
"""Sixteen colours whose hues the user has chosen: what stands back is plain, rules are grey, the cursor is reversed."""

THEMES: tuple[Theme, ...] = (
    Theme(
        name=DARK,
        primary="#5b9bea",
        secondary="#7a8da6",
        accent="#8ab8f5",
        warning="#e8c07a",
        error="#ff938a",
        success="#82d49a",
        foreground="#dbe0e6",
        background="#11151a",
        surface="#181d23",
        panel="#1f252d",
        variables=_DARK,
    ),
    Theme(
        name=LIGHT,
        primary="#2f6fc4",
        secondary="#5a6b80",
        accent="#1f57a8",
        warning="#7c5200",
        error="#b02a25",
        success="#17692f",
        foreground="#1c2127",
        background="#fbfbfa",
        surface="#f3f4f4",
        panel="#e9ebed",
        dark=False,
        variables=_LIGHT,
    ),
    Theme(
        name=CONTRAST,
        primary="#9fd0ff",
        secondary="#ffffff",
        accent="#9fd0ff",
        warning="#ffd75e",
        error="#ffaaa3",
        success="#7dffa0",
        foreground="#ffffff",
        background="#000000",
        surface="#0d0d0d",
        panel="#1a1a1a",
        variables=_CONTRAST,
    ),
    Theme(
        name=TERMINAL,
        ansi=True,
        primary="ansi_blue",
        secondary="ansi_cyan",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            **BUILTIN_THEMES["ansi-dark"].variables,
            **_TERMINAL,
            "border": "ansi_blue",
            "text-primary": "ansi_cyan",
            "block-cursor-foreground": "ansi_black",
            "block-cursor-background": "ansi_cyan",
            "block-cursor-text-style": "bold",
            "input-cursor-text-style": "reverse",
        },
    ),
)


def register_themes(app: App[Any]) -> None:
    """Make our themes known to an app, beside Textual's."""
    for theme in THEMES:
        app.register_theme(theme)


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Our variables for a theme that has none: those of our own theme of its kind, with the text that it has."""
    if theme.ansi:
        return dict(_TERMINAL)
    own = _DARK if theme.dark else _LIGHT
    ours = {name: value for name, value in own.items() if name.startswith("wb-")}
    text = theme.to_color_system().generate()["foreground"]
    accent = theme.primary
    return ours | {
        "wb-muted": f"{text} 70%",
        "wb-soft": f"{text} 80%",
        "wb-rule": f"{text} 25%",
        "wb-cursor": f"{accent} 30%",
        "wb-cursor-blurred": f"{text} 10%",
        "wb-field": f"{text} 6%",
    }


def choose_theme(wanted: str, environ: Mapping[str, str] = os.environ) -> str:
    """The theme that ``wanted`` (a name, or ``auto``) comes to in this terminal.

    ``auto`` is the terminal's own colours where it has only sixteen (COLORTERM says neither truecolor nor 24bit, TERM
    names no terminal of 256), else light or dark, as COLORFGBG says; without it, dark. Where NO_COLOR is set, nothing
    but the terminal's own two colours is drawn, and what is told by a background elsewhere must be told by a style.
    """
    if "NO_COLOR" in environ:
        return TERMINAL
    if wanted != AUTO:
        return wanted
    if has_few_colours(environ):
        return TERMINAL
    return LIGHT if has_light_background(environ) else DARK


def has_few_colours(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is known for sixteen colours or fewer, by the rules that Rich draws by."""
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    return environ.get("TERM", "").strip().lower().rpartition("-")[2] not in _MANY_COLOURS


def has_light_background(environ: Mapping[str, str]) -> bool:
    """Whether COLORFGBG, which rxvt, Konsole and others set to ``text;background``, names a light background."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS
