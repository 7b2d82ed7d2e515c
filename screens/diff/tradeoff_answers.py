"""What a trade-off comes to, in words and bars: who wins, how that changes with each weight, whether the dearer of A
and B is worth it, and which runs were measured otherwise; pure.
"""

from collections.abc import Iterable, Mapping, Sequence

from screens.diff.tradeoff_view import Weighing
from screens.pieces import Line, Piece, hanging, width_of
from screens.signs import Signs
from workbench.cells import shorten
from workbench.comparison.tradeoff_words import flag_words, names_of, rest_words, turning_words, winner_words
from workbench.comparison.weighing import Segment
from workbench.comparison.worth import Worth
from workbench.formatting import format_percent

_TEXT_WIDTH = 110
_WIDEST_BAR = 96
_LEAST_BAR = 20
_LEAST_NAME = 3
_MOST_FLAGS = 12


def answer_lines(
    weighing: Weighing, letters: Mapping[int, str], worth: Worth | None, width: int, signs: Signs
) -> list[Line]:
    """All of it, wrapped to ``width``."""
    found = weighing.found
    room = max(10, min(_TEXT_WIDTH, width))
    lines: list[Line] = [(Piece(text, "strong"),) for text in hanging(winner_words(found), room)]
    if worth is not None:
        lines += _titled("Is the dearer of A and B worth it?", worth.sentences, room)
    lines += [(), *_heading("How the winner changes with a weight", room)] if found.segments else []
    for (role, segments), sentence in zip(found.segments.items(), turning_words(found), strict=True):
        if len(segments) > 1 and width >= _LEAST_BAR:
            names = [names_of(found, segment.winners) for segment in segments]
            kinds = [_kind(segment, letters) for segment in segments]
            lines += weight_bar(role, segments, names, kinds, found.weights[role], min(_WIDEST_BAR, width), signs)
        lines += _plain([sentence], room)
    flags = list(flag_words(found))
    more = [f"And {len(flags) - _MOST_FLAGS} runs more."] if len(flags) > _MOST_FLAGS else []
    lines += _titled("Not measured or tested like the others", [*flags[:_MOST_FLAGS], *more], room)
    lines += _titled("Beside that", list(rest_words(found, weighing.candidates)), room)
    return lines


def weight_bar(
    role: str,
    segments: Sequence[Segment],
    names: Sequence[str],
    kinds: Sequence[str],
    now: float,
    width: int,
    signs: Signs,
) -> list[Line]:
    """A weight from 0 to 1: who wins in which part of it, and below it where the weight is now."""
    marks = signs.interval
    head, tail = f"{role} 0% ", " 100%"
    room = max(2, width - len(head) - len(tail))
    place = [round(segment.low * (room - 1)) for segment in segments] + [room - 1]
    pieces = [Piece(head, "secondary"), Piece(marks.low, "secondary")]
    for number, (segment, name, kind) in enumerate(zip(segments, names, kinds, strict=True)):
        cells = max(0, place[number + 1] - place[number] - 1)
        text = shorten(name, cells - 2, signs.ellipsis) if cells - 2 >= _LEAST_NAME else ""
        text = f" {text} " if text else ""
        before = (cells - width_of([Piece(text)])) // 2
        after = cells - before - width_of([Piece(text)])
        is_now = segment.low <= now <= segment.high
        pieces += [
            Piece(marks.line * before, "secondary"),
            Piece(text, kind or ("strong" if is_now else "")),
            Piece(marks.line * after, "secondary"),
        ]
        if number + 1 < len(segments):
            pieces.append(Piece(marks.cross, "strong"))
    pieces += [Piece(marks.high, "secondary"), Piece(tail, "secondary")]
    at = len(head) + round(now * (room - 1))
    label = f"{signs.up} now {format_percent(now, 0)}"
    start = at if at + len(label) <= width else at - len(label) + 1
    label = label if start == at else f"now {format_percent(now, 0)} {signs.up}"
    return [tuple(piece for piece in pieces if piece.text), (Piece(" " * max(0, start)), Piece(label, "strong"))]


def _kind(segment: Segment, letters: Mapping[int, str]) -> str:
    """The kind of a name: A's and B's are those of their letters."""
    found = {letters[run_id][:1].lower() for run_id in segment.winners if run_id in letters}
    return found.pop() if len(found) == 1 else ""


def _titled(title: str, sentences: Sequence[str], width: int) -> list[Line]:
    return [(), *_heading(title, width), *_plain(sentences, width)] if sentences else []


def _heading(title: str, width: int) -> list[Line]:
    return [(Piece(text, "heading"),) for text in hanging(title, width)]


def _plain(sentences: Iterable[str], width: int) -> list[Line]:
    return [(Piece(text),) for sentence in sentences for text in hanging(sentence, width, indent=2)]
