"""The help: every key of the open screen, as it is bound, laid out for the size of the terminal."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, filled, make_app
from screens_pilot import keys_shown, opened, seen, until

from screens.help.dialog import HelpDialog
from screens.help.keys import Group, help_lines, key_groups, sign_lines
from screens.pieces import plain, width_of
from screens.signs import ASCII, UNICODE
from workbench.settings import Settings

GROUPS = [
    Group("On this screen", tuple((letter, f"Does {letter} in some words") for letter in "abcdefgh")),
    Group("In the log", (("pgdn ctrl+f", "Page down"), ("up down left right k j h l", "Move in every direction"))),
    Group("Everywhere", (("ctrl+q", "Quit"),)),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


def text_of(width: int) -> str:
    return "\n".join(plain(line).rstrip() for line in help_lines(GROUPS, sign_lines(UNICODE, width), width))


@pytest.mark.parametrize("width", [34, 72, 104, 160, 300])
@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_no_line_is_wider_than_the_help_and_nothing_is_left_out(width: int, signs: object) -> None:
    lines = help_lines(GROUPS, sign_lines(signs, width), width)  # type: ignore[arg-type]
    assert all(width_of(line) <= width for line in lines)
    text = " ".join("\n".join(plain(line) for line in lines).split())
    for group in GROUPS:
        assert group.title in text
        assert all(keys in text for keys, _ in group.keys)


def test_a_wide_terminal_has_the_groups_beside_each_other() -> None:
    assert len(text_of(72).splitlines()) > len(text_of(160).splitlines())
    assert "On this screen" in text_of(160).splitlines()[0]
    assert "In the log" in text_of(160).splitlines()[0]


def test_more_keys_than_fit_stand_on_a_line_of_their_own() -> None:
    lines = text_of(72).splitlines()
    place = lines.index("  up down left right k j h l")
    assert lines[place + 1].strip() == "Move in every direction"


async def test_the_help_lists_the_screen_its_panes_and_what_works_everywhere(desk: Desk) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 40)):
        groups = {group.title: dict(group.keys) for group in key_groups(app.screen)}
        titles = list(groups)
        assert titles[0] == "On this screen"
        assert titles[1] == "In the run table", "the pane with the focus comes first"
        assert titles[-1] == "Everywhere"
        assert groups["On this screen"]["s"] == "Stop the chosen run; a second time, kill it"
        assert groups["In the run table"]["home g g"]
        assert "ctrl+p" in groups["Everywhere"]


async def test_the_help_of_a_store_that_is_only_read_leaves_out_what_would_change_it(desk: Desk) -> None:
    app = make_app(desk.path, read_only=True)
    async with opened(app):
        keys = dict(key_groups(app.screen)[0].keys)
        assert keys.keys().isdisjoint({"n", "s", "t", "x", "y", "D"})
        assert {"space", "d", "/", "q"} <= keys.keys()


async def test_the_help_scrolls_and_says_what_signs_mean_and_where_settings_are(desk: Desk, tmp_path: Path) -> None:
    app = make_app(desk.path, settings=Settings(path=tmp_path / "settings.toml", keys={"app.settings": ("f2",)}))
    async with opened(app) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "On this screen" in seen(app), "the help")
        await until(pilot, lambda: "scroll" in keys_shown(app), "that there is more")
        await pilot.press("G")
        await until(pilot, lambda: "● running" in seen(app), "the signs")
        assert "f2 on the dashboard changes" in seen(app)
        await pilot.press("g")
        await until(pilot, lambda: "On this screen" in seen(app), "the beginning")
        await pilot.press("pagedown", "k", "j", "escape")
        assert app.screen is app.dashboard


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60)])
async def test_the_help_is_read_at_every_size(desk: Desk, size: tuple[int, int]) -> None:
    app = make_app(desk.path)
    async with opened(app, size) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "Start a new run" in seen(app), "the help")
        assert isinstance(app.screen, HelpDialog)
        assert "close" in keys_shown(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Compare the marked runs, or A with the chosen one" in seen(app), "the help anew")


async def test_the_help_is_ascii_where_nothing_else_is_shown(desk: Desk) -> None:
    app = make_app(desk.path, signs=ASCII)
    async with opened(app) as pilot:
        await pilot.press("question_mark", "G")
        await until(pilot, lambda: "* running" in seen(app), "the signs")
        assert seen(app).isascii()
