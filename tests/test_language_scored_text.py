"""A text that is to be scored is read as it is, and what is no text is told by its place."""

import json
from pathlib import Path

import pytest

from workbench.errors import UnusableData
from workbench.language.scored_text import decode, read_file


def test_a_text_is_kept_to_the_byte_but_for_a_byte_order_mark() -> None:
    assert decode("x.txt", b"\xef\xbb\xbfone\r\ntwo\n").text == "one\r\ntwo\n"


def test_each_line_of_json_is_a_document_whatever_else_ends_a_line_in_it() -> None:
    text = "one\u2028two\u0085three\x0b"
    line = json.dumps({"text": text}, ensure_ascii=False).replace("\\u000b", "\x0b")
    escaped = json.dumps({"text": "four"})
    found = decode("X.JSONL", f"\ufeff{json.dumps({'text': text}, ensure_ascii=False)}\r\n\r\n{escaped}\r\n".encode())
    assert found.text == (text, "four")
    assert found.unit_of(2) == "documents"
    with pytest.raises(UnusableData, match="line 1: there is no text in a field 'text'"):
        decode("x.jsonl", line.encode())  # a bare control character is no JSON


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"text": 3}', "line 2: there is no text in a field 'text'"),
        (b'{"text": ""}', "line 2: there is no text in a field 'text'"),
        (b'{"other": "a"}', "line 2: there is no text in a field 'text'"),
        (b"[" * 100_000, "line 2: there is no text in a field 'text'"),
        (rb'{"text": "\ud83d"}', "line 2: the text holds half a surrogate pair"),
        (b"\xff", "is not UTF-8 text"),
    ],
)
def test_what_is_no_text_is_told(line: bytes, sentence: str) -> None:
    with pytest.raises(UnusableData, match=sentence):
        decode("x.jsonl", b'{"text": "a"}\n' + line)


def test_a_file_may_be_called_as_no_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("~nobody-here.txt").write_text("one", encoding="utf-8")
    assert read_file("~nobody-here.txt").text == "one"
    with pytest.raises(UnusableData, match="cannot be read: No such file"):
        read_file("~nobody-here-either.txt")


def test_a_file_that_is_too_long_is_told_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.language.scored_text.MAX_TEXT_BYTES", 10)
    (tmp_path / "long.txt").write_bytes(b"a" * 11)
    with pytest.raises(UnusableData, match=r"has 11 B, and at most 10 B of text are scored at once"):
        read_file(str(tmp_path / "long.txt"))
