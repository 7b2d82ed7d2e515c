"""Text out of tokens as they come: whole characters only, nothing taken back, and no stop string let through."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from language_fixtures import TEXT, byte_tokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from workbench.generation.text_stream import StopScanner, TextStream


def pieces_of(tokenizer: PreTrainedTokenizerFast, ids: list[int], context: tuple[int, ...] = ()) -> list[str]:
    stream = TextStream(tokenizer, context)
    return [stream.push(token) for token in ids] + [stream.flush()]


def sentencepiece_tokenizer() -> PreTrainedTokenizerFast:
    """A vocabulary as Llama's: words with a mark for the blank before them, and every byte as a token of its own."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    words = ["<unk>", *bytes_, "\u2581", "\u2581the", "\u2581fox", "es", "é", "."]
    model: Any = models.BPE(
        vocab={word: place for place, word in enumerate(words)}, merges=[], unk_token="<unk>", byte_fallback=True
    )
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()  # type: ignore[assignment]
    tokenizer.decoder = decoders.Sequence(  # type: ignore[assignment]
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


@given(st.lists(st.integers(0, 511), max_size=60))
def test_pieces_of_any_tokens_join_to_what_the_tokenizer_makes_of_all(ids: list[int]) -> None:
    assert "".join(pieces_of(byte_tokenizer(), ids)) == byte_tokenizer().decode(ids, skip_special_tokens=True)


@given(st.text(max_size=30))
def test_no_half_character_is_shown_of_any_text(text: str) -> None:
    ids = byte_tokenizer().encode(text)
    pieces = pieces_of(byte_tokenizer(), ids)
    assert "".join(pieces) == byte_tokenizer().decode(ids)
    if "\ufffd" not in text:
        assert "\ufffd" not in "".join(pieces)


def test_a_character_shows_with_the_token_that_completes_it() -> None:
    tokenizer = sentencepiece_tokenizer()
    names = ["\u2581the", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "\u2581fox"]
    ids = [tokenizer.convert_tokens_to_ids(name) for name in names]
    assert pieces_of(tokenizer, ids) == ["the", "", "", "", "🙂", " fox", ""]


def test_the_prompt_says_whether_a_blank_stands_before_the_first_word() -> None:
    tokenizer = sentencepiece_tokenizer()
    the, fox, es = (tokenizer.convert_tokens_to_ids(name) for name in ("\u2581the", "\u2581fox", "es"))
    assert pieces_of(tokenizer, [fox, es], context=(the,)) == [" fox", "es", ""]
    assert pieces_of(tokenizer, [fox, es]) == ["fox", "es", ""]


def test_bytes_that_become_no_character_are_shown_as_such_and_no_later_than_at_the_end() -> None:
    tokenizer = sentencepiece_tokenizer()
    lone = tokenizer.convert_tokens_to_ids("<0xC3>")
    fox = tokenizer.convert_tokens_to_ids("\u2581fox")
    assert "".join(pieces_of(tokenizer, [fox, lone])) == "fox\ufffd"
    assert "".join(pieces_of(tokenizer, [lone, fox])) == "\ufffd fox"


def test_a_long_text_is_not_decoded_again_and_again() -> None:
    tokenizer = byte_tokenizer()
    lengths = []

    class Counting:
        def decode(self, ids: list[int], **named: Any) -> str:
            lengths.append(len(ids))
            return str(tokenizer.decode(ids, **named))

    pieces_of(Counting(), tokenizer.encode(TEXT * 20))  # type: ignore[arg-type]
    assert max(lengths) <= 16


@pytest.mark.parametrize(
    ("pieces", "shown", "stopped"),
    [
        (["one ", "two"], "one two", False),
        (["one E", "N", "D two"], "one ", True),
        (["one EN", "G", "LISH"], "one ENGLISH", False),
        (["EEN", "D"], "E", True),
        (["a\n", "\nb"], "a", True),
        (["a\n", "b\n"], "a\nb\n", False),
        (["x END y \n\n"], "x ", True),
    ],
)
def test_text_is_let_through_up_to_the_first_stop_string(pieces: list[str], shown: str, stopped: bool) -> None:
    scanner = StopScanner(("END", "\n\n"))
    text = ""
    for piece in pieces:
        text += scanner.push(piece)
        if scanner.stopped:
            break
    assert (text + scanner.flush(), scanner.stopped) == (shown, stopped)


@given(st.text("ab", max_size=20), st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=3))
def test_what_is_shown_is_the_text_before_the_earliest_stop_string(text: str, stops: list[str]) -> None:
    scanner = StopScanner(stops)
    shown = ""
    for character in text:
        shown += scanner.push(character)
        assert text.startswith(shown)
        if scanner.stopped:
            break
    shown += scanner.flush()
    ends = [at + len(stop) for stop in stops if (at := text.find(stop)) >= 0]
    if not ends:
        assert shown == text
    else:
        read = text[: min(ends)]
        begins = [read.find(stop) for stop in stops if stop in read]
        assert shown == read[: min(begins)]
