"""Text out of a causal language model: our own loop over ``forward``, one step a token.

transformers' ``generate`` prepares inputs, masks and criteria anew for each token, and starts from nothing for each
prompt. Here a step is the network and the choice; what was read for the last text serves the next prompt as far as the
two begin alike. Greedy text in float32, with eager attention and one row, is token for token that of ``generate``.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.errors import BadValue
from workbench.generation.choosing import Chooser, random_numbers
from workbench.generation.events import GenerationEvent, StopReason
from workbench.generation.readers import Readers
from workbench.generation.reading import Reader
from workbench.generation.rows import Clock, Row
from workbench.generation.settings import Decoding, GenerationSettings
from workbench.generation.text_stream import StopScanner, TextStream
from workbench.generation.ties import tie_bound
from workbench.inert import inert
from workbench.language.checkpoints import LanguageModel
from workbench.language.memory import reporting_memory

READ_AT_ONCE = 2048
"""Tokens of a prompt that are read in one step; a longer one is read in parts, so that it can be stopped in between."""
_NAMED_BY = 40
"""Characters of a prompt that tell it from others."""
_LESS = "Ask for fewer tokens or samples, or for one prompt at a time."


def never() -> bool:
    """The answer of whoever does not cancel."""
    return False


def say_nothing(_sentence: str) -> None:
    """For who does not want to know what is waited for."""


@dataclass(slots=True)
class Batch:
    """The rows that are still being written, in the reader's order, and what their next tokens are chosen by."""

    reader: Reader
    rows: list[Row]
    chooser: Chooser
    bound: float | None
    """The margin of a near tie; None where the text is computed as the reference is."""

    @torch.inference_mode()
    def choose(self, logits: Tensor) -> list[int]:
        """The next token of each row, out of ``logits`` (rows, vocabulary)."""
        chosen = self.chooser.choose(logits, [row.numbers for row in self.rows], margins=self.bound is not None)
        if self.bound is not None and chosen.margins is not None:
            for row, margin in zip(self.rows, chosen.margins, strict=True):
                row.look_for_tie(margin, self.bound)
        return chosen.tokens

    @torch.inference_mode()
    def drop_ended(self) -> None:
        """Goes on with the rows that have not ended."""
        going_on = [place for place, row in enumerate(self.rows) if row.reason is None]
        if len(going_on) == len(self.rows):
            return
        self.rows = [self.rows[place] for place in going_on]
        if self.rows:
            places = torch.tensor(going_on, device=self.reader.device)
            self.reader.keep_rows(places)
            self.chooser.keep_rows(places)


class Decoder:
    """Makes text with one model, one call at a time; remembers what it read last for the prompt that comes next."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self._readers = Readers(model)
        self.decoding = Decoding.EAGER
        """How the last texts were decoded: what ``auto`` has come to, too."""

    def generate(
        self,
        prompts: str | Sequence[str],
        settings: GenerationSettings,
        cancelled: Callable[[], bool] = never,
        say: Callable[[str], None] = say_nothing,
    ) -> Iterator[GenerationEvent]:
        """The texts of one prompt, or of several that are read together, as they come.

        ``cancelled`` is asked before each token; where it says yes, each text ends with what it has. Closing the
        iterator ends the work without a word. ``say`` is told what the first text waits for. At once, before anything
        runs, it raises BadValue for a setting out of its bounds, a decoding that cannot be, and a prompt that leaves no
        room in the model's context; while it runs OutOfMemory, after which the decoder can be used as before.
        """
        clock = Clock()
        settings = settings.check()
        texts = [prompts] if isinstance(prompts, str) else list(prompts)
        self._readers.check(settings, len(texts))
        ids = [self.model.encode(text) for text in texts]
        for text, prompt in zip(texts, ids, strict=True):
            self._check_length(prompt, f"prompt {inert(text, _NAMED_BY)!r}" if len(ids) > 1 else "prompt")
        return _leaving_out_pauses(self._run(ids, settings, cancelled, clock, say), clock)

    def forget(self) -> None:
        """Gives back the memory that was kept for the next prompt."""
        self._readers.forget()

    def _check_length(self, ids: Sequence[int], name: str) -> None:
        context = self.model.facts.context_length
        if context is not None and len(ids) >= context:
            raise BadValue(
                f"The {name} has {len(ids):,} tokens, and the context of {self.model.source} holds {context:,}, of "
                f"which the text needs at least one. Shorten the prompt."
            )

    def _run(
        self,
        prompts: list[list[int]],
        settings: GenerationSettings,
        cancelled: Callable[[], bool],
        clock: Clock,
        say: Callable[[str], None],
    ) -> Iterator[GenerationEvent]:
        with reporting_memory("read this prompt", _LESS):
            reader, reused = self._readers.take(prompts, settings, clock, say)
        self.decoding = reader.decoding
        rows = [
            self._row(place, sample, ids, reused, settings)
            for place, ids in enumerate(prompts)
            for sample in range(settings.samples)
        ]
        batch = Batch(reader, rows, Chooser(settings), self._bound(reader, prompts, settings, reused))
        yield from [row.start() for row in rows]
        try:
            with reporting_memory("make this text", _LESS):
                yield from self._write(batch, prompts, reused, settings.samples, cancelled, clock)
        except GeneratorExit:  # whoever closes it may ask for the same prompt again
            self._readers.keep(reader, prompts, len(rows))
            raise
        self._readers.keep(reader, prompts, len(rows))

    def _write(
        self,
        batch: Batch,
        prompts: list[list[int]],
        reused: int,
        samples: int,
        cancelled: Callable[[], bool],
        clock: Clock,
    ) -> Iterator[GenerationEvent]:
        logits = self._read(batch.reader, prompts, reused, cancelled)
        if logits is not None:
            if samples > 1:
                batch.reader.repeat(samples)
                logits = logits.repeat_interleave(samples, dim=0)
            batch.chooser.read([row.prompt_ids for row in batch.rows], logits.shape[-1], logits.device)
            while not cancelled():
                tokens = batch.choose(logits)
                at = clock.now()
                for row, token in zip(batch.rows, tokens, strict=True):
                    yield from row.take(token, at, self.model.eos_ids)
                    if row.reason is not None:
                        yield from row.end()
                batch.drop_ended()
                if not batch.rows:
                    return
                logits = batch.reader.read([row.tokens[-1:] for row in batch.rows])
        for row in batch.rows:
            row.reason = StopReason.STOPPED
            yield from row.end()

    def _read(
        self, reader: Reader, prompts: list[list[int]], reused: int, cancelled: Callable[[], bool]
    ) -> Tensor | None:
        """Reads the prompts as far as they are not known yet; the logits after each, None where it was stopped."""
        if len(prompts) > 1:
            return reader.read_prompts(prompts)
        logits = None
        for start in range(reused, len(prompts[0]), READ_AT_ONCE):
            if cancelled():
                return None
            logits = reader.read([prompts[0][start : start + READ_AT_ONCE]])
        return logits

    def _row(self, place: int, sample: int, ids: list[int], reused: int, settings: GenerationSettings) -> Row:
        context = self.model.facts.context_length
        left = settings.max_new_tokens if context is None else context - len(ids)
        return Row(
            prompt=place,
            sample=sample,
            prompt_ids=ids,
            reused=reused,
            stream=TextStream(self.model.tokenizer, ids),
            stops=StopScanner(settings.stop),
            numbers=random_numbers(settings, sample),
            room=min(settings.max_new_tokens, left),
            full=StopReason.LENGTH if settings.max_new_tokens <= left else StopReason.CONTEXT,
        )

    def _bound(
        self, reader: Reader, prompts: list[list[int]], settings: GenerationSettings, reused: int
    ) -> float | None:
        facts = self.model.facts
        as_the_reference = (
            (facts.dtype, facts.attention) == ("float32", "eager")
            and len(prompts) * settings.samples == 1
            and type(reader) is Reader
            and not reused
            and len(prompts[0]) <= READ_AT_ONCE
        )
        return None if as_the_reference else tie_bound(facts.dtype, settings)


def _leaving_out_pauses(events: Iterator[GenerationEvent], clock: Clock) -> Iterator[GenerationEvent]:
    """The events as they are; what the consumer does between two of them counts as nobody's time."""
    for event in events:
        given_at = time.perf_counter()
        yield event
        clock.leave_out(time.perf_counter() - given_at)
