"""The notices of this session, kept to be read again: a notice that went away before it was read is none."""

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.app import App

from screens.settings.key_names import show_key
from workbench.inert import inert

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from screens.app import WorkbenchApp

MOST = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """What was said, and when; texts are inert."""

    at: float
    title: str
    sentence: str
    severity: str


class Notices:
    """The newest notices."""

    def __init__(self) -> None:
        self._kept: deque[Notice] = deque(maxlen=MOST)

    def keep(self, notice: Notice) -> None:
        """Keep one more."""
        self._kept.append(notice)

    @property
    def newest_first(self) -> tuple[Notice, ...]:
        """All that are kept."""
        return tuple(reversed(self._kept))


class Notifying(App[None]):
    """The app's part that says things, and keeps what it said."""

    def __init__(self, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.notices = Notices()

    def say(self, sentence: str, *, title: str = "", severity: str = "information", stands: bool = False) -> None:
        """A quiet notice, kept in the list of notices; an error says by which key it is read again.

        What ``stands`` on the screen already is only kept: a notice would hide something else to say it twice.
        """
        notice = Notice(time.time(), inert(title), inert(sentence), severity)
        self.notices.keep(notice)
        if stands:
            return
        level: SeverityLevel = "information" if severity not in ("warning", "error") else severity  # type: ignore[assignment]
        is_error = severity == "error"
        again = f" ({self.notices_key} reads it again.)" if is_error else ""
        timeout = 12.0 if is_error else 6.0
        self.notify(f"{notice.sentence}{again}", title=notice.title, severity=level, timeout=timeout, markup=False)

    @property
    def notices_key(self) -> str:
        """The key that lists the notices, as its cap says."""
        keys = cast("WorkbenchApp", self).settings.keys.get("app.notices")
        return show_key(keys[0]) if keys else "!"
