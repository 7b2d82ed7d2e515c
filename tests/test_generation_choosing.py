"""The choice of a token: transformers' own processors as the reference, and draws that follow the probabilities."""

import random
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from workbench.generation.choosing import Chooser, draw_tokens, filtered, penalise, random_numbers
from workbench.generation.settings import GenerationSettings
from workbench.generation.ties import tie_bound

DRAWN = GenerationSettings(temperature=0.7, seed=3)


def some_logits(rows: int = 3, vocabulary: int = 200, seed: int = 0) -> torch.Tensor:
    return 4 * torch.randn((rows, vocabulary), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    "settings",
    [
        DRAWN,
        replace(DRAWN, top_k=17),
        replace(DRAWN, top_p=0.8),
        replace(DRAWN, top_p=0.001),
        replace(DRAWN, min_p=0.1),
        replace(DRAWN, top_k=1000, top_p=0.9, min_p=0.05, temperature=1.6),
    ],
)
def test_filters_are_those_of_transformers_in_their_order(settings: GenerationSettings) -> None:
    reference = LogitsProcessorList([TemperatureLogitsWarper(settings.temperature)])
    if settings.top_k is not None:
        reference.append(TopKLogitsWarper(settings.top_k))
    if settings.top_p is not None:
        reference.append(TopPLogitsWarper(settings.top_p))
    if settings.min_p is not None:
        reference.append(MinPLogitsWarper(settings.min_p))
    logits = some_logits()
    logits[0, 5:9] = logits[0].max()  # ties stay together
    expected = reference(torch.zeros((3, 1), dtype=torch.long), logits.clone())
    assert torch.equal(filtered(logits, settings), expected)


def test_the_repetition_penalty_is_that_of_transformers() -> None:
    logits, history = some_logits(), torch.tensor([[1, 2, 2, 7], [5, 5, 5, 5], [9, 8, 1, 0]])
    expected = RepetitionPenaltyLogitsProcessor(1.3)(history, logits.clone())
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(1, history, value=True)
    assert torch.equal(penalise(logits, seen, 1.3), expected)


def test_what_was_chosen_is_penalised_from_then_on() -> None:
    logits = torch.tensor([[3.0, 2.9, 2.8, -1.0]])
    chooser = Chooser(GenerationSettings(repetition_penalty=1.1))
    chooser.read([[3]], 4, logits.device)
    chosen = [chooser.choose(logits, [random.Random()], margins=False).tokens[0] for _ in range(4)]
    assert chosen == [0, 1, 2, 0]


def test_draws_follow_the_probabilities() -> None:
    probabilities = torch.tensor([0.0, 0.5, 0.0, 0.3, 0.2, 0.0])
    numbers = (torch.arange(10_000, dtype=torch.float64) + 0.5) / 10_000
    tokens, _ = draw_tokens(probabilities.log().expand(len(numbers), -1), numbers)
    assert torch.bincount(tokens, minlength=6).tolist() == [0, 5000, 0, 3000, 2000, 0]


@given(st.floats(0, 1 - 2**-52), st.integers(0, 1000))
def test_a_token_that_no_filter_lets_through_is_never_drawn(number: float, seed: int) -> None:
    scores = filtered(some_logits(1, 50, seed), replace(DRAWN, top_k=3))
    tokens, distances = draw_tokens(scores, torch.tensor([number], dtype=torch.float64))
    assert scores[0, int(tokens[0])] > -torch.inf
    assert 0 <= float(distances[0]) <= 1


def test_the_distance_of_a_draw_is_that_to_the_next_token_and_not_to_the_ends() -> None:
    scores = torch.tensor([0.25, 0.75]).log().expand(4, -1)
    numbers = torch.tensor([0.0, 0.2, 0.3, 0.999], dtype=torch.float64)
    tokens, distances = draw_tokens(scores, numbers)
    assert tokens.tolist() == [0, 0, 1, 1]
    assert distances.tolist() == pytest.approx([0.25, 0.05, 0.05, 0.749], abs=1e-7)


def test_each_sample_has_random_numbers_of_its_own_that_never_change() -> None:
    first = [random_numbers(DRAWN, 0).random() for _ in range(2)]
    assert first[0] == first[1] == 0.5188766820493568
    assert len({random_numbers(replace(DRAWN, seed=s), n).random() for s in (3, 3 + 2**32) for n in range(3)}) == 6


def test_margins_are_of_what_is_chosen_from() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.5]])
    greedy = Chooser(GenerationSettings()).choose(logits, [random.Random()], margins=True)
    assert (greedy.tokens, greedy.margins) == ([1], [0.5])


@given(st.integers(0, 500))
def test_logits_that_are_off_by_less_than_their_bound_turn_no_choice_beyond_the_margin(seed: int) -> None:
    logits, numbers = some_logits(1, 40, seed), torch.tensor([random.Random(seed).random()], dtype=torch.float64)
    bound = tie_bound("float32", DRAWN)
    error = 1e-3 * torch.sign(torch.randn(logits.shape, generator=torch.Generator().manual_seed(seed)))
    token, distance = draw_tokens(filtered(logits, DRAWN), numbers)
    other, _ = draw_tokens(filtered(logits + error, DRAWN), numbers)
    assert float(distance[0]) < bound or token == other
