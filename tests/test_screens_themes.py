"""The colours: every text can be read in every theme of ours, and each terminal gets the theme that suits it."""

import re
from pathlib import Path

import pytest
from screens_fixtures import make_app
from screens_pilot import opened, until
from textual.color import Color
from textual.command import CommandPalette
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Input

import screens
from screens.themes import CONTRAST, DARK, LIGHT, TERMINAL, THEMES, choose_theme, variable_defaults
from store.database import open_for_writing

INKS = ("foreground", "wb-soft", "wb-muted", "wb-a", "wb-b", "wb-good", "wb-bad")
INKS += ("text-primary", "text-success", "text-warning", "text-error")
GROUNDS = ("background", "surface", "panel", "wb-cursor", "wb-cursor-blurred", "wb-field")
COLOURED = [theme for theme in THEMES if not theme.ansi]


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2.1 defines it."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(one: Color, other: Color) -> float:
    """The ratio as WCAG 2.1 defines it, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def variables(theme: Theme) -> dict[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color(119, 119, 119), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    least = 7.0 if theme.name == CONTRAST else 4.5
    known = variables(theme)
    for ink in INKS:
        for ground in GROUNDS:
            ratio = contrast(Color.parse(known[ink]), Color.parse(known[ground]))
            assert ratio >= least, f"{ink} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_texts_of_the_style_sheets_keep_their_contrast_where_they_are_blended(theme: Theme) -> None:
    least = 7.0 if theme.name == CONTRAST else 4.5
    known = variables(theme)
    for sheet in Path(screens.__file__).parent.rglob("*.tcss"):
        for name, percent in re.findall(r"(?<![-\w])color: \$([\w-]+) (\d+)%;", sheet.read_text()):
            ground = Color.parse(known["background"])
            ink = ground.blend(Color.parse(known[name]), int(percent) / 100)
            assert contrast(ink, ground) >= least, f"${name} {percent}% in {sheet.name}"


def test_the_themes_of_a_kind_have_the_same_variables() -> None:
    names = {theme.name: {name for name in theme.variables if name.startswith("wb-")} for theme in THEMES}
    assert len({frozenset(of_theme) for of_theme in names.values()}) == 1


def test_the_terminals_own_theme_sends_no_colour_of_ours() -> None:
    (theme,) = (theme for theme in THEMES if theme.name == TERMINAL)
    for name, value in variables(theme).items():
        assert not re.fullmatch(r"#[0-9a-fA-F]{6}", value), name


@pytest.mark.parametrize("name", ["nord", "solarized-light", "ansi-dark", "textual-dark"])
def test_a_theme_of_textual_gets_every_variable_of_ours(name: str) -> None:
    ours = {name for name in THEMES[0].variables if name.startswith("wb-")}
    assert set(variable_defaults(BUILTIN_THEMES[name])) == ours


@pytest.mark.parametrize(
    ("environ", "theme"),
    [
        ({"TERM": "xterm-256color"}, DARK),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, DARK),
        ({"TERM": "tmux-256color", "COLORFGBG": "15;0"}, DARK),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, LIGHT),
        ({"TERM": "rxvt-unicode-256color", "COLORFGBG": "0;default;15"}, LIGHT),
        ({"TERM": "linux"}, TERMINAL),
        ({"TERM": "screen"}, TERMINAL),
        ({"TERM": "xterm-16color", "COLORFGBG": "0;15"}, TERMINAL),
        ({}, TERMINAL),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, TERMINAL),
    ],
)
def test_a_terminal_gets_the_theme_that_suits_it(environ: dict[str, str], theme: str) -> None:
    assert choose_theme("auto", environ) == theme


def test_a_theme_that_the_user_wants_is_taken_anywhere_but_without_colour() -> None:
    assert choose_theme("nord", {"TERM": "linux"}) == "nord"
    assert choose_theme("nord", {"TERM": "linux", "NO_COLOR": "1"}) == TERMINAL


async def test_the_cursor_of_the_palette_stands_still(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "workbench.db").close()
    app = make_app(tmp_path / "workbench.db")
    async with opened(app) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette), "the palette")
        await until(pilot, lambda: not app.screen.query_one(Input).cursor_blink, "a cursor that stands still")
