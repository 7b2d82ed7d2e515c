"""Races that the interface runs: one at a time, in a thread and the processes that it starts, whatever screen is open.

How far it is stands in one reactive of the app, which screens watch. Leaving the interface stops a race: nothing of it
has been kept until its end.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App
from textual.message import Message
from textual.reactive import var

from store.errors import ReportedError

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.race import RaceProgress

_SAY_EVERY_S = 0.5
"""Progress is shown no more often: each time is bytes to the terminal."""


class RaceState(StrEnum):
    """What became of a race."""

    RACING = "racing"
    STOPPING = "stopping"
    KEPT = "kept"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RaceStanding:
    """How far the race between two runs is."""

    ids: tuple[int, int]
    seconds: float
    state: RaceState = RaceState.RACING
    words: str = "starting"
    """What it is doing, or why it failed, without a full stop."""
    share: float = 0.0
    seconds_left: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state not in (RaceState.RACING, RaceState.STOPPING)

    @property
    def is_kept(self) -> bool:
        """Whether comparisons can use it from now on."""
        return self.state is RaceState.KEPT

    def after(self, progress: "RaceProgress") -> "RaceStanding":
        """The standing once the race has told something."""
        share = min(1.0, progress.done / progress.of) if progress.of else 0.0
        return replace(self, words=progress.text, share=share, seconds_left=progress.seconds_left)


class RaceMoved(Message):
    """A race is further than it was, or over."""

    def __init__(self, standing: RaceStanding) -> None:
        super().__init__()
        self.standing = standing

    def can_replace(self, message: Message) -> bool:
        """Where a race stands makes worthless where it stood."""
        return isinstance(message, RaceMoved)


class Racing(App[None]):
    """The app's half that races models."""

    race: var[RaceStanding | None] = var[RaceStanding | None](None, init=False)
    """The race that is going on, or the last one."""
    _stop_race: threading.Event | None = None

    def on_unmount(self) -> None:
        """Let no race keep the process from ending."""
        if self._stop_race is not None:
            self._stop_race.set()

    def start_race(self, ids: tuple[int, int], seconds: float) -> None:
        """Race two runs, unless a race is going on."""
        if self.race is not None and not self.race.is_over:
            return
        stop = self._stop_race = threading.Event()
        self.race = RaceStanding(ids, seconds)
        self._race(self.race, stop)

    def stop_race(self) -> None:
        """Have the race end, and nothing of it kept."""
        if self.race is not None and not self.race.is_over and self._stop_race is not None:
            self._stop_race.set()
            self.race = replace(self.race, state=RaceState.STOPPING, words="stopping", seconds_left=None)

    def on_race_moved(self, event: RaceMoved) -> None:
        """Take on where it stands; say how it ended."""
        standing, before = event.standing, self.race
        if not standing.is_over and before is not None and before.state is RaceState.STOPPING:
            return
        self.race = standing
        me = cast("WorkbenchApp", self)
        who = f"Run {standing.ids[0]} against run {standing.ids[1]}"
        if standing.state is RaceState.KEPT:
            me.say(f"{who}: their latency is compared by this race from now on.", title="The race is over")
        elif standing.state is RaceState.STOPPED:
            me.say(f"{who}: nothing of it was kept.", title="The race was stopped")
        elif standing.state is RaceState.FAILED:
            me.say(standing.words, title="The race failed", severity="error")

    @work(thread=True, exit_on_error=False, group="race")
    def _race(self, standing: RaceStanding, stop: threading.Event) -> None:
        from workbench.race import run_race

        end = replace(standing, state=RaceState.FAILED, words="It ended by a defect; nothing of it was kept.")
        try:
            kept = run_race(
                cast("WorkbenchApp", self).store_path,
                *standing.ids,
                seconds=standing.seconds,
                say=_sparing(lambda progress: self.post_message(RaceMoved(standing.after(progress)))),
                stop=stop,
            )
            state = RaceState.STOPPED if kept is None else RaceState.KEPT
            end = replace(standing, state=state, words="", share=1.0)
        except ReportedError as error:
            end = replace(end, words=error.message)
        finally:
            self.post_message(RaceMoved(end))


def _sparing(say: Callable[["RaceProgress"], object]) -> Callable[["RaceProgress"], None]:
    """``say``, called where the words are others, and else now and then only."""
    words, said_at = "", float("-inf")

    def tell(progress: "RaceProgress") -> None:
        nonlocal words, said_at
        now = time.monotonic()
        if progress.text != words or now - said_at >= _SAY_EVERY_S:
            words, said_at = progress.text, now
            say(progress)

    return tell
