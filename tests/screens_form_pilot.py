"""Driving the form of a new run by keys in a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from screens_pilot import until
from textual.events import Key
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.form.dialog import NewRunDialog
from screens.form.draft import Draft


def burst(app: WorkbenchApp, *keys: str) -> None:
    """Send keys as a slow line does: all at once."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


@asynccontextmanager
async def form_opened(
    app: WorkbenchApp, size: tuple[int, int] = (80, 24), draft: Draft | None = None
) -> AsyncIterator[Pilot]:
    """The app with the form of a new run open, its first field with the focus."""
    async with app.run_test(size=size) as pilot:
        app.open_form(draft or Draft())
        await until(pilot, lambda: isinstance(app.screen, NewRunDialog) and app.focused is not None, "the form")
        yield pilot
