"""Text out of tiny models: token for token that of transformers' ``generate``, alone or among others, from a seed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from language_fixtures import CONTEXT, tiny_model

from workbench.errors import BadValue, OutOfMemory
from workbench.generation.decoding import Decoder
from workbench.generation.events import Finished, GenerationEvent, Piece, Started, StopReason
from workbench.generation.settings import GenerationSettings
from workbench.language.checkpoints import LanguageModel

PROMPT = "The quick brown fox jumps"
LONG = "The quick brown fox jumps over the lazy dog. Über den Wolken muß die Freiheit wohl grenzenlos sein. The lazy"
KINDS = ("gpt2", "llama", "neox")
GREEDY = GenerationSettings(max_new_tokens=24)
DRAWN = GenerationSettings(max_new_tokens=24, temperature=0.9, top_k=80, top_p=0.95, min_p=0.01, seed=5)


def finished(events: Iterator[GenerationEvent]) -> list[Finished]:
    return [event for event in events if isinstance(event, Finished)]


def text_of(model: LanguageModel, prompt: str, settings: GenerationSettings) -> Finished:
    return finished(Decoder(model).generate(prompt, settings))[0]


def generated(model: LanguageModel, prompt: str, **arguments: Any) -> tuple[int, ...]:
    """The new tokens of ``generate``."""
    network: Any = model.network
    ids = torch.tensor([model.encode(prompt)])
    made = network.generate(ids, attention_mask=torch.ones_like(ids), pad_token_id=0, do_sample=False, **arguments)
    return tuple(made[0, ids.shape[1] :].tolist())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_greedy_text_is_that_of_generate(kind: str, attention: str) -> None:
    model = tiny_model(kind, attention=attention)
    made = text_of(model, PROMPT, GREEDY)
    assert made.tokens == generated(model, PROMPT, max_new_tokens=24)
    assert len(set(made.tokens)) > 5
    assert made.reason is StopReason.LENGTH
    assert made.prompt_tokens == len(model.encode(PROMPT))


def test_greedy_text_with_a_repetition_penalty_is_that_of_generate() -> None:
    model = tiny_model("llama")
    made = text_of(model, PROMPT, replace(GREEDY, repetition_penalty=1.7))
    assert made.tokens == generated(model, PROMPT, max_new_tokens=24, repetition_penalty=1.7)
    assert made.tokens != text_of(model, PROMPT, GREEDY).tokens


@pytest.mark.parametrize("kind", KINDS)
def test_prompts_of_different_lengths_that_are_read_together_get_the_texts_that_they_get_alone(kind: str) -> None:
    model = tiny_model(kind)
    prompts = ["a", PROMPT, "日本語の文章 and some emoji", "The lazy dog."]
    together = finished(Decoder(model).generate(prompts, GREEDY))
    assert {made.prompt: made.tokens for made in together} == {
        place: generated(model, prompt, max_new_tokens=24) for place, prompt in enumerate(prompts)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_prompt_of_which_only_the_end_changed_is_read_from_there(kind: str) -> None:
    model = tiny_model(kind)
    decoder = Decoder(model)
    second = LONG.removesuffix("lazy") + "quick fox"
    finished(decoder.generate(LONG, GREEDY))
    made = finished(decoder.generate(second, GREEDY))[0]
    assert made.reused_tokens == len(model.encode(LONG.removesuffix(" lazy")))
    assert made.tokens == generated(model, second, max_new_tokens=24)
    again = finished(decoder.generate(second, GREEDY))[0]
    assert (again.reused_tokens, again.tokens) == (len(model.encode(second)) - 1, made.tokens)


def test_several_samples_leave_their_prompt_to_be_used_again() -> None:
    model = tiny_model()
    decoder = Decoder(model)
    finished(decoder.generate(LONG, replace(DRAWN, samples=3)))
    made = finished(decoder.generate(LONG + " over", GREEDY))[0]
    assert made.reused_tokens == len(model.encode(LONG))
    assert made.tokens == generated(model, LONG + " over", max_new_tokens=24)


def test_the_same_seed_gives_the_same_text_alone_and_beside_other_samples() -> None:
    model = tiny_model()
    alone = text_of(model, PROMPT, DRAWN)
    torch.manual_seed(99)
    torch.rand(7)  # whatever else draws from torch's own numbers
    assert text_of(model, PROMPT, DRAWN).tokens == alone.tokens
    samples = finished(Decoder(model).generate(PROMPT, replace(DRAWN, samples=4)))
    by_sample = {made.sample: made.tokens for made in samples}
    assert by_sample[0] == alone.tokens
    assert len(set(by_sample.values())) == 4
    assert text_of(model, PROMPT, replace(DRAWN, seed=6)).tokens != alone.tokens


def test_pieces_join_to_the_text_and_tell_where_they_stand() -> None:
    model = tiny_model()
    events = list(Decoder(model).generate(["a", PROMPT], replace(DRAWN, samples=2)))
    assert [type(event) for event in events[:4]] == [Started] * 4
    for last in finished(iter(events)):
        key = (last.prompt, last.sample)
        pieces = [event for event in events if isinstance(event, Piece) and (event.prompt, event.sample) == key]
        assert "".join(piece.text for piece in pieces) == last.text
        assert [piece.offset for piece in pieces] == [
            sum(len(earlier.text) for earlier in pieces[:n]) for n in range(len(pieces))
        ]
        assert last.text == model.tokenizer.decode(last.tokens, skip_special_tokens=True)


def test_a_text_ends_before_a_stop_string_that_lies_across_tokens() -> None:
    model = tiny_model()
    whole = text_of(model, PROMPT, DRAWN)
    stop = whole.text[9:14]
    events = list(Decoder(model).generate(PROMPT, replace(DRAWN, stop=("never", stop))))
    last = finished(iter(events))[0]
    assert last.reason is StopReason.STOP_STRING
    assert last.text == whole.text[: whole.text.index(stop)]
    assert last.tokens == whole.tokens[: len(last.tokens)]
    assert stop in model.tokenizer.decode(last.tokens)


def test_a_text_ends_with_the_end_token() -> None:
    model = tiny_model()
    whole = text_of(model, PROMPT, GREEDY).tokens
    end = next(token for place, token in enumerate(whole) if place > 3 and token not in whole[:place])
    model = tiny_model()
    model.network.generation_config.eos_token_id = [end, 511]  # type: ignore[union-attr]
    made = text_of(model, PROMPT, GREEDY)
    assert made.reason is StopReason.EOS
    assert made.tokens == whole[: whole.index(end) + 1]


def test_the_context_ends_a_text_that_may_be_longer() -> None:
    model = tiny_model("llama")
    made = text_of(model, PROMPT, GenerationSettings(max_new_tokens=500))
    assert made.reason is StopReason.CONTEXT
    assert made.prompt_tokens + made.new_tokens == CONTEXT


def test_a_prompt_that_fills_the_context_is_refused_before_anything_runs() -> None:
    decoder = Decoder(tiny_model())
    with pytest.raises(BadValue, match=r"^The prompt 'The quick.*…' has .* tokens, .* of tiny-gpt2 holds 96"):
        decoder.generate(["a", PROMPT * 20], GREEDY)
    assert finished(decoder.generate("a", GREEDY))[0].new_tokens == 24


def test_it_stops_between_two_tokens_when_it_is_told_to() -> None:
    model = tiny_model()
    answers = iter([False] * 6 + [True] * 100)
    made = finished(Decoder(model).generate([PROMPT, "a"], GREEDY, lambda: next(answers)))
    assert {last.reason for last in made} == {StopReason.STOPPED}
    assert {last.new_tokens for last in made} == {6}
    unread = finished(Decoder(model).generate(PROMPT, GREEDY, lambda: True))[0]
    assert (unread.text, unread.ttft_s, unread.reason) == ("", None, StopReason.STOPPED)


def test_a_closed_generator_leaves_what_it_read() -> None:
    model = tiny_model()
    decoder = Decoder(model)
    events = decoder.generate(LONG, GREEDY)
    for _ in range(5):
        next(events)
    events.close()  # type: ignore[attr-defined]
    made = finished(decoder.generate(LONG, GREEDY))[0]
    assert made.reused_tokens == made.prompt_tokens - 1
    assert made.tokens == generated(model, LONG, max_new_tokens=24)


def test_running_out_of_memory_is_a_sentence_and_the_model_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model()
    decoder = Decoder(model)
    forward = model.network.forward

    def greedy_for_room(*arguments: Any, **named: Any) -> Any:
        torch.empty(2**46)  # more than any machine has: the allocator's own error
        return forward(*arguments, **named)

    monkeypatch.setattr(model.network, "forward", greedy_for_room)
    with pytest.raises(OutOfMemory, match="not enough memory to make this text"):
        list(decoder.generate(PROMPT, GREEDY))
    monkeypatch.undo()
    assert finished(decoder.generate(PROMPT, GREEDY))[0].tokens == generated(model, PROMPT, max_new_tokens=24)


def nearly_even(model: LanguageModel, token: int) -> None:
    """Has two tokens of a model be as good as equal, wherever ``token`` is the best."""
    with torch.no_grad():
        weight = model.network.get_output_embeddings().weight
        weight[511] = weight[token] * (1 - 1e-6)


def test_the_first_choice_that_another_way_of_computing_might_turn_is_marked() -> None:
    model = tiny_model("neox")
    reference = text_of(model, PROMPT, GREEDY)
    step = next(n for n, token in enumerate(reference.tokens) if n > 2 and token not in reference.tokens[:n])
    nearly_even(model, reference.tokens[step])
    assert text_of(model, PROMPT, GREEDY).near_tie is None  # the reference's own way
    marked = next(made for made in finished(Decoder(model).generate([PROMPT, "a"], GREEDY)) if made.prompt == 0)
    assert marked.near_tie is not None
    assert marked.near_tie.step == step
    assert 0 <= marked.near_tie.margin < marked.near_tie.bound


def test_times_leave_out_what_the_consumer_does(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    last: Sequence[Finished] = []

    def a_step() -> bool:
        clock[0] += 0.01
        return False

    for event in Decoder(tiny_model()).generate(PROMPT, GREEDY, a_step):
        clock[0] += 5.0
        last = [event] if isinstance(event, Finished) else last
    assert last[0].p50_ms == pytest.approx(10)
    assert last[0].p95_ms == pytest.approx(10)
    assert last[0].tokens_per_s == pytest.approx(100)
    assert last[0].ttft_s == pytest.approx(0.02)
