"""Questions to the file system that may never be answered: a network disk that is down, a suspended mount.

A thread worker would be waited for when the app is left, so each question has a daemon thread of its own; its answer is
a message to who asked. Whoever has been closed meanwhile hears nothing of it.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

from textual.message import Message
from textual.widget import Widget

from workbench.errors import ReportedError


def ask_disk(asking: Widget, question: Callable[[], Message]) -> None:
    """Have ``question`` answered in a thread, and its answer posted to the widget that asks.

    A ReportedError, or a defect, becomes a notice as anywhere.
    """
    app = asking.app

    def answer() -> None:
        try:
            asking.post_message(question())
        except Exception as error:  # an edge: a traceback on the terminal would spoil the screen
            title, sentence = _tell(error)
            with suppress(RuntimeError):  # the app has been left
                app.call_from_thread(app.notify, sentence, title=title, severity="error", markup=False)

    threading.Thread(target=answer, name="disk", daemon=True).start()


def _tell(error: Exception) -> tuple[str, str]:
    if isinstance(error, ReportedError):
        return error.title, error.message
    from workbench.defects import keep_traceback

    return "A defect in Workbench", f"{type(error).__name__}: {error}. The traceback is in {keep_traceback(error)}."
