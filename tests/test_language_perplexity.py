"""The code length of a text, against a loop that feeds one prefix at a time; the same spans for every tokenizer."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from language_fixtures import CONTEXT, END, TEXT, byte_tokenizer, network, tiny_model

from workbench.errors import BadValue, UnusableModel
from workbench.evaluation.outcomes import make_unit_outcomes
from workbench.language import scoring
from workbench.language.checkpoints import LanguageModel, wrap_model
from workbench.language.perplexity import score_documents, score_spans
from workbench.language.scoring import plan_windows, score_tokens
from workbench.language.spans import split_text
from workbench.language.tokenizers import encode_stream

LONG = TEXT * 3


def naive_bits(model: LanguageModel, ids: list[int], window: int) -> tuple[list[float], list[bool]]:
    """-log2 p of each token after the first, and whether it was the best: one call a token, by the stated recipe."""
    bits, right, begin, end = [], [], 0, window
    for place in range(1, len(ids)):
        if place > end:
            begin += window // 2
            end = begin + window
        call: Any = model.network
        with torch.no_grad():
            probabilities = call(torch.tensor([ids[begin:place]])).logits[0, -1].double().softmax(0)
        bits.append(-math.log2(probabilities[ids[place]]))
        right.append(int(probabilities.argmax()) == ids[place])
    return bits, right


@pytest.mark.parametrize("kind", ["gpt2", "llama", "neox"])
def test_the_bits_of_a_text_are_those_of_a_naive_loop(kind: str) -> None:
    model = tiny_model(kind)
    ids = [model.start_id or 0, *model.encode(LONG)]
    assert len(ids) > CONTEXT
    bits, right = naive_bits(model, ids, 40)
    scores = score_spans(model, LONG, span_bytes=64, window=40)
    assert scores.bits.sum() == pytest.approx(math.fsum(bits), rel=1e-5)
    assert scores.right.sum() == sum(right)
    assert scores.tokens.sum() == len(bits)
    assert scores.bits_per_byte == pytest.approx(math.fsum(bits) / len(LONG.encode()), rel=1e-5)
    assert scores.perplexity == pytest.approx(2 ** (math.fsum(bits) / len(bits)), rel=1e-4)


def test_the_words_for_the_end_of_a_text_are_scored_as_the_characters_that_are_trained_on() -> None:
    model, text = tiny_model(), f"{TEXT[:60]}{END}{TEXT[60:90]}"
    trained_on = encode_stream(model.tokenizer, [text])[:-1].tolist()
    assert model.tokenizer.eos_token_id not in trained_on
    assert model.tokenizer.eos_token_id in model.encode(text)
    bits, _ = naive_bits(model, [model.start_id or 0, *trained_on], CONTEXT)
    for scores in (score_documents(model, [text]), score_spans(model, text)):
        assert scores.tokens.sum() == len(trained_on)
        assert scores.bits.sum() == pytest.approx(math.fsum(bits), rel=1e-5)
        assert scores.lossless


def test_every_span_has_the_bits_of_the_tokens_that_begin_in_it() -> None:
    model = tiny_model()
    spans = split_text(TEXT, 50)
    scores = score_spans(model, TEXT, span_bytes=50)
    assert scores.n_bytes.tolist() == [len(span.encode()) for span in spans]
    ids = byte_tokenizer().encode(TEXT)
    bits, _ = naive_bits(model, [model.start_id or 0, *ids], CONTEXT)
    expected, at, borders = np.zeros(len(spans)), 0, np.cumsum(scores.n_bytes)
    for token, length in zip(ids, bits, strict=True):
        expected[np.searchsorted(borders, at, side="right")] += length
        raw = byte_tokenizer().convert_ids_to_tokens(token)
        at += len(raw)  # one sign of a byte-level token is one byte
    assert scores.bits == pytest.approx(expected, rel=1e-4)


def test_documents_are_read_each_from_its_own_beginning() -> None:
    model = tiny_model("llama")
    documents = ["The quick fox.", "", "Über den Wolken", LONG]
    scores = score_documents(model, documents, window=40)
    for place, document in enumerate(documents):
        alone = score_documents(model, [document], window=40)
        assert scores.bits[place] == pytest.approx(alone.bits[0], rel=1e-5)
        assert scores.tokens[place] == len(byte_tokenizer().encode(document))
    bits, _ = naive_bits(model, [model.start_id or 0, *model.encode(documents[0])], 40)
    assert scores.bits[0] == pytest.approx(math.fsum(bits), rel=1e-5)
    assert scores.lossless
    assert make_unit_outcomes("key", scores.bits, scores.n_bytes, scores.tokens, scores.right).n == 4


def test_without_a_start_token_the_first_one_costs_as_much_as_any() -> None:
    tokenizer = byte_tokenizer.__wrapped__()
    tokenizer.bos_token = tokenizer.eos_token = None
    reference = tiny_model()
    model = wrap_model(reference.source, network("gpt2"), tokenizer)
    ids = tokenizer.encode("The quick fox")
    bits, _ = naive_bits(model, ids, CONTEXT)
    assert model.start_id is None
    assert score_documents(model, ["The quick fox"]).bits[0] == pytest.approx(
        math.fsum(bits) + math.log2(512), rel=1e-5
    )


def test_no_text_has_no_figures() -> None:
    scores = score_spans(tiny_model(), "")
    assert (scores.bits_per_byte, scores.perplexity, scores.next_token_accuracy) == (None, None, None)


def test_a_window_beyond_the_context_is_refused() -> None:
    with pytest.raises(BadValue, match="window must be 2 to 96 tokens, the context of tiny-gpt2, not 97"):
        score_spans(tiny_model(), TEXT, window=97)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_that_make_no_number_are_told_and_not_taken_for_right(value: float) -> None:
    model = tiny_model()
    model.network.lm_head.weight.data[5] = value
    with pytest.raises(UnusableModel, match="What tiny-gpt2 makes of this text is no number"):
        score_documents(model, ["The quick fox"])


def test_as_many_windows_are_read_together_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    model, read = tiny_model(), list[tuple[int, int]]()
    model.network.register_forward_pre_hook(
        lambda _module, _arguments, named: read.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    whole = score_spans(model, LONG)
    assert len(read) == 1
    a_row = 4 * CONTEXT * (512 + 4 * CONTEXT + 4 * 32)  # logits, the attention of four heads, the layer between
    monkeypatch.setattr(scoring, "_BATCH_BYTES", 2 * a_row)
    read.clear()
    assert score_spans(model, LONG).bits == pytest.approx(whole.bits, rel=1e-5)
    assert read[0] == (2, CONTEXT)
    monkeypatch.setattr(scoring, "_BATCH_BYTES", 1)
    read.clear()
    score_spans(model, LONG)
    assert {rows for rows, _ in read} == {1}


def test_whoever_watches_the_progress_may_end_it() -> None:
    told = []

    class EnoughError(Exception):
        pass

    def watch(done: int, total: int) -> None:
        told.append((done, total))
        raise EnoughError

    with pytest.raises(EnoughError):
        score_spans(tiny_model(), LONG, progress=watch)
    assert 0 < told[0][0] <= told[0][1]


@given(st.integers(0, 400), st.integers(2, 50), st.integers(1, 420))
def test_every_token_is_predicted_once_with_half_a_window_or_all_before_it(
    length: int, window: int, first: int
) -> None:
    predicted = []
    for planned in plan_windows(length, window, first):
        assert planned.end - planned.begin <= window
        for place in range(planned.first, planned.end + 1):
            assert place - planned.begin >= min(window // 2, place)
            predicted.append(place)
    assert predicted == list(range(first, length))


@given(st.text(max_size=200), st.integers(4, 40))
def test_spans_are_the_text_and_about_as_long_as_asked(text: str, span: int) -> None:
    spans = split_text(text, span)
    assert "".join(spans) == text
    sizes = [len(part.encode("utf-8", "surrogatepass")) for part in spans]
    assert all(span - 3 <= size <= span + 3 for size in sizes[:-1])


def test_the_likeliest_tokens_are_in_order_and_entropy_is_that_of_the_distribution() -> None:
    model = tiny_model()
    ids = [0, *model.encode("The quick")]
    figures = score_tokens(model, [ids], window=CONTEXT, top=3)[0]
    call: Any = model.network
    with torch.no_grad():
        expected = call(torch.tensor([ids[:-1]])).logits[0].double().softmax(-1)
    assert figures.likeliest_probability == pytest.approx(expected.topk(3).values.numpy(), rel=1e-4)
    assert figures.entropy_bits == pytest.approx(torch.special.entr(expected).sum(-1).numpy() / math.log(2), rel=1e-4)
    ordered = expected.argsort(dim=-1, descending=True)
    assert figures.rank.tolist() == [1 + ordered[place].tolist().index(token) for place, token in enumerate(ids[1:])]
