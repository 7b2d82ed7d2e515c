"""Driving the interface by keys in a test: open it, wait for what shall happen, read what stands on the screen."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual._context import visible_screen_stack
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.widgets.key_bar import KeyBar


async def until(pilot: Pilot, condition: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what}; the screen was:\n{seen(pilot.app)}"
        await asyncio.sleep(0.005)
    await pilot.pause()


@asynccontextmanager
async def opened(app: WorkbenchApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot]:
    """The app once it has drawn a run, or, of an empty store, its first page."""
    async with app.run_test(size=size) as pilot:
        wants_run = lambda: app.page.detail is not None or (app._poller._posted is not None and app.page.total == 0)  # noqa: E731
        await until(pilot, wants_run, "the first page")
        yield pilot


def seen(app: WorkbenchApp) -> str:
    """The text on the screen."""
    # As before each paint: a dialog that is drawn here is drawn, and kept, with the screen that it stands on.
    visible_screen_stack.set(list(app._background_screens))
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def keys_shown(app: WorkbenchApp) -> str:
    """The keys that are offered below."""
    return app.screen.query_one(KeyBar).text
