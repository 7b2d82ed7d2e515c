"""The two lines at the top of the run screen: which run this is and how it fares, and its tabs; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from screens.formatting import dataset_name, progress_text, status_sign, status_word, time_text
from screens.page import RunRow
from screens.pieces import Line, Piece, width_of
from screens.signs import Signs
from store.records import Run, RunStatus
from workbench.cells import crop, shorten
from workbench.formatting import format_duration
from workbench.inert import inert

_LEAST_NAME = 24
_LEAST_HEAD = 28


@dataclass(slots=True)
class Pace:
    """How fast the phase of a run goes, from what was seen of its progress; the time that is left follows."""

    _phase: tuple[int, str] | None = None
    _first: tuple[float, float] = (0.0, 0.0)
    _last: tuple[float, float] = (0.0, 0.0)

    def observe(self, run: Run, now: float) -> None:
        """Note how far a run is; another run or phase begins anew."""
        if run.progress_done is None or not now:
            return
        phase = (run.id, f"{run.attempt} {run.phase}")
        if phase != self._phase:
            self._phase, self._first, self._last = phase, (run.progress_done, now), (run.progress_done, now)
        elif run.progress_done > self._last[0]:
            self._last = (run.progress_done, now)

    def seconds_left(self, run: Run, now: float) -> float | None:
        """By the pace since we look; before there is one, by that since the start; None where nothing can be said."""
        done, total = run.progress_done, run.progress_total
        if not done or not total or done >= total or not now:
            return None
        gained = self._last[0] - self._first[0]
        if gained > 0:
            rest = (total - done) * (self._last[1] - self._first[1]) / gained - (now - self._last[1])
        elif run.started_at is not None and now > run.started_at:
            rest = (total - done) * (now - run.started_at) / done
        else:
            return None
        return max(0.0, rest)


def header_line(row: RunRow, now: float, left_s: float | None, mark: str, width: int, signs: Signs) -> Line:
    """Number, name and mark, then state, model and data, progress and time; what tells least goes first."""
    run = row.run
    state = Piece(f"{status_sign(row, signs)} {status_word(row)}", _KINDS.get(row.status, ""))
    words = [f"{inert(run.model)} on {dataset_name(run.dataset)}", progress_text(row), _time(row, now, left_s)]
    head = f"{run.id} {signs.dot} "
    tail = f" {mark}" if mark else ""
    while True:
        rest = "".join(f" {signs.dot} {signs.write(word)}" for word in words if word)
        room = width - cell_len(head) - len(tail) - 2 - cell_len(state.text) - cell_len(rest)
        if room >= min(_LEAST_NAME, cell_len(inert(run.name))) or not any(words):
            break
        words = _shorter(words)
    name = shorten(inert(run.name), max(3, room), signs.ellipsis)
    line: list[Piece] = [Piece(head, "secondary"), Piece(name, "strong")]
    if mark:
        line.append(Piece(tail, mark.lower()))
    line += [
        Piece("  "),
        state,
        Piece(crop(rest, max(0, width - width_of(line) - 2 - cell_len(state.text)), "")),
    ]
    return tuple(line)


def with_words(line: Line, words: Sequence[str], width: int, signs: Signs) -> Line:
    """A line with what the open tab says of itself at its right end."""
    said = words_of(words, width, signs)
    if not said:
        return line
    return (*line, Piece(" " * max(1, width - width_of(line) - cell_len(said))), Piece(said))


def words_of(words: Sequence[str], width: int, signs: Signs) -> str:
    """What a tab says of itself, in at most half of the width, beside a name and a state; no more than fits whole."""
    room = max(0, min(width // 2, width - _LEAST_HEAD))
    parts = [inert(word) for word in words]
    while parts and cell_len(said := f" {signs.dot} ".join(parts)) > room:
        parts.pop()
    return said if parts else ""


def _time(row: RunRow, now: float, left_s: float | None) -> str:
    if left_s is not None:
        return f"{_whole(left_s)} left"
    return time_text(row, now)


def _whole(seconds: float) -> str:
    """Whole seconds, so that it changes once a second at most; from minutes on, to five seconds."""
    if seconds < 60:
        return f"{round(seconds)} s"
    return format_duration(round(seconds / 5) * 5)


def _shorter(words: list[str]) -> list[str]:
    """Without the part that tells least: the model and data first, then the time, the progress last."""
    for place in (0, 2, 1):
        if words[place]:
            return [*words[:place], "", *words[place + 1 :]]
    return words


_KINDS = {
    RunStatus.FAILED: "error",
    RunStatus.LOST: "error",
    RunStatus.STOPPED: "warning",
    RunStatus.RUNNING: "good",
}
