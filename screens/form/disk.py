"""Questions to the file system that may never be answered: a network disk that is down, a suspended mount.

A thread worker would be waited for when the app is left, so each question has a daemon thread of its own; its answer is
a message to who asked. Whoever has been closed meanwhile hears nothing of it.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.widget import Widget

from screens.guard import sentence_of
from workbench.errors import ReportedError

if TYPE_CHECKING:
    from screens.app import WorkbenchApp


def ask_disk(asking: Widget, question: Callable[[], Message]) -> None:
    """Have ``question`` answered in a thread, and its answer posted to the widget that asks.

    A ReportedError, or a defect, becomes a notice as anywhere.
    """
    app = cast("WorkbenchApp", asking.app)

    def answer() -> None:
        try:
            asking.post_message(question())
        except Exception as error:  # an edge: a traceback on the terminal would spoil the screen
            title = error.title if isinstance(error, ReportedError) else "A defect in Workbench"
            sentence = sentence_of(error)
            with suppress(RuntimeError):  # the app has been left
                app.call_from_thread(partial(app.say, sentence, title=title, severity="error"))

    threading.Thread(target=answer, name="disk", daemon=True).start()
