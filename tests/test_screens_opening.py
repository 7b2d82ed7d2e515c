"""Opening a screen: its widgets are styled once, and it has the classes of its size from the beginning."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, filled, make_app
from screens_pilot import opened, seen, until
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.widget import Widget

from screens.devices.screen import DevicesScreen
from screens.opening import size_classes


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


@pytest.fixture
def styled(monkeypatch: pytest.MonkeyPatch) -> Counter[Widget]:
    """How often each widget was given styles."""
    counts: Counter[Widget] = Counter()
    apply = Stylesheet.apply

    def counting(sheet: Stylesheet, node: DOMNode, **more: object) -> None:
        if isinstance(node, Widget):
            counts[node] += 1
        apply(sheet, node, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Stylesheet, "apply", counting)
    return counts


@pytest.mark.parametrize(
    ("size", "classes"),
    [((40, 12), ("-narrow", "-short")), ((80, 24), ("-normal", "-high")), ((200, 60), ("-vast", "-tall"))],
)
def test_a_size_has_its_classes(size: tuple[int, int], classes: tuple[str, str]) -> None:
    assert size_classes(*size) == classes


async def test_the_widgets_of_the_first_screen_are_styled_once(desk: Desk, styled: Counter[Widget]) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 40)):
        assert app.screen_stack == [app.dashboard]
        assert app.dashboard.has_class("-wide", "-tall")
        often = {widget for widget in app.dashboard.walk_children(Widget) if styled[widget] > 1}
        # The table gets other colours with the focus, the fields have a class that Textual gives them late.
        assert {type(widget).__name__ for widget in often} <= {"RunTable", "TextField"}


async def test_a_screen_that_opens_is_styled_once_and_follows_the_size_of_the_window(
    desk: Desk, styled: Counter[Widget]
) -> None:
    app = make_app(desk.path)
    async with opened(app, (120, 40)) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, DevicesScreen), "the devices")
        often = {widget for widget in app.screen.walk_children(Widget) if styled[widget] > 1}
        assert often <= {app.focused}, "only the focus brings other colours"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen.has_class("-normal", "-high"), "the classes of the new size")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.dashboard, "the dashboard")
        await until(pilot, lambda: app.dashboard.has_class("-normal", "-high"), "its classes")
        assert all(len(line) <= 80 for line in seen(app).splitlines())
