"""When an interface under test has nothing more to do: exactly, where Textual guesses.

Textual's pilot sleeps 20 ms twice for each key and goes on for as long as the process takes processor time, whoever
needs it. Here the event loop itself is asked whether anything is ready to run, the screen whether anything waits to be
painted, and the workers whether any still works: a key costs what the interface makes of it.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from textual._context import active_app
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen
from textual.worker import Worker

PATIENCE_S = 0.5
"""For work in threads that lasts, as that which a test holds up on purpose."""
_ENDLESS = ("poller", "meters", "cache")


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = PATIENCE_S) -> None:
    """Wait until the loop is idle, all is painted, and what was asked of threads has been answered."""
    app = active_app.get()
    loop: Any = asyncio.get_running_loop()
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        if app._running and app._screen_stack and _awaits_painting(app.screen):
            app.screen._on_timer_update()
        elif app._resize_event is not None or any(_works(worker) for worker in app.workers):
            await asyncio.sleep(0.001)
        else:
            return


def _awaits_painting(screen: Screen[Any]) -> bool:
    return screen.is_current and bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._dirty_widgets
        or screen._recompose_required
        or screen._callbacks
    )


def _works(worker: Worker[Any]) -> bool:
    return not worker.is_finished and worker.group not in _ENDLESS


@pytest.fixture(autouse=True, scope="session")
def exact_idling() -> Iterator[None]:
    """Have Textual's pilot wait in this way."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("textual.app", "textual.pilot"):
            patch.setattr(f"{module}.wait_for_idle", wait_for_idle)
        yield


@pytest.fixture(autouse=True, scope="session")
def styles_are_parsed_once() -> Iterator[None]:
    """Have every app of a test process take the rules that the first one parsed: a fifth of what opening one costs."""
    parse_rules = Stylesheet._parse_rules
    parsed: dict[object, list[RuleSet]] = {}

    def parse_once(sheet: Stylesheet, css: str, *place: Any, **more: Any) -> list[RuleSet]:
        key = (css, place, *more.items(), *sheet._variables.items())
        if key not in parsed:
            parsed[key] = parse_rules(sheet, css, *place, **more)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield
