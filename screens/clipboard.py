"""The terminal's clipboard, which is reached by an escape sequence (OSC 52): how much it takes, and what is sent to it.

What is copied is pasted into shells and editors. A control character in it, as a model or a log may write one, might
end the paste there and have the rest be obeyed; its picture (``␛``) is sent in its place.
"""

from typing import TYPE_CHECKING, Final

from workbench.inert import without_control

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

CLIPBOARD_BYTES: Final = 74_994
"""What xterm takes in one piece, before base64; others take no more, and drop the rest unsaid."""


def copy(app: "WorkbenchApp", text: str, what: str) -> None:
    """Send a text to the clipboard, unless it is more than that takes, and say so; ``what`` it is begins a sentence."""
    harmless = without_control(text)
    if len(harmless.encode()) > CLIPBOARD_BYTES:
        words = "This is more than a terminal's clipboard takes. Export it to a file."
        app.say(words, title="Not copied", severity="warning")
        return
    app.copy_to_clipboard(harmless)
    app.say(f"{what} was sent to the terminal's clipboard.", title="Copied")
