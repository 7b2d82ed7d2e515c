"""A vocabulary is learned the same each time, and a text becomes blocks of tokens from which it can be read again."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from language_fixtures import TEXT, byte_tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from workbench.errors import BadValue, UnusableData, UnusableModel
from workbench.language import tokenizers
from workbench.language.tokenizers import END_OF_TEXT, encode_blocks, encode_stream, train_tokenizer

DOCUMENTS = (TEXT, TEXT.upper(), "  def run(self):\n\n    return None\n" * 20)
TRAINED: Any = train_tokenizer(DOCUMENTS, 320)
END = TRAINED.eos_token_id


def test_the_same_documents_give_the_same_tokenizer_in_any_form(tmp_path: Path) -> None:
    again: Any = train_tokenizer(iter(DOCUMENTS), 320)
    assert again.backend_tokenizer.to_str() == TRAINED.backend_tokenizer.to_str()
    assert (len(TRAINED), TRAINED.bos_token_id, TRAINED.pad_token_id, END) == (320, END, END, 319)
    TRAINED.save_pretrained(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["tokenizer.json", "tokenizer_config.json"]
    loaded: Any = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert loaded(TEXT)["input_ids"] == TRAINED(TEXT)["input_ids"]
    assert loaded.eos_token_id == END


def test_a_vocabulary_holds_the_bytes_at_least_and_no_more_than_there_is_to_learn() -> None:
    assert len(train_tokenizer(["ab"], 257)) == 257
    assert len(train_tokenizer(["abab abab"], 5000)) < 300
    with pytest.raises(BadValue, match="at least 257 tokens"):
        train_tokenizer(["ab"], 256)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_a_stream_gives_every_document_back(documents: list[str]) -> None:
    documents = [text.encode("utf-8", "replace").decode("utf-8") for text in documents]
    stream = encode_stream(TRAINED, documents)
    assert stream.dtype == np.uint16
    ends = np.flatnonzero(stream == END)
    assert len(ends) == len(documents)
    parts = np.split(stream, ends + 1)[:-1]
    assert [TRAINED.decode(part[:-1].tolist()) for part in parts] == documents


def test_the_words_for_the_end_of_a_text_are_characters_where_a_text_has_them() -> None:
    stream = encode_stream(TRAINED, [f"a{END_OF_TEXT}b"])
    assert np.count_nonzero(stream == END) == 1
    assert TRAINED.decode(stream[:-1].tolist()) == f"a{END_OF_TEXT}b"
    assert END in TRAINED(f"a{END_OF_TEXT}b")["input_ids"]  # and the tokenizer is left as it was


def test_long_documents_are_encoded_in_pieces_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = ["".join(f"line {n}\n\n   with spaces\n" for n in range(60)), "x" * 500, "short"]
    whole = encode_stream(TRAINED, documents)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(tokenizers, "_PIECE", 100)
    pieces = encode_stream(TRAINED, documents, lambda done, total: told.append((done, total)))
    size = sum(map(len, documents))
    assert (told[-1], len(told) > 10) == ((size, size), True)
    assert np.array_equal(pieces[: len(whole) // 2], whole[: len(whole) // 2])
    parts = np.split(pieces, np.flatnonzero(pieces == END) + 1)[:-1]
    assert [TRAINED.decode(part[:-1].tolist()) for part in parts] == documents


def test_blocks_follow_each_other_and_what_is_left_over_is_dropped() -> None:
    stream = encode_stream(TRAINED, DOCUMENTS)
    blocks = encode_blocks(TRAINED, DOCUMENTS, 16)
    assert blocks.shape == (len(stream) // 16, 16)
    assert np.array_equal(blocks.ravel(), stream[: blocks.size])
    with pytest.raises(UnusableData, match="do not fill one context of 1,024"):
        encode_blocks(TRAINED, ["a few words"], 1024)


def test_a_wide_vocabulary_takes_wider_numbers_and_documents_need_an_end() -> None:
    wide: Any = PreTrainedTokenizerFast(tokenizer_object=byte_tokenizer().backend_tokenizer, eos_token=END_OF_TEXT)
    wide.add_tokens([f"<{n}>" for n in range(2**16)])
    stream = encode_stream(wide, ["<65535>"])
    assert stream.dtype == np.uint32
    assert stream[0] > 2**16 - 1
    endless: Any = PreTrainedTokenizerFast(tokenizer_object=byte_tokenizer().backend_tokenizer)
    with pytest.raises(UnusableModel, match="no token for the end of a text"):
        encode_stream(endless, ["a"])
