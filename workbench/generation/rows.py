"""One text in the making: its tokens, its text, its times, and why it ended."""

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.generation.events import Finished, NearTie, Piece, Started, StopReason
from workbench.generation.text_stream import StopScanner, TextStream


class Clock:
    """Seconds since it was made, without those in which somebody else had the floor."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def now(self) -> float:
        """Seconds of work so far."""
        return time.perf_counter() - self._began

    def leave_out(self, seconds: float) -> None:
        """Leaves out a stretch in which a consumer looked at what it was given."""
        self._began += seconds


@dataclass(slots=True)
class Row:
    """One sample of one prompt. ``room`` is how many tokens it may get, and ``full`` why it ends when it has them."""

    prompt: int
    sample: int
    prompt_ids: Sequence[int]
    reused: int
    stream: TextStream
    stops: StopScanner
    numbers: random.Random
    room: int
    full: StopReason
    tokens: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    text: str = ""
    reason: StopReason | None = None
    near_tie: NearTie | None = None

    def start(self) -> Started:
        """The first event of the row."""
        return Started(len(self.prompt_ids), self.reused, self.sample, self.prompt)

    def take(self, token: int, at: float, eos_ids: frozenset[int]) -> Iterator[Piece]:
        """The row's next token, and the text that it adds, if any; sets ``reason`` where it is the last one."""
        self.tokens.append(token)
        self.times.append(at)
        text = self.stops.push(self.stream.push(token))
        if self.stops.stopped:
            self.reason = StopReason.STOP_STRING
        elif token in eos_ids:
            self.reason = StopReason.EOS
        elif len(self.tokens) >= self.room:
            self.reason = self.full
        yield from self._show(text)

    def look_for_tie(self, margin: float, bound: float) -> None:
        """Notes how near the next choice is to another one, if it is the first so near."""
        if self.near_tie is None and margin < bound:
            self.near_tie = NearTie(len(self.tokens), margin, bound)

    def end(self) -> Iterator[Piece | Finished]:
        """What was held back of the text, and the whole of a row whose ``reason`` is known."""
        assert self.reason is not None
        if not self.stops.stopped:
            held = self.stops.push(self.stream.flush())
            yield from self._show(held if self.stops.stopped else held + self.stops.flush())
            if self.stops.stopped:
                self.reason = StopReason.STOP_STRING
        gaps = sorted(1e3 * (later - earlier) for earlier, later in zip(self.times, self.times[1:], strict=False))
        yield Finished(
            text=self.text,
            tokens=tuple(self.tokens),
            reason=self.reason,
            prompt_tokens=len(self.prompt_ids),
            reused_tokens=self.reused,
            ttft_s=self.times[0] if self.times else None,
            tokens_per_s=len(gaps) / (self.times[-1] - self.times[0]) if gaps else None,
            p50_ms=_quantile(gaps, 0.50),
            p95_ms=_quantile(gaps, 0.95),
            near_tie=self.near_tie,
            sample=self.sample,
            prompt=self.prompt,
        )

    def _show(self, text: str) -> Iterator[Piece]:
        if text:
            yield Piece(text, len(self.text), len(self.tokens), self.sample, self.prompt)
            self.text += text


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The least of ``ordered`` that at least ``share`` of them do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
