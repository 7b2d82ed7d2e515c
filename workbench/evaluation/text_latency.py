"""How long a language model takes to write: one text at a time under the exclusive measuring lease.

A text is a prompt of ``PROMPT_TOKENS`` tokens from the test part and up to ``NEW_TOKENS`` more, each the most probable
one, written to its full length whatever it says. The first token is timed from the tokens of the prompt in host memory
to its number there: ``ttft_ms`` is the median over the texts, whose times the trials keep as ``first_ms``. Every
further token is a trial, from its predecessor's number to its own, and p50, p95, the mean and the tokens a second are
those of the trials. On the CPU one thread computes. A text is a block: between two of them the garbage collector may
run and the run may be stopped.
"""

import gc
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from store.packed_records import Trials
from store.records import Figure, FigureGroup, Sample
from workbench.evaluation.columns import pack
from workbench.evaluation.cost import Energy, energy_between, read_board
from workbench.evaluation.latency import (
    AIM_S,
    BATCH_SIZE,
    FEWEST_TRIALS,
    LONGEST_S,
    MOST_TRIALS,
    STEADY_WITHIN,
    THREADS,
    WARM_UP_S,
    WarmUp,
    latency_figures,
    load,
    one_thread,
)
from workbench.evaluation.surroundings import describe_surroundings
from workbench.events import Event, Progressed
from workbench.workspace import Workspace

if TYPE_CHECKING:
    from workbench.language.checkpoints import LanguageModel

PROMPT_TOKENS: Final = 32
NEW_TOKENS: Final = 64
FEWEST_TEXTS: Final = 10
"""Of whose first tokens the median is taken."""
WARM_UP_RULE: Final = (
    f"texts until a text's median time of a token lies within {STEADY_WITHIN:.0%} of the one before, for at most "
    f"{WARM_UP_S:g} s"
)


@dataclass(frozen=True, slots=True)
class TextTimes:
    """One text: milliseconds to its first token, and to each further one from the one before."""

    first_ms: float
    further_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TextLatency:
    """The figures of a measurement, the trials that they were taken from, and what a token takes."""

    figures: tuple[Figure, ...]
    trials: Trials
    first_ms: float
    mean_ms: float
    energy: Energy
    """Of the board while all tokens, the first ones too, were written."""
    tokens: int


@dataclass(frozen=True, slots=True)
class Timed:
    """What is timed, for the description of the surroundings."""

    device: str
    precision: str | None


def measure_text_latency(
    model: "LanguageModel", prompts: Sequence[Sequence[int]], workspace: Workspace
) -> Generator[Event, None, TextLatency]:
    """Times texts that begin with ``prompts`` in turn: at least ten and 400 tokens, more while they fit into 3 seconds.

    Where that would take over a minute, as many as fit in it, and p99 is None.
    """
    device = model.facts.device
    timed = Timed(device, model.facts.dtype)
    with workspace.measuring() as lent, one_thread():
        warmed = warm_up(model, prompts)
        load_before, board_before = load(), read_board(device)
        texts: list[TextTimes] = []
        began = time.perf_counter()
        for number in count():
            texts.append(time_text(model, prompts[number % len(prompts)]))
            tokens = sum(len(text.further_ms) for text in texts)
            yield Progressed(tokens, max(FEWEST_TRIALS, tokens), "tokens")
            if _enough(len(texts), tokens, time.perf_counter() - began):
                break
        board_after = read_board(device)
        conditions = {
            **lent,
            "batch_size": BATCH_SIZE,
            "threads": THREADS,
            "device": device,
            "prompt_tokens": len(prompts[0]),
            "new_tokens": 1 + len(texts[0].further_ms),
            "texts": len(texts),
            "warm_up_calls": warmed.calls,
            "warm_up_rule": WARM_UP_RULE,
            "steady": warmed.steady,
            "load_before": load_before,
            "load_after": load(),
            **describe_surroundings(timed, (board_before, board_after)),
        }
    return _summarise(texts, conditions, (board_before, board_after))


def prompts_of(model: "LanguageModel", texts: Sequence[str], most: int = 64) -> list[list[int]]:
    """Prompts of equal length from the beginnings of ``texts``: at most ``PROMPT_TOKENS`` tokens, half the context.

    Texts that are too short are passed over; where all are, they are put together. Words for special tokens are the
    characters that they are, as everywhere in data.
    """
    length = min(PROMPT_TOKENS, max(1, (model.facts.context_length or 2 * PROMPT_TOKENS) // 2))
    encoded = [[*model.lead_ids, *model.encode_data(text[: 32 * length])] for text in texts[: 4 * most]]
    long_enough = [ids[:length] for ids in encoded if len(ids) >= length][:most]
    if long_enough:
        return long_enough
    joined = [token for ids in encoded for token in ids]
    return [joined[:length]]


def time_text(model: "LanguageModel", prompt: Sequence[int]) -> TextTimes:
    """Writes one text, with the garbage collector off."""
    from workbench.generation.reading import Reader  # heavy: imports torch

    context = model.facts.context_length
    new = NEW_TOKENS if context is None else max(2, min(NEW_TOKENS, context - len(prompt)))
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        reader = Reader(model)
        times = [time.perf_counter_ns()]
        token = int(reader.read([prompt]).argmax())
        times.append(time.perf_counter_ns())
        for _ in range(new - 1):
            token = int(reader.read([[token]]).argmax())
            times.append(time.perf_counter_ns())
    finally:
        if was_enabled:
            gc.enable()
    taken = np.diff(np.array(times)) / 1e6
    return TextTimes(float(taken[0]), tuple(taken[1:].tolist()))


def warm_up(model: "LanguageModel", prompts: Sequence[Sequence[int]]) -> WarmUp:
    """Writes texts until the times of their tokens are steady, by ``WARM_UP_RULE``."""
    before, calls, end = None, 0, time.perf_counter() + WARM_UP_S
    for prompt in _round_and_round(prompts):
        text = time_text(model, prompt)
        calls += 1 + len(text.further_ms)
        middle = median(text.further_ms)
        if before is not None and abs(middle - before) <= STEADY_WITHIN * before:
            return WarmUp(calls, True)
        if time.perf_counter() >= end:
            break
        before = middle
    return WarmUp(calls, False)


def _round_and_round(prompts: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    return (prompts[number % len(prompts)] for number in count())


def _enough(texts: int, tokens: int, elapsed_s: float) -> bool:
    if tokens >= FEWEST_TRIALS and texts >= FEWEST_TEXTS:
        return tokens >= MOST_TRIALS or elapsed_s >= AIM_S
    return elapsed_s >= LONGEST_S


def _summarise(
    texts: Sequence[TextTimes], conditions: dict[str, Any], boards: tuple[Sample | None, Sample | None]
) -> TextLatency:
    times: npt.NDArray[np.float64] = np.array([ms for text in texts for ms in text.further_ms])
    blocks = np.repeat(np.arange(len(texts)), [len(text.further_ms) for text in texts])
    mean_ms = float(times.mean())
    found = {figure.name: figure for figure in latency_figures(times, conditions)}
    del found["throughput_per_s"]  # of predictions; of tokens it has another name
    firsts: npt.NDArray[np.float64] = np.array([text.first_ms for text in texts])
    first = float(np.median(firsts))
    prompt = f"median of {len(texts):,} prompts of {conditions['prompt_tokens']} tokens"
    return TextLatency(
        figures=(
            *found.values(),
            Figure(FigureGroup.LATENCY, "ttft_ms", first, prompt),
            Figure(
                FigureGroup.LATENCY,
                "tokens_per_s",
                1000 / mean_ms,
                "tokens after the first, one text at a time, eagerly",
            ),
        ),
        trials=Trials(
            conditions=conditions,
            n=len(times),
            columns={
                "ms": pack(times),
                "block": pack(blocks.astype(np.uint16)),
                "process": pack(np.zeros(len(times), dtype=np.uint16)),
                "first_ms": pack(firsts),
            },
            measured_at=time.time(),
        ),
        first_ms=first,
        mean_ms=mean_ms,
        energy=energy_between(*boards, conditions["device"]),
        tokens=len(times) + len(texts),
    )
