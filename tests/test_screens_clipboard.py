"""What is sent to the terminal's clipboard, and what is not."""

from typing import Any

from screens.clipboard import CLIPBOARD_BYTES, copy


class Listening:
    """Stands for the app: keeps what it is told."""

    def __init__(self) -> None:
        self.copied: list[str] = []
        self.said: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    def say(self, words: str, **_: Any) -> None:
        self.said.append(words)


def test_a_text_cannot_end_its_own_paste_and_have_the_rest_be_obeyed() -> None:
    app: Any = Listening()
    copy(app, "fox\x1b[201~\nrm -rf \x9b\ud800\x7f\ttail\r\n", "The text")
    assert app.copied == ["fox␛[201~\nrm -rf \ufffd\ufffd␡\ttail\n"]
    assert app.said == ["The text was sent to the terminal's clipboard."]


def test_more_than_a_terminal_takes_is_not_sent_in_part() -> None:
    app: Any = Listening()
    copy(app, "ü" * (CLIPBOARD_BYTES // 2 + 1), "The text")
    assert app.copied == []
    assert "Export it to a file" in app.said[0]
