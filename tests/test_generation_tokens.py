"""A text token by token under the model that made it, and under another with other tokens."""

import json
import math

import pytest
from language_fixtures import TEXT, byte_tokenizer, network, tiny_model
from transformers.convert_slow_tokenizer import bytes_to_unicode

from workbench.errors import BadValue
from workbench.generation.decoding import Decoder
from workbench.generation.events import Finished
from workbench.generation.settings import GenerationSettings
from workbench.generation.token_views import TextView
from workbench.generation.tokens import _byte_alphabet, _bytes_of, score_text, view_tokens
from workbench.language.checkpoints import wrap_model

PROMPT = "The quick brown fox"


def test_greedy_text_is_the_most_probable_token_each_time() -> None:
    model = tiny_model()
    last = list(Decoder(model).generate(PROMPT, GenerationSettings(max_new_tokens=20)))[-1]
    assert isinstance(last, Finished)
    view = view_tokens(model, model.encode(PROMPT), last.tokens, top=4)
    assert view.text == last.text
    assert {token.rank for token in view.tokens} == {1}
    for token in view.tokens:
        assert token.alternatives[0].token == token.token
        assert token.alternatives[0].probability == pytest.approx(token.probability)
        assert len(token.alternatives) == 4
        assert view.text[token.start : token.start + len(token.text)] == token.text


def test_a_text_costs_the_same_whether_by_its_tokens_or_by_its_characters() -> None:
    model = tiny_model("llama")
    text = " jumps over the lazy dog. Über"
    view = score_text(model, text, PROMPT)
    by_tokens = view_tokens(model, model.encode(PROMPT), byte_tokenizer().encode(text))
    assert "".join(token.text for token in view.tokens) == text
    assert view.bits == pytest.approx(by_tokens.bits, rel=1e-6)
    assert view.bits_per_byte == pytest.approx(view.bits / len(text.encode()))
    json.dumps(view.to_json())


def test_who_would_have_said_this_is_asked_of_models_with_other_tokens() -> None:
    small = wrap_model(tiny_model().source, network("gpt2"), byte_tokenizer(300))
    views = [score_text(model, TEXT[:60], "a") for model in (tiny_model(), small)]
    assert len(views[0].tokens) < len(views[1].tokens)
    for view in views:
        assert view.bits == pytest.approx(math.fsum(token.bits for token in view.tokens))
        assert view.bits_per_byte == pytest.approx(view.bits / len(TEXT[:60].encode()))


def test_a_token_that_begins_in_the_prompt_is_counted_whole() -> None:
    view = score_text(tiny_model(), "ick", "The qu")
    assert (view.tokens[0].text, view.tokens[0].start) == (" quick", -3)


def test_a_text_without_a_prompt_follows_the_start_token() -> None:
    model = tiny_model()
    view = score_text(model, "The quick")
    assert model.start_id is not None
    assert view.bits == pytest.approx(view_tokens(model, [model.start_id], byte_tokenizer().encode("The quick")).bits)


def test_parts_of_a_character_are_tokens_without_text() -> None:
    model = tiny_model()
    ids = byte_tokenizer().encode("🙀")
    assert len(ids) > 1
    texts = [token.text for token in view_tokens(model, model.encode("a"), ids).tokens]
    assert texts == [""] * (len(ids) - 1) + ["🙀"]


def test_alternatives_beyond_any_use_are_refused() -> None:
    with pytest.raises(BadValue, match="must be 0 to 100, not 101"):
        score_text(tiny_model(), "a", top=101)


def test_a_view_crosses_a_socket_whole_with_the_bytes_of_tokens_that_are_no_characters() -> None:
    view = score_text(tiny_model(), "a🙀", "b", top=100)
    sent = json.loads(json.dumps(view.to_json()))
    assert TextView.from_json(sent) == view
    assert bytes.fromhex("".join(token.raw or "" for token in view.tokens)) == "🙀".encode()
    assert [token.is_part for token in view.tokens] == [False, True, False]
    assert (view.tokens[0].name, view.tokens[0].raw) == ("a", None)
    raws = {other.raw for token in view.tokens for other in token.alternatives if "\ufffd" in other.text}
    assert raws
    assert None not in raws
    assert view.perplexity == pytest.approx(2 ** (view.bits / 3))
    with pytest.raises(ValueError, match="no view of a text's tokens"):
        TextView.from_json({"text": "a"})
    assert TextView.from_json({**sent, "tokens": [{**sent["tokens"][0], "bits": None}]}).bits == math.inf
    assert TextView("", ()).bits_per_byte is None


def test_the_bytes_of_a_token_are_read_as_its_vocabulary_spells_them() -> None:
    alphabet = {sign: byte for byte, sign in bytes_to_unicode().items()}
    assert _byte_alphabet() == alphabet
    assert _bytes_of("<0xE2>") == "e2"
    assert _bytes_of("日") is None
