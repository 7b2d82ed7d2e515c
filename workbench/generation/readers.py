"""Which reader a prompt is read by, and what of the text before can serve it.

The rule. Several texts at once are read eagerly. One text on a GPU is read as a graph where the network's steps can be
recorded and the text needs no more than ``MOST_ROOM`` tokens: each step looks at all of its room, so that much of it
for few tokens would cost more than Python does. Whatever else was asked for is done, or refused in a sentence.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Final

import torch

from workbench.errors import BadValue
from workbench.formatting import format_count, format_duration, format_significant
from workbench.generation.fixed_reading import (
    CompiledReader,
    FixedReader,
    NotRecordable,
    RecordedReader,
    is_recordable,
    is_steady,
)
from workbench.generation.reading import Reader
from workbench.generation.rows import Clock
from workbench.generation.settings import Decoding, GenerationSettings
from workbench.language.checkpoints import LanguageModel

MOST_ROOM: Final = 8192
WORTH_REUSING: Final = 16
"""Tokens that two prompts must have in common for the second to begin where the first one's memory can serve."""
_TIMED_STEPS: Final = 9


class Readers:
    """The readers of one model; remembers what was read last for the prompt that comes next."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._on_gpu = is_on_gpu(model)
        self._last: Reader | None = None
        self._fixed: FixedReader | None = None
        self._why_not: str | None = None
        """Why its steps could not be recorded, once that was tried."""

    def check(self, settings: GenerationSettings, prompts: int) -> None:
        """Raises BadValue for a decoding that cannot be of this model, on this device, for so many prompts."""
        decoding, source = settings.decoding, self._model.source
        instead = f"Leave decoding at {Decoding.AUTO}."
        if settings.is_one_at_a_time and prompts > 1:
            raise BadValue(f"decoding={decoding} reads one prompt at a time, not {prompts}. {instead}")
        if decoding == Decoding.GRAPH and not self._on_gpu:
            raise BadValue(f"Steps are recorded as a graph on GPUs, and {source} is on the CPU. {instead}")
        architecture = self._model.facts.architecture
        if decoding == Decoding.GRAPH and not is_recordable(self._model):
            raise BadValue(f"{source} is a {architecture}, whose steps cannot be recorded. {instead}")
        if decoding == Decoding.COMPILED and not is_steady(self._model):
            raise BadValue(f"{source} is a {architecture}, whose steps cannot be compiled. {instead}")

    def decoding(self, settings: GenerationSettings, prompts: int, tokens: int) -> Decoding:
        """How so many prompts are read, of which the one has, or will have, so many ``tokens`` with its text."""
        if settings.decoding != Decoding.AUTO:
            return Decoding(settings.decoding)
        alone = prompts * settings.samples == 1
        if alone and self._on_gpu and tokens <= MOST_ROOM and self._why_not is None and is_recordable(self._model):
            return Decoding.GRAPH
        return Decoding.EAGER

    def take(
        self, prompts: Sequence[Sequence[int]], settings: GenerationSettings, clock: Clock, say: Callable[[str], None]
    ) -> tuple[Reader, int]:
        """A reader for the prompts, and how many tokens of the one prompt it has read already.

        What a room needs before its first text is done here, told to ``say``, and left out of the ``clock``, as the
        loading of the model is. Raises BadValue where it cannot be done.
        """
        tokens = len(prompts[0]) + settings.max_new_tokens
        tokens = min(tokens, self._model.facts.context_length or tokens)
        decoding = self.decoding(settings, len(prompts), tokens)
        if decoding == Decoding.EAGER:
            last, self._last = self._last, None
            return self._again(last, prompts) or (Reader(self._model), 0)
        kind = RecordedReader if decoding == Decoding.GRAPH else CompiledReader
        fixed, self._fixed = self._fixed, None
        if fixed is None or type(fixed) is not kind or fixed.room < tokens:
            fixed = None  # gives its storage back first
            began = time.perf_counter()
            made = self._record(tokens, settings, say) if kind is RecordedReader else self._compile(tokens, say)
            clock.leave_out(time.perf_counter() - began)
            return made, 0
        if found := self._again(fixed, prompts):
            return found
        fixed.go_back(0)
        return fixed, 0

    def keep(self, reader: Reader, prompts: Sequence[Sequence[int]], rows: int) -> None:
        """Keeps what one row has read, or of several samples of one prompt what all have read: the prompt."""
        if isinstance(reader, FixedReader):
            self._fixed = reader
        elif len(prompts) == 1:
            if rows > 1:
                reader.keep_rows(torch.zeros(1, dtype=torch.long, device=reader.device))
                if not reader.go_back(min(len(prompts[0]), len(reader.ids))):
                    return
            self._last = reader

    def forget(self) -> None:
        """Gives back the memory that was kept for the next prompt."""
        self._last = self._fixed = None

    def _again(self, reader: Reader | None, prompts: Sequence[Sequence[int]]) -> tuple[Reader, int] | None:
        """A reader for the prompt that has read its beginning already, and how much of it."""
        if reader is None or len(prompts) > 1:
            return None
        # The last token of the prompt is always read, since the first new one is chosen by what it gives.
        common = _common_length(reader.ids, prompts[0][:-1])
        return (reader, common) if common >= WORTH_REUSING and reader.go_back(common) else None

    def _record(self, tokens: int, settings: GenerationSettings, say: Callable[[str], None]) -> Reader:
        """A reader whose steps are recorded; where that was not asked for and cannot be, an eager one, said so."""
        reader = RecordedReader(self._model, tokens)
        try:
            reader.prepare()
        except NotRecordable as error:
            sentence = f"The steps of {self._model.source} cannot be recorded as a CUDA graph here ({error})"
            if settings.decoding == Decoding.GRAPH:
                raise BadValue(f"{sentence}. Leave decoding at {Decoding.AUTO}.") from error
            self._why_not = str(error)
            say(f"{sentence}: they run one kernel at a time, which is slower.")
            return Reader(self._model)
        return reader

    def _compile(self, tokens: int, say: Callable[[str], None]) -> Reader:
        """A reader whose steps are compiled, and what that took and gains, as it is here."""
        reader = CompiledReader(self._model, tokens)
        say(
            f"Compiling the steps of {self._model.source} for texts of up to {format_count(reader.room)} tokens: this "
            f"takes a minute, more on a slow processor."
        )
        began = time.perf_counter()
        reader.prepare()
        took_s = time.perf_counter() - began
        say(f"Compiled in {format_duration(took_s)}: {self._gain(reader, tokens, took_s, say)}.")
        return reader

    def _gain(self, compiled: Reader, tokens: int, took_s: float, say: Callable[[str], None]) -> str:
        """What a token takes now and would without, and from how many tokens on that pays."""
        automatic = GenerationSettings()
        usual: Reader = Reader(self._model)
        if self.decoding(automatic, 1, tokens) == Decoding.GRAPH:
            usual = self._record(tokens, automatic, say)
        before_s, now_s = _step_s(usual), _step_s(compiled)
        words = (
            f"a step takes {format_significant(1e3 * now_s)} ms, and {format_significant(1e3 * before_s)} ms without"
        )
        if now_s >= before_s:
            return f"{words}, so that it does not pay"
        pays_from = float(f"{took_s / (before_s - now_s):.2g}")
        return f"{words}, so that it pays from {format_count(pays_from)} tokens on"


def is_on_gpu(model: LanguageModel) -> bool:
    """Whether the model's steps can be recorded as a graph, as far as that is a matter of the device."""
    return model.facts.device.startswith("cuda")


def _step_s(reader: Reader) -> float:
    """Seconds from one token to the next, with few tokens before: the median; leaves nothing read."""
    times = []
    reader.read([[0]])
    for _ in range(_TIMED_STEPS):
        began = time.perf_counter()
        reader.read([[0]])[0, 0].item()  # waits for the device
        times.append(time.perf_counter() - began)
    reader.go_back(0)
    return statistics.median(times)


def _common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
